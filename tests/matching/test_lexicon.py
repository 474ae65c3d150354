"""Lexicons against a plain list: codes, arrays, and values that are forgotten."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.lexicon import Lexicon, encode, split_distinct, through

words = st.text("abc", max_size=3)


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


def test_a_column_is_coded_once_per_distinct_value() -> None:
    calls: list[str] = []

    def shout(value: str) -> str:
        calls.append(value)
        return value.upper()

    lexicon = Lexicon()
    codes = encode(pl.Series(["a", None, "b", "a", "A"]), lexicon, shout)
    assert codes.tolist() == [0, -1, 1, 0, 0]
    assert calls == ["a", "b", "A"]
    assert split_distinct(pl.Series(["x", None, "x"]))[0].tolist() == [0, -1, 0]
    assert through(np.array([0, -1], dtype=np.int32), np.zeros(0, dtype=np.int32)).tolist() == [-1, -1]
