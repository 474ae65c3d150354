"""Sketches: texts that are alike are never told apart, and names never share fewer bits than letters."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from bnl.matching.lexicon import Lexicon
from bnl.matching.sketches import ALIKE, Sketches, fewest_edits, letter_bits, may_be_alike

text = st.text(min_size=1, max_size=12) | st.text("abcé1 ", min_size=1, max_size=9)
values = st.lists(text, min_size=1, max_size=8)


def codes(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(numbers, dtype=np.int32)


@settings(max_examples=300, deadline=None)
@given(values)
def test_texts_that_are_alike_are_never_told_apart(texts: list[str]) -> None:
    lexicon = Lexicon()
    known = lexicon.codes(texts)
    sketches = Sketches(lexicon)
    for one in set(known.tolist()):
        for two in set(known.tolist()):
            possible = bool(may_be_alike(sketches.of(codes(one)), sketches.of(codes(two)))[0])
            found = JaroWinkler.similarity(lexicon.values[one], lexicon.values[two])
            assert possible or found < ALIKE


@settings(max_examples=300, deadline=None)
@given(values)
def test_texts_are_never_fewer_edits_apart_than_their_letters_tell(texts: list[str]) -> None:
    lexicon = Lexicon()
    known = lexicon.codes(texts)
    sketches = Sketches(lexicon)
    for one in set(known.tolist()):
        for two in set(known.tolist()):
            least = int(fewest_edits(sketches.of(codes(one)), sketches.of(codes(two)))[0])
            assert least <= OSA.distance(lexicon.values[one], lexicon.values[two])


@pytest.mark.parametrize(
    ("one", "two", "possible"),
    [
        pytest.param("smith", "smyth", True, id="one-letter-off"),
        pytest.param("smith", "brown", False, id="nothing-in-common"),
        pytest.param("anna", "nnaa", True, id="same-letters"),
        pytest.param("abc", "xyzabcdefghij", False, id="too-few-of-too-many"),
        pytest.param("ab" * 300, "xyz", False, id="long-and-short"),
        pytest.param("a" * 300, "a" * 299, True, id="long-and-alike"),
        pytest.param("李明", "李", True, id="letters-without-a-bit"),
    ],
)
def test_what_letters_allow(one: str, two: str, possible: bool) -> None:
    lexicon = Lexicon()
    a, b = lexicon.codes([one, two])
    sketches = Sketches(lexicon)
    assert bool(may_be_alike(sketches.of(codes(a)), sketches.of(codes(b)))[0]) is possible


def test_a_missing_value_is_like_no_other() -> None:
    lexicon = Lexicon()
    lexicon.codes(["ann"])
    sketches = Sketches(lexicon)
    assert not may_be_alike(sketches.of(codes(-1, -1)), sketches.of(codes(0, -1))).any()


@given(values)
def test_names_never_share_fewer_bits_than_letters(texts: list[str]) -> None:
    bits, lengths, firsts, long = letter_bits(texts)
    assert (len(bits), len(lengths), len(firsts), len(long)) == (len(texts), *[len(texts) + 1] * 3)
    for a, one in enumerate(texts):
        for b, two in enumerate(texts):
            shared = (Counter(one) & Counter(two)).total()
            assert long[a] or long[b] or int(bits[a] & bits[b]).bit_count() >= shared
            assert one[0] != two[0] or firsts[a] == firsts[b]
    assert lengths.tolist() == [*(min(len(text), 31) for text in texts), 0]
