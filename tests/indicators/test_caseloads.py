"""Caseloads: who keeps whom, nobody's cases and everybody's."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.indicators.caseloads import caseloads
from tests.happenings import after, day, ev, frame

ON = day("2024-03-01")


def led(person: str, worker: str = "w", agency: str = "a", **more: Any) -> list[dict[str, Any]]:
    """Return somebody sleeping rough with a lead worker."""
    return [
        ev(person, "sighting", "2024-01-01"),
        ev(person, "lead_worker_assigned", "2024-01-02", worker=worker, agency=agency, **more),
    ]


def test_each_worker_with_the_people_they_keep() -> None:
    found = caseloads(frame(*led("p"), *led("q"), *led("r", "x", "b")), ON)
    assert found.workers.select("agency_id", "worker", "people", "limit", "over", "person_ids").rows() == [
        ("a", "w", 2, 25, False, ["p", "q"]),
        ("b", "x", 1, 25, False, ["r"]),
    ]
    assert (found.nobodys, found.everybodys, found.reopened) == ([], [], [])


@pytest.mark.parametrize(
    ("rows", "nobodys", "everybodys"),
    [
        pytest.param([ev("p", "sighting", "2024-01-01")], ["p"], [], id="nobody's"),
        pytest.param([*led("p"), *led("p", "x", "b")], [], ["p"], id="everybody's"),
        pytest.param(
            [*led("p"), ev("p", "lead_worker_ended", "2024-02-01")], ["p"], [], id="the worker left"
        ),
        pytest.param([ev("p", "contact", "2024-01-01")], ["p"], [], id="a drop-in"),
        pytest.param(
            [ev("p", "accommodation_start", "2024-01-01", situation="settled")], [], [], id="housed"
        ),
        pytest.param([ev("p", "inactive", "2024-01-01", attempts=1)], [], [], id="inactive"),
        pytest.param([ev("p", "institution_admission", "2023-01-01")], [], [], id="inside"),
        pytest.param([*led("p"), *led("p", "x", "b"), ev("p", "death", "2024-02-01")], [], [], id="died"),
    ],
)
def test_nobodys_and_everybodys(
    rows: list[dict[str, Any]], nobodys: list[str], everybodys: list[str]
) -> None:
    found = caseloads(frame(*rows), ON)
    assert (found.nobodys, found.everybodys) == (nobodys, everybodys)


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        pytest.param([ev("p", "death", "2024-02-01")], [], id="the dead are on no caseload"),
        pytest.param([ev("p", "left_area", "2024-02-01")], [], id="nor who left"),
        pytest.param(
            [ev("p", "accommodation_start", "2024-02-01", situation="settled_with_support")],
            [1],
            id="the housed are",
        ),
        pytest.param([ev("p", "inactive", "2024-02-01", attempts=1)], [1], id="the inactive are"),
    ],
)
def test_who_stays_on_a_caseload(rows: list[dict[str, Any]], people: list[int]) -> None:
    assert caseloads(frame(*led("p"), *rows), ON).workers["people"].to_list() == people


def test_a_worker_with_any_case_in_person_has_the_lower_limit() -> None:
    rows = [*led("p", mode="digital"), *led("q", mode="face_to_face")]
    assert caseloads(frame(*rows), ON).workers["limit"].to_list() == [25]
    assert caseloads(frame(*led("p", mode="digital")), ON).workers["limit"].to_list() == [30]


def test_a_lead_worker_without_a_name_is_one_all_the_same() -> None:
    found = caseloads(
        frame(ev("p", "sighting", "2024-01-01"), ev("p", "lead_worker_assigned", "2024-01-02")), ON
    )
    assert found.workers["worker"].to_list() == ["unnamed"]
    assert found.nobodys == []


@pytest.mark.parametrize(
    ("days", "shown"),
    [pytest.param(90, True, id="90 days ago"), pytest.param(91, False, id="91 days ago")],
)
def test_cases_reopened_lately(days: int, shown: bool) -> None:
    table = frame(ev("p", "reopening", after("2024-03-01", -days), case="c"))
    assert caseloads(table, ON).reopened == (["p"] if shown else [])
