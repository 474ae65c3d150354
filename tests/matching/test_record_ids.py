"""Record ids: a column and a list say the same, ranks follow what is added and forgotten."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.record_ids import RecordIds

names = st.lists(st.text("abAB12", max_size=3), unique=True, max_size=8)


@given(names, names)
def test_ranks_are_places_in_sorted_order(first: list[str], more: list[str]) -> None:
    ids = RecordIds(pl.Series(first, dtype=pl.String))
    assert [sorted(first)[rank] for rank in ids.ranks()] == first
    added = [name for name in more if name not in first]
    ids.extend(added)
    every = first + added
    assert [sorted(every)[rank] for rank in ids.ranks()] == every
    assert (ids.column().to_list(), list(ids), len(ids)) == (every, every, len(every))


def test_what_is_forgotten_is_gone_from_both() -> None:
    ids = RecordIds(pl.Series(["b", "a", "c"]))
    assert (ids[1], ids[1:], ids.index("c")) == ("a", ["a", "c"], 2)
    ids.truncate(1)
    assert (len(ids), ids.column().to_list(), ids.ranks().tolist()) == (1, ["b"], [0])


def test_no_ids_are_no_ids() -> None:
    ids = RecordIds(pl.Series(dtype=pl.String))
    assert (len(ids), list(ids), ids.ranks().size) == (0, [], 0)
