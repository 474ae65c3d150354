"""Uncertainty: the bounds of a headcount are exactly what judging the pairs could give."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.domain.identifiers import PersonId, RecordId
from bnl.indicators.frame import relink
from bnl.indicators.status import status_at
from bnl.indicators.uncertainty import Interval, headcount_interval
from tests.happenings import day, ev, frame

ON = day("2024-03-01")


def active(table: pl.DataFrame) -> Iterable[str]:
    """Return who is active on the day."""
    return status_at(table, ON).filter("active")["person_id"].to_list()


def pair(one: str, other: str) -> tuple[RecordId, RecordId]:
    """Return a pair of records in review."""
    return RecordId(f"rec_{one}_a"), RecordId(f"rec_{other}_a")


SEEN = [ev(name, "sighting", "2024-01-01") for name in "pqrs"]
HOUSED = ev("h", "accommodation_start", "2024-02-01", situation="settled")
GONE = ev("g", "inactive", "2024-01-01", attempts=1)
MET = ev("m", "contact", "2024-02-01")


@pytest.mark.parametrize(
    ("rows", "pairs", "expected"),
    [
        pytest.param(SEEN, [], (4, 4, 4), id="nothing in review"),
        pytest.param(SEEN, [("p", "q")], (3, 4, 4), id="one pair"),
        pytest.param(SEEN, [("p", "q"), ("r", "s")], (2, 4, 4), id="two pairs apart"),
        pytest.param(SEEN, [("p", "q"), ("q", "r")], (2, 4, 4), id="a chain"),
        pytest.param(SEEN, [("p", "q"), ("q", "r"), ("p", "r")], (2, 4, 4), id="a triangle"),
        pytest.param(SEEN, [("p", "q"), ("q", "p")], (3, 4, 4), id="the same pair twice"),
        pytest.param([*SEEN, HOUSED], [("p", "h")], (3, 4, 4), id="one of them is housed since"),
        pytest.param([*SEEN, HOUSED], [("h", "nobody")], (4, 4, 4), id="a record that is gone"),
        pytest.param(SEEN, [("p", "p")], (4, 4, 4), id="a pair within one person"),
    ],
)
def test_intervals(
    rows: list[dict[str, object]], pairs: list[tuple[str, str]], expected: tuple[int, int, int]
) -> None:
    found = headcount_interval(frame(*rows), [pair(*one) for one in pairs], active)
    assert (found.low, found.count, found.high) == expected
    assert found.exact


def test_a_link_may_raise_a_headcount() -> None:
    table = frame(ev("g", "sighting", "2023-12-01"), GONE, MET)
    assert list(active(table)) == []
    assert headcount_interval(table, [pair("g", "m")], active) == Interval(0, 0, 1, exact=True)


def test_large_groups_get_safe_bounds() -> None:
    table = frame(*SEEN)
    pairs = [pair("p", "q"), pair("q", "r"), pair("r", "s")]
    found = headcount_interval(table, pairs, active, most_pairs=2)
    assert found == Interval(0, 4, 4, exact=False)


def every_way(table: pl.DataFrame, pairs: list[tuple[str, str]]) -> list[int]:
    """Return by brute force the headcount of every way of judging the pairs."""
    found = []
    for ways in product([False, True], repeat=len(pairs)):
        group = {name: {name} for name in table["person_id"].unique()}
        for linked, (one, other) in zip(ways, pairs, strict=True):
            if linked:
                together = group[one] | group[other]
                for name in together:
                    group[name] = together
        owner = {RecordId(f"rec_{name}_a"): PersonId(min(names)) for name, names in group.items()}
        found.append(len(set(active(relink(table, owner)))))
    return found


@settings(max_examples=40, deadline=None)
@given(
    lives=st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["sighting", "contact", "inactive", "settled", "death"]), st.integers(0, 50)
            ),
            min_size=1,
            max_size=3,
        ),
        min_size=3,
        max_size=5,
    ),
    chosen=st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4),
)
def test_the_bounds_are_those_of_trying_every_way(
    lives: list[list[tuple[str, int]]], chosen: set[tuple[int, int]]
) -> None:
    rows = []
    for number, life in enumerate(lives):
        for kind, offset in life:
            on = date(2024, 1, 1) + timedelta(days=offset)
            if kind == "settled":
                rows.append(ev("abcde"[number], "accommodation_start", on, situation="settled"))
            else:
                rows.append(ev("abcde"[number], kind, on, attempts=1 if kind == "inactive" else None))
    table = frame(*rows)
    pairs = sorted(
        {("abcde"[min(p)], "abcde"[max(p)]) for p in chosen if p[0] != p[1] and max(p) < len(lives)}
    )
    found = headcount_interval(table, [pair(*one) for one in pairs], active)
    ways = every_way(table, pairs)
    assert (found.low, found.count, found.high, found.exact) == (min(ways), ways[0], max(ways), True)
