"""Intervals: known values, order of the limits, and what a sample leaves possible."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.intervals import (
    Interval,
    difference,
    exact_proportion,
    normal_quantile,
    poisson_total,
    share_of,
    summed,
    wilson,
)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, value, high = sorted(draw(st.lists(st.integers(0, 1000), min_size=3, max_size=3)))
    return Interval(value / 10, low / 10, high / 10)


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(1, 500))
    drawn = draw(st.integers(0, size))
    return draw(st.integers(0, drawn)), drawn, size


@given(samples())
def test_the_limits_are_in_order_and_possible(sample: tuple[int, int, int]) -> None:
    hits, drawn, size = sample
    found = exact_proportion(hits, drawn, size)
    assert 0 <= found.low <= found.value <= found.high <= 1
    if drawn:
        assert found.low >= hits / size - 1e-12
        assert found.high <= 1 - (drawn - hits) / size + 1e-12


@pytest.mark.parametrize(
    ("hits", "drawn", "low", "high"),
    [
        pytest.param(0, 10, 0.0, 0.3085, id="none-of-ten"),
        pytest.param(10, 10, 0.6915, 1.0, id="all-of-ten"),
        pytest.param(5, 10, 0.1871, 0.8129, id="half-of-ten"),
        pytest.param(1, 100, 0.000253, 0.054459, id="one-of-a-hundred"),
    ],
)
def test_clopper_pearson_limits_in_a_large_stratum(hits: int, drawn: int, low: float, high: float) -> None:
    found = exact_proportion(hits, drawn, 10**9)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_a_stratum_seen_whole_leaves_no_doubt() -> None:
    assert exact_proportion(3, 4, 4) == Interval(0.75, 0.75, 0.75)


def test_nothing_drawn_says_nothing_and_an_empty_stratum_holds_nothing() -> None:
    assert exact_proportion(0, 0, 5) == Interval(0.5, 0.0, 1.0)
    assert exact_proportion(0, 0, 0) == Interval(0.0, 0.0, 0.0)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.97])
def test_exact_limits_cover_samples_without_replacement(share: float) -> None:
    size, drawn = 400, 60
    rng = np.random.default_rng(5)
    hits = rng.hypergeometric(int(share * size), size - int(share * size), drawn, size=2000)
    covered = [
        found.low <= int(share * size) / size <= found.high
        for found in (exact_proportion(int(hit), drawn, size) for hit in hits)
    ]
    assert np.mean(covered) >= 0.95


@pytest.mark.parametrize(
    ("hits", "drawn", "low", "high"),
    [
        pytest.param(0, 10, 0.0, 0.2775, id="none"),
        pytest.param(81, 263, 0.2553, 0.3662, id="newcombe-1998"),
        pytest.param(0, 0, 0.0, 1.0, id="nothing-drawn"),
    ],
)
def test_wilson(hits: float, drawn: float, low: float, high: float) -> None:
    found = wilson(hits, drawn)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_the_difference_of_newcombe_1998() -> None:
    found = difference(wilson(56, 70), wilson(48, 80))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


@given(st.lists(intervals(), max_size=5))
def test_a_sum_lies_between_the_sums_of_limits_and_is_tighter(parts: list[Interval]) -> None:
    found = summed(parts)
    assert sum(part.low for part in parts) - 1e-9 <= found.low <= found.value
    assert found.value <= found.high <= sum(part.high for part in parts) + 1e-9


@given(intervals())
def test_the_sum_of_one_part_is_that_part(part: Interval) -> None:
    found = summed([part])
    assert (found.value, found.low, found.high) == pytest.approx((part.value, part.low, part.high))


@given(intervals(), intervals())
def test_a_share_lies_within_its_corners(part: Interval, rest: Interval) -> None:
    found = share_of(part, rest)
    assert 0 <= found.low <= found.value <= found.high <= 1
    corners = [
        one / (one + other) if one + other else 1.0
        for one, other in itertools.product((part.low, part.high), (rest.low, rest.high))
    ]
    assert min(corners) - 1e-6 <= found.low
    assert found.high <= max(corners) + 1e-6


@given(intervals(), st.integers(1, 100))
def test_against_a_certain_rest_a_share_moves_with_its_part(part: Interval, rest: int) -> None:
    found = share_of(part, Interval(rest, rest, rest))
    assert found.low == pytest.approx(part.low / (part.low + rest), abs=1e-6)
    assert found.high == pytest.approx(part.high / (part.high + rest), abs=1e-6)


def test_nothing_against_nothing_is_all_unless_there_might_be_something() -> None:
    nothing = Interval(0.0, 0.0, 0.0)
    assert share_of(nothing, nothing) == Interval(1.0, 1.0, 1.0)
    assert share_of(nothing, Interval(0.0, 0.0, 3.0)).low == 0.0


def test_searches_that_find_nothing_bound_the_total() -> None:
    found = poisson_total(0, 100, 5000)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(3.689 * 50, abs=0.1)


def test_events_scale_to_all_units() -> None:
    found = poisson_total(10, 100, 1000)
    assert (found.value, found.low, found.high) == pytest.approx((100, 47.95, 183.9), abs=0.1)


def test_quantiles_widen_with_the_number_of_comparisons() -> None:
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-5)
    assert normal_quantile(0.95, 10) == pytest.approx(2.807, abs=1e-3)
    assert normal_quantile(0.95, 0) == normal_quantile(0.95)


def test_three_of_three_is_one_to_the_last_bit() -> None:
    assert Interval(49.0, 49.0, 49.0).divided(49) == Interval(1.0, 1.0, 1.0)
    assert Interval(0.5, 0.25, 1.0).scaled(4) == Interval(2.0, 1.0, 4.0)
