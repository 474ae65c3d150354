"""Bring what callers hold, frames or source records, to one standard frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, cast, runtime_checkable

import polars as pl

from bnl.errors import MatchingError
from bnl.matching.columns import LIST_COLUMNS, NAME_COLUMNS, VALUE_COLUMNS, standard_frame
from bnl.matching.sources import by_role, strings

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


@runtime_checkable
class Tabular(Protocol):
    """A table of another library: pandas, pyarrow, DuckDB and others hand their columns over as Arrow."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the table as an Arrow stream."""


Records = pl.DataFrame | pl.LazyFrame | Tabular | Iterable[Statement | Mapping[str, object]]


def fields_row(fields: Fields) -> dict[str, object]:
    """Return what matching reads of a person's fields, by standard column."""
    return {field: value for field, value in fields.present().items() if field in _FIELDS}


def row_of(record: Statement) -> dict[str, object]:
    """Return what matching reads of a source record, by standard column."""
    return {"record_id": record.record_id, "agency": record.agency_id, **fields_row(record.fields)}


def to_frame(records: Records) -> pl.DataFrame:
    """Return a standard frame of records.

    Args:
        records: A table with a column ``record_id`` and standard columns (or their common other names): a
            polars frame, or one of pandas, pyarrow or another library that speaks Arrow; or source records,
            or mappings such as ``{"record_id": "1", "given_names": "Ada"}``.

    Raises:
        MatchingError: If it is none of these, or has no usable ``record_id``.
    """
    if isinstance(records, pl.DataFrame):
        return standard_frame(records)
    if isinstance(records, pl.LazyFrame):
        return standard_frame(records.collect())
    if isinstance(records, Tabular):
        return standard_frame(_of_arrow(records))
    if isinstance(records, str | bytes | Mapping) or not isinstance(records, Iterable):
        raise no_record(records)
    held = list(records)
    # One record of each type is asked, because asking whether an object fits a protocol is slow.
    kinds = list({type(record): record for record in held}.values())
    if kinds and all(isinstance(record, Mapping) for record in kinds):
        return standard_frame(_of_mappings(cast("list[Mapping[str, object]]", held)))
    for record in kinds:
        if not isinstance(record, Statement):
            raise no_record(record)
    return standard_frame(_of_statements(cast("list[Statement]", held)))


def no_record(given: object) -> MatchingError:
    """Return the error for what is neither a record nor a table of records; its value is not shown."""
    return MatchingError(
        f"A value of the type {type(given).__name__} is no record and no table of records.",
        "Give a polars or pandas frame, source records, or a list of mappings with record_id.",
    )


def _of_arrow(table: Tabular) -> pl.DataFrame:
    try:
        return pl.DataFrame(table)
    # Libraries say in their own ways that a column is a mixture of kinds.
    except Exception as error:
        raise MatchingError(
            f"The table cannot be read as Arrow ({type(error).__name__}).",
            "Give each column values of one kind: text, numbers or dates.",
        ) from error


def _of_mappings(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Lay mappings out as a frame; of two names of one column in a row the standard one counts."""
    said = [by_role(row) for row in rows]
    columns = []
    for field, values in _by_field(said).items():
        if field in _FIELDS or field in {"record_id", "agency"}:
            texts = [strings(value) for value in values]
            many = field in LIST_COLUMNS or any(len(text) > 1 for text in texts)
            columns.append(
                pl.Series(field, texts, dtype=pl.List(pl.String))
                if many
                else pl.Series(field, [text[0] if text else None for text in texts], dtype=pl.String)
            )
    return pl.DataFrame(columns)


def _of_statements(held: Sequence[Statement]) -> pl.DataFrame:
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
    return pl.DataFrame(columns)


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
