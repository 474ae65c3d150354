"""The household view: a relation only if both ends are visible, and never a hidden address."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bnl.domain.event import EventKind
from bnl.domain.identifiers import Handle
from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.errors import NotFound
from bnl.register.household_view import HouseholdView
from bnl.register.households import Joining
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    START,
    County,
    forbid,
    permit,
    rich,
)

HOME = {"address": "1 Hidden Close", "postcode": "OX4 4AA"}
DAY = START.date()


def family(county: County) -> tuple[Handle, Handle]:
    officer = county.officer(CITY)
    mother, child = (
        officer.submit(f"A-{n}", rich(n, **HOME, notes="at 1 Hidden Close")).handle for n in (1, 2)
    )
    officer.record_memberships(
        [
            Joining("7", "main", DAY - timedelta(days=90), handle=mother),
            Joining("7", "child", DAY - timedelta(days=60), DAY - timedelta(days=1), handle=child),
        ]
    )
    return mother, child


def theirs(county: County, handle: str) -> str:
    return county.core.handles.handle(CHERWELL, county.record_of(CITY, handle))


def relations(view: HouseholdView) -> list[list[str]]:
    return [[member.relation for member in household] for household in view.households]


def test_both_ends_are_shown_with_their_days(stored_county: County) -> None:
    county = stored_county
    mother, child = family(county)
    county.reopen()
    view = county.officer(CHERWELL).household(theirs(county, mother))
    ((one, other),) = view.households
    assert (one.relation, one.starts_on, one.ends_on) == ("main", DAY - timedelta(days=90), None)
    assert (other.relation, other.ends_on) == ("child", DAY - timedelta(days=1))
    assert other.person.handle == theirs(county, child)
    assert relations(county.officer(CHERWELL).household(theirs(county, child))) == [["child", "main"]]
    told = county.access(CITY).disclosures(child).entries
    assert ("household", CHERWELL) in [(one.action, one.agency) for one in told]
    assert repr(view) == "HouseholdView(1 households)"


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({}, id="refuses-everything"),
        pytest.param({"hard": True}, id="refuses-everything-hard"),
        pytest.param({"categories": frozenset({FieldCategory.HOUSEHOLD})}, id="refuses-the-household"),
    ],
)
def test_a_member_who_may_not_be_seen_is_not_there(county: County, terms: dict[str, object]) -> None:
    mother, child = family(county)
    county.officer(CITY).record_grant(child, **forbid(**terms))
    assert relations(county.officer(CHERWELL).household(theirs(county, mother))) == [["main"]]


def test_a_permit_for_one_member_shows_no_other(county: County) -> None:
    mother, child = family(county)
    categories = frozenset({FieldCategory.IDENTITY, FieldCategory.HOUSEHOLD})
    county.officer(CITY).record_grant(mother, **permit(CITY, HOSTEL, categories=categories))
    met = county.core.handles.handle(HOSTEL, county.record_of(CITY, mother))
    assert relations(county.worker(HOSTEL).household(met)) == [["main"]]
    hidden = county.core.handles.handle(HOSTEL, county.record_of(CITY, child))
    for unknown in (hidden, "h_none"):
        with pytest.raises(NotFound):
            county.worker(HOSTEL).household(unknown)


def test_the_shared_address_stays_hidden_after_they_parted_and_in_everything(county: County) -> None:
    mother, child = family(county)
    officer, cherwell = county.officer(CITY), county.officer(CHERWELL)
    officer.record_event(child, EventKind.CONTACT, DAY, area="1 Hidden Close")
    officer.record_event(child, EventKind.NEXT_ACTION, DAY, action="Call at 1 Hidden Close")
    officer.record_grant(
        mother,
        **forbid(hard=True, valid_from=START - timedelta(days=30), categories={FieldCategory.LOCATION}),
    )
    ((one, other),) = cherwell.household(theirs(county, mother)).households
    assert one.person.value("address") is None
    assert other.person.value("address") is None
    # Hidden for another's sake it reads as not known; the mother's own refusal is marked.
    assert FieldCategory.LOCATION not in other.person.withheld
    assert FieldCategory.LOCATION in one.person.withheld
    view = cherwell.timeline(theirs(county, child))
    text = repr([(v.field, v.value) for v in view.values]) + repr([e.event.data for e in view.events])
    assert "Hidden Close" not in text
    assert "notes" not in {value.field for value in view.values}


def test_death_lapses_consent_keeps_refusals_and_is_reviewed(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    assert county.worker(HOSTEL).search(rich(1))
    event = worker.record_event(handle, EventKind.DEATH, DAY)
    assert county.worker(HOSTEL).search(rich(1)) == []
    review = county.session(CITY, Role.MANAGER, Purpose.MORTALITY_REVIEW)
    met = county.core.handles.handle(CITY, county.record_of(worker.actor.agency_id, handle))
    assert review.person(met).values
    worker.record_event(handle, EventKind.DEATH, date(2026, 9, 1), corrects=event, withdrawn=True)
    assert county.worker(HOSTEL).search(rich(1))
    worker.record_grant(handle, **forbid(hard=True, agencies=frozenset({CITY})))
    worker.record_event(handle, EventKind.DEATH, DAY)
    with pytest.raises(NotFound):
        review.person(met)
