"""Stories: coherent to the end, and exactly the planted people get lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from random import Random

import polars as pl
import pytest

from bnl.domain.event import EventKind as K
from bnl.domain.identifiers import PersonId, RecordId
from bnl.indicators.frame import events_frame
from bnl.indicators.lost import lost
from bnl.indicators.status import status_at
from bnl.simulation.county import County, record_id
from bnl.simulation.happenings import Happening, as_events
from bnl.simulation.people import Person
from bnl.simulation.statements import Statement
from bnl.simulation.stories import tell_story

KINDS = {
    "no_lead_worker",
    "silent",
    "handover_unanswered",
    "handover_declined",
    "action_overdue",
    "discharge_without_lead",
}
EXITS = {K.DEATH, K.LEFT_AREA, K.INACTIVE}


@pytest.fixture(scope="module")
def frame(county: County) -> pl.DataFrame:
    """The county's events under the true people."""
    records = {(one.agency_id, one.reference): RecordId(record_id(one)) for one in county.statements}
    people = {RecordId(record_id(one)): PersonId(one.person_id) for one in county.statements}
    return events_frame(as_events(county.events, records), people)


@pytest.fixture(scope="module")
def lives(county: County) -> dict[str, list[Happening]]:
    """Each person's happenings, in order of the days on which they were true."""
    told: dict[str, list[Happening]] = defaultdict(list)
    for one in sorted(county.events, key=lambda event: (event.occurred_on, event.key)):
        told[one.key.partition("x")[0]].append(one)
    return told


def test_everybody_has_a_story(county: County, lives: dict[str, list[Happening]]) -> None:
    assert set(lives) == {person.person_id for person in county.people}


def test_every_kind_of_loss_is_planted(county: County) -> None:
    counts = Counter(one.kind for one in county.lost)

    assert set(counts) == KINDS
    assert 30 < counts.total() < 300


def test_exactly_the_planted_people_are_lost(county: County, frame: pl.DataFrame) -> None:
    found = lost(frame, county.last_day)

    assert sorted(found["person_id"]) == sorted(one.person_id for one in county.lost)


def test_they_are_lost_for_the_reason_planted(county: County, frame: pl.DataFrame) -> None:
    found = dict(lost(frame, county.last_day).select("person_id", "reasons").iter_rows())

    assert [one for one in county.lost if one.kind not in found[one.person_id]] == []


def test_everybody_is_in_a_state_and_many_states_occur(county: County, frame: pl.DataFrame) -> None:
    states = status_at(frame, county.last_day)

    assert states.height == len(county.people)
    assert states["state"].n_unique() >= 12


def test_nothing_is_true_after_a_death_or_a_departure(lives: dict[str, list[Happening]]) -> None:
    for told in lives.values():
        for place, one in enumerate(told):
            if one.kind in EXITS:
                assert {later.kind for later in told[place + 1 :]} <= {one.kind}


def test_nobody_dies_twice_and_few_die(county: County, lives: dict[str, list[Happening]]) -> None:
    deaths = [sum(one.kind is K.DEATH for one in told) for told in lives.values()]

    assert max(deaths) == 1
    assert 0.005 < sum(deaths) / len(county.people) < 0.04


def test_events_stand_on_records_opened_by_then(county: County) -> None:
    opened = {(one.agency_id, one.reference): one.on for one in county.statements}
    early = [
        one
        for one in county.events
        if one.occurred_on < opened[one.agency_id, one.reference] and not one.corrects
    ]

    assert early == []


def test_events_stand_on_the_persons_own_records(county: County) -> None:
    owner = {(one.agency_id, one.reference): one.person_id for one in county.statements}

    assert all(owner[one.agency_id, one.reference] == one.key.partition("x")[0] for one in county.events)


def test_nothing_is_recorded_after_the_period(county: County) -> None:
    assert max(one.recorded_at.date() for one in county.events) <= county.last_day
    assert min(one.occurred_on for one in county.events) >= date(2023, 3, 20)


def test_events_come_in_order_of_recording_under_unique_keys(county: County) -> None:
    moments = [(one.recorded_at, one.key) for one in county.events]

    assert moments == sorted(moments)
    assert len({one.key for one in county.events}) == len(county.events)


def test_corrections_follow_what_they_correct(county: County) -> None:
    known = {one.key: one for one in county.events}
    corrections = [one for one in county.events if one.corrects]

    assert len(corrections) > 100
    assert any(one.withdrawn for one in corrections)
    for one in corrections:
        assert one.corrects is not None
        wrong = known[one.corrects]
        assert (one.kind, one.agency_id, one.reference) == (wrong.kind, wrong.agency_id, wrong.reference)
        assert one.recorded_at >= wrong.recorded_at


def test_some_news_is_late(county: County) -> None:
    late = [one for one in county.events if (one.recorded_at.date() - one.occurred_on).days > 7]

    assert 0.01 < len(late) / len(county.events) < 0.06


def test_every_kind_of_event_the_next_rooms_need_occurs(county: County) -> None:
    assert {one.kind for one in county.events} == set(K)


def test_people_return_after_a_home(lives: dict[str, list[Happening]]) -> None:
    returned = 0
    for told in lives.values():
        homes = [
            one.occurred_on
            for one in told
            if one.data.get("situation") == "settled" and one.kind is K.ACCOMMODATION_START
        ]
        ends = [one.occurred_on for one in told if one.kind is K.ACCOMMODATION_END]
        returned += any(home < end for home in homes for end in ends)

    assert returned > 50


def test_a_story_is_the_same_for_the_same_streams(person: Person, record: Statement) -> None:
    told = [tell_story(person, [record], date(2026, 3, 31), Random(1), Random(2)) for _ in range(2)]

    assert told[0] == told[1]


@pytest.mark.parametrize("seed", range(40))
def test_a_child_does_not_die_because_the_household_shares_an_ending(
    person: Person, record: Statement, seed: int
) -> None:
    person.relation = "child"

    happenings, _ = tell_story(person, [record], date(2026, 3, 31), Random(seed), Random(seed))

    assert K.DEATH not in {one.kind for one in happenings}
