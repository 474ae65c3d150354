"""Raw columns as codes and distinct values, from a frame or from single records alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bnl.errors import MatchingError
from bnl.matching.arrays import I32
from bnl.matching.columns import NAME_COLUMNS, SYNONYMS, VALUE_COLUMNS, role_of
from bnl.matching.lexicon import LONGEST, split_distinct

MAX_SLOTS = 8
_EVIDENCE = frozenset({*NAME_COLUMNS, *VALUE_COLUMNS})
READ = _EVIDENCE | SYNONYMS.keys()
"""Keys of a record that are read."""

RawRecord = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column before normalising: one row of codes (-1 empty) per record, and what the codes stand for."""

    codes: I32
    values: list[str]


def _from_list_series(series: pl.Series) -> Coded:
    rows = len(series)
    held = series.list.drop_nulls().list.head(MAX_SLOTS)
    sizes = held.list.len().fill_null(0).to_numpy().astype(np.int64)
    ((codes, values),) = split_distinct([held.filter(held.list.len() > 0).explode()])
    ends = np.cumsum(sizes)
    slots = np.arange(codes.size) - np.repeat(ends - sizes, sizes)
    out = np.full((rows, max(1, int(sizes.max(initial=0)))), -1, dtype=np.int32)
    out[np.repeat(np.arange(rows), sizes), slots] = codes
    return Coded(out, values)


def from_frame(frame: pl.DataFrame) -> dict[str, Coded]:
    """Split every column of a standard frame that holds evidence."""
    out: dict[str, Coded] = {}
    single: list[pl.Series] = []
    for series in frame.select(column for column in frame.columns if column in _EVIDENCE):
        if isinstance(series.dtype, pl.List | pl.Array):
            out[series.name] = _from_list_series(series.cast(pl.List(pl.String)))
        else:
            single.append(series)
    for series, (codes, values) in zip(single, split_distinct(single), strict=True):
        out[series.name] = Coded(codes.reshape(-1, 1), values)
    return out


def strings(value: object) -> list[str]:
    """Return the texts of a value of a record: one, several of a list, or none.

    Raises:
        MatchingError: If it holds bytes or a structure.
    """
    if value is None:
        return []
    if isinstance(value, str):
        return [value[:LONGEST]]
    if isinstance(value, bytes | Mapping):
        raise MatchingError(
            f"A value of a record is of the type {type(value).__name__}, which is no text.",
            "Give texts, numbers, dates, or lists of them.",
        )
    if isinstance(value, Iterable):
        held = [item for item in value if item is not None][:MAX_SLOTS]
        return [text for item in held for text in strings(item)]
    if isinstance(value, float) and value.is_integer():
        return [str(int(value))]
    return [str(value)]


def by_role(record: RawRecord) -> dict[str, object]:
    """Return what a record says by standard column; of two names of one column the standard one counts."""
    out: dict[str, object] = {}
    for key, value in record.items():
        if value is None or (isinstance(value, str) and not value):
            continue
        role = role_of(key)
        if role == key or role not in out:
            out[role] = value
    return out


def from_records(records: Sequence[RawRecord], columns: Iterable[str]) -> dict[str, Coded]:
    """Split those of the named columns that a few records, given as mappings, say something of."""
    renamed = [by_role(record) for record in records]
    said = {column for record in renamed for column in record}
    out: dict[str, Coded] = {}
    for column in columns:
        if column not in said:
            continue
        codes: dict[str, int] = {}
        rows = [
            [codes.setdefault(item, len(codes)) for item in strings(record.get(column))] for record in renamed
        ]
        if all(len(row) == 1 for row in rows):
            out[column] = Coded(np.array(rows, dtype=np.int32), list(codes))
            continue
        table = np.full((len(rows), max([1, *map(len, rows)])), -1, dtype=np.int32)
        for place, row in enumerate(rows):
            table[place, : len(row)] = row
        out[column] = Coded(table, list(codes))
    return out
