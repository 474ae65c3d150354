"""Set what was learned about given names in the levels of pairs."""

from __future__ import annotations

from typing import Final

import numpy as np

from bnl.matching.arrays import I32, I64, U8, Bool, lookup, pack, unordered, unpack
from bnl.matching.levels import LEVELS, code

OPEN: Final = frozenset({"different", "weak", "similar"})
UNLIKE: Final = frozenset({"different", "weak"})
_LEARNED, _BYNAME = code("given", "learned"), code("given", "byname")


def levels_named(names: frozenset[str]) -> Bool:
    """Return which codes of given name levels bear some names, one truth value per code."""
    return np.array([level.name in names for level in LEVELS["given"]], dtype=np.bool_)


def learned_levels(learned: I64, left: I32, right: I32, levels: U8) -> U8:
    """Return the levels of pairs of given names with what was learned about the names set where it says more.

    Args:
        learned: Pairs of names that stand for each other, and by-names paired with themselves; packed,
            ascending.
        left: Given names of one side.
        right: Of the other.
        levels: Levels before anything was learned.
    """
    out = levels.copy()
    rows = np.flatnonzero(levels_named(OPEN)[levels] & (left >= 0) & (right >= 0))
    # Few names have a part in anything learned.
    taught = np.zeros(1 + int(max(left.max(initial=0), right.max(initial=0))), dtype=np.bool_)
    for side in unpack(learned):
        taught[side[side < taught.size]] = True
    rows = rows[taught[left[rows]] | taught[right[rows]]]
    one, two = left[rows], right[rows]
    lone = lookup(learned, pack(one, one))[0] ^ lookup(learned, pack(two, two))[0]
    lone &= levels_named(UNLIKE)[levels[rows]]
    out[rows[lone]] = _BYNAME
    out[rows[lookup(learned, unordered(one, two))[0] & (one != two)]] = _LEARNED
    return out
