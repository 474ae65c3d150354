"""The rulebook: one dated version of everything decisions take from rule data, handed over as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role


@dataclass(frozen=True, slots=True)
class Retired:
    """Values no longer used, dimension by dimension, for the same word may live on in another."""

    actions: frozenset[Action] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    roles: frozenset[Role] = frozenset()
    categories: frozenset[FieldCategory] = frozenset()


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rule data that changes over time but not within a decision.

    Args:
        version: Name of this state of the rules, logged with what it decided.
        stated_on: Day on which it was last read against the statutes.
        retired: Values no longer used: they still bind in a forbid and match nothing in a permit.
        internal: Purposes no forbid and no corruption reaches unless the forbid names them.
    """

    version: str
    stated_on: date
    retired: Retired = Retired()
    internal: frozenset[Purpose] = frozenset({Purpose.LINKAGE, Purpose.STEWARDSHIP, Purpose.STATISTICS})


RULEBOOK: Final = Rulebook(version="2026-11", stated_on=date(2026, 11, 1))
