"""Excel workbooks and Parquet files as the rows of text a CSV file gives; only for a process that may end."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from typing import Final

import fastexcel
import polars as pl

from bnl.errors import InputError, ProfileError
from bnl.exchange.findings import Reason
from bnl.exchange.json_rows import as_text
from bnl.exchange.rows import Cell, RawRow, Table
from bnl.exchange.source import Source, readable

_SLICE: Final = 10_000
_MAX_UNPACKED: Final = 2_000_000_000


def read_excel(source: Source, *, sheet: str | None = None, skip_rows: int = 0) -> Table:
    """Open a workbook (.xlsx, .xls, .xlsb or .ods).

    Args:
        source: The file.
        sheet: Name of the sheet; the first if not given.
        skip_rows: Rows above the header.

    Raises:
        InputError: If the file is no workbook, is cut short, or the sheet is empty.
        ProfileError: If it has no sheet of that name.
    """
    refuse_bomb(source)
    with readable(source, "an Excel workbook"):
        book = fastexcel.read_excel(source.path if source.path is not None else source.data)
        names = list(book.sheet_names)
    if not names:
        raise InputError("the workbook has no sheet.", "Export it again.", file=source.name)
    if sheet is not None and sheet not in names:
        listed = ", ".join(f'"{name}"' for name in names[:10])
        raise ProfileError(
            f'the workbook has no sheet "{sheet}"; it has {listed}.', "Correct the profile.", file=source.name
        )
    name = sheet if sheet is not None else names[0]
    with readable(source, "an Excel workbook"):
        frame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        cells = frame.slice(skip_rows)
        at = next((n for n, row in enumerate(cells.iter_rows()) if any(map(_filled, row))), None)
    if at is None:
        raise InputError("the sheet is empty.", "Check the sheet named in the profile.", file=source.name)
    header = tuple(str(cell or "").strip() for cell in cells.row(at))
    note = f'sheet "{name}"' + ("" if len(names) == 1 else f", one of {len(names)}")
    return Table(header, _sheet_rows(cells.slice(at + 1), skip_rows + at + 2), (note,))


def _filled(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())


def refuse_bomb(source: Source) -> None:
    """Refuse an archive that unpacks to more than any agency's workbook, before it is unpacked.

    Args:
        source: The file.

    Raises:
        InputError: If it does.
    """
    with source.open() as stream:
        if stream.read(2) != b"PK":
            return
        try:
            size = sum(entry.file_size for entry in zipfile.ZipFile(stream).infolist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return
    if size > _MAX_UNPACKED:
        raise InputError("the workbook unpacks to more than 2 GB.", "Export fewer rows.", file=source.name)


def _sheet_rows(cells: pl.DataFrame, first: int) -> Iterator[RawRow]:
    for number, row in enumerate(cells.iter_rows(), start=first):
        yield RawRow(number, row)


def read_parquet(source: Source) -> Table:
    """Open a Parquet file; its first row is row 2, as if a header stood above it.

    Args:
        source: The file.

    Raises:
        InputError: If the file is no Parquet file or is cut short.
    """
    with readable(source, "a Parquet file"):
        frame = pl.scan_parquet(source.path if source.path is not None else source.data)
        header = tuple(frame.collect_schema().names())
    return Table(header, _parquet_rows(frame, source), ())


def _parquet_rows(frame: pl.LazyFrame, source: Source) -> Iterator[RawRow]:
    number = 1
    with readable(source, "a Parquet file"):
        while (part := frame.slice(number - 1, _SLICE).collect()).height:
            for row in part.iter_rows():
                number += 1
                try:
                    yield RawRow(number, tuple(map(_typed, row)))
                except ValueError:
                    yield RawRow(number, (), Reason.NOT_JSON)


def _typed(value: object) -> Cell:
    if isinstance(value, list):
        return tuple(text for part in value if (text := as_text(part)))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return as_text(value)
