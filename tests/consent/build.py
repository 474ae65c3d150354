"""Builders for the tests of consent: each makes one sound thing, of which a test varies what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bnl.consent.decide import decide
from bnl.consent.decision import Decision
from bnl.consent.facts import PersonFacts, RecordFacts
from bnl.consent.policy import Policy, compile_policy
from bnl.domain.actor import Actor
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement, Clause, PolicyDocument
from bnl.domain.consent import Ending, Giver, Grant
from bnl.domain.identifiers import AgencyId, RecordId
from bnl.domain.request import Request
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import AgencyKind, Capacity, FieldCategory
from bnl.domain.vocabulary import FieldCategory as C

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO, THREE = RecordId("rec_1"), RecordId("rec_2"), RecordId("rec_3")
SHARED = frozenset(
    {C.EXISTENCE, C.IDENTITY, C.CONTACT, C.LOCATION, C.HOUSING, C.HOUSEHOLD, C.AGENCY_INVOLVEMENT}
)
BOTH = frozenset({C.IDENTITY, C.LOCATION})

AGENCIES = {
    AgencyId(name): Agency(
        agency_id=AgencyId(name), name=name.title(), kind=kind, specified_body=body, housing_authority=housing
    )
    for name, kind, body, housing in (
        ("council", AgencyKind.LOCAL_AUTHORITY, True, True),
        ("district", AgencyKind.LOCAL_AUTHORITY, True, True),
        ("charity", AgencyKind.CHARITY, False, False),
        ("refuge", AgencyKind.CHARITY, False, False),
        ("hospital", AgencyKind.HEALTH, True, False),
        ("landlord", AgencyKind.HOUSING_PROVIDER, False, False),
        ("stranger", AgencyKind.OTHER, False, False),
        ("friend", AgencyKind.NON_AGENCY, False, False),
    )
}
DOCUMENT = PolicyDocument(
    document_id="apd", title="Policy", owner=AgencyId("council"), reviewed_on=date(2026, 1, 1)
)


def giver(reference: str = "person", capacity: str = "self", **more: Any) -> Giver:
    return Giver(reference=reference, capacity=Capacity(capacity), **more)


def clause(**fields: Any) -> Clause:
    """A clause on consent for everybody and everything, unless said otherwise."""
    given: dict[str, Any] = {
        "clause_id": "c1",
        "agencies": ANY,
        "roles": ANY,
        "purposes": ANY,
        "actions": ANY,
        "categories": {"identity", "contact", "location", "housing", "household", "agency_involvement"},
        "basis": "consent",
    }
    return Clause.model_validate(given | fields)


def standing(**fields: Any) -> Clause:
    """A standing permit for the council on public task."""
    return clause(**({"clause_id": "s1", "agencies": {"council"}, "basis": "public_task"} | fields))


def agreement(*clauses: Clause, **fields: Any) -> Agreement:
    given: dict[str, Any] = {
        "agreement_id": "county",
        "parties": frozenset(AGENCIES),
        "valid_from": NOW - 100 * DAY,
        "open_ended": True,
        "recorded_at": NOW - 100 * DAY,
        "clauses": clauses or (clause(),),
        "policy_documents": (DOCUMENT,),
    }
    return Agreement.model_validate(given | fields)


def policy(*agreements: Agreement) -> Policy:
    return compile_policy(agreements or (agreement(),), AGENCIES)


def permit(**fields: Any) -> Grant:
    """A permit on consent by the person, for everybody and every category, unless said otherwise."""
    given: dict[str, Any] = {
        "grant_id": "gra_p",
        "record_id": ONE,
        "effect": "permit",
        "basis": "consent",
        "relying_party": "charity",
        "agencies": ANY,
        "users": ANY,
        "roles": ANY,
        "actions": ANY,
        "purposes": ANY,
        "categories": ANY,
        "areas": ANY,
        "valid_from": NOW - 10 * DAY,
        "open_ended": "valid_until" not in fields,
        "recorded_at": NOW - 10 * DAY,
        "given_by": giver(),
    }
    return Grant.model_validate(given | fields)


def forbid(**fields: Any) -> Grant:
    """A soft forbid of everything by the person, unless said otherwise."""
    given: dict[str, Any] = {
        "grant_id": "gra_f",
        "record_id": ONE,
        "effect": "forbid",
        "valid_from": NOW - 5 * DAY,
        "recorded_at": NOW - 5 * DAY,
        "given_by": giver(),
    }
    return Grant.model_validate(given | fields)


def ending(**fields: Any) -> Ending:
    """A withdrawal by the person a day ago, unless said otherwise."""
    given: dict[str, Any] = {
        "grant_id": "gra_p",
        "kind": "withdrawn",
        "said_at": NOW - DAY,
        "recorded_at": NOW - DAY,
        "given_by": giver() if fields.get("kind", "withdrawn") == "withdrawn" else None,
    }
    if given["given_by"] is None:
        given |= {"stewards": ("s1", "s2"), "evidence": ("letter",)}
    return Ending.model_validate(given | fields)


def record(record_id: RecordId = ONE, agency: str = "charity", **fields: Any) -> RecordFacts:
    return RecordFacts(record_id=record_id, agency_id=AgencyId(agency), **fields)


def person(*held: Any, records: Iterable[RecordFacts] = (), **fields: Any) -> PersonFacts:
    """A person with one record of the charity, and the grants and endings given."""
    return PersonFacts(
        records=tuple(records) or (record(),),
        grants=tuple(one for one in held if not isinstance(one, Ending)),
        endings=tuple(one for one in held if isinstance(one, Ending)),
        **fields,
    )


def actor(agency: str = "council", role: str = "housing_officer", **fields: Any) -> Actor:
    return Actor.model_validate({"agency_id": agency, "user_id": "ann", "role": role} | fields)


def request(who: Actor | None = None, **fields: Any) -> Request:
    """The council's housing officer views for housing support now, unless said otherwise."""
    given: dict[str, Any] = {
        "actor": who or actor(),
        "action": "view",
        "purpose": "housing_support",
        "moment": NOW,
    }
    return Request.model_validate(given | fields)


def seen(
    facts: PersonFacts,
    asked: Request | None = None,
    under: Policy | None = None,
    record_id: RecordId = ONE,
) -> frozenset[FieldCategory]:
    """The categories of one record the request may have."""
    return decided(facts, asked, under).categories(record_id)


def decided(facts: PersonFacts, asked: Request | None = None, under: Policy | None = None) -> Decision:
    return decide(asked or request(), facts, under or policy())
