"""Subtraction: taking an inner deny out of a permit exactly, dimension by dimension, or refusing to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from bnl.domain.scope import ANY, Anything, Scope
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.errors import InvalidValue

# Dimensions whose ANY is a closed list, so that something can be taken out of it. A request may lack a role,
# a user or an area, and agencies come and go: their ANY is more than any list of them.
CLOSED: Final = MappingProxyType(
    {"actions": frozenset(Action), "purposes": frozenset(Purpose), "categories": frozenset(FieldCategory)}
)


@dataclass(frozen=True, slots=True)
class Extent:
    """What a permit or an inner deny extends over.

    Args:
        scopes: Dimension by name; None is everything in a deny.
        start: First instant (UTC); None is the beginning of time.
        end: First instant after the last; None is for ever.
    """

    scopes: Mapping[str, Scope[str]]
    start: datetime | None
    end: datetime | None


def subtract(permit: Extent, deny: Extent) -> Extent | None:
    """Take a deny out of a permit.

    Args:
        permit: What is permitted; says every dimension.
        deny: What is denied within it.

    Returns:
        What is left, or None if nothing is.

    Raises:
        InvalidValue: If what is left is no single permit.
    """
    if any(_apart(permit.scopes[name], scope) for name, scope in deny.scopes.items()):
        return permit
    if _before(permit.end, deny.start) or _before(deny.end, permit.start):
        return permit
    open_ = [name for name, scope in deny.scopes.items() if not _covers(name, scope, permit.scopes[name])]
    covers_time = _covers_time(permit, deny)
    if not open_:
        return None if covers_time else _cut(permit, deny)
    if len(open_) > 1 or not covers_time:
        raise InvalidValue(
            f"The inner deny narrows {', '.join(open_)}{'' if covers_time else ' and the period'} at once.",
            "Record what is left as grants of their own.",
        )
    name = open_[0]
    return replace(
        permit, scopes={**permit.scopes, name: _left(name, permit.scopes[name], deny.scopes[name])}
    )


def _apart(one: Scope[str], other: Scope[str]) -> bool:
    both = isinstance(one, frozenset) and isinstance(other, frozenset)
    # Any category includes existence, so a deny of existence touches every category.
    return both and not one & other and FieldCategory.EXISTENCE not in other  # type: ignore[operator]


def _covers(name: str, deny: Scope[str], permit: Scope[str]) -> bool:
    if deny is None or isinstance(deny, Anything) or FieldCategory.EXISTENCE in deny:
        return True
    whole = CLOSED.get(name) if permit is ANY else permit
    return isinstance(whole, frozenset) and whole <= deny


def _left(name: str, permit: Scope[str], deny: Scope[str]) -> frozenset[str]:
    whole = CLOSED.get(name) if permit is ANY else permit
    if not isinstance(whole, frozenset) or not isinstance(deny, frozenset):
        raise InvalidValue(
            f"Nothing can be taken out of any {name} exactly.", "List those the permit is for."
        )
    return whole - deny


def _before(end: datetime | None, start: datetime | None) -> bool:
    return end is not None and start is not None and end <= start


def _covers_time(permit: Extent, deny: Extent) -> bool:
    starts = deny.start is None or (permit.start is not None and deny.start <= permit.start)
    ends = deny.end is None or (permit.end is not None and permit.end <= deny.end)
    return starts and ends


def _cut(permit: Extent, deny: Extent) -> Extent:
    """Cut a deny's stretch of time off one end of a permit's."""
    if deny.start is None or (permit.start is not None and deny.start <= permit.start):
        return replace(permit, start=deny.end)
    if deny.end is None or (permit.end is not None and permit.end <= deny.end):
        return replace(permit, end=deny.start)
    raise InvalidValue("The inner deny cuts the permit's time in two.", "Record the two parts as grants.")
