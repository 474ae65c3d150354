"""Ages: birthdays as instants in London, and what is not known exactly read both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.consent.ages import Lifetime, birth_span, birthday, civil_day, lifetime, midnight
from bnl.consent.masks import FOREVER, ticks
from tests.consent.build import ONE, TWO, record


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        pytest.param(date(2026, 1, 15), datetime(2026, 1, 15, tzinfo=UTC), id="winter"),
        pytest.param(date(2026, 6, 15), datetime(2026, 6, 14, 23, tzinfo=UTC), id="summer"),
        pytest.param(date(2026, 3, 29), datetime(2026, 3, 29, tzinfo=UTC), id="clocks_go_forward"),
        pytest.param(date(2026, 10, 25), datetime(2026, 10, 24, 23, tzinfo=UTC), id="clocks_go_back"),
    ],
)
def test_a_day_begins_at_midnight_in_london(day: date, instant: datetime) -> None:
    assert midnight(day) == instant
    assert midnight(day).tzinfo is UTC
    assert civil_day(instant) == day
    assert civil_day(instant - timedelta(microseconds=1)) == day - timedelta(days=1)


@pytest.mark.parametrize(
    ("born", "years", "day"),
    [
        (date(2008, 2, 29), 18, date(2026, 3, 1)),
        (date(2008, 2, 29), 16, date(2024, 2, 29)),
        (date(2008, 2, 28), 18, date(2026, 2, 28)),
        (date(2010, 12, 31), 16, date(2026, 12, 31)),
        (date(9981, 5, 1), 18, date(9999, 5, 1)),
        (date(9982, 5, 1), 18, date.max),
    ],
)
def test_birthdays(born: date, years: int, day: date) -> None:
    assert birthday(born, years) == day


@pytest.mark.parametrize(
    ("partial", "span"),
    [
        ("1990-05-07", (date(1990, 5, 7), date(1990, 5, 7))),
        ("1990-02", (date(1990, 2, 1), date(1990, 2, 28))),
        ("1992-02", (date(1992, 2, 1), date(1992, 2, 29))),
        ("1990", (date(1990, 1, 1), date(1990, 12, 31))),
    ],
)
def test_a_partial_date_means_any_day_it_can(partial: str, span: tuple[date, date]) -> None:
    assert birth_span(partial) == span


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(1, 90))
def test_a_birthday_is_never_before_as_many_years_have_passed(born: date, years: int) -> None:
    day = birthday(born, years)
    assert day.year == born.year + years
    assert (day.month, day.day) >= (born.month, born.day)


def test_all_records_are_read_widest_apart() -> None:
    life = lifetime([record(born="2008"), record(TWO, born="2010-05-05"), record(ONE)])
    assert (life.earliest, life.latest) == (date(2008, 1, 1), date(2010, 5, 5))
    assert life.reaches(16) == (ticks(midnight(date(2024, 1, 1))), ticks(midnight(date(2026, 5, 5))))


def test_unknown_birth_rules_out_no_reading() -> None:
    life = lifetime([record()])
    assert life.reaches(18) == (-FOREVER, FOREVER)
    assert life.died == FOREVER


@pytest.mark.parametrize("known", [{"earliest": date(2000, 1, 1)}, {"latest": date(2000, 1, 1)}])
def test_a_birth_known_on_one_side_only_rules_out_no_reading(known: dict[str, date]) -> None:
    life = Lifetime(**({"earliest": None, "latest": None} | known), died=FOREVER)
    assert life.reaches(18) == (-FOREVER, FOREVER)


def test_the_earliest_death_counts() -> None:
    life = lifetime([record(died=date(2026, 5, 2)), record(TWO, died=date(2026, 5, 1)), record()])
    assert life.died == ticks(midnight(date(2026, 5, 1)))
