"""Dates as agencies write them, read into partial ISO dates by the formats a profile names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from bnl.exchange.findings import Doubt, Reason

_LONDON = ZoneInfo("Europe/London")
_SPREADSHEET_EPOCH = date(1899, 12, 30)
_OLDEST_AGE = 120
_PLACEHOLDER = "1900-01-01"

_TOKEN = re.compile(r"yyyy|yy|mmmm|mmm|mm|m|dd|d", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LOOSE = {"yyyy": r"(?P<y>\d{4})", "yy": r"(?P<yy>\d{2})", "m": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})"}
_TIGHT = {"yyyy": r"(?P<y>\d{4})", "yy": r"(?P<yy>\d{2})", "m": r"(?P<m>\d{2})", "d": r"(?P<d>\d{2})"}
_NAMED = r"(?P<mon>[A-Za-z]{3,9})\.?"
_TIME = re.compile(
    r"(?P<day>.*?\d)[T ]+(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(?P<half>[AaPp][Mm])?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?\Z",
    re.ASCII,
)
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date that could be read.

    Args:
        iso: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
        doubts: What is doubtful about the reading.
    """

    iso: str
    doubts: tuple[Doubt, ...] = ()


def date_pattern(text: str) -> re.Pattern[str]:
    """Turn a format such as ``dd/mm/yyyy`` or ``d mmm yy`` into a pattern.

    Separators ``/``, ``-``, ``.`` and a blank stand for one another, and where there are separators a day or
    a month may have one digit. ``mmm`` is an English month name or its first three letters.

    Args:
        text: The format; it names a year, and a month if it names a day.

    Raises:
        ValueError: If it names a part twice, or no year, or a day without a month.
    """
    width = _TIGHT if re.fullmatch(r"[A-Za-z]+", text) and "mmm" not in text.lower() else _LOOSE
    pieces, parts, at = [], [], 0
    for found in _TOKEN.finditer(text):
        pieces.append(_literal(text[at : found.start()]))
        token = found.group().lower()
        parts.append(token[0])
        key = token if token[0] == "y" else token[0]
        pieces.append(_NAMED if token.startswith("mmm") else width[key])
        at = found.end()
    pieces.append(_literal(text[at:]))
    if len(set(parts)) != len(parts) or "y" not in parts or ("d" in parts and "m" not in parts):
        raise ValueError('a date format names a year and may name a month and a day, such as "dd/mm/yyyy"')
    return re.compile("".join(pieces) + r"\Z", re.ASCII)


def _literal(text: str) -> str:
    return "".join(r"[/\-. ]" if char in "/-. " else re.escape(char) for char in text)


@dataclass(frozen=True)
class DateReader:
    """Reads the dates of one column.

    Args:
        formats: Formats in the order in which they are tried; ISO 8601 is always tried last.
        today: The civil date in London; nothing later is taken.
        birth: Whether these are dates of birth, which have an oldest age too.
    """

    formats: tuple[str, ...]
    today: date
    birth: bool = True

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(date_pattern(text) for text in self.formats)

    @cached_property
    def _oldest(self) -> str:
        year = self.today.year - _OLDEST_AGE - 1
        return f"{year:04d}-{self.today.month:02d}-{self.today.day:02d}"

    def read(self, text: str) -> ReadDate | Reason:
        """Read one date.

        Args:
            text: The cell, trimmed and not empty.

        Returns:
            The date and its doubts, or the reason why it cannot be one.
        """
        day, doubts = _without_time(text)
        readings = [found.groupdict() for pattern in self._patterns if (found := pattern.match(day))]
        if iso := _ISO.match(day):
            readings.append({"y": iso.group(1), "m": iso.group(2), "d": iso.group(3)})
        if not readings:
            return self._serial(day, doubts)
        dates = [self._assemble(reading) for reading in readings]
        possible = [(value, reading) for value, reading in zip(dates, readings, strict=True) if value]
        if not possible:
            return Reason.IMPOSSIBLE_DATE
        value, reading = possible[0]
        if any(other != value for other, _ in possible):
            doubts = (*doubts, Doubt.AMBIGUOUS_DATE)
        if reading.get("yy"):
            doubts = (*doubts, Doubt.TWO_DIGIT_YEAR)
        return self._bounded(value, doubts)

    def _assemble(self, reading: dict[str, str | None]) -> str | None:
        """Return the ISO date, or None if there is no such day; day or month 00 means not known."""
        month = _month(reading)
        day = int(reading.get("d") or 0)
        if month is None or (day and not month):
            return None
        if two := reading.get("yy"):
            year = self._century(int(two), month, day)
        else:
            year = int(reading["y"] or 0)
        try:
            date(year, month or 1, day or 1)
        except ValueError:
            return None
        if day:
            return f"{year:04d}-{month:02d}-{day:02d}"
        return f"{year:04d}-{month:02d}" if month else f"{year:04d}"

    def _century(self, two: int, month: int, day: int) -> int:
        year = self.today.year // 100 * 100 + two
        now = (self.today.year, self.today.month, self.today.day)
        return year - 100 if (year, month, day) > now else year

    def _serial(self, text: str, doubts: tuple[Doubt, ...]) -> ReadDate | Reason:
        found = _SERIAL.match(text)
        if not found:
            return Reason.UNREADABLE_DATE
        day = _SPREADSHEET_EPOCH + timedelta(days=int(found.group(1)))
        return self._bounded(day.isoformat(), (*doubts, Doubt.SPREADSHEET_DATE))

    def _bounded(self, iso: str, doubts: tuple[Doubt, ...]) -> ReadDate | Reason:
        size = len(iso)
        if iso > self.today.isoformat()[:size]:
            return Reason.FUTURE_DATE
        if self.birth:
            if iso == _PLACEHOLDER:
                return ReadDate(iso, (*doubts, Doubt.PLACEHOLDER_DATE))
            # A year alone is over the age only if every day of it is.
            oldest = self._oldest[:size]
            if iso < oldest or (iso == oldest and size == len(self._oldest)):
                return Reason.AGE_OVER_120
        return ReadDate(iso, doubts)


def _month(reading: dict[str, str | None]) -> int | None:
    """Return the month, 0 if it is not given or not known, None if there is no such month."""
    if name := reading.get("mon"):
        short = name[:3].lower()
        return _MONTHS.index(short) + 1 if short in _MONTHS else None
    return int(reading.get("m") or 0)


def _without_time(text: str) -> tuple[str, tuple[Doubt, ...]]:
    """Drop a time of day; one with a zone is first taken to London, where the civil date is."""
    found = _TIME.match(text) if ":" in text else None
    if not found:
        return text, ()
    day, clock, zone = found.group("day"), found.group("clock"), found.group("zone")
    if zone and _ISO.match(day):
        try:
            moment = datetime.fromisoformat(f"{day}T{clock.zfill(5)}{zone}")
            return moment.astimezone(_LONDON).date().isoformat(), (Doubt.TIME_IN_DATE,)
        except (ValueError, OverflowError):
            return day, (Doubt.TIME_IN_DATE,)
    midnight = not any(digit in "123456789" for digit in clock) and not found.group("half")
    return day, () if midnight else (Doubt.TIME_IN_DATE,)
