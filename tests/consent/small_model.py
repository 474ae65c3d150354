"""A model small enough to try every case of: one person, two records, every few grants from a short list."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from typing import Any

from bnl.consent.compiled import CompiledPerson, compile_person
from bnl.consent.decide import decide
from bnl.consent.facts import PersonFacts, RecordFacts
from bnl.consent.policy import Policy, compile_policy
from bnl.domain.agreement import Clause
from bnl.domain.consent import CorruptGrant, Grant
from bnl.domain.request import Request
from tests.consent.build import (
    AGENCIES,
    DAY,
    NOW,
    ONE,
    TWO,
    actor,
    agreement,
    clause,
    forbid,
    giver,
    permit,
    record,
)
from tests.consent.build import request as ask

Grants = tuple[Grant, ...]
Masks = tuple[int, ...]

RECORDS = (record(ONE, "charity", born="2009-06-01"), record(TWO, "hospital"))
MUM = giver("mum", "parental_responsibility")
SOON = {"valid_from": NOW + 2 * DAY}
OVER = {"valid_until": NOW + 2 * DAY}


def _permits() -> Iterator[Grant]:
    shapes: tuple[dict[str, Any], ...] = (
        {},
        {"categories": {"identity"}},
        {"agencies": {"council"}},
        {"purposes": {"linkage"}},
        {"areas": None},
        SOON,
        OVER,
        {"given_by": MUM},
        {"categories": {"health"}, "condition": "explicit_consent"},
        {"supersedes": ("f0",)},
        {"supersedes": ("f1",), "record_id": TWO},
        {"record_id": TWO},
        {"record_id": TWO, "categories": {"identity", "housing"}},
    )
    for i, shape in enumerate(shapes):
        yield permit(**({"grant_id": f"p{i}"} | shape))


def _forbids() -> Iterator[Grant]:
    shapes: tuple[dict[str, Any], ...] = (
        {},
        {"categories": {"identity"}},
        {"agencies": {"council"}, "categories": {"housing"}},
        {"agencies": {"refuge"}},
        {"categories": {"existence"}, "record_id": TWO},
        {"purposes": {"linkage"}},
        {"given_by": MUM},
        {"categories": {"identity"}, "hard": True},
        {"hard": True, "record_id": TWO, "categories": {"housing"}},
        {"areas": {"Oxford"}, "categories": {"identity"}},
        SOON | {"categories": {"housing"}},
        OVER | {"categories": {"housing"}},
    )
    for i, shape in enumerate(shapes):
        yield forbid(**({"grant_id": f"f{i}"} | shape))


POOL: Grants = (*_permits(), *_forbids())

EXPLICIT = ({"categories": {"health"}, "condition": "explicit_consent"},)
CLAUSES: tuple[Clause, ...] = (
    clause(clause_id="a", categories={"identity", "housing"}),
    clause(clause_id="b", categories={"health"}, citations=EXPLICIT),
    clause(clause_id="c", agencies={"council"}, categories={"housing"}, basis="public_task"),
    clause(
        clause_id="d", categories={"identity"}, basis="legal_obligation", stands_against_soft_forbids=True
    ),
)
PAPERS = tuple(some for n in range(len(CLAUSES) + 1) for some in combinations(CLAUSES, n))

REQUESTS: tuple[Request, ...] = tuple(
    ask(actor(agency, "navigator", area=area), purpose=purpose, moment=NOW + days * DAY)
    for agency, purpose, days, area in product(
        ("council", "refuge"), ("outreach", "linkage"), (0, 3), (None, "Oxford")
    )
)


@cache
def policies() -> tuple[Policy, ...]:
    """One policy for each set of clauses."""
    return tuple(compile_policy([agreement(*some)] if some else [], AGENCIES) for some in PAPERS)


def facts(
    grants: tuple[Grant | CorruptGrant, ...], records: tuple[RecordFacts, ...] = RECORDS, **more: Any
) -> PersonFacts:
    """A person of the model with some grants."""
    return PersonFacts(records=records, grants=grants, **more)


def compiled(person: PersonFacts) -> CompiledPerson:
    """The person compiled; agreements play no part in it."""
    return compile_person(person, policies()[-1])


def masks(person: CompiledPerson | PersonFacts, request: Request, policy: Policy) -> Masks:
    """What the request may have of each record."""
    return decide(request, person, policy).allowed


def within(inner: Masks, outer: Masks) -> bool:
    """Whether nothing is in one that is not in the other."""
    return all(not one & ~other for one, other in zip(inner, outer, strict=True))


def questions() -> Iterator[tuple[Request, Policy]]:
    """Every request under every set of clauses."""
    yield from product(REQUESTS, policies())


def few_grants(most: int) -> Iterator[Grants]:
    """Every set of at most so many grants."""
    for count in range(most + 1):
        yield from combinations(POOL, count)
