"""The right of access: everything held about one person, by agency, and nobody else's."""

from __future__ import annotations

import json
from datetime import date

import pytest

from bnl.domain.consent import Giver
from bnl.domain.event import EventKind
from bnl.domain.vocabulary import Capacity, FieldCategory, Purpose, Role
from bnl.errors import Denied, NotFound
from bnl.register.access import AccessExport
from bnl.register.households import Joining
from bnl.register.masks import names_of
from tests.register.county import (
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    START,
    STEWARD,
    County,
    HandClock,
    fields,
    forbid,
    permit,
    rich,
)


def export(county: County, handle: str) -> AccessExport:
    return county.register.session(STEWARD, Purpose.SUBJECT_ACCESS).access_export(handle)


@pytest.fixture
def person(county: County, clock: HandClock) -> str:
    """Somebody of whom two councils hold much; the city's handle."""
    officer, other = county.officer(CITY), county.officer(CHERWELL)
    mine = officer.submit("A-1", rich(1, health_conditions=("asthma",), notes="likes tea")).handle
    theirs = other.submit("B-1", rich(1, housing_status="rough sleeping")).handle
    county.steward().link(mine, county.core.handles.handle(CITY, county.record_of(CHERWELL, theirs)))
    clock.advance(days=1)
    officer.submit("A-1", rich(1, health_conditions=("asthma", "diabetes"), notes="likes tea"))
    officer.record_event(mine, EventKind.CONTACT, date(2026, 9, 1), area="by the river")
    officer.record_memberships([Joining("7", "main", START.date(), handle=mine)])
    grant = officer.record_grant(mine, **permit(CITY, HOSTEL))
    officer.withdraw_grant(grant)
    return mine


def test_everything_held_is_in_it_by_agency(county: County, person: str) -> None:
    content = export(county, person).content
    assert list(content["agencies"]) == [CITY, CHERWELL]
    assert content["withheld"] == []
    (mine,) = content["agencies"][CITY]["records"]
    assert mine["reference"] == "A-1"
    values = [statement["values"] for statement in mine["statements"]]
    assert values[0]["health_conditions"] == ("asthma",)
    assert values[1]["health_conditions"] == ("asthma", "diabetes")
    assert values[1]["notes"] == "likes tea"
    assert mine["events"][0]["what"] == "contact"
    assert mine["events"][0]["facts"] == {"area": "by the river"}
    assert mine["household"] == [{"relation": "main", "starts_on": "2026-09-01", "ends_on": None}]
    (grant,) = mine["agreed_and_refused"]
    assert grant["effect"] == "permit"
    assert grant["ended_at"]
    (theirs,) = content["agencies"][CHERWELL]["records"]
    assert theirs["statements"][0]["values"]["housing_status"] == "rough sleeping"
    assert {one["action"] for one in content["seen"]} >= {"collect", "link.judge", "event.record"}


def test_a_program_and_a_person_can_read_it(county: County, person: str) -> None:
    found = export(county, person)
    assert json.loads(found.to_json())["agencies"][CITY]["name"] == "Oxford City Council"
    page = found.page()
    for said in (
        "What is held about you",
        "likes tea",
        "rough sleeping",
        "by the river",
        "Cherwell",
        "permitted",
    ):
        assert said in page
    assert "likes tea" not in repr(found)


def test_what_is_said_cannot_break_the_page(county: County) -> None:
    handle = county.officer().submit("A-1", rich(1, notes="<script>alert(1)</script>")).handle
    assert "<script>" not in export(county, handle).page()


def test_the_entry_names_every_field_handed_over_older_versions_included(county: County, person: str) -> None:
    export(county, person)
    (entry,) = [one for one in county.entries() if one.action == "access.export"]
    named = {name for mask in county.subjects(entry.sequence).values() for name in names_of(mask)}
    assert {"health_conditions", "notes", "housing_status", "given_names"} <= named
    assert entry.subject_count == 2


@pytest.mark.parametrize("purpose", [Purpose.HOUSING_SUPPORT, Purpose.STEWARDSHIP, Purpose.LINKAGE])
def test_no_other_purpose_opens_it(county: County, person: str, purpose: Purpose) -> None:
    session = county.register.session(STEWARD, purpose)
    with pytest.raises(Denied, match="own request"):
        session.access_export(person)
    assert county.entries()[-1].action == "attempt.access_export"


def test_a_data_officer_answers_for_the_own_agency_and_names_what_others_must(
    county: County, person: str
) -> None:
    content = county.access(CITY).access_export(person).content
    (mine,) = content["agencies"][CITY]["records"]
    assert mine["statements"][0]["values"]["notes"] == "likes tea"
    (theirs,) = content["agencies"][CHERWELL]["records"]
    assert set(theirs["statements"][0]["values"]) == {
        "given_names", "family_name", "date_of_birth", "ni_number",
    }  # fmt: skip
    assert FieldCategory.HOUSING.value in content["withheld"]
    assert "must answer for itself" in county.access(CITY).access_export(person).page()


def test_a_support_worker_gets_nothing_of_it(county: County, person: str) -> None:
    worker = county.session(HOSTEL, Role.SUPPORT_WORKER, Purpose.SUBJECT_ACCESS)
    with pytest.raises(Denied):
        worker.access_export(county.core.handles.handle(HOSTEL, county.record_of(CITY, person)))


def test_a_refuges_record_of_the_same_person_is_not_in_it(county: County, person: str) -> None:
    collecting = county.session(REFUGE, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT)
    hidden = collecting.submit("R-1", fields(1, notes="safe room")).handle
    assert "safe room" not in export(county, person).to_json()
    own = county.access(REFUGE).access_export(hidden).content
    assert list(own["agencies"]) == [REFUGE]
    assert own["agencies"][REFUGE]["records"][0]["statements"][0]["values"]["notes"] == "safe room"


def test_what_an_agency_settled_on_its_own_record_is_not_told_by_another(county: County, person: str) -> None:
    other = county.officer(CHERWELL)
    theirs = county.core.handles.handle(CHERWELL, county.record_of(CITY, person))
    own = next(
        handle
        for handle in [county.core.handles.handle(CHERWELL, r) for r in county.core.snapshot.arrival]
        if county.core.snapshot.records[county.record_of(CHERWELL, handle)].agency_id == CHERWELL
    )
    assert theirs != own
    agency = Giver(reference="x", capacity=Capacity.AGENCY)
    other.record_grant(own, **forbid(purposes=frozenset({Purpose.OUTREACH}), given_by=agency))
    (held,) = export(county, person).content["agencies"][CHERWELL]["records"]
    assert held["agreed_and_refused"] == []
    told = county.register.session(
        STEWARD.model_copy(update={"agency_id": CHERWELL}), Purpose.SUBJECT_ACCESS
    ).access_export(own)
    (mine,) = told.content["agencies"][CHERWELL]["records"]
    assert [one["effect"] for one in mine["agreed_and_refused"]] == ["forbid"]
    assert "refused" in told.page()


@pytest.mark.parametrize("handle", ["", "h_none"])
def test_nobody_is_nobody(county: County, handle: str) -> None:
    with pytest.raises(NotFound):
        export(county, handle)
