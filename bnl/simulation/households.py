"""Household memberships as agencies record them, on the records they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from bnl.domain.household import Membership
from bnl.domain.identifiers import AgencyId, HouseholdId, RecordId
from bnl.simulation.people import Person
from bnl.simulation.statements import Statement

_ASK_ABOUT_HOUSEHOLDS: Final = frozenset(
    {"oxford-city-council", "cherwell-district-council", "connection-support", "soha"}
)


@dataclass(frozen=True, slots=True)
class Member:
    """One record's place in a household, as its agency says.

    Args:
        household: Key of the household, as the agency would number it.
        agency_id: Who says so.
        reference: The agency's reference of the member's record.
        relation: Relation to the main applicant.
        beneficiary: Whether the member benefits from the service given.
        starts_on: First day.
    """

    household: str
    agency_id: AgencyId
    reference: str
    relation: str
    beneficiary: bool
    starts_on: date


def members(people: Iterable[Person], statements: Iterable[Statement]) -> tuple[Member, ...]:
    """Return the memberships that agencies know of: of households in which they hold a record.

    Args:
        people: The true people.
        statements: The records.

    Returns:
        One membership per record of somebody in a household, where its agency asks about households.
    """
    known = {person.person_id: person for person in people if person.household_id}
    told = []
    for one in statements:
        person = known.get(one.person_id)
        if person is None or one.agency_id not in _ASK_ABOUT_HOUSEHOLDS:
            continue
        told.append(
            Member(
                household=str(person.household_id),
                agency_id=one.agency_id,
                reference=one.reference,
                relation=person.relation,
                beneficiary=person.relation in {"main", "partner", "child"},
                starts_on=one.on,
            )
        )
    return tuple(told)


def as_membership(member: Member, record_id: RecordId) -> Membership:
    """Turn a membership into the noun a register keeps.

    Args:
        member: The membership.
        record_id: The register's id of the member's record.
    """
    return Membership(
        household_id=HouseholdId(f"hou_{member.household.lower()}"),
        record_id=record_id,
        agency_id=member.agency_id,
        relation=member.relation,
        beneficiary=member.beneficiary,
        starts_on=member.starts_on,
        recorded_at=datetime.combine(member.starts_on, time(12), UTC),
    )
