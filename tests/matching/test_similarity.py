"""Scores within a bound are those of the measure; beyond it they say so and no more, compiled or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from bnl.matching.arrays import F32, I32
from bnl.matching.lexicon import Lexicon
from bnl.matching.native import loaded
from bnl.matching.similarity import PairScores

WAYS = [
    pytest.param(
        True,
        id="compiled",
        marks=pytest.mark.skipif(loaded() is None, reason="bnl was built without a C compiler"),
    ),
    pytest.param(False, id="plain"),
]
text = st.text("abc1é-李", min_size=1, max_size=9) | st.text(min_size=1, max_size=20) | st.just("a-b" * 30)
values = st.lists(text, min_size=2, max_size=8, unique=True)


def every_pair(texts: list[str]) -> tuple[Lexicon, I32, I32]:
    lexicon = Lexicon()
    codes = lexicon.codes(texts)
    left, right = np.meshgrid(codes, codes)
    return lexicon, left.ravel(), right.ravel()


def scores(texts: list[str], measure: str, bound: float | None, *, compiled: bool) -> F32:
    lexicon, left, right = every_pair(texts)
    with pytest.MonkeyPatch.context() as patch:
        if not compiled:
            for place in ("similarity", "sketches"):
                patch.setattr(f"bnl.matching.{place}.loaded", lambda: None)
        return PairScores(lexicon, measure, bound).scores(left, right)


def wanted(texts: list[str], measure: str) -> F32:
    found = [
        (OSA.distance if measure == "edits" else JaroWinkler.similarity)(b, a) for a in texts for b in texts
    ]
    return np.array(found, dtype=np.float32)


@pytest.mark.parametrize("compiled", WAYS)
@given(texts=values, bound=st.sampled_from([1, 2]))
def test_edits_within_a_bound_are_counted_and_others_are_one_more(
    compiled: bool, texts: list[str], bound: int
) -> None:
    found = scores(texts, "edits", bound, compiled=compiled)
    assert found.tolist() == np.minimum(wanted(texts, "edits"), bound + 1).tolist()


@pytest.mark.parametrize("compiled", WAYS)
@given(texts=values, bound=st.sampled_from([0.75, 0.82, 0.9]))
def test_likeness_below_a_bound_is_none(compiled: bool, texts: list[str], bound: float) -> None:
    found = scores(texts, "jaro_winkler", bound, compiled=compiled)
    alike = wanted(texts, "jaro_winkler")
    # The measure itself is not quite the same both ways round: no more is asked of what is that near a bound.
    far = np.abs(alike - bound) > 1e-6
    assert found[far] == pytest.approx(np.where(alike < bound, 0.0, alike)[far], abs=1e-6)


@pytest.mark.parametrize("compiled", WAYS)
@pytest.mark.parametrize(
    ("one", "two", "edits"),
    [
        pytest.param("12345", "12354", 1, id="neighbours-exchanged"),
        pytest.param("12345", "1234", 1, id="one-left-out"),
        pytest.param("12345", "123745", 1, id="one-put-in"),
        pytest.param("12345", "12945", 1, id="one-replaced"),
        pytest.param("ca", "abc", 3, id="no-part-is-edited-twice"),
        pytest.param("12345", "21354", 2, id="exchanged-twice"),
        pytest.param("aaaa", "aa", 2, id="the-same-letter-again"),
    ],
)
def test_what_counts_as_an_edit(one: str, two: str, edits: int, *, compiled: bool) -> None:
    assert scores([one, two], "edits", 3, compiled=compiled)[1] == edits


@pytest.mark.parametrize("bound", [pytest.param(None, id="none"), pytest.param(0.5, id="below-sketches")])
def test_without_a_bound_that_can_be_told_every_likeness_is_known(bound: float | None) -> None:
    texts = ["martha", "marhta", "xyz", "mazda"]
    found = scores(texts, "jaro_winkler", bound, compiled=True)
    assert found == pytest.approx(wanted(texts, "jaro_winkler"))


def test_no_pairs_have_no_scores() -> None:
    lexicon, left, right = every_pair(["a", "b"])
    for measure in ("edits", "jaro_winkler"):
        assert PairScores(lexicon, measure, 1).scores(left[:0], right[:0]).size == 0
