"""Rows: one stretch of force of one grant, flat, with the shape that a request is matched against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from bnl.consent.conditions import brought_by
from bnl.consent.masks import NO_ROLE, bits, category_mask, forbidden_mask
from bnl.consent.policy import Policy
from bnl.consent.shapes import Shape
from bnl.domain.consent import Grant
from bnl.domain.identifiers import GrantId
from bnl.domain.scope import ANY, Anything
from bnl.domain.vocabulary import Action, Purpose, Role


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One stretch of force of one grant.

    ``brings`` are the categories for which a permit brings its own Article 9 or 10 condition. ``name`` is the
    grant's id, held here so that naming what decided does not reach into the grant.
    """

    shape: Shape
    start: int
    end: int
    categories: int
    hard: bool
    record: int
    brings: int
    grant: Grant
    name: GrantId

    def __repr__(self) -> str:
        return f"Row({self.name})"


# What matching reads of a row, as a bare tuple for speed: its shape, its first tick, the tick after its last.
Key = tuple[Shape, int, int, Row]


def key(row: Row) -> Key:
    """Return what matching reads of a row."""
    return row.shape, row.start, row.end, row


# All a decision needs of a row whose name nobody asks: its shape, its first tick, the tick after its last,
# its categories, and those it brings a condition for or, of a forbid, whether it is hard. It holds no row: to
# touch one takes longer than to match it.
Line = tuple[Shape, int, int, int, int]


def line(row: Row) -> Line:
    """Return what deciding reads of a row."""
    return row.shape, row.start, row.end, _shared(row.categories), _shared(row.brings | row.hard)


@lru_cache(maxsize=4096)
def _shared(mask: int) -> int:
    """Return one number for all rows with the same categories: it stays within the processor's reach."""
    return mask


_ROLES_AND_NONE: Final = bits(Role) | NO_ROLE


def area_key(area: str) -> str:
    """Return an area as it is compared: trimmed, in one case."""
    return " ".join(area.split()).casefold()


def _enum_bits(scope: Iterable[StrEnum] | Anything | None, whole: int, retired: frozenset[StrEnum]) -> int:
    """Return the bits a permit matches in one dimension; silence matches nothing."""
    if scope is None:
        return 0
    return whole if scope is ANY else bits(value for value in scope if value not in retired)


def permit_row(grant: Grant, record: int, policy: Policy) -> Row | None:
    """Return the row of a permit without its term, or None if some dimension matches nothing."""
    retired = policy.rulebook.retired
    dimensions = (
        _enum_bits(grant.actions, bits(Action), retired.actions),
        _enum_bits(grant.purposes, bits(Purpose), retired.purposes),
        _enum_bits(grant.roles, _ROLES_AND_NONE, retired.roles),
    )
    categories = category_mask(grant.categories, retired.categories)
    if not (all(dimensions) and categories):
        return None
    if grant.agencies is None or grant.users is None or grant.areas is None:
        return None
    return Row(
        shape=policy.shape(
            dimensions[0] | dimensions[1] | dimensions[2],
            _members(grant.agencies),
            _members(grant.users),
            None if grant.areas is ANY else frozenset(area_key(str(area)) for area in grant.areas),
        ),
        start=0,
        end=0,
        categories=categories,
        hard=False,
        record=record,
        brings=brought_by(grant, policy.agencies, policy.documents),
        grant=grant,
        name=grant.grant_id,
    )


def _members(scope: Iterable[str] | Anything) -> frozenset[str] | None:
    return None if scope is ANY else frozenset(str(value) for value in scope)


def _said(scope: Iterable[StrEnum] | Anything | None, whole: int) -> int:
    return whole if scope is None or isinstance(scope, Anything) else bits(scope)


def forbid_row(grant: Grant, record: int, term: tuple[int, int], policy: Policy) -> Row:
    """Return the row of a forbid: what it does not say it matches, and so does what a request lacks."""
    internal = bits(policy.rulebook.internal)
    actions = _said(grant.actions, bits(Action))
    roles = _said(grant.roles, bits(Role))
    purposes = _said(grant.purposes, bits(Purpose) & ~internal)
    agencies, users, areas = grant.agencies, grant.users, grant.areas
    return Row(
        shape=policy.shape(
            actions | roles | purposes | NO_ROLE,
            None if agencies is None else _members(agencies),
            None if users is None or users is ANY else frozenset((*users, None)),
            None if areas is None or areas is ANY else frozenset((*map(area_key, areas), None)),
        ),
        start=term[0],
        end=term[1],
        categories=forbidden_mask(grant.categories),
        hard=grant.hard,
        record=record,
        brings=0,
        grant=grant,
        name=grant.grant_id,
    )
