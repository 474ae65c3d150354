"""CSV (RFC 4180), read so that one broken row costs one row: the rest is always read on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Final

from bnl.errors import InputError
from bnl.exchange.detect import (
    DELIMITER_NAMES,
    DETECT,
    Detected,
    detect_delimiter,
    first_lines,
    resolve_encoding,
)
from bnl.exchange.findings import Reason
from bnl.exchange.lines import Lines, open_text
from bnl.exchange.rows import RawRow, Table
from bnl.exchange.source import Source, readable

MAX_LINE: Final = 100_000
"""Longest row, in characters; shorter than the standard library's limit on one cell."""

MAX_LINES: Final = 200
"""Most lines that one row with line breaks in its cells may have."""

_SAMPLE = 1 << 16
HINT: Final = re.compile(r'"?sep=(?P<delimiter>.)"?[\r\n]*\Z', re.IGNORECASE)
"""Excel's own hint above the header; it is no row of the sheet."""


class _Feed:
    """Lines of one row for the csv module, remembered, with an end to an endless quoted cell."""

    def __init__(self, lines: Lines, first: str) -> None:
        self._lines = lines
        self._first: str | None = first
        self.taken: list[str] = []
        self._size = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._first if self._first is not None else self._lines.next()
        self._first = None
        if line is None:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        if len(self.taken) > MAX_LINES or self._size > MAX_LINE:
            raise csv.Error("the quoted cell has no end")
        return line


def open_csv(
    source: Source, *, encoding: str, delimiter: str, skip_rows: int, expected: Iterable[str]
) -> Table:
    """Open a CSV file.

    Args:
        source: The file.
        encoding: Its encoding, or ``detect``.
        delimiter: Its delimiter, or ``detect``.
        skip_rows: Lines above the header.
        expected: Columns that the profile reads; they help to find the delimiter.

    Raises:
        InputError: If it is empty, no text, or has no header; or if the delimiter given is not the file's.
    """
    expected = tuple(expected)
    found = resolve_encoding(source, encoding)
    with readable(source, "a text file"), open_text(source, found.value) as stream:
        sample = first_lines(stream.read(_SAMPLE))[skip_rows:]
    if sample and (hint := HINT.match(sample[0])):
        guess = Detected(hint["delimiter"], "the first line of the file says so")
        sample = sample[1:]
    else:
        guess = detect_delimiter(sample, expected)
    notes = [f"encoding {found.value}: {found.why}"]
    if delimiter == DETECT:
        delimiter = guess.value
        notes.append(f"delimiter {DELIMITER_NAMES.get(delimiter, delimiter)}: {guess.why}")
    else:
        _check_delimiter(delimiter, guess.value, sample, source.name)
    with readable(source, "a CSV file"), open_text(source, found.value) as stream:
        _, header, _ = _start(stream, delimiter, skip_rows, source.name)
    return Table(header, _rows(source, found.value, delimiter, skip_rows), tuple(notes))


def _check_delimiter(declared: str, guess: str, sample: list[str], file: str) -> None:
    if len(declared) != 1 or declared in '"\r\n\x00':
        raise InputError(
            "the profile's delimiter is not one character.", 'Write "detect", "," or ";".', file=file
        )
    header = next((line for line in sample if line.strip()), "")
    if declared not in header and guess in header:
        raise InputError(
            f"the header has no {DELIMITER_NAMES.get(declared, declared)}, it is parted by the "
            f"{DELIMITER_NAMES.get(guess, guess)}.",
            'Correct the delimiter in the profile, or write "detect".',
            file=file,
        )


def _start(
    stream: io.TextIOWrapper, delimiter: str, skip_rows: int, file: str
) -> tuple[Lines, tuple[str, ...], int]:
    """Read down to the header; return what follows, the header, and the header's row number."""
    lines = Lines(stream, MAX_LINE)
    number = skip_rows
    for _ in range(skip_rows):
        lines.next()
    while (line := lines.next()) is not None:
        if number == skip_rows and HINT.match(line):
            continue
        number += 1
        cells = _record(lines, line, delimiter, width=None)
        if isinstance(cells, Reason):
            raise InputError(
                "the header cannot be read: its quotes do not match or it is too long.",
                "Check the first row of the file.",
                file=file,
                row=number,
            )
        if any(cell.strip() for cell in cells):
            return lines, tuple(cell.strip().lstrip("\ufeff").strip() for cell in cells), number
    raise InputError("the file has no header.", "Export it again with its column names.", file=file)


def _record(lines: Lines, line: str, delimiter: str, width: int | None) -> list[str] | Reason:
    """Read one row that begins with this line; if it is broken only this line is used up."""
    if len(line) > MAX_LINE:
        return Reason.LINE_TOO_LONG
    if '"' not in line:
        return line.rstrip("\r\n").split(delimiter)
    feed = _Feed(lines, line)
    try:
        cells = next(csv.reader(feed, delimiter=delimiter, strict=True))
    except csv.Error:
        lines.give_back(feed.taken[1:])
        return Reason.UNCLOSED_QUOTE
    if len(feed.taken) > 1 and width is not None and len(cells) != width:
        lines.give_back(feed.taken[1:])
        return Reason.UNCLOSED_QUOTE
    return cells


def _rows(source: Source, encoding: str, delimiter: str, skip_rows: int) -> Iterator[RawRow]:
    with readable(source, "a CSV file"), open_text(source, encoding) as stream:
        lines, header, number = _start(stream, delimiter, skip_rows, source.name)
        width = len(header)
        while (line := lines.next()) is not None:
            number += 1
            cells = _record(lines, line, delimiter, width)
            if isinstance(cells, Reason):
                yield RawRow(number, (), cells, line[:MAX_LINE])
            elif len(cells) == width:
                yield RawRow(number, cells)
            else:
                yield _ragged(number, cells, width, line)


def _ragged(number: int, cells: list[str], width: int, line: str) -> RawRow:
    """Take a row of another length only if nothing can have shifted: it is blank, or only its surplus is."""
    filled = [bool(cell.strip()) for cell in cells]
    if not any(filled) or (len(cells) > width and not any(filled[width:])):
        return RawRow(number, [*cells[:width], *[""] * (width - len(cells))])
    return RawRow(number, (), Reason.TOO_FEW_CELLS if len(cells) < width else Reason.TOO_MANY_CELLS, line)
