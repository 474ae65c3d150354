"""Lost: every planted drop-off is found and nobody who is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.indicators.listing import by_name_list
from bnl.indicators.lost import REASONS, lost
from bnl.indicators.rules import COUNTY, StatusRules
from tests.happenings import day, ev, frame

ON = day("2024-03-01")


def kept(person: str = "p") -> list[dict[str, Any]]:
    """Return the events of somebody well kept on the day."""
    return [
        ev(person, "sighting", "2024-02-01"),
        ev(person, "lead_worker_assigned", "2024-02-02", worker="w"),
        ev(person, "next_action", "2024-02-20", action="viewing", due_on="2024-03-10"),
    ]


CASES: list[Any] = [
    pytest.param(kept(), [], id="kept"),
    pytest.param(kept()[:1], ["no_lead_worker", "no_next_action"], id="nobody at all"),
    pytest.param(kept()[:2], ["no_next_action"], id="no action"),
    pytest.param([kept()[0], kept()[2]], ["no_lead_worker"], id="no lead worker"),
    pytest.param(
        [*kept()[:2], ev("p", "next_action", "2024-02-20", action="some day")],
        ["no_next_action"],
        id="no date",
    ),
    pytest.param(
        [*kept(), ev("p", "lead_worker_ended", "2024-02-25")], ["no_lead_worker"], id="the lead worker left"
    ),
    pytest.param(
        [*kept(), ev("p", "next_action_done", "2024-02-25")], ["no_next_action"], id="done, nothing next"
    ),
    pytest.param(
        [kept()[0], ev("p", "handover_sent", "2024-02-20", to_agency="b")],
        [],
        id="in handover, the clock runs",
    ),
    pytest.param(
        [kept()[0], ev("p", "handover_sent", "2024-02-10", to_agency="b")],
        ["no_lead_worker", "no_next_action", "handover_unanswered"],
        id="in handover, the clock ran out",
    ),
    pytest.param(
        [
            kept()[0],
            ev("p", "handover_sent", "2024-02-20", to_agency="b"),
            ev("p", "handover_declined", "2024-02-21", agency="b"),
        ],
        ["no_lead_worker", "no_next_action", "handover_declined"],
        id="declined",
    ),
    pytest.param(
        [
            kept()[0],
            ev("p", "handover_sent", "2024-02-20", to_agency="b"),
            ev("p", "handover_accepted", "2024-02-21", agency="b"),
        ],
        ["no_lead_worker", "no_next_action"],
        id="accepted and then nothing",
    ),
    pytest.param([*kept(), ev("p", "handover_sent", "2024-01-01", to_agency="b")], [], id="kept besides"),
    pytest.param([kept()[0], ev("p", "inactive", "2024-02-20", attempts=3)], [], id="formally inactive"),
    pytest.param(
        [*kept(), ev("p", "inactive", "2024-02-20")],
        ["inactive_without_attempts"],
        id="decided without attempts",
    ),
    pytest.param(
        [*kept(), ev("p", "inactive", "2024-02-20"), ev("p", "contact", "2024-02-25")],
        [],
        id="decided without attempts, met again",
    ),
    pytest.param([ev("p", "accommodation_start", "2022-01-01", situation="settled")], [], id="housed"),
    pytest.param([kept()[0], ev("p", "left_area", "2024-02-20")], [], id="left the area"),
    pytest.param([kept()[0], ev("p", "death", "2024-02-20")], [], id="died"),
    pytest.param(
        [ev("p", "contact", "2024-02-20")],
        ["no_lead_worker", "no_next_action"],
        id="a drop-in nobody took on",
    ),
    pytest.param(
        [ev("p", "risk_of_homelessness", "2024-02-20", homeless_on="2024-06-20")],
        ["no_lead_worker", "no_next_action"],
        id="at risk and nobody acts",
    ),
    pytest.param(
        [
            ev("p", "sighting", "2023-11-01"),
            ev("p", "lead_worker_assigned", "2023-11-02", worker="w"),
            ev("p", "next_action", "2024-02-20", action="find", due_on="2024-03-10"),
        ],
        ["silent"],
        id="silent for months though kept",
    ),
    pytest.param(
        [ev("p", "institution_admission", "2023-10-01", expected_on="2024-09-01")], [], id="inside for long"
    ),
    pytest.param(
        [ev("p", "institution_admission", "2023-10-01", expected_on="2024-03-20")],
        ["discharge_without_lead"],
        id="discharge near, nobody prepares it",
    ),
    pytest.param(
        [
            ev("p", "institution_admission", "2023-10-01", expected_on="2024-03-20"),
            ev("p", "lead_worker_assigned", "2024-02-02", worker="w"),
            ev("p", "next_action", "2024-02-20", action="gate", due_on="2024-03-20"),
        ],
        [],
        id="discharge near and prepared",
    ),
    pytest.param(
        [ev("p", "institution_admission", "2023-10-01", expected_on="2024-02-20")],
        ["discharge_without_lead"],
        id="discharge overdue",
    ),
]


@pytest.mark.parametrize(("rows", "expected"), CASES)
def test_who_is_lost_and_why(rows: list[dict[str, Any]], expected: list[str]) -> None:
    found = lost(frame(*rows), ON)
    assert (found["reasons"].to_list() or [[]]) == [expected]


def test_planted_drop_offs_are_found_among_many_who_are_kept() -> None:
    rows: list[dict[str, Any]] = []
    planted = set()
    for number, case in enumerate(CASES):
        events, reasons = case.values
        name = f"p{number:02}"
        rows += [
            {**event, "person_id": name, "record_id": f"rec_{name}", "event_id": f"{name}{n}"}
            for n, event in enumerate(events)
        ]
        if reasons:
            planted.add(name)
    for number in range(50):
        rows += kept(f"k{number:02}")
    assert set(lost(frame(*rows), ON)["person_id"]) == planted


def test_every_reason_is_put_into_words_and_reached() -> None:
    reached = {reason for case in CASES for reason in case.values[1]}
    assert reached | {"action_overdue"} == set(REASONS)


@settings(max_examples=100, deadline=None)
@given(
    days=st.lists(st.integers(0, 400), min_size=1, max_size=8),
    kinds=st.lists(
        st.sampled_from(["sighting", "contact", "inactive", "death", "handover_sent"]), min_size=8, max_size=8
    ),
    asked=st.integers(0, 600),
)
def test_everybody_open_is_kept_or_lost(days: list[int], kinds: list[str], asked: int) -> None:
    first = date(2023, 1, 1)
    rows = []
    for offset, kind in zip(days, kinds, strict=False):
        data = (
            {"attempts": 1} if kind == "inactive" else {"to_agency": "b"} if kind == "handover_sent" else {}
        )
        rows.append(ev("p", kind, first + timedelta(days=offset), **data))
    table, on = frame(*rows), first + timedelta(days=asked)
    listed, found = by_name_list(table, on), lost(table, on)
    for one in listed.iter_rows(named=True):
        waited = (on - one["handover_since"]).days if one["handover_since"] else None
        cared = (waited is not None and waited <= COUNTY.handover_days) or one["state"] == "inactive"
        silent = one["days_silent"] is None or one["days_silent"] > COUNTY.lost_after_days
        expected = one["state"] != "inactive" and (not cared or silent)
        assert (found.height == 1) == expected


def test_the_limits_are_those_of_the_rules() -> None:
    hasty = StatusRules(name="hasty", lost_after_days=5)
    assert lost(frame(*kept()), ON, rules=hasty)["reasons"].to_list() == [["silent"]]
