"""What is kept of an asker's events from call to call is what a register opened afresh would give."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule
from hypothesis.strategies import integers, sampled_from

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore
from bnl.crypto.provider import CallableKeyProvider
from bnl.domain.event import EventKind
from bnl.domain.identifiers import Handle
from bnl.domain.judgement import Verdict
from bnl.domain.vocabulary import FieldCategory
from bnl.errors import Conflict, NotFound
from bnl.register.consents import Given
from bnl.register.events import Happening
from bnl.register.listing import NameList
from bnl.register.seen_events import MOST_ASKERS, SeenEvents
from bnl.register.session import Session
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    START,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)

TODAY = START.date()
HAPPENINGS: tuple[tuple[EventKind, dict[str, Any]], ...] = (
    (EventKind.CONTACT, {"situation": "rough_sleeping"}),
    (EventKind.SIGHTING, {"area": "Cowley"}),
    (EventKind.ACCOMMODATION_START, {"situation": "settled"}),
    (EventKind.INSTITUTION_ADMISSION, {"institution": "hospital"}),
    (EventKind.LEAD_WORKER_ASSIGNED, {"worker": "usr-9"}),
)


def told(names: NameList) -> list[tuple[object, ...]]:
    """A list as text, positions of the log aside."""
    return [(row.person.handle, tuple(row.status.items()), row.person.values) for row in names.rows]


def keyring() -> Keyring:
    """A keyring in memory."""
    kek = os.urandom(32)
    return Keyring(CallableKeyProvider(lambda: 1, lambda _version: kek), MemoryKeyStore())


class KeptEvents(RuleBasedStateMachine):
    """Records come, are linked, parted, forbidden and told of; every asker's list is as if made afresh."""

    handles: Bundle[Handle] = Bundle("handles")

    @initialize()
    def begin(self) -> None:
        self.clock = HandClock()
        self.county = County("sqlite://", keyring(), self.clock)
        self.number = 0

    def teardown(self) -> None:
        if hasattr(self, "county"):
            self.county.register.close()

    @rule(target=handles)
    def submit(self) -> Handle:
        self.number += 1
        return self.county.officer().submit(f"A-{self.number}", rich(self.number)).handle

    @rule(handle=handles, what=sampled_from(HAPPENINGS), days=integers(0, 120))
    def happen(self, handle: Handle, what: tuple[EventKind, dict[str, Any]], days: int) -> None:
        kind, data = what
        # What the person forbids is not recorded: that is not the point here.
        self.county.officer().record_events([Happening(handle, kind, TODAY - timedelta(days=days), data)])

    @rule(handle=handles, hard=sampled_from([True, False]))
    def close(self, handle: Handle, hard: bool) -> None:
        self.county.officer().record_grants([Given(forbid(hard=hard), handle)])

    @rule(handle=handles)
    def open(self, handle: Handle) -> None:
        terms = permit(CITY, HOSTEL, categories=frozenset(FieldCategory))
        self.county.officer().record_grants([Given(terms, handle)])

    @rule(one=handles, other=handles, verdict=sampled_from([Verdict.LINK, Verdict.NON_LINK]))
    def judge(self, one: Handle, other: Handle, verdict: Verdict) -> None:
        if one == other:
            return
        steward = self.county.steward()
        try:
            steward.link(one, other) if verdict is Verdict.LINK else steward.unlink(one, other)
        except (NotFound, Conflict):
            return  # what is hidden or contradicted is refused, and that is not the point here

    @rule(days=integers(1, 40))
    def wait(self, days: int) -> None:
        self.clock.advance(days=days)

    @rule()
    def look(self) -> None:
        askers = [self.county.officer(), self.county.officer(CHERWELL), self.county.worker(HOSTEL)]
        kept = [told(asker.by_name_list()) + told(asker.lost()) for asker in askers]
        core = self.county.core
        core.seen_events = SeenEvents()
        assert kept == [told(asker.by_name_list()) + told(asker.lost()) for asker in askers]
        with ReadUnit(core.store) as unit:
            now = core.county_events.past(core.snapshot, unit).frame
            core.county_events = type(core.county_events)()
            assert now.equals(core.county_events.past(core.snapshot, unit).frame)


TestKeptEvents = KeptEvents.TestCase
TestKeptEvents.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)


def test_while_nothing_happens_the_same_history_serves_every_list(county: County) -> None:
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    officer.record_event(handle, EventKind.CONTACT, TODAY, situation="hidden")

    def past(session: Session) -> object:
        session.by_name_list()
        return next(reversed(county.core.seen_events._kept.values())).past()

    first = past(officer)
    assert past(officer) is first
    assert past(county.officer(CHERWELL)) is not first
    assert past(officer) is first
    officer.record_event(handle, EventKind.CONTACT, TODAY, situation="rough_sleeping")
    assert past(officer) is not first


def test_only_the_latest_askers_are_kept(county: County) -> None:
    for number in range(MOST_ASKERS + 3):
        session = county.session(
            CITY, county.officer().actor.role, county.officer().purpose, f"user-{number}"
        )
        session.by_name_list()
    assert len(county.core.seen_events._kept) == MOST_ASKERS


def test_what_is_seen_prints_nothing_of_anybody(county: County) -> None:
    worker = county.worker(CHARITY)
    worker.submit("C-1", rich(1))
    worker.by_name_list()
    (seen,) = county.core.seen_events._kept.values()
    assert "per_" not in repr(seen)
    assert "rec_" not in repr(seen)
