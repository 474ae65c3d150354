"""What is known of names, dates and postcodes."""

from __future__ import annotations

import numpy as np
import pytest

from bnl.matching.features import DateFeatures, NameFeatures, outward, sector
from bnl.matching.lexicon import Lexicon


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
