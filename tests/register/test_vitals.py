"""Vitals: what stands of deaths and of times without capacity, after corrections."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import JsonValue

from bnl.register.vitals import Incapacity, Vital, day_of_death, read_vital, without_capacity
from bnl.storage.documents import Document

ONE, TWO, THREE = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))


def test_a_death_is_read_as_it_was_stored_before_kinds_were_named() -> None:
    data: dict[str, JsonValue] = {"occurred_on": "2026-03-04", "corrects": "", "withdrawn": False}
    assert read_vital("evt_1", Document(key="evt_1", data=data)) == Vital(
        "evt_1", date(2026, 3, 4), "", False
    )


def test_a_finding_is_read_with_and_without_an_end() -> None:
    data: dict[str, JsonValue] = {"kind": "capacity", "starts": ONE.isoformat(), "ends": TWO.isoformat()}
    assert read_vital("c1", Document(key="c1", data=data)) == Incapacity("c1", ONE, TWO, "", False)
    open_ = Document(key="c1", data=data | {"ends": "", "corrects": "c0", "withdrawn": True})
    assert read_vital("c1", open_) == Incapacity("c1", ONE, None, "c0", True)


def test_a_kind_that_is_not_known_is_no_vital() -> None:
    assert read_vital("x", Document(key="x", data={"kind": "mood"})) is None


@pytest.mark.parametrize(
    ("vitals", "day"),
    [
        pytest.param([], None, id="none"),
        pytest.param([Vital("a", date(2026, 2, 1), "", False)], date(2026, 2, 1), id="one"),
        pytest.param(
            [Vital("a", date(2026, 2, 1), "", False), Vital("b", date(2026, 1, 1), "", False)],
            date(2026, 1, 1),
            id="the-earliest",
        ),
        pytest.param(
            [Vital("a", date(2026, 1, 1), "", False), Vital("b", date(2026, 2, 1), "a", False)],
            date(2026, 2, 1),
            id="corrected",
        ),
        pytest.param(
            [Vital("a", date(2026, 1, 1), "", False), Vital("b", date(2026, 1, 1), "a", True)],
            None,
            id="withdrawn",
        ),
    ],
)
def test_the_earliest_death_that_stands_counts(vitals: list[Vital], day: date | None) -> None:
    assert day_of_death(vitals) == day


@pytest.mark.parametrize(
    ("findings", "stretches"),
    [
        pytest.param([], (), id="none"),
        pytest.param(
            [Incapacity("b", TWO, None, "", False), Incapacity("a", ONE, TWO, "", False)],
            ((ONE, TWO), (TWO, None)),
            id="in-order",
        ),
        pytest.param(
            [Incapacity("a", ONE, None, "", False), Incapacity("b", ONE, TWO, "a", False)],
            ((ONE, TWO),),
            id="corrected",
        ),
        pytest.param(
            [Incapacity("a", ONE, None, "", False), Incapacity("b", ONE, None, "a", True)],
            (),
            id="withdrawn",
        ),
    ],
)
def test_the_stretches_that_stand_count(findings: list[Incapacity], stretches: tuple[object, ...]) -> None:
    assert without_capacity(findings) == stretches
