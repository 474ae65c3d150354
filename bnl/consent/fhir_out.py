"""FHIR R5 Consent, out: a grant as a resource that says the same, or a refusal.

Source: HL7 FHIR R5 (5.0.0), resource Consent: the decision is the base, each level of provision negates the
level above it.
"""

from __future__ import annotations

import json
from typing import Any, Final

from bnl.consent.fhir_terms import (
    AGENCY,
    BASIS,
    DETAILS,
    DIMENSIONS,
    ELEMENT,
    EVIDENCE,
    GIVER,
    GRANT_ID,
    HANDLE,
    SCOPE,
    URN,
    Resource,
)
from bnl.domain.consent import Grant
from bnl.domain.identifiers import Handle
from bnl.domain.scope import Anything
from bnl.errors import InvalidValue

_NATIVE: Final = {
    *DIMENSIONS, "grant_id", "record_id", "effect", "basis", "relying_party", "valid_from", "valid_until",
    "recorded_at", "sequence", "evidence",
}  # fmt: skip


def to_fhir(grant: Grant, subject: Handle) -> Resource:
    """Return a grant as a FHIR R5 Consent.

    A permit is a base decision of deny with one provision. A forbid is a base decision of deny whose scope is
    a modifier extension: a reader who does not know it must not read what it forbids as all there is.

    Args:
        grant: The grant.
        subject: The receiving agency's handle of the person.

    Returns:
        The resource as JSON data.

    Raises:
        InvalidValue: If a permit leaves a dimension unsaid: here that matches nothing, in FHIR everything.
    """
    data = grant.model_dump(mode="json")
    resource: Resource = {
        "resourceType": "Consent",
        "identifier": [_identifier(GRANT_ID, grant.grant_id)],
        "status": "active",
        "subject": {"identifier": _identifier(HANDLE, subject)},
        "date": data["recorded_at"][:10],
        "grantor": [{"identifier": _identifier(GIVER, grant.given_by.reference)}],
        "decision": "deny",
        "extension": [_details(data)],
    }
    if grant.relying_party is not None:
        resource["controller"] = [{"identifier": _identifier(AGENCY, grant.relying_party)}]
    if grant.basis is not None:
        resource["regulatoryBasis"] = [_concept(BASIS, grant.basis.value)]
    if grant.evidence:
        resource["sourceReference"] = [{"identifier": _identifier(EVIDENCE, one)} for one in grant.evidence]
    period = _period(data)
    if grant.permits:
        resource["provision"] = [_provision(grant) | {"period": period}]
    else:
        resource["period"] = period
        resource["modifierExtension"] = [_scope(grant, tuple(DIMENSIONS))]
    return resource


def _details(data: dict[str, Any]) -> Resource:
    """Return what FHIR has no element for, each fact by the name it has here."""
    facts = {name: value for name, value in data.items() if name not in _NATIVE}
    return {
        "url": DETAILS,
        "extension": [{"url": name, "valueString": _text(value)} for name, value in sorted(facts.items())],
    }


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _provision(grant: Grant) -> Resource:
    unsaid = [name for name in DIMENSIONS if getattr(grant, name) is None]
    if unsaid:
        raise InvalidValue(
            f"The permit does not say {', '.join(unsaid)}: that matches nothing here and everything in FHIR."
        )
    provision: Resource = {}
    beside = [
        name for name in DIMENSIONS if name not in ELEMENT or isinstance(getattr(grant, name), Anything)
    ]
    for name, element in ELEMENT.items():
        if name not in beside:
            provision[element] = [_element(name, value) for value in sorted(getattr(grant, name))]
    if beside:
        provision["modifierExtension"] = [_scope(grant, tuple(beside))]
    return provision


def _element(name: str, value: str) -> Resource:
    if name == "agencies":
        return {"reference": {"identifier": _identifier(AGENCY, value)}}
    if name == "purposes":
        return {"system": f"{URN}{name}", "code": str(value)}
    return _concept(f"{URN}{name}", str(value))


def _scope(grant: Grant, names: tuple[str, ...]) -> Resource:
    said = [(name, scope) for name in names if (scope := getattr(grant, name)) is not None]
    return {
        "url": SCOPE,
        "extension": [{"url": name, "valueString": _text(_plain(scope))} for name, scope in said],
    }


def _plain(scope: frozenset[str] | Anything) -> object:
    return scope.value if isinstance(scope, Anything) else sorted(str(value) for value in scope)


def _period(data: dict[str, Any]) -> Resource:
    period = {"start": data["valid_from"]}
    return period if data["valid_until"] is None else period | {"end": data["valid_until"]}


def _identifier(system: str, value: str) -> Resource:
    return {"system": system, "value": value}


def _concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}
