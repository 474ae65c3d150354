"""Circumstances: only what the agency asks, in the words of the person's life."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from bnl.domain.person import LIST_FIELDS, PersonFields
from bnl.simulation.circumstances import circumstances
from bnl.simulation.people import PATHS, Person
from bnl.simulation.places import SLEEP_SITES
from bnl.simulation.services import Service, services

ALL = list(services().values())


def told(person: Person, **asked: float) -> dict[str, str | tuple[str, ...]]:
    return circumstances(person, asked, person.places[0], Random(1))


@pytest.mark.parametrize("service", ALL, ids=lambda one: str(one.agency.agency_id))
@pytest.mark.parametrize("path", PATHS)
def test_every_agency_notes_fields_it_asks_about(person: Person, service: Service, path: str) -> None:
    noted = circumstances(replace(person, path=path), service.notes, person.places[0], Random(2))

    assert set(noted) <= set(service.notes)
    assert PersonFields.model_validate(noted).present() == noted
    assert all(isinstance(value, tuple) is (field in LIST_FIELDS) for field, value in noted.items())


def test_nothing_is_told_unasked(person: Person) -> None:
    assert told(person) == {}
    assert told(person, housing_status=0.0) == {}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param("housing_status", "rough sleeping", id="housing"),
        pytest.param("ethnicity", "White: British", id="ethnicity"),
        pytest.param("local_connection", "Oxford", id="local connection"),
        pytest.param("household_size", "1", id="alone"),
        pytest.param("immigration_status", "British or Irish citizen", id="citizen"),
        pytest.param("landlord", "SOHA", id="landlord"),
    ],
)
def test_what_is_told_fits_the_person(person: Person, field: str, expected: str) -> None:
    assert told(person, **{field: 1.0}) == {field: expected}


def test_a_sleep_site_belongs_to_rough_sleeping(person: Person) -> None:
    assert told(person, sleep_site=1.0)["sleep_site"] in SLEEP_SITES
    assert told(replace(person, path="prevention"), sleep_site=1.0) == {}


def test_households_have_a_size_above_one(person: Person) -> None:
    size = told(replace(person, household_id="H00001"), household_size=1.0)["household_size"]

    assert int(str(size)) > 1


def test_people_from_elsewhere_have_another_status(person: Person) -> None:
    status = told(replace(person, nationality="Polish"), immigration_status=1.0)["immigration_status"]

    assert "citizen" not in status


@pytest.mark.parametrize(
    "field", ["support_needs", "benefits", "risk_flags", "health_conditions", "offending"]
)
def test_lists_name_each_thing_once(person: Person, field: str) -> None:
    for seed in range(30):
        values = circumstances(person, {field: 1.0}, person.places[0], Random(seed))[field]
        assert isinstance(values, tuple)
        assert 1 <= len(values) == len(set(values)) <= 2
