"""Reading written names: order, titles, particles and what people are also known as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.names import (
    WrittenName,
    plain_word,
    plain_words,
    read_family,
    read_full,
    read_given,
    read_other,
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("Jane Smith", WrittenName(("jane",), ("smith",)), id="natural order"),
        pytest.param("SMITH, Jane", WrittenName(("jane",), ("smith",)), id="family name first"),
        pytest.param(
            "SMITH, Robert (known as Bob)", WrittenName(("robert",), ("smith",), ("bob",)), id="known as"
        ),
        pytest.param("Robert Smith aka Bobby", WrittenName(("robert",), ("smith",), ("bobby",)), id="aka"),
        pytest.param(
            'William "Billy" Brown', WrittenName(("william",), ("brown",), ("billy",)), id="in quotes"
        ),
        pytest.param("Mr John Smith", WrittenName(("john",), ("smith",)), id="title"),
        pytest.param("Sir John de la Mare", WrittenName(("john",), ("de", "la", "mare")), id="particles"),
        pytest.param("Ahmed al Hassan", WrittenName(("ahmed",), ("al", "hassan")), id="article"),
        pytest.param("Mary Jane Smith", WrittenName(("mary", "jane"), ("smith",)), id="two given names"),
        pytest.param("Anne-Marie Smith", WrittenName(("anne", "marie"), ("smith",)), id="hyphen"),
        pytest.param("Madonna", WrittenName(("madonna",)), id="one word"),
        pytest.param("王伟芳", WrittenName(("伟芳",), ("王",)), id="Chinese"),
        pytest.param("王 伟芳", WrittenName(("伟芳",), ("王",)), id="Chinese with a space"),
        pytest.param("欧阳娜", WrittenName(("娜",), ("欧阳",)), id="a family name of two signs"),
        pytest.param("王伟 (known as Wei)", WrittenName(("伟",), ("王",), ("wei",)), id="Chinese, known as"),
        pytest.param("김민수", WrittenName(("민수",), ("김",)), id="Korean"),
        pytest.param("王", WrittenName(("王",)), id="one sign"),
        pytest.param("Иван Петров", WrittenName(("иван",), ("петров",)), id="Cyrillic"),
        pytest.param("Mrs", WrittenName(), id="a title alone"),
        pytest.param("unknown", WrittenName(), id="not known"),
        pytest.param("", WrittenName(), id="nothing"),
    ],
)
def test_whole_names(written: str, expected: WrittenName) -> None:
    assert read_full(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("Robert (Bob)", WrittenName(given=("robert",), aliases=("bob",)), id="brackets"),
        pytest.param("Mary Jane", WrittenName(given=("mary", "jane")), id="two"),
        pytest.param("R.", WrittenName(given=("r",)), id="initial"),
        pytest.param("TBC", WrittenName(), id="not known"),
    ],
)
def test_given_names(written: str, expected: WrittenName) -> None:
    assert read_given(written) == expected


def test_a_double_barrelled_family_name_keeps_its_parts() -> None:
    assert read_family("Smith-Jones") == WrittenName(family=("smith", "jones"))


@pytest.mark.parametrize(
    ("written", "former", "expected"),
    [
        pytest.param("Bob", False, WrittenName(given=("bob",)), id="alias of one word"),
        pytest.param("Brown", True, WrittenName(family=("brown",)), id="former name of one word"),
        pytest.param("Jane Brown", True, WrittenName(("jane",), ("brown",)), id="whole former name"),
        pytest.param("Bob Brown", False, WrittenName(("bob",), ("brown",)), id="whole alias"),
    ],
)
def test_other_names(written: str, former: bool, expected: WrittenName) -> None:
    assert read_other(written, former=former) == expected


@given(st.text(max_size=40))
def test_any_text_can_be_read(written: str) -> None:
    for name in (read_full(written), read_given(written), read_family(written)):
        assert all(part and part == part.strip() for part in (*name.given, *name.family, *name.aliases))


@given(st.lists(st.sampled_from(["anna", "maria", "kowalska", "nowak"]), min_size=2, max_size=4))
def test_a_comma_settles_which_is_the_family_name(words: list[str]) -> None:
    *given_names, family = words
    assert read_full(f"{family}, {' '.join(given_names)}") == read_full(" ".join(words))


@given(st.lists(st.text("annMR -\n\u00e9\u0130tbk", max_size=6), min_size=1, max_size=20))
def test_many_plain_words_are_read_as_each_is(written: list[str]) -> None:
    many = [*written, "Ann", "mr", "TBC", "unknown", "", "J", "Ann\n"] * 200
    assert plain_words(many) == [plain_word(value) for value in many]
