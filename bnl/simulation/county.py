"""The county as a whole: simulate it from a seed, and look at its truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from bnl.domain.agency import Agency
from bnl.domain.identifiers import AgencyId
from bnl.domain.person import PersonFields
from bnl.simulation.answers import Answer, answers
from bnl.simulation.engagements import Engagement, engagements
from bnl.simulation.exports import Export, build_exports
from bnl.simulation.families import LookAlikes, Settlement
from bnl.simulation.happenings import Happening
from bnl.simulation.households import Member, members
from bnl.simulation.naming import name_books
from bnl.simulation.numbers import Numbers
from bnl.simulation.people import Nursery, Person
from bnl.simulation.services import Service, services
from bnl.simulation.statements import Statement, state
from bnl.simulation.stories import Lost, tell_story
from bnl.simulation.streams import stream

LAST_DAY = date(2026, 3, 31)
_LISTS = ("aliases", "former_names", "phones", "emails")
_TEXTS = (
    "given_names", "family_name", "full_name", "date_of_birth", "sex", "ni_number", "nhs_number",
    "prison_number", "address", "postcode",
)  # fmt: skip


@dataclass(frozen=True)
class County:
    """A made-up county: its true people, and what its agencies say about them.

    Args:
        seed: The seed it grew from; the same seed gives the same county to the byte.
        first_day: First day of its period.
        last_day: Last day of its period, inclusive.
        people: The true people.
        agencies: The agencies, in the order of their table.
        statements: The agencies' records, in order of agency and day.
        look_alikes: Pairs of different people who are easily taken for one.
        exports: Each agency's export, in its own format and mess.
        events: What happened and was recorded, in order of recording.
        lost: People who got lost by the last day, and how.
        answers: What people answered about sharing, with later withdrawals.
        members: Household memberships as agencies know them.
    """

    seed: int
    first_day: date
    last_day: date
    people: tuple[Person, ...] = field(repr=False)
    agencies: tuple[Agency, ...] = field(repr=False)
    statements: tuple[Statement, ...] = field(repr=False)
    look_alikes: tuple[LookAlikes, ...] = field(repr=False)
    exports: dict[AgencyId, Export] = field(repr=False)
    events: tuple[Happening, ...] = field(repr=False)
    lost: tuple[Lost, ...] = field(repr=False)
    answers: tuple[Answer, ...] = field(repr=False)
    members: tuple[Member, ...] = field(repr=False)

    @cached_property
    def truth(self) -> pl.DataFrame:
        """One row per record: ``record_id``, agency, reference, person, household, community, sex, tags."""
        known = {person.person_id: person for person in self.people}
        rows = [(statement, known[statement.person_id]) for statement in self.statements]
        return pl.DataFrame(
            {
                "record_id": [record_id(one) for one in self.statements],
                "agency": [one.agency_id for one in self.statements],
                "reference": [one.reference for one in self.statements],
                "person": [person.person_id for _, person in rows],
                "household": [person.household_id for _, person in rows],
                "community": [person.community for _, person in rows],
                "sex": [person.sex for _, person in rows],
                "tags": pl.Series([list(one.tags) for one in self.statements], dtype=pl.List(pl.String)),
            }
        )

    @cached_property
    def hard_negatives(self) -> pl.DataFrame:
        """One row per pair of people who look alike and are not: ``left``, ``right``, ``kind``."""
        pairs = self.look_alikes
        return pl.DataFrame(
            {
                "left": [pair.left for pair in pairs],
                "right": [pair.right for pair in pairs],
                "kind": [pair.kind for pair in pairs],
            },
            schema=dict.fromkeys(("left", "right", "kind"), pl.String),
        )

    def records(self) -> pl.DataFrame:
        """Return the records as the standard columns of matching, without passing through files.

        Returns:
            One row per record: ``record_id``, ``agency`` and the identity columns as last said.
        """
        return records_frame(self.statements)


def record_id(statement: Statement) -> str:
    """Return the key under which frames and truth know a record: agency, a colon, its reference."""
    return f"{statement.agency_id}:{statement.reference}"


def records_frame(statements: Iterable[Statement]) -> pl.DataFrame:
    """Lay statements out as a frame of the standard columns."""
    stated = list(statements)
    said: list[PersonFields] = [statement.fields for statement in stated]
    columns: dict[str, pl.Series] = {
        "record_id": pl.Series([record_id(one) for one in stated], dtype=pl.String),
        "agency": pl.Series([one.agency_id for one in stated], dtype=pl.String),
    }
    for name in _TEXTS:
        columns[name] = pl.Series([getattr(fields, name) for fields in said], dtype=pl.String)
    for name in _LISTS:
        values = [list(getattr(fields, name)) for fields in said]
        columns[name] = pl.Series(values, dtype=pl.List(pl.String))
    return pl.DataFrame(columns)


def simulate(seed: int = 1, people: int = 6000, years: int = 3, last_day: date = LAST_DAY) -> County:
    """Make up a county.

    Args:
        seed: Any integer; the same seed gives the same county to the byte.
        people: How many people, at least; the last household may add a few.
        years: Length of the period in years, 1 or more.
        last_day: Last day of the period, inclusive.

    Returns:
        The county with its truth, its agencies' exports, events and grants.
    """
    first_day = last_day - timedelta(days=365 * years)
    numbers = Numbers(stream(seed, "numbers"))
    nursery = Nursery(stream(seed, "people"), numbers, first_day)
    settlement = Settlement(nursery, name_books())
    settlement.fill(people)
    known = services()
    visits = [
        visit
        for person in nursery.people
        for visit in engagements(person, known, first_day, last_day, stream(seed, "visits", person.person_id))
    ]
    statements = _write_down(seed, visits, known)
    events, lost = _tell(seed, nursery.people, statements, last_day)
    return County(
        seed=seed,
        first_day=first_day,
        last_day=last_day,
        people=tuple(nursery.people),
        agencies=tuple(service.agency for service in known.values()),
        statements=statements,
        look_alikes=tuple(settlement.look_alikes),
        exports=build_exports(statements, stream(seed, "exports")),
        events=events,
        lost=lost,
        answers=answers(nursery.people, statements, last_day, stream(seed, "answers")),
        members=members(nursery.people, statements),
    )


def _write_down(seed: int, visits: list[Engagement], known: dict[AgencyId, Service]) -> tuple[Statement, ...]:
    """Number each agency's records in the order in which they were opened, and write them."""
    statements = []
    for agency_id, service in known.items():
        rng = stream(seed, "records", agency_id)
        number = rng.randrange(100, 900)
        own = [visit for visit in visits if visit.agency_id == agency_id]
        for visit in sorted(own, key=lambda one: (one.on, one.person.person_id)):
            number += rng.choice((1, 1, 1, 2, 3))
            statements.append(state(visit, service, service.reference.format(number), rng))
    return tuple(statements)


def _tell(
    seed: int, people: list[Person], statements: tuple[Statement, ...], last_day: date
) -> tuple[tuple[Happening, ...], tuple[Lost, ...]]:
    """Tell everybody's story and put what was recorded into the order of recording."""
    records: dict[str, list[Statement]] = {person.person_id: [] for person in people}
    for statement in sorted(statements, key=lambda one: (one.on, one.agency_id, one.reference)):
        records[statement.person_id].append(statement)
    told: list[Happening] = []
    lost: list[Lost] = []
    for person in people:
        rng = stream(seed, "story", person.person_id)
        fate = stream(seed, "fate", person.household_id or person.person_id)
        happenings, loss = tell_story(person, records[person.person_id], last_day, rng, fate)
        told += happenings
        lost += [loss] if loss else []
    told.sort(key=lambda one: (one.recorded_at, one.key))
    return tuple(told), tuple(lost)
