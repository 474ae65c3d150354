"""From the cells of one row to the values of one field, by the rules of a profile."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bnl.domain.person import LIST_FIELDS
from bnl.exchange.cells import Cleaner
from bnl.exchange.checks import CHECKS, Check
from bnl.exchange.dates import DateReader, ReadDate
from bnl.exchange.findings import Doubt, Finding, Reason
from bnl.exchange.names import name_pattern
from bnl.exchange.profile import Profile
from bnl.exchange.rows import Cell
from bnl.exchange.rules import FieldRule, NameRule, SplitRule

Values = dict[str, list[str]]
"""What was read for each field so far; a field of one value takes the first."""

ANSWER: Final = "answer on consent"
MARK: Final = "mark"
"""Uses of a column that are no standard field, in which only an empty cell says nothing."""

_SEPARATORS: Final = {"phones": (";", "|", ",", "/"), "emails": (";", "|", ",", "/")}
_DEFAULT_SEPARATORS: Final = (";", "|")


@dataclass(frozen=True, slots=True)
class Place:
    """One column of the file.

    Args:
        at: Position of its cell in the row, counted from 0; None if the file does not have it.
        column: Its name, for findings.
        cleaner: Cleans its cells.
    """

    at: int | None
    column: str
    cleaner: Cleaner

    def texts(self, cells: Sequence[Cell], found: list[Finding]) -> Sequence[str]:
        """Return the cleaned texts of this column's cell; most cells have one or none."""
        cell = None if self.at is None else cells[self.at]
        if not cell:
            return ()
        if isinstance(cell, str):
            text = self.cleaner.clean(cell, found)
            return () if text is None else (text,)
        cleaned = (self.cleaner.clean(part, found) for part in cell)
        return tuple(text for text in cleaned if text is not None)


def place_of(field: str, column: str, profile: Profile, places: Mapping[str, int]) -> Place:
    """Return the place a column has in the file, with the cleaning that suits the field."""
    nulls = None if field in (ANSWER, MARK) else profile.null_tokens
    return Place(places.get(column), column, Cleaner(field, column, nulls))


class FieldStep:
    """Fills one field from its columns or its constant.

    Args:
        field: The standard field.
        rule: Where it comes from.
        profile: The profile the rule stands in.
        places: Positions of the file's columns.
        today: The civil date in London.
    """

    def __init__(
        self, field: str, rule: FieldRule, profile: Profile, places: Mapping[str, int], today: date
    ) -> None:
        self._field = field
        self._places = [place_of(field, column, profile, places) for column in rule.column]
        self._constant = rule.constant
        self._join = rule.join
        self._several = field in LIST_FIELDS
        self._parter = _parter(field, rule) if self._several else None
        self._codes = {code.strip().casefold(): meaning for code, meaning in rule.codes.items()}
        self._unknown = rule.unknown_codes
        self._check: Check | None = CHECKS.get(field)
        self._plain = not self._codes and self._check is None
        dated = field == "date_of_birth"
        self._dates = DateReader(rule.date_formats or profile.date_formats, today) if dated else None

    def __call__(self, cells: Sequence[Cell], values: Values, found: list[Finding]) -> None:
        """Read the field from a row into the values, and what is wrong or doubtful into the findings."""
        texts = self._texts(cells, found) if self._constant is None else [self._constant]
        if texts and self._dates is not None:
            texts = self._dated(self._dates, texts, found)
        elif len(texts) > 1 and not self._several:
            texts = [self._join.join(texts)]
        if texts:
            values[self._field] = values[self._field] + texts if self._field in values else texts

    def _texts(self, cells: Sequence[Cell], found: list[Finding]) -> list[str]:
        texts: list[str] = []
        for place in self._places:
            for text in place.texts(cells, found):
                if self._parter is not None:
                    self._part(self._parter, text, place, texts, found)
                elif self._plain:
                    texts.append(text)
                elif value := self._value(text, place.column, found):
                    texts.append(value)
        return texts

    def _part(
        self, parter: re.Pattern[str], text: str, place: Place, texts: list[str], found: list[Finding]
    ) -> None:
        """Add the parts of a cell of several values, each cleaned as a cell of its own."""
        parts: Sequence[str | None] = parter.split(text)
        if len(parts) > 1:
            parts = [place.cleaner.clean(part, found) for part in parts if part]
        for part in parts:
            value = part and self._value(part, place.column, found)
            if value:
                texts.append(value)

    def _dated(self, reader: DateReader, texts: list[str], found: list[Finding]) -> list[str]:
        """Read a date, whose day, month and year may stand in columns of their own."""
        column = self._places[0].column if self._places else None
        read = read_date(reader, self._join.join(texts), column, found)
        return [] if read is None else [read]

    def _value(self, text: str, column: str, found: list[Finding]) -> str | None:
        if self._codes:
            return self._decode(text, column, found)
        if self._check is not None:
            text, doubt = self._check(text)
            if doubt is not None:
                found.append(Finding(doubt, column))
        return text

    def _decode(self, text: str, column: str, found: list[Finding]) -> str | None:
        meaning = self._codes.get(text.casefold())
        if meaning is not None or self._unknown == "drop":
            return meaning
        if self._dates is not None:
            return text
        quarantine = self._unknown == "quarantine"
        found.append(Finding(Reason.UNKNOWN_CODE if quarantine else Doubt.UNKNOWN_CODE_KEPT, column))
        return text


