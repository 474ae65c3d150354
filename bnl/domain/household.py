"""Households: dated memberships with a relation; consent never crosses members."""

from __future__ import annotations

from datetime import date

from bnl.domain.base import PersonalNoun, UtcDateTime
from bnl.domain.identifiers import AgencyId, HouseholdId, RecordId


class Membership(PersonalNoun):
    """One source record's place in a household, from one day until another.

    Args:
        household_id: The household.
        record_id: The member, by the source record of the agency that says so.
        agency_id: Who says so.
        relation: Relation to the main applicant, such as ``main``, ``partner``, ``child``.
        beneficiary: Whether the member benefits from the service given to the household.
        starts_on: First day (Europe/London).
        ends_on: First day after the last; None while it lasts.
        recorded_at: When the register learned of it (UTC).
    """

    household_id: HouseholdId
    record_id: RecordId
    agency_id: AgencyId
    relation: str
    beneficiary: bool = True
    starts_on: date
    ends_on: date | None = None
    recorded_at: UtcDateTime
