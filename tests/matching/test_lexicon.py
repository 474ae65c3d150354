"""Lexicons against a plain list: codes, arrays, and values that are forgotten."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.lexicon import Lexicon, split_distinct, through

words = st.text("abc", max_size=3)
texts = st.lists(st.text(max_size=4), max_size=12)


@given(st.lists(st.one_of(words, st.integers(0, 6)), max_size=60))
def test_a_lexicon_that_grows_and_forgets_is_a_list_of_distinct_values(steps: list[str | int]) -> None:
    lexicon, plain = Lexicon(), list[str]()
    told: list[int] = []
    lexicon.watch(told.append)
    for step in steps:
        if isinstance(step, int):
            before = len(plain)
            del plain[step:]
            lexicon.forget(step)
            assert told[-1:] == [step] if before > step else True
            continue
        code = lexicon.code(step)
        if step and step not in plain:
            plain.append(step)
        assert code == (plain.index(step) if step else -1)
        assert lexicon.array(np.arange(len(plain), dtype=np.int32)).tolist() == plain
    assert lexicon.values == plain
    assert len(lexicon) == len(plain)
    assert [lexicon.find(value) for value in plain] == list(range(len(plain)))
    assert lexicon.find("never") == -1
    assert lexicon.take(range(len(plain))) == plain


def test_forgetting_nothing_tells_nobody() -> None:
    lexicon, told = Lexicon(), list[int]()
    lexicon.watch(told.append)
    lexicon.codes(["a", "b"])
    lexicon.forget(2)
    lexicon.forget(9)
    assert not told
    lexicon.forget(1)
    assert told == [1]
    assert lexicon.code("c") == 1


def test_a_missing_code_stays_missing() -> None:
    none = np.zeros(0, dtype=np.int32)
    assert through(np.array([0, -1], dtype=np.int32), none).tolist() == [-1, -1]


@given(texts, texts)
def test_codes_are_given_in_order_of_arrival_and_kept(first: list[str], more: list[str]) -> None:
    lexicon, one_by_one = Lexicon(), Lexicon()
    together = [*lexicon.codes(first).tolist(), *lexicon.codes(more).tolist()]
    assert together == [one_by_one.code(value) for value in first + more]
    new = dict.fromkeys(value for value in first + more if value)
    assert lexicon.values == one_by_one.values == list(new)
    assert [lexicon.find(value) for value in lexicon.values] == list(range(len(lexicon)))


@given(st.lists(st.none() | st.text("abc", max_size=2), max_size=30))
def test_a_split_column_can_be_put_together_again(column: list[str | None]) -> None:
    ((codes, values), (other, _)) = split_distinct([pl.Series(column, dtype=pl.String)] * 2)
    assert [None if code < 0 else values[code] for code in codes] == column
    assert values == list(dict.fromkeys(value for value in column if value is not None))
    assert codes.tolist() == other.tolist()


def test_values_are_numbered_by_first_appearance_across_chunks() -> None:
    column = pl.concat([pl.Series(["b", "a"]), pl.Series(["c", "b", None])], rechunk=False)
    ((codes, values),) = split_distinct([column])
    assert (codes.tolist(), values) == ([0, 1, 2, 0, -1], ["b", "a", "c"])
