"""Evaluation: which categories of which record one side of a request may have; deny wins over permit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

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


Opened = list[list[tuple[Row, int]]]
"""Permits that match, each with what it opens, record by record."""


_Parts = tuple[list[Row], Opened, int, list[int], list[tuple[int, int]]]


class Weighing(NamedTuple):
    """What matched one side of a request, before it is put together.

    Args:
        forbids: Forbids that match.
        permits: Permits that match.
        hard: Categories hard forbids deny of every record.
        softs: Categories soft forbids deny, record by record.
        stands: What stands without a permit, and what of it against soft forbids, record by record.
    """

    forbids: list[Row]
    permits: Opened
    hard: int
    softs: list[int]
    stands: list[tuple[int, int]]


# A named tuple made without its own constructor, which takes as long as matching two grants.
_weighing: Final[Callable[[_Parts], Weighing]] = partial(tuple.__new__, Weighing)


def weigh(person: CompiledPerson, side: Side) -> Weighing:
    """Match one side of a request against a person's grants and the clauses it reaches."""
    hits, tick = side.hits, side.tick
    forbids = []
    hard = soft = 0
    for shape, start, end, row in person.forbids:
        if hits[shape] and start <= tick < end:
            forbids.append(row)
            if row.hard:
                hard |= row.categories
            else:
                soft |= row.categories
    permits = _permitting(person, side)
    count = len(permits)
    softs = yielding(person, forbids, permits, side) if soft and person.lifts else [soft] * count
    stands = [side.stands] * count
    if side.passes_to is not None:
        permits = _kept_back(person, side, permits, stands)
    return _weighing((forbids, permits, hard, softs, stands))


def _permitting(person: CompiledPerson, side: Side) -> Opened:
    """Return the permits that match one side; of a duty to refer, those that meet its three conditions."""
    hits, tick, duty_to = side.hits, side.tick, side.duty_to
    consented, brought = side.opens
    permits: Opened = []
    for rows in person.rows_of:
        found = []
        for row in rows:
            fits = hits[row.shape] if duty_to is None else _refers(row, duty_to)
            if fits and row.start <= tick < row.end:
                found.append((row, row.categories & (consented | brought & row.brings)))
        permits.append(found)
    return permits


def _refers(row: Row, authority: AgencyId) -> bool:
    return row.grant.referral is not None and row.grant.referral.authority == authority


def _allowed(person: CompiledPerson, side: Side) -> list[int]:
    """Put one side together; where no record differs from another, in one pass over the lines."""
    hits, tick = side.hits, side.tick
    hard = soft = 0
    for shape, start, end, categories, is_hard in person.refusals:
        if hits[shape] and start <= tick < end:
            if is_hard:
                hard |= categories
            else:
                soft |= categories
    if not side.plain or (soft and person.lifts):
        return _allowed_by_record(person, side)
    consented, brought = side.opens
    standing, exempt = side.stands
    emergency = side.emergency & ~hard
    allowed = []
    for lines in person.lines:
        some = standing
        for shape, start, end, categories, brings in lines:
            if hits[shape] and start <= tick < end:
                some |= categories & (consented | brought & brings)
        allowed.append(_combined(some, soft, exempt, hard) | emergency)
    return allowed


def _allowed_by_record(person: CompiledPerson, side: Side) -> list[int]:
    weighed = weigh(person, side)
    emergency = side.emergency & ~weighed.hard
    allowed = []
    for permits, soft, (some, exempt) in zip(weighed.permits, weighed.softs, weighed.stands, strict=True):
        for _, mask in permits:
            some |= mask
        allowed.append(_combined(some, soft, exempt, weighed.hard) | emergency)
    return allowed


def _combined(some: int, soft: int, exempt: int, hard: int) -> int:
    """Deny overrides: what is granted or stands, less soft forbids but for what is exempt, less hard ones."""
    return ((some | EXISTENCE) & ~soft | exempt) & ~hard if some else 0


def yielding(person: CompiledPerson, forbids: list[Row], permits: Opened, side: Side) -> list[int]:
    """Return, record by record, what soft forbids still deny after those that yield have yielded.

    A forbid yields to a permit only in the permit's categories and for the record the permit is on.
    """
    since = {(lift.permit, lift.forbid): lift.since for lift in person.lifts}
    softs = []
    for found in permits:
        denied = 0
        for forbid in forbids:
            if forbid.hard:
                continue
            yielded = 0
            for permit, _ in found:
                at = since.get((permit.name, forbid.name))
                if at is not None and at <= side.tick:
                    yielded |= permit.categories
            denied |= forbid.categories & ~yielded
        softs.append(denied)
    return softs


def is_third_party(person: CompiledPerson, side: Side, record: int) -> bool:
    """Tell whether sending a record's values passes on what another agency said to a third."""
    return person.records[record].agency_id not in (side.agency, side.passes_to)


def _kept_back(person: CompiledPerson, side: Side, permits: Opened, stands: list[tuple[int, int]]) -> Opened:
    """Narrow other agencies' records to what may be passed on: with a receipt, to a named recipient."""
    onward = _onward_standing(side)
    kept = list(permits)
    for i, record in enumerate(person.records):
        if not is_third_party(person, side, i):
            continue
        held = bool(record.receipts & side.receipts)
        stands[i] = onward if held else (0, 0)
        kept[i] = [
            (row, mask)
            for row, mask in permits[i]
            if held and names(row.grant.onward_recipients, side.passes_to)
        ]
    return kept


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
