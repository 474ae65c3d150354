"""Write rows, weights and labels out as frames of record ids."""

from __future__ import annotations

import numpy as np
import polars as pl

from bnl.matching.arrays import F64, I32, I64, Bool, distinct, pack, unpack
from bnl.matching.guard import EITHER, NAME_ONLY, NONE, REASONS
from bnl.matching.levels import LEVELS
from bnl.matching.pairing import Scored, doubts
from bnl.matching.record_ids import RecordIds
from bnl.matching.scorer import Scorer


def pairs_frame(scorer: Scorer, scored: Scored, labels: I64) -> pl.DataFrame:
    """Return pairs as a frame sorted by record ids.

    Returns:
        left, right, weight, probability, linked, one level name per comparison, and reason: why a person
        should judge the pair, if it is not linked.
    """
    ids = scorer.kernel.table.ids
    ranks = ids.ranks()
    one, two = ranks[scored.left], ranks[scored.right]
    order = np.argsort(pack(np.minimum(one, two), np.maximum(one, two)))
    swapped = (one > two)[order]
    left, right, weights = scored.left[order], scored.right[order], scored.weights[order]
    columns: dict[str, pl.Series] = {
        "left": ids.column().gather(np.where(swapped, right, left)),
        "right": ids.column().gather(np.where(swapped, left, right)),
        "weight": pl.Series(weights),
        "probability": pl.Series(1.0 / (1.0 + np.exp2(-weights))),
    }
    apart = labels[left] != labels[right]
    columns["linked"] = pl.Series(~apart)
    levels = scorer.kernel.unpack(scored.patterns[order])
    for item, row in zip(scorer.kernel.comparisons, levels, strict=True):
        names = [level.name for level in LEVELS[item.kind]]
        columns[item.column] = pl.Series(names, dtype=pl.Enum(names)).gather(row)
    # Of pairs that are linked nobody asks why they should be judged.
    reasons = np.full(left.size, NONE, dtype=np.uint8)
    rest = np.flatnonzero(apart)
    reasons[rest] = doubts(scorer, levels[:, rest], left[rest], right[rest])[1]
    reasons[either(left, right, weights, labels) & np.isin(reasons, (NONE, NAME_ONLY))] = EITHER
    columns["reason"] = pl.Series(list(REASONS.values()), dtype=pl.String).gather(reasons)
    return pl.DataFrame(columns)


def either(left: I32, right: I32, weights: F64, labels: I64) -> Bool:
    """Tell which pairs are apart because one of their records fits a second person as well.

    Args:
        left: Rows of one side.
        right: Rows of the other.
        weights: In bits.
        labels: Cluster of each row.
    """
    out = np.zeros(left.size, dtype=np.bool_)
    apart = np.flatnonzero((labels[left] != labels[right]) & (weights >= 0.0))
    size = np.bincount(labels, minlength=labels.size)
    one, two = left[apart], right[apart]
    own, others = size[labels[one]], size[labels[two]]
    for row, other, near, far in (
        (one, two, own <= others, others <= own),
        (two, one, others <= own, own <= others),
    ):
        # The record in doubt is the one of fewer records; a person of many may well be met by several.
        met = pack(row[near], labels[other[near]]), pack(other[far], labels[row[far]])
        fits = np.bincount(unpack(distinct(np.concatenate(met)))[0], minlength=labels.size)
        out[apart[near]] |= fits[row[near]] > 1
    return out


def review_frame(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs a person should judge: not linked, the least certain first."""
    doubt = (pl.col("probability") - 0.5).abs()
    return pairs.filter(~pl.col("linked")).sort(doubt, "left", "right")


def undecided(review: pl.DataFrame, ids: RecordIds, cannot: I64) -> pl.DataFrame:
    """Leave out the pairs that a person has parted: nobody is asked twice.

    Args:
        review: Pairs to be judged.
        ids: Record ids by row number.
        cannot: Pairs that are two people, packed.
    """
    if not cannot.size:
        return review
    one, two = (ids.column().gather(side) for side in unpack(cannot))
    sides = pl.DataFrame({"one": one, "two": two})
    known = sides.select(
        pl.min_horizontal("one", "two").alias("left"), pl.max_horizontal("one", "two").alias("right")
    )
    return review.join(known, on=["left", "right"], how="anti", maintain_order="left")


def clusters_frame(ids: RecordIds, rows: I64, labels: I64) -> pl.DataFrame:
    """Return record_id and cluster_id, the smallest record id of each cluster, sorted by record id.

    Args:
        ids: Record ids by row number.
        rows: The rows wanted.
        labels: Cluster of each of them, named by the number of a row.
    """
    order = np.argsort(ids.ranks()[rows])
    rows, labels = rows[order], labels[order]
    smallest = np.zeros(int(labels.max(initial=-1)) + 1, dtype=np.int64)
    # Read backwards, the last assignment is that of the smallest id.
    smallest[labels[::-1]] = rows[::-1]
    named = {"record_id": rows, "cluster_id": smallest[labels]}
    return pl.DataFrame({name: ids.column().gather(who) for name, who in named.items()})
