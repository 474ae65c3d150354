"""Finding out a text file's encoding and a CSV file's delimiter, with the reason for each answer."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

from bnl.errors import InputError
from bnl.exchange.source import Source

DETECT: Final = "detect"
DELIMITERS: Final = (",", ";", "\t", "|")
DELIMITER_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
_SAMPLE_ROWS = 50
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a byte that is no UTF-8 becomes when it is let through.
_BROKEN = re.compile("[\udc80-\udcff]")
_MANY_NULS = 0.2
_CHANCE = 10


@dataclass(frozen=True, slots=True)
class Detected:
    """An answer and why it was given.

    Args:
        value: The encoding or the delimiter.
        why: The reason, fit for a report.
    """

    value: str
    why: str


def resolve_encoding(source: Source, declared: str = DETECT) -> Detected:
    """Settle the encoding of a text file, by its mark, by what is declared, or by reading all of it once.

    A byte-order mark decides. Else what is declared counts. Else the file is Windows-1252 if what it holds
    beyond ASCII hardly ever reads as UTF-8, which it does by chance alone once in a long while, and UTF-8 if
    not: rows that do not fit are then quarantined, where the other guess would misspell names in silence.
    A few bytes may read well in both: a profile that states the encoding is not left to a guess.

    Args:
        source: The file.
        declared: An encoding, or ``detect``.

    Raises:
        InputError: If the file is empty or no text at all, or there is no encoding of that name.
    """
    if kind := source.signature():
        raise InputError(
            f"this is no text file, it seems to be {kind}.",
            "Export it as text, or set the right format in the profile.",
            file=source.name,
        )
    with source.open() as stream:
        start = stream.read(_SAMPLE)
        if not start.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
            raise InputError(
                "the file is empty.",
                "Export it again; even without people it needs its header.",
                file=source.name,
            )
        for mark, name in _BOMS:
            if start.startswith(mark):
                return Detected(name, f"the file begins with the mark of {name.removesuffix('-sig').upper()}")
        if declared != DETECT:
            _check_encoding(declared, source.name)
            return Detected(declared, "the profile says so")
        if start.count(0) > _MANY_NULS * len(start):
            return _without_mark(start, source.name)
        good, bad = _count_utf8(start, stream)
    if not bad:
        return Detected("utf-8", "all of it reads as UTF-8" if good else "it is plain ASCII")
    if good * _CHANCE >= bad:
        return Detected("utf-8", f"{good} characters read as UTF-8, {bad} bytes do not")
    return Detected("cp1252", "what lies beyond ASCII does not read as UTF-8, so it is taken as Windows-1252")


def _without_mark(start: bytes, file: str) -> Detected:
    """Tell UTF-16 without its mark by the side on which the zero bytes lie."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) > 4 * min(even, odd):
        name = "utf-16-be" if even > odd else "utf-16-le"
        return Detected(name, "every other byte is zero, so it is UTF-16 without its mark")
    raise InputError(
        "this is no text file: it is full of zero bytes.", "Export it again as CSV in UTF-8.", file=file
    )


def _count_utf8(start: bytes, stream: BinaryIO) -> tuple[int, int]:
    """Count the characters beyond ASCII that read as UTF-8, and those that do not."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    good = bad = 0
    chunk = start
    while chunk:
        text = decoder.decode(chunk)
        if not text.isascii():
            beyond = len(text) - len(text.encode("ascii", "ignore"))
            broken = len(_BROKEN.findall(text))
            bad += broken
            good += beyond - broken
        chunk = stream.read(_CHUNK)
    bad += len(decoder.decode(b"", final=True))
    return good, bad


def _check_encoding(name: str, file: str) -> None:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise InputError(
            "the profile names an encoding that does not exist.",
            'Write "detect", "utf-8", "utf-16" or "cp1252".',
            file=file,
        ) from None


def detect_delimiter(lines: list[str], expected: Iterable[str] = ()) -> Detected:
    """Find out the delimiter of a CSV file from its first lines.

    The delimiter under which the header shows the most expected columns wins; where that decides nothing, the
    one that cuts most rows into as many cells as the header, and then the one that gives most cells.

    Args:
        lines: The first lines, the header among them first.
        expected: Columns that the profile reads.
    """
    wanted = {name.strip().casefold() for name in expected}
    scores = {delimiter: _score(lines, delimiter, wanted) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    hits, even, width = scores[best]
    name = DELIMITER_NAMES[best]
    if width <= 1:
        return Detected(best, "the file has one column, so it needs no delimiter")
    if hits:
        return Detected(best, f"with the {name} the header shows {hits} of {len(wanted)} columns expected")
    return Detected(best, f"with the {name} {even:.0%} of the first rows have as many cells as the header")


def _score(lines: list[str], delimiter: str, wanted: set[str]) -> tuple[int, float, int]:
    try:
        rows = [row for row in csv.reader(lines[:_SAMPLE_ROWS], delimiter=delimiter) if any(row)]
    except csv.Error:
        return 0, 0.0, 0
    if not rows:
        return 0, 0.0, 0
    header = rows[0]
    hits = len({name.strip().casefold() for name in header} & wanted)
    if len(header) == 1:
        return hits, 0.0, 1
    widths = Counter(len(row) for row in rows)
    return hits, widths[len(header)] / len(rows), len(header)


def first_lines(text: str) -> list[str]:
    """Cut a sample into lines for :func:`detect_delimiter`, keeping their ends."""
    return list(io.StringIO(text, newline=""))[:_SAMPLE_ROWS]
