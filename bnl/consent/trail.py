"""The trail of a decision: everything that permitted or denied something, named, for the auditor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from bnl.consent.compiled import LOCATION, CompiledPerson
from bnl.consent.evaluate import Weighing, evaluate, is_third_party, matching, own_words, weigh
from bnl.consent.masks import EVERYTHING
from bnl.consent.policy import Covering
from bnl.consent.reasons import Reason
from bnl.consent.rows import key
from bnl.consent.sides import Side
from bnl.domain.identifiers import RecordId

# Looked up once: the members of an enum are slow to reach, and there are many findings.
_LOCAL_RECORD: Final = Reason.LOCAL_RECORD
_CORRUPT: Final = Reason.CORRUPT
_RECIPIENT: Final = Reason.RECIPIENT
_OWN_RECORD: Final = Reason.OWN_RECORD
_PERMIT: Final = Reason.PERMIT
_STANDING_CLAUSE: Final = Reason.STANDING_CLAUSE
_OVERRIDDEN: Final = Reason.OVERRIDDEN
_HARD_FORBID: Final = Reason.HARD_FORBID
_SOFT_FORBID: Final = Reason.SOFT_FORBID
_NO_CLAUSE: Final = Reason.NO_CLAUSE
_NOT_PASSED_ON: Final = Reason.NOT_PASSED_ON
_NO_PERMIT: Final = Reason.NO_PERMIT


class Finding(NamedTuple):
    """One thing that decided categories of a record, or of all records if ``record_id`` is None."""

    record_id: RecordId | None
    mask: int
    permitted: bool
    reason: Reason
    by: str


# A named tuple made without its own constructor, which would take longer than all the rest.
_finding: Final[Callable[[tuple[RecordId | None, int, bool, Reason, str]], Finding]] = partial(
    tuple.__new__, Finding
)


def findings(
    person: CompiledPerson, sides: tuple[Side, ...], allowed: tuple[int, ...]
) -> tuple[Finding, ...]:
    """Return everything that decided, of the asker's side and then of the recipient's."""
    found: list[Finding] = []
    for side in sides:
        _of_side(found, person, side, allowed)
    if len(sides) > 1:
        sent = evaluate(person, sides[0])
        for record, mask, kept in zip(person.records, allowed, sent, strict=True):
            if kept & ~mask:
                found.append(_finding((record.record_id, kept & ~mask, False, _RECIPIENT, sides[1].agency)))
    return tuple(found)


def _of_side(found: list[Finding], person: CompiledPerson, side: Side, allowed: tuple[int, ...]) -> None:
    weighed = weigh(person, side)
    closed = person.corrupt and not side.internal
    for i, mask in enumerate(allowed):
        record = person.records[i]
        local = record.local and record.agency_id != side.agency
        if mask:
            _permitting(found, person, side, weighed, i, mask, closed or local)
        denied = EVERYTHING & ~mask
        if not denied:
            continue
        if closed or local:
            reason = _LOCAL_RECORD if local else _CORRUPT
            found.append(_finding((record.record_id, denied, False, reason, "")))
        else:
            _denying(found, person, side, weighed, i, denied)
    if person.hidden:
        found.extend(_household(person, side))


def _permitting(
    found: list[Finding],
    person: CompiledPerson,
    side: Side,
    weighed: Weighing,
    i: int,
    allowed: int,
    closed: bool,
) -> None:
    """Note what permitted the allowed categories of a record, own words before anything else."""
    record = person.records[i]
    name, rest = record.record_id, allowed
    if side.reads_back and record.agency_id == side.agency:
        own = own_words(person, side, i) & allowed
        if own:
            found.append(_finding((name, own, True, _OWN_RECORD, "")))
        rest &= ~own
    if not rest or closed:
        return
    open_ = rest & ~weighed.softs[i]
    plain = rest
    for row, mask in weighed.permits:
        if row.record == i and mask & open_:
            found.append(_finding((name, mask & open_, True, _PERMIT, row.grant.grant_id)))
            plain &= ~mask
    for covering, mask in _standing_clauses(side, weighed, i) if weighed.stands[i][0] else ():
        if mask & rest:
            found.append(_finding((name, mask & rest, True, _STANDING_CLAUSE, covering.name)))
            plain &= ~mask
    if plain & side.emergency:
        found.append(_finding((name, plain & side.emergency, True, _OVERRIDDEN, "")))


def _standing_clauses(side: Side, weighed: Weighing, i: int) -> Iterator[tuple[Covering, int]]:
    """Yield the standing clauses that count for a record, with the categories each opens."""
    standing, exempt = weighed.stands[i]
    against_soft = (standing | exempt) & ~weighed.hard
    others = standing & ~weighed.softs[i] & ~weighed.hard
    for covering, covered, past_soft in side.lens.standing_clauses:
        mask = covered & (against_soft if past_soft else others)
        if mask:
            yield covering, mask


def _denying(
    found: list[Finding], person: CompiledPerson, side: Side, weighed: Weighing, i: int, denied: int
) -> None:
    """Note what denied the other categories: each forbid, the lack of a clause, the lack of a permit."""
    name = person.records[i].record_id
    for row in weighed.forbids:
        mask = row.categories & denied & (EVERYTHING if row.hard else weighed.softs[i])
        if mask:
            reason = _HARD_FORBID if row.hard else _SOFT_FORBID
            found.append(_finding((name, mask, False, reason, row.grant.grant_id)))
    reachable = side.reachable
    if denied & ~reachable:
        found.append(_finding((name, denied & ~reachable, False, _NO_CLAUSE, "")))
    opened = weighed.stands[i][0]
    for row, mask in weighed.permits:
        if row.record == i:
            opened |= mask
    missing = denied & reachable & ~opened
    if missing:
        third = side.passes_to is not None and is_third_party(person, side, i)
        reason = _NOT_PASSED_ON if third else _NO_PERMIT
        found.append(_finding((name, missing, False, reason, "")))


def _household(person: CompiledPerson, side: Side) -> Iterator[Finding]:
    for hidden in person.hidden:
        if hidden.row is None:
            if not side.internal:
                yield Finding(None, LOCATION, False, Reason.HOUSEHOLD, "")
        elif matching((key(hidden.row),), side):
            yield Finding(None, LOCATION, False, Reason.HOUSEHOLD, hidden.row.grant.grant_id)
