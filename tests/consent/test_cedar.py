"""Cedar, an engine written by others, matches and combines random policy sets as this one does."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import cedarpy
import pytest

from bnl.consent.decide import decide
from bnl.consent.policy import compile_policy
from bnl.domain.agreement import Agreement, Clause
from bnl.domain.consent import Grant
from bnl.domain.identifiers import RecordId
from bnl.domain.request import Request
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, LawfulBasis, Purpose, Role
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import AGENCIES as KNOWN
from tests.consent.build import (
    DAY,
    NOW,
    ONE,
    TWO,
    agreement,
    clause,
    forbid,
    giver,
    permit,
    person,
    record,
    request,
)
from tests.consent.cedar import policies, question
from tests.consent.worlds import some

AGENCIES = ("council", "refuge", "landlord")
USERS, AREAS = ("ann", "bob"), ("oxford", "witney")
ROLES = (Role.HOUSING_OFFICER, Role.NAVIGATOR, Role.MANAGER)
PURPOSES = (Purpose.HOUSING_SUPPORT, Purpose.OUTREACH, Purpose.LINKAGE)
ACTIONS = (Action.VIEW, Action.SEARCH, Action.UPDATE)
CATEGORIES = (C.EXISTENCE, C.IDENTITY, C.LOCATION, C.HOUSING)
PAIRS = [(one, category) for one in (ONE, TWO) for category in CATEGORIES]
SETS_IN_A_TEST_RUN, SETS_IN_A_LONG_RUN, CHUNKS = 20_000, 1_000_000, 20


def maybe(rng: Random, values: Any, *, silent: float = 0.0) -> Any:
    draw = rng.random()
    return None if draw < silent else ANY if draw < 0.6 else some(rng, values)


def one_clause(rng: Random, number: int) -> Clause:
    basis = rng.choice(["consent", "consent", "legal_obligation"])
    received = rng.random() < 0.05
    return clause(
        clause_id=f"c{number}",
        agencies=maybe(rng, AGENCIES),
        roles=ANY if received else maybe(rng, ROLES),
        purposes=maybe(rng, PURPOSES),
        actions=frozenset({Action.VIEW}) if received else maybe(rng, ACTIONS),
        received_only=received,
        categories=some(rng, CATEGORIES),
        basis=basis,
        stands_against_soft_forbids=basis == "legal_obligation" and rng.random() < 0.5,
    )


def one_agreement(rng: Random, number: int) -> Agreement:
    clauses = [one_clause(rng, k) for k in range(rng.randint(1, 2))]
    return agreement(
        *clauses,
        agreement_id=f"a{number}",
        parties=frozenset(KNOWN),
        break_glass_roles=some(rng, ROLES, least=0),
        emergency_categories=some(rng, CATEGORIES, least=0),
    )


def one_grant(rng: Random, number: int) -> Grant:
    make, silent = (permit, 0.02) if rng.random() < 0.6 else (forbid, 0.3)
    until = rng.choice([None, None, NOW + DAY * rng.randint(4, 9)])
    dimensions = {
        "agencies": maybe(rng, AGENCIES, silent=silent),
        "users": maybe(rng, USERS, silent=silent),
        "roles": maybe(rng, ROLES, silent=silent),
        "actions": maybe(rng, ACTIONS, silent=silent),
        "purposes": maybe(rng, PURPOSES, silent=silent),
        "areas": maybe(rng, AREAS, silent=silent),
        "categories": some(rng, CATEGORIES) if rng.random() < 0.8 else ANY,
    }
    fields: dict[str, Any] = dimensions | ({} if until is None else {"valid_until": until})
    if make is forbid:
        fields["hard"] = rng.random() < 0.4
    return make(
        grant_id=f"gra_{number}",
        record_id=rng.choice([ONE, TWO]),
        valid_from=NOW + DAY * rng.randint(-9, 3),
        given_by=giver(f"p{number}"),
        **fields,
    )


def one_request(rng: Random) -> Request:
    who = {"agency_id": rng.choice(AGENCIES), "user_id": rng.choice(USERS), "role": rng.choice(ROLES)}
    asked = request(
        action=rng.choice(ACTIONS), purpose=rng.choice(PURPOSES), moment=NOW + DAY * rng.randint(-9, 9)
    )
    urgent = {"reason": "fire", "basis": LawfulBasis.VITAL_INTERESTS} if rng.random() < 0.3 else None
    actor = {**who, "area": rng.choice([None, *AREAS])}
    return Request.model_validate(asked.model_dump() | {"actor": actor, "override": urgent})


@cache
def pools() -> tuple[list[Agreement], list[Grant], list[Request]]:
    """Parts from which sets are put together: cheap to draw from, and still more sets than are ever drawn."""
    rng = Random("pools")
    return (
        [one_agreement(rng, i) for i in range(300)],
        [one_grant(rng, i) for i in range(1500)],
        [one_request(rng) for _ in range(600)],
    )


def agrees(rng: Random) -> tuple[int, int]:
    """Draw one set and one request, compare two of its answers, and count permits and denials."""
    agreements, grants, requests = pools()
    papers, held = rng.sample(agreements, rng.choice([1, 1, 1, 2])), rng.sample(grants, rng.randint(0, 4))
    asked = rng.choice(requests)
    facts = person(*held, records=(record(ONE, "charity"), record(TWO, "hospital")))
    decision = decide(asked, facts, compile_policy(papers, KNOWN))
    pairs = rng.sample(PAIRS, 2)
    answers = cedarpy.is_authorized_batch(
        [question(asked, one, category) for one, category in pairs], policies(papers, held), []
    )
    for (one, category), answer in zip(pairs, answers, strict=True):
        assert not answer.diagnostics.errors
        assert answer.allowed == decision.permits(RecordId(one), category), (one, category, papers, asked)
    permitted = sum(answer.allowed for answer in answers)
    return permitted, len(pairs) - permitted


def check(chunk: int, count: int) -> None:
    permitted = denied = 0
    for i in range(count):
        yes, no = agrees(Random(f"cedar {chunk} {i}"))
        permitted, denied = permitted + yes, denied + no
    assert min(permitted, denied) > (permitted + denied) // 20


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_cedar_agrees(chunk: int) -> None:
    check(chunk, SETS_IN_A_TEST_RUN // CHUNKS)


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(100, 100 + CHUNKS))
def test_cedar_agrees_on_a_million(chunk: int) -> None:
    check(chunk, SETS_IN_A_LONG_RUN // CHUNKS)
