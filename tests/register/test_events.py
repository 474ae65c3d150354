"""Events: facts of their kind, on the agency's own record, each with its place in the log."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.domain.event import EventKind
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.register.events import Happening
from bnl.register.release import unknown_handle
from tests.register.county import CHARITY, CHERWELL, CITY, START, County, forbid, permit, rich

DAY = START.date()


def test_an_event_is_kept_as_it_was_said(stored_county: County) -> None:
    county = stored_county
    handle = county.officer().submit("A-1", rich(1)).handle
    made = county.officer().record_event(handle, EventKind.CONTACT, DAY, answered=True, mode="phone")
    county.reopen()
    (event,) = county.core.refresh(events=True).events[county.record_of(CITY, handle)]
    assert (event.event_id, event.kind, event.occurred_on) == (made, EventKind.CONTACT, DAY)
    assert event.data == {"answered": True, "mode": "phone"}
    assert (event.agency_id, event.recorded_at) == (CITY, START)
    assert event.sequence == county.size() - 1


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        pytest.param(EventKind.CONTACT, {"planned": True}, id="of-another-kind"),
        pytest.param(EventKind.CONTACT, {"answered": "yes"}, id="text-for-a-flag"),
        pytest.param(EventKind.CONTACT, {"mode": 3}, id="number-for-a-text"),
        pytest.param(EventKind.INACTIVE, {"attempts": True}, id="flag-for-a-number"),
        pytest.param(EventKind.NEXT_ACTION, {"due_on": "01/02/2026"}, id="british-date"),
        pytest.param(EventKind.NEXT_ACTION, {"due_on": "2026-02-30"}, id="no-such-day"),
        pytest.param(EventKind.NEXT_ACTION, {"due_on": "20260201"}, id="compact-date"),
        pytest.param(EventKind.DEATH, {"nothing": "x"}, id="unknown-fact"),
    ],
)
def test_facts_that_do_not_belong_are_refused(county: County, kind: EventKind, data: dict[str, Any]) -> None:
    handle = county.officer().submit("A-1", rich(1)).handle
    with pytest.raises(InvalidValue) as caught:
        county.officer().record_event(handle, kind, DAY, **data)
    assert "01/02/2026" not in str(caught.value)
    assert not county.core.refresh(events=True).events.get(county.record_of(CITY, handle))


def test_an_agency_records_on_its_own_record_only_also_of_a_linked_person(county: County) -> None:
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.officer(CHERWELL).submit("B-1", rich(1)).handle
    other = county.core.handles.handle(CITY, county.record_of(CHERWELL, theirs))
    with pytest.raises(NotFound) as caught:
        county.officer(CITY).record_event(other, EventKind.CONTACT, DAY)
    assert str(caught.value) == str(unknown_handle())
    county.steward().link(mine, other)
    with pytest.raises(NotFound):
        county.officer(CITY).record_event(other, EventKind.CONTACT, DAY)
    county.officer(CITY).record_event(mine, EventKind.CONTACT, DAY)
    events = county.core.refresh(events=True).events
    assert len(events[county.record_of(CITY, mine)]) == 1
    assert not events.get(county.record_of(CHERWELL, theirs))


def test_what_may_not_be_collected_is_denied(county: County) -> None:
    handle = county.officer().submit("A-1", rich(1)).handle
    reviewer = county.session(CITY, Role.MANAGER, Purpose.MORTALITY_REVIEW)
    with pytest.raises(Denied, match="Nothing lets this agency collect"):
        reviewer.record_event(handle, EventKind.CONTACT, DAY)


def test_a_forbid_on_the_own_record_stops_collecting_and_its_end_lets_it_go_on(county: County) -> None:
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    refusal = officer.record_grant(handle, **forbid())
    with pytest.raises(Denied):
        officer.record_event(handle, EventKind.CONTACT, DAY)
    officer.withdraw_grant(refusal)
    officer.record_event(handle, EventKind.CONTACT, DAY)


def test_a_death_ends_consent_and_its_withdrawal_brings_it_back(county: County) -> None:
    worker = county.worker()
    hostel = county.worker("homeless-oxfordshire")  # type: ignore[arg-type]
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_grant(handle, **permit(CHARITY, hostel.actor.agency_id))
    assert hostel.search(rich(1))
    death = worker.record_event(handle, EventKind.DEATH, DAY)
    county.clock.advance(days=2)
    assert hostel.search(rich(1)) == []
    worker.record_event(handle, EventKind.DEATH, DAY, corrects=death, withdrawn=True)
    assert hostel.search(rich(1))


def test_an_unknown_reference_is_told_from_nobody_elses(county: County) -> None:
    county.officer(CHERWELL).submit("B-1", rich(1))
    _, failed = county.officer(CITY).record_events([Happening("", EventKind.CONTACT, DAY, reference="B-1")])
    assert "no record under the reference" in str(failed[0].error)


def test_chunks_are_entries(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnl.register.recording.CHUNK", 2)
    county.officer().submit("A-1", rich(1))
    before, done = county.size(), list[int]()
    happenings = [
        Happening("", EventKind.CONTACT, DAY, reference=name) for name in ("A-1", "x", "A-1", "A-1", "x")
    ]
    made, failed = county.officer().record_events(iter(happenings), progress=done.append)
    assert (len(made), [one.place for one in failed], done) == (3, [1, 4], [2, 4, 5])
    assert [entry.details["events"] for entry in county.entries(before)] == [1, 2, 0]
