"""What the charts show, as plain frames: waterfall, blocking, m and u, histogram, calibration, clusters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from bnl.errors import MatchingError
from bnl.matching.fitted import Fitted
from bnl.matching.intervals import wilson
from bnl.matching.levels import LEVELS, NULL

# A probability of nought is an estimate from too few pairs, not a certainty.
_LEAST = 1e-12


class WaterfallStep(Protocol):
    """One step of an explanation."""

    @property
    def column(self) -> str:
        """What was compared."""
        ...

    @property
    def words(self) -> str:
        """What was found, in plain words."""
        ...

    @property
    def bits(self) -> float:
        """What it adds to the match weight."""
        ...


class RuleCount(Protocol):
    """What one blocking rule produced."""

    @property
    def rule(self) -> Sequence[str]:
        """Its keys."""
        ...

    @property
    def pairs(self) -> int:
        """Pairs it produced, those of earlier rules included."""
        ...

    @property
    def largest(self) -> int:
        """Records in its largest block kept."""
        ...

    @property
    def capped_blocks(self) -> int:
        """Blocks left out for their size."""
        ...

    @property
    def capped_pairs(self) -> int:
        """Pairs left out with them."""
        ...


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster as a drawing: records on a circle, pairs as lines.

    Attributes:
        cluster_id: Of the cluster.
        nodes: ``record_id``, ``x``, ``y`` (in [-1, 1]) and the columns asked for.
        edges: ``left``, ``right``, ``weight`` (bits), ``x``, ``y``, ``x2``, ``y2``, ``link`` (at or above the
            link threshold).
    """

    cluster_id: str
    nodes: pl.DataFrame
    edges: pl.DataFrame


