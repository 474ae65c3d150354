"""What is derived of values: the same lazily, eagerly, after growth and after forgetting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.features import DateFeatures, Derived, NameFeatures, outward, sector
from bnl.matching.lexicon import Lexicon


def ends(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((value[:1], value[-1:])))


@given(
    st.lists(st.one_of(st.text("abcd", min_size=1, max_size=4), st.integers(0, 5)), max_size=40),
    st.booleans(),
    st.integers(0, 40),
)
def test_derived_codes_stand_for_what_is_derived(steps: list[str | int], eager: bool, ask_from: int) -> None:
    lexicon = Lexicon()
    derived = Derived(lexicon, ends, 2)
    for place, step in enumerate(steps):
        if isinstance(step, int):
            lexicon.forget(step)
        else:
            lexicon.code(step)
        if eager and place == len(steps) // 2:
            derived.complete()
        if place < ask_from:
            continue
        codes = np.arange(-1, len(lexicon), dtype=np.int32)
        first = derived.of(codes).tolist()
        assert first[0] == -1
        assert derived.of(codes.reshape(-1, 1)).ravel().tolist() == first
        for code, row in zip(codes[1:].tolist(), derived.rows(codes[1:]).tolist(), strict=True):
            said = [derived.inner.values[one] for one in row if one >= 0]
            assert said == list(ends(lexicon.values[code]))
            assert derived.one(code) == row[0] == first[code + 1]


def test_an_empty_lexicon_derives_nothing() -> None:
    derived = Derived(Lexicon(), ends)
    assert derived.of(np.array([-1, -1], dtype=np.int32)).tolist() == [-1, -1]
    derived.complete()
    assert derived.of(np.array([-1], dtype=np.int32)).tolist() == [-1]


def test_all_features_of_names_are_made_complete_together() -> None:
    lexicon = Lexicon()
    lexicon.codes(["mohammed", "muhammad", "j"])
    names = NameFeatures(lexicon)
    names.complete()
    both = np.array([0, 1], dtype=np.int32)
    assert len(set(names.sound.of(both).tolist())) == 1
    assert set(names.spellings.rows(both)[0].tolist()) & set(names.spellings.rows(both)[1].tolist()) - {-1}
    assert names.single.of(np.array([0, 2], dtype=np.int32)).tolist() == [-1, 0]


def test_dates_are_read_anew_after_forgetting() -> None:
    lexicon = Lexicon()
    dates = DateFeatures(lexicon)
    lexicon.codes(["19690129", "19800000"])
    assert dates.table().tolist() == [[1969, 1, 29], [1980, 0, 0]]
    lexicon.forget(1)
    lexicon.code("20010203")
    assert dates.table().tolist() == [[1969, 1, 29], [2001, 2, 3]]


@pytest.mark.parametrize(
    ("code", "district", "part"),
    [
        pytest.param("OX11AA", "OX1", "OX11", id="postcode"),
        pytest.param("SW1A1AA", "SW1A", "SW1A1", id="long postcode"),
        pytest.param("90210", "902", "9021", id="zip code"),
        pytest.param("ABC", "ABC", "ABC", id="short"),
    ],
)
def test_parts_of_postcodes(code: str, district: str, part: str) -> None:
    assert outward(code) == district
    assert sector(code) == part
