"""Similarity of coded values: each distinct pair of values is scored once and remembered."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from bnl.matching.arrays import F32, I32, I64, distinct, unordered, unpack
from bnl.matching.lexicon import Lexicon
from bnl.matching.native import loaded
from bnl.matching.sketches import ALIKE, Sketches, fewest_edits, may_be_alike, needed
from bnl.matching.texts_layout import KnownTexts

# Looking a score up costs about as much as computing two thirds of one.
_WORTH = 1.5

# Characters from which on the compiled loop, which compares one by one, is no longer the quicker way.
_LONG = 64
# A similarity a hair below a bound is computed in full, and compared with it only as it is handed on.
_HAIR = 1e-6

SCORERS: Final[MappingProxyType[str, Callable[..., Any]]] = MappingProxyType(
    {"jaro_winkler": JaroWinkler.similarity, "edits": OSA.distance}
)


class PairScores:
    """Scores of pairs of values of one lexicon under one measure, computed once per distinct pair.

    Args:
        lexicon: The values.
        measure: ``jaro_winkler`` in [0, 1], or ``edits`` (a count).
        bound: What lies beyond need not be known: lower similarities come out as 0 (if the bound is at
            least `sketches.ALIKE`), more edits as one more than these. None: all is known.
    """

    def __init__(self, lexicon: Lexicon, measure: str, bound: float | None = None) -> None:
        self._lexicon = lexicon
        self._measure, self._scorer = measure, SCORERS[measure]
        # Sketches tell of what is less than alike, and nothing of any lower similarity.
        self._bound = bound if bound is not None and (measure == "edits" or bound >= ALIKE) else None
        self._cutoff = bound if self._bound is None or measure == "edits" else self._bound - _HAIR
        self._sketches = Sketches(lexicon)
        self._texts = KnownTexts(lexicon)

    def scores(self, left: I32, right: I32) -> F32:
        """Return the score of each pair of codes; both codes of a pair must be present."""
        if self._bound is None or not left.size:
            return self._distinct_scores(left, right)
        native = loaded()
        if native is not None:
            texts = self._texts.texts()
            if texts.longest <= _LONG:
                if self._measure == "edits":
                    return native.edits(left, right, texts, int(self._bound))
                return native.alike(left, right, texts, self._bound, needed(self._bound))
        return self._sketched_scores(left, right, self._bound)

    def _sketched_scores(self, left: I32, right: I32, bound: float) -> F32:
        one, two = self._sketches.of(left), self._sketches.of(right)
        if self._measure == "edits":
            out = np.full(left.size, bound + 1.0, dtype=np.float32)
            rest = np.flatnonzero(fewest_edits(one, two) <= bound)
            out[rest] = self._distinct_scores(left[rest], right[rest])
            return out
        out = np.zeros(left.size, dtype=np.float32)
        rest = np.flatnonzero(may_be_alike(one, two, needed(bound)))
        found = self._distinct_scores(left[rest], right[rest])
        out[rest] = np.where(found < bound, np.float32(0.0), found)
        return out

    def _distinct_scores(self, left: I32, right: I32) -> F32:
        if left.size == 0:
            return np.zeros(0, dtype=np.float32)
        keys = unordered(left, right)
        wanted = distinct(keys)
        if wanted.size * _WORTH > keys.size:
            return self._score(keys)
        return self._score(wanted)[np.searchsorted(wanted, keys)]

    def _score(self, keys: I64) -> F32:
        low, high = unpack(keys)
        one, two = self._lexicon.array(low), self._lexicon.array(high)
        raw = cpdist(one, two, scorer=self._scorer, score_cutoff=self._cutoff, dtype=np.float64, workers=1)
        return np.asarray(raw, dtype=np.float32)
