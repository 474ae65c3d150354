"""Compare error rates between groups of people, and flag gaps that are more than noise."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.errors import MatchingError
from bnl.matching.evaluate import MatchOutcome
from bnl.matching.intervals import Interval, difference, normal_quantile, wilson
from bnl.matching.truth import (
    Codes,
    Truth,
    column_of,
    place_clusters,
    rank_pairs,
    read_truth,
    relabel,
)

GAP: Final = 0.02
"""A gap in precision or recall above which a group is flagged: two points."""

_JUDGEABLE = 30
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Tally:
    """Right decisions out of all decisions of one kind, per unit that stands or falls together."""

    right: Numbers
    total: Numbers

    def rate(self, z: float) -> Interval:
        """Estimate the share that is right, counting dependent decisions as fewer."""
        if not len(self.total):
            return Interval(1.0, 0.0, 1.0)
        share, effective = float(self.right.sum() / self.total.sum()), self._effective()
        return wilson(share * effective, effective, z)

    def _effective(self) -> float:
        """Return how many independent decisions the sample is worth.

        As many as the spread between units shows; where that cannot be judged, because units are few or all
        decisions went one way, as if all decisions on a unit were one.

        Source: Kish, Survey Sampling (1965), effective sample size; the spread is the linearised variance of
        a ratio (Cochran, Sampling Techniques, 1977, section 6).
        """
        drawn, units = float(self.total.sum()), len(self.total)
        least = drawn * drawn / float((self.total**2).sum())
        share = float(self.right.sum()) / drawn
        if units < _JUDGEABLE or not 0 < share < 1:
            return least
        apart = float(((self.right - share * self.total) ** 2).sum()) * units / (units - 1)
        shown = share * (1 - share) * drawn * drawn / apart if apart else least
        return min(max(shown, least), drawn)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of records, the unit each belongs to, and whether the decision on it was right."""

    left: Codes
    right: Codes
    unit: Codes
    good: NDArray[np.bool_]

    def tally(self, member: NDArray[np.bool_]) -> tuple[_Tally, _Tally]:
        """Count the pairs with a record of the group, and all others, by unit."""
        inside = member[self.left] | member[self.right]
        return self._count(inside), self._count(~inside)

    def _count(self, chosen: NDArray[np.bool_]) -> _Tally:
        unit = relabel(self.unit[chosen])
        size = int(unit.max(initial=-1)) + 1
        total = np.bincount(unit, minlength=size)
        right = np.bincount(unit[self.good[chosen]], minlength=size)
        return _Tally(right.astype(np.float64), total.astype(np.float64))


def _pairs_within(codes: Codes, truth: Truth) -> tuple[Codes, Codes]:
    """List the pairs of places that share a code, of those the link type counts."""
    frame = pl.DataFrame({"code": codes, "a": np.arange(len(codes), dtype=np.int64)})
    frame = frame.filter(pl.len().over("code") > 1)
    joined = frame.join(frame.rename({"a": "b"}), on="code").filter(pl.col("a") < pl.col("b"))
    left, right = joined["a"].to_numpy(), joined["b"].to_numpy()
    if truth.link_type == "link":
        between = truth.source[left] != truth.source[right]
        left, right = left[between], right[between]
    return left, right


def _decisions(
    found: MatchOutcome | pl.DataFrame, truth: Truth, threshold: float | None
) -> tuple[_Pairs, _Pairs]:
    """Return the true pairs (right if linked) and the linked pairs (right if true)."""
    wanted = _pairs_within(truth.entity, truth)
    clusters = found if isinstance(found, pl.DataFrame) else found.clusters
    if "cluster_id" in clusters.columns:
        placed = place_clusters(truth, clusters)
        linked = _pairs_within(placed, truth)
        caught, unit = placed[wanted[0]] == placed[wanted[1]], placed[linked[0]]
    else:
        ranked = rank_pairs(truth, clusters)
        strong = ranked.weight >= (-np.inf if threshold is None else threshold)
        linked = ranked.left[strong], ranked.right[strong]
        size = np.array([len(truth.entity)])
        known = linked[0] * size + linked[1]
        caught, unit = np.isin(wanted[0] * size + wanted[1], known), truth.entity[linked[0]]
    good = truth.entity[linked[0]] == truth.entity[linked[1]]
    return _Pairs(*wanted, truth.entity[wanted[0]], caught), _Pairs(*linked, unit, good)


