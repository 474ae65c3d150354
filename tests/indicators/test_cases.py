"""Cases: which event belongs to which case, and what a case says in one row."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.indicators.cases import case_events, cases
from bnl.indicators.casework import casework
from bnl.indicators.history import calendar_day, history
from tests.happenings import day, ev, frame


def one(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return the only case."""
    table = cases(history(frame(*rows)))
    assert table.height == 1
    return table.row(0, named=True)


def referral(on: str = "2024-01-10", **more: Any) -> dict[str, Any]:
    """Return a referral."""
    return ev("p", "referral", on, **more)


@pytest.mark.parametrize(
    ("rows", "ids"),
    [
        pytest.param([referral(case="1")], ["a/1"], id="by its number"),
        pytest.param([referral(case="1", to_agency="b")], ["b/1"], id="of the receiver"),
        pytest.param([referral(event_id="e")], ["a/e"], id="without a number, by its event"),
        pytest.param(
            [referral(case="1"), ev("p", "triage", "2024-01-11", case="1")], ["a/1", "a/1"], id="both named"
        ),
        pytest.param(
            [referral(case="1"), ev("p", "triage", "2024-01-11")], ["a/1", "a/1"], id="the last referral's"
        ),
        pytest.param(
            [referral(case="1"), ev("p", "triage", "2024-01-09")], ["a/1"], id="before any referral: none"
        ),
        pytest.param(
            [referral(case="1"), ev("p", "triage", "2024-01-11", agency="b")],
            ["a/1"],
            id="another agency's: none",
        ),
        pytest.param(
            [referral(case="1"), referral("2024-02-10", case="2"), ev("p", "triage", "2024-02-11")],
            ["a/1", "a/2", "a/2"],
            id="the later referral's",
        ),
        pytest.param(
            [referral(case="1"), referral("2024-02-10", case="2"), ev("p", "triage", "2024-02-01")],
            ["a/1", "a/1", "a/2"],
            id="the earlier referral's",
        ),
        pytest.param(
            [ev("p", "triage", "2024-01-11", case="7")], ["a/7"], id="a case whose referral is not known"
        ),
        pytest.param(
            [referral(case="1"), ev("p", "contact", "2024-01-11", case="1")], ["a/1"], id="contact is none"
        ),
    ],
)
def test_which_case_an_event_belongs_to(rows: list[dict[str, Any]], ids: list[str]) -> None:
    assert case_events(history(frame(*rows)))["case_id"].to_list() == ids


def decided(outcome: str, on: str = "2024-01-12", **more: Any) -> dict[str, Any]:
    """Return a decision."""
    return ev("p", "referral_decided", on, case="1", outcome=outcome, **more)


def closed(on: str, **more: Any) -> dict[str, Any]:
    """Return a closure."""
    return ev("p", "closure", on, case="1", planned=True, **more)


REOPENED = ev("p", "reopening", "2024-03-01", case="1")


@pytest.mark.parametrize(
    ("rows", "opened"),
    [
        pytest.param([], "2024-01-10", id="not decided: the referral"),
        pytest.param([decided("accepted")], "2024-01-12", id="accepted: the acceptance"),
        pytest.param([decided("rejected")], "2024-01-10", id="rejected: the referral"),
    ],
)
def test_when_a_case_opened(rows: list[dict[str, Any]], opened: str) -> None:
    assert one(referral(case="1"), *rows)["opened_on"] == day(opened)


@pytest.mark.parametrize(
    ("rows", "shut"),
    [
        pytest.param([], None, id="open"),
        pytest.param([closed("2024-02-01")], "2024-02-01", id="closed"),
        pytest.param([closed("2024-02-01"), REOPENED], None, id="reopened"),
        pytest.param([closed("2024-02-01"), REOPENED, closed("2024-04-01")], "2024-04-01", id="closed again"),
        pytest.param([closed("2024-02-01"), closed("2024-02-05")], "2024-02-05", id="closed twice"),
    ],
)
def test_when_a_case_closed(rows: list[dict[str, Any]], shut: str | None) -> None:
    found = one(referral(case="1"), *rows)
    assert found["closed_on"] == (day(shut) if shut else None)
    assert found["planned"] == (True if shut else None)


def test_every_closure_with_the_days_before_it() -> None:
    table = frame(
        referral(case="1"),
        decided("accepted"),
        closed("2024-02-01"),
        REOPENED,
        closed("2024-04-01", reason="died"),
    )
    shut = casework(table).facts.closures
    assert [(calendar_day(a), calendar_day(b)) for a, b in zip(shut.opened, shut.closed, strict=True)] == [
        (day("2024-01-12"), day("2024-02-01")),
        (day("2024-03-01"), day("2024-04-01")),
    ]
    assert shut.ended_by_death.tolist() == [False, True]


@pytest.mark.parametrize(
    ("rows", "full"),
    [
        pytest.param([decided("accepted")], True, id="accepted"),
        pytest.param([decided("accepted", service_level="full")], True, id="full"),
        pytest.param([decided("accepted", service_level="advice")], False, id="advice"),
        pytest.param([decided("rejected")], False, id="rejected"),
        pytest.param([], False, id="not decided"),
        pytest.param([decided("rejected"), decided("accepted", "2024-01-20")], True, id="accepted after all"),
    ],
)
def test_full_service(rows: list[dict[str, Any]], full: bool) -> None:
    assert casework(frame(referral(case="1"), *rows)).facts.full.tolist() == [full]


@pytest.mark.parametrize(
    ("on", "closed_then", "died"),
    [
        pytest.param("2024-01-31", False, False, id="before either"),
        pytest.param("2024-02-01", True, False, id="on the day of closure"),
        pytest.param("2024-02-05", True, True, id="on the day of death"),
    ],
)
def test_casework_of_a_day_knows_nothing_later(on: str, closed_then: bool, died: bool) -> None:
    table = frame(referral(case="1"), closed("2024-02-01"), ev("p", "death", "2024-02-05"))
    row = casework(table).until(day(on)).cases.row(0, named=True)
    assert (row["closed_on"] is not None, row["died_on"] is not None) == (closed_then, died)


def test_casework_of_a_day_is_made_once() -> None:
    work = casework(frame(referral(case="1")))
    then = work.until(day("2024-02-01"))
    assert work.until(day("2024-02-01")) is then
    assert then.until(day("2024-02-01")) is then


def test_a_correction_moves_a_case() -> None:
    first = referral(case="1")
    fixed = referral("2024-01-20", case="1", corrects=first["event_id"])
    assert one(first, fixed)["referred_on"] == day("2024-01-20")
    assert casework(frame(first, fixed), first["sequence"]).cases["referred_on"].to_list() == [
        day("2024-01-10")
    ]
