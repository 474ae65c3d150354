"""Obligations: what whoever receives released data is bound to, and the lawful bases it was released on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bnl.consent.compiled import CompiledPerson
from bnl.consent.masks import FOREVER, moment_of, ticks
from bnl.consent.policy import Covering
from bnl.consent.reasons import ObligationKind, Reason
from bnl.consent.rows import Row
from bnl.consent.sides import Side
from bnl.domain.identifiers import AgencyId
from bnl.domain.request import Request
from bnl.domain.scope import Anything
from bnl.domain.vocabulary import LawfulBasis

Deciders = tuple[tuple[Reason, str], ...]


class Obligation(NamedTuple):
    """Something the receiver is bound to; the value is a purpose, an instant (ISO, UTC), ids or nothing."""

    kind: ObligationKind
    value: str = ""


def obligations(
    request: Request, person: CompiledPerson, sides: tuple[Side, ...], deciders: Deciders
) -> tuple[Obligation, ...]:
    """Return what a release binds its receiver to.

    Args:
        request: What was asked.
        person: About whom.
        sides: The asker and the recipient, if there is one.
        deciders: What permitted something.
    """
    found = [Obligation(ObligationKind.PURPOSE, request.purpose.value)]
    if any(reason is not Reason.OWN_RECORD for reason, _ in deciders):
        found.append(_onward(person, sides, deciders))
        end = moment_of(_expiry(person, sides, deciders))
        if end is not None:
            found.append(Obligation(ObligationKind.EXPIRES, end.isoformat()))
    if request.receipt_id is not None:
        found.append(Obligation(ObligationKind.RECEIPT, request.receipt_id))
    if request.override is not None:
        found.append(Obligation(ObligationKind.REVIEW))
    return tuple(found)


def _onward(person: CompiledPerson, sides: tuple[Side, ...], deciders: Deciders) -> Obligation:
    """Return whom everything that decided lets the data be passed on to: all of them, or nobody."""
    common: frozenset[AgencyId] | None = None
    for scope in _onward_scopes(person, sides, deciders):
        if isinstance(scope, Anything):
            continue
        named = scope or frozenset()
        common = named if common is None else common & named
    if common is None or not common:
        return Obligation(ObligationKind.NO_ONWARD_DISCLOSURE)
    return Obligation(ObligationKind.ONWARD_ONLY_TO, " ".join(sorted(common)))


def _onward_scopes(
    person: CompiledPerson, sides: tuple[Side, ...], deciders: Deciders
) -> Iterator[frozenset[AgencyId] | Anything | None]:
    yield from (row.grant.onward_recipients for row in _deciding(person, deciders))
    for reason, by in deciders:
        if reason is Reason.STANDING_CLAUSE:
            yield from (covering.clause.onward_recipients for covering in _named(sides, by))
        elif reason is Reason.OVERRIDDEN:
            yield None


def _deciding(person: CompiledPerson, deciders: Deciders) -> list[Row]:
    """Return the permits that decided, in one look through all there are: a person may have thousands."""
    named = {by for reason, by in deciders if reason is Reason.PERMIT}
    return [row for *_, row in person.permits if row.name in named] if named else []


def _named(sides: tuple[Side, ...], name: str) -> Iterator[Covering]:
    return (c for side in sides for c in side.lens.clauses if c.name == name)


def _expiry(person: CompiledPerson, sides: tuple[Side, ...], deciders: Deciders) -> int:
    """Return the first tick at which something that decided ends."""
    tick = sides[0].tick
    ends = [FOREVER]
    ends.extend(row.end for row in _deciding(person, deciders) if row.start <= tick < row.end)
    for reason, by in deciders:
        if reason is Reason.STANDING_CLAUSE:
            until = (covering.agreement.valid_until for covering in _named(sides, by))
            ends.extend(ticks(end) for end in until if end is not None)
    return min(ends)


def bases(
    request: Request, person: CompiledPerson, sides: tuple[Side, ...], deciders: Deciders
) -> tuple[LawfulBasis, ...]:
    """Return the lawful bases a release relied on, in the order of the enum."""
    found = {row.grant.basis for row in _deciding(person, deciders)}
    for reason, by in deciders:
        if reason is Reason.STANDING_CLAUSE:
            found |= {covering.clause.basis for covering in _named(sides, by)}
        elif reason is Reason.OVERRIDDEN and request.override is not None:
            found.add(request.override.basis)
    return tuple(basis for basis in LawfulBasis if basis in found)
