"""Status at the end of a day: one state each, since when, and what brought it about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.indicators.history import history
from bnl.indicators.rules import COUNTY
from bnl.indicators.status import adult_days, birthday, status_at, until
from tests.happenings import at, day, ev, frame
from tests.random_logs import Log, as_of_month, logs

SEEN = ev("p", "sighting", "2024-01-10")
MOVED = ev("p", "accommodation_start", "2024-02-10", situation="temporary")
HOUSED = ev("p", "accommodation_start", "2024-03-10", situation="settled")
LIFE = frame(SEEN, MOVED, HOUSED, ev("q", "contact", "2024-02-01"))


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        pytest.param("2024-01-09", [], id="before"),
        pytest.param("2024-01-10", [("p", "rough_sleeping", True, "2024-01-10", SEEN)], id="the first day"),
        pytest.param("2024-02-09", None, id="the last day of it"),
        pytest.param("2024-02-10", [("p", "temporary", True, "2024-02-10", MOVED)], id="the day of the move"),
        pytest.param("2024-03-10", [("p", "housed", False, "2024-03-10", HOUSED)], id="the day of housing"),
        pytest.param("2030-01-01", [("p", "housed", False, "2024-03-10", HOUSED)], id="years later"),
    ],
)
def test_states_over_a_life(
    on: str, expected: list[tuple[str, str, bool, str, dict[str, Any]]] | None
) -> None:
    found = status_at(LIFE, day(on)).filter(pl.col("person_id") == "p")
    if expected is None:
        assert found["state"].to_list() == ["rough_sleeping"]
        return
    assert found.rows() == [
        (person, state, active, day(since), event["event_id"])
        for person, state, active, since, event in expected
    ]


def test_people_stand_by_id() -> None:
    assert status_at(LIFE, day("2024-04-01"))["person_id"].to_list() == ["p", "q"]


def test_what_is_known_decides_not_what_is_true() -> None:
    late = ev("p", "death", "2024-01-20", known="2024-05-01")
    table = frame(SEEN, late)
    on = day("2024-02-01")
    assert status_at(table, on, at("2024-04-30"))["state"].to_list() == ["rough_sleeping"]
    assert status_at(table, on, at("2024-05-01"))["state"].to_list() == ["deceased"]
    assert status_at(table, on, late["sequence"] - 1)["state"].to_list() == ["rough_sleeping"]


def test_of_two_days_of_death_the_first_counts() -> None:
    table = frame(SEEN, ev("p", "death", "2024-02-05"), ev("p", "death", "2024-02-01", agency="b"))
    found = status_at(table, day("2024-03-01")).row(0, named=True)
    assert (found["state"], found["since"]) == ("deceased", day("2024-02-01"))


def test_nothing_happens_to_the_dead() -> None:
    rows = [
        SEEN,
        ev("p", "death", "2024-02-01"),
        ev("p", "sighting", "2024-02-02"),
        ev("p", "moved_in", "2024-02-03"),
    ]
    assert status_at(frame(*rows), day("2024-03-01"))["state"].to_list() == ["deceased"]


def test_an_empty_frame_knows_nobody() -> None:
    assert status_at(frame(), day("2024-01-01")).rows() == []


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        pytest.param(
            [
                ev("p", "sighting", "2024-01-10"),
                ev("p", "accommodation_start", "2024-01-10", situation="settled"),
            ],
            "housed",
            id="seen in the morning, housed in the afternoon",
        ),
        pytest.param(
            [
                ev("p", "accommodation_start", "2024-01-01", situation="temporary"),
                ev("p", "accommodation_start", "2024-01-10", situation="settled"),
                ev("p", "accommodation_end", "2024-01-10"),
            ],
            "housed",
            id="out of the hostel into a home",
        ),
        pytest.param(
            [
                ev("p", "accommodation_start", "2024-01-01", situation="hidden"),
                ev("p", "contact", "2024-01-10"),
                ev("p", "inactive", "2024-01-10", attempts=1),
            ],
            "hidden",
            id="met on the day of the decision",
        ),
        pytest.param(
            [ev("p", "left_area", "2024-01-10"), ev("p", "sighting", "2024-01-10")],
            "rough_sleeping",
            id="said to have left, seen that day",
        ),
        pytest.param(
            [
                ev("p", "death", "2024-01-10"),
                ev("p", "accommodation_start", "2024-01-10", situation="settled"),
            ],
            "deceased",
            id="died on the day of moving in",
        ),
        pytest.param(
            [
                ev("p", "prevention_outcome", "2024-01-10", outcome="prevented"),
                ev("p", "sighting", "2024-01-10"),
            ],
            "rough_sleeping",
            id="prevented, and seen sleeping rough",
        ),
        pytest.param(
            [
                ev("p", "accommodation_start", "2024-01-10", situation="settled", sequence=900_001),
                ev("p", "accommodation_start", "2024-01-10", situation="temporary", sequence=900_002),
            ],
            "temporary",
            id="two places on one day: the later in the log",
        ),
    ],
)
def test_the_order_within_a_day(rows: list[dict[str, Any]], state: str) -> None:
    for order in (rows, rows[::-1]):
        assert status_at(frame(*order), day("2024-01-10"))["state"].to_list() == [state]


def test_until_leaves_out_what_counts_for_a_later_day() -> None:
    past = history(LIFE)
    assert until(past, day("2024-03-10")) is past
    assert until(past, day("2024-03-09")).frame.height == 3
    assert until(past, day("2024-03-09")).log_position == past.log_position


@settings(max_examples=60, deadline=None)
@given(log=logs(), offset=st.integers(-60, 200))
def test_each_person_known_is_in_exactly_one_state(log: Log, offset: int) -> None:
    on = date(2024, 1, 1) + timedelta(days=offset)
    table = as_of_month(log, 0)
    found = status_at(table, on)
    known = set(history(table).frame.filter(pl.col("on") <= on)["person_id"])
    assert set(found["person_id"]) == known
    assert found["person_id"].n_unique() == found.height
    assert found["state"].null_count() == 0
    assert (found["since"] <= on).all()
    assert set(found.filter("active")["state"].cast(pl.String)) <= {state.value for state in COUNTY.active}


@given(st.dates(date(1930, 1, 1), date(2020, 12, 31)), st.integers(0, 100))
def test_birthdays_come_once_a_year(born: date, age: int) -> None:
    there = birthday(born, age)
    assert there.year == born.year + age
    assert (there.month, there.day) in ((born.month, born.day), (3, 1))


def test_days_of_coming_of_age() -> None:
    assert adult_days(None) is None
    assert adult_days({"p": day("2000-01-01")}) == {"p": (day("2018-01-01") - date(1970, 1, 1)).days}
