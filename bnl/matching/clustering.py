"""Cluster records by the evidence of all pairs of a cluster, under must-links and cannot-links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bnl.matching.agglomerate import agglomerate
from bnl.matching.arrays import F64, I32, I64, lookup, pack, unpack
from bnl.matching.components import components

Weigher = Callable[[I32, I32], F64]

FORBIDDEN = -1e7
_CELLS = 2_000_000
_EDGE_BITS = 3.0


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
        bonus: Bits that each doubling of the pairs between two clusters adds (see `agglomerate`).
    """

    threshold: float
    edge: float
    low: float = -20.0
    high: float = 20.0
    bonus: float = 0.5

    @classmethod
    def of(cls, link_threshold: float) -> ClusterRule:
        """Return the rule that goes with a link threshold in bits."""
        return cls(threshold=link_threshold, edge=link_threshold + _EDGE_BITS)


def cluster(
    ids: Sequence[str],
    left: I32,
    right: I32,
    weights: F64,
    weigh: Weigher,
    rule: ClusterRule,
    constraints: Constraints,
) -> I64:
    """Return for each row the lowest row of its cluster.

    Args:
        ids: Record id of each row: of equal evidence the smaller ids decide, so that the order of rows plays
            no part.
        left: Lower row of each scored pair.
        right: Higher row.
        weights: Match weights in bits.
        weigh: Scores further pairs of rows, so that every pair inside a group has its evidence.
        rule: How evidence is averaged.
        constraints: Human decisions.
    """
    rows = len(ids)
    edge = weights >= rule.edge
    a, b = left[edge], right[edge]
    if constraints.must.size:
        a = np.concatenate([a, (constraints.must >> 32).astype(np.int32)])
        b = np.concatenate([b, (constraints.must & 0xFFFFFFFF).astype(np.int32)])
    group = components(rows, a, b)
    labels = np.arange(rows, dtype=np.int64)
    by_id = np.argsort(np.array(ids, dtype=np.str_), kind="stable")
    order = by_id[np.argsort(group[by_id], kind="stable")]
    starts = np.flatnonzero(np.concatenate(([True], np.diff(group[order]) != 0))) if rows else order
    sizes = np.diff(np.concatenate((starts, [rows])))
    for size in np.unique(sizes):
        if size == 1:
            continue
        chosen = starts[sizes == size]
        step = max(1, _CELLS // int(size * size))
        for cut in range(0, chosen.size, step):
            rows_of = order[chosen[cut : cut + step, None] + np.arange(size)]
            matrix = _matrix(rows_of.astype(np.int32), weigh, rule, constraints)
            lowest = agglomerate(matrix, rule.threshold, rule.bonus)
            labels[rows_of] = np.take_along_axis(rows_of, lowest, axis=1)
    return labels


def _matrix(members: I32, weigh: Weigher, rule: ClusterRule, constraints: Constraints) -> F64:
    groups, size = members.shape
    one, two = np.triu_indices(size, 1)
    a = np.minimum(members[:, one], members[:, two]).ravel()
    b = np.maximum(members[:, one], members[:, two]).ravel()
    raw = weigh(a, b)
    weights = np.clip(raw, rule.low, rule.high)
    weights[raw < FORBIDDEN / 100] = FORBIDDEN * size * size
    keys = pack(a, b)
    weights[lookup(constraints.must, keys)[0]] = -FORBIDDEN / 1000
    weights[lookup(constraints.cannot, keys)[0]] = FORBIDDEN * size * size
    out = np.full((groups, size, size), -np.inf)
    out[:, one, two] = weights.reshape(groups, -1)
    out[:, two, one] = out[:, one, two]
    return out
