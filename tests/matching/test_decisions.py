"""Human decisions as constraints on rows."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching.arrays import unpack
from bnl.matching.decisions import constraints_of

IDS = ["a", "b", "c"]


def rows(packed: object) -> list[tuple[int, int]]:
    left, right = unpack(packed)  # type: ignore[arg-type]
    return list(zip(left.tolist(), right.tolist(), strict=True))


def test_decisions_are_ordered_pairs_of_rows() -> None:
    decided = constraints_of(IDS, [("c", "a"), ("a", "c")], [("b", "c")])
    assert rows(decided.must) == [(0, 2)]
    assert rows(decided.cannot) == [(1, 2)]


def test_ids_may_come_with_their_rows() -> None:
    decided = constraints_of({"x": 7, "y": 4}, [("x", "y")], [])
    assert rows(decided.must) == [(4, 7)]


def test_cannot_link_holds_where_both_are_given() -> None:
    decided = constraints_of(IDS, [("a", "b"), ("a", "c")], [("b", "a")])
    assert rows(decided.must) == [(0, 2)]
    assert rows(decided.cannot) == [(0, 1)]


def test_what_decisions_make_one_through_another_is_one() -> None:
    decided = constraints_of("abcdef", [("a", "b"), ("c", "b"), ("e", "f")], [("a", "d")])
    assert rows(decided.must) == [(0, 1), (0, 2), (1, 2), (4, 5)]


def test_nothing_is_drawn_from_decisions_that_contradict_one_another() -> None:
    decided = constraints_of("abcde", [("a", "b"), ("b", "c"), ("c", "d")], [("a", "c")])
    assert rows(decided.must) == [(0, 1), (1, 2), (2, 3)]


pairs = st.sets(
    st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")).filter(lambda p: p[0] < p[1])
)


@given(must=pairs, cannot=pairs)
def test_decisions_follow_from_one_another_as_they_plainly_do(
    must: set[tuple[str, str]], cannot: set[tuple[str, str]]
) -> None:
    decided = constraints_of("abcdefg", must, cannot)
    groups = [{letter} for letter in "abcdefg"]
    for one, two in must - cannot:
        joined = next(group for group in groups if one in group) | next(
            group for group in groups if two in group
        )
        groups = [group for group in groups if not group & joined] + [joined]
    wanted = set(must - cannot)
    for group in groups:
        inside = set(combinations(sorted(group), 2))
        if not inside & cannot:
            wanted |= inside
    assert {("abcdefg"[a], "abcdefg"[b]) for a, b in rows(decided.must)} == wanted
    assert {("abcdefg"[a], "abcdefg"[b]) for a, b in rows(decided.cannot)} == cannot


def test_no_decisions_constrain_nothing() -> None:
    decided = constraints_of(IDS, [], [])
    assert not decided.must.size
    assert not decided.cannot.size


@pytest.mark.parametrize(
    ("must", "cannot"),
    [
        pytest.param([("a", "nobody")], [], id="unknown must-link"),
        pytest.param([], [("nobody", "a")], id="unknown cannot-link"),
        pytest.param([("a", "a")], [], id="a record and itself"),
    ],
)
def test_impossible_decisions_are_refused(must: list[tuple[str, str]], cannot: list[tuple[str, str]]) -> None:
    with pytest.raises(MatchingError):
        constraints_of(IDS, must, cannot)
