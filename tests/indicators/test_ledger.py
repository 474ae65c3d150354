"""The ledger: entries and exits agree with following one life at a time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from bnl.indicators.history import calendar_day, day_number, history
from bnl.indicators.ledger import FLOWS, INFLOWS, OUTFLOWS, Flow, ledger
from bnl.indicators.rules import ADULTS, COUNTY, NEW_AFTER_24_MONTHS, StatusRules
from bnl.indicators.states import HOMELESS_STATES, STATES
from bnl.indicators.status import adult_days
from bnl.indicators.track import track
from tests.happenings import day, ev, frame
from tests.random_logs import Log, as_of_month, logs

LEAVING = {
    "housed": Flow.HOUSED,
    "housed_with_support": Flow.HOUSED,
    "inactive": Flow.INACTIVE,
    "institution": Flow.INSTITUTION,
    "left_area": Flow.LEFT_AREA,
    "deceased": Flow.DECEASED,
}
BACK = {
    Flow.HOUSED: Flow.RETURNED_FROM_HOUSING,
    Flow.INACTIVE: Flow.RETURNED_FROM_INACTIVE,
    Flow.INSTITUTION: Flow.RETURNED_FROM_INSTITUTION,
    Flow.LEFT_AREA: Flow.RETURNED_FROM_ELSEWHERE,
}


def by_hand(states: list[tuple[int, str]], moved_in: list[int]) -> list[tuple[int, int, Flow]]:
    """Follow one life: day, change, flow."""
    found: list[tuple[int, int, Flow]] = []
    active, ever, resting = False, False, None
    for on, state in states:
        now = state in {one.value for one in HOMELESS_STATES}
        if now and not active:
            if not ever:
                moved = any(when <= on for when in moved_in)
                found.append((on, 1, Flow.MOVED_IN if moved else Flow.NEWLY_IDENTIFIED))
            else:
                found.append((on, 1, resting or Flow.RETURNED_AFTER_OTHER))
            resting, ever = None, True
        if active and not now:
            found.append((on, -1, LEAVING.get(state, Flow.OTHER)))
        if not now and state in LEAVING:
            resting = BACK.get(LEAVING[state], resting)
        active = now
    return found


@settings(max_examples=120, deadline=None)
@given(log=logs())
def test_the_ledger_is_that_of_following_each_life(log: Log) -> None:
    past = history(as_of_month(log, 0))
    course = track(past, COUNTY)
    books = ledger(past, course, COUNTY)
    moved = past.frame.filter(past.frame["kind"] == "moved_in").select("person", "on").rows()
    for code in past.people["person"]:
        mine = course.person == code
        states = [
            (int(on), STATES[after].value)
            for on, after in zip(course.day[mine], course.after[mine], strict=True)
        ]
        arrivals = [day_number(on) for person, on in moved if person == code]
        got = [
            (int(on), int(change), FLOWS[flow])
            for person, on, change, flow in zip(
                books.person, books.day, books.change, books.flow, strict=True
            )
            if person == code
        ]
        assert got == by_hand(states, arrivals)


@settings(max_examples=60, deadline=None)
@given(log=logs())
def test_who_is_active_is_the_sum_of_the_ledger(log: Log) -> None:
    past = history(as_of_month(log, 0))
    books = ledger(past, track(past, COUNTY), COUNTY)
    for on in range(day_number(day("2023-12-01")), day_number(day("2024-06-01")), 9):
        counted = {int(person) for person in books.active_on(on)}
        summed = {
            int(person)
            for person in set(books.person.tolist())
            if books.change[(books.person == person) & (books.day <= on)].sum() == 1
        }
        assert counted == summed


def flows(rules: StatusRules, *rows: dict[str, Any], born: str | None = None) -> list[tuple[str, Flow]]:
    """Return the ledger of one person as days and flows."""
    past = history(frame(*rows))
    birthdays = adult_days({"p": day(born)}) if born else None
    books = ledger(past, track(past, rules, birthdays), rules)
    return [
        (calendar_day(int(on)).isoformat(), FLOWS[flow])
        for on, flow in zip(books.day, books.flow, strict=True)
    ]


SEEN = ev("p", "sighting", "2022-01-01")
HOUSED = ev("p", "accommodation_start", "2022-03-31", situation="settled")


@pytest.mark.parametrize(
    ("again", "flow"),
    [
        pytest.param("2024-03-31", Flow.RETURNED_FROM_HOUSING, id="24 months after, at a month's end"),
        pytest.param("2024-04-01", Flow.NEWLY_IDENTIFIED, id="a day more"),
        pytest.param("2022-04-01", Flow.RETURNED_FROM_HOUSING, id="the next day"),
    ],
)
def test_new_again(again: str, flow: Flow) -> None:
    found = flows(NEW_AFTER_24_MONTHS, SEEN, HOUSED, ev("p", "sighting", again))
    assert found[-1] == (again, flow)
    assert flows(COUNTY, SEEN, HOUSED, ev("p", "sighting", again))[-1] == (again, Flow.RETURNED_FROM_HOUSING)


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        pytest.param("2004-06-01", [("2022-06-01", Flow.AGED_IN)], id="comes of age while homeless"),
        pytest.param("2003-06-01", [("2022-01-01", Flow.NEWLY_IDENTIFIED)], id="of age already"),
        pytest.param("2004-01-01", [("2022-01-01", Flow.NEWLY_IDENTIFIED)], id="of age that day"),
        pytest.param("2010-01-01", [("2028-01-01", Flow.AGED_IN)], id="a child for years"),
    ],
)
def test_aged_in(born: str, expected: list[tuple[str, Flow]]) -> None:
    assert flows(ADULTS, SEEN, born=born) == expected


def test_a_child_housed_before_coming_of_age_is_in_no_flow() -> None:
    assert flows(ADULTS, SEEN, HOUSED, born="2010-01-01") == []


def test_the_table_of_a_ledger_names_people_and_events() -> None:
    past = history(frame(SEEN, HOUSED))
    table = ledger(past, track(past, COUNTY), COUNTY).table(past)
    assert table.rows() == [
        ("p", day("2022-01-01"), 1, "newly_identified", SEEN["event_id"]),
        ("p", day("2022-03-31"), -1, "housed", HOUSED["event_id"]),
    ]


def test_flows_in_and_out_are_told_apart() -> None:
    assert not set(INFLOWS) & set(OUTFLOWS)
    assert len(INFLOWS) + len(OUTFLOWS) == len(FLOWS) == len(Flow)
