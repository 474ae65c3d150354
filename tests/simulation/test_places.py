"""Places: made-up addresses with postcodes of the county, hostels, and no place at all."""

from __future__ import annotations

import re
from random import Random

import pytest

from bnl.simulation.places import (
    DAY_CENTRE,
    HOSTELS,
    NO_FIXED_ABODE,
    REFUGE,
    Address,
    home,
    hostel,
    nowhere,
)

POSTCODE = re.compile(r"(OX\d{1,2}|RG9) \d[ABD-HJLNP-UW-Z]{2}")


def test_homes_have_a_street_a_town_and_a_postcode_of_the_county(rng: Random) -> None:
    for _ in range(500):
        place = home(rng)
        assert POSTCODE.fullmatch(place.postcode)
        assert re.fullmatch(r"(Flat \d+, )?\d+ \w+ \w+, \w+", place.text)
        assert place.kind == "home"
        assert place.district


def test_a_town_lies_in_one_district(rng: Random) -> None:
    districts: dict[str, set[str]] = {}
    for _ in range(2000):
        place = home(rng)
        districts.setdefault(place.text.rsplit(", ", 1)[1], set()).add(place.district)

    assert len(districts) == 8
    assert all(len(found) == 1 for found in districts.values())
    assert districts["Banbury"] == {"Cherwell"}


def test_most_homes_are_in_the_city(rng: Random) -> None:
    towns = [home(rng).district for _ in range(1000)]

    assert 0.38 < towns.count("Oxford") / 1000 < 0.54


def test_nobody_is_sent_to_the_refuge_by_chance(rng: Random) -> None:
    drawn = {hostel(rng) for _ in range(500)}

    assert drawn == set(HOSTELS) - {REFUGE}


def test_hostels_are_few_so_that_many_share_them() -> None:
    assert len(HOSTELS) <= 10
    assert {one.kind for one in (*HOSTELS, DAY_CENTRE)} == {"hostel"}
    assert REFUGE.postcode == ""


@pytest.mark.parametrize("one", [*HOSTELS[:-1], DAY_CENTRE], ids=lambda one: one.text.split(",")[0])
def test_a_hostel_has_a_postcode(one: Address) -> None:
    assert re.fullmatch(r"OX\d{1,2} \d[A-Z]{2}", one.postcode)


def test_nowhere_is_written_in_many_ways_and_has_no_postcode(rng: Random) -> None:
    drawn = [nowhere(rng, "Oxford") for _ in range(300)]

    assert {one.text for one in drawn} == set(NO_FIXED_ABODE)
    assert {(one.postcode, one.kind, one.district) for one in drawn} == {("", "none", "Oxford")}
