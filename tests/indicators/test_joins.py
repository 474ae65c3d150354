"""Joins: what becomes of people handed from one agency to another."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.indicators.joins import joins
from tests.happenings import after, day, ev, frame

PERIOD = (day("2024-01-01"), day("2024-03-31"))


def sent(person: str, on: str, ref: str, source: str = "a", target: str = "b") -> dict[str, Any]:
    """Return a handover sent."""
    return ev(person, "handover_sent", on, agency=source, to_agency=target, ref=ref)


def accepted(person: str, on: str, ref: str, agency: str = "b") -> dict[str, Any]:
    """Return its acceptance."""
    return ev(person, "handover_accepted", on, agency=agency, ref=ref)


def test_one_pair_in_full() -> None:
    table = frame(
        sent("p", "2024-01-01", "1"),
        accepted("p", "2024-01-03", "1"),
        ev("p", "contact", "2024-01-08", agency="b"),
        sent("q", "2024-01-01", "2"),
        accepted("q", "2024-01-05", "2"),
        ev("q", "contact", "2024-01-06", agency="a"),
        sent("r", "2024-01-01", "3"),
        ev("r", "handover_declined", "2024-01-02", agency="b", ref="3", reason="no capacity"),
        sent("s", "2024-03-25", "4"),
        sent("t", "2024-03-01", "5"),
    )
    found = joins(table, *PERIOD)
    assert found.pairs.row(0, named=True) == {
        "from_agency": "a",
        "to_agency": "b",
        "sent": 5,
        "accepted": 2,
        "declined": 1,
        "waiting": 2,
        "answer_median": 2.0,
        "contact_median": 7.0,
        "answer_p90": 4,
        "contact_p90": 7,
        "no_contact": 1,
        "dropped": 2,
        "back_and_forth": 0,
        "acceptance": 2 / 3,
    }
    assert found.handovers.filter("dropped")["person_id"].to_list() == ["q", "t"]
    assert found.log_position > 0


@pytest.mark.parametrize(
    ("days", "dropped"),
    [pytest.param(14, False, id="day 14"), pytest.param(15, True, id="day 15")],
)
def test_when_an_unanswered_handover_is_dropped(days: int, dropped: bool) -> None:
    found = joins(frame(sent("p", "2024-01-01", "1")), *PERIOD, as_of=day(after("2024-01-01", days)))
    assert found.handovers["dropped"].to_list() == [dropped]


@pytest.mark.parametrize(
    ("days", "dropped"),
    [pytest.param(14, False, id="day 14"), pytest.param(15, True, id="day 15")],
)
def test_when_an_accepted_handover_without_contact_is_dropped(days: int, dropped: bool) -> None:
    table = frame(sent("p", "2024-01-01", "1"), accepted("p", "2024-01-10", "1"))
    found = joins(table, *PERIOD, as_of=day(after("2024-01-10", days)))
    assert found.handovers["dropped"].to_list() == [dropped]


@pytest.mark.parametrize(
    ("contact", "first"),
    [
        pytest.param(
            ev("p", "contact", "2024-01-10", agency="b"), "2024-01-10", id="on the day of acceptance"
        ),
        pytest.param(ev("p", "contact", "2024-01-09", agency="b"), None, id="before acceptance"),
        pytest.param(ev("p", "contact", "2024-01-12", agency="a"), None, id="by the sender"),
        pytest.param(ev("p", "contact", "2024-01-12", agency="b", answered=False), None, id="not answered"),
        pytest.param(ev("q", "contact", "2024-01-12", agency="b"), None, id="with somebody else"),
    ],
)
def test_the_first_contact_by_the_receiver(contact: dict[str, Any], first: str | None) -> None:
    table = frame(sent("p", "2024-01-01", "1"), accepted("p", "2024-01-10", "1"), contact)
    assert joins(table, *PERIOD).handovers["first_contact_on"].to_list() == [day(first) if first else None]


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        pytest.param(sent("p", after("2024-01-01", 90), "2", "b", "a"), True, id="back within 90 days"),
        pytest.param(sent("p", after("2024-01-01", 91), "2", "b", "a"), False, id="after 91 days"),
        pytest.param(sent("p", "2024-01-20", "2", "b", "c"), False, id="on to somebody else"),
        pytest.param(sent("q", "2024-01-20", "2", "b", "a"), False, id="somebody else back"),
        pytest.param(sent("p", "2024-01-20", "2", "a", "b"), False, id="the same way again"),
    ],
)
def test_passed_back_and_forth(back: dict[str, Any], expected: bool) -> None:
    table = frame(sent("p", "2024-01-01", "1"), back)
    found = joins(table, day("2024-01-01"), day("2024-01-01"), as_of=day("2024-12-31"))
    assert found.handovers["back_and_forth"].to_list() == [expected]


def test_only_handovers_sent_in_the_period_are_shown() -> None:
    table = frame(sent("p", "2023-12-31", "1"), sent("q", "2024-01-01", "2"), sent("r", "2024-04-01", "3"))
    assert joins(table, *PERIOD).handovers["person_id"].to_list() == ["q"]


def test_no_handovers_at_all() -> None:
    found = joins(frame(ev("p", "sighting", "2024-01-01")), *PERIOD)
    assert found.pairs.is_empty()
    assert found.handovers.is_empty()


@settings(max_examples=60, deadline=None)
@given(waits=st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_median_and_ninth_decile_by_hand(waits: list[int]) -> None:
    rows = []
    for number, wait in enumerate(waits):
        name, on = f"p{number}", date(2024, 1, 1)
        rows.append(ev(name, "handover_sent", on, to_agency="b", ref="1"))
        rows.append(ev(name, "handover_accepted", on + timedelta(days=wait), agency="b", ref="1"))
    row = joins(frame(*rows), *PERIOD).pairs.row(0, named=True)
    ordered = sorted(waits)
    assert row["answer_median"] == median(waits)
    at_most = [value for value in ordered if sum(other <= value for other in ordered) >= 0.9 * len(ordered)]
    assert row["answer_p90"] == at_most[0]
