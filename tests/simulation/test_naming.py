"""Name lists: every community has its own, well formed, with the customs that trouble matching."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.simulation.naming import (
    COMMUNITIES,
    Name,
    NameBook,
    for_sex,
    name_books,
    own_spelling,
    parse_name,
)

BOOKS = {book.community: book for book in name_books()}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("Lee", Name("Lee"), id="name alone"),
        pytest.param("Dean; Deane", Name("Dean", ("Deane",)), id="one other spelling"),
        pytest.param("Craig; ; ", Name("Craig"), id="empty parts"),
        pytest.param("Gary; Garry; Gaz", Name("Gary", ("Garry",), ("Gaz",)), id="all three parts"),
        pytest.param("Paul; ; Paulie, Pauly", Name("Paul", (), ("Paulie", "Pauly")), id="short forms only"),
        pytest.param(" Al-Hassan ;Alhassan ", Name("Al-Hassan", ("Alhassan",)), id="blanks"),
    ],
)
def test_an_entry_is_read(entry: str, expected: Name) -> None:
    assert parse_name(entry) == expected


@pytest.mark.parametrize(
    ("name", "sex", "expected"),
    [
        pytest.param(Name("Nowak", ("Novak",)), "female", Name("Nowak", ("Novak",)), id="same for both"),
        pytest.param(
            Name("Górski/Górska", ("Gorski/Gorska",)), "male", Name("Górski", ("Gorski",)), id="his"
        ),
        pytest.param(
            Name("Górski/Górska", ("Gorski/Gorska",)), "female", Name("Górska", ("Gorska",)), id="hers"
        ),
        pytest.param(Name("Jankowski/Jankowska"), "female", Name("Jankowska"), id="hers, one spelling"),
    ],
)
def test_a_family_name_takes_the_form_of_its_bearer(name: Name, sex: str, expected: Name) -> None:
    assert for_sex(name, sex) == expected


def test_a_bearer_may_settle_on_another_spelling_and_keeps_the_rest() -> None:
    name = Name("Yusuf", ("Yousef", "Yousuf"), ("Joe",))

    assert own_spelling(name, Random(1), 0.0) is name
    settled = own_spelling(name, Random(1), 1.0)
    assert settled.text in name.spellings
    assert {settled.text, *settled.spellings} == {name.text, *name.spellings}
    assert settled.short == name.short


def test_a_name_without_other_spellings_stays() -> None:
    assert own_spelling(Name("Lee"), Random(1), 1.0) == Name("Lee")


@given(st.sampled_from(["Yusuf", "Yousef", "Yousuf"]))
def test_writing_a_name_another_way_loses_no_spelling(spelling: str) -> None:
    name = Name("Yusuf", ("Yousef", "Yousuf"))

    written = name.written(spelling)

    assert written.text == spelling
    assert sorted((written.text, *written.spellings)) == ["Yousef", "Yousuf", "Yusuf"]


def test_every_community_has_a_book() -> None:
    assert tuple(BOOKS) == COMMUNITIES


def test_the_communities_share_out_the_county() -> None:
    assert sum(book.share for book in BOOKS.values()) == pytest.approx(1.0)
    assert all(book.share > 0 for book in BOOKS.values())


@pytest.mark.parametrize("community", COMMUNITIES)
def test_a_book_is_well_formed(community: str) -> None:
    book = BOOKS[community]
    for choice in (*book.given.values(), book.family):
        texts = [name.text for name in choice.options]
        assert len(texts) >= 14
        assert len(set(texts)) == len(texts)
        for name in choice.options:
            forms = (name.text, *name.spellings, *name.short)
            assert all(form and form == form.strip() and ";" not in form for form in forms)
            assert name.text not in name.spellings


@pytest.mark.parametrize("community", COMMUNITIES)
def test_customs_are_rates(community: str) -> None:
    book = BOOKS[community]

    assert all(0 <= rate <= 1 for rate in book.customs.values())
    assert book.language
    assert book.nationality
    assert book.ethnicity


def test_there_are_several_hundred_names_of_each_kind() -> None:
    def count(sex: str) -> int:
        return sum(len(book.given[sex].options) for book in BOOKS.values())

    family = {name.text for book in BOOKS.values() for name in book.family.options}
    assert count("male") > 350
    assert count("female") > 300
    assert len(family) > 900


@pytest.mark.parametrize(
    ("community", "together"),
    [
        pytest.param("pakistani_bangladeshi", ("Mohammed", "Muhammad"), id="Mohammed"),
        pytest.param("arabic", ("Youssef", "Yusuf"), id="Youssef"),
        pytest.param("somali", ("Abdi", "Cabdi"), id="Somali c for ayn"),
        pytest.param("eritrean", ("Tesfay", "Tesfai"), id="Tesfay"),
        pytest.param("polish", ("Paweł", "Pawel"), id="lost stroke"),
        pytest.param("romanian", ("Ștefan", "Stefan"), id="lost comma"),
        pytest.param("kurdish_iranian_afghan", ("Hossein", "Hussain"), id="Hossein"),
        pytest.param("chinese", ("Jian", "Kin"), id="two romanisations"),
    ],
)
def test_transliterations_stand_together(community: str, together: tuple[str, str]) -> None:
    spelt = [{name.text, *name.spellings} for name in BOOKS[community].given["male"].options]

    assert any(set(together) <= forms for forms in spelt)


@pytest.mark.parametrize(
    ("sex", "name", "short"),
    [
        pytest.param("male", "William", "Bill", id="Bill"),
        pytest.param("male", "John", "Jack", id="Jack"),
        pytest.param("female", "Margaret", "Peggy", id="Peggy"),
        pytest.param("female", "Dorothy", "Dot", id="Dot"),
    ],
)
def test_english_names_bring_their_nicknames(sex: str, name: str, short: str) -> None:
    found = {one.text: one for one in BOOKS["english"].given[sex].options}

    assert short in found[name].short


@pytest.mark.parametrize("community", ["eritrean", "somali"])
def test_patronymic_communities_bear_fathers_names(community: str) -> None:
    book = BOOKS[community]

    assert book.custom("patronymic") == 1.0
    assert {name.text for name in book.family.options} == {name.text for name in book.given["male"].options}


def test_a_custom_a_community_does_not_have_is_zero() -> None:
    assert BOOKS["english"].custom("patronymic") == 0.0


def test_the_prefix_of_a_community_is_one_of_its_names() -> None:
    book: NameBook = BOOKS["pakistani_bangladeshi"]

    assert book.prefix is not None
    assert "Md" in book.prefix.spellings
    assert [one for one in BOOKS.values() if one.prefix] == [book]
