"""Frames out to files: CSV that no spreadsheet can run as formulas, Excel, JSON lines and Parquet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import polars as pl
import xlsxwriter

from bnl.errors import InputError

Format = Literal["csv", "xlsx", "jsonl", "parquet"]

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet run a cell. Source: OWASP, CSV Injection."""

_SUFFIXES: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_EXCEL_ROWS, _EXCEL_TEXT, _EXCEL_COLUMNS = 1_048_576, 32_767, 16_384
_EXCEL_DIGITS = 15
# A workbook carries the time it was made; a fixed one keeps equal frames equal files.
_MADE: Final = dt.datetime(2020, 1, 1)  # noqa: DTZ001


def guard(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, with a leading apostrophe where it needs one."""
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def write_frame(frame: pl.DataFrame, path: str | Path, *, bom: bool = False) -> Path:
    """Write a frame to a file whose name tells the format; the file appears whole or not at all.

    Args:
        frame: The rows.
        path: A name ending in ``.csv``, ``.xlsx``, ``.jsonl``, ``.ndjson`` or ``.parquet``.
        bom: Whether a CSV file begins with a byte-order mark, which Excel needs to see that it is UTF-8.

    Returns:
        The path written, readable by its owner alone.

    Raises:
        InputError: If the ending names no format, the frame does not fit it, or the file cannot be written.
    """
    place = Path(path)
    kind = _SUFFIXES.get(place.suffix.lower())
    if kind is None:
        raise InputError(
            "the ending of the file names no format.",
            f"Use one of {', '.join(_SUFFIXES)}.",
            file=place.name,
        )
    data = frame_bytes(frame, kind, bom=bom)
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(place)
    except OSError as failure:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(
            f"the file cannot be written ({type(failure).__name__}).",
            "Check that the folder exists and that there is room.",
            file=place.name,
        ) from None
    return place


def frame_bytes(frame: pl.DataFrame, kind: Format, *, bom: bool = False) -> bytes:
    """Return a frame as the bytes of a file.

    Args:
        frame: The rows.
        kind: The format.
        bom: Whether CSV begins with a byte-order mark.

    Raises:
        InputError: If the frame does not fit the format.
    """
    if kind == "csv":
        return csv_text(frame.columns, frame.iter_rows()).encode("utf-8-sig" if bom else "utf-8")
    if kind == "jsonl":
        return _json_lines(frame).encode()
    buffer = io.BytesIO()
    if kind == "parquet":
        frame.write_parquet(buffer)
    else:
        _write_excel(frame, buffer)
    return buffer.getvalue()


def csv_text(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV (RFC 4180, comma, CRLF) in which every text is guarded.

    Args:
        header: Names of the columns.
        rows: Values; lists are joined by ``"; "``, nothing becomes the empty cell.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guard(name) for name in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool | int | float) or value is None:
        return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return guard(_text(value))


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(_text(part) for part in value if part is not None)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=_text)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def _json_lines(frame: pl.DataFrame) -> str:
    rows = (_finite(row) for row in frame.iter_rows(named=True))
    return "".join(json.dumps(row, ensure_ascii=False, default=_text) + "\n" for row in rows)


def _finite(value: object) -> object:
    """Return a value with nothing in place of the numbers JSON cannot write: not-a-number and infinity."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _write_excel(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    if frame.height >= _EXCEL_ROWS or frame.width > _EXCEL_COLUMNS:
        raise InputError("the table is larger than an Excel sheet.", "Write CSV or Parquet instead.")
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _MADE})
        sheet = book.add_worksheet()
        for at, name in enumerate(frame.columns):
            sheet.write_string(0, at, name)
        for number, row in enumerate(frame.iter_rows(), start=1):
            for at, value in enumerate(row):
                _write_excel_cell(sheet, number, at, value)


def _write_excel_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object) -> None:
    """Write texts as texts: a sheet has types, so a text in it is never run."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif (isinstance(value, float) and math.isfinite(value)) or (
        isinstance(value, int) and len(str(abs(value))) <= _EXCEL_DIGITS
    ):
        sheet.write_number(row, column, value)
    else:
        text = _text(value)
        if len(text) > _EXCEL_TEXT:
            raise InputError(
                "a text is longer than an Excel cell.", "Write CSV or Parquet instead.", row=row + 1
            )
        sheet.write_string(row, column, text)
