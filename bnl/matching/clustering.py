"""Cluster records by the evidence of all pairs of a cluster, under must-links and cannot-links."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bnl.matching.agglomerate import Ambiguity, Factors, factors, merge_pairs
from bnl.matching.arrays import F64, I32, I64, Bool, lookup, pack, unpack
from bnl.matching.components import components
from bnl.matching.guard import ALONE, FURTHER, SEVERAL

# Weights of pairs of rows (FORBIDDEN for pairs that are never one person); in bits, a row for each thing,
# what doubts are to take off and what unlike names took off; and which of these, a row for each, each pair
# settles for all others of the same two people.
Weigher = Callable[[I32, I32], tuple[F64, F64, F64, Bool]]

FORBIDDEN = -1e6
TIED = 1e4
# A record that fits two people within the margin is linked to neither; one near a single one may lack some.
_AMBIGUITY = Ambiguity(margin=4.0, apart=-4.0, tied=TIED, slack=3.0)
_CELLS = 120_000
_TWO = 2
_EDGE_BITS = 1.0


@dataclass(frozen=True, slots=True)
class Constraints:
    """What people decided about pairs of rows, each pair packed with the smaller row first, sorted.

    Args:
        must: Pairs that are one person.
        cannot: Pairs that are not; where both are given, cannot holds.
    """

    must: I64
    cannot: I64

    def among(self, rows: I64) -> Constraints:
        """Return the constraints between some rows, renumbered by their place among them.

        Args:
            rows: Row numbers, ascending.
        """

        def part(packed: I64) -> I64:
            left, right = unpack(packed)
            in_left, one = lookup(rows, left.astype(np.int64))
            in_right, two = lookup(rows, right.astype(np.int64))
            both = in_left & in_right
            return pack(one[both], two[both])

        return Constraints(must=part(self.must), cannot=part(self.cannot))


@dataclass(frozen=True, slots=True)
class ClusterRule:
    """How evidence is averaged.

    Args:
        threshold: Mean weight that joins two clusters, in bits.
        edge: Weight from which a pair makes two records worth comparing at all, in bits.
        low: Weights below count as this, so that one bad field cannot outweigh every other record.
        high: Weights above count as this.
        bonus: Bits that each doubling of the records of the larger cluster adds (see `agglomerate`).
        alone: How many times each doubt counts where one of two clusters is a single record.
        several: How many times where both have several.
        further: How many times more for each record of the smaller one beyond two.
        ambiguity: When a record that fits two people is linked to neither.
    """

    threshold: float
    edge: float
    low: float = -20.0
    high: float = 20.0
    bonus: float = 1.3
    alone: Factors = 1.0
    several: Factors = 2.0
    further: Factors = 0.0
    ambiguity: Ambiguity | None = _AMBIGUITY

    @classmethod
    def of(cls, link_threshold: float) -> ClusterRule:
        """Return the rule that goes with a link threshold in bits."""
        return cls(link_threshold, link_threshold + _EDGE_BITS, alone=ALONE, several=SEVERAL, further=FURTHER)

    @property
    def slack(self) -> float:
        """Bits that a single record may lack where nobody else is near."""
        return 0.0 if self.ambiguity is None else self.ambiguity.slack

    def taken_off(self, doubts: F64, settled: Bool) -> F64:
        """Return the bits that doubts take off pairs of two single records.

        Args:
            doubts: Bits, a row for each doubt, or for the first of them.
            settled: Which pairs settle which doubt, a row for each doubt.
        """
        rows = doubts.shape[0]
        times = factors(self.alone, settled.shape[0])[:rows, None]
        return np.asarray((np.where(settled[:rows], 0.0, doubts) * times).sum(axis=0), dtype=np.float64)


def cluster(
    ranks: I64,
    left: I32,
    right: I32,
    weights: F64,
    weigh: Weigher,
    rule: ClusterRule,
    constraints: Constraints,
    threads: int = 1,
) -> I64:
    """Return for each row the lowest row of its cluster.

    Args:
        ranks: Place of each row's record id among all: of equal evidence the smaller ids decide, so that the
            order of rows plays no part.
        left: Lower row of each scored pair.
        right: Higher row.
        weights: Match weights in bits.
        weigh: Scores further pairs of rows, so that every pair inside a group has its evidence.
        rule: How evidence is averaged.
        constraints: Human decisions.
        threads: Worker threads; the result does not depend on it.
    """
    rows = ranks.size
    edge = weights >= rule.edge
    a, b = left[edge], right[edge]
    if constraints.must.size:
        a = np.concatenate([a, (constraints.must >> 32).astype(np.int32)])
        b = np.concatenate([b, (constraints.must & 0xFFFFFFFF).astype(np.int32)])
    group = components(rows, a, b)
    labels = np.arange(rows, dtype=np.int64)
    order, starts, sizes = _groups(group, ranks)
    jobs = []
    for size in np.unique(sizes).tolist():
        chosen = starts[sizes == size]
        step = max(1, _CELLS // (size * size))
        jobs += [chosen[cut : cut + step, None] + np.arange(size) for cut in range(0, chosen.size, step)]

    def settle(places: I64) -> tuple[I64, I64]:
        members = order[places]
        lowest = _merged(members.astype(np.int32), weigh, rule, constraints)
        return members, np.take_along_axis(members, lowest, axis=1)

    with ThreadPoolExecutor(threads) as pool:
        for members, lowest in pool.map(settle, jobs):
            labels[members] = lowest
    return labels


def _merged(members: I32, weigh: Weigher, rule: ClusterRule, constraints: Constraints) -> I64:
    """Return for each member of groups of one size the place of the lowest member of its cluster."""
    size = members.shape[1]
    weights, doubts, settled = _evidence(members, weigh, rule, constraints)
    if size == _TWO:
        joined = (weights - rule.taken_off(doubts, settled) >= rule.threshold - rule.slack).astype(np.int64)
        return np.column_stack([np.zeros_like(joined), 1 - joined])
    evidence = doubts, settled, rule.alone, rule.several, rule.further
    return merge_pairs(size, weights, rule.threshold, rule.bonus, *evidence, rule.ambiguity)


def _groups(group: I64, ranks: I64) -> tuple[I64, I64, I64]:
    """Return the rows of groups of two or more, by group then record id, and where each group begins."""
    grouped = np.flatnonzero(np.bincount(group, minlength=group.size)[group] > 1)
    order = grouped[np.argsort(pack(group[grouped], ranks[grouped]))]
    edges = np.flatnonzero(np.diff(group[order], prepend=-1))
    return order, edges, np.diff(edges, append=order.size)


def _evidence(
    members: I32, weigh: Weigher, rule: ClusterRule, constraints: Constraints
) -> tuple[F64, F64, Bool]:
    """Return weights, doubts and what is settled of all pairs of several groups, group after group."""
    size = members.shape[1]
    one, two = np.triu_indices(size, 1)
    a = np.minimum(members[:, one], members[:, two]).ravel()
    b = np.maximum(members[:, one], members[:, two]).ravel()
    raw, doubtful, unlike, settled = weigh(a, b)
    # What unlike names took off is given back and taken off as doubts are, so that it may be settled.
    given_back = np.vstack([np.zeros_like(raw), np.cumsum(unlike, axis=0)])
    steps = np.clip(raw + given_back, rule.low, rule.high)
    weights, taken_off = steps[-1], np.vstack([doubtful, np.diff(steps, axis=0)])
    # One forbidden pair outweighs any number of others in the mean of a cluster.
    forbidden = FORBIDDEN * size * size
    weights[raw <= FORBIDDEN] = forbidden
    keys = pack(a, b)
    tied = lookup(constraints.must, keys)[0]
    weights[tied] = TIED
    weights[lookup(constraints.cannot, keys)[0]] = forbidden
    return weights, np.where(tied, 0.0, taken_off), settled
