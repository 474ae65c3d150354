"""Figures out to files: CSV no spreadsheet can run, Excel, Parquet, JSON lines, and a page with a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from bnl.errors import InputError
from bnl.exchange.writers import write_frame
from bnl.register.figure_page import figure_page
from bnl.register.report_page import Picture

PAGES = (".html", ".svg")


def write_rows(
    rows: Sequence[Mapping[str, object]], path: str | Path, picture: Picture | None = None, foot: str = ""
) -> Path:
    """Write rows to a file whose name tells the format; a text that would be a formula is defused in CSV.

    Args:
        rows: The rows, each with the same names.
        path: A name ending in ``.csv``, ``.xlsx``, ``.jsonl``, ``.parquet``, ``.html`` or ``.svg``.
        picture: What an HTML page shows above the table, and the whole of an SVG file.
        foot: Last line of an HTML page: as of when, by which rules, from which log position.

    Raises:
        InputError: The ending names no format, there is no picture to write, or the file cannot be written.
    """
    place = Path(path)
    ending = place.suffix.lower()
    if ending not in PAGES:
        return write_frame(as_frame(rows), place)
    if ending == ".svg" and picture is None:
        raise InputError("there is no picture of this.", "Write CSV, Parquet, JSON or HTML.", file=place.name)
    text = picture.svg if ending == ".svg" and picture is not None else figure_page(picture, rows, foot)
    try:
        place.write_text(text, encoding="utf-8")
    except OSError as failure:
        told = f"the file cannot be written ({type(failure).__name__})."
        raise InputError(
            told, "Check that the folder exists and that there is room.", file=place.name
        ) from None
    return place


def as_frame(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Return rows as a frame: numbers stay numbers, days days, all else text; a mixed column is text."""
    table = [dict(row) for row in rows]
    names = list(table[0]) if table else []
    return pl.DataFrame([pl.Series(name, *_column([row[name] for row in table])) for name in names])


def _column(values: list[object]) -> tuple[list[object], type[pl.DataType]]:
    said = [value for value in values if value is not None]
    for kind, of in ((bool, pl.Boolean), (int, pl.Int64), (float, pl.Float64), (date, pl.Date)):
        if said and all(type(value) is kind for value in said):
            return values, of
    return [None if value is None else _text(value) for value in values], pl.String


def _text(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(_text(part) for part in value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
