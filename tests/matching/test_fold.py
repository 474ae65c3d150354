"""Folding of names: what goes, what stays, and that folding twice changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.fold import fold


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        pytest.param("William", "william", id="case"),
        pytest.param("  Anne   Marie ", "anne marie", id="spaces"),
        pytest.param("Anne-Marie", "anne marie", id="hyphen-separates"),
        pytest.param("O'Brien", "obrien", id="apostrophe-vanishes"),
        pytest.param("O’Brien", "obrien", id="curly-apostrophe"),
        pytest.param("Sa`id", "said", id="backtick-ayn"),
        pytest.param("Siobhán", "siobhan", id="acute"),
        pytest.param("Łukasz", "lukasz", id="polish-l"),
        pytest.param("Ștefănel", "stefanel", id="romanian-comma-below"),
        pytest.param("João Conceição", "joao conceicao", id="portuguese"),
        pytest.param("Müller", "muller", id="umlaut"),
        pytest.param("Weiß", "weiss", id="sharp-s"),
        pytest.param("Şükrü Işık", "sukru isik", id="turkish"),
        pytest.param("İbrahim", "ibrahim", id="turkish-dotted-capital"),
        pytest.param("Øystein Ærø", "oystein aero", id="nordic"),
        pytest.param("NGUYỄN", "nguyen", id="vietnamese-two-marks"),
        pytest.param("SMITH, John (Jack)", "smith john jack", id="punctuation-separates"),
        pytest.param("J.R.", "j r", id="initials"),
        pytest.param("Иван", "иван", id="cyrillic-kept"),
        pytest.param("مُحَمَّد", "محمد", id="arabic-vowel-signs-go"),
        pytest.param("王小明", "王小明", id="han-kept"),
        pytest.param("अमित", "अमित", id="indic-vowel-signs-stay"),
        pytest.param("Mary2", "mary2", id="digits-stay"),
        pytest.param("—?!", "", id="nothing-left"),
        pytest.param("", "", id="empty"),
    ],
)
def test_fold(name: str, folded: str) -> None:
    assert fold(name) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(name: str) -> None:
    once = fold(name)
    assert fold(once) == once


@given(st.text(max_size=40))
def test_folded_names_have_single_inner_spaces(name: str) -> None:
    folded = fold(name)
    assert folded == " ".join(folded.split())


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1))
def test_the_fast_way_for_plain_letters_agrees_with_the_long_way(name: str) -> None:
    assert fold(name) == fold(name + "-") == name.lower()


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_folds_as_any_other(text: str) -> None:
    # A letter that must be decomposed sends a text down the long way.
    assert fold(text + " é") == " ".join([*fold(text).split(), "e"])
