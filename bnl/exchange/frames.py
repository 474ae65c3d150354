"""Frames from files: the named columns of a table, and no other column is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from bnl.errors import InputError
from bnl.exchange.csv_frames import read_csv
from bnl.exchange.json_rows import open_json_lines
from bnl.exchange.row_frames import ColumnsRead, frame_of_rows, places_of
from bnl.exchange.source import Source, readable, source_of
from bnl.exchange.typed_rows import refuse_bomb

_SPREADSHEETS = {".xlsx", ".xls", ".xlsb", ".ods"}


def read_columns(path: str | Path, columns: Sequence[str]) -> ColumnsRead:
    """Read some columns of a file.

    Capitals, blanks and underscores in the names of columns do not count, and in CSV files encoding and
    delimiter are found out. A row of text that cannot be read stands empty in the frame and is named beside
    it: the rest is always read.

    Args:
        path: A Parquet, CSV, JSON-lines or Excel file, told by its ending.
        columns: Names of the columns to read, in the order wanted.

    Returns:
        One row per record, under the names asked for; columns of CSV and Excel files as text.

    Raises:
        InputError: The file cannot be read, has an unknown ending, lacks a column or has one twice.
    """
    source = source_of(path)
    kind = Path(path).suffix.lower()
    # Opened first of all, so that a file that is not there is told as such.
    source.open().close()
    if kind == ".parquet":
        return _parquet(source, columns)
    if kind in {".csv", ".tsv", ".txt"}:
        return read_csv(source, columns)
    if kind in {".jsonl", ".ndjson"}:
        return _json_lines(source, columns)
    if kind in _SPREADSHEETS:
        return _workbook(source, columns)
    raise InputError(
        "its ending tells no known format.", "Use .parquet, .csv, .jsonl or .xlsx.", file=source.name
    )


def _parquet(source: Source, columns: Sequence[str]) -> ColumnsRead:
    with readable(source, "a Parquet file"):
        header = pl.scan_parquet(source.path or source.data).collect_schema().names()
        places = places_of(columns, header, source.name)
        kept = list(dict.fromkeys(header[places[name]] for name in columns))
        frame = pl.read_parquet(source.path or source.data, columns=kept)
        return ColumnsRead(frame.select(pl.col(header[places[name]]).alias(name) for name in columns))


def _json_lines(source: Source, columns: Sequence[str]) -> ColumnsRead:
    """Read JSON lines all at once where they are one kind of object, else line by line."""
    try:
        with source.open() as stream:
            lazy = pl.scan_ndjson(source.path or stream.read(), infer_schema_length=None)
            header = lazy.collect_schema().names()
            places = places_of(columns, header, source.name)
            return ColumnsRead(
                lazy.select(pl.col(header[places[name]]).alias(name) for name in columns).collect()
            )
    except PolarsError:
        table = open_json_lines(source, optional=columns)
        return frame_of_rows(table, columns, source.name)


def _workbook(source: Source, columns: Sequence[str]) -> ColumnsRead:
    refuse_bomb(source)
    with readable(source, "an Excel workbook"):
        cells = pl.read_excel(
            source.path or source.data, has_header=False, infer_schema_length=0, raise_if_empty=False
        )
        rows = (number for number, row in enumerate(cells.iter_rows()) if any(cell for cell in row))
        at = next(rows, None)
        if at is None:
            raise InputError("the sheet is empty.", "Check the first sheet.", file=source.name)
        header = [str(cell or "").strip() for cell in cells.row(at)]
        places = places_of(columns, header, source.name)
        body = cells.slice(at + 1)
        return ColumnsRead(body.select(body.to_series(places[name]).alias(name) for name in columns))
