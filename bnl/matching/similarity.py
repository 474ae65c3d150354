"""Similarity of coded values: each distinct pair of values is scored once and remembered."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from bnl.matching.arrays import F32, I32, I64, distinct, unordered, unpack
from bnl.matching.lexicon import Lexicon
from bnl.matching.sketches import ALIKE, Sketches, may_be_alike

# Looking a score up costs about as much as computing two thirds of one.
_WORTH = 1.5

SCORERS: Final[MappingProxyType[str, tuple[Callable[..., Any], float]]] = MappingProxyType(
    {
        "jaro_winkler": (JaroWinkler.similarity, 1.0),
        "edits": (OSA.distance, 1.0),
        "token_sort": (fuzz.token_sort_ratio, 0.01),
    }
)


class PairScores:
    """Scores of pairs of values of one lexicon under one measure, computed once per distinct pair.

    Args:
        lexicon: The values.
        measure: ``jaro_winkler`` in [0, 1], ``token_sort`` in [0, 1], or ``edits`` (a count).
        least: Jaro–Winkler similarities below this need not be known; they come out as 0.
    """

    def __init__(self, lexicon: Lexicon, measure: str, least: float = 0.0) -> None:
        self._lexicon = lexicon
        self._scorer, self._scale = SCORERS[measure]
        # Sketches tell of what is less than alike, and nothing of any lower similarity.
        self._least = least if least >= ALIKE else 0.0
        self._sketches = Sketches(lexicon) if self._least > 0.0 else None

    def scores(self, left: I32, right: I32) -> F32:
        """Return the score of each pair of codes; both codes of a pair must be present."""
        if self._sketches is None or not left.size:
            return self._distinct_scores(left, right)
        out = np.zeros(left.size, dtype=np.float32)
        sketch = self._sketches.of
        open_pairs = np.flatnonzero(may_be_alike(sketch(left), sketch(right)))
        found = self._distinct_scores(left[open_pairs], right[open_pairs])
        found[found < self._least] = 0.0
        out[open_pairs] = found
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
        raw = cpdist(one, two, scorer=self._scorer, dtype=np.float64, workers=1)
        return (raw * self._scale).astype(np.float32)
