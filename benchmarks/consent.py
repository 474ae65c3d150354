"""Speed of consent decisions on one core, plain and explained, beside Cedar's binding in the same run.

Usage: python benchmarks/consent.py [people]. The last line is JSON.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import cedarpy

from bnl.consent.compiled import CompiledPerson, compile_person
from bnl.consent.decide import decide, decide_many
from bnl.consent.facts import PersonFacts, RecordFacts
from bnl.consent.policy import Policy, compile_policy
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement
from bnl.domain.consent import Grant
from bnl.domain.identifiers import AgencyId, RecordId
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.request import Request
from bnl.domain.vocabulary import AgencyKind

NOW = datetime(2026, 6, 15, tzinfo=UTC)
DAY = timedelta(days=1)
AGENCIES = {
    AgencyId(name): Agency(agency_id=AgencyId(name), name=name, kind=kind)
    for name, kind in (
        ("council", AgencyKind.LOCAL_AUTHORITY),
        ("charity", AgencyKind.CHARITY),
        ("hospital", AgencyKind.HEALTH),
    )
}
CATEGORIES = ("identity", "contact", "location", "housing", "household", "employment", "finance")
GRANTS, SLICE, ROUNDS = 6, 1000, 5


def agreement() -> Agreement:
    """Four clauses, two of which cover the request."""
    clauses: list[dict[str, Any]] = [
        {"clause_id": "agreed", "basis": "consent", "agencies": "any", "categories": CATEGORIES},
        {"clause_id": "law", "basis": "public_task", "agencies": ["council"], "categories": ["housing"]},
        {"clause_id": "care", "basis": "public_task", "agencies": ["hospital"], "categories": ["identity"]},
        {"clause_id": "work", "basis": "consent", "agencies": ["charity"], "categories": ["employment"]},
    ]
    common = {"roles": "any", "purposes": "any", "actions": ["view", "search"]}
    return Agreement.model_validate(
        {
            "agreement_id": "county",
            "parties": list(AGENCIES),
            "valid_from": NOW - 100 * DAY,
            "open_ended": True,
            "recorded_at": NOW,
            "clauses": [clause | common for clause in clauses],
        }
    )


def grant(rng: Random, person: int, number: int) -> Grant:
    """A permit, or one time in four a forbid, that names some agencies, purposes and categories."""
    fields: dict[str, Any] = {
        "grant_id": f"g{person}_{number}",
        "record_id": f"r{person}",
        "agencies": rng.sample(list(AGENCIES), 2),
        "users": "any",
        "roles": "any",
        "areas": "any",
        "actions": ["view", "search"],
        "purposes": rng.sample(["housing_support", "outreach", "allocation"], 2),
        "categories": rng.sample(CATEGORIES, rng.randint(1, 4)),
        "valid_from": NOW - 50 * DAY,
        "recorded_at": NOW - 50 * DAY,
        "given_by": {"reference": f"p{person}", "capacity": "self"},
    }
    if rng.random() < 0.25:
        return Grant.model_validate(fields | {"effect": "forbid"})
    permit = {"effect": "permit", "basis": "consent", "relying_party": "charity", "open_ended": True}
    return Grant.model_validate(fields | permit)


def people(count: int, policy: Policy) -> list[CompiledPerson]:
    """People of one record and six grants each, no two alike."""
    rng = Random(1)
    return [
        compile_person(
            PersonFacts(
                records=(RecordFacts(RecordId(f"r{i}"), AgencyId("charity")),),
                grants=tuple(grant(rng, i, k) for k in range(GRANTS)),
            ),
            policy,
        )
        for i in range(count)
    ]


def rate(work: Callable[[list[CompiledPerson]], object], crowd: list[CompiledPerson]) -> dict[str, float]:
    """Decisions per second of CPU, slice by slice: the best, which was least disturbed, and the median."""
    rates = []
    for begin in [*range(0, len(crowd), SLICE)] * ROUNDS:
        some = crowd[begin : begin + SLICE]
        begun = time.process_time()
        work(some)
        rates.append(len(some) / (time.process_time() - begun))
    return {"best": round(max(rates)), "median": round(statistics.median(rates))}


def cedar_policies() -> str:
    """Six policies over the same dimensions, written for Cedar."""
    text = "permit(principal, action, resource) when {{ {when} }};"
    when = (
        '["council", "charity"].contains(context.agency) && ["view", "search"].contains(context.action) && '
        '["housing_support", "outreach"].contains(context.purpose) && '
        '["{category}"].contains(context.category)'
    )
    return "\n".join(text.format(when=when.format(category=category)) for category in CATEGORIES[:GRANTS])


def cedar_rate(crowd: list[CompiledPerson]) -> dict[str, float]:
    """Authorisations per second of Cedar's binding, in batches, for one category each."""
    context = {"agency": "council", "action": "view", "purpose": "housing_support", "category": "housing"}
    asked = {"principal": 'U::"u"', "action": 'Action::"a"', "resource": 'R::"r"', "context": context}
    policies = cedar_policies()
    return rate(lambda some: cedarpy.is_authorized_batch([asked] * len(some), policies, []), crowd)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    policy = compile_policy([agreement()], AGENCIES)
    begun = time.process_time()
    crowd = people(count, policy)
    compiled = count / (time.process_time() - begun)
    request = Request.model_validate(
        {
            "actor": {"agency_id": "council", "user_id": "u1", "role": "housing_officer"},
            "action": "view",
            "purpose": "housing_support",
            "moment": NOW,
        }
    )
    gc.freeze()  # what is loaded once is not to be walked by every collection
    seen = sum(decision.exists for decision in decide_many(request, crowd, policy))
    results = {
        "people": count,
        "fields": len(FIELD_CATEGORY),
        "grants_per_person": GRANTS,
        "seen": seen,
        "decisions_per_s": rate(lambda some: decide_many(request, some, policy), crowd),
        "one_by_one_per_s": rate(lambda some: [decide(request, one, policy) for one in some], crowd),
        "explained_per_s": rate(
            lambda some: [decision.findings() for decision in decide_many(request, some, policy)], crowd
        ),
        "people_made_and_compiled_per_s": round(compiled),
        "cedarpy_per_s": cedar_rate(crowd),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
    }
    cedar = results["cedarpy_per_s"]["best"]  # type: ignore[index]
    results["ratio_to_cedarpy"] = round(results["decisions_per_s"]["best"] / cedar, 1)  # type: ignore[index]
    for name, value in results.items():
        print(f"{name:32} {value}")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
