"""Scopes: the dimensions of grants and clauses, where silence never widens and ANY has to be said."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, PlainSerializer

T = TypeVar("T")


class Anything(StrEnum):
    """The word that makes a dimension match everything."""

    ANY = "any"


ANY = Anything.ANY


def _refuse_empty(scope: frozenset[T] | Anything | None) -> frozenset[T] | Anything | None:
    if isinstance(scope, frozenset) and not scope:
        raise ValueError("an empty set says neither nothing nor everything; leave it out or say any")
    return scope


def _in_order(scope: frozenset[T] | Anything | None) -> list[T] | Anything | None:
    return sorted(scope) if isinstance(scope, frozenset) else scope  # type: ignore[type-var]


_CHECKS = (AfterValidator(_refuse_empty), PlainSerializer(_in_order))

# A dimension of a grant: a set, ANY, or None when it was not said. None matches everything in a forbid and
# nothing in a permit.
Scope = Annotated[frozenset[T] | Anything | None, *_CHECKS]

# A dimension of a clause is always said: a set, or ANY.
Named = Annotated[frozenset[T] | Anything, *_CHECKS]

# A set that is stored in one order only, so that the same statement always has the same bytes.
Ordered = Annotated[frozenset[T], PlainSerializer(_in_order)]
