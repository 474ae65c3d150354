"""The household view: who lives with a person, as far as both ends may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bnl.consent.decide import ask
from bnl.consent.decision import Decision
from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled
from bnl.domain.household import Membership
from bnl.domain.identifiers import PersonId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.register.core import Core
from bnl.register.masks import mask_of
from bnl.register.release import Exit, PersonView, opened, unknown_handle


@dataclass(frozen=True, slots=True, repr=False)
class Member(Unpickled):
    """Somebody of a household, as the actor may see them.

    Args:
        person: Who; a household shows nobody's data to anybody who may not see it anyway.
        relation: Relation to the main applicant.
        starts_on: First day (Europe/London).
        ends_on: First day after the last; None while it lasts.
    """

    person: PersonView
    relation: str
    starts_on: date
    ends_on: date | None

    def __repr__(self) -> str:
        return f"Member({self.person.handle}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class HouseholdView(Unpickled):
    """The households of one person.

    Args:
        households: For each household, its members that may be seen, the person asked about among them.
    """

    households: tuple[tuple[Member, ...], ...]

    def __repr__(self) -> str:
        return f"HouseholdView({len(self.households)} households)"


def show_household(core: Core, actor: Actor, purpose: Purpose, handle: str) -> HouseholdView:
    """Show the households of a person.

    A membership is shown only of a person who exists for the actor, under what covers household on the very
    record it stands on; a relation therefore only if both ends are. Consent never crosses members, and an
    address hidden for another member's sake reads as not known.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why.
        handle: The person.

    Raises:
        NotFound: There is no such person, or not for this actor.
    """
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    shown: HouseholdView | None = None
    with opened(core, request, "household") as way_out:
        if found := way_out.behind(handle):
            shown = HouseholdView(tuple(_households(way_out, *found)))
    if shown is None:
        raise unknown_handle()
    return shown


def _households(way_out: Exit, person_id: PersonId, decision: Decision) -> list[tuple[Member, ...]]:
    snapshot, views = way_out.core.snapshot, {person_id: way_out.view(person_id, decision)}
    decisions = {person_id: decision}
    shown = []
    for household_id in sorted({m.household_id for m in _memberships(way_out, person_id, decision)}):
        others = {snapshot.person(record_id) for record_id in snapshot.households[household_id]} - {person_id}
        decisions |= dict(way_out.visible(sorted(others - decisions.keys())))
        members: list[tuple[Membership, PersonId]] = [
            (membership, one)
            for one in (person_id, *sorted(others & decisions.keys()))
            for membership in _memberships(way_out, one, decisions[one])
            if membership.household_id == household_id
        ]
        for _, one in members:
            if one not in views:
                views[one] = way_out.view(one, decisions[one])
        _note(way_out, members, decisions)
        shown.append(tuple(Member(views[one], m.relation, m.starts_on, m.ends_on) for m, one in members))
    return shown


def _memberships(way_out: Exit, person_id: PersonId, decision: Decision) -> list[Membership]:
    """Return the memberships of a person that may be seen, each under its own record."""
    snapshot = way_out.core.snapshot
    return [
        membership
        for record_id in snapshot.members.get(person_id, ())
        if decision.permits(record_id, FieldCategory.HOUSEHOLD)
        for membership in snapshot.memberships.get(record_id, {}).values()
    ]


def _note(
    way_out: Exit, members: list[tuple[Membership, PersonId]], decisions: dict[PersonId, Decision]
) -> None:
    bit = mask_of(events=[FieldCategory.HOUSEHOLD])
    for membership, one in members:
        way_out.note_masks(decisions[one], {membership.record_id: bit})
