"""Human decisions as constraints on rows."""

from __future__ import annotations

import pytest

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