def _row(
    group: str, member: NDArray[np.bool_], parts: dict[str, _Pairs], z: float, flag_z: float
) -> dict[str, object]:
    """Measure one group against everybody else."""
    row: dict[str, object] = {"group": group, "records": int(member.sum())}
    flags = []
    shares: list[tuple[float, float]] = []
    for name, pairs in parts.items():
        inside, outside = pairs.tally(member)
        rate, gap = inside.rate(z), difference(outside.rate(z), inside.rate(z))
        surely = difference(outside.rate(flag_z), inside.rate(flag_z))
        known = bool(inside.total.sum() and outside.total.sum())
        shares.append((rate.value, outside.rate(z).value if known else rate.value))
        row |= {f"{name}_pairs": int(inside.total.sum())}
        row |= {name: rate.value, f"{name}_low": rate.low, f"{name}_high": rate.high}
        row |= {f"{name}_gap": gap.value if known else 0.0}
        row |= {f"{name}_gap_low": gap.low if known else -1.0, f"{name}_gap_high": gap.high if known else 1.0}
        if known and gap.value > GAP and surely.low > 0:
            flags.append(f"{name} is {100 * gap.value:.1f} points below that of all others")
    own, others = (_harmonic(*side) for side in zip(*shares, strict=True))
    return row | {"f1": own, "f1_gap": others - own, "flagged": bool(flags), "why": "; ".join(flags)}


def _harmonic(one: float, two: float) -> float:
    return 2 * one * two / (one + two) if one + two else 0.0


def by_group(
    found: MatchOutcome | pl.DataFrame,
    truth: pl.DataFrame,
    groups: pl.DataFrame,
    *,
    link_type: str = "dedupe",
    threshold: float | None = None,
    confidence: float = 0.95,
) -> pl.DataFrame:
    """Measure precision and recall for each group of people, and flag groups served worse than the others.

    Pairs of one person (for recall) or of one cluster (for precision) stand or fall together, so they count
    as fewer than they are; a group is flagged when it lies more than two points below all others and the
    interval of that gap, widened for the number of groups looked at, excludes zero.

    Args:
        found: A match outcome or clusters (links are the pairs that share a cluster), or a frame of pairs.
        truth: ``record_id``, ``entity_id`` and, for ``link``, ``source``.
        groups: ``record_id`` and ``group``; a record may be in several groups or in none. A pair belongs to
            the groups of either record.
        link_type: ``dedupe``, ``link`` or ``both``.
        threshold: For a frame of pairs: weight in bits from which a pair is a link; None takes every pair.
        confidence: Of the intervals, in (0, 1).

    Returns:
        One row per group, largest gap first: ``group``, ``records``, and for ``recall`` and ``precision``
        each ``_pairs`` it rests on, the rate in [0, 1] with ``_low`` and ``_high``, and ``_gap`` (all others
        less this group, in [-1, 1]) with ``_gap_low`` and ``_gap_high``; ``f1``, the harmonic mean of the
        two, and ``f1_gap``; ``flagged`` and ``why``.

    Raises:
        MatchingError: When a column is missing or an id is unknown.
    """
    known = read_truth(truth, link_type)
    ids = column_of(groups, ("record_id", "unique_id"), "groups")
    named = column_of(groups, ("group",), "groups")
    members = groups.select(
        pl.col(ids).cast(pl.String).alias("record_id"), pl.col(named).cast(pl.String).alias("group")
    ).drop_nulls()
    placed = members.join(known.records, on="record_id")
    if placed.is_empty():
        raise MatchingError("groups: no record is in the truth.", "Give the same record ids in both.")
    wanted, linked = _decisions(found, known, threshold)
    parts = {"recall": wanted, "precision": linked}
    names = placed.get_column("group").unique().sort().to_list()
    # Only worse is flagged, so one tail of each interval matters.
    z, flag_z = normal_quantile(confidence), normal_quantile(2 * confidence - 1, len(names))
    rows = []
    for name in names:
        member = np.zeros(len(known.entity), dtype=np.bool_)
        member[placed.filter(pl.col("group") == name).get_column("row").to_numpy()] = True
        rows.append(_row(name, member, parts, z, flag_z))
    worst = pl.max_horizontal("recall_gap", "precision_gap")
    return pl.DataFrame(rows).sort(worst, "group", descending=[True, False])
