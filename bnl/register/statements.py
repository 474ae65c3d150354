"""Statements of consent that rows carry, made into grants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from pydantic import ValidationError

from bnl.domain.consent import CorruptGrant, Giver, Grant
from bnl.domain.identifiers import GRANT, AgencyId, GrantId, new_id
from bnl.domain.record import SourceRecord
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Capacity, Effect, LawfulBasis
from bnl.errors import BnlError
from bnl.exchange.statements import GrantStatement, StatedEffect
from bnl.register.clock import LONDON

EXPIRED = "permit_already_expired"
_OWN = {"grant_id", "version", "recorded_at", "sequence"}


class Refused(BnlError):
    """A row that cannot be taken as it is.

    Args:
        reason: Code.
        advice: What to do.
    """

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(f"The row cannot be taken: {reason}.", advice)
        self.reason = reason


def grants_from(
    statements: Iterable[GrantStatement], record: SourceRecord, now: datetime
) -> tuple[list[Grant], list[str]]:
    """Make the grants that a row states.

    Args:
        statements: What the row states.
        record: The record they are given on.
        now: When they are recorded (UTC).

    Returns:
        The grants, and a code for each permit left out because it has already expired.

    Raises:
        Refused: A statement cannot be made a grant; leaving it out could widen what is seen.
    """
    made: list[Grant] = []
    skipped: list[str] = []
    for statement in statements:
        if statement.effect is StatedEffect.PERMIT and _ended(statement, now):
            skipped.append(EXPIRED)
            continue
        try:
            made.append(_grant(statement, record, now))
        except ValidationError as error:
            why = "; ".join(str(problem["msg"]) for problem in error.errors(include_input=False))
            raise Refused("grant_refused", f"The consent stated with the row cannot stand: {why}.") from None
    return made, skipped


def same_terms(one: Grant, other: Grant | CorruptGrant) -> bool:
    """Tell whether two grants say the same; a file sent twice records its grants once."""
    if not isinstance(other, Grant):
        return False
    # A statement without a date begins when it is recorded: sent again it begins later and says the same.
    undated = one.valid_from == one.recorded_at and other.valid_from == other.recorded_at
    own = _OWN | {"valid_from"} if undated else _OWN
    return one.model_dump(exclude=own) == other.model_dump(exclude=own)


def _ended(statement: GrantStatement, now: datetime) -> bool:
    return statement.valid_until is not None and _instant(statement.valid_until) <= now


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _grant(statement: GrantStatement, record: SourceRecord, now: datetime) -> Grant:
    permit = statement.effect is StatedEffect.PERMIT
    capacity = statement.given_by or Capacity.SELF
    giver = record.record_id if capacity is Capacity.SELF else f"{capacity.value}:{record.record_id}"
    agencies = None if statement.agencies is None else frozenset(AgencyId(a) for a in statement.agencies)
    # A statement has no words for users, roles and areas: the clause above it limits those of a permit.
    anyone = ANY if permit else None
    return Grant(
        grant_id=GrantId(new_id(GRANT)),
        record_id=record.record_id,
        effect=Effect.PERMIT if permit else Effect.FORBID,
        hard=statement.hard,
        basis=(statement.lawful_basis or LawfulBasis.CONSENT) if permit else None,
        relying_party=record.agency_id if permit else None,
        agencies=ANY if agencies is not None and "any" in agencies else agencies,
        users=anyone,
        roles=anyone,
        actions=statement.actions,
        purposes=statement.purposes,
        categories=statement.categories,
        areas=anyone,
        valid_from=_instant(statement.given_on) if statement.given_on else now,
        valid_until=_instant(statement.valid_until) if statement.valid_until else None,
        open_ended=statement.open_ended and statement.valid_until is None,
        recorded_at=now,
        given_by=Giver(reference=giver, capacity=capacity),
        evidence=(statement.evidence,) if statement.evidence else (),
    )
