"""Agglomerate many small groups at once by average evidence over all pairs of two clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import F64, I64, Bool
from bnl.matching.native import loaded
from bnl.matching.native_layout import MergeRule, address

_Cell = TypeVar("_Cell", bound=np.generic)

NEVER = -1e9
Factors = float | Sequence[float]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """When a cluster that could join either of two others is set aside, for a person to judge.

    Where a record fits one cluster and no other, its evidence is worth more: how rare a name is can only be
    guessed, but nobody else in these records is near.

    Args:
        margin: The rival's mean weight lies at most so many bits below the better one's.
        apart: Rival and other, weighed together with the rival and the bridge, lie below this, in bits: what
            speaks against the two others being one person outweighs what speaks for the rival.
        tied: A weight of at least this is a human decision; what a person joined is not set aside.
        slack: Bits that a single record may lack to join the one cluster that has no rival within the margin.
    """

    margin: float
    apart: float
    tied: float
    slack: float = 0.0

    def bridges(
        self, means: F64, counts: F64, one: I64, two: I64, held: Bool, lacking: Bool
    ) -> tuple[Bool, Bool]:
        """Tell of the pairs about to be merged which side could as well join a third that the other is not.

        Args:
            means: Mean weights between clusters, shape (groups, size, size).
            counts: Records of each cluster, shape (groups, size).
            one: One cluster of the pair to merge in each group.
            two: The other.
            held: Clusters that a human decision holds, shape (groups, size).
            lacking: Pairs to be merged on less than the threshold; to these any near third is a rival.

        Returns:
            Whether the first, and whether the second is such a bridge. A bridge is never larger than either.
        """
        rows = np.arange(one.size)
        best = means[rows, one, two][:, None]

        def side(bridge: I64, other: I64) -> Bool:
            near = means[rows, bridge] >= best - self.margin
            near[rows, other] = near[rows, bridge] = False
            rival = near & (means[rows, bridge] + means[rows, other] < self.apart)
            rival &= (counts >= counts[rows, bridge][:, None]) & ~held[rows, bridge][:, None]
            smaller = counts[rows, bridge] <= counts[rows, other]
            return np.asarray((rival | (near & lacking[:, None])).any(axis=1) & smaller, dtype=np.bool_)

        return side(one, two), side(two, one)


class Doubts:
    """What speaks for a person judging whether clusters are one, less what their records settle.

    Args:
        bits: Bits that pairs must have to spare, by what is doubted, shape (doubts, groups, size, size); of
            two clusters the mean over their pairs is taken off.
        settled: Pairs that settle a doubt for all pairs of the same two clusters, of the same shape.
        alone: How many times each doubt is taken off where one of both clusters is a single record.
        several: How many times where both have several.
        further: How many times more for each record of the smaller one beyond two.
    """

    def __init__(
        self,
        bits: F64,
        settled: Bool,
        alone: Factors = 1.0,
        several: Factors = 2.0,
        further: Factors = 0.0,
    ) -> None:
        self._bits = bits.astype(np.float64)
        self._settled = settled.copy()
        self._alone = factors(alone, bits.shape[0])
        self._more = factors(several, bits.shape[0]) - self._alone
        self._each = factors(further, bits.shape[0])
        unsettled = np.where(settled, 0.0, bits)
        self._off, self._beyond, self._further = (
            _times(times, unsettled) for times in (self._alone, self._more, self._each)
        )

    def off(self, groups: I64, members: F64) -> F64:
        """Return what is taken off the evidence between the clusters of groups, shape (groups, size, size).

        Args:
            groups: Groups asked about.
            members: Records of each of their clusters, shape (groups, size).
        """
        one, two = members[:, :, None], members[:, None, :]
        smaller = np.minimum(one, two)
        beyond = self._beyond[groups] + (smaller - 2.0) * self._further[groups]
        return np.asarray(
            (self._off[groups] + np.where(smaller > 1, beyond, 0.0)) / (one * two), dtype=np.float64
        )

    def join(self, groups: I64, keep: I64, gone: I64) -> None:
        """Put the doubts about one cluster of each group to those about another."""
        unsettled = np.zeros((self._bits.shape[0], groups.size, self._off.shape[1]), dtype=np.float64)
        for place, (bits, settled) in enumerate(zip(self._bits, self._settled, strict=True)):
            _join(bits, groups, keep, gone)
            met = settled[groups, keep] | settled[groups, gone]
            settled[groups, keep] = settled[groups, :, keep] = met
            unsettled[place] = np.where(met, 0.0, bits[groups, keep])
        every = (self._off, self._alone), (self._beyond, self._more), (self._further, self._each)
        for sums, times in every:
            sums[groups, keep] = sums[groups, :, keep] = _times(times, unsettled)


def _times(factors: F64, bits: F64) -> F64:
    """Return the sum of arrays, each a number of times, in their order: the compiled twin rounds alike."""
    out = np.zeros(bits.shape[1:], dtype=np.float64)
    for factor, each in zip(factors, bits, strict=True):
        out += factor * each
    return out


def factors(times: Factors, doubts: int) -> F64:
    """Return how many times each of some doubts counts, one number standing for all."""
    return np.broadcast_to(np.asarray(times, dtype=np.float64), (doubts,))


def merge_pairs(
    size: int,
    weights: F64,
    threshold: float,
    bonus: float,
    doubts: F64,
    settled: Bool,
    alone: Factors,
    several: Factors,
    further: Factors,
    ambiguity: Ambiguity | None,
) -> I64:
    """Agglomerate groups given by their pairs, see `agglomerate`.

    Args:
        size: Members of a group.
        weights: Of all pairs of a group, in the order of `numpy.triu_indices`, group after group, in bits.
        threshold: Mean weight two clusters need, in bits.
        bonus: Bits that each doubling of the records of the larger of two clusters adds.
        doubts: Bits that pairs must have to spare, a row for each doubt.
        settled: Pairs that settle a doubt, likewise.
        alone: How many times each doubt is taken off where one of both clusters is a single record.
        several: How many times where both have several.
        further: How many times more for each record of the smaller one beyond two.
        ambiguity: When a cluster fits two others about equally well and is joined to neither; None: never.
    """
    native = loaded()
    if native is None:
        open_doubts = Doubts(_matrix(doubts, size), _matrix(settled, size), alone, several, further)
        return agglomerate(_matrix(weights, size), threshold, bonus, open_doubts, ambiguity)
    by_records = bonus * np.log2(np.maximum(np.arange(size + 1), 1.0))
    torn = (0.0,) * 4 if ambiguity is None else astuple(ambiguity)
    # How many times each doubt counts, and how many times more between clusters of several records.
    once = np.array(factors(alone, doubts.shape[0]))
    more, each = factors(several, doubts.shape[0]) - once, np.array(factors(further, doubts.shape[0]))
    given = address(by_records), address(once), address(more), address(each)
    rule = MergeRule(threshold, NEVER, *torn, ambiguity is not None, *given)
    return native.agglomerate(size, weights, doubts, settled, rule)


def _matrix(values: npt.NDArray[_Cell], size: int) -> npt.NDArray[_Cell]:
    """Lay out values of the pairs of groups as symmetric matrices, shape (..., groups, size, size)."""
    one, two = np.triu_indices(size, 1)
    of_groups = values.reshape(*values.shape[:-1], -1, one.size)
    out = np.zeros((*of_groups.shape[:-1], size, size), dtype=values.dtype)
    out[..., one, two] = out[..., two, one] = of_groups
    return out


def agglomerate(
    weights: F64,
    threshold: float,
    bonus: float = 0.0,
    doubts: Doubts | None = None,
    ambiguity: Ambiguity | None = None,
) -> I64:
    """Merge the two clusters with the highest mean weight until none reaches the threshold.

    Args:
        weights: Symmetric weights in bits of several groups, shape (groups, size, size); a forbidden pair has
            a very large negative weight.
        threshold: Mean weight two clusters need, in bits.
        bonus: Bits that each doubling of the records of the larger of two clusters adds: more to agree with.
        doubts: What speaks for a person judging; None: nothing.
        ambiguity: When a cluster fits two others about equally well and is joined to neither; None: never.

    Returns:
        For each member the lowest of its cluster, shape (groups, size). Of equal means that of the lowest
        members comes first, so that members in one order give one result.
    """
    groups, size, _ = weights.shape
    labels = np.tile(np.arange(size, dtype=np.int64), (groups, 1))
    sums = weights.astype(np.float64)
    members = np.ones((groups, size), dtype=np.float64)
    sums[:, range(size), range(size)] = NEVER * size * size
    held = _held(weights, ambiguity)
    active = np.arange(groups)
    slack = 0.0 if ambiguity is None else ambiguity.slack
    while active.size and size > 1:
        means = _means(sums[active], members[active], bonus)
        if doubts is not None:
            means -= doubts.off(active, members[active])
        flat = means.reshape(active.size, -1)
        best = flat.argmax(axis=1)
        evidence = flat[np.arange(active.size), best]
        going = evidence >= threshold - slack
        turned = active = active[going]
        best, lacking = best[going], evidence[going] < threshold
        keep, gone = np.minimum(best // size, best % size), np.maximum(best // size, best % size)
        if ambiguity is not None:
            means, counts = means[going], members[active]
            bridges = ambiguity.bridges(means, counts, keep, gone, held[active], lacking)
            clear = _set_aside(sums, active, keep, gone, bridges, lacking, counts)
            active, keep, gone = active[clear], keep[clear], gone[clear]
            held[active, keep] |= held[active, gone]
        _join(sums, active, keep, gone)
        if doubts is not None:
            doubts.join(active, keep, gone)
        _close(sums, active, gone)
        sums[active, keep, keep] = NEVER * size * size
        members[active, keep] += members[active, gone]
        members[active, gone] = 1.0
        labels[active] = np.where(labels[active] == gone[:, None], keep[:, None], labels[active])
        active = turned
    return labels


def _held(weights: F64, ambiguity: Ambiguity | None) -> Bool:
    """Tell which members a human decision holds, shape (groups, size)."""
    tied = np.inf if ambiguity is None else ambiguity.tied
    return np.asarray((weights >= tied).any(axis=2), dtype=np.bool_)


def _means(sums: F64, counts: F64, bonus: float) -> F64:
    """Return the evidence between clusters from sums over their pairs."""
    one, two = counts[:, :, None], counts[:, None, :]
    return np.asarray(sums / (one * two) + bonus * np.log2(np.maximum(one, two)), dtype=np.float64)


def _close(sums: F64, groups: I64, clusters: I64) -> None:
    """Let clusters be joined to nothing any more."""
    size = sums.shape[1]
    sums[groups, clusters] = sums[groups, :, clusters] = NEVER * size * size


def _set_aside(
    sums: F64, groups: I64, one: I64, two: I64, bridges: tuple[Bool, Bool], lacking: Bool, counts: F64
) -> Bool:
    """Never join what could as well join another, nor two of several records on less than the threshold.

    Returns:
        Which of the pairs about to be merged may be.
    """
    size, rows = sums.shape[1], np.arange(groups.size)
    few = lacking & (np.minimum(counts[rows, one], counts[rows, two]) > 1)
    sums[groups[few], one[few], two[few]] = sums[groups[few], two[few], one[few]] = NEVER * size * size
    for bridge, cluster in zip(bridges, (one, two), strict=True):
        _close(sums, groups[bridge], cluster[bridge])
    return np.asarray(~(bridges[0] | bridges[1] | few), dtype=np.bool_)


def _join(sums: F64, groups: I64, keep: I64, gone: I64) -> None:
    row = sums[groups, keep] + sums[groups, gone]
    sums[groups, keep] = row
    sums[groups, :, keep] = row
