"""The rulebook: one dated version of everything decisions take from rule data, handed over as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from bnl.domain.vocabulary import Purpose


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rule data that changes over time but not within a decision.

    Args:
        version: Name of this state of the rules, logged with what it decided.
        stated_on: Day on which it was last read against the statutes.
        retired: Enum values no longer used: they still bind in a forbid and match nothing in a permit.
        internal: Purposes no forbid and no corruption reaches unless the forbid names them.
    """

    version: str
    stated_on: date
    retired: frozenset[StrEnum] = frozenset()
    internal: frozenset[Purpose] = frozenset({Purpose.LINKAGE, Purpose.STEWARDSHIP, Purpose.STATISTICS})


RULEBOOK: Final = Rulebook(version="2026-11", stated_on=date(2026, 11, 1))
