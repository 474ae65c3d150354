"""Printing official figures: nothing small is printed, nor what is small without whom the asker knows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.indicators.suppression import HIDDEN, HIDDEN_SMALL, is_small
from bnl.register.printing import Groups, Shown, counted, printed, printed_count, without


def ids(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}{number}" for number in range(count))


def figure(met: int, missed: int, unknown: int = 0, by: str = "") -> Groups:
    """So many ids of each kind, each its own person, marked by whose they are."""
    return Groups(ids(f"{by}met", met), ids(f"{by}missed", missed), {"unknown": ids(f"{by}unknown", unknown)})


def both(one: Groups, other: Groups) -> Groups:
    others = {name: some + other.others[name] for name, some in one.others.items()}
    return Groups(one.numerator + other.numerator, one.missed + other.missed, others)


@pytest.mark.parametrize(
    ("number", "left", "shown"),
    [
        pytest.param(0, None, 0, id="none"),
        pytest.param(4, None, HIDDEN_SMALL, id="small"),
        pytest.param(5, None, 5, id="five"),
        pytest.param(9, 9, 9, id="the asker knows none of them"),
        pytest.param(4, 4, HIDDEN_SMALL, id="small, and the asker knows none of them"),
        pytest.param(9, 4, HIDDEN, id="small without the asker's"),
        pytest.param(4, 2, HIDDEN, id="small with them and without"),
        pytest.param(9, 0, 9, id="all are the asker's"),
        pytest.param(3, 0, HIDDEN_SMALL, id="small, and all are the asker's"),
        pytest.param(9, 5, 9, id="five are left"),
    ],
)
def test_a_count_by_itself(number: int, left: int | None, shown: Shown) -> None:
    assert printed_count(number, left) == shown


def test_without_leaves_out_by_owner() -> None:
    groups = Groups(("a", "b"), ("c", "d"), {"unknown": ("e", "f")})
    owner = {"a": "one", "b": "two", "c": "one", "d": "two", "e": "one"}
    assert without(groups, owner, {"one"}) == Groups(("b",), ("d",), {"unknown": ("f",)})
    assert without(groups, owner, ()) == groups


def test_exact_counts_are_what_they_are() -> None:
    assert counted(figure(3, 2, 1)) == {"numerator": 3, "denominator": 5, "unknown": 1}


SMALL_NUMBERS = st.integers(0, 12)


@pytest.mark.parametrize(
    ("met", "missed", "shown"),
    [
        pytest.param(0, 0, (0, 0), id="nothing"),
        pytest.param(0, 3, (0, HIDDEN_SMALL), id="few, none met"),
        pytest.param(2, 1, (HIDDEN_SMALL, HIDDEN_SMALL), id="few"),
        pytest.param(5, 1, (HIDDEN, 6), id="one missed"),
        pytest.param(1, 5, (HIDDEN, 6), id="one met"),
        pytest.param(3, 3, (HIDDEN, 6), id="three of each"),
        pytest.param(5, 5, (5, 10), id="five of each"),
        pytest.param(0, 5, (0, 5), id="none met"),
    ],
)
def test_met_of_all(met: int, missed: int, shown: tuple[Shown, Shown]) -> None:
    cells = printed(figure(met, missed), figure(met, missed))
    assert (cells["numerator"], cells["denominator"]) == shown


@given(SMALL_NUMBERS, SMALL_NUMBERS, SMALL_NUMBERS)
def test_without_a_padder_nothing_small_is_printed(met: int, missed: int, unknown: int) -> None:
    groups = figure(met, missed, unknown)
    cells = printed(groups, groups)
    assert not [cell for cell in cells.values() if isinstance(cell, int) and is_small(cell)]
    if isinstance(cells["numerator"], int) and isinstance(cells["denominator"], int):
        assert not is_small(cells["denominator"] - cells["numerator"])


@given(st.tuples(SMALL_NUMBERS, SMALL_NUMBERS, SMALL_NUMBERS), st.sampled_from(["met", "missed", "unknown"]))
def test_whatever_is_added_one_to_four_of_others_look_alike(mine: tuple[int, int, int], kind: str) -> None:
    told = []
    for count in (1, 2, 3, 4):
        met, missed, unknown = (count if name == kind else 0 for name in ("met", "missed", "unknown"))
        others = figure(met, missed, unknown)
        told.append(printed(both(figure(*mine, by="mine "), others), others))
    assert told[0] == told[1] == told[2] == told[3]