def waterfall(steps: Iterable[WaterfallStep]) -> pl.DataFrame:
    """Lay the steps of an explanation out as a waterfall.

    Args:
        steps: In the order in which they add up, prior first.

    Returns:
        ``place`` (0-based), ``column``, ``words``, ``bits``, ``start``, ``end`` (bits so far) and ``speaks``
        (``for``, ``against`` or ``total``); the last row is the total from zero.
    """
    rows: list[tuple[object, ...]] = []
    total = 0.0
    for step in steps:
        speaks = "for" if step.bits >= 0 else "against"
        rows.append((len(rows), step.column, step.words, step.bits, total, total + step.bits, speaks))
        total += step.bits
    rows.append((len(rows), "match weight", "all together", total, 0.0, total, "total"))
    schema = {"place": pl.Int64, "column": pl.String, "words": pl.String, "bits": pl.Float64}
    schema |= {"start": pl.Float64, "end": pl.Float64, "speaks": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def blocking_table(rules: Iterable[RuleCount]) -> pl.DataFrame:
    """Lay out what each blocking rule produced and left out.

    Returns:
        ``place``, ``rule``, ``pairs``, ``largest`` (records), ``capped_blocks``, ``capped_pairs``; most pairs
        first.
    """
    rows = [
        (" + ".join(rule.rule), rule.pairs, rule.largest, rule.capped_blocks, rule.capped_pairs)
        for rule in rules
    ]
    schema = {
        "rule": pl.String,
        "pairs": pl.Int64,
        "largest": pl.Int64,
        "capped_blocks": pl.Int64,
        "capped_pairs": pl.Int64,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.sort("pairs", "rule", descending=[True, False]).with_row_index("place")


def level_table(fitted: Fitted) -> pl.DataFrame:
    """Lay out what was learned: how often each level occurs in matches and by chance.

    Returns:
        ``column``, ``level``, ``words``, ``m``, ``u`` (probabilities in [0, 1] among known values) and
        ``bits`` (log2 m/u), in the order of the model, weakest level first; missing is left out.
    """
    kinds = {item.column: item.kind for item in fitted.model.comparisons}
    rows = []
    for column, m, u in zip(fitted.columns, fitted.mixture.m, fitted.mixture.u, strict=True):
        for place, level in enumerate(LEVELS[kinds[column]]):
            if place != NULL:
                rows.append((column, level.name, level.words, float(m[place]), float(u[place])))
    schema = {"column": pl.String, "level": pl.String, "words": pl.String, "m": pl.Float64, "u": pl.Float64}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    sure = [pl.col(side).clip(_LEAST, 1.0).log(2) for side in ("m", "u")]
    return table.with_columns((sure[0] - sure[1]).alias("bits"))


def weight_histogram(
    pairs: pl.DataFrame, link_threshold: float, review_threshold: float, *, width: float = 1.0
) -> pl.DataFrame:
    """Count pairs by match weight.

    Args:
        pairs: With ``weight`` in bits.
        link_threshold: In bits.
        review_threshold: In bits.
        width: Of a bar, in bits.

    Returns:
        ``weight_from``, ``weight_to`` (bits), ``decision`` (``link``, ``review`` or ``no link``) and
        ``pairs``; bars break at the thresholds, so that a bar holds pairs of one decision.
    """
    decision = (
        pl.when(pl.col("weight") >= link_threshold)
        .then(pl.lit("link"))
        .when(pl.col("weight") >= review_threshold)
        .then(pl.lit("review"))
        .otherwise(pl.lit("no link"))
        .alias("decision")
    )
    low = ((pl.col("weight") / width).floor() * width).alias("weight_from")
    counted = pairs.select(low, (low + width).alias("weight_to"), decision)
    counted = counted.group_by("weight_from", "weight_to", "decision").agg(
        pl.len().cast(pl.Int64).alias("pairs")
    )
    starts = pl.col("decision").replace_strict(
        {"link": link_threshold, "review": review_threshold, "no link": -np.inf}, return_dtype=pl.Float64
    )
    ends = pl.col("decision").replace_strict(
        {"link": np.inf, "review": link_threshold, "no link": review_threshold}, return_dtype=pl.Float64
    )
    cut = counted.with_columns(
        pl.max_horizontal("weight_from", starts).alias("weight_from"),
        pl.min_horizontal("weight_to", ends).alias("weight_to"),
    )
    return cut.sort("weight_from", "weight_to")


def calibration(labelled: pl.DataFrame, *, bins: int = 10, floor: float = 0.01) -> pl.DataFrame:
    """Compare the probabilities given with how often the pairs were one person.

    Args:
        labelled: ``probability`` in [0, 1] and ``same`` (true or false) for pairs whose truth is known.
        bins: Equal steps of probability.
        floor: Pairs below this probability are left out: they are most pairs and nearly all rightly so.

    Returns:
        Per bin that holds pairs: ``probability_from``, ``probability_to``, ``pairs``, ``given`` (mean
        probability), ``observed`` (share that is one person), ``low``, ``high`` (its 95% limits).
    """
    kept = labelled.select("probability", pl.col("same").cast(pl.Boolean)).drop_nulls()
    kept = kept.filter(pl.col("probability") >= floor)
    place = (pl.col("probability") * bins).floor().clip(0, bins - 1).cast(pl.Int64).alias("bin")
    grouped = kept.group_by(place).agg(
        pl.len().cast(pl.Int64).alias("pairs"),
        pl.col("probability").mean().alias("given"),
        pl.col("same").sum().cast(pl.Int64).alias("hits"),
    )
    rows = []
    for row in grouped.sort("bin").iter_rows(named=True):
        rate = wilson(row["hits"], row["pairs"])
        edges = (row["bin"] / bins, (row["bin"] + 1) / bins)
        rows.append((*edges, row["pairs"], row["given"], rate.value, rate.low, rate.high))
    names = ("probability_from", "probability_to", "pairs", "given", "observed", "low", "high")
    schema = {name: pl.Int64 if name == "pairs" else pl.Float64 for name in names}
    return pl.DataFrame(rows, schema=schema, orient="row")


def calibration_error(table: pl.DataFrame) -> float:
    """Return the expected calibration error: the mean distance of given and observed, weighted by pairs.

    Args:
        table: What `calibration` returns.

    Returns:
        In [0, 1]; 0 when there is no pair.

    Source: Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning
    (AAAI 2015).
    """
    pairs = int(table.get_column("pairs").sum())
    apart = (table.get_column("given") - table.get_column("observed")).abs()
    distance = (apart * table.get_column("pairs")).sum()
    return float(distance) / pairs if pairs else 0.0


def cluster_sizes(clusters: pl.DataFrame) -> pl.DataFrame:
    """Count clusters by the number of their records.

    Args:
        clusters: ``record_id`` and ``cluster_id``.

    Returns:
        ``records`` (in a cluster), ``clusters`` (that have so many), smallest first.
    """
    sizes = clusters.group_by("cluster_id").agg(pl.len().cast(pl.Int64).alias("records"))
    return sizes.group_by("records").agg(pl.len().cast(pl.Int64).alias("clusters")).sort("records")


def cluster_view(
    cluster_id: str,
    clusters: pl.DataFrame,
    pairs: pl.DataFrame,
    link_threshold: float,
    shown: Mapping[str, str] | None = None,
) -> ClusterView:
    """Lay one cluster out as a drawing.

    Args:
        cluster_id: Of the cluster.
        clusters: ``record_id``, ``cluster_id``.
        pairs: ``left``, ``right``, ``weight`` (bits).
        link_threshold: In bits.
        shown: Text to show per record id; the ids themselves when None.

    Raises:
        MatchingError: When there is no such cluster.
    """
    members = clusters.filter(pl.col("cluster_id").cast(pl.String) == cluster_id)
    ids = members.get_column("record_id").cast(pl.String).sort().to_list()
    if not ids:
        raise MatchingError("there is no such cluster.", "Take a cluster_id of found.clusters.")
    angle = 2 * np.pi * np.arange(len(ids)) / len(ids)
    far = 1.0 if len(ids) > 1 else 0.0
    labels = [(shown or {}).get(record, record) for record in ids]
    nodes = pl.DataFrame(
        {"record_id": ids, "x": far * np.sin(angle), "y": far * np.cos(angle), "text": labels}
    )
    inside = pairs.select("left", "right", "weight").filter(
        pl.col("left").is_in(ids) & pl.col("right").is_in(ids)
    )
    places = nodes.select("record_id", "x", "y")
    edges = inside.join(places, left_on="left", right_on="record_id")
    edges = edges.join(places.rename({"x": "x2", "y": "y2"}), left_on="right", right_on="record_id")
    edges = edges.with_columns((pl.col("weight") >= link_threshold).alias("link"))
    return ClusterView(cluster_id, nodes, edges.sort("left", "right"))
