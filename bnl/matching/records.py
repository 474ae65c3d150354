"""Bring what callers hold, frames or source records, to one standard frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

import polars as pl

from bnl.matching.columns import LIST_COLUMNS, NAME_COLUMNS, VALUE_COLUMNS, standard_frame

_FIELDS = frozenset({*NAME_COLUMNS, *VALUE_COLUMNS})


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
    schema: dict[str, pl.DataType] = {"record_id": pl.String(), "agency": pl.String()}
    rows = [
        {key: list(value) if isinstance(value, tuple) else value for key, value in row_of(record).items()}
        for record in records
    ]
    said = {field for row in rows for field in row}
    for field in (*NAME_COLUMNS, *VALUE_COLUMNS):
        if field in said:
            schema[field] = pl.List(pl.String()) if field in LIST_COLUMNS else pl.String()
    return standard_frame(pl.DataFrame(rows, schema=schema))
