"""Signals: what each event says about where somebody lives, and what time alone brings."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.domain.event import EventKind
from bnl.indicators.history import calendar_day, history
from bnl.indicators.rules import COUNTY, SILENCE_90, StatusRules
from bnl.indicators.signals import contact_with_person, risk_news, signals
from bnl.indicators.states import Signal
from tests.happenings import after, ev, frame


def heard(*rows: dict[str, Any], rules: StatusRules = COUNTY) -> list[tuple[str, str]]:
    """Return the signals of one person as day and name."""
    found = signals(history(frame(*rows)), rules)
    return [
        (calendar_day(int(on)).isoformat(), Signal(int(word)).name)
        for on, word in zip(found.day, found.signal, strict=True)
    ]


@pytest.mark.parametrize(
    ("kind", "data", "word"),
    [
        pytest.param("contact", {}, "CONTACT", id="contact"),
        pytest.param("contact", {"answered": False}, "KNOWN", id="contact not answered"),
        pytest.param("contact", {"situation": "hidden"}, "TOLD_HIDDEN", id="contact telling where"),
        pytest.param("contact", {"situation": "settled"}, "CONTACT", id="contact telling of a home"),
        pytest.param("contact", {"situation": "unknown"}, "CONTACT", id="contact telling nothing"),
        pytest.param("contact_attempt", {}, "KNOWN", id="attempt"),
        pytest.param("triage", {"situation": "emergency"}, "TOLD_EMERGENCY", id="triage"),
        pytest.param("assessment", {"situation": "supported"}, "TOLD_SUPPORTED", id="assessment"),
        pytest.param("referral", {}, "CONTACT", id="referral"),
        pytest.param("referral", {"homeless": True}, "DECLARED_HOMELESS", id="referral, homeless"),
        pytest.param("referral", {"homeless_on": "2024-01-20"}, "RISK_WITHIN_56", id="referral, soon"),
        pytest.param("referral", {"situation": "temporary"}, "TOLD_TEMPORARY", id="referral, where"),
        pytest.param("sighting", {}, "SET_ROUGH_SLEEPING", id="sighting"),
        pytest.param("accommodation_start", {"situation": "settled"}, "SET_HOUSED", id="home"),
        pytest.param(
            "accommodation_start",
            {"situation": "settled_with_support"},
            "SET_HOUSED_WITH_SUPPORT",
            id="with support",
        ),
        pytest.param("accommodation_start", {}, "SET_UNKNOWN", id="place not said"),
        pytest.param("accommodation_end", {}, "STAY_ENDED", id="stay ended"),
        pytest.param("accommodation_end", {"reason": "evicted"}, "HOME_LOST", id="evicted"),
        pytest.param("institution_discharge", {}, "DISCHARGED", id="discharged"),
        pytest.param(
            "institution_discharge", {"situation": "hidden"}, "SET_HIDDEN", id="discharged to a sofa"
        ),
        pytest.param("risk_of_homelessness", {}, "RISK_UNKNOWN", id="risk"),
        pytest.param("duty_to_refer", {}, "CONTACT", id="duty to refer"),
        pytest.param("duty_to_refer", {"homeless": True}, "DECLARED_HOMELESS", id="duty to refer, homeless"),
        pytest.param("duty_owed", {"duty": "prevention"}, "RISK_WITHIN_56", id="prevention duty"),
        pytest.param("duty_owed", {"duty": "relief"}, "DECLARED_HOMELESS", id="relief duty"),
        pytest.param("duty_owed", {"duty": "main"}, "DECLARED_HOMELESS", id="main duty"),
        pytest.param("duty_owed", {}, "KNOWN", id="some duty"),
        pytest.param("duty_ended", {}, "KNOWN", id="duty ended"),
        pytest.param("prevention_outcome", {"outcome": "prevented"}, "PREVENTED", id="prevented"),
        pytest.param(
            "prevention_outcome", {"outcome": "not_prevented"}, "DECLARED_HOMELESS", id="not prevented"
        ),
        pytest.param("prevention_outcome", {"outcome": "unknown"}, "KNOWN", id="outcome unknown"),
        pytest.param(
            "prevention_outcome",
            {"outcome": "prevented", "situation": "settled"},
            "SET_HOUSED",
            id="a new home",
        ),
        pytest.param("closure", {}, "KNOWN", id="closure"),
        pytest.param("closure", {"situation": "settled"}, "SET_HOUSED", id="closure with a home"),
        pytest.param("inactive", {}, "KNOWN", id="decision without attempts"),
        pytest.param("inactive", {"attempts": 0}, "KNOWN", id="decision with none logged"),
        pytest.param("inactive", {"attempts": 1}, "MADE_INACTIVE", id="decision"),
        pytest.param("left_area", {}, "LEFT", id="left"),
        pytest.param("moved_in", {}, "MOVED_IN", id="moved in"),
        pytest.param("moved_in", {"situation": "hidden"}, "SET_HIDDEN", id="moved in, where"),
        pytest.param("death", {}, "DIED", id="death"),
        pytest.param("nomination", {}, "KNOWN", id="nomination"),
        pytest.param("employment", {"status": "employed"}, "KNOWN", id="employment"),
        pytest.param("next_action", {}, "KNOWN", id="next action"),
        pytest.param("lead_worker_assigned", {}, "KNOWN", id="lead worker"),
    ],
)
def test_what_an_event_says(kind: str, data: dict[str, Any], word: str) -> None:
    assert heard(ev("p", kind, "2024-01-10", **data))[0] == ("2024-01-10", word)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-04-01")],
            [("2024-02-05", "RISK_NEARS"), ("2024-04-02", "RISK_FALLS_DUE")],
            id="far: draws near, falls due",
        ),
        pytest.param(
            [ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-02-01")],
            [("2024-02-02", "RISK_FALLS_DUE")],
            id="near: falls due",
        ),
        pytest.param(
            [ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2023-12-01")],
            [],
            id="past: nothing to wait for",
        ),
        pytest.param([ev("p", "risk_of_homelessness", "2024-01-01")], [], id="no day: no clock"),
        pytest.param(
            [
                ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-02-01"),
                ev("p", "risk_of_homelessness", "2024-01-20", homeless_on="2024-03-01"),
            ],
            [("2024-03-02", "RISK_FALLS_DUE")],
            id="put off",
        ),
        pytest.param(
            [
                ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-02-01"),
                ev("p", "risk_of_homelessness", "2024-02-02", homeless_on="2024-03-01"),
            ],
            [("2024-03-02", "RISK_FALLS_DUE")],
            id="put off on the very day",
        ),
        pytest.param(
            [
                ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-02-01"),
                ev("p", "accommodation_start", "2024-01-20", situation="settled"),
            ],
            [],
            id="housed before",
        ),
        pytest.param(
            [
                ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-02-01"),
                ev("p", "prevention_outcome", "2024-01-20", outcome="prevented"),
            ],
            [],
            id="prevented before",
        ),
        pytest.param(
            [
                ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-02-01"),
                ev("p", "prevention_outcome", "2024-01-20", outcome="unknown"),
            ],
            [("2024-02-02", "RISK_FALLS_DUE")],
            id="outcome unknown: the clock runs on",
        ),
        pytest.param(
            [
                ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-02-01"),
                ev("p", "left_area", "2024-01-20"),
            ],
            [],
            id="left before",
        ),
        pytest.param(
            [
                ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="2024-02-01"),
                ev("q", "accommodation_start", "2024-01-20", situation="settled"),
            ],
            [("2024-02-02", "RISK_FALLS_DUE")],
            id="somebody else housed",
        ),
        pytest.param(
            [ev("p", "institution_admission", "2024-01-01")],
            [(after("2024-01-01", 91), "STAY_GREW_LONG")],
            id="a stay grows long",
        ),
        pytest.param(
            [
                ev("p", "institution_admission", "2024-01-01"),
                ev("p", "institution_discharge", after("2024-01-01", 90)),
            ],
            [],
            id="a stay of ninety days does not",
        ),
    ],
)
def test_what_time_alone_brings(rows: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    timed = {"RISK_NEARS", "RISK_FALLS_DUE", "STAY_GREW_LONG", "LAPSED"}
    assert [entry for entry in heard(*rows) if entry[1] in timed] == expected


@pytest.mark.parametrize(
    ("rows", "lapses"),
    [
        pytest.param([ev("p", "contact", "2024-01-01")], [after("2024-01-01", 91)], id="once"),
        pytest.param(
            [ev("p", "contact", "2024-01-01"), ev("p", "contact", after("2024-01-01", 90))],
            [after("2024-01-01", 181)],
            id="met on day 90",
        ),
        pytest.param(
            [ev("p", "contact", "2024-01-01"), ev("p", "contact", after("2024-01-01", 91))],
            [after("2024-01-01", 91), after("2024-01-01", 182)],
            id="met on day 91",
        ),
        pytest.param(
            [ev("p", "contact", "2024-01-01"), ev("p", "institution_admission", "2024-03-01")],
            [],
            id="inside: no silence there",
        ),
        pytest.param([ev("p", "next_action", "2024-01-01")], [], id="never met: nothing to count from"),
    ],
)
def test_lapses(rows: list[dict[str, Any]], lapses: list[str]) -> None:
    assert [on for on, word in heard(*rows, rules=SILENCE_90) if word == "LAPSED"] == lapses


def test_a_clock_names_the_event_that_set_it() -> None:
    past = history(frame(ev("p", "contact", "2024-01-01"), ev("p", "institution_admission", "2024-01-02")))
    found = signals(past, COUNTY)
    row = int(found.row[[Signal(int(word)).name for word in found.signal].index("STAY_GREW_LONG")])
    assert past.frame["kind"][row] == "institution_admission"


def test_repeats_that_change_nothing_are_left_out() -> None:
    rows = [ev("p", "sighting", f"2024-01-{n:02}") for n in range(1, 20)]
    assert heard(*rows) == [("2024-01-01", "SET_ROUGH_SLEEPING")]
    assert heard(
        ev("p", "sighting", "2024-01-01"), *(ev("p", "contact", f"2024-01-{n:02}") for n in range(2, 20))
    ) == [("2024-01-01", "SET_ROUGH_SLEEPING")]


def test_which_events_are_contact() -> None:
    past = history(
        frame(
            ev("p", "contact", "2024-01-01"),
            ev("p", "contact", "2024-01-02", answered=False),
            ev("p", "contact_attempt", "2024-01-03"),
            ev("p", "sighting", "2024-01-04"),
            ev("p", "death", "2024-01-05"),
        )
    )
    assert contact_with_person(past, COUNTY).tolist() == [True, False, False, True, False]
    strict = StatusRules(name="strict", contacts=frozenset())
    assert not contact_with_person(past, strict).any()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param({"homeless_on": "2024-03-07"}, Signal.RISK_OVER_56, id="57 days"),
        pytest.param({"homeless_on": "2024-03-06"}, Signal.RISK_WITHIN_56, id="56 days"),
        pytest.param({"homeless_on": "2024-01-10"}, Signal.RISK_WITHIN_56, id="today"),
        pytest.param({"homeless_on": "2024-01-09"}, Signal.DECLARED_HOMELESS, id="yesterday"),
        pytest.param(
            {"homeless": True, "homeless_on": "2024-03-07"}, Signal.DECLARED_HOMELESS, id="the flag"
        ),
    ],
)
def test_risk_news(data: dict[str, Any], word: Signal) -> None:
    past = history(frame(ev("p", "risk_of_homelessness", "2024-01-10", **data)))
    assert risk_news(past, past.where(EventKind.RISK_OF_HOMELESSNESS)).tolist() == [word]


def test_a_day_far_in_the_past_or_future_is_no_trouble() -> None:
    rows = [
        ev("p", "risk_of_homelessness", "2024-01-01", homeless_on="9999-12-31"),
        ev("p", "sighting", "1900-01-01"),
    ]
    assert heard(*rows)[0] == ("1900-01-01", "SET_ROUGH_SLEEPING")
    assert "RISK_FALLS_DUE" not in [word for _, word in heard(*rows)]
