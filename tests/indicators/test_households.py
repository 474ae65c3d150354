"""Households: the same books as for people, with whoever tips a household named."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bnl.errors import InputError
from bnl.indicators.households import ALONE, headcount, home_of, household_return
from bnl.indicators.ledger import Flow
from tests.happenings import at, day, ev, frame, home, homes

START, END = day("2024-01-01"), day("2024-01-31")
COUPLE = homes(home("p", "h", "2020-01-01"), home("q", "h", "2020-01-01"))


def seen(person: str, on: str) -> dict[str, Any]:
    """Return a sighting."""
    return ev(person, "sighting", on)


def housed(person: str, on: str) -> dict[str, Any]:
    """Return a move into a settled home."""
    return ev(person, "accommodation_start", on, situation="settled")


@pytest.mark.parametrize(
    ("rows", "flows"),
    [
        pytest.param([seen("p", "2024-01-05")], [("h", Flow.NEWLY_IDENTIFIED, "p")], id="one member"),
        pytest.param(
            [seen("p", "2024-01-05"), seen("q", "2024-01-06")],
            [("h", Flow.NEWLY_IDENTIFIED, "p")],
            id="both members",
        ),
        pytest.param(
            [seen("p", "2024-01-05"), seen("q", "2024-01-06"), housed("p", "2024-01-10")],
            [("h", Flow.NEWLY_IDENTIFIED, "p")],
            id="one of two housed",
        ),
        pytest.param(
            [
                seen("p", "2024-01-05"),
                seen("q", "2024-01-06"),
                housed("p", "2024-01-10"),
                housed("q", "2024-01-11"),
            ],
            [("h", Flow.NEWLY_IDENTIFIED, "p"), ("h", Flow.HOUSED, "q")],
            id="both housed",
        ),
        pytest.param(
            [seen("p", "2024-01-05"), housed("p", "2024-01-10"), seen("q", "2024-01-20")],
            [
                ("h", Flow.NEWLY_IDENTIFIED, "p"),
                ("h", Flow.HOUSED, "p"),
                ("h", Flow.RETURNED_FROM_HOUSING, "q"),
            ],
            id="the other one loses the home",
        ),
        pytest.param(
            [seen("p", "2024-01-05"), housed("p", "2024-01-10"), seen("q", "2024-01-10")],
            [("h", Flow.NEWLY_IDENTIFIED, "p")],
            id="one in, one out on a day: the household stays",
        ),
        pytest.param(
            [seen("p", "2024-01-05"), ev("p", "death", "2024-01-10")],
            [("h", Flow.NEWLY_IDENTIFIED, "p"), ("h", Flow.DECEASED, "p")],
            id="the only active member dies",
        ),
        pytest.param(
            [seen("x", "2024-01-05")], [(ALONE + "x", Flow.NEWLY_IDENTIFIED, "x")], id="in no household"
        ),
        pytest.param(
            [seen("p", "2024-01-05"), ev("p", "left_area", "2024-01-10"), seen("p", "2024-01-20")],
            [
                ("h", Flow.NEWLY_IDENTIFIED, "p"),
                ("h", Flow.LEFT_AREA, "p"),
                ("h", Flow.RETURNED_FROM_ELSEWHERE, "p"),
            ],
            id="away and back",
        ),
    ],
)
def test_flows_of_a_household(rows: list[dict[str, Any]], flows: list[tuple[str, Flow, str]]) -> None:
    made = household_return(frame(*rows), COUPLE, START, END)
    assert made.flows.select("household_id", "flow", "person_id").rows() == [
        (household, flow.value, person) for household, flow, person in flows
    ]
    assert made.residual == 0
    assert sum(made.counts().values()) == len(flows) == sum(made.six_flows().values())


def test_an_active_person_who_leaves_takes_a_household_of_one_along() -> None:
    members = homes(home("p", "h", "2020-01-01", "2024-01-15"))
    made = household_return(frame(seen("p", "2023-12-01")), members, START, END)
    assert made.opening == {"h"}
    assert made.closing == {ALONE + "p"}
    assert made.flows.select("household_id", "on", "change", "event_id").rows() == [
        (ALONE + "p", day("2024-01-15"), 1, None),
        ("h", day("2024-01-15"), -1, None),
    ]
    assert made.residual == 0


def test_joining_an_active_household_changes_only_the_one_left() -> None:
    members = homes(home("p", "h", "2020-01-01"), home("q", "h", "2024-01-15"))
    made = household_return(frame(seen("p", "2023-12-01"), seen("q", "2023-12-01")), members, START, END)
    assert made.opening == {"h", ALONE + "q"}
    assert made.closing == {"h"}
    assert made.flows["household_id"].to_list() == [ALONE + "q"]


def test_of_two_households_the_one_joined_last_counts() -> None:
    members = homes(home("p", "h", "2020-01-01"), home("p", "k", "2024-01-10", "2024-01-20"))
    for on, expected in (("2024-01-09", "h"), ("2024-01-10", "k"), ("2024-01-19", "k"), ("2024-01-20", "h")):
        assert home_of(members, day(on)) == {"p": expected}
        assert household_return(frame(seen("p", "2023-12-01")), members, START, day(on)).closing == {expected}


def test_one_count_in_people_and_households() -> None:
    found = headcount(["q", "p", "x", "p"], COUPLE, START)
    assert found.people == ("p", "q", "x")
    assert found.households == (ALONE + "x", "h")


def test_memberships_are_known_from_some_moment_on() -> None:
    members = homes(home("p", "h", "2020-01-01", known="2024-02-01"))
    assert home_of(members, START, at("2024-01-31")) == {}
    assert home_of(members, START, at("2024-02-01")) == {"p": "h"}
    with pytest.raises(InputError, match="by time"):
        home_of(members, START, 7)


def test_a_memberships_frame_needs_its_columns() -> None:
    with pytest.raises(InputError, match="household_id"):
        home_of(COUPLE.drop("household_id"), START)


def test_a_period_must_not_end_before_it_starts() -> None:
    with pytest.raises(InputError, match="ends before"):
        household_return(frame(seen("p", "2024-01-01")), COUPLE, END, START)


def test_an_empty_membership_is_none() -> None:
    members = homes(home("p", "h", "2024-01-05", "2024-01-05"))
    assert household_return(frame(seen("p", "2023-12-01")), members, START, END).closing == {ALONE + "p"}


@pytest.mark.parametrize("days", [0, 1, 10, 30])
def test_consecutive_returns_hand_on_their_stock(days: int) -> None:
    middle = START + timedelta(days=days)
    table = frame(
        seen("p", "2024-01-05"), housed("p", "2024-01-12"), seen("q", "2024-01-12"), seen("x", "2024-01-20")
    )
    first = household_return(table, COUPLE, START, middle)
    second = household_return(table, COUPLE, middle + timedelta(days=1), date(2024, 3, 1))
    assert first.closing == second.opening
