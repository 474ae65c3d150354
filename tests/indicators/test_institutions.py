"""Institutions: stays, the discharge watch list, in and out."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from bnl.indicators.history import history
from bnl.indicators.institutions import discharge_watch, in_out, stays
from tests.happenings import after, day, ev, frame

ON = day("2024-03-01")


def admitted(on: str, person: str = "p", **more: Any) -> dict[str, Any]:
    """Return an admission to prison."""
    return ev(person, "institution_admission", on, **({"institution": "prison"} | more))


def out(on: str, person: str = "p", **more: Any) -> dict[str, Any]:
    """Return a discharge."""
    return ev(person, "institution_discharge", on, **more)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([admitted("2024-01-01")], [("2024-01-01", None)], id="inside"),
        pytest.param([admitted("2024-01-01"), out("2024-01-05")], [("2024-01-01", "2024-01-05")], id="out"),
        pytest.param(
            [admitted("2024-01-01"), out("2024-01-01")], [("2024-01-01", "2024-01-01")], id="day case"
        ),
        pytest.param(
            [admitted("2024-01-01"), out("2024-01-05"), admitted("2024-01-05")],
            [("2024-01-01", None)],
            id="transfer the same day",
        ),
        pytest.param(
            [admitted("2024-01-01"), out("2024-01-05"), admitted("2024-01-05"), out("2024-01-09")],
            [("2024-01-01", "2024-01-09")],
            id="transfer and out",
        ),
        pytest.param(
            [admitted("2024-01-01"), out("2024-01-05"), admitted("2024-01-06")],
            [("2024-01-01", "2024-01-05"), ("2024-01-06", None)],
            id="back the next day",
        ),
        pytest.param(
            [admitted("2024-01-01"), admitted("2024-01-03", agency="b"), out("2024-01-05")],
            [("2024-01-01", "2024-01-05")],
            id="told twice",
        ),
        pytest.param([out("2024-01-05")], [], id="a discharge alone"),
        pytest.param(
            [admitted("2024-01-01"), ev("p", "sighting", "2024-01-20")],
            [("2024-01-01", "2024-01-20")],
            id="seen outside: out at the latest then",
        ),
        pytest.param(
            [admitted("2024-01-01"), ev("p", "sighting", "2024-01-01")],
            [("2024-01-01", None)],
            id="seen that morning",
        ),
        pytest.param(
            [admitted("2024-01-01"), ev("p", "contact", "2024-01-20")],
            [("2024-01-01", None)],
            id="visited inside",
        ),
        pytest.param(
            [admitted("2024-01-01"), out("2024-01-05"), out("2024-01-07")],
            [("2024-01-01", "2024-01-05")],
            id="discharged twice",
        ),
        pytest.param(
            [admitted("2024-01-01"), admitted("2024-01-02", person="q"), out("2024-01-03", person="q")],
            [("2024-01-01", None), ("2024-01-02", "2024-01-03")],
            id="two people",
        ),
    ],
)
def test_stays(rows: list[dict[str, Any]], expected: list[tuple[str, str | None]]) -> None:
    found = stays(history(frame(*rows))).select("admitted_on", "ended_on").rows()
    assert found == [(day(a), day(b) if b else None) for a, b in expected]


def test_nobody_was_ever_inside() -> None:
    assert stays(history(frame(ev("p", "sighting", "2024-01-01")))).is_empty()
    assert in_out(frame(), ON, ON).no_home_in == 0
    assert in_out(frame(), ON, ON).share is None
    assert in_out(frame(), ON, ON).share_with_unknown is None


@pytest.mark.parametrize(
    ("rows", "urgency"),
    [
        pytest.param(
            [admitted("2024-02-01", entry_situation="rough_sleeping")], "no date", id="no day named"
        ),
        pytest.param(
            [admitted("2024-02-01", entry_situation="rough_sleeping", expected_on="2024-02-29")],
            "overdue",
            id="yesterday",
        ),
        pytest.param(
            [admitted("2024-02-01", entry_situation="rough_sleeping", expected_on="2024-03-01")],
            "due",
            id="today",
        ),
        pytest.param(
            [admitted("2024-02-01", entry_situation="hidden", expected_on=after("2024-03-01", 56))],
            "due",
            id="56 days",
        ),
        pytest.param(
            [admitted("2024-02-01", entry_situation="hidden", expected_on=after("2024-03-01", 57))],
            "later",
            id="57 days",
        ),
        pytest.param([admitted("2024-02-01")], "no date", id="nobody asked where they lived"),
        pytest.param([admitted("2024-02-01", entry_situation="settled")], None, id="has a home"),
        pytest.param(
            [ev("p", "accommodation_start", "2023-01-01", situation="settled"), admitted("2024-02-01")],
            None,
            id="housed on the register",
        ),
        pytest.param(
            [
                ev("p", "accommodation_start", "2023-01-01", situation="settled"),
                admitted("2024-02-01", entry_situation="rough_sleeping"),
            ],
            "no date",
            id="housed on the register but came without a home",
        ),
        pytest.param(
            [
                ev("p", "accommodation_start", "2023-01-01", situation="settled"),
                admitted("2024-02-01"),
                ev("p", "accommodation_end", "2024-02-20", reason="evicted"),
            ],
            "no date",
            id="lost the home while inside",
        ),
        pytest.param([admitted("2024-02-01"), out("2024-02-20")], None, id="out already"),
        pytest.param([admitted("2024-02-01"), ev("p", "death", "2024-02-20")], None, id="died inside"),
    ],
)
def test_who_is_watched(rows: list[dict[str, Any]], urgency: str | None) -> None:
    assert discharge_watch(frame(*rows), ON)["urgency"].to_list() == ([urgency] if urgency else [])


def test_the_most_urgent_first_with_whoever_prepares_it() -> None:
    table = frame(
        admitted("2024-02-01", "a", expected_on="2024-04-01"),
        admitted("2024-02-01", "b", expected_on="2024-02-20"),
        admitted("2024-02-01", "c"),
        ev("b", "lead_worker_assigned", "2024-02-05", worker="Kim"),
        ev("b", "next_action", "2024-02-05", due_on="2024-02-19"),
    )
    found = discharge_watch(table, ON)
    assert found["person_id"].to_list() == ["b", "a", "c"]
    assert found["days_left"].to_list() == [-10, 31, None]
    assert found.select("lead_worker", "next_action_due").row(0) == ("Kim", day("2024-02-19"))


def test_in_and_out_as_the_county_found_it() -> None:
    rows = []
    for number in range(25):
        name = f"p{number:02}"
        rows.append(admitted("2024-01-01", name, entry_situation="rough_sleeping"))
        rows.append(out("2024-02-01", name, situation="homeless" if number < 22 else "settled"))
    found = in_out(frame(*rows), day("2024-02-01"), day("2024-02-29"))
    assert found.share == Fraction(88, 100)
    assert (found.no_home_in, found.no_home_out, found.unknown_out) == (25, 22, 0)
    assert found.table.rows() == [
        ("prison", "rough_sleeping", "homeless", 22, 22),
        ("prison", "rough_sleeping", "settled", 3, 3),
    ]


def test_the_unknown_are_shown_with_and_without() -> None:
    rows = [
        admitted("2024-01-01", "p", entry_situation="hidden"), out("2024-02-01", "p", situation="settled"),
        admitted("2024-01-01", "q", entry_situation="hidden"), out("2024-02-01", "q", situation="emergency"),
        admitted("2024-01-01", "r", entry_situation="hidden"), out("2024-02-01", "r"),
        admitted("2024-01-01", "s"), out("2024-02-01", "s"),
    ]  # fmt: skip
    found = in_out(frame(*rows), day("2024-02-01"), day("2024-02-01"))
    assert (found.share, found.share_with_unknown) == (Fraction(1, 2), Fraction(2, 3))
    assert found.stays["person_id"].to_list() == ["p", "q", "r", "s"]
    assert found.stays.row(3, named=True)["entry"] == "unknown"


def test_seen_on_the_street_after_a_stay_nobody_closed() -> None:
    table = frame(admitted("2024-01-01", entry_situation="hidden"), ev("p", "sighting", "2024-02-10"))
    found = in_out(table, day("2024-02-01"), day("2024-02-29"))
    assert found.stays["exit"].to_list() == ["rough_sleeping"]


@pytest.mark.parametrize("on", ["2024-01-31", "2024-03-01"])
def test_stays_belong_to_the_period_of_discharge(on: str) -> None:
    table = frame(admitted("2024-01-01"), out(on))
    assert in_out(table, day("2024-02-01"), day("2024-02-29")).stays.is_empty()
