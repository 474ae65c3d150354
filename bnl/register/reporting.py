"""Official figures: everybody is counted, small numbers are suppressed, nobody is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, PersonId
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Denied, InvalidValue
from bnl.indicators.calendar import add_months, month_start
from bnl.indicators.flows import flows_by_month
from bnl.indicators.history import History, Known
from bnl.indicators.suppression import hidden_in_books, suppress_known
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.storage.unit_of_work import ReadUnit

MOST_RECORDS = 8
MOST_MONTHS = 600
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class CountyFigures:
    """Figures about the whole county; a count of 1 to 4 is null, also if it is so without the asker's people.

    Args:
        flows: One row per month: ``month``, ``active_start``, ``inflow``, ``outflow``, ``active_end``.
        records_per_person: How many people have how many records: ``records`` (as text), ``people``.
        as_of: Last day counted.
        log_position: How many log entries were known.
    """

    flows: pl.DataFrame
    records_per_person: pl.DataFrame
    as_of: date
    log_position: int


def county_figures(core: Core, actor: Actor, as_of: date, months: int) -> CountyFigures:
    """Count the county.

    Args:
        core: The register's state.
        actor: Who asks; the agreement must let the role report for statistics.
        as_of: Last day counted, in the last month.
        months: How many months, from 1 to 600; none before 1900.

    Raises:
        Denied: The agreement does not let the actor report.
        InvalidValue: There are no such months.
    """
    first = first_month(as_of, months)
    with core.change(events=True) as uow:
        if not core.may(actor, Action.REPORT, Purpose.STATISTICS):
            advice = "Ask the steward: the agreement names the roles that may."
            raise Denied("This role may not report figures.", advice, reasons=("no_clause",))
        people = core.snapshot.people()
        past = core.county_events.past(core.snapshot, uow)
        flows = flows_by_month(past, first, months, last_day=as_of)
        known = known_to(core, uow, actor.agency_id)
        strangers = [person_id for person_id in people if person_id not in known]
        others = flows_by_month(events_without(past, known), first, months, last_day=as_of)
        held = _held(core, people)
        core.journal.write(uow, actor, Act("report", Purpose.STATISTICS.value))
        position = core.snapshot.position
    return CountyFigures(
        suppressed_flows(flows, others), _histogram(held, _held(core, strangers)), as_of, position
    )


def known_to(
    core: Core, unit: ReadUnit, agency_id: AgencyId, known_as_of: Known = None
) -> frozenset[PersonId]:
    """Return the people of whom an agency has a record, by the links of a moment.

    Whom it knows, it can count by itself. A figure is shown only if what is left of it without them is not
    small either. Else an agency could add made-up people to a small figure until it is shown, and take them
    off again.
    """
    return known_by_agency(core, unit, known_as_of).get(agency_id, frozenset())


def known_by_agency(
    core: Core, unit: ReadUnit, known_as_of: Known = None
) -> dict[AgencyId, frozenset[PersonId]]:
    """Return for each agency the people of whom it has a record; see `known_to`."""
    links = core.county_events.links_at(core.snapshot, unit, known_as_of)
    found: dict[AgencyId, set[PersonId]] = {}
    for record in core.snapshot.records.values():
        person_id = links.get(record.record_id, PersonId(record.record_id))
        found.setdefault(record.agency_id, set()).add(person_id)
    return {agency_id: frozenset(people) for agency_id, people in found.items()}


def events_without(past: History, known: Collection[str]) -> pl.DataFrame:
    """Return the events of everybody but some people; see `known_to`."""
    return past.source.filter(~pl.col("person_id").is_in(list(known)))


def _held(core: Core, people: Iterable[PersonId]) -> Counter[int]:
    return Counter(min(len(core.snapshot.members[person_id]), MOST_RECORDS) for person_id in people)


def first_month(as_of: date, months: int) -> date:
    """Return the first day of the first of some months that end with a day's own month.

    Raises:
        InvalidValue: There are no such months.
    """
    if months not in range(1, MOST_MONTHS + 1):
        advice = f"Ask for a whole number of months from 1 to {MOST_MONTHS}."
        raise InvalidValue("The number of months is out of range.", advice)
    if as_of.year * 12 + as_of.month - months < EARLIEST.year * 12:
        advice = f"Ask for months from {EARLIEST.year} on."
        raise InvalidValue("The first month is before anything could be known.", advice)
    return add_months(month_start(as_of), 1 - months)


def suppressed_flows(flows: pl.DataFrame, others: pl.DataFrame | None = None) -> pl.DataFrame:
    """Hide small stocks, and the flows of every month in which something small stands, in either table."""
    books = [
        hidden_in_books(
            [*table["active_start"][:1], *table["active_end"]],
            list(table.select("inflow", "outflow").iter_rows()),
        )
        for table in (flows, *([] if others is None else [others]))
    ]
    away, months = ([any(both) for both in zip(*hidden, strict=True)] for hidden in zip(*books, strict=True))
    hide = {"active_start": away[:-1], "inflow": months, "outflow": months, "active_end": away[1:]}
    return flows.select(
        "month",
        *(
            pl.when(~pl.Series(hidden, dtype=pl.Boolean)).then(pl.col(name)).alias(name)
            for name, hidden in hide.items()
        ),
    )


def _histogram(held: Counter[int], others: Counter[int] | None = None) -> pl.DataFrame:
    labels = {size: str(size) for size in range(1, MOST_RECORDS)} | {MOST_RECORDS: f"{MOST_RECORDS} or more"}
    printed = suppress_known({label: held[size] for size, label in labels.items()})
    theirs = suppress_known({label: 0 if others is None else others[size] for size, label in labels.items()})
    both = zip(printed.cells.values(), theirs.cells.values(), strict=True)
    people = [int(cell) if cell.isdecimal() and other.isdecimal() else None for cell, other in both]
    return pl.DataFrame(
        {"records": list(printed.cells), "people": people}, schema_overrides={"people": pl.Int64}
    )
