"""One-to-one links and rivalry among candidates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.arrays import F64, I32
from bnl.matching.assign import Rivals, looks_one_to_one, one_to_one

edges = st.lists(
    st.tuples(st.integers(0, 4), st.integers(5, 9), st.integers(-40, 80)),
    max_size=25,
    unique_by=lambda edge: edge[:2],
)


def arrays(pairs: list[tuple[int, int, int]]) -> tuple[I32, I32, F64]:
    left = np.array([a for a, _, _ in pairs], dtype=np.int32)
    right = np.array([b for _, b, _ in pairs], dtype=np.int32)
    return left, right, np.array([w / 4 for _, _, w in pairs], dtype=np.float64)


@given(edges)
def test_each_record_has_at_most_one_partner(pairs: list[tuple[int, int, int]]) -> None:
    left, right, weights = arrays(pairs)
    chosen = one_to_one(left, right, weights, 0.0)
    assert len(set(left[chosen].tolist())) == chosen.sum() == len(set(right[chosen].tolist()))
    assert (weights[chosen] >= 0.0).all()


@given(edges)
def test_a_pair_left_out_has_a_rival_that_is_at_least_as_strong(pairs: list[tuple[int, int, int]]) -> None:
    left, right, weights = arrays(pairs)
    chosen = one_to_one(left, right, weights, 0.0)
    for place in np.flatnonzero(~chosen & (weights >= 0.0)):
        rival = chosen & ((left == left[place]) | (right == right[place])) & (weights >= weights[place])
        assert rival.any()


@given(edges, st.permutations(range(10)))
def test_of_equals_the_smaller_ids_are_chosen_whatever_their_rows(
    pairs: list[tuple[int, int, int]], rows: list[int]
) -> None:
    left, right, weights = arrays(pairs)
    expected = {(int(left[p]), int(right[p])) for p in np.flatnonzero(one_to_one(left, right, weights, 0.0))}
    placed, ranks = np.array(rows, dtype=np.int32), np.argsort(np.array(rows)).astype(np.int64)
    chosen = one_to_one(placed[left], placed[right], weights, 0.0, ranks)
    assert {(int(left[p]), int(right[p])) for p in np.flatnonzero(chosen)} == expected


@given(edges)
def test_candidates_of_one_record_share_its_odds(pairs: list[tuple[int, int, int]]) -> None:
    left, right, weights = arrays(pairs)
    got = Rivals.of(10, left, right, weights).against(left, right, weights)
    for place, weight in enumerate(got):
        rivals = sum(
            2.0 ** weights[other]
            for other in range(len(pairs))
            if other != place and (left[other] == left[place] or right[other] == right[place])
        )
        assert weight == pytest.approx(weights[place] - np.log2(1.0 + rivals), abs=1e-6)


def test_a_pair_without_rivals_keeps_its_weight() -> None:
    left, right, weights = arrays([(0, 5, 20), (1, 6, 20)])
    assert Rivals.of(10, left, right, weights).against(left, right, weights).tolist() == weights.tolist()


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([(0, 5, 80), (1, 6, 80)], True, id="no record twice"),
        pytest.param([(0, 5, 80), (0, 6, 80)], False, id="one record twice"),
        pytest.param([(0, 5, 80), (0, 6, 4)], True, id="weak links do not count"),
        pytest.param([], True, id="no links"),
    ],
)
def test_whether_lists_look_one_to_one(pairs: list[tuple[int, int, int]], expected: bool) -> None:
    assert looks_one_to_one(*arrays(pairs)) == expected
