"""Agencies: the table reads into nouns and rates that make sense."""

from __future__ import annotations

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import AgencyKind
from bnl.simulation.services import Service, services

QUESTIONS = {"dob", "sex", "ni", "nhs", "phone", "email", "address", "aliases", "middle", "former"}
ALL = list(services().values())


def test_there_are_at_least_eight_agencies() -> None:
    assert len(services()) >= 8


def test_agencies_stand_under_their_own_id() -> None:
    assert all(key == service.agency.agency_id for key, service in services().items())


@pytest.mark.parametrize("service", ALL, ids=lambda one: str(one.agency.agency_id))
def test_habits_are_rates(service: Service) -> None:
    assert set(service.asks) == QUESTIONS
    rates = (*service.asks.values(), *service.notes.values(), service.informal, service.again)
    assert all(0 <= rate <= 1 for rate in rates)
    assert 0.3 < service.care < 3
    assert set(service.notes) <= set(FIELD_CATEGORY)
    assert service.letters in {"all", "western", "plain"}


@pytest.mark.parametrize("service", ALL, ids=lambda one: str(one.agency.agency_id))
def test_references_hold_a_number(service: Service) -> None:
    assert service.reference.format(7) != service.reference.format(8)


@pytest.mark.parametrize(
    ("agency", "kind"),
    [
        pytest.param("oxford-city-council", AgencyKind.LOCAL_AUTHORITY, id="council"),
        pytest.param("john-radcliffe", AgencyKind.HEALTH, id="hospital"),
        pytest.param("national-probation-service", AgencyKind.CRIMINAL_JUSTICE, id="probation"),
        pytest.param("soha", AgencyKind.HOUSING_PROVIDER, id="landlord"),
        pytest.param("odas", AgencyKind.CHARITY, id="refuge"),
    ],
)
def test_agencies_are_of_their_kind(agency: str, kind: AgencyKind) -> None:
    assert services()[AgencyId(agency)].agency.kind is kind


def test_the_duty_to_refer_binds_hospital_and_probation() -> None:
    bound = {key for key, service in services().items() if service.agency.specified_body}

    assert {"john-radcliffe", "national-probation-service"} <= bound
    assert not bound & {"st-mungos", "the-porch", "connection-support"}


def test_councils_are_housing_authorities_and_nobody_else_is() -> None:
    authorities = {key for key, service in services().items() if service.agency.housing_authority}

    assert authorities == {"oxford-city-council", "cherwell-district-council"}


def test_only_the_domestic_abuse_service_keeps_its_records_to_itself() -> None:
    local = [key for key, service in services().items() if service.agency.local_by_default]

    assert local == ["odas"]


def test_agencies_with_one_record_per_person_open_no_second() -> None:
    for service in ALL:
        if service.agency.one_record_per_person:
            assert service.again == 0.0
