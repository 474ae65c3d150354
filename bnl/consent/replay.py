"""Replay: what was known at an earlier point of the log, so that a logged decision can be made again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bnl.consent.facts import HouseholdFacts, PersonFacts
from bnl.domain.agreement import Agreement
from bnl.domain.consent import CorruptGrant, Ending, Grant


def grants_known(grants: Iterable[Grant | CorruptGrant], sequence: int) -> tuple[Grant | CorruptGrant, ...]:
    """Return the grants known up to a log sequence, inclusive; markers of corrupt ones stay and deny."""
    return tuple(grant for grant in grants if isinstance(grant, CorruptGrant) or grant.sequence <= sequence)


def endings_known(endings: Iterable[Ending], sequence: int) -> tuple[Ending, ...]:
    """Return the endings known up to a log sequence, inclusive."""
    return tuple(ending for ending in endings if ending.sequence <= sequence)


def facts_known(facts: PersonFacts, sequence: int) -> PersonFacts:
    """Return a person with the grants and endings known at an earlier point of the log.

    Args:
        facts: The person with the records linked, and their birth, death and capacity known, at that point.
        sequence: Log sequence of the last entry that counts.

    Returns:
        The facts the decision rested on.
    """
    household = tuple(_member_known(member, sequence) for member in facts.household)
    return replace(
        facts,
        grants=grants_known(facts.grants, sequence),
        endings=endings_known(facts.endings, sequence),
        household=household,
    )


def _member_known(member: HouseholdFacts, sequence: int) -> HouseholdFacts:
    known = grants_known(member.forbids, sequence)
    return replace(
        member,
        forbids=tuple(grant for grant in known if isinstance(grant, Grant)),
        endings=endings_known(member.endings, sequence),
    )


def agreements_known(agreements: Iterable[Agreement], sequence: int) -> tuple[Agreement, ...]:
    """Return the agreement versions known up to a log sequence, inclusive."""
    return tuple(agreement for agreement in agreements if agreement.sequence <= sequence)