def _parter(field: str, rule: FieldRule) -> re.Pattern[str] | None:
    separators = rule.separators
    if separators is None:
        separators = _SEPARATORS.get(field, _DEFAULT_SEPARATORS)
    return re.compile("|".join(map(re.escape, separators))) if separators else None


def read_date(reader: DateReader, text: str, column: str | None, found: list[Finding]) -> str | None:
    """Read one date, adding its doubts or its reason to the findings."""
    read = reader.read(text)
    if not isinstance(read, ReadDate):
        found.append(Finding(read, column))
        return None
    found += [Finding(doubt, column) for doubt in read.doubts]
    return read.iso


class NameStep:
    """Takes a column of several names apart.

    Args:
        rule: The column and its pattern.
        profile: The profile the rule stands in.
        places: Positions of the file's columns.
    """

    def __init__(self, rule: NameRule, profile: Profile, places: Mapping[str, int]) -> None:
        self._place = place_of("full_name", rule.column, profile, places)
        self._pattern = name_pattern(rule.pattern)

    def __call__(self, cells: Sequence[Cell], values: Values, found: list[Finding]) -> None:
        """Read the names from a row; one that does not fit the pattern is kept whole, with a doubt."""
        for text in self._place.texts(cells, found):
            parts = self._pattern.read(text)
            if parts is None:
                found.append(Finding(Doubt.NAME_PATTERN, self._place.column))
                values.setdefault("full_name", []).append(text)
                continue
            for field, part in (("given_names", parts.given_names), ("family_name", parts.family_name)):
                if part:
                    values.setdefault(field, []).append(part)
            if parts.aliases:
                values.setdefault("aliases", []).extend(parts.aliases)


class SplitStep:
    """Gives the parts of one column to several fields.

    Args:
        rule: The column, its separator and the fields.
        profile: The profile the rule stands in.
        places: Positions of the file's columns.
        today: The civil date in London.
    """

    def __init__(self, rule: SplitRule, profile: Profile, places: Mapping[str, int], today: date) -> None:
        self._place = place_of("notes", rule.column, profile, places)
        self._separator = rule.separator
        column = (rule.column,)
        self._into = [
            FieldStep(field, FieldRule(column=column), profile, {rule.column: at}, today)
            for at, field in enumerate(rule.into)
        ]

    def __call__(self, cells: Sequence[Cell], values: Values, found: list[Finding]) -> None:
        """Read the parts from a row; those that are missing are the last ones."""
        for text in self._place.texts(cells, found):
            parts = text.split(self._separator, len(self._into) - 1)
            if self._separator in parts[-1]:
                found.append(Finding(Doubt.SPLIT_SURPLUS, self._place.column))
            for step, _ in zip(self._into, parts, strict=False):
                step(parts, values, found)
