"""Stays: which end belongs to which start, and how long somebody was inside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bnl.indicators.history import day_number, history
from bnl.indicators.status import status_at
from bnl.indicators.stays import LOST_REASONS, NEVER, ends_of_current_stay, long_stays, lost_home
from tests.happenings import after, day, ev, frame


def start(on: str, situation: str = "temporary", **more: Any) -> dict[str, Any]:
    """Return the start of a stay."""
    return ev("p", "accommodation_start", on, situation=situation, **more)


def end(on: str, **more: Any) -> dict[str, Any]:
    """Return the end of a stay."""
    return ev("p", "accommodation_end", on, event_id="end", **more)


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        pytest.param([start("2024-01-01"), end("2024-01-05")], "current", id="the stay they are in"),
        pytest.param([start("2024-01-01", ref="1"), end("2024-01-05", ref="1")], "current", id="by its name"),
        pytest.param(
            [start("2024-01-01", ref="1"), end("2024-01-05", ref="2")], "other", id="by another name"
        ),
        pytest.param(
            [start("2024-01-01", ref="1"), end("2024-01-05")], "current", id="only the start is named"
        ),
        pytest.param(
            [start("2024-01-01"), end("2024-01-05", ref="1")], "current", id="only the end is named"
        ),
        pytest.param(
            [start("2024-01-01"), end("2024-01-05", agency="b")], "other", id="another agency's stay"
        ),
        pytest.param(
            [start("2024-01-01", ref="1"), end("2024-01-05", ref="1", agency="b")],
            "current",
            id="named, other agency",
        ),
        pytest.param(
            [start("2024-01-01"), start("2024-01-03", agency="b"), end("2024-01-05")],
            "other",
            id="moved on since",
        ),
        pytest.param(
            [start("2024-01-01"), start("2024-01-03", agency="b"), end("2024-01-05", agency="b")],
            "current",
            id="the place moved to",
        ),
        pytest.param([end("2024-01-05")], "current", id="no start is known"),
        pytest.param([start("2024-01-05"), end("2024-01-05")], "later", id="begun the same day"),
        pytest.param(
            [start("2024-01-01"), start("2024-01-05", agency="b"), end("2024-01-05")],
            "current",
            id="out of one, into the next",
        ),
        pytest.param(
            [start("2024-01-01", agency="b"), start("2024-01-05"), end("2024-01-05")],
            "later",
            id="the old stay is another's, the new one ended",
        ),
        pytest.param(
            [start("2024-01-01", ref="1"), start("2024-01-05", ref="2"), end("2024-01-05", ref="2")],
            "later",
            id="named: the one of the day",
        ),
        pytest.param(
            [start("2024-01-01", ref="1"), start("2024-01-05", ref="2"), end("2024-01-05", ref="1")],
            "current",
            id="named: the one before",
        ),
        pytest.param(
            [
                ev("q", "accommodation_start", "2024-01-01", agency="b"),
                start("2024-01-02"),
                end("2024-01-05"),
            ],
            "current",
            id="somebody else's stay does not matter",
        ),
    ],
)
def test_which_stay_an_end_belongs_to(rows: list[dict[str, Any]], kind: str) -> None:
    past = history(frame(*rows))
    found = ends_of_current_stay(past)
    at = past.frame["event_id"].to_list().index("end")
    assert (at in found.current, at in found.other) == (kind != "other", kind == "other")
    assert (at in found.later) == (kind == "later")


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        pytest.param("evicted", "homeless", id="evicted"),
        pytest.param("abandoned", "homeless", id="abandoned"),
        pytest.param("asked_to_leave", "homeless", id="asked to leave"),
        pytest.param("lost", "homeless", id="lost"),
        pytest.param("planned", "unknown", id="planned"),
        pytest.param(None, "unknown", id="nothing said"),
    ],
)
def test_why_a_home_ended_tells_where_somebody_is(reason: str | None, state: str) -> None:
    table = frame(start("2024-01-01", "settled"), end("2024-01-05", reason=reason))
    assert status_at(table, day("2024-01-05"))["state"].to_list() == [state]
    assert lost_home(history(table), np.array([1])).tolist() == [reason in LOST_REASONS]


@pytest.mark.parametrize(
    ("situation", "state"),
    [
        pytest.param("settled", "housed", id="to a home"),
        pytest.param("hidden", "hidden", id="to a sofa"),
        pytest.param("rough_sleeping", "rough_sleeping", id="to the street"),
        pytest.param("unknown", "homeless", id="nobody knows"),
    ],
)
def test_where_somebody_went(situation: str, state: str) -> None:
    table = frame(start("2024-01-01"), end("2024-01-05", situation=situation))
    assert status_at(table, day("2024-01-05"))["state"].to_list() == [state]


def test_the_end_of_a_stay_long_left_says_nothing_about_now() -> None:
    table = frame(
        start("2024-01-01"),
        start("2024-01-10", "settled", agency="b"),
        end("2024-01-20", situation="rough_sleeping"),
    )
    assert status_at(table, day("2024-01-20"))["state"].to_list() == ["housed"]


def test_seen_outside_after_the_stay_began_and_the_stay_closed_later() -> None:
    table = frame(start("2024-01-01"), ev("p", "sighting", "2024-01-10"), end("2024-01-20"))
    assert status_at(table, day("2024-01-20"))["state"].to_list() == ["rough_sleeping"]


def admitted(on: str, **more: Any) -> dict[str, Any]:
    """Return an admission."""
    return ev("p", "institution_admission", on, **more)


@pytest.mark.parametrize(
    ("on", "inside"),
    [
        pytest.param("2024-01-01", False, id="at the dawn of the day of admission"),
        pytest.param("2024-01-02", True, id="the next dawn"),
        pytest.param("2024-01-10", True, id="at the dawn of the day of discharge"),
        pytest.param("2024-01-11", False, id="the next dawn, outside"),
        pytest.param("2023-12-31", False, id="before"),
    ],
)
def test_who_is_inside_when_a_day_begins(on: str, inside: bool) -> None:
    past = history(frame(admitted("2024-01-01"), ev("p", "institution_discharge", "2024-01-10")))
    found = long_stays(past)
    assert found.covers(np.array([1], dtype=np.uint32), np.array([day_number(day(on))])).tolist() == [inside]


def test_nobody_is_inside_who_was_never_admitted() -> None:
    found = long_stays(history(frame(ev("p", "sighting", "2024-01-01"))))
    assert found.covers(np.array([1], dtype=np.uint32), np.array([0])).tolist() == [False]


def test_a_stay_that_lasts_has_no_end() -> None:
    found = long_stays(history(frame(admitted("2024-01-01"))))
    assert (found.over.tolist(), found.closed_by.tolist()) == ([NEVER], [-1])


@pytest.mark.parametrize("gap", [0, 1])
def test_a_transfer_lengthens_a_stay_and_a_day_outside_does_not(gap: int) -> None:
    moved = after("2024-01-01", 60)
    table = frame(
        ev("p", "accommodation_start", "2023-01-01", situation="hidden"),
        admitted("2024-01-01"),
        ev("p", "institution_discharge", moved),
        admitted(after(moved, gap)),
    )
    expected = "institution" if gap == 0 else "hidden"
    assert status_at(table, day(after("2024-01-01", 91)))["state"].to_list() == [expected]
