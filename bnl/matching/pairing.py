"""Score candidate pairs chunk by chunk on all cores, and weigh pairs for clustering."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bnl.matching.arrays import F64, I32, U8, Bool
from bnl.matching.blocking import Blocking
from bnl.matching.guard import NUMBERS, Guard
from bnl.matching.scorer import Scorer

Progress = Callable[[str, int, int], None]

CHUNK = 1_000_000
# A doubtful pair needs this many bits before it may speak for a link; below it speaks against.
GUARD_BITS = 6.0
_GUARDED = -3.0
_TWO_NUMBERS = -1e6


@dataclass(frozen=True)
class Scored:
    """Candidate pairs above a floor, sorted by left then right row.

    Args:
        left: Lower rows.
        right: Higher rows.
        weights: Match weights in bits.
        looked_at: Candidate pairs that were scored.
    """

    left: I32
    right: I32
    weights: F64
    looked_at: int

    def where(self, keep: Bool) -> Scored:
        """Return some of the pairs."""
        return Scored(self.left[keep], self.right[keep], self.weights[keep], self.looked_at)


def score(
    blocking: Blocking, scorer: Scorer, floor: float, threads: int, progress: Progress | None
) -> Scored:
    """Score all candidate pairs and keep those at or above a floor.

    Chunks are cut by row, scored in any order and put together in the order of rows, so that the result
    does not depend on the number of threads.
    """
    ranges = blocking.ranges(CHUNK)

    def one(cut: tuple[int, int]) -> Scored:
        left, right = blocking.pairs(*cut)
        weights = scorer.weigh(scorer.kernel.levels(left, right), left, right)
        return Scored(left, right, weights, left.size).where(weights >= floor)

    parts: list[Scored] = []
    with ThreadPoolExecutor(threads) as pool:
        for done, part in enumerate(pool.map(one, ranges), 1):
            parts.append(part)
            if progress is not None:
                progress("score", done, len(ranges))
    empty = np.zeros(0, dtype=np.int32)
    return Scored(
        np.concatenate([empty, *(part.left for part in parts)]),
        np.concatenate([empty, *(part.right for part in parts)]),
        np.concatenate([np.zeros(0), *(part.weights for part in parts)]),
        sum(part.looked_at for part in parts),
    )


def doubts(guard: Guard, levels: U8, weights: F64) -> U8:
    """Return why pairs must be judged by a person (see `REASONS`), 0 where they need not be."""
    reasons = guard.reasons(levels)
    return np.where((weights < GUARD_BITS) | (reasons == NUMBERS), reasons, 0).astype(np.uint8)


def guarded(scorer: Scorer) -> Callable[[I32, I32], F64]:
    """Return weights for clustering, in which doubtful pairs never speak for a link."""
    guard = Guard(scorer.kernel.comparisons)

    def weigh(left: I32, right: I32) -> F64:
        levels = scorer.kernel.levels(left, right)
        weights = scorer.weigh(levels, left, right)
        reasons = doubts(guard, levels, weights)
        held = reasons > 0
        weights[held] = np.minimum(weights[held], _GUARDED)
        weights[reasons == NUMBERS] = _TWO_NUMBERS
        return weights

    return weigh
