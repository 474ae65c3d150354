"""Small numbers: nothing printed lets a reader who knows the rules work out a hidden count."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import InputError
from bnl.indicators.suppression import (
    HIDDEN,
    HIDDEN_SMALL,
    Printed,
    is_safe,
    protect,
    restated,
    suppress,
    suppress_known,
)


@pytest.mark.parametrize(
    ("counts", "cells", "total"),
    [
        pytest.param({"x": 0, "y": 9}, {"x": "0", "y": "9"}, "9", id="zero prints"),
        pytest.param({"x": 5, "y": 9}, {"x": "5", "y": "9"}, "14", id="five prints"),
        pytest.param(
            {"x": 4, "y": 9, "z": 8}, {"x": "<5", "y": "9", "z": "*"}, "21", id="four, and one more hidden"
        ),
        pytest.param(
            {"x": 1, "y": 9, "z": 8}, {"x": "<5", "y": "9", "z": "*"}, "18", id="one, and one more hidden"
        ),
        pytest.param({"x": 1, "y": 5}, {"x": "<5", "y": "5"}, "*", id="no choice protects: the total goes"),
        pytest.param({"x": 1, "y": 6}, {"x": "<5", "y": "*"}, "7", id="just enough"),
        pytest.param(
            {"x": 2, "y": 3, "z": 9}, {"x": "<5", "y": "<5", "z": "9"}, "14", id="two protect each other"
        ),
        pytest.param(
            {"x": 1, "y": 1, "z": 9},
            {"x": "<5", "y": "<5", "z": "*"},
            "11",
            id="two ones give each other away",
        ),
        pytest.param(
            {"x": 4, "y": 4, "z": 9},
            {"x": "<5", "y": "<5", "z": "*"},
            "17",
            id="two fours give each other away",
        ),
        pytest.param({"x": 3}, {"x": "<5"}, "<5", id="alone, the total is small too"),
        pytest.param({"x": 1, "y": 2}, {"x": "<5", "y": "<5"}, "<5", id="a small total"),
        pytest.param(
            dict.fromkeys("wxyz", 1),
            dict.fromkeys("wxyz", "<5"),
            "*",
            id="four ones: even <5 gives them away",
        ),
        pytest.param({}, {}, "0", id="nothing"),
        pytest.param({"x": 0}, {"x": "0"}, "0", id="nobody"),
    ],
)
def test_a_row_with_its_total(counts: dict[str, int], cells: dict[str, str], total: str) -> None:
    printed = suppress(counts)
    assert (dict(printed.cells), printed.total) == (cells, total)


def test_without_a_total_only_the_small_are_hidden() -> None:
    assert suppress({"x": 1, "y": 9}, total=False) == Printed({"x": "<5", "y": "9"}, "*")


def test_sensitive_names_are_hidden_whatever_they_count() -> None:
    printed = suppress({"x": 9, "y": 8, "z": 20}, ["x"])
    assert printed.cells["x"] == HIDDEN
    assert sorted(printed.cells.values()).count(HIDDEN) >= 2 or printed.total == HIDDEN


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(InputError, match="negative"):
        suppress({"x": -1})


def possible(printed: Printed, most: int) -> dict[str, set[int]]:
    """Return by brute force every value each cell could have for a reader who knows the rules."""
    names = list(printed.cells)
    ranges = []
    for name in names:
        text = printed.cells[name]
        if text == HIDDEN_SMALL:
            ranges.append(range(1, 5))
        elif text == HIDDEN:
            ranges.append(range(5, most + 1))
        else:
            ranges.append(range(int(text), int(text) + 1))
    found: dict[str, set[int]] = {name: set() for name in names}
    for values in product(*ranges):
        if printed.total == HIDDEN_SMALL:
            fits = 1 <= sum(values) <= 4
        else:
            fits = printed.total == HIDDEN or sum(values) == int(printed.total)
        if fits:
            for name, value in zip(names, values, strict=True):
                found[name].add(value)
    return found


@settings(max_examples=300, deadline=None)
@given(counts=st.dictionaries(st.sampled_from("vwxyz"), st.integers(0, 8), min_size=1, max_size=5))
def test_no_hidden_count_can_be_worked_out(counts: dict[str, int]) -> None:
    printed = suppress(counts)
    could = possible(printed, sum(counts.values()) + 10)
    for name, count in counts.items():
        text = printed.cells[name]
        assert count in could[name]
        if text in (HIDDEN, HIDDEN_SMALL):
            assert len(could[name]) >= 2, (counts, printed)
        else:
            assert text == str(count)
        assert (text == HIDDEN_SMALL) == (0 < count < 5)


@settings(max_examples=300, deadline=None)
@given(
    counts=st.dictionaries(st.sampled_from("vwxyz"), st.integers(0, 9), min_size=1, max_size=4),
    minus=st.sets(st.sampled_from("vwxyz")),
)
def test_a_balance_gives_nothing_away(counts: dict[str, int], minus: set[str]) -> None:
    signs = {name: -1 if name in minus else 1 for name in counts}
    hidden = [name for name, count in counts.items() if 0 < count < 5]
    chosen = protect(counts, signs, hidden, list(counts))
    if chosen is None:
        return
    every = [*hidden, *chosen]
    known = sum(signs[name] * counts[name] for name in every)
    assert all(len(values) >= 2 for values in by_force(counts, signs, every, known).values())


def by_force(
    counts: Mapping[str, int], signs: Mapping[str, int], hidden: list[str], known: int
) -> dict[str, set[int]]:
    """Return by brute force the values hidden counts could have, given their signed sum."""
    ranges = [range(1, 5) if 0 < counts[name] < 5 else range(5, 40) for name in hidden]
    found: dict[str, set[int]] = {name: set() for name in hidden}
    for values in product(*ranges):
        if sum(signs[name] * value for name, value in zip(hidden, values, strict=True)) == known:
            for name, value in zip(hidden, values, strict=True):
                found[name].add(value)
    return found


def test_nothing_hidden_needs_nothing_more() -> None:
    assert protect({"x": 9}, {"x": 1}, [], ["x"]) == ()


@pytest.mark.parametrize(
    ("counts", "safe"),
    [
        pytest.param({"x": 1}, False, id="one alone"),
        pytest.param({"x": 2, "y": 2}, True, id="two and two"),
        pytest.param({"x": 1, "y": 1}, False, id="one and one"),
        pytest.param({"x": 1, "y": 5}, False, id="the least of both"),
        pytest.param({"x": 1, "y": 6}, True, id="one more than the least"),
    ],
)
def test_safety(counts: dict[str, int], safe: bool) -> None:
    assert is_safe(counts, dict.fromkeys(counts, 1), list(counts)) == safe


@pytest.mark.parametrize(
    ("previous", "now", "anew"),
    [
        pytest.param(None, 7, True, id="never published"),
        pytest.param(7, 7, True, id="unchanged"),
        pytest.param(7, 8, False, id="one more"),
        pytest.param(7, 11, False, id="four more"),
        pytest.param(7, 12, True, id="five more"),
        pytest.param(7, 3, False, id="four fewer"),
        pytest.param(7, 2, True, id="five fewer"),
        pytest.param(0, 3, False, id="from nobody to three"),
    ],
)
def test_when_a_published_count_is_restated(previous: int | None, now: int, anew: bool) -> None:
    assert restated(previous, now) == anew


@pytest.mark.parametrize(
    ("counts", "cells"),
    [
        pytest.param({"a": 9, "b": 8}, {"a": "9", "b": "8"}, id="nothing small"),
        pytest.param({"a": 5, "b": 1}, {"a": "*", "b": "*"}, id="nothing protects it"),
        pytest.param({"a": 3, "b": 0}, {"a": "*", "b": "*"}, id="all in one small group"),
        pytest.param({"a": 4, "b": 9, "c": 8}, {"a": "<5", "b": "9", "c": "*"}, id="one more protects it"),
        pytest.param({}, {}, id="nobody"),
    ],
)
def test_where_the_total_is_known_nothing_gives_a_small_count_away(
    counts: dict[str, int], cells: dict[str, str]
) -> None:
    assert dict(suppress_known(counts).cells) == cells


@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_with_a_known_total_what_is_hidden_is_safe_or_all_is(counts: list[int]) -> None:
    named = {str(number): count for number, count in enumerate(counts)}
    cells = dict(suppress_known(named).cells)
    hidden = [name for name, cell in cells.items() if not cell.isdecimal()]
    if set(cells.values()) == {HIDDEN}:
        assert min(count for count in counts if count) < 5
        return
    assert is_safe(named, dict.fromkeys(named, 1), hidden)
    assert all(cells[name] == str(named[name]) for name in cells if name not in hidden)
