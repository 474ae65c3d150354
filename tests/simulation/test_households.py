"""Household memberships: told by agencies that ask, on records they hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

import pytest

from bnl.domain.identifiers import AgencyId, RecordId
from bnl.simulation.county import County
from bnl.simulation.households import Member, as_membership, members
from bnl.simulation.people import Person
from bnl.simulation.statements import Statement


def test_memberships_stand_on_records_of_household_members(county: County) -> None:
    owner = {(one.agency_id, one.reference): one.person_id for one in county.statements}
    known = {person.person_id: person for person in county.people}

    for one in county.members:
        person = known[owner[one.agency_id, one.reference]]
        assert (person.household_id, person.relation) == (one.household, one.relation)
    assert len(county.members) > 1000


def test_many_households_are_known_whole(county: County) -> None:
    told: dict[str, set[str]] = defaultdict(set)
    for one in county.members:
        told[one.household].add(one.relation)

    assert sum("main" in relations and len(relations) > 1 for relations in told.values()) > 200


@pytest.mark.parametrize(
    ("agency", "household", "told"),
    [
        pytest.param("oxford-city-council", "H00001", True, id="council asks"),
        pytest.param("soha", "H00001", True, id="landlord asks"),
        pytest.param("st-mungos", "H00001", False, id="outreach does not"),
        pytest.param("odas", "H00001", False, id="refuge never says"),
        pytest.param("oxford-city-council", None, False, id="alone"),
    ],
)
def test_only_who_asks_tells(
    person: Person, record: Statement, agency: str, household: str | None, told: bool
) -> None:
    somebody = replace(person, household_id=household)
    at = replace(record, agency_id=AgencyId(agency))

    assert bool(members([somebody], [at])) is told


@pytest.mark.parametrize(
    ("relation", "benefits"),
    [
        pytest.param("main", True, id="main"),
        pytest.param("partner", True, id="partner"),
        pytest.param("child", True, id="child"),
        pytest.param("sibling", False, id="sibling"),
    ],
)
def test_family_benefits_from_the_service(
    person: Person, record: Statement, relation: str, benefits: bool
) -> None:
    somebody = replace(person, household_id="H00001", relation=relation)

    assert members([somebody], [record])[0].beneficiary is benefits


def test_a_membership_becomes_the_noun() -> None:
    member = Member("H00007", AgencyId("soha"), "T-1", "partner", True, date(2025, 1, 6))

    noun = as_membership(member, RecordId("rec_a"))

    assert (noun.household_id, noun.record_id, noun.agency_id) == ("hou_h00007", "rec_a", "soha")
    assert (noun.relation, noun.starts_on, noun.ends_on) == ("partner", date(2025, 1, 6), None)
    assert noun.recorded_at.date() == date(2025, 1, 6)
