"""The trail of a decision: everything that permitted or denied something, named, for the auditor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from bnl.consent.compiled import LOCATION, CompiledPerson
from bnl.consent.evaluate import Weighing, evaluate, is_third_party, matching, own_words, weigh
from bnl.consent.masks import EVERYTHING, EXISTENCE
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
_made: Final = tuple.__new__


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
                found.append(
                    _made(Finding, (record.record_id, kept & ~mask, False, _RECIPIENT, sides[1].agency))
                )
    return tuple(found)


def _of_side(found: list[Finding], person: CompiledPerson, side: Side, allowed: tuple[int, ...]) -> None:
    weighed = weigh(person, side)
    closed = person.corrupt and not side.internal
    apart = closed or person.local or side.agency in person.agencies or side.passes_to is not None
    for i, mask in enumerate(allowed):
        denied = EVERYTHING & ~mask
        if apart:
            _of_record_apart(found, person, side, weighed, i, mask, closed)
        else:
            name = person.records[i].record_id
            missing = _permitting(found, name, side, weighed, i, mask)
            if denied:
                _denying(found, name, side, weighed, i, denied, denied & missing, _NO_PERMIT)
    if person.hidden:
        found.extend(_household(person, side))


def _of_record_apart(
    found: list[Finding],
    person: CompiledPerson,
    side: Side,
    weighed: Weighing,
    i: int,
    allowed: int,
    closed: bool,
) -> None:
    """Note what decided of a record that may be the side's own, local, passed on, or shut with its person."""
    record = person.records[i]
    own, name, rest, denied = (
        record.agency_id == side.agency,
        record.record_id,
        allowed,
        EVERYTHING & ~allowed,
    )
    if own and side.reads_back:
        words = own_words(person, side, i) & allowed
        rest &= ~words
        if words:
            found.append(_made(Finding, (name, words, True, _OWN_RECORD, "")))
    local = record.local and not own
    if not (closed or local):
        missing = _permitting(found, name, side, weighed, i, rest)
        if denied:
            third = side.passes_to is not None and is_third_party(person, side, i)
            lack = _NOT_PASSED_ON if third else _NO_PERMIT
            _denying(found, name, side, weighed, i, denied, denied & missing, lack)
    elif denied:
        found.append(_made(Finding, (name, denied, False, _LOCAL_RECORD if local else _CORRUPT, "")))


def _permitting(
    found: list[Finding], name: RecordId, side: Side, weighed: Weighing, i: int, rest: int
) -> int:
    """Note what permitted the categories of a record that are not its agency's own words.

    Returns:
        The categories within reach of a clause that neither a permit nor a standing clause opens.
    """
    _, permits, hard, softs, stands = weighed
    standing, exempt = stands[i]
    open_, plain, missing = rest & ~softs[i], rest, side.reachable & ~standing
    for row, opened in permits[i]:
        # Whatever is opened tells that the person exists, even where it is refused itself.
        told = opened | EXISTENCE if opened else 0
        missing &= ~told
        mask = told & open_
        if mask:
            plain &= ~mask
            found.append(_made(Finding, (name, mask, True, _PERMIT, row.name)))
    if standing and rest:
        against_soft = (standing | exempt) & ~hard & rest
        others = standing & ~hard & open_
        for covering, covered, past_soft in side.lens.standing_clauses:
            mask = covered & (against_soft if past_soft else others)
            if covered & standing:
                mask |= EXISTENCE & open_
            if mask:
                plain &= ~mask
                found.append(_made(Finding, (name, mask, True, _STANDING_CLAUSE, covering.name)))
    if plain & side.emergency:
        found.append(_made(Finding, (name, plain & side.emergency, True, _OVERRIDDEN, "")))
    return missing


def _denying(
    found: list[Finding],
    name: RecordId,
    side: Side,
    weighed: Weighing,
    i: int,
    denied: int,
    missing: int,
    lack: Reason,
) -> None:
    """Note what denied the other categories: each forbid, the lack of a clause, the lack of a permit."""
    for row in weighed.forbids:
        mask = row.categories & denied
        if row.hard and mask:
            found.append(_made(Finding, (name, mask, False, _HARD_FORBID, row.name)))
        elif mask & weighed.softs[i] and not row.hard:
            found.append(_made(Finding, (name, mask & weighed.softs[i], False, _SOFT_FORBID, row.name)))
    unreached = denied & ~side.reachable
    if unreached:
        found.append(_made(Finding, (name, unreached, False, _NO_CLAUSE, "")))
    if missing:
        found.append(_made(Finding, (name, missing, False, lack, "")))


def _household(person: CompiledPerson, side: Side) -> Iterator[Finding]:
    for hidden in person.hidden:
        if hidden.row is None:
            if not side.internal:
                yield Finding(None, LOCATION, False, Reason.HOUSEHOLD, "")
        elif matching((key(hidden.row),), side):
            yield Finding(None, LOCATION, False, Reason.HOUSEHOLD, hidden.row.name)
