"""The trail of a decision: everything that permitted or denied something, named, for the auditor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from bnl.consent.compiled import LOCATION, CompiledPerson
from bnl.consent.evaluate import Weighing, evaluate, is_third_party, matching, own_words, weigh
from bnl.consent.masks import EVERYTHING
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
    apart = closed or person.local or side.agency in person.agencies
    for i, mask in enumerate(allowed):
        record, rest = person.records[i], mask
        shut = None
        if apart:
            own = record.agency_id == side.agency
            shut = _LOCAL_RECORD if record.local and not own else _CORRUPT if closed else None
            if own and side.reads_back:
                rest = _read_back(found, person, side, i, mask)
        name, denied = record.record_id, EVERYTHING & ~mask
        if shut is None:
            if rest:
                _permitting(found, name, side, weighed, i, rest)
            if denied:
                third = side.passes_to is not None and is_third_party(person, side, i)
                _denying(found, name, side, weighed, i, denied, _NOT_PASSED_ON if third else _NO_PERMIT)
        elif denied:
            found.append(_finding((name, denied, False, shut, "")))
    if person.hidden:
        found.extend(_household(person, side))


def _read_back(found: list[Finding], person: CompiledPerson, side: Side, i: int, allowed: int) -> int:
    """Note what an agency reads of its own record in its own words; return what is left to be explained."""
    own = own_words(person, side, i) & allowed
    if own:
        found.append(_finding((person.records[i].record_id, own, True, _OWN_RECORD, "")))
    return allowed & ~own


def _permitting(
    found: list[Finding], name: RecordId, side: Side, weighed: Weighing, i: int, rest: int
) -> None:
    """Note what permitted the categories of a record that are not its agency's own words."""
    _, permits, hard, softs, stands = weighed
    open_, plain = rest & ~softs[i], rest
    for row, opened in permits[i]:
        mask = opened & open_
        if mask:
            found.append(_finding((name, mask, True, _PERMIT, row.name)))
            plain &= ~mask
    standing, exempt = stands[i]
    if standing:
        against_soft = (standing | exempt) & ~hard & rest
        others = standing & ~hard & open_
        for covering, covered, past_soft in side.lens.standing_clauses:
            mask = covered & (against_soft if past_soft else others)
            if mask:
                found.append(_finding((name, mask, True, _STANDING_CLAUSE, covering.name)))
                plain &= ~mask
    if plain & side.emergency:
        found.append(_finding((name, plain & side.emergency, True, _OVERRIDDEN, "")))


def _denying(
    found: list[Finding], name: RecordId, side: Side, weighed: Weighing, i: int, denied: int, lack: Reason
) -> None:
    """Note what denied the other categories: each forbid, the lack of a clause, the lack of a permit."""
    forbids, permits, _, softs, stands = weighed
    for row in forbids:
        mask = row.categories & denied
        if row.hard:
            if mask:
                found.append(_finding((name, mask, False, _HARD_FORBID, row.name)))
        elif mask & softs[i]:
            found.append(_finding((name, mask & softs[i], False, _SOFT_FORBID, row.name)))
    reachable = side.reachable
    if denied & ~reachable:
        found.append(_finding((name, denied & ~reachable, False, _NO_CLAUSE, "")))
    missing = denied & reachable & ~stands[i][0]
    for _, opened in permits[i]:
        missing &= ~opened
    if missing:
        found.append(_finding((name, missing, False, lack, "")))


def _household(person: CompiledPerson, side: Side) -> Iterator[Finding]:
    for hidden in person.hidden:
        if hidden.row is None:
            if not side.internal:
                yield Finding(None, LOCATION, False, Reason.HOUSEHOLD, "")
        elif matching((key(hidden.row),), side):
            yield Finding(None, LOCATION, False, Reason.HOUSEHOLD, hidden.row.name)
