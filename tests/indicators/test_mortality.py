"""Mortality: the facts of each death, and nothing that asks anybody to contact the dead."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.indicators.listing import by_name_list
from bnl.indicators.lost import lost
from bnl.indicators.mortality import deaths, review_pack
from tests.happenings import day, ev, frame

PERIOD = (day("2024-01-01"), day("2024-12-31"))


def test_one_death_in_full() -> None:
    table = frame(
        ev("p", "sighting", "2024-01-05", agency="outreach"),
        ev("p", "contact", "2024-02-01", agency="b"),
        ev("p", "lead_worker_assigned", "2024-02-02", agency="b", worker="Kim"),
        ev("p", "death", "2024-03-10", agency="hospital", source="coroner"),
        ev("p", "death", "2024-03-09", agency="police", source="police"),
        ev("p", "contact", "2024-03-20", agency="late"),
    )
    assert deaths(table, *PERIOD).row(0, named=True) == {
        "person_id": "p",
        "died_on": day("2024-03-09"),
        "sources": ["coroner", "police"],
        "agencies_reporting": ["hospital", "police"],
        "state_before": "rough_sleeping",
        "homeless": True,
        "last_contact": day("2024-02-01"),
        "lead_workers": ["Kim"],
        "agencies": ["b", "outreach"],
    }


@pytest.mark.parametrize(
    ("rows", "state", "homeless"),
    [
        pytest.param([ev("p", "sighting", "2024-01-01")], "rough_sleeping", True, id="sleeping rough"),
        pytest.param(
            [ev("p", "accommodation_start", "2024-01-01", situation="temporary")],
            "temporary",
            True,
            id="temporary",
        ),
        pytest.param(
            [ev("p", "accommodation_start", "2024-01-01", situation="settled")], "housed", False, id="housed"
        ),
        pytest.param([], None, False, id="nothing known"),
        pytest.param([ev("p", "sighting", "2024-03-10")], "rough_sleeping", True, id="found that day"),
    ],
)
def test_where_somebody_lived_when_they_died(
    rows: list[dict[str, Any]], state: str | None, homeless: bool
) -> None:
    found = deaths(frame(*rows, ev("p", "death", "2024-03-10")), *PERIOD).row(0, named=True)
    assert (found["state_before"], found["homeless"]) == (state, homeless)


@pytest.mark.parametrize(
    ("on", "counted"),
    [
        pytest.param("2023-12-31", False, id="the day before"),
        pytest.param("2024-01-01", True, id="the first day"),
        pytest.param("2024-12-31", True, id="the last day"),
        pytest.param("2025-01-01", False, id="the day after"),
    ],
)
def test_deaths_of_a_period(on: str, counted: bool) -> None:
    assert (deaths(frame(ev("p", "death", on)), *PERIOD).height == 1) == counted


def test_no_deaths() -> None:
    found = deaths(frame(ev("p", "sighting", "2024-01-01")), *PERIOD)
    assert found.is_empty()
    assert "state_before" in found.columns


def test_the_dead_are_on_no_list_and_never_lost() -> None:
    table = frame(
        ev("p", "sighting", "2024-01-01"), ev("p", "death", "2024-02-01"), ev("p", "contact", "2024-02-05")
    )
    assert by_name_list(table, day("2024-03-01")).is_empty()
    assert lost(table, day("2024-03-01")).is_empty()


def test_a_death_withdrawn_brings_back_the_living() -> None:
    death = ev("p", "death", "2024-02-01")
    undo = ev("p", "death", "2024-02-01", corrects=death["event_id"], withdrawn=True)
    table = frame(ev("p", "sighting", "2024-01-01"), death, undo)
    assert deaths(table, *PERIOD).is_empty()
    assert by_name_list(table, day("2024-03-01"))["state"].to_list() == ["rough_sleeping"]
    assert deaths(table, *PERIOD, known_as_of=death["sequence"]).height == 1


def test_the_review_pack_holds_the_last_year_in_order() -> None:
    table = frame(
        ev("p", "contact", "2023-03-09"),
        ev("p", "contact", "2023-03-10"),
        ev("p", "assessment", "2024-01-10", stage="full"),
        ev("p", "death", "2024-03-10", source="coroner"),
        ev("p", "contact", "2024-03-11"),
        ev("q", "contact", "2024-01-01"),
    )
    found = review_pack(table, "p")
    assert found["kind"].to_list() == ["contact", "assessment", "death"]
    assert found["on"].to_list() == [day("2023-03-10"), day("2024-01-10"), day("2024-03-10")]
    assert {"stage", "source"} <= set(found.columns)
    assert not {"record_id", "person_id", "worker"} & set(found.columns)


def test_the_pack_of_somebody_who_lives_is_empty() -> None:
    assert review_pack(frame(ev("p", "contact", "2024-01-01")), "p").is_empty()
    assert review_pack(frame(ev("p", "contact", "2024-01-01")), "nobody").is_empty()
