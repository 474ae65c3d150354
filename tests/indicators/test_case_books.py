"""Books of cases: each case open or not on every day, and every period balanced to the case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.indicators.case_books import case_return, open_cases
from bnl.indicators.casework import casework
from tests.happenings import day, ev, frame

START = date(2024, 1, 1)


def case(kind: str, on: str | date, number: str = "1", person: str = "p", **data: Any) -> dict[str, Any]:
    return ev(person, kind, on, case=number, **data)


def open_on(on: str, *rows: dict[str, Any]) -> list[str]:
    return open_cases(casework(frame(*rows)), day(on))["case_id"].to_list()


@pytest.mark.parametrize(
    ("rows", "on", "expected"),
    [
        pytest.param([case("referral", "2024-01-10")], "2024-01-09", [], id="the day before the referral"),
        pytest.param([case("referral", "2024-01-10")], "2024-01-10", ["a/1"], id="on the day of referral"),
        pytest.param(
            [case("referral", "2024-01-10"), case("closure", "2024-02-01")], "2024-01-31", ["a/1"], id="eve"
        ),
        pytest.param(
            [case("referral", "2024-01-10"), case("closure", "2024-02-01")], "2024-02-01", [], id="closed"
        ),
        pytest.param(
            [case("referral", "2024-01-10"), case("referral_decided", "2024-01-12", outcome="rejected")],
            "2024-01-12",
            [],
            id="rejected",
        ),
        pytest.param(
            [
                case("referral", "2024-01-10"),
                case("referral_decided", "2024-01-12", outcome="rejected"),
                case("referral_decided", "2024-01-20", outcome="accepted"),
            ],
            "2024-01-20",
            ["a/1"],
            id="accepted after all",
        ),
        pytest.param(
            [case("referral", "2024-01-10"), case("closure", "2024-02-01"), case("reopening", "2024-03-01")],
            "2024-03-01",
            ["a/1"],
            id="reopened",
        ),
        pytest.param(
            [case("referral", "2024-01-10"), ev("p", "death", "2024-01-20")], "2024-01-20", [], id="died"
        ),
        pytest.param(
            [case("referral", "2024-01-10"), ev("p", "death", "2024-01-20"), case("reopening", "2024-02-01")],
            "2024-02-01",
            [],
            id="nothing opens after death",
        ),
        pytest.param([case("triage", "2024-01-10")], "2024-01-10", [], id="a triage alone opens nothing"),
        pytest.param(
            [case("referral_decided", "2024-01-10", outcome="accepted")],
            "2024-01-10",
            ["a/1"],
            id="accepted, its referral not known",
        ),
    ],
)
def test_which_cases_are_open(rows: list[dict[str, Any]], on: str, expected: list[str]) -> None:
    assert open_on(on, *rows) == expected


def test_a_worked_month() -> None:
    work = casework(
        frame(
            case("referral", "2023-12-10", "1"),
            case("referral", "2024-01-05", "2", "q"),
            case("closure", "2024-01-05", "2", "q"),
            case("closure", "2024-01-20", "1"),
            case("reopening", "2024-01-25", "1"),
        )
    )
    made = case_return(work, START, date(2024, 1, 31))
    assert (made.opening, made.closing) == (frozenset({"a/1"}), frozenset({"a/1"}))
    assert made.opened["case_id"].to_list() == ["a/1", "a/2"]
    assert made.ended["case_id"].to_list() == ["a/1", "a/2"]
    assert made.residual == 0


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InputError):
        case_return(casework(frame()), START, START - timedelta(days=1))


WORDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("referral", {}),
    ("referral_decided", {"outcome": "accepted"}),
    ("referral_decided", {"outcome": "rejected"}),
    ("closure", {"planned": True}),
    ("reopening", {}),
    ("triage", {}),
)


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw(st.integers(0, 16))):
        person = draw(st.sampled_from(["p", "q"]))
        on = START + timedelta(days=draw(st.integers(0, 60)))
        if draw(st.integers(0, 12)) == 0:
            rows.append(ev(person, "death", on, sequence=number + 1))
            continue
        kind, data = draw(st.sampled_from(WORDS))
        key = f"{person}{draw(st.integers(1, 2))}"
        rows.append(ev(person, kind, on, case=key, sequence=number + 1, **data))
    return rows


@settings(max_examples=60, deadline=None)
@given(rows=lives(), cut=st.integers(1, 59))
def test_periods_balance_and_join_and_agree_with_the_stock_of_each_day(
    rows: list[dict[str, Any]], cut: int
) -> None:
    work = casework(frame(*rows))
    middle, end = START + timedelta(days=cut), START + timedelta(days=60)
    first = case_return(work, START, middle)
    second = case_return(work, middle + timedelta(days=1), end)
    assert first.residual == second.residual == 0
    assert first.closing == second.opening
    assert first.closing == frozenset(open_cases(work.until(middle), middle)["case_id"])
    assert second.closing == frozenset(open_cases(work, end)["case_id"])
