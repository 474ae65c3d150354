"""The trail of a decision: everything that permitted or denied something, named, for the auditor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bnl.consent.compiled import LOCATION, CompiledPerson
from bnl.consent.evaluate import Weighing, evaluate, is_third_party, matching, own_words, weigh
from bnl.consent.masks import EVERYTHING, EXISTENCE
from bnl.consent.policy import Covering
from bnl.consent.reasons import Reason
from bnl.consent.rows import Row, key
from bnl.consent.sides import Side
from bnl.domain.identifiers import RecordId
from bnl.domain.vocabulary import LawfulBasis


class Finding(NamedTuple):
    """One thing that decided categories of a record, or of all records if ``record_id`` is None."""

    record_id: RecordId | None
    mask: int
    permitted: bool
    reason: Reason
    by: str


def clause_name(covering: Covering) -> str:
    """Return the full name of a clause: agreement, version and clause."""
    agreement = covering.agreement
    return f"{agreement.agreement_id}/{agreement.version}/{covering.clause.clause_id}"


def findings(
    person: CompiledPerson, sides: tuple[Side, ...], allowed: tuple[int, ...]
) -> tuple[Finding, ...]:
    """Return everything that decided, of the asker's side and then of the recipient's."""
    found: list[Finding] = []
    for side in sides:
        weighed = weigh(person, side)
        for i in range(len(allowed)):
            found.extend(_permitting(person, side, weighed, i, allowed[i]))
            found.extend(_denying(person, side, weighed, i, EVERYTHING & ~allowed[i]))
        found.extend(_household(person, side))
    if len(sides) > 1:
        sent = evaluate(person, sides[0])
        for record, mask, kept in zip(person.records, allowed, sent, strict=True):
            if kept & ~mask:
                found.append(
                    Finding(record.record_id, kept & ~mask, False, Reason.RECIPIENT, sides[1].agency)
                )
    return tuple(found)


def _is_out_of_reach(person: CompiledPerson, side: Side, i: int) -> bool:
    record = person.records[i]
    return (person.corrupt and not side.internal) or (record.local and record.agency_id != side.agency)


def _permitting(
    person: CompiledPerson, side: Side, weighed: Weighing, i: int, allowed: int
) -> Iterator[Finding]:
    record = person.records[i]
    rest = allowed
    if side.reads_back and record.agency_id == side.agency:
        own = own_words(person, side, i) & allowed
        if own:
            yield Finding(record.record_id, own, True, Reason.OWN_RECORD, "")
        rest &= ~own
    if not rest or _is_out_of_reach(person, side, i):
        return
    for row, opened in zip(weighed.permits, weighed.opens, strict=True):
        mask = opened & rest & ~weighed.softs[i] & ~weighed.hard
        if row.record == i and mask:
            yield Finding(record.record_id, mask, True, Reason.PERMIT, row.grant.grant_id)
    plain = rest
    for covering, mask in standing_clauses(side, weighed, i):
        if mask & rest:
            yield Finding(record.record_id, mask & rest, True, Reason.STANDING_CLAUSE, clause_name(covering))
            plain &= ~mask
    for row, opened in zip(weighed.permits, weighed.opens, strict=True):
        plain &= ~(opened & ~weighed.softs[i]) if row.record == i else plain
    if plain & side.emergency:
        yield Finding(record.record_id, plain & side.emergency, True, Reason.OVERRIDDEN, "")


def standing_clauses(side: Side, weighed: Weighing, i: int) -> Iterator[tuple[Covering, int]]:
    """Yield the standing clauses that count for a record, with the categories each opens."""
    standing, exempt = weighed.stands[i]
    for covering in side.lens.clauses:
        if covering.clause.basis is LawfulBasis.CONSENT:
            continue
        past_soft = exempt if covering.clause.stands_against_soft_forbids else 0
        mask = covering.reach.covered & (standing & ~weighed.softs[i] | past_soft) & ~weighed.hard
        if mask:
            yield covering, mask


def _denying(person: CompiledPerson, side: Side, weighed: Weighing, i: int, denied: int) -> Iterator[Finding]:
    record = person.records[i]
    name = record.record_id
    if not denied:
        return
    if record.local and record.agency_id != side.agency:
        yield Finding(name, denied, False, Reason.LOCAL_RECORD, "")
        return
    if person.corrupt and not side.internal:
        yield Finding(name, denied, False, Reason.CORRUPT, "")
        return
    for row in weighed.forbids:
        mask = row.categories & denied & (EVERYTHING if row.hard else weighed.softs[i])
        if mask:
            yield Finding(name, mask, False, _kind(row), row.grant.grant_id)
    reachable = side.lens.reachable | (EXISTENCE if side.lens.reachable else 0)
    if denied & ~reachable:
        yield Finding(name, denied & ~reachable, False, Reason.NO_CLAUSE, "")
    opened = weighed.stands[i][0] | weighed.stands[i][1]
    for row, mask in zip(weighed.permits, weighed.opens, strict=True):
        opened |= mask if row.record == i else 0
    missing = denied & reachable & ~opened
    if missing:
        third = side.passes_to is not None and is_third_party(person, side, i)
        yield Finding(name, missing, False, Reason.NOT_PASSED_ON if third else Reason.NO_PERMIT, "")


def _kind(row: Row) -> Reason:
    return Reason.HARD_FORBID if row.hard else Reason.SOFT_FORBID


def _household(person: CompiledPerson, side: Side) -> Iterator[Finding]:
    for hidden in person.hidden:
        if hidden.row is None:
            if not side.internal:
                yield Finding(None, LOCATION, False, Reason.HOUSEHOLD, "")
        elif matching((key(hidden.row),), side):
            yield Finding(None, LOCATION, False, Reason.HOUSEHOLD, hidden.row.grant.grant_id)
