"""Facts for a decision: everything that can narrow it is gathered, and nothing of anybody else."""

from __future__ import annotations

from datetime import timedelta

from bnl.consent.decide import ask
from bnl.domain.event import EventKind
from bnl.domain.identifiers import RecordId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.register.facts import (
    collected_without_grants,
    may_be_narrowed,
    own_record_facts,
    person_facts,
    record_facts,
)
from tests.register.county import CHERWELL, CITY, HOSTEL, START, County, forbid, permit, rich

DAY = START.date()


def test_facts_of_a_person_are_those_of_every_linked_record(county: County) -> None:
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.officer(CHERWELL).submit("B-1", rich(2)).handle
    said = county.officer(CITY).record_grant(mine, **permit(CITY, HOSTEL))
    refused = county.officer(CHERWELL).record_grant(theirs, **forbid())
    other = county.core.handles.handle(CITY, county.record_of(CHERWELL, theirs))
    county.steward().link(mine, other)
    snapshot = county.core.refresh()
    facts = person_facts(snapshot, county.person_of(CITY, mine))
    assert {record.agency_id for record in facts.records} == {CITY, CHERWELL}
    assert {grant.grant_id for grant in facts.grants} == {said, refused}
    assert all(record.first_linked == START for record in facts.records)
    alone = own_record_facts(snapshot, county.record_of(CITY, mine))
    assert [grant.grant_id for grant in alone.grants] == [said]


def test_a_death_counts_from_the_earliest_that_stands(county: County) -> None:
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    record_id = county.record_of(CITY, handle)
    assert record_facts(county.core.refresh(), record_id).died is None
    first = officer.record_event(handle, EventKind.DEATH, DAY - timedelta(days=5))
    officer.record_event(handle, EventKind.DEATH, DAY - timedelta(days=2))
    assert record_facts(county.core.refresh(), record_id).died == DAY - timedelta(days=5)
    officer.record_event(handle, EventKind.DEATH, DAY - timedelta(days=5), corrects=first, withdrawn=True)
    assert record_facts(county.core.refresh(), record_id).died == DAY - timedelta(days=2)


def test_an_unreadable_record_is_corrupt(county: County) -> None:
    handle = county.officer().submit("A-1", rich(1)).handle
    record_id = county.record_of(CITY, handle)
    snapshot = county.core.refresh()
    assert not record_facts(snapshot, record_id).corrupt
    assert not may_be_narrowed(snapshot, record_id)
    snapshot.corrupt.add(record_id)
    assert record_facts(snapshot, record_id).corrupt
    assert may_be_narrowed(snapshot, record_id)
    assert record_facts(snapshot, RecordId("rec_unknown")).corrupt


def test_a_permit_narrows_nothing_and_a_forbid_may(county: County) -> None:
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    record_id = county.record_of(CITY, handle)
    officer.record_grant(handle, **permit(CITY, HOSTEL))
    assert not may_be_narrowed(county.core.refresh(), record_id)
    officer.record_grant(handle, **forbid(purposes=frozenset({Purpose.OUTREACH})))
    assert may_be_narrowed(county.core.refresh(), record_id)


def test_what_is_collected_without_asking_is_what_a_standing_clause_covers(county: County) -> None:
    actor = county.officer().actor
    for purpose, expected in (
        (Purpose.HOUSING_SUPPORT, set(FieldCategory)),
        (Purpose.MORTALITY_REVIEW, set()),
    ):
        request = ask(actor=actor, action=Action.COLLECT, purpose=purpose, moment=START)
        assert collected_without_grants(request, county.core.policy) == expected


def test_what_is_collected_without_asking_follows_the_policy(county: County) -> None:
    actor = county.officer().actor
    request = ask(actor=actor, action=Action.COLLECT, purpose=Purpose.HOUSING_SUPPORT, moment=START)
    policy = county.core.policy
    assert collected_without_grants(request, policy) == set(FieldCategory)
    assert collected_without_grants(request, policy.with_agreements([])) == set()
    assert collected_without_grants(request, policy) == set(FieldCategory)
