"""Estimate precision and recall without truth: plan a small review, then read the labels it brought."""

from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
import polars as pl

from bnl.errors import MatchingError
from bnl.matching.intervals import Interval, cornered, exact_proportion, poisson_total, share_of, summed
from bnl.matching.strata import (
    BELOW,
    BY_WEIGHT,
    INDIRECT,
    JOINED,
    LINKED,
    UNSEEN,
    ScoredRun,
    Strata,
    divide,
)

# Share of a review spent on pairs never compared, which hold almost no true pair but are very many.
_UNSEEN_SHARE = 0.05
_LEAST_PER_STRATUM = 10
_TRIES = 50
# So few pairs that they can be listed one by one.
_LISTABLE = 20_000
_PLAN: Final = {
    "left": pl.String,
    "right": pl.String,
    "weight": pl.Float64,
    "probability": pl.Float64,
    "stratum": pl.Int32,
    "kind": pl.String,
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimated quality of a match run.

    Attributes:
        precision: Share of links that are one person, in [0, 1].
        recall: Share of pairs of one person that are linked, in [0, 1]. Pairs never compared enter by
            searches where given; otherwise they are taken to be between none and as many as those found to be
            joined only through a third record, which missed the comparison in the same way.
        links: Linked pairs.
        labelled: Labels used.
        missed: True pairs below the threshold or joined only through a third record.
        beyond: True pairs that no third record joins either, as ``recall`` takes them.
        unseen: True pairs among those never compared. Its upper limit is what the labels cannot rule out:
            loose when it rests on labelled pairs, far tighter with searches.
        recall_at_worst: Lower limit of recall if the upper limit of ``unseen`` were true.
        by_stratum: ``stratum``, ``kind``, ``weight_from``, ``weight_to``, ``pairs``, ``labelled``, ``same``,
            ``rate``, ``low``, ``high``.
    """

    precision: Interval
    recall: Interval
    links: int
    labelled: int
    missed: Interval
    beyond: Interval
    unseen: Interval
    recall_at_worst: float
    by_stratum: pl.DataFrame


def _allocate(table: pl.DataFrame, n: int) -> list[int]:
    """Share a number of labels among strata: more where pairs are many and the model doubts.

    Source: Neyman, On the two different aspects of the representative method, JRSS 97 (1934).
    """
    sizes = table.get_column("pairs").to_numpy()
    unseen = (table.get_column("kind") == UNSEEN).to_numpy()
    given = np.zeros(len(sizes), dtype=np.int64)
    given[unseen] = np.minimum(sizes[unseen], round(n * _UNSEEN_SHARE))
    open_ = ~unseen & (sizes > 0)
    left = n - int(given.sum())
    least = min(_LEAST_PER_STRATUM, left // max(int(open_.sum()), 1))
    given[open_] = np.minimum(sizes[open_], least)
    wanted = np.where(open_, sizes * table.get_column("spread").to_numpy(), 0.0)
    while (left := n - int(given.sum())) > 0 and (room := open_ & (given < sizes)).any():
        share = np.where(room, wanted, 0.0)
        extra = np.minimum(np.floor(left * share / share.sum()).astype(np.int64), sizes - given)
        if not extra.any():
            extra[int(np.argmax(share))] = 1
        given += extra
    return [int(number) for number in given]


def _draw_unseen(strata: Strata, number: int, rng: np.random.Generator) -> pl.DataFrame:
    """Draw pairs that were never compared, each at most once, uniformly."""
    total = len(strata.records)
    names = pl.Series(strata.records, dtype=pl.String)
    known = strata.pairs.select("left", "right")
    every = total * (total - 1) // 2
    drawn = known.clear()
    for _ in range(_TRIES if number else 0):
        if every <= _LISTABLE:
            one, other = np.triu_indices(total, 1)
            shuffled = rng.permutation(every)
            one, other = one[shuffled], other[shuffled]
        else:
            one = rng.integers(0, total, 4 * number)
            other = rng.integers(0, total, 4 * number)
            one, other = np.minimum(one, other)[one != other], np.maximum(one, other)[one != other]
        batch = pl.DataFrame({"left": names.gather(one), "right": names.gather(other)})
        fresh = batch.join(known, on=["left", "right"], how="anti", maintain_order="left")
        drawn = pl.concat([drawn, fresh]).unique(maintain_order=True).head(number)
        if drawn.height == number:
            break
    return drawn


def plan_review(found: ScoredRun, n: int, seed: int = 0, *, links: str = BY_WEIGHT) -> pl.DataFrame:
    """Choose the pairs a person should label so that `estimate` can tell precision and recall.

    A stratified random sample: bands of weight above and below the link threshold, pairs joined only
    through a third record, and pairs never compared. Label every pair drawn, or say null where nobody can.

    Args:
        found: A match run: ``pairs``, ``clusters``, ``link_threshold``.
        n: How many pairs to label; 200 to 400 give intervals of a few points.
        seed: Of the random choice; the same run, number and seed give the same plan.
        links: What a link is: ``weight`` (a pair at or above the threshold) or ``clusters`` (in one cluster).

    Returns:
        ``left``, ``right``, ``weight`` (bits), ``probability``, ``stratum``, ``kind``, in random order so
        that their order does not suggest the answer. Fewer than ``n`` rows when there are fewer pairs.

    Raises:
        MatchingError: When ``n`` is less than 1.
    """
    if n < 1:
        raise MatchingError(f"a review of {n} pairs tells nothing.", "Plan 200 pairs or more.")
    strata = divide(found, links)
    rng = np.random.default_rng(seed)
    drawn = []
    for stratum, number in enumerate(_allocate(strata.table, n)):
        if strata.table.item(stratum, "kind") == UNSEEN:
            chosen = _draw_unseen(strata, number, rng)
        else:
            inside = strata.pairs.filter(pl.col("stratum") == stratum)
            chosen = inside[sorted(rng.choice(inside.height, number, replace=False).tolist())]
        drawn.append(chosen.with_columns(pl.lit(stratum, pl.Int32).alias("stratum")))
    plan = pl.concat(drawn, how="diagonal_relaxed")
    kinds = strata.table.select("stratum", "kind")
    plan = plan.join(kinds, on="stratum", how="left", maintain_order="left").select(*_PLAN)
    plan = plan.cast({name: _PLAN[name] for name in ("weight", "probability")})
    return plan.select(pl.all().gather(rng.permutation(plan.height).tolist()))


def plan_searches(found: ScoredRun, n: int, seed: int = 0) -> list[str]:
    """Choose the records whose owners a person should search for by hand, to bound pairs never compared.

    Args:
        found: A match run.
        n: How many records; 100 searches that find nothing bound the missed pairs at 2% of the records.
        seed: Of the random choice.

    Returns:
        Record ids. For each, count the other records of the same person that the run neither compared with it
        nor joined to it through a third record.

    Raises:
        MatchingError: When ``n`` is below 0.
    """
    if n < 0:
        raise MatchingError(f"{n} searches cannot be planned.", "Plan 100 searches or more.")
    records = divide(found).records
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(records), min(n, len(records)), replace=False)
    return [records[place] for place in chosen.tolist()]


def _place_labels(strata: Strata, labels: pl.DataFrame) -> pl.DataFrame:
    """Find the stratum of each labelled pair; a pair nobody compared is of the last."""
    left, right = pl.col("left").cast(pl.String), pl.col("right").cast(pl.String)
    given = labels.select(
        pl.min_horizontal(left, right).alias("left"),
        pl.max_horizontal(left, right).alias("right"),
        pl.col("same").cast(pl.Boolean),
    ).drop_nulls("same")
    if given.select("left", "right").n_unique() != given.height:
        raise MatchingError("labels: a pair is labelled twice.", "Settle on one answer for each pair.")
    unseen = strata.table.height - 1
    placed = given.join(strata.pairs.select("left", "right", "stratum"), on=["left", "right"], how="left")
    return placed.with_columns(pl.col("stratum").fill_null(unseen))


def _rates(strata: Strata, placed: pl.DataFrame, confidence: float) -> tuple[pl.DataFrame, list[Interval]]:
    """Estimate for each stratum the share of its pairs that are one person."""
    counts = placed.group_by("stratum").agg(
        pl.len().cast(pl.Int64).alias("labelled"), pl.col("same").sum().cast(pl.Int64)
    )
    table = strata.table.join(counts, on="stratum", how="left", maintain_order="left")
    table = table.with_columns(pl.col("labelled", "same").fill_null(0))
    seen = table.select("same", "labelled", "pairs").iter_rows()
    rates = [exact_proportion(same, drawn, size, confidence) for same, drawn, size in seen]
    limits = {
        "rate": [rate.value for rate in rates],
        "low": [rate.low for rate in rates],
        "high": [rate.high for rate in rates],
    }
    return table.drop("spread").with_columns(
        pl.Series(name, values) for name, values in limits.items()
    ), rates


def _lost(
    missed: Interval, unseen: Interval, joined: Interval, met: Interval | None
) -> tuple[Interval, Interval, Interval]:
    """Return the pairs beyond the compared ones, those unseen, and all that are lost.

    Args:
        missed: Compared pairs that should have been links.
        unseen: Pairs joined only through others that nobody compared.
        joined: Pairs joined through a third record.
        met: Pairs never compared, as searches met them; None without searches.
    """
    if met is not None:
        return met, met, summed([missed, met])
    if unseen.value:
        return unseen, unseen, summed([missed, unseen])
    beyond = Interval(joined.value / 2, 0.0, joined.high)
    return beyond, unseen, cornered(missed, beyond)


def _require_labels(labels: pl.DataFrame, confidence: float) -> None:
    for name in ("left", "right", "same"):
        if name not in labels.columns:
            raise MatchingError(f"labels: no column {name}.", "Give left, right and same (true or false).")
    kind = labels.schema["same"]
    if not (kind == pl.Boolean or kind.is_integer() or kind == pl.Null):
        raise MatchingError(f"labels: same holds {kind}.", "Give true, false, or null where nobody can say.")
    if not 0 < confidence < 1:
        raise MatchingError(
            f"a confidence of {confidence} is no probability.", "Give 0.95, or another in (0, 1)."
        )


def estimate(
    found: ScoredRun,
    labels: pl.DataFrame,
    *,
    links: str = BY_WEIGHT,
    searches: pl.DataFrame | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Estimate precision and recall from a labelled review.

    Args:
        found: The match run the review was planned on, unchanged.
        labels: ``left``, ``right`` and ``same`` (one person: true or false; null where nobody could say) for
            the pairs that `plan_review` chose.
        links: What a link is, as the review was planned.
        searches: ``record_id`` and ``missed`` for the records that `plan_searches` chose: how many other
            records of the person were never compared with it.
        confidence: Of the intervals, in (0, 1).

    Returns:
        The estimate with its intervals. Without any label the intervals are [0, 1].

    Raises:
        MatchingError: When a column is missing or holds no yes or no, a pair is labelled twice, or the
            confidence is no probability.
    """
    _require_labels(labels, confidence)
    strata = divide(found, links)
    placed = _place_labels(strata, labels)
    table, rates = _rates(strata, placed, confidence)
    sizes = strata.table.get_column("pairs").to_list()
    totals = [rate.scaled(size) for rate, size in zip(rates, sizes, strict=True)]
    kinds = strata.table.get_column("kind").to_list()
    seen = [bool(drawn) for drawn in table.get_column("labelled")]

    def over(*wanted: str) -> Interval:
        chosen = [place for place, kind in enumerate(kinds) if kind in wanted]
        sure = summed([totals[place] for place in chosen if seen[place]])
        return reduce(cornered, [totals[place] for place in chosen if not seen[place]], sure)

    right, missed, unseen = over(LINKED, JOINED), over(BELOW, INDIRECT), over(UNSEEN)
    joined = over(INDIRECT, JOINED)
    linked = sum(size for size, kind in zip(sizes, kinds, strict=True) if kind in (LINKED, JOINED))
    met = None
    if searches is not None and searches.height:
        events = int(searches.get_column("missed").sum())
        # A missed pair is met from either of its records.
        met = poisson_total(events, searches.height, len(strata.records), confidence).divided(2)
    beyond, unseen, lost = _lost(missed, unseen, joined, met)
    return Estimate(
        precision=right.divided(linked) if linked else Interval(1.0, 1.0, 1.0),
        recall=share_of(right, lost),
        links=linked,
        labelled=placed.height,
        missed=missed,
        beyond=beyond,
        unseen=unseen,
        recall_at_worst=share_of(right, summed([missed, unseen])).low,
        by_stratum=table,
    )
