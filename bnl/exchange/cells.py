"""Cleaning of single cells: what no reader can see is taken out, what could deceive one is refused."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bnl.exchange.findings import Doubt, Finding, Reason

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BROKEN = re.compile(r"[\ud800-\udfff\ufffd]")
_OVERRIDE = re.compile(r"[\u202d\u202e]")
# The joiners U+200C and U+200D stay: Persian and Indic names are misspelt without them.
_INVISIBLE = re.compile(r"[\u00ad\u200b\u200e\u200f\u202a-\u202c\u2060\u2066-\u2069\ufeff]")
_BLANKS = re.compile(r"[\s\u00a0]+")
_LINE_BLANKS = re.compile(r"[^\S\n]+")
_ERRORS: Final = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
_WRAPPED = re.compile(r'="([^"]*)"\Z')
_DIALLED = re.compile(r"\+[\d\s().-]+\Z", re.ASCII)
_STARTS: Final = ("=", "+", "-", "@")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*%?\Z", re.ASCII)

_NULLS_AS_WRITTEN: Final = frozenset({"NULL", "null", "NaN", "nan", "None", "none"})
DEFAULT_NULLS: Final = (
    "n/a", "n.a.", "n/k", "unknown", "not known", "not recorded", "not given", "not stated", "tbc",
    "not available", "not provided",
    "-", "--", "?", ".",
)  # fmt: skip

SHORT, MIDDLE, LONG = 200, 2_000, 32_767
_SHORT: Final = frozenset(
    {
        "given_names",
        "family_name",
        "full_name",
        "date_of_birth",
        "sex",
        "ni_number",
        "nhs_number",
        "prison_number",
        "postcode",
        "reference",
    }
)
_FREE_TEXT: Final = frozenset({"notes", "address", "sleep_site", "accommodation", "local_connection"})


class Cleaner:
    """Cleans the cells of one field of one file.

    Args:
        field: Field of the standard columns, or the name of another use; it decides what is allowed.
        column: Column of the file, for the findings.
        nulls: Texts that mean "not known", in any capitals; None if only an empty cell does, as for an
            answer on consent, where "not given" and "none" may be a refusal.
    """

    __slots__ = (
        "_as_written",
        "_column",
        "_field",
        "_free",
        "_limit",
        "_lines",
        "_longest_null",
        "_nulls",
        "_strict",
    )

    def __init__(self, field: str, column: str, nulls: tuple[str, ...] | None = DEFAULT_NULLS) -> None:
        self._field = field
        self._column = column
        self._strict = nulls is None
        self._nulls = frozenset(text.casefold() for text in nulls or ())
        self._as_written: frozenset[str] = frozenset() if self._strict else _NULLS_AS_WRITTEN
        # Folding may shorten or lengthen a text, never by more than a factor of three.
        self._longest_null = 3 * max(map(len, self._nulls | self._as_written), default=0)
        self._limit = SHORT if field in _SHORT else LONG if field == "notes" else MIDDLE
        self._lines = field == "notes"
        self._free = field in _FREE_TEXT

    def clean(self, cell: str, found: list[Finding]) -> str | None:
        """Return the text of a cell, or None if it says nothing or may not be taken.

        Args:
            cell: The cell as the file has it.
            found: Where findings are appended; after a fatal one the result means nothing.
        """
        text = cell.strip() if cell.isascii() else self._unseen(cell, found)
        if not text:
            return None
        plain = text.isprintable()
        if not plain and _CONTROL.search(text):
            found.append(Finding(Reason.CONTROL_CHARACTER, self._column))
            return None
        if not plain or "  " in text:
            text = _collapse(text, keep_lines=self._lines)
        if len(text) <= self._longest_null and (text.casefold() in self._nulls or text in self._as_written):
            return None
        if len(text) > self._limit:
            found.append(Finding(Reason.CELL_TOO_LONG, self._column))
            return None
        return self._harmless(text, found) if text[0] in "=+-@#'" else text

    def _unseen(self, cell: str, found: list[Finding]) -> str:
        text = unicodedata.normalize("NFC", cell).strip()
        if _BROKEN.search(text):
            found.append(Finding(Reason.UNDECODABLE, self._column))
        elif _OVERRIDE.search(text):
            found.append(Finding(Reason.TEXT_DIRECTION, self._column))
        elif _INVISIBLE.search(text):
            text = _INVISIBLE.sub("", text).strip()
            found.append(Finding(Doubt.INVISIBLE, self._column))
        return text

    def _harmless(self, text: str, found: list[Finding]) -> str | None:
        """Deal with a cell that begins as a formula does."""
        if text in _ERRORS and not self._strict:
            found.append(Finding(Doubt.SPREADSHEET_ERROR, self._column))
            return None
        if wrapped := _WRAPPED.match(text):
            found.append(Finding(Doubt.SPREADSHEET_TEXT, self._column))
            return self.clean(wrapped.group(1), found)
        if text[0] == "'":
            return self.clean(text[1:], found) if text[1:2] in _STARTS else text
        if text[0] == "#" or (text[0] == "+" and _DIALLED.match(text)) or _NUMBER.match(text):
            return text
        if text[0] != "=" and self._strict:
            return text
        if text[0] != "=" and self._free:
            found.append(Finding(Doubt.FORMULA_LIKE, self._column))
            return text
        found.append(Finding(Reason.FORMULA, self._column))
        return None


def _collapse(text: str, *, keep_lines: bool) -> str:
    if keep_lines:
        lines = (_LINE_BLANKS.sub(" ", line).strip() for line in text.splitlines())
        return "\n".join(lines).strip()
    return _BLANKS.sub(" ", text).strip()
