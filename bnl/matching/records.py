"""Bring what callers hold, frames or source records, to one standard frame."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from bnl.domain.person import LIST_FIELDS, PersonFields
from bnl.domain.record import SourceRecord
from bnl.matching.columns import NAME_COLUMNS, VALUE_COLUMNS, standard_frame

Records = pl.DataFrame | Iterable[SourceRecord]

_FIELDS = tuple(field for field in (*NAME_COLUMNS, *VALUE_COLUMNS) if field in PersonFields.model_fields)


def fields_row(fields: PersonFields) -> dict[str, object]:
    """Return what matching reads of a person's fields, by standard column."""
    return {field: getattr(fields, field) for field in _FIELDS}


def row_of(record: SourceRecord) -> dict[str, object]:
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
    for field in _FIELDS:
        schema[field] = pl.List(pl.String()) if field in LIST_FIELDS else pl.String()
    rows = [
        {key: list(value) if isinstance(value, tuple) else value for key, value in row_of(record).items()}
        for record in records
    ]
    return standard_frame(pl.DataFrame(rows, schema=schema))
