"""What an agency may say about one person, field by field, and the category each field belongs to."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from bnl.domain.base import PersonalNoun
from bnl.domain.dates import PartialDate
from bnl.domain.vocabulary import FieldCategory as C


class PersonFields(PersonalNoun):
    """One agency's statement about one person; what is absent is unknown.

    Lists keep the order in which the agency gave them. Values are as the agency said them, trimmed;
    folding and comparing are the business of matching.
    """

    given_names: str | None = None
    family_name: str | None = None
    full_name: str | None = None
    aliases: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    date_of_birth: PartialDate | None = None
    sex: str | None = None
    ni_number: str | None = None
    nhs_number: str | None = None
    prison_number: str | None = None
    other_references: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    preferred_contact: str | None = None
    language: str | None = None
    address: str | None = None
    postcode: str | None = None
    area: str | None = None
    sleep_site: str | None = None
    household_size: str | None = None
    relationship_status: str | None = None
    housing_status: str | None = None
    accommodation: str | None = None
    landlord: str | None = None
    local_connection: str | None = None
    risk_flags: tuple[str, ...] = ()
    support_needs: tuple[str, ...] = ()
    health_conditions: tuple[str, ...] = ()
    offending: tuple[str, ...] = ()
    safeguarding: tuple[str, ...] = ()
    nationality: str | None = None
    immigration_status: str | None = None
    income: str | None = None
    benefits: tuple[str, ...] = ()
    employment_status: str | None = None
    ethnicity: str | None = None
    religion: str | None = None
    sexual_orientation: str | None = None
    disability: str | None = None
    veteran: str | None = None
    care_leaver: str | None = None
    notes: str | None = None

    def present(self) -> dict[str, str | tuple[str, ...]]:
        """Return the fields that say something, in the order of the model."""
        # A model keeps its values in the order of its fields.
        return {name: value for name, value in vars(self).items() if value}


FIELD_CATEGORY: Final = MappingProxyType(
    {
        "given_names": C.IDENTITY,
        "family_name": C.IDENTITY,
        "full_name": C.IDENTITY,
        "aliases": C.IDENTITY,
        "former_names": C.IDENTITY,
        "date_of_birth": C.IDENTITY,
        "sex": C.IDENTITY,
        "ni_number": C.IDENTITY,
        "nhs_number": C.IDENTITY,
        "prison_number": C.CRIMINAL_JUSTICE,
        "other_references": C.AGENCY_INVOLVEMENT,
        "phones": C.CONTACT,
        "emails": C.CONTACT,
        "preferred_contact": C.CONTACT,
        "language": C.CONTACT,
        "address": C.LOCATION,
        "postcode": C.LOCATION,
        "area": C.LOCATION,
        "sleep_site": C.LOCATION,
        "household_size": C.HOUSEHOLD,
        "relationship_status": C.HOUSEHOLD,
        "housing_status": C.HOUSING,
        "accommodation": C.HOUSING,
        "landlord": C.HOUSING,
        "local_connection": C.HOUSING,
        "risk_flags": C.RISK,
        "support_needs": C.SUPPORT_NEEDS,
        "health_conditions": C.HEALTH,
        "offending": C.CRIMINAL_JUSTICE,
        "safeguarding": C.SAFEGUARDING,
        "nationality": C.IMMIGRATION,
        "immigration_status": C.IMMIGRATION,
        "income": C.FINANCE,
        "benefits": C.FINANCE,
        "employment_status": C.EMPLOYMENT,
        "ethnicity": C.EQUALITY,
        "religion": C.EQUALITY,
        "sexual_orientation": C.EQUALITY,
        "disability": C.EQUALITY,
        "veteran": C.EQUALITY,
        "care_leaver": C.EQUALITY,
        "notes": C.CASE_NOTES,
    }
)

LIST_FIELDS: Final = frozenset(
    name for name, field in PersonFields.model_fields.items() if field.annotation == tuple[str, ...]
)
