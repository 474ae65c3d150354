"""Agglomerate many small groups at once by average evidence over all pairs of two clusters."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import F64, I64

_NEVER = -1e9


def agglomerate(weights: F64, threshold: float, bonus: float = 0.0) -> I64:
    """Merge the two clusters with the highest mean weight until none reaches the threshold.

    Args:
        weights: Symmetric weights in bits of several groups, shape (groups, size, size); a padded member
            has minus infinity throughout, a forbidden pair a very large negative weight.
        threshold: Mean weight two clusters need, in bits.
        bonus: Bits that each doubling of the pairs between two clusters adds to their mean: a person with
            many records has more chances to meet another of them.

    Returns:
        For each member the lowest member of its cluster, shape (groups, size). Of equal means the pair of
        lowest members is merged first, so that members in one order give one result.
    """
    groups, size, _ = weights.shape
    labels = np.tile(np.arange(size, dtype=np.int64), (groups, 1))
    sums = np.where(np.isfinite(weights), weights, _NEVER).astype(np.float64)
    members = np.ones((groups, size), dtype=np.float64)
    diagonal = np.arange(size)
    sums[:, diagonal, diagonal] = _NEVER * size * size
    active = np.arange(groups)
    while active.size and size > 1:
        block = sums[active]
        counts = members[active]
        sizes = counts[:, :, None] * counts[:, None, :]
        means = block / sizes + bonus * np.log2(sizes)
        flat = means.reshape(active.size, -1)
        best = flat.argmax(axis=1)
        merged = flat[np.arange(active.size), best] >= threshold
        active, best = active[merged], best[merged]
        if not active.size:
            break
        one, two = best // size, best % size
        keep, gone = np.minimum(one, two), np.maximum(one, two)
        _join(sums, members, labels, active, keep, gone)
    return labels


def _join(sums: F64, members: F64, labels: I64, groups: I64, keep: I64, gone: I64) -> None:
    size = sums.shape[1]
    row = sums[groups, keep] + sums[groups, gone]
    sums[groups, keep] = row
    sums[groups, :, keep] = row
    sums[groups, gone] = _NEVER * size * size
    sums[groups, :, gone] = _NEVER * size * size
    sums[groups, keep, keep] = _NEVER * size * size
    members[groups, keep] += members[groups, gone]
    members[groups, gone] = 1.0
    old = labels[groups]
    labels[groups] = np.where(old == gone[:, None], keep[:, None], old)
