"""Who came to which agency and when: the skeleton on which records and events hang."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from random import Random

from bnl.domain.identifiers import AgencyId
from bnl.simulation.people import Person
from bnl.simulation.services import Service
from bnl.simulation.streams import Choice

_COUNCIL = "council"
_CHERWELL = "Cherwell"


@dataclass(frozen=True)
class Way:
    """One way through services.

    Args:
        records: How many records it leaves.
        agencies: How likely each agency is, beside the others.
    """

    records: Choice[int]
    agencies: dict[str, float]


@dataclass(frozen=True, slots=True)
class Engagement:
    """One agency opening a record about one person.

    Args:
        person: The person.
        agency_id: The agency.
        on: Day the record was opened.
        progress: How far through the person's time with services that is, in [0, 1].
    """

    person: Person
    agency_id: AgencyId
    on: date
    progress: float


@lru_cache(maxsize=1)
def ways() -> dict[str, Way]:
    """Return the ways through services by name, read from the table beside this file."""
    document = tomllib.loads((files("bnl.simulation") / "ways.toml").read_text(encoding="utf-8"))
    return {
        name: Way(
            Choice([int(one) for one in table["records"]], list(table["records"].values())), table["agencies"]
        )
        for name, table in document.items()
    }


def engagements(
    person: Person, county: dict[AgencyId, Service], first_day: date, last_day: date, rng: Random
) -> list[Engagement]:
    """Draw the agencies one person comes to, in order of time.

    Args:
        person: The person.
        county: The agencies.
        first_day: First day of the period.
        last_day: Last day of the period, inclusive.
        rng: The person's own stream.

    Returns:
        At least one engagement; an agency stands twice only where it opens second records.
    """
    agencies = _agencies(person, county, rng)
    length = (last_day - first_day).days
    start = rng.randrange(max(1, length - 14))
    span = min(length - start, rng.choice((60, 120, 200, 365, 600, 900)) + 20 * len(agencies))
    days = sorted(rng.randrange(span) for _ in agencies)
    days[0] = 0
    return [
        Engagement(person, agency, first_day + timedelta(days=start + day), day / span)
        for agency, day in zip(agencies, days, strict=True)
    ]


def _agencies(person: Person, county: dict[AgencyId, Service], rng: Random) -> list[AgencyId]:
    way = ways()[person.path]
    council = "cherwell-district-council" if person.places[0].district == _CHERWELL else "oxford-city-council"
    left = {AgencyId(council if key == _COUNCIL else key): weight for key, weight in way.agencies.items()}
    known: list[AgencyId] = []
    for _ in range(way.records.draw(rng)):
        again = rng.choice(known) if known else None
        if again is not None and (not left or rng.random() < county[again].again):
            if county[again].again:
                known.append(again)
            continue
        chosen = rng.choices(list(left), list(left.values()))[0]
        del left[chosen]
        known.append(chosen)
    return known
