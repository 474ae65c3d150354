"""Random worlds: agencies, agreements, people, grants and requests, small enough to collide often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from pydantic import ValidationError

from bnl.consent.facts import PersonFacts, RecordFacts
from bnl.domain.actor import Actor
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement, Citation, Clause, PolicyDocument
from bnl.domain.consent import CorruptGrant, Ending, Giver, Grant, ReferralConsent
from bnl.domain.identifiers import AgencyId, AgreementId, ClauseId, GrantId, RecordId, UserId
from bnl.domain.request import NEEDS_RECIPIENT, OVERRIDE_BASES, Override, Request
from bnl.domain.scope import ANY, Anything
from bnl.domain.vocabulary import (
    Action,
    AgencyKind,
    Capacity,
    Condition,
    Effect,
    EndingKind,
    FieldCategory,
    LawfulBasis,
    Purpose,
    Role,
)

T = TypeVar("T")

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)

AGENCIES = {
    AgencyId(name): Agency(
        agency_id=AgencyId(name), name=name, kind=kind, specified_body=body, housing_authority=housing
    )
    for name, kind, body, housing in (
        ("council", AgencyKind.LOCAL_AUTHORITY, True, True),
        ("charity", AgencyKind.CHARITY, False, False),
        ("hospital", AgencyKind.HEALTH, True, False),
        ("landlord", AgencyKind.HOUSING_PROVIDER, False, False),
        ("stranger", AgencyKind.OTHER, False, False),
        ("friend", AgencyKind.NON_AGENCY, False, False),
    )
}
NAMES = tuple(AGENCIES)
USERS = (UserId("ann"), UserId("bob"))
ROLES = (Role.HOUSING_OFFICER, Role.NAVIGATOR, Role.STEWARD)
PURPOSES = (Purpose.HOUSING_SUPPORT, Purpose.SAFEGUARDING, Purpose.LINKAGE, Purpose.STATISTICS)
ACTIONS = (Action.VIEW, Action.SEARCH, Action.EXPORT, Action.REFER, Action.LINK)
AREAS = ("Oxford", "Witney")
CATEGORIES = (
    FieldCategory.EXISTENCE,
    FieldCategory.IDENTITY,
    FieldCategory.LOCATION,
    FieldCategory.HEALTH,
    FieldCategory.CASE_NOTES,
    FieldCategory.RISK,
    FieldCategory.EQUALITY,
)
RECORDS = (RecordId("rec_1"), RecordId("rec_2"), RecordId("rec_3"))
GRANTS = tuple(GrantId(f"gra_{i}") for i in range(6))
DOCUMENTS = ("apd-1", "apd-2")
PEOPLE = ("person", "mother", "worker")


@dataclass(frozen=True)
class Made:
    """One random world and one request in it."""

    request: Request
    facts: PersonFacts
    agreements: tuple[Agreement, ...]


def some(rng: Random, values: Sequence[T], *, least: int = 1) -> frozenset[T]:
    return frozenset(rng.sample(values, rng.randint(least, len(values))))


def scope(rng: Random, values: Sequence[T], *, any_share: float = 0.6) -> frozenset[T] | Anything | None:
    draw = rng.random()
    if draw < any_share:
        return ANY
    return None if draw > 0.95 else some(rng, values)


def named(rng: Random, values: Sequence[T], *, any_share: float = 0.7) -> frozenset[T] | Anything:
    return ANY if rng.random() < any_share else some(rng, values)


def moment(rng: Random, *, spread: int = 20) -> datetime:
    return NOW + DAY * rng.randint(-spread, spread)


def attempt(rng: Random, make: Any) -> Any:
    """Draw until a noun lets itself be made."""
    while True:
        try:
            return make(rng)
        except ValidationError:
            continue


def make_clause(rng: Random, number: int) -> Clause:
    basis = rng.choice([LawfulBasis.CONSENT] * 8 + list(LawfulBasis))
    citations = tuple(
        Citation(
            categories=some(rng, CATEGORIES),
            condition=rng.choice([Condition.EXPLICIT_CONSENT, *Condition]),
            policy_document=rng.choice([None, *DOCUMENTS]),
            reason_not_asked=rng.choice([None, "asking would warn him", " "]),
        )
        for _ in range(rng.randint(0, 2))
    )
    received = rng.random() < 0.1
    return Clause(
        clause_id=ClauseId(f"c{number}"),
        agencies=named(rng, NAMES[:4]),
        roles=ANY if received else named(rng, ROLES),
        purposes=named(rng, PURPOSES),
        actions=frozenset({Action.VIEW}) if received else named(rng, ACTIONS),
        categories=named(rng, CATEGORIES, any_share=0.5),
        basis=basis,
        citations=citations,
        received_only=received,
        stands_against_soft_forbids=rng.random() < 0.3,
        onward_recipients=rng.choice([None, ANY, some(rng, NAMES)]),
    )


def make_agreement(rng: Random) -> Agreement:
    until = rng.choice([None] * 5 + [moment(rng)])
    return Agreement(
        agreement_id=AgreementId(rng.choice(["one", "two"])),
        version=rng.randint(1, 3),
        parties=frozenset(NAMES) if rng.random() < 0.8 else some(rng, NAMES),
        valid_from=NOW - DAY * rng.randint(-3, 30),
        valid_until=until,
        open_ended=until is None,
        recorded_at=NOW - DAY * 40,
        clauses=tuple(attempt(rng, lambda r, n=n: make_clause(r, n)) for n in range(rng.randint(1, 4))),
        policy_documents=tuple(
            PolicyDocument(document_id=d, title=d, owner=NAMES[0], reviewed_on=date(2026, 1, 1))
            for d in some(rng, DOCUMENTS, least=0)
        ),
        break_glass_roles=some(rng, ROLES, least=1),
        emergency_categories=some(rng, CATEGORIES, least=0),
    )


def make_grant(rng: Random, records: Sequence[RecordId], held: Sequence[GrantId]) -> Grant:
    permit = rng.random() < 0.65
    until = rng.choice([None] * 4 + [moment(rng)])
    capacity = rng.choice([Capacity.SELF, Capacity.SELF, *Capacity])
    common: dict[str, Any] = {
        "grant_id": rng.choice(GRANTS),
        "record_id": rng.choice(records),
        "agencies": scope(rng, NAMES, any_share=0.8),
        "users": scope(rng, USERS, any_share=0.85),
        "roles": scope(rng, ROLES, any_share=0.8),
        "actions": scope(rng, ACTIONS, any_share=0.8),
        "purposes": scope(rng, PURPOSES, any_share=0.7),
        "categories": scope(rng, CATEGORIES, any_share=0.4),
        "areas": scope(rng, AREAS, any_share=0.85),
        "valid_from": NOW - DAY * rng.randint(-1, 20),
        "valid_until": until,
        "recorded_at": NOW - DAY * rng.randint(0, 20),
        "given_by": Giver(
            reference=rng.choice(PEOPLE), capacity=capacity, competence=rng.choice([None, "assessed"])
        ),
    }
    if not permit:
        hard = rng.random() < 0.3
        return Grant(effect=Effect.FORBID, hard=hard, objection=not hard and rng.random() < 0.3, **common)
    return Grant(
        effect=Effect.PERMIT,
        basis=rng.choice([LawfulBasis.CONSENT] * 12 + list(LawfulBasis)),
        relying_party=rng.choice([*NAMES[:4] * 4, *NAMES, AgencyId("nobody")]),
        open_ended=until is None,
        supersedes=tuple(some(rng, held or GRANTS)) if rng.random() < 0.35 else (),
        onward_recipients=rng.choice([None, ANY, some(rng, NAMES)]),
        condition=rng.choice([None] * 5 + [Condition.EXPLICIT_CONSENT] * 5 + list(Condition)),
        policy_document=rng.choice([None, *DOCUMENTS]),
        reason_not_asked=rng.choice([None, "asking would warn him"]),
        referral=ReferralConsent(to_refer=True, contact_details=True, authority=rng.choice(NAMES))
        if rng.random() < 0.4
        else None,
        **common,
    )


def make_ending(rng: Random, grant: Grant) -> Ending:
    said = moment(rng)
    return Ending(
        grant_id=grant.grant_id,
        kind=rng.choice(list(EndingKind)),
        said_at=said,
        recorded_at=said + DAY * rng.randint(0, 3),
        given_by=Giver(reference=rng.choice(PEOPLE), capacity=rng.choice(list(Capacity))),
        stewards=(UserId("s1"), UserId("s2")),
        evidence=("letter",),
    )


def make_record(rng: Random, record_id: RecordId) -> RecordFacts:
    rare = rng.random
    born = None
    if rare() < 0.5:
        age = rng.choice([14, 15, 16, 17, 18, 40])
        day = date(2026 - age, 6, 15) + DAY * rng.randint(-3, 3)
        born = rng.choice([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4], f"{2026 - age}-06-15"])
    lacks = ((NOW - DAY * rng.randint(0, 5), rng.choice([None, NOW + DAY * rng.randint(-1, 5)])),)
    return RecordFacts(
        record_id=record_id,
        agency_id=rng.choice(NAMES[:4]),
        local=rare() < 0.06,
        corrupt=rare() < 0.02,
        born=born,
        died=(NOW + DAY * rng.randint(-3, 3)).date() if rare() < 0.1 else None,
        lacks_capacity=lacks if rare() < 0.1 else (),
        first_linked=NOW - DAY * rng.randint(0, 20) if rare() < 0.5 else None,
        receipts=some(rng, ("rct_1", "rct_2"), least=0),
    )


def make_request(rng: Random) -> Request:
    action = rng.choice([*ACTIONS[:1] * 3, *ACTIONS])
    override = rng.random() < 0.3
    return Request(
        actor=Actor(
            agency_id=rng.choice([*NAMES, AgencyId("nobody")] if rng.random() < 0.1 else NAMES[:4]),
            user_id=rng.choice(USERS),
            role=rng.choice(ROLES),
            area=rng.choice([None, *AREAS]),
        ),
        action=action,
        purpose=rng.choice([*PURPOSES[:1] * 3, *PURPOSES]),
        moment=NOW + timedelta(hours=rng.randint(-80, 80)),
        recipient=rng.choice(NAMES) if action in NEEDS_RECIPIENT else None,
        override=Override(reason="fire", basis=rng.choice(sorted(OVERRIDE_BASES))) if override else None,
        receipts=some(rng, ("rct_1", "rct_2"), least=0),
    )


def make_world(rng: Random) -> Made:
    """Draw one world and one request in it."""
    records = RECORDS[: rng.randint(1, 3)]
    grants: dict[GrantId, Grant | CorruptGrant] = {}
    for _ in range(rng.randint(0, 6)):
        grant = attempt(rng, lambda r: make_grant(r, records, list(grants)))
        grants[grant.grant_id] = grant
    held = list(grants.values())
    if rng.random() < 0.05:
        held.append(CorruptGrant(grant_id=GrantId("gra_bad"), record_id=rng.choice(records)))
    endings = tuple(
        attempt(rng, lambda r, g=g: make_ending(r, g)) for g in grants.values() if rng.random() < 0.25
    )
    agreements = {}
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        agreement = attempt(rng, make_agreement)
        agreements[agreement.agreement_id, agreement.version] = agreement
    return Made(
        request=attempt(rng, make_request),
        facts=PersonFacts(
            records=tuple(make_record(rng, record) for record in records),
            grants=tuple(held),
            endings=endings,
            parted=frozenset(
                frozenset(rng.sample(records, 2)) for _ in range(rng.randint(0, 2)) if len(records) > 1
            ),
        ),
        agreements=tuple(agreements.values()),
    )
