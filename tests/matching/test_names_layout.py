"""Names compared by the compiled loop: the very levels of its twin, also as names come and go."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.matching.arrays import I32, distinct, unordered
from bnl.matching.columns import standard_frame
from bnl.matching.compare_names import NameComparer
from bnl.matching.features import NameFeatures
from bnl.matching.kernel import Kernel
from bnl.matching.lexicon import Lexicon
from bnl.matching.model import person_model
from bnl.matching.names_layout import KnownNames
from bnl.matching.native import loaded
from bnl.matching.similarity import PairScores
from bnl.matching.table import Table
from tests.matching.test_screen import FAMILY, GIVEN, pairs_of

compiled = pytest.mark.skipif(loaded() is None, reason="bnl was built without a C compiler")

SPELT = [
    "yusuf",
    "youssef",
    "muhammad",
    "mohamed",
    "dheer",
    "dheere",
    "bob",
    "robert",
    "ann marie",
    "a",
    "curly",
    "wei",
    "david",
    "wong",
    "chen",
]
one_word = (
    st.sampled_from([*GIVEN, *FAMILY, *SPELT])
    | st.text("abdeior", min_size=1, max_size=7)
    | st.text("aéßжя李m", min_size=1, max_size=5)
    | st.text("ab", min_size=60, max_size=140)
)
name = st.lists(one_word, min_size=1, max_size=3).map(" ".join) | st.none()
LISTS = ("aliases", "former_names")
person = st.fixed_dictionaries(
    {
        "given_names": name,
        "family_name": name,
        "middle_names": st.none() | name,
        "full_name": st.none() | name,
        **dict.fromkeys(LISTS, st.lists(one_word, max_size=2)),
    }
)
SCHEMA = {column: pl.List(pl.String) if column in LISTS else pl.String for column in (
    "given_names", "family_name", "middle_names", "full_name", *LISTS)}  # fmt: skip


def kernel_of(people: list[dict[str, object]]) -> Kernel:
    frame = pl.DataFrame(people, schema=SCHEMA).with_columns(record_id=pl.int_range(pl.len()).cast(pl.String))
    return Kernel(Table.from_frame(standard_frame(frame)), person_model())


def levels(comparer: NameComparer, left: I32, right: I32) -> list[list[int]]:
    return [level.tolist() for level in comparer.levels(left, right)]


def levels_of_the_twin(comparer: NameComparer, left: I32, right: I32) -> list[list[int]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bnl.matching.compare_names.loaded", lambda: None)
        return levels(comparer, left, right)


def learn(kernel: Kernel, pairs: list[tuple[int, int]]) -> None:
    names = len(kernel.table.lexicons["name"])
    if names:
        sides = np.array(pairs, dtype=np.int64).reshape(-1, 2) % names
        kernel.name_comparer.learned = distinct(unordered(sides[:, 0], sides[:, 1]))


@compiled
@settings(max_examples=150, deadline=None)
@given(st.lists(person, min_size=2, max_size=9), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20))))
def test_names_are_compared_as_by_the_twin(
    people: list[dict[str, object]], pairs: list[tuple[int, int]]
) -> None:
    kernel = kernel_of(people)
    learn(kernel, pairs)
    left, right = pairs_of(len(people))
    for one, two in ((left, right), (right, left)):
        assert levels(kernel.name_comparer, one, two) == levels_of_the_twin(kernel.name_comparer, one, two)


@compiled
@settings(deadline=None)
@given(
    st.lists(person, min_size=2, max_size=5), st.lists(st.lists(person, max_size=3), max_size=3), st.data()
)
def test_as_records_come_and_go_names_are_compared_as_by_a_table_made_anew(
    people: list[dict[str, object]], later: list[list[dict[str, object]]], data: st.DataObject
) -> None:
    kernel, here = kernel_of(people), list(people)
    for batch in later:
        mark, before = kernel.table.mark(), len(here)
        rows = [
            {column: [value] if isinstance(value, str) else value for column, value in one.items() if value}
            for one in batch
        ]
        kernel.table.extend([str(before + place) for place in range(len(batch))], rows)
        left, right = pairs_of(len(here) + len(batch))
        fresh = kernel_of(here + batch).name_comparer
        assert levels(kernel.name_comparer, left, right) == levels(fresh, left, right)
        if data.draw(st.booleans()):
            kernel.table.restore(mark)
        else:
            here += batch
    left, right = pairs_of(len(here))
    assert levels(kernel.name_comparer, left, right) == levels(kernel_of(here).name_comparer, left, right)


@compiled
@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("abcde", min_size=1, max_size=12), min_size=2, max_size=8, unique=True))
def test_grades_are_those_of_jaro_and_winkler(words: list[str]) -> None:
    words = [f"{word}x" for word in words]
    kernel = kernel_of([{"family_name": word} for word in words])
    left, right = pairs_of(len(words))
    family = kernel.table.column("family")
    scores = PairScores(kernel.table.lexicons["name"], "jaro_winkler").scores(family[left], family[right])
    grades = 1 + np.digitize(scores, np.array([0.75, 0.85, 0.92], dtype=np.float32))
    # Level 4 is that of names which sound alike, 6 that of spellings of one name, 10 that of the same name.
    found = kernel.name_comparer.levels(left, right)[1]
    plain = ~np.isin(found, [4, 6, 10])
    wanted = np.array([0, 1, 2, 3, 5])[grades]
    assert found[plain].tolist() == wanted[plain].tolist()


def test_what_is_known_follows_a_lexicon() -> None:
    lexicon = Lexicon()
    names = KnownNames(lexicon, NameFeatures(lexicon))
    lexicon.codes(["ann", "李", "x" * 300])
    known, characters, longest = names.texts()
    assert known["start"][:3].tolist() == [0, 3, 4]
    assert known["length"][:3].tolist() == [3, 1, 300]
    assert "".join(map(chr, characters[:5])) == "ann李x"
    assert longest == 300
    lexicon.forget(1)
    lexicon.codes(["bob", "muhammad", "annie"])
    known, characters, longest = names.texts()
    assert known["start"][:4].tolist() == [0, 3, 6, 14]
    assert "".join(map(chr, characters[:6])) == "annbob"
    # Bob is a form of Robert, Muhammad is spelt in many ways as well.
    assert (known["flags"][1:3] & 3).tolist() == [1, 3]
    assert known["sound"][0] == known["sound"][3] != known["sound"][1]
