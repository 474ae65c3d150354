"""Read labelled truth and put found pairs and clusters beside it, as integers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.errors import MatchingError
from bnl.matching.record_ids import repeats

LINK_TYPES: Final = ("dedupe", "link", "both")

# A column goes by the name a frame of this library gives it, or by the name linkage files usually do.
_RECORD: Final = ("record_id", "unique_id")
_SOURCE: Final = ("source", "source_dataset", "agency")
_ENTITY: Final = ("entity_id", "person_id", "person")
_LEFT: Final = ("left", "unique_id_l")
_RIGHT: Final = ("right", "unique_id_r")
_WEIGHT: Final = ("weight", "match_weight")
_PROBABILITY: Final = ("probability", "match_probability")

Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Truth:
    """Who is who, as integers: one place per record.

    Attributes:
        records: Frame of ``record_id`` (string) and ``row`` (0-based place).
        entity: Entity of each record; a record without any partner has an entity of its own.
        source: Source of each record; all zero unless the link type is ``link``.
        link_type: ``dedupe`` and ``both`` count every pair, ``link`` only pairs between sources.
        true_pairs: How many pairs of records are one person, of those the link type counts.
    """

    records: pl.DataFrame
    entity: Codes
    source: Codes
    link_type: str
    true_pairs: int


@dataclass(frozen=True, slots=True)
class RankedPairs:
    """Distinct pairs of records by falling weight; each array has one element per pair.

    Attributes:
        left: Smaller place.
        right: Larger place.
        weight: Match weight in bits (log2 odds).
        hit: Whether the pair is one person.
    """

    left: Codes
    right: Codes
    weight: NDArray[np.float64]
    hit: NDArray[np.bool_]


def column_of(frame: pl.DataFrame, names: Sequence[str], what: str) -> str:
    """Return the first of some column names that a frame has.

    Raises:
        MatchingError: When it has none of them.
    """
    for name in names:
        if name in frame.columns:
            return name
    raise MatchingError(
        f"{what}: no column {' or '.join(names)}; there are {', '.join(frame.columns) or 'no columns'}.",
        f"Rename the column to {names[0]}.",
    )


def relabel(codes: Codes) -> Codes:
    """Renumber codes from 0 without gaps."""
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def crossed(first: Codes, second: Codes) -> Codes:
    """Give one code to each combination of two gapless codes."""
    return first * (int(second.max(initial=0)) + 1) + second


def count_pairs(codes: Codes) -> int:
    """Count the pairs of places that carry the same code."""
    sizes = np.unique(codes, return_counts=True)[1].astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _dense(column: pl.Series) -> Codes:
    """Number the values of a column from 0; each null gets a number of its own."""
    ranks = column.cast(pl.String).rank("dense").cast(pl.Int64)
    singles = int(ranks.max() or 0) + 1 + np.arange(len(column), dtype=np.int64)  # type: ignore[arg-type]
    known = ranks.is_not_null().to_numpy()
    return relabel(np.where(known, ranks.fill_null(0).to_numpy(), singles))


def read_truth(frame: pl.DataFrame, link_type: str = "dedupe") -> Truth:
    """Read a frame of labelled records.

    Args:
        frame: Columns ``record_id`` (or ``unique_id``), ``entity_id`` (or ``person_id``; null for a record
            without any partner) and, for ``link``, ``source`` (or ``source_dataset``, ``agency``).
        link_type: ``dedupe`` (within one list), ``link`` (between lists only) or ``both``.

    Raises:
        MatchingError: When a column is missing, an id is missing or repeated, or the link type is unknown.
    """
    if link_type not in LINK_TYPES:
        raise MatchingError(f"link type {link_type!r} is unknown.", f"Use one of {', '.join(LINK_TYPES)}.")
    ids = frame.get_column(column_of(frame, _RECORD, "truth")).cast(pl.String)
    if ids.null_count() or repeats(ids):
        raise MatchingError("truth: a record id is missing or stands twice.", "Give each record one row.")
    entity = _dense(frame.get_column(column_of(frame, _ENTITY, "truth")))
    source = np.zeros(len(ids), dtype=np.int64)
    if link_type == "link":
        source = _dense(frame.get_column(column_of(frame, _SOURCE, "truth")))
    total = count_pairs(entity)
    if link_type == "link":
        total -= count_pairs(crossed(entity, source))
    records = (
        pl.DataFrame({"record_id": ids}).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    )
    return Truth(records, entity, source, link_type, total)


def place(truth: Truth, ids: pl.Series, what: str) -> Codes:
    """Return the places of records in the truth.

    Raises:
        MatchingError: When an id is not in the truth.
    """
    keys = pl.DataFrame({"record_id": ids.cast(pl.String)})
    rows = keys.join(truth.records, on="record_id", how="left", maintain_order="left").get_column("row")
    if rows.null_count():
        raise MatchingError(
            f"{what}: {rows.null_count()} record ids are not in the truth.",
            "Evaluate on the labelled records only, or label the others.",
        )
    return rows.to_numpy().astype(np.int64)


def _weights(pairs: pl.DataFrame) -> pl.Series:
    """Return the match weight of each pair in bits, from its probability where no weight is given."""
    if any(name in pairs.columns for name in _WEIGHT):
        return pairs.get_column(column_of(pairs, _WEIGHT, "pairs")).cast(pl.Float64)
    if any(name in pairs.columns for name in _PROBABILITY):
        chance = pairs.get_column(column_of(pairs, _PROBABILITY, "pairs")).cast(pl.Float64)
        with np.errstate(divide="ignore"):
            odds = np.log2(chance.to_numpy()) - np.log2(1 - chance.to_numpy())
        return pl.Series("weight", odds)
    return pl.Series("weight", np.zeros(pairs.height))


def rank_pairs(truth: Truth, pairs: pl.DataFrame) -> RankedPairs:
    """Put found pairs beside the truth, strongest first.

    A pair given twice, or in both orders, counts once with its higher weight; a record paired with itself is
    dropped, and with link type ``link`` so is a pair within one source.

    Args:
        truth: Who is who.
        pairs: ``left``, ``right`` and ``weight`` in bits or ``probability`` (or the usual ``unique_id_l``,
            ``unique_id_r``, ``match_weight``, ``match_probability``). Without either, all weights are 0.

    Raises:
        MatchingError: When a column is missing or an id is not in the truth.
    """
    left = place(truth, pairs.get_column(column_of(pairs, _LEFT, "pairs")), "pairs")
    right = place(truth, pairs.get_column(column_of(pairs, _RIGHT, "pairs")), "pairs")
    frame = pl.DataFrame({"a": np.minimum(left, right), "b": np.maximum(left, right)})
    distinct = (
        frame.with_columns(_weights(pairs).alias("weight"))
        .filter(pl.col("a") != pl.col("b"))
        .group_by("a", "b")
        .agg(pl.col("weight").max())
        .sort("weight", "a", "b", descending=[True, False, False])
    )
    first, second = distinct["a"].to_numpy(), distinct["b"].to_numpy()
    counted = np.ones(len(first), dtype=np.bool_)
    if truth.link_type == "link":
        counted = truth.source[first] != truth.source[second]
    first, second = first[counted], second[counted]
    weight = distinct["weight"].to_numpy()[counted]
    return RankedPairs(first, second, weight, truth.entity[first] == truth.entity[second])


def place_clusters(truth: Truth, clusters: pl.DataFrame) -> Codes:
    """Return the cluster of each record of the truth; a record without one is a cluster of its own.

    Args:
        truth: Who is who.
        clusters: ``record_id`` (or ``unique_id``) and ``cluster_id``; records outside the truth are ignored.

    Raises:
        MatchingError: When a column is missing, or a record stands in two clusters.
    """
    given = clusters.select(
        pl.col(column_of(clusters, _RECORD, "clusters")).cast(pl.String).alias("record_id"),
        pl.col(column_of(clusters, ("cluster_id",), "clusters")).cast(pl.String).alias("cluster_id"),
    )
    if repeats(given.get_column("record_id")):
        raise MatchingError("clusters: a record stands in two rows.", "Give each record one cluster.")
    joined = truth.records.join(given, on="record_id", how="left", maintain_order="left")
    return _dense(joined.get_column("cluster_id"))
