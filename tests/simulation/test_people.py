"""True people: complete, plausible, and as their community names them."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.simulation.naming import COMMUNITIES, Name, name_books
from bnl.simulation.numbers import Numbers
from bnl.simulation.people import PATHS, Nursery, Wish
from bnl.simulation.places import Address

BOOKS = {book.community: book for book in name_books()}
FIRST_DAY = date(2023, 4, 1)


def nursery(seed: int = 1) -> Nursery:
    rng = Random(seed)
    return Nursery(rng, Numbers(rng), FIRST_DAY)


@pytest.mark.parametrize("community", COMMUNITIES)
def test_people_are_whole(community: str) -> None:
    made = nursery()
    for number in range(1, 60):
        person = made.make(BOOKS[community])
        assert person.person_id == f"P{number:05d}"
        assert person.community == community
        assert person.path in PATHS
        assert person.given
        assert person.family
        assert person.places
        assert person.phones
        assert person.nhs_number
        assert person.language == BOOKS[community].language
    assert made.people[-1] is person


@pytest.mark.parametrize("community", COMMUNITIES)
def test_people_are_adults_under_eighty_when_nothing_else_is_settled(community: str) -> None:
    made = nursery()
    for _ in range(150):
        born = made.make(BOOKS[community]).born
        assert date(1942, 1, 1) < born < date(2005, 12, 31)


@given(
    st.sampled_from(PATHS), st.sampled_from(["male", "female"]), st.dates(date(1950, 1, 1), date(2015, 1, 1))
)
@settings(max_examples=60)
def test_what_is_settled_is_kept(path: str, sex: str, born: date) -> None:
    given_names, family = (Name("Ada"),), (Name("Stone"),)
    places = (Address("1 Fern Close, Oxford", "OX4 1AB", "Oxford", "home"),)
    wish = Wish(sex, born, given_names, family, path, places, ("0113 496 0001",))

    person = nursery().make(BOOKS["english"], wish)

    assert (person.sex, person.born, person.path) == (sex, born, path)
    assert (person.given, person.family) == (given_names, family)
    assert (tuple(person.places), person.phones) == (places, ["0113 496 0001"])


def test_somebody_may_have_no_phone() -> None:
    assert nursery().make(BOOKS["english"], Wish(phones=())).phones == []


@pytest.mark.parametrize(
    ("community", "rate"),
    [
        pytest.param("eritrean", 0.35, id="border papers, often"),
        pytest.param("somali", 0.35, id="border papers, often (Somali)"),
        pytest.param("arabic", 0.15, id="border papers, sometimes"),
        pytest.param("english", 0.0, id="hardly ever"),
    ],
)
def test_papers_give_some_communities_a_birthday_on_1_january(community: str, rate: float) -> None:
    made = nursery()
    born = [made.make(BOOKS[community]).born for _ in range(600)]
    share = sum((day.month, day.day) == (1, 1) for day in born) / 600

    assert abs(share - rate) < 0.06


def test_two_family_names_are_common_only_where_they_are_the_custom() -> None:
    made = nursery()
    portuguese = [len(made.make(BOOKS["portuguese"]).family) for _ in range(300)]
    english = [len(made.make(BOOKS["english"]).family) for _ in range(300)]

    assert sum(count == 2 for count in portuguese) > 150
    assert set(english) == {1}


def test_polish_family_names_follow_the_sex() -> None:
    made = nursery()
    for sex, wrong in (("male", "ska"), ("female", "ski")):
        families = [made.make(BOOKS["polish"], Wish(sex=sex)).family[0].text for _ in range(200)]
        assert not any(name.endswith(wrong) for name in families)


def test_a_prefix_never_doubles_a_spelling_of_itself() -> None:
    made = nursery()
    spellings = {"Mohammed", *BOOKS["pakistani_bangladeshi"].prefix.spellings}  # type: ignore[union-attr]
    for _ in range(400):
        person = made.make(BOOKS["pakistani_bangladeshi"], Wish(sex="male"))
        assert sum(name.text in spellings for name in person.given[:2]) <= 1


def test_nicknames_come_from_the_name_or_the_custom() -> None:
    made = nursery()
    for community in ("english", "somali"):
        book = BOOKS[community]
        for _ in range(200):
            person = made.make(book)
            if person.goes_by:
                assert person.goes_by in (*person.given[0].short, *book.nicknames)


def test_former_names_belong_to_women_with_family_names() -> None:
    made = nursery()
    people = [made.make(BOOKS[community]) for community in COMMUNITIES for _ in range(80)]
    formerly = [person for person in people if person.former_family]

    assert formerly
    assert all(person.sex == "female" for person in formerly)
    assert not {person.community for person in formerly} & {"eritrean", "somali"}


def test_everybody_leaving_prison_has_a_prison_number() -> None:
    made = nursery()

    assert all(made.make(BOOKS["english"], Wish(path="prison")).prison_number for _ in range(50))


def test_a_sibling_has_another_first_name() -> None:
    made = nursery()
    for _ in range(100):
        one = made.make(BOOKS["traveller"])
        other = made.other_given(BOOKS["traveller"], one.sex, one)
        assert other != one.given


@given(st.integers(18, 60), st.integers(1, 15))
@settings(max_examples=50)
def test_born_between_gives_the_age_asked_for(low: int, span: int) -> None:
    born = nursery().born_between(low, low + span)
    age = (FIRST_DAY - born).days / 365.25

    assert low <= age + 0.01
    assert age < low + span + 0.1


def test_the_name_on_the_papers_has_given_names_first() -> None:
    made = nursery()
    person = made.make(BOOKS["english"], Wish(given=(Name("Ada"), Name("May")), family=(Name("Stone"),)))

    assert person.name() == "Ada May Stone"
