"""Households: who lives with whom, as each agency says, on its own records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple, NoReturn

from bnl.consent.decide import ask, decide
from bnl.domain.actor import Actor
from bnl.domain.base import refuse_pickling
from bnl.domain.household import Membership
from bnl.domain.identifiers import HouseholdId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.errors import Denied, InvalidValue
from bnl.register.core import Core
from bnl.register.facts import own_record_facts
from bnl.register.journal import Act
from bnl.register.masks import mask_of
from bnl.register.recording import NotRecorded, in_chunks, own_record
from bnl.storage.unit_of_work import UnitOfWork


class Joining(NamedTuple):
    """A membership as an agency reports it.

    Args:
        household: The agency's own number of the household.
        relation: Relation to the main applicant, such as ``main``, ``partner``, ``child``.
        starts_on: First day (Europe/London).
        ends_on: First day after the last; None while it lasts.
        beneficiary: Whether the member benefits from the service given to the household.
        handle: The member; the agency must hold a record of its own.
        reference: The agency's own reference of the member, in place of a handle.
    """

    household: str
    relation: str
    starts_on: date
    ends_on: date | None = None
    beneficiary: bool = True
    handle: str = ""
    reference: str = ""

    def __repr__(self) -> str:
        return "Joining(…)"

    def __reduce__(self) -> NoReturn:
        refuse_pickling(self)


def record_memberships(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    joinings: Iterable[Joining],
    progress: Callable[[int], None] | None = None,
) -> tuple[list[HouseholdId], list[NotRecorded]]:
    """Record memberships, a chunk at a time; the same household and member again replaces what was said.

    Returns:
        The household of each membership recorded, in order, and those that could not be recorded.
    """
    return in_chunks(core, joinings, lambda _: _Desk(core, actor, purpose), progress)


class _Desk:
    """One chunk of memberships on its way into the store."""

    def __init__(self, core: Core, actor: Actor, purpose: Purpose) -> None:
        self.core, self.actor = core, actor
        self.request = ask(actor=actor, action=Action.COLLECT, purpose=purpose, moment=core.clock())
        self.memberships: list[Membership] = []

    def take(self, item: Joining) -> HouseholdId:
        """Check one membership and note it."""
        record_id = own_record(self.core, self.actor, item.handle, item.reference)
        if item.ends_on is not None and item.ends_on <= item.starts_on:
            raise InvalidValue("A membership ends before it begins.", "Give the first day after the last.")
        facts = own_record_facts(self.core.snapshot, record_id)
        decision = decide(self.request, facts, self.core.policy)
        if not decision.permits(record_id, FieldCategory.HOUSEHOLD):
            advice = "State the consent given for it, or ask the steward which clause should cover it."
            raise Denied("Nothing lets this agency collect household here.", advice)
        membership = Membership(
            household_id=self.core.handles.household(self.actor.agency_id, item.household),
            record_id=record_id,
            agency_id=self.actor.agency_id,
            relation=item.relation,
            beneficiary=item.beneficiary,
            starts_on=item.starts_on,
            ends_on=item.ends_on,
            recorded_at=self.request.moment,
        )
        self.memberships.append(membership)
        return membership.household_id

    def store(self, uow: UnitOfWork) -> None:
        """Write the chunk and its entry."""
        uow.memberships.add_many(self.memberships)
        bit = mask_of(events=[FieldCategory.HOUSEHOLD])
        subjects = dict.fromkeys((membership.record_id for membership in self.memberships), bit)
        act = Act("household.record", self.request.purpose.value, subjects=subjects)
        self.core.journal.write(uow, self.actor, act)
