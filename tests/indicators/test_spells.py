"""Spells, nights, moves and returns, checked against counting day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.indicators.spells import moves, nights, returns, spells
from bnl.indicators.states import State
from bnl.indicators.status import status_at
from tests.happenings import day, ev, frame

START = date(2024, 1, 1)


def test_spells_follow_one_another() -> None:
    table = frame(
        ev("p", "sighting", "2024-01-01"),
        ev("p", "accommodation_start", "2024-01-10", situation="temporary"),
        ev("p", "accommodation_start", "2024-02-10", situation="settled"),
        ev("q", "contact", "2024-01-05"),
    )
    assert spells(table, day("2024-12-31")).rows() == [
        ("p", "rough_sleeping", day("2024-01-01"), day("2024-01-10")),
        ("p", "temporary", day("2024-01-10"), day("2024-02-10")),
        ("p", "housed", day("2024-02-10"), None),
        ("q", "unknown", day("2024-01-05"), None),
    ]
    assert spells(table, day("2024-01-31")).height == 3


@settings(max_examples=80, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["temporary", "emergency", "settled", "hidden"])),
        min_size=1,
        max_size=6,
    ),
    first=st.integers(-5, 40),
    length=st.integers(0, 40),
)
def test_nights_are_days_ended_in_the_state(steps: list[tuple[int, str]], first: int, length: int) -> None:
    rows = [ev("p", "accommodation_start", START + timedelta(days=n), situation=word) for n, word in steps]
    table = frame(*rows)
    begin = START + timedelta(days=first)
    end = begin + timedelta(days=length)
    counted = 0
    for number in range(length + 1):
        state = status_at(table, begin + timedelta(days=number))["state"].to_list()
        counted += state in (["temporary"], ["emergency"])
    found = nights(spells(table, date(2025, 1, 1)), begin, end)
    assert found["nights"].to_list() == ([counted] if counted else [])


def test_nights_in_other_states() -> None:
    table = frame(
        ev("p", "sighting", "2024-01-01"), ev("p", "accommodation_start", "2024-01-04", situation="hidden")
    )
    found = nights(
        spells(table, date(2025, 1, 1)), START, day("2024-01-31"), frozenset({State.ROUGH_SLEEPING})
    )
    assert found.rows() == [("p", 3)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([ev("p", "accommodation_start", "2024-01-10")], 0, id="the first place is no move"),
        pytest.param(
            [ev("p", "sighting", "2024-01-05"), ev("p", "accommodation_start", "2024-01-10")],
            1,
            id="off the street",
        ),
        pytest.param(
            [ev("p", "accommodation_start", "2024-01-05"), ev("p", "accommodation_start", "2024-01-10")],
            1,
            id="from one place to the next",
        ),
        pytest.param(
            [
                ev("p", "accommodation_start", "2024-01-05"),
                ev("p", "accommodation_start", "2024-01-10", ref="r"),
                ev("p", "accommodation_start", "2024-01-11", ref="r", agency="b"),
            ],
            1,
            id="the same stay told twice",
        ),
        pytest.param(
            [ev("p", "accommodation_start", "2023-01-05"), ev("p", "accommodation_start", "2023-12-31")],
            0,
            id="before the period",
        ),
        pytest.param(
            [ev("p", "accommodation_start", "2023-01-05"), ev("p", "accommodation_start", "2024-12-31")],
            1,
            id="on the last day",
        ),
        pytest.param(
            [ev("p", "accommodation_start", f"2024-0{n}-01") for n in range(1, 8)], 6, id="again and again"
        ),
    ],
)
def test_moves(rows: list[dict[str, object]], expected: int) -> None:
    found = moves(frame(*rows), START, date(2024, 12, 31))
    assert found["moves"].to_list() == ([expected] if expected else [])


HOUSED = [
    ev("p", "sighting", "2023-01-01"),
    ev("p", "accommodation_start", "2023-02-01", situation="settled"),
]


def test_only_exits_from_homelessness_count() -> None:
    table = frame(
        ev("p", "accommodation_start", "2023-02-01", situation="settled"), ev("p", "sighting", "2023-03-01")
    )
    assert returns(table, day("2023-01-01"), day("2023-12-31"), day("2025-01-01"), 180).denominator == ()


def test_the_first_exit_of_the_period_counts() -> None:
    table = frame(
        *HOUSED,
        ev("p", "sighting", "2023-05-01"),
        ev("p", "accommodation_start", "2023-06-01", situation="settled"),
    )
    found = returns(table, day("2023-01-01"), day("2023-12-31"), day("2025-01-01"), 730)
    assert (found.numerator, found.denominator) == (("p",), ("p",))
    assert returns(table, day("2023-06-01"), day("2023-12-31"), day("2025-12-01"), 730).numerator == ()


def test_a_return_counts_though_its_time_has_not_run() -> None:
    table = frame(*HOUSED, ev("p", "sighting", "2023-03-01"))
    found = returns(table, day("2023-02-01"), day("2023-02-28"), day("2023-03-15"), 180)
    assert (found.numerator, found.denominator, found.exclusions) == (("p",), ("p",), {})


def test_a_return_after_the_day_asked_about_is_not_seen() -> None:
    table = frame(*HOUSED, ev("p", "sighting", "2023-03-01"))
    found = returns(table, day("2023-02-01"), day("2023-02-28"), day("2023-02-20"), 180)
    assert (found.numerator, found.exclusions) == ((), {"not yet due": ("p",)})


def test_a_short_temporary_stay_that_goes_on_to_the_street_is_a_return() -> None:
    table = frame(
        *HOUSED,
        ev("p", "accommodation_start", "2023-02-05", situation="temporary"),
        ev("p", "sighting", "2023-02-08"),
    )
    found = returns(table, day("2023-02-01"), day("2023-02-28"), day("2025-01-01"), 180)
    assert found.numerator == ("p",)


def test_the_figure_names_its_rules() -> None:
    found = returns(frame(*HOUSED), day("2023-02-01"), day("2023-02-28"), day("2025-01-01"), 180)
    assert found.rules == ("county v1", "HUD measure 2 v1")
    assert found.name == "returns within 180 days"
    assert found.log_position > 0
