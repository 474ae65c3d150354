"""Equality breakdowns: dated attributes, nobody left out, nothing given away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.indicators.equality import NOT_KNOWN, breakdown, rates, value_on
from bnl.indicators.figures import Figure
from tests.happenings import day

ON = day("2024-03-01")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([], NOT_KNOWN, id="never said"),
        pytest.param([("2024-01-01", "x")], "x", id="said"),
        pytest.param([("2024-01-01", "x"), ("2024-02-01", "y")], "y", id="said again"),
        pytest.param([("2024-02-01", "y"), ("2024-01-01", "x")], "y", id="in any order"),
        pytest.param([("2024-03-01", "x")], "x", id="said today"),
        pytest.param([("2024-03-02", "x")], NOT_KNOWN, id="said later"),
        pytest.param([("2024-01-01", "x"), ("2024-01-01", "y")], "y", id="twice on one day"),
    ],
)
def test_dated_attributes(said: list[tuple[str, str]], expected: str) -> None:
    assert value_on([(day(when), value) for when, value in said], ON) == expected


def groups(sizes: dict[str, int]) -> tuple[list[str], dict[str, list[tuple[date, str]]]]:
    """Return people and what they said of themselves."""
    people = [f"{name}{number}" for name, size in sizes.items() for number in range(size)]
    return people, {person: [(day("2020-01-01"), person[0])] for person in people if person[0] != "?"}


def test_a_breakdown_counts_everybody_once() -> None:
    people, said = groups({"x": 9, "y": 3, "?": 7})
    found = breakdown([*people, *people], "ethnicity", said, ON)
    assert found.counts == {"not known": 7, "x": 9, "y": 3}
    assert found.printed.cells == {"not known": "*", "x": "9", "y": "<5"}
    assert found.printed.total == "19"


def figure(met: list[str], everybody: list[str]) -> Figure:
    """Return a figure."""
    return Figure("f", ("r v1",), ON, ON, "case", tuple(met), tuple(everybody))


def test_rates_by_community() -> None:
    people, said = groups({"x": 20, "y": 10, "z": 40})
    met = [*people[:10], *people[20:25], *people[30:60]]
    rows = {row.value: row for row in rates(figure(met, people), {}, said, ON)}
    assert rows["x"].percent == Decimal("50.0")
    assert (rows["y"].numerator, rows["y"].denominator) == ("5", "10")
    assert (rows["z"].numerator, rows["z"].percent) == ("30", Decimal("75.0"))


@pytest.mark.parametrize(
    ("met", "shown"),
    [
        pytest.param(10, True, id="ten of twenty"),
        pytest.param(4, False, id="four succeed"),
        pytest.param(16, False, id="four fail"),
        pytest.param(20, True, id="all"),
        pytest.param(0, True, id="none"),
    ],
)
def test_a_rate_shows_neither_few_successes_nor_few_failures(met: int, shown: bool) -> None:
    people, said = groups({"x": 20, "y": 40, "z": 60})
    done = [*people[:met], *people[20:40], *people[60:90]]
    rows = {row.value: row for row in rates(figure(done, people), {}, said, ON)}
    assert (rows["x"].percent is not None) == shown


def test_ids_that_are_cases_are_read_through_their_person() -> None:
    people, said = groups({"x": 6, "y": 6})
    owner = {f"case {person}": person for person in people}
    rows = rates(figure([], list(owner)), owner, said, ON)
    assert [(row.value, row.denominator, row.percent) for row in rows] == [
        ("x", "6", Decimal("0.0")),
        ("y", "6", Decimal("0.0")),
    ]


@settings(max_examples=100, deadline=None)
@given(sizes=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=4))
def test_what_a_rate_prints_is_never_small(sizes: list[tuple[int, int]]) -> None:
    met, failed = [], []
    for number, (good, bad) in enumerate(sizes):
        met += [f"{number}m{n}" for n in range(good)]
        failed += [f"{number}f{n}" for n in range(bad)]
    said = {person: [(day("2020-01-01"), person[0])] for person in met + failed}
    for row in rates(figure(met, met + failed), {}, said, ON):
        good, bad = sizes[int(row.value)]
        if row.percent is not None:
            assert not 0 < good < 5
            assert not 0 < bad < 5
            assert Fraction(row.percent) == pytest.approx(100 * good / (good + bad), abs=0.051)
        if row.numerator.isdigit():
            assert int(row.numerator) == good
