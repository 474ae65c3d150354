"""Disclosures: who saw what about one person, when, why and on what basis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bnl.domain.event import EventKind
from bnl.domain.vocabulary import FieldCategory
from bnl.errors import NotFound
from bnl.register.release import unknown_handle
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    START,
    County,
    HandClock,
    contact,
    forbid,
    permit,
    rich,
)
from tests.register.twins import statements_of


def test_every_act_on_the_person_is_told_in_order(stored_county: County, clock: HandClock) -> None:
    county = stored_county
    officer = county.officer(CITY)
    handle = officer.submit("A-1", rich(1)).handle
    officer.submit("A-2", rich(2))
    clock.advance(hours=1)
    seen_at = clock.now
    view = county.officer(CHERWELL).person(
        county.core.handles.handle(CHERWELL, county.record_of(CITY, handle))
    )
    officer.record_event(handle, EventKind.CONTACT, START.date())
    county.reopen()
    told = county.access(CITY).disclosures(handle)
    assert [one.action for one in told.entries] == ["collect", "view", "event.record"]
    assert [one.agency for one in told.entries] == [CITY, CHERWELL, CITY]
    read = told.entries[1]
    assert set(read.fields) >= {value.field for value in view.values}
    assert (read.purpose, read.basis, read.decision) == ("homelessness_prevention", "public_task", "partial")
    assert read.time.startswith(seen_at.isoformat()[:16])
    assert read.grants == ("oxfordshire-by-name-list/1/housing-authorities",)
    assert told.log_position == county.size() - 1
    assert repr(told) == "Disclosures(3 entries)"


def test_asking_is_itself_told_the_next_time(county: County) -> None:
    handle = county.officer().submit("A-1", rich(1)).handle
    access = county.access(CITY)
    access.disclosures(handle)
    assert [one.action for one in access.disclosures(handle).entries] == ["collect", "disclosures"]


def test_who_was_found_and_not_shown_was_not_seen(county: County) -> None:
    handle = county.worker(CHARITY).submit("C-1", rich(1)).handle
    county.worker(HOSTEL).search(rich(1))
    county.worker(HOSTEL).by_name_list()
    told = county.access(CHARITY).disclosures(handle)
    assert [one.action for one in told.entries] == ["collect"]


def test_what_happened_to_a_linked_record_is_told_as_far_as_it_is_visible(county: County) -> None:
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.officer(CHERWELL).submit("B-1", rich(1)).handle
    other = county.core.handles.handle(CITY, county.record_of(CHERWELL, theirs))
    county.steward().link(mine, other)
    told = county.access(CITY).disclosures(mine)
    assert [one.action for one in told.entries] == ["collect", "collect", "link.judge"]
    county.steward().unlink(mine, other)
    told = county.access(CITY).disclosures(mine)
    assert {one.agency for one in told.entries if one.action == "collect"} == {CITY}


def test_the_grant_that_opened_it_is_named(county: County) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    grant = worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    county.worker(HOSTEL).search(rich(1))
    (read,) = [one for one in county.access(CHARITY).disclosures(handle).entries if one.agency == HOSTEL]
    assert grant in read.grants
    assert read.basis == "consent"


@pytest.mark.parametrize("handle", ["h_none", ""])
def test_nobody_is_nobody(county: County, handle: str) -> None:
    with pytest.raises(NotFound) as caught:
        county.access().disclosures(handle)
    assert str(caught.value) == str(unknown_handle())


def test_a_withdrawal_names_who_is_to_be_told(county: County, clock: HandClock) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    grant = worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    unused = worker.record_grant(handle, **permit(CHARITY, CHERWELL))
    county.worker(HOSTEL).search(rich(1))
    clock.advance(days=1)
    assert worker.withdraw_grant(grant, said_at=clock.now - timedelta(hours=2)).recipients == (HOSTEL,)
    assert worker.withdraw_grant(unused).recipients == ()


def test_hidden_acts_cost_no_statement_of_their_own(make_county: Callable[[], County]) -> None:
    told = []
    for county, acts in ((make_county(), 0), (make_county(), 5)):
        handle = county.officer(CITY).submit("A-1", rich(1)).handle
        theirs = county.core.handles.handle(CHERWELL, county.record_of(CITY, handle))
        for _ in range(acts):
            contact(county.officer(CITY), handle, START.date())
        with statements_of(county) as sent:
            assert county.officer(CHERWELL).disclosures(theirs).entries == ()
        told.append(sent)
    assert told[0] == told[1]


def test_where_involvement_is_withheld_only_ones_own_acts_are_told(county: County) -> None:
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.core.handles.handle(CHERWELL, county.record_of(CITY, handle))
    county.officer(CHERWELL).person(theirs)
    assert [one.agency for one in county.access(CHERWELL).disclosures(theirs).entries] == [CITY, CHERWELL]
    county.officer(CITY).record_grant(
        handle, **forbid(categories=frozenset({FieldCategory.AGENCY_INVOLVEMENT}))
    )
    told = county.access(CHERWELL).disclosures(theirs).entries
    assert [(one.agency, one.action) for one in told] == [(CHERWELL, "view"), (CHERWELL, "disclosures")]
