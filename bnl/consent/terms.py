"""Terms: from when until when each grant is in force, with everything that starts, ends or voids it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bnl.consent.ages import ADULT_AGE, COMPETENT_AGE, Lifetime
from bnl.consent.facts import RecordFacts
from bnl.consent.masks import FOREVER, ticks
from bnl.consent.reasons import Void
from bnl.consent.rules.bases import open_since
from bnl.domain.agency import Agency
from bnl.domain.consent import Ending, Grant
from bnl.domain.identifiers import AgencyId, GrantId, RecordId
from bnl.domain.vocabulary import Capacity, EndingKind, LawfulBasis

Term = tuple[int, int]

DECIDED_FOR_THEM: Final = frozenset(
    {Capacity.PARENTAL_RESPONSIBILITY, Capacity.ATTORNEY_OR_DEPUTY, Capacity.BEST_INTERESTS}
)


@dataclass(frozen=True, slots=True)
class Background:
    """What the terms of one person's grants depend on.

    Args:
        life: Birth and death over all linked records.
        dated: Records that state a birth. Of a grant on any other no birthday widens anything, whatever a
            linked record says, so that a link never does.
        parted: Pairs of records linked now that were un-linked in between.
        incapable: Stretches, in ticks, in which some record says the person could not decide.
        agencies: Every agency known.
        grants: The person's readable grants by id, last version only.
    """

    life: Lifetime
    dated: frozenset[RecordId]
    parted: frozenset[frozenset[RecordId]]
    incapable: tuple[Term, ...]
    agencies: Mapping[AgencyId, Agency]
    grants: Mapping[GrantId, Grant]


def incapable_terms(records: Iterable[RecordFacts]) -> tuple[Term, ...]:
    """Return every stretch without capacity that any linked record states."""
    return tuple(
        (ticks(start), FOREVER if end is None else ticks(end))
        for record in records
        for start, end in record.lacks_capacity
    )


def may_withdraw(ending: Ending, grant: Grant) -> bool:
    """Tell whether a soft forbid is withdrawn by somebody who may: its giver, or the person themselves."""
    giver = ending.given_by
    return giver is not None and speaks_over(giver.reference, giver.capacity, grant)


def speaks_over(reference: str, capacity: Capacity, forbid: Grant) -> bool:
    """Tell whether somebody may undo a soft forbid.

    Only the same named individual may, or the person themselves over somebody who decided for them.
    """
    if reference == forbid.given_by.reference:
        return True
    return capacity is Capacity.SELF and forbid.given_by.capacity in DECIDED_FOR_THEM


def ending_counts(ending: Ending, grant: Grant) -> bool:
    """Tell whether an ending ends this grant; one that may not leaves a forbid standing.

    Whoever ends a permit, it ends: that only narrows.
    """
    if grant.permits:
        return True
    if grant.hard:
        return ending.kind is EndingKind.LIFTED
    if ending.kind is EndingKind.WITHDRAWN:
        return may_withdraw(ending, grant)
    if ending.kind is EndingKind.ANSWERED:
        return grant.objection
    return grant.given_by.capacity is Capacity.SELF or ending.kind is EndingKind.LIFTED


def _ended_at(grant: Grant, endings: Sequence[Ending]) -> int:
    """Return the tick at which endings end a grant; a forbid the stewards end, ends when it is recorded."""
    ends = [FOREVER]
    for ending in endings:
        if ending_counts(ending, grant):
            said = grant.permits or ending.kind is EndingKind.WITHDRAWN
            ends.append(ticks(ending.said_at if said else ending.recorded_at))
    return min(ends)


def forbid_term(grant: Grant, endings: Sequence[Ending], adult: int) -> Term:
    """Return when a forbid binds; only its end, an ending that counts, or the 18th birthday stop it.

    Args:
        grant: The forbid.
        endings: Its endings.
        adult: Tick from which the person is surely 18; for ever if that cannot be told.
    """
    end = FOREVER if grant.valid_until is None else ticks(grant.valid_until)
    end = min(end, _ended_at(grant, endings))
    if not grant.hard and grant.given_by.capacity is Capacity.PARENTAL_RESPONSIBILITY:
        end = min(end, adult)
    return ticks(grant.valid_from), end


def permit_terms(
    grant: Grant, endings: Sequence[Ending], back: Background
) -> tuple[tuple[Term, ...], Void | None]:
    """Return the stretches in which a permit is in force, and why it is void if there are none for good."""
    void = why_void(grant, back)
    if void is not None:
        return (), void
    start, end = ticks(grant.valid_from), FOREVER if grant.valid_until is None else ticks(grant.valid_until)
    end = min(end, _ended_at(grant, endings))
    start = max(start, _basis_opens(grant, back.agencies))
    if grant.basis is LawfulBasis.CONSENT:
        end = min(end, back.life.died)
    capacity = grant.given_by.capacity
    if capacity is Capacity.PARENTAL_RESPONSIBILITY:
        end = min(end, back.life.reaches(ADULT_AGE)[0])
    if capacity is not Capacity.SELF:
        return ((start, end),) if start < end else (), None
    if not grant.given_by.competence and back.life.latest is not None:
        start = max(start, back.life.reaches(COMPETENT_AGE)[1])
    return tuple(without((start, end), back.incapable)), None


def why_void(grant: Grant, back: Background) -> Void | None:
    """Return what makes a permit void for good, if anything does."""
    if grant.relying_party not in back.agencies:
        return Void.RELYING_PARTY_UNKNOWN
    if _basis_opens(grant, back.agencies) >= FOREVER:
        return Void.BASIS_NOT_OPEN
    if any(_parted(grant, named, back) for named in grant.supersedes):
        return Void.NAMED_GRANT_ELSEWHERE
    by_parent = grant.given_by.capacity is Capacity.PARENTAL_RESPONSIBILITY
    if by_parent and grant.record_id not in back.dated:
        return Void.GIVER_WITHOUT_CAPACITY
    return None


def _parted(grant: Grant, named: GrantId, back: Background) -> bool:
    """Tell whether a permit is, or has once been, parted from what it named; linking again mends nothing."""
    held = back.grants.get(named)
    return held is None or frozenset({grant.record_id, held.record_id}) in back.parted


def surely_reached(years: int, records: Iterable[RecordId], back: Background) -> int:
    """Return the tick from which the person is surely of an age, as far as grants on some records go."""
    return back.life.reaches(years)[1] if back.dated.issuperset(records) else FOREVER


def _basis_opens(grant: Grant, agencies: Mapping[AgencyId, Agency]) -> int:
    if grant.basis is None or grant.relying_party is None:
        return FOREVER
    since = open_since(grant.basis, agencies[grant.relying_party].kind)
    return FOREVER if since is None else ticks(since)


def without(term: Term, holes: Iterable[Term]) -> list[Term]:
    """Return what is left of a stretch of time when others are taken out of it."""
    left = [term] if term[0] < term[1] else []
    for hole_start, hole_end in holes:
        parts = []
        for start, end in left:
            if start < min(end, hole_start):
                parts.append((start, min(end, hole_start)))
            if max(start, hole_end) < end:
                parts.append((max(start, hole_end), end))
        left = parts
    return left
