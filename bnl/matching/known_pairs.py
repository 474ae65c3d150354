"""Find pairs of rows among pairs that are known already."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import I32, I64, lookup, pack
from bnl.matching.native import loaded


class KnownPairs:
    """Distinct pairs of rows, sorted by left then right row.

    Args:
        left: Rows of one side.
        right: Rows of the other.
        rows: Number of rows there are.
    """

    def __init__(self, left: I32, right: I32, rows: int) -> None:
        self._left, self._right = left, right
        self._pointer = np.zeros(rows + 1, dtype=np.int32)
        np.cumsum(np.bincount(left, minlength=rows), out=self._pointer[1:])

    def find(self, left: I32, right: I32) -> I64:
        """Return where each of some pairs is, -1 where it is not."""
        native = loaded()
        if native is not None:
            return native.find(left, right, self._pointer, self._right)
        found, places = lookup(pack(self._left, self._right), pack(left, right))
        return np.where(found, places, -1)
