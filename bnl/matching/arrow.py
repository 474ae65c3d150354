"""The kernel over Arrow batches, to run inside a distributed engine: patterns travel, pairs do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl

from bnl.errors import MatchingError, MissingExtra
from bnl.matching.arrays import I64, count_distinct
from bnl.matching.columns import NAME_COLUMNS, VALUE_COLUMNS, role_of
from bnl.matching.expectation import Patterns
from bnl.matching.fitted import Fitted
from bnl.matching.kernel import Kernel
from bnl.matching.levels import LEVELS
from bnl.matching.maximisation import learn
from bnl.matching.preparing import scorer_of
from bnl.matching.table import Table

Batch = Any
"""A `pyarrow.RecordBatch`; typed loosely because pyarrow is optional."""

SCORED: Final = "record_id_l string, record_id_r string, weight double, probability double, pattern long"
"""The schema of `score_batches`, as Spark writes it."""

COUNTED: Final = "pattern long, pairs long"
"""The schema of `count_batches`, as Spark writes it."""

_FIELDS: Final = frozenset({*NAME_COLUMNS, *VALUE_COLUMNS})
_PACKED = np.int64


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingExtra("Arrow batches need pyarrow.", "Install it: pip install bnl[spark]") from error
    return pa


def _side(frame: pl.DataFrame, end: str) -> pl.DataFrame:
    """Return the columns of one side of a frame of pairs under their standard names."""
    taken = {}
    for column in frame.columns:
        role = role_of(column.removesuffix(end))
        if column.endswith(end) and (role in _FIELDS or role == "record_id"):
            taken[role] = frame.get_column(column).alias(role)
    if "record_id" not in taken:
        raise MatchingError(f"The pairs have no column record_id{end}.", "Give both sides their record ids.")
    return pl.DataFrame(list(taken.values()))


def _compared(fitted: Fitted, batch: Batch) -> tuple[Kernel, pl.DataFrame, pl.DataFrame]:
    """Return a kernel over the rows of both sides of a batch of pairs, the left ones first."""
    frame = pl.DataFrame(pl.from_arrow(batch))
    left, right = _side(frame, "_l"), _side(frame, "_r")
    both = pl.concat([left, right], how="diagonal_relaxed").drop("record_id")
    # A record stands in as many rows as it has pairs; each row is a record of its own here.
    numbered = both.with_columns(record_id=pl.int_range(pl.len()).cast(pl.String))
    table = Table.from_frame(numbered, fitted.columns)
    return Kernel(table, fitted.model, frozenset(fitted.columns)), left, right


def score_batches(fitted: Fitted, batches: Iterable[Batch]) -> Iterator[Batch]:
    """Weigh pairs of records given as Arrow batches, as `DataFrame.mapInArrow` hands them out.

    Args:
        fitted: Parameters.
        batches: One row per pair: ``record_id_l``, ``record_id_r`` and, for either side, standard columns
            (or their common other names) that end in ``_l`` and ``_r``. Further columns are not read.

    Returns:
        For each batch a batch of the same pairs in the same order: ``record_id_l``, ``record_id_r``,
        ``weight`` (bits), ``probability`` (in [0, 1]) and ``pattern`` (the packed levels, see
        `count_batches`). Weights are those that one run over all records gives.

    Raises:
        MissingExtra: If pyarrow is not installed.
        MatchingError: If a side has no record ids.
    """
    pa = _pyarrow()
    for batch in batches:
        kernel, left, right = _compared(fitted, batch)
        one = np.arange(left.height, dtype=np.int32)
        two = one + np.int32(left.height)
        levels = kernel.levels(one, two)
        weights = scorer_of(fitted, kernel).weigh(levels, one, two)
        yield pa.RecordBatch.from_pydict(
            {
                "record_id_l": pa.array(left.get_column("record_id").cast(pl.String).to_list(), pa.string()),
                "record_id_r": pa.array(right.get_column("record_id").cast(pl.String).to_list(), pa.string()),
                "weight": pa.array(weights),
                "probability": pa.array(1.0 / (1.0 + np.exp2(-weights))),
                "pattern": pa.array(kernel.pack(levels)),
            }
        )


def count_batches(fitted: Fitted, batches: Iterable[Batch]) -> Iterator[Batch]:
    """Count the level patterns of pairs given as Arrow batches; what a driver needs to learn from them.

    Args:
        fitted: Says what is compared, and in which order levels are packed.
        batches: As in `score_batches`.

    Returns:
        At most one batch, whatever the number of pairs: ``pattern`` (packed levels) and ``pairs``.

    Raises:
        MissingExtra: If pyarrow is not installed.
        MatchingError: If a side has no record ids.
    """
    pa = _pyarrow()
    total: dict[int, int] = {}
    for batch in batches:
        kernel, left, _ = _compared(fitted, batch)
        one = np.arange(left.height, dtype=np.int32)
        # Names that were found to stand for each other are known to the scorer's kernel.
        scorer_of(fitted, kernel)
        keys, counts = count_distinct(kernel.pack(kernel.levels(one, one + np.int32(left.height))))
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            total[key] = total.get(key, 0) + count
    if total:
        ordered = sorted(total)
        pairs = [total[key] for key in ordered]
        yield pa.RecordBatch.from_pydict(
            {"pattern": pa.array(ordered, pa.int64()), "pairs": pa.array(pairs, pa.int64())}
        )


def _layout(fitted: Fitted) -> Kernel:
    """Return a kernel without records, which knows how levels are packed."""
    table = Table(fitted.columns)
    table.extend([], [])
    return Kernel(table, fitted.model, frozenset(fitted.columns))


def _summed(counted: Iterable[Batch]) -> tuple[I64, I64]:
    frames = [pl.DataFrame(pl.from_arrow(batch)).select("pattern", "pairs") for batch in counted]
    if not frames:
        return np.zeros(0, dtype=_PACKED), np.zeros(0, dtype=_PACKED)
    both = pl.concat(frames).group_by("pattern").agg(pl.col("pairs").sum()).sort("pattern")
    return both.get_column("pattern").to_numpy(), both.get_column("pairs").to_numpy()


def pattern_table(fitted: Fitted, counted: Iterable[Batch]) -> pl.DataFrame:
    """Lay pattern counts out in words.

    Args:
        fitted: As it was given to `count_batches`.
        counted: What `count_batches` returned, of any number of workers.

    Returns:
        One level name per comparison, and ``pairs``; most pairs first.
    """
    keys, pairs = _summed(counted)
    kernel = _layout(fitted)
    columns: dict[str, pl.Series] = {}
    for item, row in zip(kernel.comparisons, kernel.unpack(keys), strict=True):
        names = [level.name for level in LEVELS[item.kind]]
        columns[item.column] = pl.Series(names, dtype=pl.Enum(names)).gather(row)
    frame = pl.DataFrame({**columns, "pairs": pl.Series(pairs, dtype=pl.Int64)})
    return frame.sort("pairs", *columns, descending=[True, *[False] * len(columns)])


def learn_from_counts(fitted: Fitted, counted: Iterable[Batch], total: float) -> Fitted:
    """Learn the level probabilities anew from pattern counts, wherever the pairs were compared.

    Args:
        fitted: Where learning begins; frequencies of values, thresholds and blocks stay as they are.
        counted: What `count_batches` returned, of any number of workers; their order plays no part.
        total: All pairs of records there are, compared or not.

    Returns:
        The parameters with what was learned.

    Raises:
        MatchingError: If there is nothing to learn from.
    """
    keys, pairs = _summed(counted)
    if not keys.size or total < int(pairs.sum()):
        raise MatchingError("There are no counts, or more than there are pairs.", "Count some pairs first.")
    patterns = Patterns(_layout(fitted).unpack(keys), pairs.astype(np.float64))
    start = fitted.mixture
    every = tuple(start.match * m + (1.0 - start.match) * u for m, u in zip(start.m, start.u, strict=True))
    return replace(fitted, mixture=learn(patterns, start, total, every).rounded())
