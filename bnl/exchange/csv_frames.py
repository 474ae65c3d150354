"""CSV files as frames: all at once where nothing is broken, row by row where something is."""

from __future__ import annotations

import csv
import io
import shutil
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars.exceptions import PolarsError

from bnl.exchange.csv_rows import HINT, open_csv
from bnl.exchange.detect import DETECT, detect_delimiter, first_lines, resolve_encoding
from bnl.exchange.lines import open_text
from bnl.exchange.row_frames import ColumnsRead, frame_of_rows, places_of
from bnl.exchange.source import Source

_SAMPLE = 1 << 18


@dataclass(frozen=True, slots=True)
class _Head:
    """How a file begins.

    Args:
        delimiter: Its delimiter.
        header: Names of its columns.
        size: Bytes of all lines down to the header, in UTF-8, without a mark.
        returns: Whether its lines end with a carriage return alone.
    """

    delimiter: str
    header: tuple[str, ...]
    size: int
    returns: bool


def read_csv(source: Source, columns: Sequence[str]) -> ColumnsRead:
    """Read some columns of a CSV file.

    A row with more cells than the header is broken, for its values may have shifted; one with fewer is taken
    as it is, its last cells empty. So is one whose quoted cell never ends.

    Args:
        source: The file.
        columns: Names of the columns to read, in the order wanted.

    Raises:
        InputError: The file is empty or no text, lacks a column or has one twice.
    """
    encoding = resolve_encoding(source).value
    head = _head(source, encoding, columns)
    if head is not None:
        places = places_of(columns, head.header, source.name)
        try:
            return _at_once(_plain(source, encoding, head), head, places, columns)
        except PolarsError:
            pass
    table = open_csv(source, encoding=encoding, delimiter=DETECT, skip_rows=0, expected=columns)
    return frame_of_rows(table, columns, source.name)


def _head(source: Source, encoding: str, columns: Sequence[str]) -> _Head | None:
    """Read the header, or return None where it is none that can be read in one go."""
    with open_text(source, encoding) as stream:
        sample = stream.read(_SAMPLE)
    lines = first_lines(sample)
    first = next((place for place, line in enumerate(lines) if line.strip()), None)
    if first is None or HINT.match(lines[first]):
        return None
    delimiter = detect_delimiter(lines[first:], columns).value
    reader = csv.reader(lines[first:], delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return None
    size = len("".join(lines[: first + reader.line_num]).encode())
    return _Head(delimiter, tuple(cell.strip() for cell in cells), size, "\n" not in sample)


def _plain(source: Source, encoding: str, head: _Head) -> io.BytesIO:
    """Return the rows in UTF-8 under a header of numbers, with room for one cell too many."""
    out = io.BytesIO()
    out.write(head.delimiter.join(map(str, range(len(head.header) + 1))).encode() + b"\n")
    if encoding.startswith("utf-8"):
        with source.open() as stream:
            mark = len(BOM_UTF8) if stream.read(len(BOM_UTF8)) == BOM_UTF8 else 0
            stream.seek(mark + head.size)
            shutil.copyfileobj(stream, out)
    else:
        with open_text(source, encoding) as text:
            out.write(text.read().encode()[head.size :])
    if head.returns:
        return io.BytesIO(out.getvalue().replace(b"\r", b"\n"))
    out.seek(0)
    return out


def _at_once(data: io.BytesIO, head: _Head, places: dict[str, int], columns: Sequence[str]) -> ColumnsRead:
    surplus = pl.col(str(len(head.header)))
    lazy = pl.scan_csv(
        data,
        separator=head.delimiter,
        infer_schema=False,
        encoding="utf8-lossy",
        truncate_ragged_lines=True,
    )
    wanted = [pl.col(str(places[name])).alias(f"={name}") for name in columns]
    frame = lazy.select(*wanted, surplus.is_not_null().alias("surplus")).collect()
    shifted = frame.get_column("surplus")
    frame = frame.drop("surplus").rename(lambda name: name[1:])
    if not shifted.any():
        return ColumnsRead(frame)
    kept = frame.select(pl.when(~shifted).then(pl.col(name)).alias(name) for name in columns)
    # The header is row 1.
    return ColumnsRead(kept, tuple((shifted.arg_true() + 2).to_list()))
