"""Score candidate pairs chunk by chunk on all cores, and weigh pairs for clustering."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from bnl.matching.arrays import F64, I32, I64, U8, Bool
from bnl.matching.blocking import Blocking
from bnl.matching.clustering import FORBIDDEN, Weigher
from bnl.matching.guard import ALWAYS, NUMBERS, Guard, doubted
from bnl.matching.kernel import Kernel
from bnl.matching.known_pairs import KnownPairs
from bnl.matching.native import loaded
from bnl.matching.scorer import Scorer
from bnl.matching.screen import Screen
from bnl.matching.screen_layout import ScreenLayout

Progress = Callable[[str, int, int], None]
Cut = tuple[int, int]

CHUNK = 250_000
# Bits against relatives and namesakes from which a pair that looks doubtful is not.
GUARD_BITS = 10.0
# Pairs per row from which those that cannot reach the floor are left out before they are compared.
_SCREENED = 2


@dataclass(frozen=True)
class Compared:
    """Pairs and their level patterns, sorted by left then right row.

    Args:
        left: Lower rows.
        right: Higher rows.
        patterns: Packed levels (see `Kernel.pack`).
    """

    left: I32
    right: I32
    patterns: I64


@dataclass(frozen=True)
class Scored:
    """Candidate pairs above a floor, sorted by left then right row.

    Args:
        left: Lower rows.
        right: Higher rows.
        patterns: Packed levels.
        weights: Match weights in bits.
        looked_at: Candidate pairs that were compared.
    """

    left: I32
    right: I32
    patterns: I64
    weights: F64
    looked_at: int

    def where(self, keep: Bool) -> Scored:
        """Return some of the pairs."""
        return replace(
            self,
            left=self.left[keep],
            right=self.right[keep],
            patterns=self.patterns[keep],
            weights=self.weights[keep],
        )


def compare(blocking: Blocking, kernel: Kernel, ranges: Sequence[Cut], threads: int) -> list[Compared]:
    """Compare the candidate pairs of ranges of left rows.

    Ranges are compared in any order and returned in theirs, so that the result does not depend on the
    number of threads.
    """

    def one(cut: Cut) -> Compared:
        left, right = blocking.pairs(*cut)
        return Compared(left, right, kernel.patterns(left, right))

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, ranges))


def score(
    blocking: Blocking,
    scorer: Scorer,
    floor: float,
    threads: int,
    progress: Progress | None = None,
    ready: MutableMapping[Cut, Compared] | None = None,
) -> Scored:
    """Score all candidate pairs and keep those at or above a floor.

    Args:
        blocking: Gives the candidates.
        scorer: Weighs them.
        floor: Least weight kept, in bits.
        threads: Worker threads.
        progress: Called with a phase, what is done and what there is to do.
        ready: Candidates that were compared before, by range of left rows; taken out as they are used.
    """
    kernel = scorer.kernel

    def one(cut: Cut) -> Scored:
        part = ready.pop(cut, None) if ready else None
        if part is not None:
            left, right, patterns, looked_at = part.left, part.right, part.patterns, part.left.size
        else:
            left, right, looked_at = candidates(cut)
            patterns = kernel.patterns(left, right)
        weights = scorer.weigh_patterns(patterns, left, right)
        return Scored(left, right, patterns, weights, looked_at).where(weights >= floor)

    parts: list[Scored] = []
    ranges = blocking.ranges(CHUNK)
    # A screen costs some work on every row; it pays where many pairs are left to look at.
    fresh = len(ranges) - len(ready or ())
    screened = fresh * CHUNK >= _SCREENED * blocking.rows
    candidates = _candidates(blocking, Screen(scorer, floor) if screened else None)
    with ThreadPoolExecutor(threads) as pool:
        for part in pool.map(one, ranges):
            parts.append(part)
            if progress is not None:
                progress("score", len(parts), len(ranges))
    return _together(parts)


def _candidates(blocking: Blocking, screen: Screen | None) -> Callable[[Cut], tuple[I32, I32, int]]:
    """Return what gives the pairs of a range of left rows that a screen lets through."""
    native = loaded()
    if screen is None:

        def every(cut: Cut) -> tuple[I32, I32, int]:
            left, right = blocking.pairs(*cut)
            return left, right, left.size

        return every
    if native is None:

        def screened(cut: Cut) -> tuple[I32, I32, int]:
            left, right = blocking.pairs(*cut)
            places = screen.possible(left, right)
            return left[places], right[places], left.size

        return screened
    layout = ScreenLayout(screen.packed())

    def passed(cut: Cut) -> tuple[I32, I32, int]:
        left, right, looked_at = blocking.screened(native, cut, layout.structure)
        places = screen.closer(left, right)
        return left[places], right[places], looked_at

    return passed


def _together(parts: Sequence[Scored]) -> Scored:
    rows, keys = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    return Scored(
        np.concatenate([rows, *(part.left for part in parts)]),
        np.concatenate([rows, *(part.right for part in parts)]),
        np.concatenate([keys, *(part.patterns for part in parts)]),
        np.concatenate([np.zeros(0), *(part.weights for part in parts)]),
        sum(part.looked_at for part in parts),
    )


def doubts(scorer: Scorer, levels: U8, left: I32, right: I32) -> tuple[F64, U8]:
    """Return match weights, and why pairs must be judged by a person (see `REASONS`), 0 where they need not.

    A pair that looks doubtful is not, if people who agree for such reasons are too rare in these records.
    """
    weights, among_people = scorer.weigh_both(levels, left, right)
    reasons = Guard(scorer.kernel.comparisons).reasons(levels)
    sure = (among_people >= GUARD_BITS) & ~np.isin(reasons, ALWAYS)
    return weights, np.where(sure, 0, reasons).astype(np.uint8)


def guarded(scorer: Scorer, known: Scored | None = None) -> Weigher:
    """Return weights for clustering, what doubts and unlike names take off, and what of it pairs settle.

    Args:
        scorer: Weighs pairs.
        known: Pairs that were compared already.
    """
    kernel = scorer.kernel
    guard = Guard(kernel.comparisons)
    gains = [scorer.gains(place) for place in range(len(kernel.comparisons))]
    compared = None if known is None else KnownPairs(known.left, known.right, len(kernel.table))

    def levels_of(left: I32, right: I32) -> U8:
        if known is None or compared is None or not known.left.size:
            return kernel.levels(left, right)
        places = compared.find(left, right)
        out = kernel.unpack(known.patterns[places])
        fresh = np.flatnonzero(places < 0)
        out[:, fresh] = kernel.levels(left[fresh], right[fresh])
        return out

    def weigh(left: I32, right: I32) -> tuple[F64, F64, F64, Bool]:
        levels = levels_of(left, right)
        weights, reasons = doubts(scorer, levels, left, right)
        weights[reasons == NUMBERS] = FORBIDDEN
        off = np.vstack([doubted(reasons), guard.two_days(levels)])
        return weights, off, guard.unlike(levels, gains), guard.settled(levels)

    return weigh
