"""The teller: leaves out what cannot have happened, dates what is recorded, and turns it into events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.domain.event import EventKind as K
from bnl.domain.identifiers import AgencyId, RecordId
from bnl.simulation.happenings import Happening, Teller, as_events
from bnl.simulation.statements import Statement

LAST = date(2026, 3, 31)
DAY = date(2025, 6, 10)


@pytest.fixture
def teller(rng: Random) -> Teller:
    return Teller("P00001", LAST, rng)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def test_what_happens_is_recorded_with_its_data(teller: Teller, record: Statement) -> None:
    assert teller.tell(record, K.CONTACT, DAY, mode="phone", answered=False)

    (told,) = teller.told
    assert (told.agency_id, told.reference, told.kind) == (record.agency_id, record.reference, K.CONTACT)
    assert told.occurred_on == DAY
    assert told.data == {"mode": "phone", "answered": False}
    assert (told.corrects, told.withdrawn) == (None, False)


@pytest.mark.parametrize(
    ("on", "told"),
    [
        pytest.param(DAY - days(1), True, id="the day before the end"),
        pytest.param(DAY, False, id="the day of the end"),
        pytest.param(DAY + days(1), False, id="after the end"),
    ],
)
def test_nothing_is_told_from_the_end_on(teller: Teller, record: Statement, on: date, told: bool) -> None:
    teller.until = DAY

    assert teller.tell(record, K.CONTACT, on) is told
    assert len(teller.told) == told


def test_the_story_ends_with_the_period(teller: Teller, record: Statement) -> None:
    assert teller.tell(record, K.CONTACT, LAST)
    assert not teller.tell(record, K.CONTACT, LAST + days(1))


@pytest.mark.parametrize(
    ("on", "reference", "told"),
    [
        pytest.param(DAY, "H000001", True, id="on the day of admission"),
        pytest.param(DAY + days(3), "H000001", False, id="inside, by somebody else"),
        pytest.param(DAY + days(3), "JR1", True, id="inside, by the hospital"),
        pytest.param(DAY + days(7), "H000001", True, id="on the day of discharge"),
        pytest.param(DAY + days(8), "H000001", True, id="afterwards"),
    ],
)
def test_somebody_in_hospital_is_met_only_there(
    teller: Teller, record: Statement, on: date, reference: str, told: bool
) -> None:
    teller.away(DAY, DAY + days(7), "JR1")
    at = Statement(AgencyId("x"), reference, "P1", DAY, record.fields, ())

    assert teller.tell(at, K.CONTACT, on) is told


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        pytest.param(0, 5, True, id="before"),
        pytest.param(0, 10, True, id="up to the first day"),
        pytest.param(0, 11, False, id="into it"),
        pytest.param(12, 15, False, id="within"),
        pytest.param(20, 30, True, id="from the last day"),
        pytest.param(5, 40, False, id="around"),
    ],
)
def test_two_stays_do_not_overlap(teller: Teller, start: int, end: int, free: bool) -> None:
    teller.away(DAY + days(10), DAY + days(20), "JR1")

    assert teller.free(DAY + days(start), DAY + days(end)) is free


@given(st.integers(0, 2**32), st.integers(0, 400))
def test_nothing_is_recorded_before_it_happened_or_after_the_period(seed: int, back: int) -> None:
    teller = Teller("P1", LAST, Random(seed))
    at = Statement(AgencyId("x"), "R1", "P1", DAY, None, ())  # type: ignore[arg-type]
    on = LAST - days(back)

    teller.tell(at, K.CONTACT, on)

    recorded = teller.told[0].recorded_at
    assert recorded.tzinfo is UTC
    assert on <= recorded.date() <= LAST
    assert recorded.date() - on <= days(100)


def test_some_news_comes_late(teller: Teller, record: Statement) -> None:
    for _ in range(500):
        teller.tell(record, K.CONTACT, DAY)
    late = [one for one in teller.told if one.recorded_at.date() > DAY + days(7)]

    assert 5 <= len(late) <= 40


def test_keys_are_unique_and_name_the_person(teller: Teller, record: Statement) -> None:
    for _ in range(30):
        teller.tell(record, K.CONTACT, DAY)
    keys = [one.key for one in teller.told]

    assert len(set(keys)) == 30
    assert all(key.startswith("P00001x") for key in keys)


@pytest.mark.parametrize("withdrawn", [False, True], ids=["another day", "withdrawn"])
def test_a_correction_names_what_it_corrects(teller: Teller, record: Statement, withdrawn: bool) -> None:
    teller.tell(record, K.SIGHTING, DAY, verified="verified")
    wrong = teller.told[0]

    teller.correct(wrong, on=DAY - days(2), withdrawn=withdrawn)

    right = teller.told[1]
    assert right.corrects == wrong.key
    assert right.withdrawn is withdrawn
    assert right.occurred_on == (DAY if withdrawn else DAY - days(2))
    assert right.recorded_at >= wrong.recorded_at
    assert right.recorded_at.date() <= LAST
    assert (right.kind, right.data) == (wrong.kind, wrong.data)


def test_letting_go_ends_every_charge_and_action_once(teller: Teller, record: Statement) -> None:
    other = Statement(AgencyId("soha"), "T-1", "P1", DAY, record.fields, ())
    teller.tell(record, K.LEAD_WORKER_ASSIGNED, DAY, worker="w1")
    teller.tell(other, K.LEAD_WORKER_ASSIGNED, DAY, worker="w2")
    teller.tell(record, K.NEXT_ACTION, DAY, ref="A1", action="viewing", due_on="2025-07-01")

    teller.let_go(DAY + days(5))
    teller.let_go(DAY + days(9))

    ended = [(one.kind, one.agency_id, one.occurred_on) for one in teller.told[3:]]
    assert sorted(ended) == sorted(
        [
            (K.LEAD_WORKER_ENDED, record.agency_id, DAY + days(5)),
            (K.LEAD_WORKER_ENDED, other.agency_id, DAY + days(5)),
            (K.NEXT_ACTION_DONE, record.agency_id, DAY + days(5)),
        ]
    )


def test_what_was_ended_already_is_not_ended_again(teller: Teller, record: Statement) -> None:
    teller.tell(record, K.LEAD_WORKER_ASSIGNED, DAY, worker="w1")
    teller.tell(record, K.LEAD_WORKER_ENDED, DAY + days(1), worker="w1")
    teller.tell(record, K.NEXT_ACTION, DAY, ref="A1", action="viewing", due_on="2025-07-01")
    teller.tell(record, K.NEXT_ACTION_DONE, DAY + days(1), ref="A1")
    before = len(teller.told)

    teller.let_go(DAY + days(5))

    assert len(teller.told) == before


def test_happenings_become_events_on_known_records() -> None:
    when = datetime(2025, 6, 10, 12, tzinfo=UTC)
    one = Happening("P1x001", AgencyId("soha"), "T-1", K.CONTACT, DAY, when, {"mode": "phone"})
    two = Happening("P1x002", AgencyId("soha"), "T-1", K.CONTACT, DAY, when, {}, "P1x001", withdrawn=True)
    unknown = Happening("P1x003", AgencyId("soha"), "T-9", K.CONTACT, DAY, when, {})

    events = list(as_events([one, two, unknown], {(AgencyId("soha"), "T-1"): RecordId("rec_a")}))

    assert [event.event_id for event in events] == ["evt_p1x001", "evt_p1x002"]
    assert {event.record_id for event in events} == {"rec_a"}
    assert events[0].data == {"mode": "phone"}
    assert (events[1].corrects, events[1].withdrawn) == ("evt_p1x001", True)
    assert events[0].recorded_at == when
