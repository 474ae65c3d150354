"""Similarity of coded values: each distinct pair of values is scored once and remembered."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from bnl.matching.arrays import I32, I64, distinct, unordered, unpack
from bnl.matching.lexicon import Lexicon

F32 = npt.NDArray[np.float32]

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
    """

    def __init__(self, lexicon: Lexicon, measure: str) -> None:
        self._lexicon = lexicon
        self._scorer, self._scale = SCORERS[measure]

    def scores(self, left: I32, right: I32) -> F32:
        """Return the score of each pair of codes; both codes of a pair must be present."""
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
