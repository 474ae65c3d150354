"""Official figures: everybody is counted, small numbers are suppressed, nobody is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Denied, InvalidValue
from bnl.indicators.calendar import add_months, month_start
from bnl.indicators.flows import flows_by_month
from bnl.indicators.suppression import hidden_in_books, suppress_known
from bnl.register.core import Core
from bnl.register.journal import Act

MOST_RECORDS = 8
MOST_MONTHS = 600
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class CountyFigures:
    """Figures about the whole county; a count of 1 to 4 is null.

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
        held = Counter(min(len(core.snapshot.members[person_id]), MOST_RECORDS) for person_id in people)
        core.journal.write(uow, actor, Act("report", Purpose.STATISTICS.value))
        position = core.snapshot.position
    return CountyFigures(suppressed_flows(flows), _histogram(held), as_of, position)


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


def suppressed_flows(flows: pl.DataFrame) -> pl.DataFrame:
    """Hide small stocks, and the flows of every month in which something small stands."""
    stocks = [*flows["active_start"][:1], *flows["active_end"]]
    away, months = hidden_in_books(stocks, list(flows.select("inflow", "outflow").iter_rows()))
    hide = {"active_start": away[:-1], "inflow": months, "outflow": months, "active_end": away[1:]}
    return flows.select(
        "month",
        *(
            pl.when(~pl.Series(hidden, dtype=pl.Boolean)).then(pl.col(name)).alias(name)
            for name, hidden in hide.items()
        ),
    )


def _histogram(held: Counter[int]) -> pl.DataFrame:
    labels = {size: str(size) for size in range(1, MOST_RECORDS)} | {MOST_RECORDS: f"{MOST_RECORDS} or more"}
    printed = suppress_known({label: held[size] for size, label in labels.items()})
    people = [int(cell) if cell.isdecimal() else None for cell in printed.cells.values()]
    return pl.DataFrame(
        {"records": list(printed.cells), "people": people}, schema_overrides={"people": pl.Int64}
    )
