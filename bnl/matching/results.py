"""Write rows, weights and labels out as frames of record ids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from bnl.matching.arrays import F64, I32, I64
from bnl.matching.levels import LEVELS
from bnl.matching.scorer import Scorer


def pairs_frame(scorer: Scorer, left: I32, right: I32, weights: F64, labels: I64) -> pl.DataFrame:
    """Return pairs as a frame: left, right, weight, probability, linked, one level name per comparison."""
    ids = pl.Series("id", scorer.kernel.table.ids, dtype=pl.String)
    one, two = ids.gather(left), ids.gather(right)
    lower = one <= two
    columns: dict[str, pl.Series] = {
        "left": one.zip_with(lower, two),
        "right": two.zip_with(lower, one),
        "weight": pl.Series(weights),
        "probability": pl.Series(1.0 / (1.0 + np.exp2(-weights))),
        "linked": pl.Series(labels[left] == labels[right]),
    }
    levels = scorer.kernel.levels(left, right)
    for item, row in zip(scorer.kernel.comparisons, levels, strict=True):
        names = [level.name for level in LEVELS[item.kind]]
        columns[item.column] = pl.Series(names, dtype=pl.Enum(names)).gather(row)
    return pl.DataFrame(columns).sort("left", "right")


def clusters_frame(ids: Sequence[str], labels: I64) -> pl.DataFrame:
    """Return record_id and cluster_id, the smallest record id of each cluster, sorted by record id."""
    return (
        pl.DataFrame({"record_id": ids, "label": labels}, schema={"record_id": pl.String, "label": pl.Int64})
        .with_columns(pl.col("record_id").min().over("label").alias("cluster_id"))
        .select("record_id", "cluster_id")
        .sort("record_id")
    )
