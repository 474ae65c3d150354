"""Agreements: a version that contradicts itself is refused, a sound one survives storing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from bnl.domain.agreement import Agreement, Citation, Clause, PolicyDocument

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
CLAUSE: dict[str, Any] = {
    "clause_id": "c1",
    "agencies": {"council"},
    "roles": "any",
    "purposes": {"outreach", "allocation"},
    "actions": {"view"},
    "categories": {"identity", "health"},
    "basis": "legal_obligation",
    "citations": (
        {"categories": {"health"}, "condition": "sch1_1_social_protection", "policy_document": "apd"},
    ),
}
AGREEMENT: dict[str, Any] = {
    "agreement_id": "county",
    "parties": {"council", "charity"},
    "valid_from": NOW,
    "open_ended": True,
    "recorded_at": NOW,
    "clauses": (CLAUSE,),
    "policy_documents": (
        {"document_id": "apd", "title": "Policy", "owner": "council", "reviewed_on": date(2026, 1, 1)},
    ),
    "break_glass_roles": {"manager"},
    "emergency_categories": {"identity", "contact"},
}


def test_a_sound_agreement_survives_storing_in_one_order() -> None:
    made = Agreement(**AGREEMENT)
    assert Agreement.model_validate_json(made.model_dump_json()) == made
    assert '"parties":["charity","council"]' in made.model_dump_json()
    assert '"emergency_categories":["contact","identity"]' in made.model_dump_json()
    assert '"purposes":["allocation","outreach"]' in made.model_dump_json()


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"open_ended": False}, id="no_end"),
        pytest.param({"valid_until": NOW + timedelta(1)}, id="two_ends"),
        pytest.param({"open_ended": False, "valid_until": NOW}, id="empty_time"),
        pytest.param({"parties": set()}, id="no_party"),
        pytest.param({"parties": {"charity"}}, id="clause_of_no_party"),
        pytest.param({"clauses": (CLAUSE, CLAUSE)}, id="id_twice"),
        pytest.param({"agreement_id": ""}, id="no_id"),
        pytest.param({"version": 0}, id="version"),
        pytest.param({"break_glass_roles": {"anybody"}}, id="unknown_role"),
        pytest.param({"valid_from": NOW.replace(tzinfo=None)}, id="naive"),
    ],
)
def test_an_agreement_that_contradicts_itself_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Agreement(**AGREEMENT | fields)


def test_an_agreement_may_state_its_end() -> None:
    until = NOW + timedelta(1)
    assert Agreement(**AGREEMENT | {"open_ended": False, "valid_until": until}).valid_until == until


@pytest.mark.parametrize("basis", ["legal_obligation", "vital_interests", "safeguarding"])
def test_some_bases_stand_against_soft_forbids(basis: str) -> None:
    assert Clause(
        **CLAUSE | {"basis": basis, "stands_against_soft_forbids": True}
    ).stands_against_soft_forbids


@pytest.mark.parametrize(
    "basis", ["consent", "contract", "public_task", "legitimate_interests", "recognised_legitimate_interests"]
)
def test_the_other_bases_do_not(basis: str) -> None:
    with pytest.raises(ValidationError, match="stand against"):
        Clause(**CLAUSE | {"basis": basis, "stands_against_soft_forbids": True})


@pytest.mark.parametrize("name", ["agencies", "roles", "purposes", "actions", "categories"])
@pytest.mark.parametrize("value", [None, (), "everything"])
def test_a_clause_says_every_dimension(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Clause(**CLAUSE | {name: value})


def test_citations_and_documents_name_what_they_are_about() -> None:
    with pytest.raises(ValidationError):
        Citation(categories=frozenset(), condition="vital_interests")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        PolicyDocument(document_id="", title="", owner="x", reviewed_on=date(2026, 1, 1))  # type: ignore[arg-type]
