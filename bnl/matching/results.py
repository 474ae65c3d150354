"""Write rows, weights and labels out as frames of record ids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from bnl.matching.arrays import I64
from bnl.matching.guard import REASONS
from bnl.matching.levels import LEVELS
from bnl.matching.pairing import Scored, doubts
from bnl.matching.scorer import Scorer


def pairs_frame(scorer: Scorer, scored: Scored, labels: I64) -> pl.DataFrame:
    """Return pairs as a frame sorted by record ids.

    Returns:
        left, right, weight, probability, linked, one level name per comparison, and reason: why a person
        should judge the pair if it is not linked.
    """
    ids = pl.Series("id", scorer.kernel.table.ids, dtype=pl.String)
    left, right, weights = scored.left, scored.right, scored.weights
    one, two = ids.gather(left), ids.gather(right)
    lower = one <= two
    columns: dict[str, pl.Series] = {
        "left": one.zip_with(lower, two),
        "right": two.zip_with(lower, one),
        "weight": pl.Series(weights),
        "probability": pl.Series(1.0 / (1.0 + np.exp2(-weights))),
        "linked": pl.Series(labels[left] == labels[right]),
    }
    levels = scorer.kernel.unpack(scored.patterns)
    for item, row in zip(scorer.kernel.comparisons, levels, strict=True):
        names = [level.name for level in LEVELS[item.kind]]
        columns[item.column] = pl.Series(names, dtype=pl.Enum(names)).gather(row)
    _, reasons = doubts(scorer, levels, left, right)
    columns["reason"] = pl.Series(list(REASONS.values()), dtype=pl.String).gather(reasons)
    return pl.DataFrame(columns).sort("left", "right")


def review_frame(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs a person should judge: not linked, the least certain first."""
    doubt = (pl.col("probability") - 0.5).abs()
    return pairs.filter(~pl.col("linked")).sort(doubt, "left", "right")


def clusters_frame(ids: Sequence[str], labels: I64) -> pl.DataFrame:
    """Return record_id and cluster_id, the smallest record id of each cluster, sorted by record id."""
    return (
        pl.DataFrame({"record_id": ids, "label": labels}, schema={"record_id": pl.String, "label": pl.Int64})
        .with_columns(pl.col("record_id").min().over("label").alias("cluster_id"))
        .select("record_id", "cluster_id")
        .sort("record_id")
    )
