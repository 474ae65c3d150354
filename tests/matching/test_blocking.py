"""Blocking against a search of all pairs, capped blocks and two lists included."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching.blocking import UNCAPPED, Blocking, sort_by_key
from bnl.matching.columns import standard_frame
from bnl.matching.kernel import Kernel
from bnl.matching.keys import rule_entries
from bnl.matching.model import BLOCKING, person_model
from bnl.matching.table import Table

RULES: tuple[tuple[str, ...], ...] = (
    ("date_of_birth", "given_initial"),
    ("names_either_order",),
    ("phones",),
    ("any_name", "birth_year"),
)

people = st.lists(
    st.fixed_dictionaries(
        {
            "given_names": st.sampled_from(["ann", "anna", "bob", "mary jane", None]),
            "family_name": st.sampled_from(["smith", "smyth", "jones", "ann", None]),
            "date_of_birth": st.sampled_from(["1969-01-29", "1969-01-28", "1969", None]),
            "phones": st.lists(st.sampled_from(["07700900123", "07700900124"]), max_size=2),
            "postcode": st.sampled_from(["OX1 1AA", "OX2 2BB", None]),
        }
    ),
    min_size=1,
    max_size=12,
)


def kernel_of(records: list[dict[str, object]]) -> Kernel:
    frame = pl.DataFrame(
        records,
        schema={
            "given_names": pl.String,
            "family_name": pl.String,
            "date_of_birth": pl.String,
            "phones": pl.List(pl.String),
            "postcode": pl.String,
        },
    ).with_columns(record_id=pl.int_range(pl.len()).cast(pl.String))
    return Kernel(Table.from_frame(standard_frame(frame)), person_model())


def hashes(kernel: Kernel, rule: tuple[str, ...], row: int) -> set[int]:
    found, _ = rule_entries(kernel.keys, rule, slice(row, row + 1))
    return set(found.tolist())


def by_hand(kernel: Kernel, rules: tuple[tuple[str, ...], ...], cap: int) -> set[tuple[int, int]]:
    rows = range(len(kernel.table))
    out = set()
    for rule in rules:
        keys = {row: hashes(kernel, rule, row) for row in rows}
        for a, b in itertools.combinations(rows, 2):
            shared = keys[a] & keys[b]
            if any(sum(key in keys[row] for row in rows) <= cap for key in shared):
                out.add((a, b))
    return out


def produced(blocking: Blocking, chunk: int) -> list[tuple[int, int]]:
    return [
        (a, b)
        for left, right in blocking.stream(chunk)
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]


@settings(max_examples=80, deadline=None)
@given(people, st.integers(1, 9), st.integers(1, 20))
def test_candidates_are_those_of_a_search_of_all_pairs(
    records: list[dict[str, object]], cap: int, chunk: int
) -> None:
    kernel = kernel_of(records)
    caps = {"+".join(rule): cap for rule in RULES}
    blocking = Blocking(kernel.keys, RULES, len(records), None, None, caps)
    got = produced(blocking, chunk)
    assert got == sorted(by_hand(kernel, RULES, cap))


@settings(max_examples=40, deadline=None)
@given(people, st.data())
def test_two_lists_meet_only_across_their_boundary(
    records: list[dict[str, object]], data: st.DataObject
) -> None:
    kernel = kernel_of(records)
    boundary = data.draw(st.integers(0, len(records)))
    blocking = Blocking(kernel.keys, RULES, len(records), None, boundary)
    every = by_hand(kernel, RULES, UNCAPPED)
    assert produced(blocking, 5) == sorted((a, b) for a, b in every if a < boundary <= b)


@settings(max_examples=40, deadline=None)
@given(people, st.data())
def test_rows_that_do_not_live_take_no_part(records: list[dict[str, object]], data: st.DataObject) -> None:
    kernel = kernel_of(records)
    live = np.array([data.draw(st.booleans()) for _ in records], dtype=np.bool_)
    blocking = Blocking(kernel.keys, RULES, len(records), live=live)
    every = by_hand(kernel, RULES, UNCAPPED)
    assert produced(blocking, 50) == sorted((a, b) for a, b in every if live[a] and live[b])


def test_blocks_over_budget_are_left_out_largest_first_and_reported() -> None:
    records: list[dict[str, object]] = [
        {"given_names": "ann", "family_name": name, "date_of_birth": "1969-01-29"}
        for name in ["smith"] * 6 + ["jones"] * 2
    ]
    kernel = kernel_of(records)
    blocking = Blocking(kernel.keys, (("family",),), len(records), budget=5.0)
    (report,) = blocking.reports
    assert report.pairs == 1
    assert report.capped_blocks == 1
    assert report.capped_pairs == 15
    assert blocking.caps() == {"family": report.cap}
    assert produced(blocking, 10) == [(6, 7)]


def test_without_a_budget_no_block_is_left_out() -> None:
    kernel = kernel_of([{"given_names": "ann", "family_name": "smith"}] * 5)
    blocking = Blocking(kernel.keys, (("family",),), 5)
    assert blocking.reports[0].capped_blocks == 0
    assert blocking.caps() == {"family": UNCAPPED}
    assert len(produced(blocking, 3)) == 10


def test_a_rule_whose_column_is_not_there_is_left_out() -> None:
    kernel = kernel_of([{"given_names": "ann"}] * 2)
    assert not Blocking(kernel.keys, (("emails",),), 2).reports


def test_an_unknown_key_is_an_error() -> None:
    kernel = kernel_of([{"given_names": "ann"}] * 2)
    with pytest.raises(MatchingError, match="no_such_key"):
        Blocking(kernel.keys, (("no_such_key",),), 2)


def test_every_default_rule_names_known_keys() -> None:
    kernel = kernel_of([{"given_names": "ann"}] * 2)
    for rule in BLOCKING:
        for key in rule:
            assert kernel.keys.available(key) in {True, False}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=30))
def test_entries_are_sorted_by_key_then_row_without_repeats(entries: list[tuple[int, int]]) -> None:
    keys = np.array([key << 40 for key, _ in entries], dtype=np.int64)
    rows = np.array([row for _, row in entries], dtype=np.int32)
    got_keys, got_rows = sort_by_key(keys, rows, 10)
    expected = sorted({(key << 40, row) for key, row in entries})
    assert list(zip(got_keys.tolist(), got_rows.tolist(), strict=True)) == expected


@pytest.mark.parametrize(
    ("key", "one", "two", "same"),
    [
        pytest.param("birth_day", "1969-03-29", "1979-03-29", True, id="day of another year"),
        pytest.param("birth_day", "1969-01-01", "1979-01-01", False, id="1 January is nobody's birthday"),
        pytest.param("birth_day", "1969", "1969", False, id="no day known"),
        pytest.param("birth_month", "1969-03-29", "1969-03", True, id="month known"),
        pytest.param("birth_month", "1969", "1969", False, id="month not known"),
        pytest.param("birth_year", "1969", "1969-03-29", True, id="year"),
        pytest.param("date_of_birth", "1969-03-29", "29/03/1969", True, id="whole date"),
    ],
)
def test_date_keys(key: str, one: str, two: str, same: bool) -> None:
    kernel = kernel_of([{"date_of_birth": one}, {"date_of_birth": two}])
    assert bool(hashes(kernel, (key,), 0) & hashes(kernel, (key,), 1)) == same


@pytest.mark.parametrize(
    ("key", "one", "two", "same"),
    [
        pytest.param("names_either_order", ("ann", "smith"), ("smith", "ann"), True, id="exchanged"),
        pytest.param("names_either_order", ("ann", "smith"), ("ann", "smyth"), True, id="by sound"),
        pytest.param("names_crossed", ("ann", "smith"), ("smith", "ann"), True, id="exchanged exactly"),
        pytest.param("names_crossed", ("ann", "smith"), ("ann", "smyth"), False, id="not by sound"),
        pytest.param("any_name", ("mary jane", "smith"), ("jane", "jones"), True, id="a middle name"),
        pytest.param("any_name_pair", ("mary jane", "smith"), ("jane", "smith"), True, id="two parts"),
        pytest.param("family_prefix", ("a", "smithson"), ("b", "smi"), True, id="three letters"),
        pytest.param("given_initial", ("ann", "x"), ("a", "y"), True, id="one letter"),
        pytest.param("given", ("ann", "x"), ("anna", "y"), False, id="whole name"),
    ],
)
def test_name_keys(key: str, one: tuple[str, str], two: tuple[str, str], same: bool) -> None:
    kernel = kernel_of(
        [{"given_names": given_names, "family_name": family} for given_names, family in (one, two)]
    )
    assert bool(hashes(kernel, (key,), 0) & hashes(kernel, (key,), 1)) == same


@pytest.mark.parametrize(
    ("key", "same"),
    [pytest.param("district", True, id="district"), pytest.param("sector", False, id="sector")],
)
def test_place_keys(key: str, same: bool) -> None:
    kernel = kernel_of([{"postcode": "OX1 1AA"}, {"postcode": "OX1 2BB"}])
    assert bool(hashes(kernel, (key,), 0) & hashes(kernel, (key,), 1)) == same
