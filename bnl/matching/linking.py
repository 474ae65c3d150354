"""Link two lists one to one: candidates compete, and doubts and human decisions hold as within one list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bnl.matching.arrays import I32, I64, Bool, lookup, pack, unpack
from bnl.matching.assign import Rivals, one_to_one
from bnl.matching.clustering import FORBIDDEN, ClusterRule, Constraints, Weigher
from bnl.matching.explain import Explanation, Step, probability_of
from bnl.matching.pairing import Scored

_RIVALS = "other records fit as well, and at most one of them is right"


@dataclass(frozen=True)
class Partners:
    """What one-to-one linking settled.

    Args:
        scored: The pairs, with weights in which candidates of one record compete.
        linked: Which of them are links.
        rivals: How much speaks for the candidates of each row.
    """

    scored: Scored
    linked: Bool
    rivals: Rivals


def partners(
    scored: Scored,
    ranks: I64,
    boundary: int,
    weigh: Weigher,
    rule: ClusterRule,
    constraints: Constraints,
) -> Partners:
    """Choose at most one partner for each record.

    A record that a person joined to another has its partner already; a pair that a person parted is neither
    a link nor a rival of one. Two twins are taken for one only where the record of each is missing in the
    other's list: the more of either list have their partner, the less such doubts weigh.

    Args:
        scored: Pairs between the lists.
        ranks: Place of each row's record id among all.
        boundary: Row at which the second list begins.
        weigh: What doubts take off pairs, and which are never one person.
        rule: The weight of a link, and how often each doubt counts between two single records.
        constraints: Human decisions.
    """
    keys, rows = pack(scored.left, scored.right), ranks.size
    parted = lookup(constraints.cannot, keys)[0]
    rivals = Rivals.of(rows, scored.left, scored.right, np.where(parted, FORBIDDEN, scored.weights))
    competing = rivals.against(scored.left, scored.right, scored.weights)
    raw, doubtful, _, settled = weigh(scored.left, scored.right)
    # As between two records of one list, see `cluster`.
    off = np.maximum(rule.taken_off(doubtful, settled) - rule.slack, 0.0)
    taken = np.zeros(rows, dtype=np.bool_)
    taken[np.concatenate(unpack(constraints.must))] = True
    shut = parted | (raw <= FORBIDDEN) | taken[scored.left] | taken[scored.right]

    def chosen(relief: float) -> Bool:
        net = np.where(shut, FORBIDDEN, competing - np.maximum(off - relief, 0.0))
        return one_to_one(scored.left, scored.right, net, rule.threshold, ranks)

    sure = int(chosen(0.0).sum()) + constraints.must.size
    relief = _bits_alone(boundary, sure) + _bits_alone(rows - boundary, sure)
    return Partners(replace(scored, weights=competing), chosen(relief), rivals)


def _bits_alone(records: int, partnered: int) -> float:
    """Return how unlikely it is, in bits, that a record of a list has no partner in the other."""
    return -float(np.log2((max(records - partnered, 0) + 1) / (records + 2)))


def competing_explainer(
    explain: Callable[[str, str], Explanation], row_of: Callable[[str], int], rivals: Rivals
) -> Callable[[str, str], Explanation]:
    """Return a function that explains a pair and what its rivals take off its weight.

    Args:
        explain: Explains a pair by itself.
        row_of: Returns the row of a record id.
        rivals: How much speaks for the candidates of each row.
    """

    def explained(left: str, right: str) -> Explanation:
        alone = explain(left, right)
        a, b = sorted((row_of(left), row_of(right)))
        less = float(rivals.against(_row(a), _row(b), np.array([alone.weight]))[0]) - alone.weight
        if not less:
            return alone
        weight = alone.weight + less
        step = Step("rivals", "rivals", _RIVALS, less)
        return replace(alone, weight=weight, probability=probability_of(weight), steps=(*alone.steps, step))

    return explained


def _row(row: int) -> I32:
    return np.array([row], dtype=np.int32)
