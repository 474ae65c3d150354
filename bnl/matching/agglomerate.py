"""Agglomerate many small groups at once by average evidence over all pairs of two clusters."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import F64, I64

NEVER = -1e9


def agglomerate(
    weights: F64,
    threshold: float,
    bonus: float = 0.0,
    doubts: F64 | None = None,
    several: float = 2.0,
) -> I64:
    """Merge the two clusters with the highest mean weight until none reaches the threshold.

    Args:
        weights: Symmetric weights in bits of several groups, shape (groups, size, size); a forbidden pair has
            a very large negative weight.
        threshold: Mean weight two clusters need, in bits.
        bonus: Bits that each doubling of the pairs between two clusters adds to their mean: a person with
            many records has more chances to meet another of them.
        doubts: Bits that pairs which a person should judge must have to spare, else 0, of the shape of the
            weights; their mean is taken off.
        several: How many times as much is taken off where both clusters have several records, so that what
            they disagree on is no slip of one record.

    Returns:
        For each member the lowest member of its cluster, shape (groups, size). Of equal means the pair of
        lowest members is merged first, so that members in one order give one result.
    """
    groups, size, _ = weights.shape
    labels = np.tile(np.arange(size, dtype=np.int64), (groups, 1))
    sums = weights.astype(np.float64)
    doubted = np.zeros_like(sums) if doubts is None else doubts.astype(np.float64)
    members = np.ones((groups, size), dtype=np.float64)
    diagonal = np.arange(size)
    sums[:, diagonal, diagonal] = NEVER * size * size
    active = np.arange(groups)
    while active.size and size > 1:
        counts = members[active]
        pairs = counts[:, :, None] * counts[:, None, :]
        means = sums[active] / pairs + bonus * np.log2(pairs)
        if doubts is not None:
            both = np.minimum(counts[:, :, None], counts[:, None, :]) > 1
            means -= doubted[active] / pairs * np.where(both, several, 1.0)
        flat = means.reshape(active.size, -1)
        best = flat.argmax(axis=1)
        merged = flat[np.arange(active.size), best] >= threshold
        active, best = active[merged], best[merged]
        one, two = best // size, best % size
        keep, gone = np.minimum(one, two), np.maximum(one, two)
        _join(sums, active, keep, gone)
        _join(doubted, active, keep, gone)
        sums[active, gone] = sums[active, :, gone] = sums[active, keep, keep] = NEVER * size * size
        members[active, keep] += members[active, gone]
        members[active, gone] = 1.0
        old = labels[active]
        labels[active] = np.where(old == gone[:, None], keep[:, None], old)
    return labels


def _join(sums: F64, groups: I64, keep: I64, gone: I64) -> None:
    row = sums[groups, keep] + sums[groups, gone]
    sums[groups, keep] = row
    sums[groups, :, keep] = row
