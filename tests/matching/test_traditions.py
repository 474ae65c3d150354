"""English given names beside Chinese family names, known by the tables of names."""

from __future__ import annotations

import pytest

from bnl.matching.lexicon import Lexicon
from bnl.matching.traditions import CHINESE, ENGLISH, FAMILY, SYLLABLE, Adopting


def marks(*names: str) -> list[int]:
    lexicon = Lexicon()
    adopting = Adopting(lexicon)
    return [int(mark) for mark in adopting.marks(lexicon.codes(names))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("david", ENGLISH, id="English"),
        pytest.param("winnie", ENGLISH, id="a pet form"),
        pytest.param("wong", FAMILY | CHINESE, id="Chinese family"),
        pytest.param("nguyen", FAMILY, id="Vietnamese family"),
        pytest.param("may", 0, id="English, and Chinese as well"),
        pytest.param("lin", FAMILY, id="a family name, and spelt like a syllable"),
        pytest.param("xiaoming", CHINESE, id="Chinese given"),
        pytest.param("yuk", CHINESE, id="a syllable"),
        pytest.param("warsame", 0, id="neither"),
        pytest.param("", 0, id="missing"),
    ],
)
def test_names_are_told_apart(name: str, expected: int) -> None:
    assert marks(name) == [expected]


def test_forgotten_names_are_read_anew() -> None:
    lexicon = Lexicon()
    adopting = Adopting(lexicon)
    both = lexicon.codes(["xiaoming", "david"])
    assert adopting.marks(both).tolist() == [CHINESE, ENGLISH]
    lexicon.forget(1)
    lexicon.code("warsame")
    assert adopting.marks(both).tolist() == [CHINESE, 0]


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        pytest.param(("david", "wong"), ("wei", "wong"), True, id="an English name"),
        pytest.param(("wei", "wong"), ("david", "chen"), True, id="the other way round, families apart"),
        pytest.param(("david", "wong"), ("karen", "wong"), False, id="two English names"),
        pytest.param(("mei", "wong"), ("wei", "wong"), False, id="two Chinese names"),
        pytest.param(("david", "smith"), ("wei", "wong"), False, id="an English family name"),
        pytest.param(("david", ""), ("wei", "wong"), False, id="no family name"),
        pytest.param(("david", "wong"), ("", "wong"), False, id="no given name"),
    ],
)
def test_adopted_names(one: tuple[str, str], two: tuple[str, str], expected: bool) -> None:
    lexicon = Lexicon()
    adopting = Adopting(lexicon)
    given, family = ((lexicon.codes([one[part]]), lexicon.codes([two[part]])) for part in (0, 1))
    assert adopting.adopted(given, family).tolist() == [expected]


@pytest.mark.parametrize("syllable", ["wei", "xiao", "zhang", "hsu", "kwok", "chiang", "tsui", "yue", "kam"])
def test_syllables_of_the_usual_romanisations(syllable: str) -> None:
    assert SYLLABLE.fullmatch(syllable)


@pytest.mark.parametrize("name", ["david", "karen", "simon", "fiona", "christine"])
def test_longer_names_are_no_syllable(name: str) -> None:
    assert not SYLLABLE.fullmatch(name)
