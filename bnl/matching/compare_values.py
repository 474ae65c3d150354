"""Compare numbers, contacts, places and other values of row pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bnl.matching.arrays import I32, U8, Bool
from bnl.matching.compare_codes import compare_codes
from bnl.matching.derived import Derived
from bnl.matching.features import PlaceFeatures
from bnl.matching.levels import ELSE, LEVELS, NULL
from bnl.matching.similarity import PairScores
from bnl.matching.table import Table

_P = {level.name: place for place, level in enumerate(LEVELS["postcode"])}
_E = {level.name: place for place, level in enumerate(LEVELS["email"])}
_T = {level.name: place for place, level in enumerate(LEVELS["text"])}
_I = {level.name: place for place, level in enumerate(LEVELS["identifier"])}
_CLOSE, SIMILAR = 0.92, 0.82
EMAIL_SIMILAR = 0.9
# Edits that make a slip of a number or postcode, and slips of an address.
SLIP, SLIPS = 1, 2


class ValueComparer:
    """Levels of one column of row pairs: the best over all pairs of its slots.

    Args:
        table: The records.
        column: Column to compare.
    """

    def __init__(self, table: Table, column: str) -> None:
        self._table = table
        self._column = column

    def grade(self, a: I32, b: I32) -> U8:
        """Return the level of pairs of present, unequal codes; here all differ."""
        return np.full(a.size, ELSE, dtype=np.uint8)

    @property
    def exact(self) -> int:
        """The code of the level of equal values."""
        return ELSE + 1

    def levels(self, left: I32, right: I32) -> U8:
        """Return the level of each pair of rows."""
        slots = self._table.slots(self._column)
        first = slots[:, 0]
        out, rest = compare_codes(left, right, first, self.exact)
        out[rest] = self.grade(first[left[rest]], first[right[rest]])
        width = slots.shape[1]
        if width > 1:
            more = np.flatnonzero(((slots[left, 1] >= 0) | (slots[right, 1] >= 0)) & (out < self.exact))
            best = out[more]
            a, b = slots[left[more]], slots[right[more]]
            for one in range(width):
                for two in range(width):
                    if one or two:
                        np.maximum(best, self._one(a[:, one], b[:, two]), out=best)
            out[more] = best
        return out

    def _one(self, a: I32, b: I32) -> U8:
        out = np.full(a.size, NULL, dtype=np.uint8)
        present: Bool = (a >= 0) & (b >= 0)
        equal = a == b
        out[present & equal] = self.exact
        rest = np.flatnonzero(present & ~equal)
        out[rest] = self.grade(a[rest], b[rest])
        return out


class IdentifierComparer(ValueComparer):
    """Numbers that name one person: equal, one slip apart, or different."""

    def __init__(self, table: Table, column: str, edits: PairScores) -> None:
        super().__init__(table, column)
        self._edits = edits

    @property
    def exact(self) -> int:
        """The code of the level of equal values."""
        return _I["exact"]

    def grade(self, a: I32, b: I32) -> U8:
        """Return the level of pairs of present, unequal numbers."""
        return np.where(self._edits.scores(a, b) <= SLIP, _I["typo"], ELSE).astype(np.uint8)


class PostcodeComparer(ValueComparer):
    """Postcodes: equal, one slip apart, same sector, district or area."""

    def __init__(self, table: Table, column: str, features: PlaceFeatures, edits: PairScores) -> None:
        super().__init__(table, column)
        self._features = features
        self._edits = edits

    @property
    def exact(self) -> int:
        """The code of the level of equal values."""
        return _P["exact"]

    def grade(self, a: I32, b: I32) -> U8:
        """Return the level of pairs of present, unequal postcodes."""
        out = np.full(a.size, ELSE, dtype=np.uint8)
        for level in ("area", "district", "sector"):
            derived: Derived = getattr(self._features, level)
            one = derived.of(a)
            out[(one == derived.of(b)) & (one >= 0)] = _P[level]
        # A slip that keeps nothing of the first two characters is not looked for.
        near = np.flatnonzero(out > ELSE)
        out[near[self._edits.scores(a[near], b[near]) <= SLIP]] = _P["typo"]
        return out


def _local_parts(addresses: Sequence[str]) -> list[str]:
    return [address.partition("@")[0] for address in addresses]


class EmailComparer(ValueComparer):
    """E-mail addresses: equal, the same name at another provider, or spelt alike."""

    def __init__(self, table: Table, column: str, scores: PairScores, edits: PairScores) -> None:
        super().__init__(table, column)
        self._scores = scores
        self._edits = edits
        self._local = Derived(table.lexicons[column], _local_parts)

    @property
    def exact(self) -> int:
        """The code of the level of equal values."""
        return _E["exact"]

    def grade(self, a: I32, b: I32) -> U8:
        """Return the level of pairs of present, unequal addresses."""
        score = self._scores.scores(a, b)
        out = np.where(score >= EMAIL_SIMILAR, _E["similar"], ELSE).astype(np.uint8)
        near = np.flatnonzero(out == _E["similar"])
        out[near[self._edits.scores(a[near], b[near]) <= SLIPS]] = _E["typo"]
        out[self._local.of(a) == self._local.of(b)] = _E["local"]
        return out


class TextComparer(ValueComparer):
    """Places, addresses and other words: equal, or spelt alike."""

    def __init__(self, table: Table, column: str, scores: PairScores) -> None:
        super().__init__(table, column)
        self._scores = scores

    @property
    def exact(self) -> int:
        """The code of the level of equal values."""
        return _T["exact"]

    def grade(self, a: I32, b: I32) -> U8:
        """Return the level of pairs of present, unequal texts."""
        score = self._scores.scores(a, b)
        place = np.digitize(score, np.array([SIMILAR, _CLOSE], dtype=np.float32))
        return np.array([ELSE, _T["similar"], _T["close"]], dtype=np.uint8)[place]
