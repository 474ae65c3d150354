"""FHIR AuditEvents: permits and denials, with all that the standard asks for and no person in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from bnl.audit.fhir import audit_event
from bnl.domain.audit import AuditEntry
from bnl.domain.commitment import RowWrite
from tests.audit.note_keys import ORIGIN
from tests.audit_entries import entries, entry, with_subjects


def event(made: AuditEntry) -> Any:
    return json.loads(json.dumps(audit_event(made, ORIGIN)))


def codes(concepts: list[Any]) -> list[str]:
    return [concept["coding"][0]["code"] for concept in concepts]


def test_a_permit_is_written_as_by_hand() -> None:
    rows = [RowWrite("record", "rec_a", 2, b"c" * 32)]
    made = event(entry(3, rows=rows, details={"shown": 2, "receipt": "rcp_1"}))
    assert made["resourceType"] == "AuditEvent"
    assert made["id"] == "entry-3"
    assert made["recorded"] == made["occurredDateTime"] == "2026-01-31T09:00:03.000000Z"
    assert made["action"] == "R"
    assert made["code"]["coding"] == [{"system": "urn:bnl:action", "code": "view"}]
    assert made["outcome"]["code"] == {"system": "http://hl7.org/fhir/issue-severity", "code": "success"}
    assert codes(made["authorization"]) == ["outreach", "public_task"]
    assert made["source"]["observer"]["identifier"]["value"] == ORIGIN
    user, agency = made["agent"]
    assert (user["who"]["identifier"]["value"], user["requestor"]) == ("user_7", True)
    assert user["policy"] == ["urn:bnl:grant:gra_a"]
    assert (agency["who"]["identifier"]["value"], agency["requestor"]) == ("shelter", False)
    subjects, row = made["entity"]
    assert subjects["detail"] == [
        {"type": coded("urn:bnl:detail", "subject-count"), "valueInteger": 0},
        {"type": coded("urn:bnl:detail", "receipt"), "valueString": "rcp_1"},
        {"type": coded("urn:bnl:detail", "shown"), "valueInteger": 2},
    ]
    assert row == {"what": {"identifier": {"system": "urn:bnl:row:record", "value": "rec_a/2"}}}


def coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def named(system: str, value: str) -> dict[str, Any]:
    return {"identifier": {"system": system, "value": value}}


def test_a_denial_is_written_whole_as_by_hand() -> None:
    made = entry(3, decision="deny", grants=("gra_a", "cla_b"), details={"shown": 0})
    participation = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
    assert event(made) == {
        "resourceType": "AuditEvent",
        "id": "entry-3",
        "category": [coded("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest")],
        "code": coded("urn:bnl:action", "view"),
        "action": "R",
        "occurredDateTime": "2026-01-31T09:00:03.000000Z",
        "recorded": "2026-01-31T09:00:03.000000Z",
        "outcome": {
            "code": {"system": "http://hl7.org/fhir/issue-severity", "code": "error"},
            "detail": [coded("http://hl7.org/fhir/issue-type", "forbidden")],
        },
        "authorization": [
            coded("urn:bnl:purpose", "outreach"),
            coded("urn:bnl:lawful-basis", "public_task"),
        ],
        "agent": [
            {
                "type": coded(participation, "AUT"),
                "who": named("urn:bnl:actor", "user_7"),
                "requestor": True,
                "policy": ["urn:bnl:grant:gra_a", "urn:bnl:grant:cla_b"],
            },
            {
                "type": coded(participation, "CST"),
                "who": named("urn:bnl:agency", "shelter"),
                "requestor": False,
            },
        ],
        "source": {"observer": named("urn:bnl:log", ORIGIN)},
        "entity": [
            {
                "what": named("urn:bnl:subjects-root", made.subjects_root),
                "detail": [
                    {"type": coded("urn:bnl:detail", "subject-count"), "valueInteger": 0},
                    {"type": coded("urn:bnl:detail", "shown"), "valueInteger": 0},
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("decision", "outcome", "reason"),
    [
        pytest.param("permit", "success", "informational", id="permit"),
        pytest.param("partial", "warning", "suppressed", id="partial"),
        pytest.param("deny", "error", "forbidden", id="deny"),
    ],
)
def test_every_decision_has_an_outcome(decision: str, outcome: str, reason: str) -> None:
    made = event(entry(0, decision=decision))
    assert made["outcome"]["code"]["code"] == outcome
    assert codes(made["outcome"]["detail"]) == [reason]


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("collect", "C"),
        ("update", "U"),
        ("search", "R"),
        ("view", "R"),
        ("export", "R"),
        ("refer", "R"),
        ("report", "R"),
        ("link", "E"),
        ("keys.rotate", "E"),
    ],
)
def test_every_action_has_a_letter(action: str, code: str) -> None:
    assert event(entry(0, action=action))["action"] == code


def test_what_is_not_known_is_left_out() -> None:
    made = event(entry(0, purpose="", lawful_basis="", grants=()))
    assert "authorization" not in made
    assert "policy" not in made["agent"][0]


def test_subjects_stand_by_number_and_root() -> None:
    made, _ = with_subjects(0, 3)
    held = event(made)["entity"][0]
    assert held["what"]["identifier"]["value"] == made.subjects_root
    assert held["detail"][0]["valueInteger"] == 3


@given(entries())
def test_every_entry_gives_what_the_standard_asks_for(made: AuditEntry) -> None:
    written = event(made)
    assert written == event(made)
    assert {"resourceType", "code", "recorded", "agent", "source"} <= written.keys()
    assert all("who" in agent for agent in written["agent"])
    assert "observer" in written["source"]
    assert written["action"] in "CRUDE"
    assert empty_places(written) == []
    assert len(written["entity"]) == 1 + len(made.rows)


def empty_places(value: Any, place: str = "") -> list[str]:
    """FHIR allows no empty list, object or text anywhere."""
    if isinstance(value, dict):
        found = [hit for key, held in value.items() for hit in empty_places(held, f"{place}.{key}")]
    elif isinstance(value, list):
        found = [hit for at, held in enumerate(value) for hit in empty_places(held, f"{place}[{at}]")]
    else:
        found = []
    return [*found, place] if value in ({}, [], "", None) else found
