"""Evaluation: which categories of which record one side of a request may have; deny wins over permit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bnl.consent.compiled import CompiledPerson
from bnl.consent.masks import EVERYTHING, EXISTENCE
from bnl.consent.rows import Key, Row
from bnl.consent.sides import Side
from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import ANY, Anything


def matching(keys: Sequence[Key], side: Side) -> list[Row]:
    """Return the rows in force that match one side of a request in every dimension."""
    hits, tick = side.hits, side.tick
    return [row for shape, start, end, row in keys if hits[shape] and start <= tick < end]


def permitting(person: CompiledPerson, side: Side) -> list[Row]:
    """Return the permits that match one side; of a duty to refer, those that meet its three conditions."""
    if side.duty_to is None:
        return matching(person.permits, side)
    return [
        row
        for _, start, end, row in person.permits
        if start <= side.tick < end
        and row.grant.referral is not None
        and row.grant.referral.authority == side.duty_to
    ]


def evaluate(person: CompiledPerson, side: Side) -> list[int]:
    """Return, record by record, the categories one side may have, own records and overrides included.

    Args:
        person: The person.
        side: Who asks or receives.

    Returns:
        A mask of categories for each of the person's records, in their order.
    """
    records = person.records
    if person.corrupt and not side.internal:
        allowed = [0] * len(records)
    else:
        allowed = _allowed(person, side)
        if person.local:
            for i, record in enumerate(records):
                if record.local and record.agency_id != side.agency:
                    allowed[i] = 0
    if side.reads_back and side.agency in person.agencies:
        for i, record in enumerate(records):
            if record.agency_id == side.agency:
                allowed[i] |= own_words(person, side, i)
    return allowed


def own_words(person: CompiledPerson, side: Side, record: int) -> int:
    """Return what an agency can read back of its own record, without clause or permit."""
    if record in person.corrupt_records:
        return 0
    mask = EVERYTHING
    if person.named:
        for row in matching(person.named, side):
            if row.record == record:
                mask &= ~row.categories
    return mask if mask & EXISTENCE else 0


class Weighing(NamedTuple):
    """What matched one side of a request, before it is put together.

    Args:
        forbids: Forbids that match.
        permits: Permits that match, each with what it opens.
        hard: Categories hard forbids deny of every record.
        softs: Categories soft forbids deny, record by record.
        stands: What stands without a permit, and what of it against soft forbids, record by record.
    """

    forbids: list[Row]
    permits: list[tuple[Row, int]]
    hard: int
    softs: list[int]
    stands: list[tuple[int, int]]


def weigh(person: CompiledPerson, side: Side) -> Weighing:
    """Match one side of a request against a person's grants and the clauses it reaches."""
    hard = soft = 0
    forbids = matching(person.forbids, side)
    for row in forbids:
        if row.hard:
            hard |= row.categories
        else:
            soft |= row.categories
    found = permitting(person, side)
    count = len(person.records)
    consented, brought = side.opens
    permits = [(row, row.categories & (consented | brought & row.brings)) for row in found]
    softs = yielding(person, forbids, found, side) if soft and person.lifts else [soft] * count
    stands = [side.stands] * count
    if side.passes_to is not None:
        permits = _kept_back(person, side, permits, stands)
    return Weighing(forbids, permits, hard, softs, stands)


def _allowed(person: CompiledPerson, side: Side) -> list[int]:
    """Put one side together; where no record differs from another, in one pass over the rows."""
    hits, tick = side.hits, side.tick
    hard = soft = 0
    for shape, start, end, row in person.forbids:
        if hits[shape] and start <= tick < end:
            if row.hard:
                hard |= row.categories
            else:
                soft |= row.categories
    if not side.plain or (soft and person.lifts):
        return _allowed_by_record(person, side)
    consented, brought = side.opens
    standing, exempt = side.stands
    granted = [standing] * len(person.records)
    for shape, start, end, row in person.permits:
        if hits[shape] and start <= tick < end:
            granted[row.record] |= row.categories & (consented | brought & row.brings)
    emergency = side.emergency & ~hard
    return [_combined(some, soft, exempt, hard) | emergency for some in granted]


def _allowed_by_record(person: CompiledPerson, side: Side) -> list[int]:
    weighed = weigh(person, side)
    granted = [standing for standing, _ in weighed.stands]
    for row, mask in weighed.permits:
        granted[row.record] |= mask
    emergency = side.emergency & ~weighed.hard
    return [
        _combined(some, soft, exempt, weighed.hard) | emergency
        for some, soft, (_, exempt) in zip(granted, weighed.softs, weighed.stands, strict=True)
    ]


def _combined(some: int, soft: int, exempt: int, hard: int) -> int:
    """Deny overrides: what is granted or stands, less soft forbids but for what is exempt, less hard ones."""
    return ((some | EXISTENCE) & ~soft | exempt) & ~hard if some else 0


def yielding(person: CompiledPerson, forbids: list[Row], permits: list[Row], side: Side) -> list[int]:
    """Return, record by record, what soft forbids still deny after those that yield have yielded.

    A forbid yields to a permit only in the permit's categories and for the record the permit is on.
    """
    since = {(lift.permit, lift.forbid): lift.since for lift in person.lifts}
    softs = []
    for i in range(len(person.records)):
        denied = 0
        for forbid in forbids:
            if forbid.hard:
                continue
            yielded = 0
            for permit in permits:
                at = since.get((permit.grant.grant_id, forbid.grant.grant_id))
                if permit.record == i and at is not None and at <= side.tick:
                    yielded |= permit.categories
            denied |= forbid.categories & ~yielded
        softs.append(denied)
    return softs


def is_third_party(person: CompiledPerson, side: Side, record: int) -> bool:
    """Tell whether sending a record's values passes on what another agency said to a third."""
    return person.records[record].agency_id not in (side.agency, side.passes_to)


def _kept_back(
    person: CompiledPerson, side: Side, permits: list[tuple[Row, int]], stands: list[tuple[int, int]]
) -> list[tuple[Row, int]]:
    """Narrow other agencies' records to what may be passed on: with a receipt, to a named recipient."""
    held = [bool(record.receipts & side.receipts) for record in person.records]
    third = [is_third_party(person, side, i) for i in range(len(held))]
    onward = _onward_standing(side)
    for i, is_third in enumerate(third):
        if is_third:
            stands[i] = onward if held[i] else (0, 0)
    return [
        (row, mask)
        for row, mask in permits
        if not third[row.record] or (held[row.record] and names(row.grant.onward_recipients, side.passes_to))
    ]


def _onward_standing(side: Side) -> tuple[int, int]:
    standing = exempt = 0
    if side.duty_to is not None:
        return standing, exempt
    for covering, covered, past_soft in side.lens.standing_clauses:
        if names(covering.clause.onward_recipients, side.passes_to):
            standing |= covered
            exempt |= covered if past_soft else 0
    return standing, exempt


def names(scope: frozenset[AgencyId] | Anything | None, agency: AgencyId | None) -> bool:
    """Tell whether a permitting scope names an agency; silence names none."""
    return scope is ANY or (isinstance(scope, frozenset) and agency in scope)
