"""Engagements: who comes where, in order of time, and again only where agencies open second records."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.simulation.engagements import Engagement, engagements, ways
from bnl.simulation.people import PATHS, Person
from bnl.simulation.places import Address
from bnl.simulation.services import services

FIRST, LAST = date(2023, 4, 1), date(2026, 3, 31)


def visits(person: Person, seed: int = 1) -> list[Engagement]:
    return engagements(person, services(), FIRST, LAST, Random(seed))


def test_every_path_has_a_way() -> None:
    assert set(ways()) == set(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_a_way_leads_to_known_agencies(path: str) -> None:
    way = ways()[path]

    assert set(way.agencies) - {"council"} <= set(services())
    assert all(weight > 0 for weight in way.agencies.values())
    assert min(way.records.options) >= 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("seed", range(15))
def test_engagements_lie_in_the_period_in_order(person: Person, path: str, seed: int) -> None:
    found = visits(replace(person, path=path), seed)

    assert found
    assert [one.on for one in found] == sorted(one.on for one in found)
    assert all(FIRST <= one.on <= LAST for one in found)
    assert all(0 <= one.progress <= 1 for one in found)
    assert found[0].progress == 0


@pytest.mark.parametrize("seed", range(60))
def test_second_records_only_where_agencies_open_them(person: Person, seed: int) -> None:
    counts = Counter(one.agency_id for one in visits(person, seed))

    assert all(services()[agency].again > 0 for agency, count in counts.items() if count > 1)


@pytest.mark.parametrize(
    ("district", "council"),
    [
        pytest.param("Cherwell", "cherwell-district-council", id="Cherwell"),
        pytest.param("Oxford", "oxford-city-council", id="the city"),
        pytest.param("West Oxfordshire", "oxford-city-council", id="elsewhere"),
    ],
)
def test_people_go_to_the_council_of_their_district(person: Person, district: str, council: str) -> None:
    person.places = [Address("2 Mill Lane, Town", "OX16 1AA", district, "home")]
    person.path = "family"
    seen = {one.agency_id for seed in range(40) for one in visits(person, seed)}
    councils = {agency for agency in seen if services()[agency].agency.housing_authority}

    assert councils == {council}


@given(st.integers(0, 10**6))
@settings(max_examples=40)
def test_a_short_period_is_enough(seed: int) -> None:
    person = Person("P1", "english", "male", (), (), date(1980, 1, 1), "drop_in")
    person.places = [Address("", "", "Oxford", "none")]
    last = date(2023, 4, 20)

    found = engagements(person, services(), FIRST, last, Random(seed))

    assert all(FIRST <= one.on <= last for one in found)


def test_rough_sleepers_leave_more_records_than_others(person: Person) -> None:
    def mean(path: str) -> float:
        person.path = path
        return sum(len(visits(person, seed)) for seed in range(200)) / 200

    assert mean("rough_sleeping") > mean("prevention") + 1.5
