"""Frames from files: the named columns of a table, and no other column is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import fastexcel
import polars as pl
from polars.exceptions import PolarsError

from bnl.errors import InputError

_SPREADSHEETS = {".xlsx", ".xls", ".xlsb", ".ods"}


def read_columns(path: str | Path, columns: Sequence[str]) -> pl.DataFrame:
    """Read some columns of a file.

    Args:
        path: A Parquet, CSV, JSON-lines or Excel file, told by its ending.
        columns: Names of the columns to read, in the order wanted.

    Returns:
        One row per record; columns of CSV and Excel files as text.

    Raises:
        InputError: The file cannot be read, has an unknown ending, or lacks a column.
    """
    place = Path(path)
    try:
        there = _columns(place)
        absent = [name for name in columns if name not in there]
        if absent:
            advice = f"It has {', '.join(there)}."
            raise InputError(f"there is no column {', '.join(absent)}.", advice, file=place.name)
        return _read(place, list(columns))
    except (OSError, PolarsError, ValueError, fastexcel.FastExcelError) as error:
        if isinstance(error, InputError):
            raise
        advice = "Check that it is whole and that its ending tells its format."
        raise InputError(
            f"the file cannot be read ({type(error).__name__}).", advice, file=place.name
        ) from None


def _columns(path: Path) -> list[str]:
    kind = path.suffix.lower()
    if kind == ".parquet":
        return pl.scan_parquet(path).collect_schema().names()
    if kind in {".csv", ".tsv", ".txt"}:
        return pl.scan_csv(path, separator=_separator(path), infer_schema=False).collect_schema().names()
    if kind in {".jsonl", ".ndjson"}:
        return pl.scan_ndjson(path).collect_schema().names()
    if kind in _SPREADSHEETS:
        return pl.read_excel(path, infer_schema_length=0).columns
    raise InputError(
        "its ending tells no known format.", "Use .parquet, .csv, .jsonl or .xlsx.", file=path.name
    )


def _read(path: Path, columns: list[str]) -> pl.DataFrame:
    kind = path.suffix.lower()
    if kind == ".parquet":
        return pl.read_parquet(path, columns=columns).select(columns)
    if kind in {".csv", ".tsv", ".txt"}:
        lazy = pl.scan_csv(path, separator=_separator(path), infer_schema=False, encoding="utf8-lossy")
        return lazy.select(columns).collect()
    if kind in {".jsonl", ".ndjson"}:
        return pl.scan_ndjson(path).select(columns).collect()
    return pl.read_excel(path, columns=columns, infer_schema_length=0).select(columns)


def _separator(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as lines:
        header = lines.readline()
    return max(",;\t|", key=header.count)
