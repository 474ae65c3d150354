"""Postings and single-row keys against the blocks of a batch, whatever came, went and was packed anew."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.matching import postings as postings_module
from bnl.matching.arrays import Bool
from bnl.matching.blocking import Blocking
from bnl.matching.columns import standard_frame
from bnl.matching.kernel import Kernel
from bnl.matching.keys import rule_entries
from bnl.matching.model import BLOCKING, person_model
from bnl.matching.postings import LeftOut, Postings
from bnl.matching.row_keys import RowHashes
from bnl.matching.table import Table

RULES: tuple[tuple[str, ...], ...] = (
    ("date_of_birth", "given_initial"),
    ("names_either_order",),
    ("phones",),
    ("any_name", "birth_year"),
    ("postcode",),
)
ALL_ONES = (1 << 64) - 1

people = st.lists(
    st.fixed_dictionaries(
        {
            "given_names": st.sampled_from(["ann", "anna", "mary jane", "Robert (known as Bob)", None]),
            "family_name": st.sampled_from(["smith", "smyth", "jones", "ann", "Smith-Jones", None]),
            "date_of_birth": st.sampled_from(["1969-01-29", "1969-01-01", "1969-03", "1969", None]),
            "phones": st.lists(st.sampled_from(["07700900123", "07700900124"]), max_size=2),
            "postcode": st.sampled_from(["OX1 1AA", "OX2 2BB", None]),
            "aliases": st.lists(st.sampled_from(["annie", "Bobby Smith"]), max_size=2),
        }
    ),
    min_size=1,
    max_size=12,
)


def kernel_of(records: list[dict[str, object]]) -> Kernel:
    schema = {
        "given_names": pl.String(),
        "family_name": pl.String(),
        "date_of_birth": pl.String(),
        "phones": pl.List(pl.String),
        "postcode": pl.String(),
        "aliases": pl.List(pl.String),
    }
    frame = pl.DataFrame(records, schema=schema)
    frame = frame.with_columns(record_id=pl.int_range(pl.len()).cast(pl.String))
    return Kernel(Table.from_frame(standard_frame(frame)), person_model())


def neighbours(kernel: Kernel, caps: dict[str, int], live: Bool, row: int) -> set[int]:
    blocking = Blocking(kernel.keys, RULES, len(kernel.table), None, None, caps, live)
    pairs = [
        pair for left, right in blocking.stream() for pair in zip(left.tolist(), right.tolist(), strict=True)
    ]
    return {b if a == row else a for a, b in pairs if row in (a, b)}


@settings(max_examples=60, deadline=None)
@given(people)
def test_the_hashes_of_a_row_are_those_it_has_among_many(records: list[dict[str, object]]) -> None:
    kernel = kernel_of(records)
    rules = [rule for rule in BLOCKING if all(kernel.keys.available(key) for key in rule)]
    rules += [("names_crossed",), ("sector",), ("given", "family"), ("given_sound", "birth_day")]
    single = RowHashes(kernel.keys, rules)
    for row in range(len(records)):
        for rule, got in zip(rules, single.of(row), strict=True):
            bulk, _ = rule_entries(kernel.keys, rule, slice(row, row + 1))
            assert set(got) == {number & ALL_ONES for number in bulk.tolist()}
            assert len(got) == len(set(got))


@settings(max_examples=60, deadline=None)
@given(people, st.integers(1, 9), st.data())
def test_rows_that_come_and_go_leave_the_blocks_of_those_that_are_there(
    records: list[dict[str, object]], cap: int, data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings_module, "MERGE_AT", data.draw(st.sampled_from([1, 8, 1000])))
        kernel = kernel_of(records)
        caps = {"+".join(rule): cap for rule in RULES}
        count = len(records)
        live = np.array([data.draw(st.booleans()) for _ in records], dtype=np.bool_)
        growing = np.ones(count, dtype=np.bool_)
        grown = Postings(kernel.keys, RULES, caps, data.draw(st.integers(0, count)))
        for rows in range(grown.known, count + 1):
            # Those that go are gone once every row is there.
            grown.extend(rows, growing if rows < count else live)
    for row in np.flatnonzero(live).tolist():
        got = grown.candidates(row, live, int((~live).sum()))
        assert got.rows.tolist() == sorted(neighbours(kernel, caps, live, row))


def test_rows_far_beyond_the_first_are_packed_anew() -> None:
    records: list[dict[str, object]] = [
        {"given_names": "ann", "family_name": f"{'abcdefghij'[row % 10]}smith", "phones": ["07700900123"]}
        for row in range(40)
    ]
    kernel = kernel_of(records)
    live = np.ones(40, dtype=np.bool_)
    grown, whole = Postings(kernel.keys, RULES, {}, 1), Postings(kernel.keys, RULES, {}, 40)
    for rows in (2, 3, 9, 40):
        grown.extend(rows, live)
    for row in range(40):
        assert grown.candidates(row, live, 0).rows.tolist() == whole.candidates(row, live, 0).rows.tolist()


def test_a_block_too_large_is_left_out_and_named() -> None:
    records: list[dict[str, object]] = [{"family_name": "smith", "phones": ["07700900123"]}] * 4
    kernel = kernel_of(records)
    postings = Postings(kernel.keys, RULES, {"phones": 3}, 4)
    live = np.ones(4, dtype=np.bool_)
    found = postings.candidates(0, live, 0)
    assert found.left_out == (LeftOut(("phones",), 4, 3),)
    assert not found.rows.size
    live[3] = False
    assert postings.candidates(0, live, 1).rows.tolist() == [1, 2]
    # One that was removed may still be counted where the block is too large even so.
    (again,) = postings.candidates(0, live, 1, counted=False).left_out
    assert again.rule == ("phones",)
    assert 3 <= again.records <= 4
