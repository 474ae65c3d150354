"""Counties that several tests look at, grown once."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.simulation.county import County, simulate
from bnl.simulation.engagements import Engagement
from bnl.simulation.naming import Name
from bnl.simulation.people import Person
from bnl.simulation.places import Address
from bnl.simulation.services import services
from bnl.simulation.statements import Statement, state


@pytest.fixture(scope="session")
def county() -> County:
    """A whole county of the usual size."""
    return simulate(seed=11)


@pytest.fixture(scope="session")
def hamlet() -> County:
    """A small county, for tests that look at everything in it."""
    return simulate(seed=5, people=300)


@pytest.fixture
def rng() -> Random:
    """A fresh stream."""
    return Random("test")


@pytest.fixture
def person() -> Person:
    """Somebody made up by hand, with everything a slip can work on."""
    return Person(
        person_id="P00001",
        community="english",
        sex="female",
        given=(Name("Elizabeth", ("Elisabeth",), ("Liz", "Beth")), Name("Anne")),
        family=(Name("Hall-Dixon", ("Hall Dixon",)),),
        born=date(1984, 5, 9),
        path="rough_sleeping",
        goes_by="Beth",
        alias=("Vera", "Stone"),
        former_family=Name("Turner"),
        ni_number="GA123456B",
        nhs_number="9990000026",
        phones=["0113 496 0001", "0113 496 0002"],
        emails=["beth@example.org"],
        places=[Address("1 Fern Close, Oxford", "OX4 1AB", "Oxford", "home")],
        ethnicity="White: British",
    )


@pytest.fixture
def record(person: Person, rng: Random) -> Statement:
    """What the city council wrote down about that person."""
    agency = AgencyId("oxford-city-council")
    return state(Engagement(person, agency, date(2025, 1, 6), 0.0), services()[agency], "H000001", rng)
