"""Bring what callers hold, frames or source records, to one standard frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import polars as pl

from bnl.matching.columns import LIST_COLUMNS, NAME_COLUMNS, VALUE_COLUMNS, standard_frame

_COLUMNS = (*NAME_COLUMNS, *VALUE_COLUMNS)
_FIELDS = frozenset(_COLUMNS)


@runtime_checkable
class Fields(Protocol):
    """What is said of a person, as `bnl.domain.person.PersonFields` holds it."""

    def present(self) -> Mapping[str, object]:
        """Return the fields that say something, by standard column."""


@runtime_checkable
class Statement(Protocol):
    """One agency's statement about a person, as `bnl.domain.record.SourceRecord` holds it."""

    @property
    def record_id(self) -> str:
        """Which record."""

    @property
    def agency_id(self) -> str:
        """Who said it."""

    @property
    def fields(self) -> Fields:
        """What was said."""


Records = pl.DataFrame | Iterable[Statement]


def fields_row(fields: Fields) -> dict[str, object]:
    """Return what matching reads of a person's fields, by standard column."""
    return {field: value for field, value in fields.present().items() if field in _FIELDS}


def row_of(record: Statement) -> dict[str, object]:
    """Return what matching reads of a source record, by standard column."""
    return {"record_id": record.record_id, "agency": record.agency_id, **fields_row(record.fields)}


def to_frame(records: Records) -> pl.DataFrame:
    """Return a standard frame of records.

    Args:
        records: A frame with a column ``record_id`` and standard columns (or their common other names), or
            source records.

    Raises:
        MatchingError: If the frame has no usable ``record_id``.
    """
    if isinstance(records, pl.DataFrame):
        return standard_frame(records)
    held = list(records)
    said = [record.fields.present() for record in held]
    columns = [
        pl.Series("record_id", [record.record_id for record in held], dtype=pl.String),
        pl.Series("agency", [record.agency_id for record in held], dtype=pl.String),
    ]
    by_field = _by_field(said)
    for field in _COLUMNS:
        values = by_field.get(field, ())
        if any(values):
            columns.append(
                _lists(field, values) if field in LIST_COLUMNS else pl.Series(field, values, dtype=pl.String)
            )
    return standard_frame(pl.DataFrame(columns))


def _by_field(said: Sequence[Mapping[str, object]]) -> dict[str, list[object]]:
    """Return the values of each field that any row has, None where a row has none.

    Only what is there is visited: of some twenty-five columns a record fills a few. A frame made of rows
    takes three times as long.
    """
    columns: dict[str, list[object]] = {}
    for place, row in enumerate(said):
        for field, value in row.items():
            column = columns.get(field)
            if column is None:
                column = columns[field] = [None] * len(said)
            column[place] = value
    return columns


def _lists(field: str, values: Sequence[object]) -> pl.Series:
    """Return a column of lists; a row without values holds none."""
    rows: list[int] = []
    items: list[str] = []
    for row, value in enumerate(values):
        if type(value) is list or type(value) is tuple:
            rows += [row] * len(value)
            items += value
        elif isinstance(value, str) and value:
            rows.append(row)
            items.append(value)
    listed = pl.DataFrame([pl.Series("row", rows, dtype=pl.Int64), pl.Series(field, items, dtype=pl.String)])
    every = pl.DataFrame({"row": pl.int_range(len(values), dtype=pl.Int64, eager=True)})
    grouped = listed.group_by("row", maintain_order=True).agg(field)
    return every.join(grouped, on="row", how="left", maintain_order="left").get_column(field)
