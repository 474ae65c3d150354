"""Measure a match run against labelled truth, and list its errors to read."""

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import polars as pl

from bnl.matching.scores import ClusterScores, PairScores, score_clusters, score_pairs
from bnl.matching.truth import (
    Codes,
    RankedPairs,
    Truth,
    column_of,
    place_clusters,
    rank_pairs,
    read_truth,
    relabel,
)

# Pairs inside a cluster larger than this are counted but not listed one by one.
LARGEST_LISTED = 2_000
_NO_PAIRS = pl.DataFrame(schema={"left": pl.String, "right": pl.String, "weight": pl.Float64})


class MatchOutcome(Protocol):
    """What a match run hands over: scored pairs, clusters and the threshold for a link in bits."""

    @property
    def pairs(self) -> pl.DataFrame:
        """Columns ``left``, ``right``, ``weight`` (bits)."""
        ...

    @property
    def clusters(self) -> pl.DataFrame:
        """Columns ``record_id``, ``cluster_id``."""
        ...

    @property
    def link_threshold(self) -> float:
        """Weight in bits from which a pair is a link."""
        ...


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Measured quality of a match run.

    Attributes:
        records: Labelled records.
        true_pairs: Pairs of one person, of those the link type counts.
        link_type: ``dedupe``, ``link`` or ``both``.
        pairs: Scores of the found pairs, or None when only clusters were given.
        clusters: Scores of the clusters, or None when only pairs were given.
        false_positives: ``left``, ``right``, ``weight`` of pairs wrongly linked, strongest first; a null
            weight means the two were joined only through others. Links are those of the clusters where
            given, else of the pairs at the threshold.
        false_negatives: ``left``, ``right``, ``weight``, ``reason`` of pairs missed: ``never compared``,
            ``below the threshold``, ``left apart by clustering``.
        by_tag: Per tag, over the pairs in which either record carries it: ``tag``, ``true_pairs``,
            ``linked``, ``false_positives``, ``precision``, ``recall``, ``f1``, worst recall first; empty
            without tags.
        unlisted_clusters: Clusters too large for their pairs to be listed; scores count them all the same.
    """

    records: int
    true_pairs: int
    link_type: str
    pairs: PairScores | None
    clusters: ClusterScores | None
    false_positives: pl.DataFrame
    false_negatives: pl.DataFrame
    by_tag: pl.DataFrame
    unlisted_clusters: int


def evaluate(
    found: MatchOutcome | pl.DataFrame,
    truth: pl.DataFrame,
    *,
    link_type: str = "dedupe",
    threshold: float | None = None,
    tags: pl.DataFrame | None = None,
) -> Evaluation:
    """Measure found pairs, clusters or a whole outcome against the truth.

    Args:
        found: An outcome with pairs, clusters and threshold; or a frame of pairs (``left``, ``right`` and
            ``weight`` in bits or ``probability``); or a frame of clusters (``record_id``, ``cluster_id``).
        truth: ``record_id``, ``entity_id`` (null for a record without any partner) and, for ``link``,
            ``source``. Every record paired must be in it.
        link_type: ``dedupe`` (within one list), ``link`` (only pairs between sources count) or ``both``.
        threshold: Weight in bits from which a pair is a link; the outcome's own when None, and for a bare
            frame of pairs every pair.
        tags: ``record_id`` and ``tag`` or ``tags`` (a string or a list): pitfalls the record carries.

    Raises:
        MatchingError: When columns are missing, ids are unknown, or the link type is.
    """
    known = read_truth(truth, link_type)
    pairs, clusters, cut = _parts(found, threshold)
    ranked = rank_pairs(known, _NO_PAIRS if pairs is None else pairs)
    placed = place_clusters(known, clusters) if clusters is not None else None
    wanted = _within(known, known.entity)
    if placed is not None:
        linked, unlisted = _cluster_pairs(known, placed, ranked)
        together = placed[wanted["a"].to_numpy()] == placed[wanted["b"].to_numpy()]
        caught = wanted.filter(pl.Series(together))
    else:
        linked, unlisted = _links(ranked, cut), 0
        caught = wanted.join(linked, on=["a", "b"], how="semi")
    missed = _missed(wanted.join(caught, on=["a", "b"], how="anti"), ranked, cut, compared=pairs is not None)
    wrong = linked.filter(~pl.col("hit"))
    return Evaluation(
        records=len(known.entity),
        true_pairs=known.true_pairs,
        link_type=link_type,
        pairs=score_pairs(known, ranked, cut) if pairs is not None else None,
        clusters=score_clusters(known, placed) if placed is not None else None,
        false_positives=_named(known, wrong.select("a", "b", "weight")),
        false_negatives=_named(known, missed),
        by_tag=_by_tag(known, tags, wanted, caught, wrong),
        unlisted_clusters=unlisted,
    )


def _parts(
    found: MatchOutcome | pl.DataFrame, threshold: float | None
) -> tuple[pl.DataFrame | None, pl.DataFrame | None, float]:
    """Split what was given into pairs, clusters and a threshold in bits."""
    if not isinstance(found, pl.DataFrame):
        return found.pairs, found.clusters, found.link_threshold if threshold is None else threshold
    cut = float("-inf") if threshold is None else threshold
    if "cluster_id" in found.columns:
        return None, found, cut
    return found, None, cut


def _within(truth: Truth, codes: Codes, largest: int | None = None) -> pl.DataFrame:
    """List the pairs ``a`` < ``b`` of places that share a code, of those the link type counts."""
    frame = pl.DataFrame({"code": codes, "a": np.arange(len(codes), dtype=np.int64), "source": truth.source})
    size = pl.len().over("code")
    frame = frame.filter((size > 1) & (size <= (largest or len(codes))))
    others = frame.rename({"a": "b", "source": "other"})
    found = frame.join(others, on="code").filter(pl.col("a") < pl.col("b"))
    if truth.link_type == "link":
        found = found.filter(pl.col("source") != pl.col("other"))
    return found.select("a", "b").sort("a", "b")


def _weighted(ranked: RankedPairs) -> pl.DataFrame:
    """Return the found pairs as a frame of ``a``, ``b``, ``weight``."""
    return pl.DataFrame({"a": ranked.left, "b": ranked.right, "weight": ranked.weight})


def _links(ranked: RankedPairs, cut: float) -> pl.DataFrame:
    """Return the pairs at or above the threshold with ``hit``, strongest first."""
    hits = pl.Series("hit", ranked.hit)
    return _weighted(ranked).with_columns(hits).filter(pl.col("weight") >= cut)


def _cluster_pairs(truth: Truth, placed: Codes, ranked: RankedPairs) -> tuple[pl.DataFrame, int]:
    """Return the pairs that share a cluster with weight and ``hit``, and how many clusters were too large."""
    sizes = np.bincount(relabel(placed), minlength=1)
    inside = _within(truth, placed, LARGEST_LISTED)
    weighted = inside.join(_weighted(ranked), on=["a", "b"], how="left", maintain_order="left")
    first, second = weighted["a"].to_numpy(), weighted["b"].to_numpy()
    hits = pl.Series("hit", truth.entity[first] == truth.entity[second])
    return _strongest_first(weighted.with_columns(hits)), int((sizes > LARGEST_LISTED).sum())


def _missed(missing: pl.DataFrame, ranked: RankedPairs, cut: float, *, compared: bool) -> pl.DataFrame:
    """Add to the missed pairs their weight and why they were missed."""
    weighted = missing.join(_weighted(ranked), on=["a", "b"], how="left", maintain_order="left")
    reason = (
        pl.when(pl.lit(not compared) | (pl.col("weight") >= cut))
        .then(pl.lit("left apart by clustering"))
        .when(pl.col("weight").is_null())
        .then(pl.lit("never compared"))
        .otherwise(pl.lit("below the threshold"))
    )
    return _strongest_first(weighted.with_columns(reason.alias("reason")))


def _strongest_first(pairs: pl.DataFrame) -> pl.DataFrame:
    """Sort pairs by falling weight, those without one last."""
    return pairs.sort("weight", "a", "b", descending=[True, False, False], nulls_last=True)


def _named(truth: Truth, pairs: pl.DataFrame) -> pl.DataFrame:
    """Replace places by record ids."""
    ids = truth.records.get_column("record_id")
    return pairs.select(
        ids.gather(pairs.get_column("a")).alias("left"),
        ids.gather(pairs.get_column("b")).alias("right"),
        pl.exclude("a", "b", "hit"),
    )


def _by_tag(
    truth: Truth, tags: pl.DataFrame | None, wanted: pl.DataFrame, caught: pl.DataFrame, wrong: pl.DataFrame
) -> pl.DataFrame:
    """Score per tag the pairs in which either record carries it."""
    empty = {"record_id": pl.String, "tag": pl.String}
    given = pl.DataFrame(schema=empty)
    if tags is not None:
        given = tags.select("record_id", pl.col(column_of(tags, ("tag", "tags"), "tags")).alias("tag"))
    if isinstance(given.schema["tag"], pl.List):
        given = given.explode("tag")
    carried = given.with_columns(pl.col("record_id").cast(pl.String)).join(truth.records, on="record_id")
    carried = carried.select("row", "tag").drop_nulls().unique()
    counted = _count(carried, wanted, "true_pairs").join(_count(carried, caught, "linked"), on="tag")
    counted = counted.join(_count(carried, wrong, "false_positives"), on="tag")
    precision = pl.col("linked") / (pl.col("linked") + pl.col("false_positives"))
    recall = pl.col("linked") / pl.col("true_pairs")
    f1 = 2 * pl.col("linked") / (pl.col("true_pairs") + pl.col("linked") + pl.col("false_positives"))
    rates = (precision.alias("precision"), recall.alias("recall"), f1.alias("f1"))
    return counted.with_columns(rate.fill_nan(1.0) for rate in rates).sort("recall", "tag")


def _count(carried: pl.DataFrame, pairs: pl.DataFrame, name: str) -> pl.DataFrame:
    """Count, for every tag, the pairs in which either record carries it."""
    ends = [
        pairs.select("a", "b").join(carried, left_on=end, right_on="row").select("a", "b", "tag")
        for end in ("a", "b")
    ]
    counts = pl.concat(ends).unique().group_by("tag").agg(pl.len().alias(name))
    every = carried.select("tag").unique()
    return every.join(counts, on="tag", how="left").with_columns(pl.col(name).fill_null(0).cast(pl.Int64))


def side_by_side(pairs: pl.DataFrame, records: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Put the values of two records beside each other, to read a list of errors.

    Args:
        pairs: Any frame with ``left`` and ``right``.
        records: ``record_id`` and the columns to show.
        columns: Columns of the records to show.

    Returns:
        The pairs with ``<column>_left`` and ``<column>_right`` in turn.
    """
    shown = records.select(pl.col("record_id").cast(pl.String), *columns)
    joined = pairs
    for side in ("left", "right"):
        named = shown.rename({column: f"{column}_{side}" for column in columns})
        joined = joined.join(named, left_on=side, right_on="record_id", how="left", maintain_order="left")
    beside = [f"{column}_{side}" for column in columns for side in ("left", "right")]
    return joined.select(*pairs.columns, *beside)


class _CallableModule(ModuleType):
    """The module answers to the name of its function: `bnl.matching.evaluate` means both."""

    def __call__(self, *found: Any, **options: Any) -> Evaluation:
        """Call `evaluate`."""
        return evaluate(*found, **options)


sys.modules[__name__].__class__ = _CallableModule
