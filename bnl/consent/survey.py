"""Surveys: what somebody may see in general, who may see a person, what an agency and role would see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bnl.consent.compiled import CompiledPerson
from bnl.consent.decide import decide
from bnl.consent.facts import PersonFacts
from bnl.consent.masks import categories_of
from bnl.consent.policy import Asked, Lens, Policy
from bnl.consent.sides import READING
from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role

# A user no permit names.
NOBODY = UserId("~")


@dataclass(frozen=True, slots=True)
class Reach:
    """What an agency and role may do under the agreements, whoever it is about.

    Args:
        agency_id: The agency.
        role: The role; None for what the agency receives from others, whoever opens it there.
        purpose: The purpose.
        action: The action.
        stands: Categories that need no permit.
        with_permit: Categories that need a permit of the person.
        with_explicit_consent: Categories for which that permit must bring its own condition.
        emergency: Categories an override can open.
        clauses: The clauses behind it, as ``agreement/version/clause``.
    """

    agency_id: AgencyId
    role: Role | None
    purpose: Purpose
    action: Action
    stands: frozenset[FieldCategory]
    with_permit: frozenset[FieldCategory]
    with_explicit_consent: frozenset[FieldCategory]
    emergency: frozenset[FieldCategory]
    clauses: tuple[str, ...]


def what_may_i_see(actor: Actor, purpose: Purpose, policy: Policy, moment: datetime) -> tuple[Reach, ...]:
    """Return what an actor may do for a purpose, action by action; actions no clause covers are left out.

    Args:
        actor: Who asks.
        purpose: Why.
        policy: Agreements, agencies and rules.
        moment: For which instant (UTC).
    """
    found = (_reach(actor.agency_id, actor.role, purpose, action, policy, moment) for action in Action)
    return tuple(reach for reach in found if reach is not None)


def _reach(
    agency_id: AgencyId, role: Role | None, purpose: Purpose, action: Action, policy: Policy, moment: datetime
) -> Reach | None:
    lens = policy.lens(Asked(agency_id, role, action, purpose), moment)
    if not lens.clauses:
        return None
    return Reach(
        agency_id=agency_id,
        role=role,
        purpose=purpose,
        action=action,
        stands=categories_of(lens.standing),
        with_permit=categories_of(lens.consented & ~lens.standing),
        with_explicit_consent=categories_of(lens.to_be_brought & ~lens.consented & ~lens.standing),
        emergency=categories_of(_emergency(lens, action)),
        clauses=tuple(covering.name for covering in lens.clauses),
    )


def _emergency(lens: Lens, action: Action) -> int:
    return lens.emergency if action in READING else 0


def matrix(policy: Policy, moment: datetime) -> tuple[Reach, ...]:
    """Return what every agency and role would see under the agreements in force.

    Args:
        policy: Agreements, agencies and rules.
        moment: For which instant (UTC).

    Returns:
        One entry for each agency, role, purpose and action that some clause covers, in that order; after its
        roles, what the agency may receive.
    """
    asked: list[tuple[Role | None, tuple[Action, ...]]] = [(role, tuple(Action)) for role in Role]
    found = (
        _reach(agency_id, role, purpose, action, policy, moment)
        for agency_id in sorted(policy.agencies)
        for role, actions in [*asked, (None, (Action.VIEW,))]
        for purpose in Purpose
        for action in actions
    )
    return tuple(reach for reach in found if reach is not None)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one agency and role may see of one person.

    Args:
        agency_id: The agency.
        role: The role.
        purpose: The purpose.
        categories: Categories it may see of at least one record.
    """

    agency_id: AgencyId
    role: Role
    purpose: Purpose
    categories: frozenset[FieldCategory]


def who_may_see(person: PersonFacts | CompiledPerson, policy: Policy, moment: datetime) -> tuple[Sight, ...]:
    """Return who may view a person, agency by agency, role by role, purpose by purpose.

    Decided for a user nobody named and for no area: a permit for named users or areas counts for them only.

    Args:
        person: The person.
        policy: Agreements, agencies and rules.
        moment: For which instant (UTC).
    """
    found = []
    for agency_id in sorted(policy.agencies):
        for role in Role:
            for purpose in Purpose:
                actor = Actor(agency_id=agency_id, user_id=NOBODY, role=role)
                request = Request(actor=actor, action=Action.VIEW, purpose=purpose, moment=moment)
                decision = decide(request, person, policy)
                seen = 0
                for mask in decision.allowed:
                    seen |= mask
                if seen:
                    found.append(Sight(agency_id, role, purpose, categories_of(seen)))
    return tuple(found)
