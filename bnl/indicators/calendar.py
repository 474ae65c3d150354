"""Civil dates: months that end where months end, and the working days of England."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays
import polars as pl

_SATURDAY: Final = 5
_MONTHS: Final = 12


def add_months(day: date, months: int) -> date:
    """Return the same day so many months on, or the last day of that month if there is none.

    Args:
        day: The day to count from.
        months: Months to add; negative counts back.

    Returns:
        The day; 31 January and one month is 28 or 29 February.
    """
    index = day.year * _MONTHS + day.month - 1 + months
    year, month = divmod(index, _MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_start(day: date) -> date:
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Return the last day of the month of a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


@lru_cache(maxsize=256)
def bank_holidays(year: int) -> frozenset[date]:
    """Return England's bank holidays of a year, substitute days included.

    Source: Banking and Financial Dealings Act 1971 and proclamations, as kept by the ``holidays`` package.
    """
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Return whether a day is neither at a weekend nor a bank holiday in England."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


def on_or_after(day: date) -> date:
    """Return the day itself if it is a working day, else the next working day."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@lru_cache(maxsize=4096)
def add_working_days(day: date, count: int) -> date:
    """Return the working day so many working days after a day.

    Args:
        day: Day 0; a weekend or bank holiday stands for the next working day.
        count: Working days to add, 0 or more.

    Returns:
        The day.
    """
    day = on_or_after(day)
    for _ in range(count):
        day = on_or_after(day + timedelta(days=1))
    return day


def working_days_between(start: date, end: date) -> int:
    """Return how many working days after ``start`` a day lies.

    Args:
        start: Day 0; a weekend or bank holiday stands for the next working day.
        end: The day asked about; one that is no working day counts as the working day before it.

    Returns:
        Working days, 0 for day 0 itself and days before it.
    """
    start = on_or_after(start)
    whole = (end - start).days
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, max(whole, 0) + 1))


def deadlines(received: pl.Series, days: int, *, working: bool) -> pl.Series:
    """Return the last day on which something received is done in time.

    Args:
        received: Days of receipt.
        days: Days allowed, day 0 being the day of receipt (the next working day, if working days count).
        working: Whether only England's working days count.

    Returns:
        The deadlines, same length.
    """
    if not working:
        return received.dt.offset_by(f"{days}d")
    known = {day: add_working_days(day, days) for day in received.drop_nulls().unique()}
    return received.replace_strict(known, default=None, return_dtype=pl.Date)
