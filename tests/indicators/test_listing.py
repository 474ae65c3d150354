"""The by-name list: who is on it, and what stands beside each name."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from bnl.indicators.history import history
from bnl.indicators.listing import BANDS, COLUMNS, OPEN_STATES, by_name_list
from bnl.indicators.rules import COUNTY, SILENCE_90, STATUS_RULES
from bnl.indicators.states import State
from bnl.indicators.status import status_at
from tests.happenings import after, day, ev, frame

ON = day("2024-03-01")


def row(*rows: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return the only row of the list."""
    table = by_name_list(frame(*rows), ON, **options)
    assert table.height == 1
    return table.row(0, named=True)


def test_the_columns_of_the_list() -> None:
    assert tuple(by_name_list(frame(), ON).columns) == COLUMNS
    assert tuple(by_name_list(frame(ev("p", "sighting", "2024-01-01")), ON).columns) == COLUMNS


def test_one_row_in_full() -> None:
    found = row(
        ev("p", "sighting", "2024-01-05", agency="outreach", household_id="h"),
        ev("p", "contact", "2024-02-01", agency="b"),
        ev("p", "contact", "2024-02-20", agency="b", answered=False),
        ev("p", "lead_worker_assigned", "2024-02-02", agency="b", worker="Kim"),
        ev("p", "next_action", "2024-02-02", agency="b", action="register", due_on="2024-02-28", ref="n"),
        ev("p", "handover_sent", "2024-02-25", agency="b", to_agency="c", ref="x"),
        ev("p", "contact", "2024-03-02", agency="late"),
    )
    assert found == {
        "person_id": "p",
        "household_id": "h",
        "state": "rough_sleeping",
        "active": True,
        "since": day("2024-01-05"),
        "band": "already",
        "last_contact": day("2024-02-01"),
        "days_silent": 29,
        "agencies": ["b", "outreach"],
        "records": ["rec_p_b", "rec_p_outreach"],
        "lead_worker": "Kim",
        "lead_agency": "b",
        "lead_workers": 1,
        "next_action": "register",
        "next_action_due": day("2024-02-28"),
        "overdue": True,
        "handover_to": "c",
        "handover_since": day("2024-02-25"),
        "discharge_expected": None,
        "first_seen": day("2024-01-05"),
        "event_id": found["event_id"],
    }


@pytest.mark.parametrize(
    ("rows", "state", "band"),
    [
        pytest.param([ev("p", "contact", "2024-01-01")], "unknown", None, id="drop-in"),
        pytest.param(
            [ev("p", "risk_of_homelessness", "2024-02-01", homeless_on="2024-06-01")],
            "at_risk_over_56",
            ">56",
            id="far risk",
        ),
        pytest.param(
            [ev("p", "risk_of_homelessness", "2024-02-01", homeless_on="2024-04-01")],
            "at_risk_within_56",
            "0–56",
            id="near risk",
        ),
        pytest.param(
            [ev("p", "risk_of_homelessness", "2024-02-01")], "at_risk_unknown", "unknown", id="some risk"
        ),
        pytest.param(
            [ev("p", "duty_owed", "2024-02-01", duty="relief")], "homeless", "already", id="relief duty"
        ),
        pytest.param(
            [ev("p", "duty_owed", "2024-02-01", duty="prevention")],
            "at_risk_within_56",
            "0–56",
            id="prevention duty",
        ),
        pytest.param([ev("p", "inactive", "2024-02-01", attempts=3)], "inactive", None, id="inactive"),
        pytest.param(
            [ev("p", "sighting", "2023-01-01"), ev("p", "institution_admission", "2023-02-01")],
            "institution",
            None,
            id="institution",
        ),
        pytest.param(
            [ev("p", "accommodation_start", "2024-01-01", situation="supported")],
            "supported",
            "already",
            id="pathway",
        ),
    ],
)
def test_states_and_bands_on_the_list(rows: list[dict[str, Any]], state: str, band: str | None) -> None:
    found = row(*rows)
    assert (found["state"], found["band"]) == (state, band)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([ev("p", "accommodation_start", "2024-01-01", situation="settled")], id="housed"),
        pytest.param(
            [ev("p", "accommodation_start", "2024-01-01", situation="settled_with_support")],
            id="with support",
        ),
        pytest.param([ev("p", "left_area", "2024-01-01")], id="left"),
        pytest.param([ev("p", "sighting", "2024-01-01"), ev("p", "death", "2024-01-02")], id="died"),
    ],
)
def test_who_is_not_shown_unless_asked_for(rows: list[dict[str, Any]]) -> None:
    table = frame(*rows)
    assert by_name_list(table, ON).is_empty()
    assert by_name_list(table, ON, all_states=True).height == 1


def test_nobody_is_on_the_list_before_anything_is_known_of_them() -> None:
    assert by_name_list(frame(ev("p", "sighting", "2024-03-02")), ON, all_states=True).is_empty()


def test_what_was_known_then() -> None:
    table = frame(ev("p", "sighting", "2024-01-01", known="2024-03-05"))
    assert by_name_list(table, ON).height == 1
    assert by_name_list(table, ON, known_as_of=0).is_empty()


@pytest.mark.parametrize("name", sorted(STATUS_RULES))
def test_a_history_and_a_frame_give_the_same_list(name: str) -> None:
    table = frame(
        ev("p", "sighting", "2024-01-01"),
        ev("q", "contact", "2023-06-01"),
        ev("r", "accommodation_start", "2023-06-01", situation="hidden"),
        ev("r", "next_action", "2024-05-01", due_on="2024-05-02"),
    )
    past = history(table)
    for on in ("2023-01-01", "2023-12-01", "2024-03-01", "2024-09-01"):
        listed = by_name_list(table, day(on), rules=STATUS_RULES[name])
        assert by_name_list(past, day(on), rules=STATUS_RULES[name]).equals(listed)


def test_a_list_filtered_to_what_an_actor_sees_is_computed_from_that_alone() -> None:
    table = frame(
        ev("p", "sighting", "2024-01-01", agency="a"),
        ev("p", "accommodation_start", "2024-02-01", agency="b", situation="settled"),
    )
    seen = table.filter(pl.col("agency_id") == "a")
    assert by_name_list(seen, ON)["state"].to_list() == ["rough_sleeping"]
    assert by_name_list(table, ON).is_empty()


def test_states_are_shown_or_closed_and_bands_belong_to_shown_states() -> None:
    closed = {State.HOUSED, State.HOUSED_WITH_SUPPORT, State.LEFT_AREA, State.DECEASED}
    assert closed | OPEN_STATES == set(State)
    assert not closed & OPEN_STATES
    assert set(BANDS) < OPEN_STATES


def test_active_follows_the_rules() -> None:
    table = frame(ev("p", "accommodation_start", "2024-01-01", situation="temporary"))
    assert status_at(table, ON, rules=COUNTY)["active"].to_list() == [True]
    assert status_at(table, ON, rules=STATUS_RULES["rough sleeping"])["active"].to_list() == [False]
    late = day(after("2024-01-01", 91))
    assert status_at(table, late, rules=SILENCE_90)["active"].to_list() == [False]


def test_since_is_the_day_the_state_began_not_the_last_word_on_it() -> None:
    found = row(ev("p", "sighting", "2024-01-01"), ev("p", "sighting", "2024-02-01"))
    assert found["since"] == day("2024-01-01")
    assert found["last_contact"] == day("2024-02-01")
