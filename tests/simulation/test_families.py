"""Households and look-alikes: related as they should be, and named in the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from random import Random

import pytest

from bnl.simulation.county import County
from bnl.simulation.families import LookAlikes, Settlement
from bnl.simulation.naming import name_books
from bnl.simulation.numbers import Numbers
from bnl.simulation.people import Nursery, Person

KINDS = ("twins", "father_and_son", "siblings", "couple", "namesakes", "hostel_namesakes")


@pytest.fixture(scope="module")
def settled() -> Settlement:
    rng = Random(2)
    settlement = Settlement(Nursery(rng, Numbers(rng), date(2023, 4, 1)), name_books())
    settlement.fill(6000)
    return settlement


def pairs(settlement: Settlement, kind: str) -> list[tuple[Person, Person]]:
    known = {person.person_id: person for person in settlement.nursery.people}
    return [(known[pair.left], known[pair.right]) for pair in settlement.look_alikes if pair.kind == kind]


def texts(person: Person, what: str) -> tuple[str, ...]:
    return tuple(name.text for name in getattr(person, what))


def test_there_are_as_many_people_as_asked_for_and_hardly_more(settled: Settlement) -> None:
    assert 6000 <= len(settled.nursery.people) < 6010


def test_every_kind_of_look_alike_is_there(settled: Settlement) -> None:
    counts = Counter(pair.kind for pair in settled.look_alikes)

    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 15


def test_look_alikes_are_two_people_noted_once(settled: Settlement) -> None:
    noted: set[frozenset[str]] = set()
    for pair in settled.look_alikes:
        both = frozenset({pair.left, pair.right})
        assert len(both) == 2
        assert both not in noted
        noted.add(both)


def test_twins_share_birth_date_family_and_household_but_not_the_first_name(settled: Settlement) -> None:
    for one, other in pairs(settled, "twins"):
        assert one.born == other.born
        assert one.household_id == other.household_id is not None
        assert one.given != other.given
        assert one.places[0] == other.places[0]
        if one.sex == other.sex:
            assert texts(one, "family") == texts(other, "family")


def test_most_twins_in_services_are_of_one_sex(settled: Settlement) -> None:
    alike = [one.sex == other.sex for one, other in pairs(settled, "twins")]

    assert sum(alike) > len(alike) / 2


def test_a_son_bears_his_fathers_name_and_is_a_generation_younger(settled: Settlement) -> None:
    for father, son in pairs(settled, "father_and_son"):
        assert father.given[0] == son.given[0]
        assert texts(father, "family") == texts(son, "family")
        assert father.sex == son.sex == "male"
        assert 18 <= son.born.year - father.born.year < 30


def test_grown_siblings_are_about_a_year_apart(settled: Settlement) -> None:
    known = [both for both in pairs(settled, "siblings") if both[0].relation == "main"]
    for one, other in known:
        assert 200 < abs((one.born - other.born).days) < 740
        assert one.sex == other.sex
        assert texts(one, "family") == texts(other, "family")
    assert known


def test_namesakes_have_one_name_one_birth_year_and_no_household(settled: Settlement) -> None:
    for one, other in pairs(settled, "namesakes"):
        assert one.given[0] == other.given[0]
        assert texts(one, "family") == texts(other, "family")
        assert one.born.year == other.born.year
        assert one.household_id is None


def test_hostel_namesakes_share_the_hostel(settled: Settlement) -> None:
    for one, other in pairs(settled, "hostel_namesakes"):
        assert one.places == other.places
        assert one.places[0].kind == "hostel"
        assert one.given[0] == other.given[0]


def test_couples_live_together_and_some_share_a_phone_or_an_email(settled: Settlement) -> None:
    couples = pairs(settled, "couple")

    assert all(one.places == other.places for one, other in couples)
    assert any(one.phones == other.phones for one, other in couples)
    assert any(one.phones != other.phones for one, other in couples)
    assert any(one.emails and one.emails == other.emails for one, other in couples)


def test_a_household_has_one_main_applicant_first(settled: Settlement) -> None:
    members: dict[str, list[Person]] = defaultdict(list)
    for person in settled.nursery.people:
        if person.household_id:
            members[person.household_id].append(person)

    assert all(len(household) > 1 for household in members.values())
    assert all([person.relation for person in one].count("main") == 1 for one in members.values())


def test_children_bear_a_parents_family_name_and_have_no_grown_ups_numbers(settled: Settlement) -> None:
    sons = {pair.right for pair in settled.look_alikes if pair.kind == "father_and_son"}
    children = [
        one for one in settled.nursery.people if one.relation == "child" and one.person_id not in sons
    ]

    assert len(children) > 100
    assert not any(one.prison_number or one.emails or one.alias for one in children)
    assert not any(one.ni_number or one.phones for one in children if one.born.year > 2008)


def test_polish_families_keep_the_name_in_both_forms(settled: Settlement) -> None:
    for one, other in (*pairs(settled, "twins"), *pairs(settled, "siblings")):
        if one.community == "polish" and one.sex != other.sex:
            stems = {
                texts(person, "family")[0].removesuffix("ski").removesuffix("ska") for person in (one, other)
            }
            assert len(stems) == 1


def test_communities_are_as_common_as_their_share(settled: Settlement) -> None:
    counts = Counter(person.community for person in settled.nursery.people)
    for book in name_books():
        assert abs(counts[book.community] / 6000 - book.share) < 0.03


def test_the_county_hands_the_pairs_on(hamlet: County) -> None:
    rows = hamlet.hard_negatives.rows()

    assert [LookAlikes(*row) for row in rows] == list(hamlet.look_alikes)
