"""Deciding: a pure function from request, person and policy to a decision, and the guard that raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Final

from pydantic import ValidationError

from bnl.consent.compiled import CompiledPerson, compile_person
from bnl.consent.decision import Decision
from bnl.consent.evaluate import evaluate
from bnl.consent.facts import PersonFacts, RecordFacts
from bnl.consent.masks import FIELD_BIT
from bnl.consent.policy import Policy
from bnl.consent.reasons import Reason
from bnl.consent.sides import Side, sides
from bnl.domain.actor import Actor
from bnl.domain.consent import Ending, Grant
from bnl.domain.identifiers import RecordId
from bnl.domain.request import Request
from bnl.errors import Denied

# A named tuple made without its own constructor, which takes as long as matching two grants.
_Parts = tuple[Request, CompiledPerson, tuple[Side, ...], tuple[int, ...], Reason | None]
_decision: Final[Callable[[_Parts], Decision]] = partial(tuple.__new__, Decision)

ADVICE = "Ask the steward of the register whether the agreement covers this."


def ask(actor: Actor, action: object, purpose: object, moment: datetime, **more: object) -> Request:
    """Make a request from values as they came in.

    Args:
        actor: Who asks, from the sign-in.
        action: An `Action` or its name.
        purpose: A `Purpose` or its name.
        moment: For which instant (UTC).
        more: The other fields of `Request`.

    Raises:
        Denied: If any value is unknown or the request contradicts itself; it is then denied whole.
    """
    try:
        return Request.model_validate(
            {"actor": actor, "action": action, "purpose": purpose, "moment": moment, **more}
        )
    except ValidationError:
        raise Denied(
            "The request holds a value that is not known, or contradicts itself.",
            "Use the actions, purposes and roles of the library, and name a recipient for what is sent.",
            reasons=(Reason.UNKNOWN_VALUE.value,),
        ) from None


def refusal(request: Request, policy: Policy) -> Reason | None:
    """Return why a request is denied whole before any person is looked at, if it is."""
    known = request.fields is None or request.fields <= FIELD_BIT.keys()
    agencies = [request.actor.agency_id] + ([] if request.recipient is None else [request.recipient])
    if not known or any(agency not in policy.agencies for agency in agencies):
        return Reason.UNKNOWN_VALUE
    return None


def decide(request: Request, person: PersonFacts | CompiledPerson, policy: Policy) -> Decision:
    """Decide what one request may have of one person.

    Args:
        request: Who asks for what, why and when.
        person: Whom it is about, as facts or compiled.
        policy: Agreements, agencies and rules.

    Returns:
        The decision; it never raises, and whatever is unknown, missing, broken or expired denies.
    """
    return decide_many(request, (person,), policy)[0]


def decide_many(
    request: Request, people: Iterable[PersonFacts | CompiledPerson], policy: Policy
) -> list[Decision]:
    """Decide one request about many people; each decision is the one `decide` would give."""
    refused = refusal(request, policy)
    parties = sides(request, policy)
    asker, receivers = parties[0], parties[1:]
    decisions = []
    for one in people:
        person = compile_person(one, policy) if isinstance(one, PersonFacts) else one
        if refused is not None:
            decisions.append(Decision(request, person, parties, (0,) * len(person.records), refused))
            continue
        allowed = evaluate(person, asker)
        for receiver in receivers:
            allowed = [mask & other for mask, other in zip(allowed, evaluate(person, receiver), strict=True)]
        decisions.append(_decision((request, person, parties, tuple(allowed), None)))
    return decisions


def visible(request: Request, people: Iterable[PersonFacts | CompiledPerson], policy: Policy) -> list[bool]:
    """Tell of each person whether they exist for the asker."""
    return [decision.exists for decision in decide_many(request, people, policy)]


def decide_collect(
    request: Request,
    record: RecordFacts,
    grants: tuple[Grant, ...],
    policy: Policy,
    endings: tuple[Ending, ...] = (),
) -> Decision:
    """Decide whether a submission may be taken, by the grants it carries; nothing already held changes it.

    Args:
        request: Of action collect.
        record: The submitted record.
        grants: The grants given with it.
        policy: Agreements, agencies and rules.
        endings: Endings given with it.
    """
    return decide(request, PersonFacts(records=(record,), grants=grants, endings=endings), policy)


def require(
    request: Request,
    person: PersonFacts | CompiledPerson,
    policy: Policy,
    *,
    record_id: RecordId | None = None,
) -> Decision:
    """Decide, and raise unless everything asked for is permitted.

    Args:
        request: Who asks for what; its fields are what is required, only existence if it names none.
        person: Whom it is about.
        policy: Agreements, agencies and rules.
        record_id: A record of which it is required; any record of the person if not given.

    Returns:
        The decision.

    Raises:
        Denied: If anything asked for is denied; the reasons are fit for the requester.
    """
    decision = decide(request, person, policy)
    if _granted(decision, record_id):
        return decision
    raise Denied(
        f"{request.action.value} for {request.purpose.value} is not permitted.",
        ADVICE,
        reasons=tuple(reason.value for reason in decision.reasons() if reason is not Reason.SHARED),
    )


def _granted(decision: Decision, record_id: RecordId | None) -> bool:
    fields = decision.request.fields or frozenset()
    if record_id is None:
        return decision.exists and all(decision.verdict(field) for field in fields)
    here = bool(decision.mask(record_id))
    return here and all(decision.permits_field(record_id, field) for field in fields)
