"""What was known when: corrections, rival corrections, withdrawals, log positions."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from bnl.domain.event import EventKind
from bnl.errors import InputError
from bnl.indicators.history import calendar_day, day_number, history, starts
from tests.happenings import at, day, ev, frame

FIRST = ev("p", "sighting", "2024-01-01", sequence=1, known="2024-01-02", event_id="one")
FIX = ev("p", "sighting", "2024-01-03", sequence=2, known="2024-01-05", event_id="two", corrects="one")
FIX_AGAIN = ev(
    "p", "sighting", "2024-01-04", sequence=3, known="2024-01-06", event_id="three", corrects="two"
)
RIVAL = ev("p", "sighting", "2024-01-05", sequence=4, known="2024-01-07", event_id="four", corrects="one")
GONE = ev(
    "p",
    "sighting",
    "2024-01-01",
    sequence=5,
    known="2024-01-08",
    event_id="five",
    corrects="one",
    withdrawn=True,
)
OTHER = ev("q", "contact", "2024-01-01", sequence=6, known="2024-01-09", event_id="six")


@pytest.mark.parametrize(
    ("rows", "known", "expected"),
    [
        pytest.param([FIRST, FIX], None, ["two"], id="a correction replaces"),
        pytest.param([FIRST, FIX], 1, ["one"], id="not before it is known, by log position"),
        pytest.param([FIRST, FIX], 2, ["two"], id="from its log position on"),
        pytest.param([FIRST, FIX], at("2024-01-04T23:59:59"), ["one"], id="not before it is known, by time"),
        pytest.param([FIRST, FIX], at("2024-01-05"), ["two"], id="from its moment on"),
        pytest.param([FIRST, FIX, FIX_AGAIN], None, ["three"], id="a correction corrected"),
        pytest.param([FIRST, FIX, RIVAL], None, ["four"], id="of rivals the later stands"),
        pytest.param([RIVAL, FIX, FIRST], None, ["four"], id="in whatever order they come"),
        pytest.param([FIRST, GONE], None, [], id="withdrawn"),
        pytest.param([FIRST, GONE], 4, ["one"], id="not yet withdrawn"),
        pytest.param([FIRST, FIX, GONE], None, [], id="withdrawn after a correction"),
        pytest.param([FIRST, OTHER], 0, [], id="nothing known"),
        pytest.param([FIRST, OTHER], None, ["one", "six"], id="others are untouched"),
    ],
)
def test_what_is_in_force(
    rows: list[dict[str, object]], known: datetime | int | None, expected: list[str]
) -> None:
    assert history(frame(*rows), known).frame["event_id"].to_list() == expected


def test_the_log_position_is_that_of_what_is_known() -> None:
    table = frame(FIRST, FIX, OTHER)
    assert history(table).log_position == 6
    assert history(table, 3).log_position == 2
    assert history(table, 0).log_position == 0
    assert history(frame()).log_position == 0


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="no zone"):
        history(frame(FIRST), datetime(2024, 1, 1))


def test_a_history_is_taken_as_it_is_and_asked_for_another_moment_made_anew() -> None:
    past = history(frame(FIRST, FIX))
    assert history(past) is past
    assert history(past, 1).frame["event_id"].to_list() == ["one"]
    assert history(history(past, 1), 2).frame["event_id"].to_list() == ["two"]


def test_an_unsorted_frame_is_sorted_first() -> None:
    table = frame(FIRST, OTHER, ev("p", "contact", "2024-02-01")).reverse()
    past = history(table)
    assert (np.diff(past.frame["order"].to_numpy()) >= 0).all()


def test_rows_of_kinds_come_in_order() -> None:
    past = history(frame(FIRST, OTHER, ev("p", "contact", "2024-02-01", event_id="seven")))
    assert past.rows(EventKind.CONTACT, EventKind.SIGHTING)["event_id"].to_list() == ["one", "seven", "six"]
    assert past.rows(EventKind.DEATH).is_empty()
    assert past.people["person_id"].to_list() == ["p", "q"]
    assert past.among(past.where(EventKind.SIGHTING)).tolist() == [False, True, False]


def test_records_stay_known_when_their_events_are_withdrawn() -> None:
    assert history(frame(FIRST, GONE)).records.rows() == [("p", "rec_p_a")]


@pytest.mark.parametrize("text", ["1969-12-31", "1970-01-01", "2000-02-29", "2024-10-27"])
def test_days_are_numbered_from_1970(text: str) -> None:
    assert calendar_day(day_number(day(text))) == day(text)
    assert day_number(day("1970-01-02")) == 1


def test_where_groups_start() -> None:
    assert starts(np.array([4, 4, 5, 7, 7], dtype=np.int64)).tolist() == [True, False, True, True, False]
    assert starts(np.zeros(0, dtype=np.int64)).tolist() == []
