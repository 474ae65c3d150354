"""Cases: which event belongs to which case, and what a case says in one row."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    told = case_events(history(frame(*rows)))
    assert told.ids.gather(told.case).to_list() == ids


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


SAID: dict[str, dict[str, list[Any]]] = {
    "referral": {
        "to_agency": [None, "b", "c"],
        "from_agency": [None, "z"],
        "homeless_on": [None, date(2024, 2, 1), date(2024, 9, 1)],
        "homeless": [None, True],
        "mode": [None, "digital"],
    },
    "referral_decided": {
        "outcome": ["accepted", "accepted", "rejected", "withdrawn", None],
        "service_level": [None, "full", "advice"],
    },
    "triage": {},
    "assessment": {"stage": [None, "full", "initial"]},
    "prevention_outcome": {"outcome": ["prevented", "unknown", None]},
    "closure": {"planned": [None, True, False], "reason": [None, "died", "moved"]},
    "reopening": {},
    "death": {},
}


@st.composite
def case_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return events of the cases of two people with two agencies, some without a number."""
    rows = []
    for number in range(draw(st.integers(0, 16))):
        kind = draw(st.sampled_from(sorted(SAID)))
        data = {key: draw(st.sampled_from(values)) for key, values in SAID[kind].items()}
        data["case"] = draw(st.sampled_from([None, "1", "2", "10"]))
        on = date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 120)))
        person, agency = draw(st.sampled_from("pq")), draw(st.sampled_from(["a", "b", "a-b"]))
        rows.append(ev(person, kind, on, agency=agency, sequence=number + 1, **data))
    return rows


def by_hand(rows: list[dict[str, Any]], until: date) -> dict[str, dict[str, Any]]:
    """Return what each case says up to a day, read one event after the other."""
    found: dict[str, dict[str, Any]] = {}
    latest: dict[tuple[str, str], str] = {}
    died: dict[str, date] = {}
    for row in rows:
        if row["occurred_on"] > until:
            continue
        kind, on, person = row["kind"], row["occurred_on"], row["person_id"]
        if kind == "death":
            died[person] = min(died.get(person, on), on)
            continue
        owner = (row["to_agency"] if kind == "referral" else None) or row["agency_id"]
        number = row["case"] or (row["event_id"] if kind == "referral" else latest.get((person, owner)))
        if kind == "referral":
            latest[person, owner] = str(number)
        if number is None:
            continue
        case = found.setdefault(f"{owner}/{number}", {"person_id": person, "agency_id": owner})
        if kind == "referral" and "referred_on" not in case:
            case.update(referred_on=on, mode=row["mode"], from_agency=row["from_agency"] or row["agency_id"])
            case["band"] = band_of(on, row["homeless_on"], told=bool(row["homeless"]))
        elif kind == "referral_decided":
            case.update(outcome=row["outcome"], decided_on=on, service_level=row["service_level"])
        elif kind == "triage":
            case.setdefault("triaged_on", on)
        elif kind == "assessment" and row["stage"] in (None, "full"):
            case.setdefault("assessed_on", on)
        elif kind == "prevention_outcome":
            case["prevention"] = row["outcome"]
        elif kind == "closure":
            case.update(closed_on=on, planned=row["planned"], close_reason=row["reason"])
        elif kind == "reopening":
            case.update(closed_on=None, planned=None)
    for case in found.values():
        case["died_on"] = died.get(case["person_id"])
        accepted = case.get("outcome") == "accepted"
        case["opened_on"] = case["decided_on"] if accepted else case.get("referred_on")
    return found


def band_of(on: date, expected: date | None, *, told: bool) -> str:
    """Return the urgency of a referral."""
    if told or (expected is not None and expected < on):
        return "already"
    if expected is None:
        return "unknown"
    return ">56" if (expected - on).days > 56 else "0–56"


@pytest.mark.parametrize("most", [pytest.param(1 << 24, id="looked up"), pytest.param(0, id="sorted")])
def test_codes_are_told_apart_however_many_there_may_be(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnl.indicators.cases._MOST_LOOKED_UP", most)
    rows = [
        referral(case="2", to_agency="b"),
        referral(case="10", agency="a-b"),
        ev("q", "triage", "2024-01-12", case="2", agency="b"),
        referral(case="10"),
    ]
    told = case_events(history(frame(*rows)))
    assert told.ids.to_list() == ["a-b/10", "a/10", "b/2"]
    assert told.ids.gather(told.case).to_list() == ["b/2", "a-b/10", "a/10", "b/2"]


@settings(max_examples=150, deadline=None)
@given(rows=case_rows(), days=st.integers(0, 125))
def test_cases_are_those_read_by_hand(rows: list[dict[str, Any]], days: int) -> None:
    until = date(2024, 1, 1) + timedelta(days=days)
    table = frame(*rows)
    order = {name: place for place, name in enumerate(table["event_id"].to_list())}
    said = by_hand(sorted(rows, key=lambda row: order[row["event_id"]]), until)
    got = {row["case_id"]: row for row in casework(table).until(until).cases.iter_rows(named=True)}
    assert list(got) == sorted(said)
    for name, case in said.items():
        for column in set(got[name]) - {"case_id", "person", "household_id", "reason", "signposted_to"}:
            assert got[name][column] == case.get(column), (name, column)
