"""Masks: sets of categories, actions, purposes and roles as bits, so that matching is an AND."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache, reduce
from operator import or_
from types import MappingProxyType
from typing import Final

from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.scope import ANY, Anything
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role

CATEGORIES: Final = tuple(FieldCategory)
CATEGORY_BIT: Final = MappingProxyType({category: 1 << i for i, category in enumerate(CATEGORIES)})
EVERYTHING: Final = (1 << len(CATEGORIES)) - 1
EXISTENCE: Final = CATEGORY_BIT[FieldCategory.EXISTENCE]

FIELD_BIT: Final = MappingProxyType({name: CATEGORY_BIT[cat] for name, cat in FIELD_CATEGORY.items()})

_VALUES: Final[tuple[StrEnum, ...]] = (*Action, *Purpose, *Role)
_BIT: Final = {(type(value), value): 1 << i for i, value in enumerate(_VALUES)}
# A request without a role carries this bit instead: it lies in every forbid, and in permits for any role.
NO_ROLE: Final = 1 << len(_VALUES)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
FOREVER: Final = 1 << 62


def ticks(moment: datetime) -> int:
    """Return a moment as whole microseconds since 1970 (UTC)."""
    return (moment - _EPOCH) // _TICK


def moment_of(tick: int) -> datetime | None:
    """Return the moment of a tick count (UTC), or None if it is for ever."""
    return None if tick >= FOREVER else _EPOCH + tick * _TICK


def bit(value: StrEnum) -> int:
    """Return the bit of an action, purpose or role."""
    return _BIT[type(value), value]


def bits(values: Iterable[StrEnum]) -> int:
    """Return the bits of several actions, purposes or roles."""
    return reduce(or_, (bit(value) for value in values), 0)


def category_mask(
    scope: Iterable[FieldCategory] | Anything | None, retired: frozenset[FieldCategory] = frozenset()
) -> int:
    """Return the bits of a permitting scope of categories; any category includes existence.

    Args:
        scope: Categories, ANY, or None, which permits nothing.
        retired: Values that permit nothing any more.
    """
    if scope is None:
        return 0
    named = CATEGORIES if scope is ANY else tuple(scope)
    mask = reduce(or_, (CATEGORY_BIT[FieldCategory(c)] for c in named if c not in retired), 0)
    return mask | EXISTENCE if mask else 0


def forbidden_mask(scope: Iterable[FieldCategory] | Anything | None) -> int:
    """Return the bits of a forbidding scope of categories; silence and existence forbid everything."""
    if scope is None or scope is ANY or FieldCategory.EXISTENCE in scope:
        return EVERYTHING
    return reduce(or_, (CATEGORY_BIT[FieldCategory(c)] for c in scope), 0)


@lru_cache(maxsize=4096)
def categories_of(mask: int) -> frozenset[FieldCategory]:
    """Return the categories whose bits are set."""
    return frozenset(category for category, one in CATEGORY_BIT.items() if mask & one)
