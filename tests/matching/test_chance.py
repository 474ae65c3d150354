"""Chance agreement against a count over all pairs."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.matching.chance import marginals, place_of, random_pairs
from bnl.matching.columns import standard_frame
from bnl.matching.kernel import Kernel, exact_level
from bnl.matching.model import person_model
from bnl.matching.priors import chance_of_equality
from bnl.matching.table import Table


def kernel_of(values: list[str | None]) -> Kernel:
    frame = pl.DataFrame(
        {"occupation": values, "family_name": values}, schema_overrides={"occupation": pl.String}
    )
    frame = frame.with_columns(record_id=pl.int_range(pl.len()).cast(pl.String))
    return Kernel(Table.from_frame(standard_frame(frame)), person_model())


def joined(share: float, values: list[str | None], column: str) -> float:
    """Return a share of pairs joined by five thousand pairs of a county."""
    pairs = sum(value is not None for value in values) ** 2 / 2
    elsewhere = chance_of_equality("text" if column == "occupation" else "family")
    return (max(share, 1e-9) * pairs + elsewhere * 5000) / (pairs + 5000)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["cook", "baker", "smith", None]), min_size=4, max_size=30))
def test_equality_is_counted_exactly(values: list[str | None]) -> None:
    if len({value for value in values if value}) < 2:
        return
    kernel = kernel_of(values)
    shares = marginals(kernel, len(values), None, 200, 1)
    pairs = [(a, b) for a, b in itertools.combinations(values, 2) if a and b]
    expected = sum(a == b for a, b in pairs) / len(pairs)
    for column in ("occupation", "family_name"):
        place = place_of(kernel, column)
        exact = exact_level(kernel.comparisons[place].kind)
        assert shares[place][exact] == pytest.approx(joined(expected, values, column), rel=1e-4)
        assert shares[place].sum() == pytest.approx(1.0)
        assert (shares[place][1:] > 0).all()


def test_across_two_lists_only_pairs_across_count() -> None:
    kernel = kernel_of(["cook", "cook", "baker", "baker"])
    shares = marginals(kernel, 4, 2, 50, 1)
    place = place_of(kernel, "occupation")
    assert shares[place][exact_level("text")] == pytest.approx(joined(0.0, ["x"] * 4, "occupation"))


@given(st.integers(2, 40), st.integers(0, 100))
def test_random_pairs_are_distinct_and_ordered(rows: int, seed: int) -> None:
    left, right = random_pairs(rows, None, 100, seed)
    assert (left < right).all()
    assert len(set(zip(left.tolist(), right.tolist(), strict=True))) == left.size
    again = random_pairs(rows, None, 100, seed)
    assert again[0].tolist() == left.tolist()


@given(st.integers(2, 40), st.data())
def test_random_pairs_cross_the_boundary(rows: int, data: st.DataObject) -> None:
    boundary = data.draw(st.integers(1, rows - 1))
    left, right = random_pairs(rows, boundary, 50, 3)
    assert (left < boundary).all()
    assert (right >= boundary).all()


def test_few_rows_stand_for_many() -> None:
    left, right = random_pairs(1_000_000, None, 50_000, 5)
    assert len(set(np.concatenate([left, right]).tolist())) <= 15_000
    assert left.size > 49_000
