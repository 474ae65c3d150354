"""What a file states about consent, kept as neutral data for the register to make grants of."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from bnl.domain.base import PersonalNoun
from bnl.domain.vocabulary import Action, Capacity, FieldCategory, LawfulBasis, Purpose


class StatedEffect(StrEnum):
    """What an answer on consent does."""

    PERMIT = "permit"
    FORBID = "forbid"


class GrantStatement(PersonalNoun):
    """One answer on consent as a row and its profile state it; a dimension that is None was not stated.

    Nothing is filled in here: in a forbid an unstated dimension matches everything, in a permit nothing,
    and it is the register's business to apply that.

    Args:
        effect: Permit or forbid.
        hard: Whether a forbid is hard.
        categories: Field categories it is about.
        purposes: Purposes it is about.
        actions: Actions it is about.
        agencies: Agencies it is about.
        lawful_basis: The basis stated.
        given_by: In what capacity it was given.
        given_on: When it was given (civil date, Europe/London).
        valid_until: First day on which it no longer holds.
        open_ended: Whether the profile says it has no end.
        evidence: Where the proof lies, such as the column and the form it was signed on.
    """

    effect: StatedEffect
    hard: bool = False
    categories: frozenset[FieldCategory] | None = None
    purposes: frozenset[Purpose] | None = None
    actions: frozenset[Action] | None = None
    agencies: frozenset[str] | None = None
    lawful_basis: LawfulBasis | None = None
    given_by: Capacity | None = None
    given_on: date | None = None
    valid_until: date | None = None
    open_ended: bool = False
    evidence: str = ""
