"""Withdrawal and un-linking: whom to tell, what was shown too late, and what is held without a basis now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bnl.consent.decide import decide
from bnl.consent.facts import PersonFacts
from bnl.consent.policy import Policy
from bnl.domain.actor import Actor
from bnl.domain.base import UtcDateTime
from bnl.domain.consent import CorruptGrant, Ending, Grant
from bnl.domain.identifiers import AgencyId, GrantId, RecordId
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, Effect, FieldCategory, Purpose


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One logged release of values of one source record.

    Args:
        actor: Who was shown them, or sent them on.
        purpose: For what.
        at: When (UTC).
        record_id: The source record.
        categories: Field categories handed over.
        grant_ids: Permits that decided.
        recipient: The agency they were sent to, if they were.
    """

    actor: Actor
    purpose: Purpose
    at: UtcDateTime
    record_id: RecordId
    categories: frozenset[FieldCategory]
    grant_ids: tuple[GrantId, ...]
    recipient: AgencyId | None = None

    @property
    def holder(self) -> AgencyId:
        """The agency that holds the values since."""
        return self.recipient or self.actor.agency_id


@dataclass(frozen=True, slots=True)
class WithdrawalEffect:
    """What a withdrawal brings about.

    Args:
        recipients: Agencies to notify, in order of id.
        between: Disclosures made after it was said and before it was recorded.
        without_basis: By agency, categories it was shown that it may not see any more.
    """

    recipients: tuple[AgencyId, ...]
    between: tuple[Disclosure, ...]
    without_basis: dict[AgencyId, frozenset[FieldCategory]]


def withdrawal_effect(
    ending: Ending, facts: PersonFacts, disclosures: Iterable[Disclosure], policy: Policy
) -> WithdrawalEffect:
    """Work out what the end of a permit brings about.

    Args:
        ending: The withdrawal, already among the endings of ``facts``.
        facts: The person, the withdrawal included.
        disclosures: Every logged disclosure about the person.
        policy: Agreements, agencies and rules.

    Returns:
        Whom to notify, what was disclosed between said and recorded, and what is held without a basis now.
        An agency that said it itself, or may see it on another basis, holds it on that basis.
    """
    under = sorted(
        (one for one in disclosures if ending.grant_id in one.grant_ids), key=lambda one: (one.at, one.holder)
    )
    said_by = {record.record_id: record.agency_id for record in facts.records}
    others = [one for one in under if said_by.get(one.record_id) != one.holder]
    bare: dict[AgencyId, frozenset[FieldCategory]] = {}
    for one in others:
        gone = one.categories - _still_permitted(one, facts, ending.recorded_at, policy)
        if gone:
            bare[one.holder] = bare.get(one.holder, frozenset()) | gone
    return WithdrawalEffect(
        recipients=tuple(sorted({one.holder for one in others})),
        between=tuple(one for one in under if ending.said_at <= one.at < ending.recorded_at),
        without_basis=bare,
    )


def _still_permitted(
    one: Disclosure, facts: PersonFacts, moment: datetime, policy: Policy
) -> frozenset[FieldCategory]:
    """Return what the holder could be shown of the record now, in the role in which it was.

    Of what was sent to another agency the sender's permit to send it again is asked, which decides for the
    recipient's view as well.
    """
    request = Request(
        actor=one.actor,
        action=Action.VIEW if one.recipient is None else Action.EXPORT,
        purpose=one.purpose,
        moment=moment,
        recipient=one.recipient,
    )
    return decide(request, facts, policy).categories(one.record_id)


def forbids_released(facts: PersonFacts, part: Iterable[RecordId]) -> tuple[GrantId, ...]:
    """Return the forbids that will cease to bind a part of a person's records if it is un-linked.

    Args:
        facts: The person before.
        part: The records that are to go their own way.

    Returns:
        Every forbid recorded on one of the other records; the steward is shown them first.
    """
    leaving = frozenset(part)
    return tuple(
        grant.grant_id
        for grant in facts.grants
        if grant.record_id not in leaving
        and (isinstance(grant, CorruptGrant) or grant.effect is Effect.FORBID)
    )


def permits_voided(facts: PersonFacts, part: Iterable[RecordId]) -> tuple[GrantId, ...]:
    """Return the permits that become void if a part is un-linked, parted from the forbid they named."""
    leaving = frozenset(part)
    grants: Sequence[Grant] = [grant for grant in facts.grants if isinstance(grant, Grant)]
    side = {grant.grant_id: grant.record_id in leaving for grant in grants}
    return tuple(
        grant.grant_id
        for grant in grants
        if any(named in side and side[named] != side[grant.grant_id] for named in grant.supersedes)
    )
