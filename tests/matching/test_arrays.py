"""Array building blocks against their plain counterparts."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.arrays import count_distinct, distinct, expand, lookup, mix, pack, unordered, unpack

integers = st.lists(st.integers(-(2**62), 2**62), max_size=50)
small = st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=30)


@given(integers)
def test_distinct_is_a_sorted_set(values: list[int]) -> None:
    assert distinct(np.array(values, dtype=np.int64)).tolist() == sorted(set(values))


@given(st.lists(st.integers(0, 5), max_size=90) | st.lists(st.integers(-3, 120), min_size=64, max_size=150))
def test_counts_are_those_of_a_counter(values: list[int]) -> None:
    keys, counts = count_distinct(np.array(values, dtype=np.int64))
    assert dict(zip(keys.tolist(), counts.tolist(), strict=True)) == {v: values.count(v) for v in set(values)}


@given(small, st.data())
def test_packing_is_undone_and_sorts_by_the_first_part(first: list[int], data: st.DataObject) -> None:
    second = data.draw(st.lists(st.integers(0, 2**31 - 1), min_size=len(first), max_size=len(first)))
    keys = pack(np.array(first, dtype=np.int32), np.array(second, dtype=np.int32))
    high, low = unpack(keys)
    assert high.tolist() == first
    assert low.tolist() == second
    assert sorted(keys.tolist()) == [(a << 32) | b for a, b in sorted(zip(first, second, strict=True))]


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
def test_unordered_pairs_do_not_know_left_from_right(a: int, b: int) -> None:
    one, two = np.array([a], dtype=np.int32), np.array([b], dtype=np.int32)
    assert unordered(one, two) == unordered(two, one)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 6)), max_size=30))
def test_ranges_are_joined(ranges: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in ranges], dtype=np.int64)
    counts = np.array([count for _, count in ranges], dtype=np.int64)
    expected = [number for start, count in ranges for number in range(start, start + count)]
    assert expand(starts, counts).tolist() == expected


@given(st.lists(st.integers(-1, 2**40), min_size=1, unique=True), st.integers(1, 50), st.integers(1, 50))
def test_mixing_keeps_values_apart_and_depends_on_the_salt(values: list[int], one: int, two: int) -> None:
    array = np.array(values, dtype=np.int64)
    assert len(set(mix(array, one).tolist())) == len(values)
    assert (mix(array, one).tolist() == mix(array, two).tolist()) == (one == two)


@given(
    st.sets(st.integers(-2, 90), max_size=40),
    st.lists(st.integers(-9, 100), max_size=30) | st.lists(st.integers(-9, 100), min_size=64, max_size=120),
)
def test_lookup_finds_what_is_there(known: set[int], wanted: list[int]) -> None:
    keys = np.array(sorted(known), dtype=np.int64)
    found, place = lookup(keys, np.array(wanted, dtype=np.int64))
    assert found.tolist() == [value in known for value in wanted]
    assert all(keys[p] == w for p, w, f in zip(place, wanted, found, strict=True) if f)
