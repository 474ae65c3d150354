"""Leave out pairs that cannot reach a weight: a bound from cheap columns, closer by the letters of names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnl.matching.arrays import F32, I32, I64
from bnl.matching.scorer import Scorer
from bnl.matching.screen_names import NameScreen
from bnl.matching.screen_parts import Part, others

# Single precision carries bounds; what it may lose is added back.
_SLACK = 0.01


class Screen:
    """Tells which pairs may reach a weight.

    A weight compares the likelihood of a pattern among one person's records with that among all other kinds
    of pair. It is never more than the comparison with unrelated people alone, and there comparisons add up.
    For each of them the most that two rows can show follows from integers: equal codes show their own
    frequency, unequal ones the best level that can be.

    Args:
        scorer: Weighs pairs.
        floor: Weight that is to be reached, in bits.
    """

    def __init__(self, scorer: Scorer, floor: float) -> None:
        self.floor = np.float32(floor - (scorer.match - scorer.chance) - _SLACK)
        self.names = NameScreen(scorer)
        self.parts = others(scorer)

    def first(self, left: I32, right: I32) -> I64:
        """Return the places of the pairs of rows that a bound without a comparison lets through."""
        return np.flatnonzero(self.names.most(left, right) >= self._needed(left, right))

    def closer(self, left: I32, right: I32) -> I64:
        """Return the places of the pairs let through that still may when further names are compared."""
        some = self.names.with_further(left, right)
        out = np.ones(left.size, dtype=np.bool_)
        one, two = left[some], right[some]
        out[some] = self.names.shown(one, two) >= self._needed(one, two)
        return np.flatnonzero(out)

    def possible(self, left: I32, right: I32) -> I64:
        """Return the places of the pairs of rows whose weight may reach the floor."""
        places = self.first(left, right)
        return places[self.closer(left[places], right[places])]

    def packed(self) -> PackedScreen:
        """Return what the bound needs of all rows, row after row, for the compiled twin of `first`."""
        columns = self.names.words()
        starts = []
        for part in self.parts:
            starts.append(len(columns))
            columns += part.words()
        words = np.empty((columns[0].size, len(columns) + len(columns) % 2), dtype=np.int32)
        for place, column in enumerate(columns):
            words[:, place] = column
        return PackedScreen(words, tuple(zip(self.parts, starts, strict=True)), self.names, self.floor)

    def _needed(self, left: I32, right: I32) -> F32:
        bound = np.zeros(left.size, dtype=np.float32)
        for part in self.parts:
            part.add(bound, left, right)
        return self.floor - bound


class PackedScreen(NamedTuple):
    """A screen laid out row by row.

    Args:
        words: What is needed of each row, 32 bits a word, shape (rows, words); names come first.
        parts: Bounds of the comparisons, each with the place of its first word.
        names: Bounds of names.
        floor: What parts and names need to come to, in bits.
    """

    words: I32
    parts: tuple[tuple[Part, int], ...]
    names: NameScreen
    floor: np.float32
