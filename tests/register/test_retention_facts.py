"""The facts retention rests on: gathered over every version, event and linked record."""

from __future__ import annotations

from datetime import date

from bnl.domain.event import EventKind
from bnl.register.retention import RetentionFacts
from bnl.register.retention_facts import retention_facts
from tests.register.county import CHERWELL, CITY, START, County, HandClock, rich


def facts(county: County, handle: str) -> RetentionFacts:
    return retention_facts(county.core.refresh(events=True), county.record_of(CITY, handle))


def test_the_last_activity_is_the_latest_statement_or_event(county: County, clock: HandClock) -> None:
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    assert facts(county, handle) == RetentionFacts(START.date())
    clock.advance(days=10)
    officer.submit("A-1", rich(1, notes="moved"))
    assert facts(county, handle).last_activity == date(2026, 9, 11)
    clock.advance(days=10)
    officer.record_event(handle, EventKind.CONTACT, date(2026, 9, 12))
    assert facts(county, handle).last_activity == date(2026, 9, 21)


def test_a_decision_on_a_duty_counts_and_other_events_do_not(county: County) -> None:
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    officer.record_event(handle, EventKind.CONTACT, date(2026, 8, 30))
    assert facts(county, handle).decided_on is None
    officer.record_event(handle, EventKind.DUTY_OWED, date(2026, 8, 20), duty="relief")
    officer.record_event(handle, EventKind.DUTY_ENDED, date(2026, 8, 25), duty="relief")
    assert facts(county, handle).decided_on == date(2026, 8, 25)


def test_safeguarding_said_once_counts_though_it_is_left_out_later(county: County, clock: HandClock) -> None:
    officer = county.officer()
    handle = officer.submit("A-1", rich(1, safeguarding=("a concern",))).handle
    clock.advance(days=40)
    officer.submit("A-1", rich(1))
    assert facts(county, handle).safeguarding_on == START.date()


def test_a_death_counts_for_every_record_of_the_person(county: County) -> None:
    officer, other = county.officer(CITY), county.officer(CHERWELL)
    mine, theirs = officer.submit("A-1", rich(1)).handle, other.submit("B-1", rich(1)).handle
    other.record_event(theirs, EventKind.DEATH, date(2026, 8, 1), source="coroner")
    assert facts(county, mine).died_on is None
    county.steward().link(mine, county.core.handles.handle(CITY, county.record_of(CHERWELL, theirs)))
    assert facts(county, mine).died_on == date(2026, 8, 1)
