"""Audit entries as FHIR AuditEvents, for whoever collects audit trails of several systems."""

from __future__ import annotations

from typing import TypeAlias

from bnl.domain.audit import AuditEntry

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool"

_SYSTEM = "urn:bnl:"
_OUTCOMES = "http://hl7.org/fhir/issue-severity"
_OUTCOME_DETAILS = "http://hl7.org/fhir/issue-type"
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_PARTICIPATIONS = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"

_OUTCOME = {
    "permit": ("success", "informational"),
    "partial": ("warning", "suppressed"),
    "deny": ("error", "forbidden"),
}
_ACTION = {
    "collect": "C",
    "update": "U",
    "search": "R",
    "view": "R",
    "export": "R",
    "refer": "R",
    "report": "R",
}
_OTHER_ACTION = "E"


def audit_event(entry: AuditEntry, origin: str) -> dict[str, Json]:
    """Write an entry as a FHIR AuditEvent.

    It names no person: subjects stand in it as the entry has them, by number and root.

    Args:
        entry: The entry, of a permitted, a denied or a partly permitted act.
        origin: Name of the log, as its checkpoints give it.

    Returns:
        The resource as JSON; the same entry gives the same resource.

    Source:
        HL7 FHIR R5, AuditEvent.
    """
    outcome, reason = _OUTCOME[entry.decision]
    event: dict[str, Json] = {
        "resourceType": "AuditEvent",
        "id": f"entry-{entry.sequence}",
        "category": [_concept(_CATEGORIES, "rest")],
        "code": _concept(_SYSTEM + "action", entry.action),
        "action": _ACTION.get(entry.action, _OTHER_ACTION),
        "occurredDateTime": entry.time,
        "recorded": entry.time,
        "outcome": {"code": _coding(_OUTCOMES, outcome), "detail": [_concept(_OUTCOME_DETAILS, reason)]},
        "agent": [_user(entry), _agency(entry)],
        "source": {"observer": {"identifier": {"system": _SYSTEM + "log", "value": origin}}},
        "entity": [_subjects(entry), *(_row(table, key, version) for table, key, version, _ in entry.rows)],
    }
    authorization = [
        _concept(_SYSTEM + system, code)
        for system, code in (("purpose", entry.purpose), ("lawful-basis", entry.lawful_basis))
        if code
    ]
    if authorization:
        event["authorization"] = [*authorization]
    return event


def _user(entry: AuditEntry) -> Json:
    agent: dict[str, Json] = {
        "type": _concept(_PARTICIPATIONS, "AUT"),
        "who": {"identifier": {"system": _SYSTEM + "actor", "value": entry.actor}},
        "requestor": True,
    }
    if entry.grants:
        agent["policy"] = [f"{_SYSTEM}grant:{grant}" for grant in entry.grants]
    return agent


def _agency(entry: AuditEntry) -> Json:
    return {
        "type": _concept(_PARTICIPATIONS, "CST"),
        "who": {"identifier": {"system": _SYSTEM + "agency", "value": entry.agency}},
        "requestor": False,
    }


def _subjects(entry: AuditEntry) -> Json:
    details: list[Json] = [
        {"type": _concept(_SYSTEM + "detail", "subject-count"), "valueInteger": entry.subject_count},
    ]
    for name, value in sorted(entry.details.items()):
        kind = "valueInteger" if isinstance(value, int) else "valueString"
        details.append({"type": _concept(_SYSTEM + "detail", name), kind: value})
    what: Json = {"identifier": {"system": _SYSTEM + "subjects-root", "value": entry.subjects_root}}
    return {"what": what, "detail": details}


def _row(table: str, key: str, version: int) -> Json:
    return {"what": {"identifier": {"system": f"{_SYSTEM}row:{table}", "value": f"{key}/{version}"}}}


def _concept(system: str, code: str) -> dict[str, Json]:
    return {"coding": [_coding(system, code)]}


def _coding(system: str, code: str) -> dict[str, Json]:
    return {"system": system, "code": code}
