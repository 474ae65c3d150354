"""Clusters: constraints always hold, and the order of rows plays no part."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.matching.arrays import F64, I32, Bool, distinct, pack
from bnl.matching.clustering import FORBIDDEN, ClusterRule, Constraints, Weigher, cluster

NOTHING = Constraints(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
# One doubt, and what one unlike name took off.
RULE = replace(ClusterRule.of(0.0), alone=(1.0, 1.0), several=(2.0, 1.0), further=0.0)
Edges = dict[tuple[int, int], float]


def keys(pairs: set[tuple[int, int]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    sides = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return distinct(pack(sides[:, 0], sides[:, 1]))


Pairs = frozenset[tuple[int, int]]


def weigher(
    weights: Edges, doubts: Edges | None = None, settled: Pairs = frozenset(), unlike: Edges | None = None
) -> Weigher:
    def weigh(left: I32, right: I32) -> tuple[F64, F64, F64, Bool]:
        pairs = list(zip(left.tolist(), right.tolist(), strict=True))
        return (
            np.array([weights.get(pair, -20.0) for pair in pairs]),
            np.array([[(doubts or {}).get(pair, 0.0) for pair in pairs]]),
            np.array([[(unlike or {}).get(pair, 0.0) for pair in pairs]]),
            np.array([[pair in settled for pair in pairs]] * 2),
        )

    return weigh


def clusters(
    rows: int,
    weights: Edges,
    decided: Constraints = NOTHING,
    doubts: Edges | None = None,
    settled: Pairs = frozenset(),
    unlike: Edges | None = None,
    rule: ClusterRule = RULE,
) -> list[int]:
    pairs = sorted(weights)
    left = np.array([a for a, _ in pairs], dtype=np.int32)
    right = np.array([b for _, b in pairs], dtype=np.int32)
    bits = np.array([weights[pair] for pair in pairs], dtype=np.float64)
    weigh = weigher(weights, doubts, settled, unlike)
    found = cluster(np.arange(rows), left, right, bits, weigh, rule, decided)
    return [int(label) for label in found]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param({(0, 1): 10.0}, [0, 0, 2, 3], id="a pair"),
        pytest.param({(0, 1): 0.5}, [0, 1, 2, 3], id="too weak to be compared"),
        pytest.param({(0, 1): 12.0, (1, 2): 12.0, (0, 2): 12.0}, [0, 0, 0, 3], id="three of one mind"),
        pytest.param({(0, 1): 12.0, (1, 2): 6.0}, [0, 0, 2, 3], id="a bridge does not join two people"),
        pytest.param(
            {(0, 1): 20.0, (1, 2): 20.0, (0, 2): -9.0}, [0, 0, 0, 3], id="one bad field does not part"
        ),
        pytest.param({(0, 1): 5.0, (1, 2): 5.0}, [0, 1, 2, 3], id="what fits two people joins neither"),
    ],
)
def test_evidence_of_all_pairs_decides(weights: Edges, expected: list[int]) -> None:
    assert clusters(4, weights) == expected


def test_doubts_count_more_between_clusters_of_several_records() -> None:
    within = {(0, 1): 15.0, (2, 3): 15.0}
    across = {(a, b): 6.0 for a in (0, 1) for b in (2, 3)}
    assert clusters(4, {**within, **across}) == [0, 0, 0, 0]
    assert clusters(4, {**within, **across}, doubts=dict.fromkeys(across, 5.0)) == [0, 0, 2, 2]
    assert clusters(2, {(0, 1): 6.0}, doubts={(0, 1): 5.0}) == [0, 0]
    # Two records that nobody else is near may lack three bits.
    assert clusters(2, {(0, 1): 6.0}, doubts={(0, 1): 8.0}) == [0, 0]
    assert clusters(2, {(0, 1): 6.0}, doubts={(0, 1): 10.0}) == [0, 1]


def test_doubts_that_any_pair_of_records_settles_are_none() -> None:
    within = {(0, 1): 15.0, (2, 3): 15.0}
    across = {(a, b): 6.0 for a in (0, 1) for b in (2, 3)}
    doubts = dict.fromkeys(list(across)[:3], 9.0)
    assert clusters(4, {**within, **across}, doubts=doubts) == [0, 0, 2, 2]
    assert clusters(4, {**within, **across}, doubts=doubts, settled=frozenset({(1, 3)})) == [0, 0, 0, 0]
    assert clusters(4, {**within, **across}, doubts=doubts, settled=frozenset({(0, 1)})) == [0, 0, 2, 2]


def test_two_valid_numbers_are_never_one_person() -> None:
    weights = {(0, 1): 19.0, (1, 2): 19.0, (0, 2): FORBIDDEN}
    labels = clusters(3, weights)
    assert labels[0] != labels[2]


pairs_of_rows = st.sets(st.sampled_from(list(itertools.combinations(range(7), 2))), max_size=8)


def test_what_unlike_names_took_off_is_given_back_where_a_record_bears_both() -> None:
    within, across = {(0, 1): 12.0}, {(0, 2): -12.0, (1, 2): 3.0}
    unlike = {(0, 2): 12.0}
    assert clusters(3, {**within, **across}, unlike=unlike) == [0, 0, 2]
    assert clusters(3, {**within, **across}, unlike=unlike, settled=frozenset({(1, 2)})) == [0, 0, 0]
    assert clusters(3, {**within, **across}, unlike=unlike, settled=frozenset({(0, 1)})) == [0, 0, 2]


def test_weights_are_cut_off_before_and_after_names_are_given_back() -> None:
    within, across = {(0, 1): 12.0}, {(0, 2): -60.0, (1, 2): 3.0}
    # Of sixty bits against, twenty count; what names gave of those beyond is not given back.
    assert clusters(3, {**within, **across}, unlike={(0, 2): 30.0}, settled=frozenset({(1, 2)})) == [0, 0, 2]
    assert clusters(3, {**within, **across}, unlike={(0, 2): 60.0}, settled=frozenset({(1, 2)})) == [0, 0, 0]


@pytest.mark.parametrize(
    ("alone", "several", "expected"),
    [
        pytest.param((1.0, 1.0), (1.0, 1.0), [0, 0, 2, 2], id="doubts count"),
        pytest.param((0.0, 1.0), (1.0, 1.0), [0, 0, 2, 2], id="between several records"),
        pytest.param((0.0, 1.0), (0.0, 1.0), [0, 0, 0, 0], id="or not at all"),
    ],
)
def test_each_doubt_counts_as_often_as_the_rule_says(
    alone: tuple[float, float], several: tuple[float, float], expected: list[int]
) -> None:
    within = {(0, 1): 19.0, (2, 3): 19.0}
    across = {(a, b): 4.0 for a in (0, 1) for b in (2, 3)}
    rule = ClusterRule(0.0, 1.0, bonus=0.0, alone=alone, several=several)
    doubts = dict.fromkeys(across, 8.0)
    assert clusters(4, {**within, **across}, doubts=doubts, rule=rule) == expected
    assert clusters(2, {(0, 1): 4.0}, doubts={(0, 1): 8.0}, rule=rule) == (
        [0, 0] if alone[0] == 0 else [0, 1]
    )


weights_of_rows = st.dictionaries(
    st.sampled_from(list(itertools.combinations(range(7), 2))), st.integers(-20, 20).map(float), max_size=21
)


@settings(max_examples=200, deadline=None)
@given(weights_of_rows, pairs_of_rows, pairs_of_rows)
def test_cannot_links_always_hold(
    weights: Edges, must: set[tuple[int, int]], cannot: set[tuple[int, int]]
) -> None:
    labels = clusters(7, weights, Constraints(keys(must - cannot), keys(cannot)))
    assert all(labels[a] != labels[b] for a, b in cannot)
    assert all(labels[label] == label <= row for row, label in enumerate(labels))


@settings(max_examples=100, deadline=None)
@given(weights_of_rows, pairs_of_rows)
def test_must_links_hold_where_nothing_forbids_them(weights: Edges, must: set[tuple[int, int]]) -> None:
    labels = clusters(7, weights, Constraints(keys(must), keys(set())))
    assert all(labels[a] == labels[b] for a, b in must)


def test_constraints_are_renumbered_among_some_rows() -> None:
    every = Constraints(keys({(1, 5), (2, 3)}), keys({(3, 5), (0, 6)}))
    among = every.among(np.array([1, 3, 5], dtype=np.int64))
    assert among.must.tolist() == keys({(0, 2)}).tolist()
    assert among.cannot.tolist() == keys({(1, 2)}).tolist()


def test_no_rows_make_no_clusters() -> None:
    assert clusters(0, {}) == []
