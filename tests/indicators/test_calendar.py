"""Civil dates: months, working days and deadlines, agreed with walking day by day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.indicators.calendar import (
    add_months,
    add_working_days,
    bank_holidays,
    deadlines,
    is_working_day,
    month_end,
    month_start,
    on_or_after,
    working_days_between,
)
from tests.happenings import day

DAYS = st.dates(date(2016, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(-80, 80))
def test_months_keep_the_day_or_take_the_last(start: date, months: int) -> None:
    there = add_months(start, months)
    last = monthrange(there.year, there.month)[1]
    assert there.day == min(start.day, last)
    assert (there.year * 12 + there.month) - (start.year * 12 + start.month) == months


@given(DAYS, st.integers(0, 40), st.integers(0, 40))
def test_months_never_overtake_each_other(start: date, some: int, more: int) -> None:
    assert (add_months(start, some) <= add_months(start, some + more)) is True


@given(DAYS)
def test_the_ends_of_a_month(on: date) -> None:
    first, last = month_start(on), month_end(on)
    assert first <= on <= last
    assert first.day == 1
    assert (last + timedelta(days=1)).day == 1
    assert first.month == last.month == on.month


@given(DAYS)
def test_the_next_working_day_is_the_first_that_works(on: date) -> None:
    there = on_or_after(on)
    assert is_working_day(there)
    assert not any(is_working_day(on + timedelta(days=n)) for n in range((there - on).days))


@given(DAYS, st.integers(0, 12))
def test_adding_working_days_is_walking(on: date, count: int) -> None:
    walked, left = on, count
    while not is_working_day(walked):
        walked += timedelta(days=1)
    while left:
        walked += timedelta(days=1)
        left -= is_working_day(walked)
    assert add_working_days(on, count) == walked
    assert working_days_between(on, walked) == count


@given(DAYS, DAYS)
def test_counting_working_days_is_walking(start: date, end: date) -> None:
    zero = on_or_after(start)
    expected = sum(is_working_day(zero + timedelta(days=n)) for n in range(1, max((end - zero).days, 0) + 1))
    assert working_days_between(start, end) == expected


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        pytest.param(
            2024,
            ["01-01", "03-29", "04-01", "05-06", "05-27", "08-26", "12-25", "12-26"],
            id="an ordinary year",
        ),
        pytest.param(
            2022,
            ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"],
            id="jubilee, funeral, substitute days",
        ),
        pytest.param(
            2020,
            ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"],
            id="early May moved to VE Day, Boxing Day on a Saturday",
        ),
    ],
)
def test_bank_holidays_that_fall_on_weekdays(year: int, expected: list[str]) -> None:
    found = sorted(on for on in bank_holidays(year) if on.weekday() < 5)
    assert [on.isoformat()[5:] for on in found] == expected


@pytest.mark.parametrize(
    ("received", "days", "working", "due"),
    [
        pytest.param("2024-01-12", 3, True, "2024-01-17", id="working days"),
        pytest.param("2024-01-12", 3, False, "2024-01-15", id="calendar days"),
        pytest.param("2024-02-28", 2, False, "2024-03-01", id="over a leap day"),
        pytest.param("2024-01-13", 0, True, "2024-01-15", id="no days from a Saturday"),
    ],
)
def test_deadlines(received: str, days: int, working: bool, due: str) -> None:
    found = deadlines(pl.Series([day(received), None, day(received)]), days, working=working)
    assert found.to_list() == [day(due), None, day(due)]
