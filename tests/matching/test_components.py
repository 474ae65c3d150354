"""Connected components against a union by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.components import components


def by_hand(rows: int, edges: list[tuple[int, int]]) -> list[int]:
    groups = [{row} for row in range(rows)]
    for a, b in edges:
        one = next(group for group in groups if a in group)
        two = next(group for group in groups if b in group)
        if one is not two:
            groups.remove(two)
            one |= two
    return [min(next(group for group in groups if row in group)) for row in range(rows)]


@given(st.integers(1, 25), st.data())
def test_every_row_is_labelled_by_the_smallest_row_it_reaches(rows: int, data: st.DataObject) -> None:
    row = st.integers(0, rows - 1)
    edges = data.draw(st.lists(st.tuples(row, row), max_size=40))
    left = np.array([a for a, _ in edges], dtype=np.int32)
    right = np.array([b for _, b in edges], dtype=np.int32)
    assert components(rows, left, right).tolist() == by_hand(rows, edges)


def test_a_long_chain_is_one_component() -> None:
    left = np.arange(9_999, dtype=np.int32)[::-1].copy()
    assert not components(10_000, left, left + 1).any()
