"""What the FHIR R5 Consent export and import share: systems, extension addresses, and reading guards."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role
from bnl.errors import InvalidValue

Resource = dict[str, Any]

URN: Final = "urn:bnl:consent:"
GRANT_ID: Final = f"{URN}grant-id"
HANDLE: Final = f"{URN}handle"
AGENCY: Final = f"{URN}agency"
GIVER: Final = f"{URN}giver"
EVIDENCE: Final = f"{URN}evidence"
BASIS: Final = f"{URN}lawful-basis"
DETAILS: Final = f"{URN}details"
SCOPE: Final = f"{URN}scope"

# The dimensions of a grant; all but the four FHIR has elements for travel in a modifier extension, so that a
# reader who does not know them must refuse the resource rather than read it wider than it is.
DIMENSIONS: Final = MappingProxyType(
    {
        "agencies": None,
        "users": None,
        "roles": Role,
        "actions": Action,
        "purposes": Purpose,
        "categories": FieldCategory,
        "areas": None,
    }
)
ELEMENT: Final = MappingProxyType(
    {"agencies": "actor", "actions": "action", "purposes": "purpose", "categories": "code"}
)

# Codes of http://terminology.hl7.org/CodeSystem/consentaction that mean exactly some actions here.
CONSENT_ACTION: Final = "http://terminology.hl7.org/CodeSystem/consentaction"
STANDARD_ACTIONS: Final = MappingProxyType(
    {
        "collect": frozenset({Action.COLLECT}),
        "access": frozenset({Action.VIEW, Action.SEARCH}),
        "correct": frozenset({Action.UPDATE}),
        "disclose": frozenset({Action.EXPORT, Action.REFER}),
    }
)


def only(value: object, known: set[str], where: str) -> Mapping[str, Any]:
    """Return a table that holds nothing but what is known; what is not read could change the meaning.

    Raises:
        InvalidValue: If it is no table or holds anything else.
    """
    if not isinstance(value, Mapping):
        raise InvalidValue(f"{where} is not an object.")
    unknown = value.keys() - known
    if unknown:
        raise InvalidValue(
            f"{where} holds {', '.join(sorted(map(str, unknown)))}, which cannot be taken over exactly.",
            "Leave it out if it does not narrow the consent, or record the grant by hand.",
        )
    return value


def listed(value: object, where: str) -> list[Any]:
    """Return a list, or raise `InvalidValue`; nothing is an empty list."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidValue(f"{where} is not a list.")
    return value
