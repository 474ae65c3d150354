"""Compare the codes of one column for pairs of rows: missing, equal, or to be looked at closer."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import I32, I64, U8
from bnl.matching.levels import ELSE, NULL
from bnl.matching.native import loaded


def compare_codes(left: I32, right: I32, column: I32, exact: int, other: I32 | None = None) -> tuple[U8, I64]:
    """Compare the codes of one column.

    Args:
        left: Rows of one side.
        right: Rows of the other.
        column: Codes of all rows, -1 for missing.
        exact: Level of equal codes.
        other: Codes of which equality is enough as well, where there are any.

    Returns:
        The level of each pair (`NULL` where a code is missing, ``exact``, else `ELSE`), and the places of
        the last.
    """
    native = loaded()
    if native is not None:
        return native.equal(left, right, column, exact, other)
    a, b = column[left], column[right]
    out = np.full(a.size, ELSE, dtype=np.uint8)
    out[a == b] = exact
    if other is not None:
        out[other[left] == other[right]] = exact
    out[(a < 0) | (b < 0)] = NULL
    return out, np.flatnonzero(out == ELSE)
