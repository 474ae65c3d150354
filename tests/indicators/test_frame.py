"""The events frame: built from nouns or columns alike, typed, sorted, plain about what it cannot read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.domain.event import EVENT_DATA, Event, EventKind
from bnl.domain.household import Membership
from bnl.domain.identifiers import AgencyId, EventId, HouseholdId, PersonId, RecordId
from bnl.errors import InputError
from bnl.indicators.frame import (
    CORE,
    DATA,
    DERIVED,
    events_frame,
    frame_from_columns,
    memberships_frame,
    relink,
)
from tests.happenings import day, ev, frame

NOON = datetime(2024, 1, 2, 12, tzinfo=UTC)


def event(number: int, kind: EventKind, record: str = "rec_1", **data: Any) -> Event:
    """Return one domain event."""
    return Event(
        event_id=EventId(f"evt_{number}"),
        record_id=RecordId(record),
        agency_id=AgencyId("a"),
        kind=kind,
        occurred_on=date(2024, 1, number),
        recorded_at=NOON,
        sequence=number,
        data=data,
    )


def test_a_frame_has_every_column_typed() -> None:
    table = events_frame([event(1, EventKind.SIGHTING)], {})
    assert table.columns == [*CORE, *DATA, *DERIVED]
    assert dict(table.schema) == {**CORE, **DATA, **DERIVED}


def test_an_empty_frame_has_every_column_too() -> None:
    assert events_frame([], {}).schema == events_frame([event(1, EventKind.SIGHTING)], {}).schema


def test_persons_and_households_come_from_the_record() -> None:
    table = events_frame(
        [event(1, EventKind.SIGHTING, "rec_1"), event(2, EventKind.SIGHTING, "rec_2")],
        {RecordId("rec_1"): PersonId("per_9")},
        {RecordId("rec_2"): HouseholdId("hou_1")},
    )
    assert table.sort("event_id").select("person_id", "household_id").rows() == [
        ("per_9", None),
        ("rec_2", "hou_1"),
    ]


@pytest.mark.parametrize(
    ("kind", "key", "given", "expected"),
    [
        pytest.param(EventKind.CONTACT, "answered", False, False, id="flag"),
        pytest.param(EventKind.CONTACT, "answered", "no", None, id="text is no flag"),
        pytest.param(EventKind.INACTIVE, "attempts", 3, 3, id="number"),
        pytest.param(EventKind.INACTIVE, "attempts", "many", None, id="text is no number"),
        pytest.param(EventKind.NEXT_ACTION, "due_on", "2024-02-29", date(2024, 2, 29), id="date"),
        pytest.param(EventKind.NEXT_ACTION, "due_on", "2023-02-29", None, id="a day that never was"),
        pytest.param(EventKind.NEXT_ACTION, "due_on", 7, None, id="number is no date"),
        pytest.param(EventKind.ACCOMMODATION_START, "situation", "hidden", "hidden", id="situation"),
        pytest.param(EventKind.ACCOMMODATION_START, "situation", "castle", None, id="no such situation"),
        pytest.param(EventKind.REFERRAL, "case", "c 1", "c 1", id="text"),
    ],
)
def test_what_cannot_be_read_is_unknown(kind: EventKind, key: str, given: Any, expected: Any) -> None:
    assert events_frame([event(1, kind, **{key: given})], {})[key].to_list() == [expected]


def test_keys_nobody_knows_are_left_out() -> None:
    assert "shoe_size" not in events_frame([event(1, EventKind.CONTACT, shoe_size=44)], {}).columns


def test_rows_stand_by_person_day_place_and_sequence() -> None:
    table = frame(
        ev("q", "sighting", "2024-01-01", sequence=1),
        ev("p", "accommodation_start", "2024-01-02", sequence=2),
        ev("p", "accommodation_end", "2024-01-02", sequence=3),
        ev("p", "contact", "2024-01-01", sequence=5),
        ev("p", "contact", "2024-01-01", sequence=4),
    )
    assert table["sequence"].to_list() == [4, 5, 3, 2, 1]


def test_dates_may_be_iso_text() -> None:
    row = {**ev("p", "next_action", "2024-01-01", due_on="2024-01-09"), "occurred_on": "2024-01-01"}
    row["due_on"] = "2024-01-09"
    table = frame_from_columns(pl.DataFrame([row]))
    assert table.select("occurred_on", "due_on").row(0) == (day("2024-01-01"), day("2024-01-09"))


@pytest.mark.parametrize(
    "missing", ["event_id", "person_id", "record_id", "agency_id", "kind", "occurred_on"]
)
def test_a_missing_column_is_named(missing: str) -> None:
    columns = frame(ev("p", "sighting", "2024-01-01")).drop(missing)
    with pytest.raises(InputError, match=missing):
        frame_from_columns(columns)


def test_a_kind_that_does_not_exist_is_refused() -> None:
    row = ev("p", "sighting", "2024-01-01") | {"kind": "apotheosis"}
    with pytest.raises(InputError, match="cannot be read"):
        frame_from_columns(pl.DataFrame([row]))


@pytest.mark.parametrize(
    ("time", "night", "expected"),
    [
        pytest.param("05:00", True, "2023-12-31", id="early"),
        pytest.param("11:59", True, "2023-12-31", id="last minute"),
        pytest.param("12:00", True, "2024-01-01", id="noon"),
        pytest.param("23:00", True, "2024-01-01", id="late"),
        pytest.param("05:00", False, "2024-01-01", id="by day"),
        pytest.param("05:00", None, "2024-01-01", id="not said"),
        pytest.param(None, True, "2024-01-01", id="no time"),
        pytest.param("dawn", True, "2024-01-01", id="no readable time"),
    ],
)
def test_the_night_a_sighting_counts_for(time: str | None, night: bool | None, expected: str) -> None:
    table = frame(ev("p", "sighting", "2024-01-01", time=time, night=night))
    assert table["on"].to_list() == [day(expected)]
    assert table["occurred_on"].to_list() == [day("2024-01-01")]


def test_only_sightings_move_to_the_night_before() -> None:
    table = frame(ev("p", "contact", "2024-01-01", time="05:00", night=True))
    assert table["on"].to_list() == [day("2024-01-01")]


@settings(max_examples=50, deadline=None)
@given(
    owners=st.lists(st.sampled_from(["x", "y", "z"]), min_size=4, max_size=4),
    back=st.lists(st.sampled_from(["x", "y", "z"]), min_size=4, max_size=4),
)
def test_relinking_depends_on_the_last_link_alone(owners: list[str], back: list[str]) -> None:
    records = [f"rec_{number}" for number in range(4)]
    table = frame(
        *(ev(r, "sighting", f"2024-01-0{n + 1}", record=r, sequence=n) for n, r in enumerate(records))
    )
    one = {RecordId(r): PersonId(p) for r, p in zip(records, owners, strict=True)}
    other = {RecordId(r): PersonId(p) for r, p in zip(records, back, strict=True)}
    assert relink(relink(table, one), other).equals(relink(table, other))
    assert relink(table, one)["event_id"].n_unique() == 4


def test_nouns_and_columns_give_the_same_frame() -> None:
    nouns = [event(1, EventKind.SIGHTING, verified="verified"), event(2, EventKind.CONTACT, answered=False)]
    rows = [
        {
            "event_id": one.event_id,
            "person_id": "per",
            "record_id": one.record_id,
            "agency_id": one.agency_id,
            "kind": one.kind.value,
            "occurred_on": one.occurred_on,
            "recorded_at": one.recorded_at,
            "sequence": one.sequence,
            "verified": one.data.get("verified"),
            "answered": one.data.get("answered"),
        }
        for one in nouns
    ]
    built = events_frame(nouns, {RecordId("rec_1"): PersonId("per")})
    assert built.equals(frame_from_columns(pl.DataFrame(rows)))


def test_memberships_are_read_by_person() -> None:
    one = Membership(
        household_id=HouseholdId("hou"),
        record_id=RecordId("rec_1"),
        agency_id=AgencyId("a"),
        relation="child",
        starts_on=date(2024, 1, 1),
        recorded_at=NOON,
    )
    table = memberships_frame([one, one], {RecordId("rec_1"): PersonId("per")})
    assert table.rows()[0] == ("per", "hou", True, date(2024, 1, 1), None, NOON)
    assert memberships_frame([one], {})["person_id"].to_list() == ["rec_1"]


def test_every_data_key_has_a_column() -> None:
    assert set(DATA) == {key for keys in EVENT_DATA.values() for key in keys}
