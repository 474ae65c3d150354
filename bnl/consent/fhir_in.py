"""FHIR R5 Consent, in: a resource as grants that let through no more than it does, or a refusal.

An inner deny is subtracted from its parent; an inner permit is taken only under the root. A dimension the
resource leaves out means everything in FHIR and nothing in a permit here, so it is refused, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from bnl.consent.fhir_terms import (
    AGENCY,
    BASIS,
    CONSENT_ACTION,
    DETAILS,
    DIMENSIONS,
    ELEMENT,
    EVIDENCE,
    GIVER,
    GRANT_ID,
    SCOPE,
    STANDARD_ACTIONS,
    URN,
    listed,
    only,
)
from bnl.consent.subtract import Extent, subtract
from bnl.domain.base import UtcDateTime
from bnl.domain.consent import Grant
from bnl.domain.identifiers import RecordId
from bnl.domain.scope import Scope
from bnl.domain.vocabulary import Capacity, Effect
from bnl.errors import InvalidValue

_ROOT: Final = {
    "resourceType", "id", "meta", "text", "language", "identifier", "status", "category", "subject", "date",
    "period", "grantor", "controller", "regulatoryBasis", "sourceReference", "decision", "provision",
    "extension", "modifierExtension",
}  # fmt: skip
_PROVISION: Final = {"id", "period", "modifierExtension", "provision", *ELEMENT.values()}
_MOMENT: Final[TypeAdapter[datetime]] = TypeAdapter(UtcDateTime)
_SCOPES: Final[Mapping[str, TypeAdapter[Any]]] = {
    name: TypeAdapter(Scope[value or str])  # type: ignore[arg-type,misc]
    for name, value in DIMENSIONS.items()
}


def from_fhir(
    resource: object, *, record_id: RecordId, recorded_at: datetime, capacity: Capacity | None = None
) -> tuple[Grant, ...]:
    """Read a FHIR R5 Consent into grants.

    Args:
        resource: The resource as JSON data.
        record_id: The source record the grants are recorded on; whose subject it is, the caller has found.
        recorded_at: When the register learns of them (UTC).
        capacity: In what capacity the grantor spoke, if the resource does not say.

    Returns:
        One grant, or one for each permitted provision that leaves anything.

    Raises:
        InvalidValue: If it is not active, or says anything that cannot be taken over exactly.
    """
    root = only(resource, _ROOT, "The consent")
    if root.get("resourceType") != "Consent" or root.get("status") != "active":
        raise InvalidValue("This is not an active Consent.", "Only consents in force are taken over.")
    common = _common(root, capacity) | {"record_id": record_id, "recorded_at": recorded_at}
    grant_id = _identifier(_one(root, "identifier"), GRANT_ID)
    effect, extents = _extents(root)
    grants = []
    for i, extent in enumerate(extents):
        number = grant_id if len(extents) == 1 else f"{grant_id}.{i + 1}"
        grants.append(_grant(common, number, effect, extent))
    return tuple(grants)


def _extents(root: Mapping[str, Any]) -> tuple[Effect, list[Extent]]:
    """Return what the resource permits or forbids, with every inner deny taken out."""
    provisions = listed(root.get("provision"), "provision")
    here = Extent(_scopes(root), *_period(root.get("period")))
    decision = root.get("decision")
    if decision == "deny" and not provisions:
        return Effect.FORBID, [here]
    if decision == "permit":
        return Effect.PERMIT, _without_denies(_whole(here), provisions)
    if decision != "deny":
        raise InvalidValue("The consent has no decision.", "It is permit or deny.")
    if here.scopes or (here.start, here.end) != (None, None):
        raise InvalidValue("A consent with provisions states its scope and period in them, not at the root.")
    found: list[Extent] = []
    for one in provisions:
        provision = only(one, _PROVISION, "A provision")
        extent = Extent(_scopes(provision), *_period(provision.get("period")))
        found += _without_denies(_whole(extent), listed(provision.get("provision"), "provision"))
    return Effect.PERMIT, found


def _whole(permit: Extent) -> Extent:
    unsaid = [name for name in DIMENSIONS if permit.scopes.get(name) is None]
    if unsaid:
        raise InvalidValue(
            f"The consent permits without saying {', '.join(unsaid)}.",
            "FHIR means everything by that; say what is meant.",
        )
    return permit


def _without_denies(permit: Extent, denies: list[Any]) -> list[Extent]:
    left: Extent | None = permit
    for one in denies:
        deny = only(one, _PROVISION, "An inner provision")
        if deny.get("provision"):
            raise InvalidValue(
                "A permit inside a deny inside a permit is not taken over.", "Permit it under the root."
            )
        if left is not None:
            extent = Extent(_scopes(deny), *_period(deny.get("period")))
            left = subtract(left, extent)
    return [] if left is None else [left]


def _common(root: Mapping[str, Any], capacity: Capacity | None) -> dict[str, Any]:
    """Return the fields of the grant that are not its extent."""
    facts = _facts(root.get("extension"), DETAILS)
    giver = facts.get("given_by")
    if giver is None:
        if capacity is None:
            raise InvalidValue("The consent does not say in what capacity it was given.", "Give it by hand.")
        giver = {"capacity": capacity, "reference": _identifier(_reference(_one(root, "grantor")), GIVER)}
    facts["given_by"] = giver
    if "controller" in root:
        facts["relying_party"] = _identifier(_reference(_one(root, "controller")), AGENCY)
    if "regulatoryBasis" in root:
        facts["basis"] = _coded(_one(root, "regulatoryBasis"), BASIS)
    facts["evidence"] = [
        _identifier(_reference(one), EVIDENCE)
        for one in listed(root.get("sourceReference"), "sourceReference")
    ]
    return facts


def _grant(common: dict[str, Any], grant_id: str, effect: Effect, extent: Extent) -> Grant:
    if extent.start is None:
        raise InvalidValue("The consent does not say from when it holds.", "Give a period with a start.")
    fields = {
        **common,
        **extent.scopes,
        "grant_id": grant_id,
        "effect": effect,
        "valid_from": extent.start,
        "valid_until": extent.end,
    }
    if effect is Effect.PERMIT:
        fields["open_ended"] = extent.end is None and bool(common.get("open_ended"))
    try:
        return Grant.model_validate(fields)
    except ValidationError as error:
        why = "; ".join(problem["msg"] for problem in error.errors())
        raise InvalidValue(f"The consent makes no grant that can stand: {why}.") from None


def _scopes(holder: Mapping[str, Any]) -> dict[str, Scope[str]]:
    """Return the dimensions a resource or provision states, from its elements and its modifier extension.

    A resource has none of the elements: it states its dimensions in the extension alone.
    """
    found: dict[str, Any] = {}
    for name, value in _facts(holder.get("modifierExtension"), SCOPE).items():
        if name not in DIMENSIONS:
            raise InvalidValue(f"The scope names {name}, which is no dimension of a grant.")
        found[name] = value
    for name, element in ELEMENT.items():
        if element not in holder:
            continue
        if name in found:
            raise InvalidValue(f"The provision states {name} twice.")
        found[name] = _values(name, listed(holder[element], element))
    try:
        return {name: _SCOPES[name].validate_python(value) for name, value in found.items()}
    except ValidationError:
        raise InvalidValue("The scope of the consent holds a value that is not known.") from None


def _values(name: str, elements: list[Any]) -> list[str]:
    if not elements:
        raise InvalidValue(f"The provision states {name} and lists none.")
    found: list[str] = []
    for one in elements:
        if name == "agencies":
            found.append(_identifier(_reference(only(one, {"reference"}, "actor").get("reference")), AGENCY))
        elif name == "purposes":
            found.append(_coding(one, f"{URN}{name}"))
        elif name == "actions" and _system(one) == CONSENT_ACTION:
            found.extend(_standard(_coded(one, CONSENT_ACTION)))
        else:
            found.append(_coded(one, f"{URN}{name}"))
    return found


def _standard(code: str) -> list[str]:
    if code not in STANDARD_ACTIONS:
        raise InvalidValue(f"The action {code} has no exact counterpart here.")
    return [action.value for action in STANDARD_ACTIONS[code]]


def _facts(extensions: object, url: str) -> dict[str, Any]:
    """Return the facts in an extension of the given address; any other extension is refused."""
    facts: dict[str, Any] = {}
    for one in listed(extensions, "extension"):
        extension = only(one, {"url", "extension"}, "An extension")
        if extension.get("url") != url:
            raise InvalidValue("The consent holds an extension that is not known.")
        for inner in listed(extension.get("extension"), "extension"):
            fact = only(inner, {"url", "valueString"}, "An extension")
            try:
                facts[str(fact["url"])] = json.loads(fact["valueString"])
            except (KeyError, TypeError, ValueError, RecursionError):
                raise InvalidValue("An extension of the consent cannot be read.") from None
    return facts


def _one(root: Mapping[str, Any], name: str) -> object:
    values = listed(root.get(name), name)
    if len(values) != 1:
        raise InvalidValue(f"The consent states {len(values)} times {name}; it takes exactly one.")
    return values[0]


def _reference(value: object) -> object:
    return only(value, {"identifier"}, "A reference").get("identifier")


def _identifier(value: object, system: str) -> str:
    found = only(value, {"system", "value"}, "An identifier")
    if found.get("system") != system or not isinstance(found.get("value"), str):
        raise InvalidValue(f"An identifier is not of the system {system}.")
    return str(found["value"])


def _coding(value: object, system: str) -> str:
    found = only(value, {"system", "code", "display"}, "A coding")
    if found.get("system") != system or not isinstance(found.get("code"), str):
        raise InvalidValue(f"A code is not of the system {system}.")
    return str(found["code"])


def _coded(value: object, system: str) -> str:
    concept = only(value, {"coding", "text"}, "A concept")
    codings = listed(concept.get("coding"), "coding")
    if len(codings) != 1:
        raise InvalidValue("A concept has not exactly one coding.")
    return _coding(codings[0], system)


def _system(value: object) -> object:
    codings = value.get("coding") if isinstance(value, Mapping) else None
    first = codings[0] if isinstance(codings, list) and codings else None
    return first.get("system") if isinstance(first, Mapping) else None


def _period(value: object) -> tuple[datetime | None, datetime | None]:
    if value is None:
        return None, None
    period = only(value, {"start", "end"}, "A period")
    try:
        bounds = [period.get("start"), period.get("end")]
        start, end = (None if one is None else _MOMENT.validate_python(one) for one in bounds)
    except ValidationError:
        raise InvalidValue("A period has a bound that is no instant in UTC.") from None
    return start, end
