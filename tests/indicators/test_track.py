"""Folding events into statuses: the fast way and the slow, obvious way agree on random lives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.indicators.frame import frame_from_columns
from bnl.indicators.history import history
from bnl.indicators.rules import COUNTY, SILENCE_90
from bnl.indicators.states import NOBODY, STATES
from bnl.indicators.status import status_at
from bnl.indicators.track import track
from tests.life_oracle import Happening, live

DAY0 = date(2024, 1, 1)

KINDS = [
    "contact", "contact_attempt", "sighting", "accommodation_start", "accommodation_start",
    "accommodation_end", "accommodation_end", "institution_admission", "institution_admission", "referral",
    "institution_discharge",
    "risk_of_homelessness", "duty_owed", "prevention_outcome", "inactive", "left_area", "moved_in", "death",
    "triage", "next_action", "closure",
]  # fmt: skip
PLACED = {
    "contact", "accommodation_start", "accommodation_end", "institution_discharge", "moved_in", "referral",
    "prevention_outcome", "closure",
}  # fmt: skip

_SITUATIONS = st.sampled_from(
    [None, "emergency", "temporary", "settled", "settled_with_support", "unknown", "homeless"]
)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def happenings(draw: st.DrawFn) -> Happening:
    """One event on one of 160 days."""
    kind = draw(
        st.sampled_from(
            KINDS
        )
    )  # fmt: skip
    if kind == "death" and draw(st.booleans()):
        kind = "contact"
    on = DAY0 + timedelta(days=draw(st.integers(0, 20) | st.integers(0, 160)))
    data: dict[str, Any] = {}
    if kind in PLACED:
        data["situation"] = draw(_SITUATIONS)
    if kind in ("risk_of_homelessness", "referral", "duty_owed"):
        data["homeless_on"] = draw(_maybe(st.integers(-3, 90).map(lambda n: on + timedelta(days=n))))
        data["homeless"] = draw(_maybe(st.booleans()))
    if kind == "duty_owed":
        data["homeless"] = None
        data["duty"] = draw(_maybe(st.sampled_from(["prevention", "relief", "main"])))
    if kind.startswith("accommodation"):
        data["ref"] = draw(_maybe(st.sampled_from(["r1", "r2"])))
        data["reason"] = (
            draw(_maybe(st.sampled_from(["planned", "evicted"]))) if kind.endswith("end") else None
        )
    if kind == "contact":
        data["answered"] = draw(_maybe(st.booleans()))
    if kind == "prevention_outcome":
        data["outcome"] = draw(_maybe(st.sampled_from(["prevented", "not_prevented", "unknown"])))
    if kind == "inactive":
        data["attempts"] = draw(_maybe(st.integers(0, 2)))
    data = {key: value for key, value in data.items() if value is not None}
    return Happening(kind, on, 0, draw(st.sampled_from(["a", "b"])), data)


def frame_of(lives: dict[str, list[Happening]]) -> pl.DataFrame:
    """Return the events frame of some people's happenings."""
    rows: list[dict[str, Any]] = []
    for person, life in lives.items():
        for one in life:
            rows.append(
                {
                    "event_id": f"evt_{person}_{one.sequence:04}",
                    "person_id": person,
                    "record_id": f"rec_{person}",
                    "agency_id": one.agency,
                    "kind": one.kind,
                    "occurred_on": one.on,
                    "recorded_at": datetime(2026, 1, 1, tzinfo=UTC),
                    "sequence": one.sequence,
                    **one.data,
                }
            )
    return frame_from_columns(pl.DataFrame(rows, infer_schema_length=None))


@st.composite
def lives(draw: st.DrawFn) -> dict[str, list[Happening]]:
    """Return up to three people with up to eight events each."""
    people = {}
    for person in draw(st.sampled_from([("p1",), ("p1", "p2"), ("p1", "p2", "p3")])):
        life = draw(st.lists(happenings(), min_size=1, max_size=8))
        for number, one in enumerate(life):
            one.sequence = number + 1
        people[person] = life
    return people


@pytest.mark.parametrize("rules", [pytest.param(COUNTY, id="county"), pytest.param(SILENCE_90, id="silence")])
@settings(max_examples=300, deadline=None)
@given(people=lives())
def test_every_state_on_every_turn_is_that_of_the_reference(
    rules: Any, people: dict[str, list[Happening]]
) -> None:
    frame = frame_of(people)
    end = DAY0 + timedelta(days=400)
    course = track(history(frame), rules)
    names = history(frame).people["person_id"].to_list()
    codes = history(frame).people["person"].to_list()
    for person, code in zip(names, codes, strict=True):
        mine = course.person == code

        seen = [
            (date(1970, 1, 1) + timedelta(days=int(day)), None if after == NOBODY else STATES[after].value)
            for day, after in zip(course.day[mine], course.after[mine], strict=True)
        ]
        expected = [
            entry for entry in live(people[person], end, rules.silence_days).seen if entry[1] is not None
        ]
        assert [s for s in seen if s[0] <= end] == expected


@settings(max_examples=100, deadline=None)
@given(people=lives(), cut=st.integers(0, 170))
def test_the_past_does_not_depend_on_the_future(people: dict[str, list[Happening]], cut: int) -> None:
    frame = frame_of(people)
    day = DAY0 + timedelta(days=cut)
    early = frame.filter(pl.col("on") <= day)
    assert status_at(frame, day).equals(status_at(early, day))
