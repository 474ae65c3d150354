"""Similarity of coded values: each distinct pair of values is scored once and remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from bnl.matching.arrays import I32, I64, distinct, lookup, pack, unpack
from bnl.matching.lexicon import Lexicon

F32 = npt.NDArray[np.float32]

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
        limit: Distinct pairs kept from call to call; when more come, the memory starts afresh.
    """

    def __init__(self, lexicon: Lexicon, measure: str, limit: int = 4_000_000) -> None:
        self._lexicon = lexicon
        self._scorer, self._scale = SCORERS[measure]
        self._limit = limit
        self._known: tuple[I64, F32] = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        self._lock = threading.Lock()

    def scores(self, left: I32, right: I32) -> F32:
        """Return the score of each pair of codes; both codes of a pair must be present."""
        if left.size == 0:
            return np.zeros(0, dtype=np.float32)
        keys = pack(np.minimum(left, right), np.maximum(left, right))
        wanted = distinct(keys)
        known, scores = self._known
        found, place = lookup(known, wanted)
        values = np.empty(wanted.size, dtype=np.float32)
        values[found] = scores[place[found]]
        fresh = ~found
        if fresh.any():
            values[fresh] = self._score(wanted[fresh])
            self._remember(wanted[fresh], values[fresh])
        return values[np.searchsorted(wanted, keys)]

    def _score(self, keys: I64) -> F32:
        low, high = unpack(keys)
        raw = cpdist(
            self._lexicon.take(low),
            self._lexicon.take(high),
            scorer=self._scorer,
            dtype=np.float64,
            workers=1,
        )
        return (raw * self._scale).astype(np.float32)

    def _remember(self, keys: I64, values: F32) -> None:
        with self._lock:
            known, scores = self._known
            if known.size + keys.size > self._limit:
                self._known = (keys, values)
                return
            place = np.searchsorted(known, keys)
            # Two threads may have scored one pair: a key that is already there is not put in twice.
            new = np.ones(keys.size, dtype=np.bool_)
            inside = place < known.size
            new[inside] = known[place[inside]] != keys[inside]
            self._known = (
                np.insert(known, place[new], keys[new]),
                np.insert(scores, place[new], values[new]).astype(np.float32),
            )
