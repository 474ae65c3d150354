"""Official figures: everybody is counted, small numbers are suppressed, nobody is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Denied
from bnl.indicators.flows import flows_by_month
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.register.listing import frame_of
from bnl.register.release import events_of

SMALL = 5
MOST_RECORDS = 8


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
        as_of: A day of the last month.
        months: How many months.

    Raises:
        Denied: The agreement does not let the actor report.
    """
    with core.change(events=True) as uow:
        if not core.may(actor, Action.REPORT, Purpose.STATISTICS):
            advice = "Ask the steward: the agreement names the roles that may."
            raise Denied("This role may not report figures.", advice, reasons=("no_clause",))
        people = core.snapshot.people()
        frame = frame_of({person_id: events_of(core, person_id) for person_id in people})
        first = date(as_of.year - (months - as_of.month + 11) // 12, (as_of.month - months) % 12 + 1, 1)
        flows = flows_by_month(frame, first, months)
        held = Counter(min(len(core.snapshot.members[person_id]), MOST_RECORDS) for person_id in people)
        core.journal.write(uow, actor, Act("report", Purpose.STATISTICS.value))
        position = core.snapshot.position
    return CountyFigures(_suppressed_flows(flows), _histogram(held), as_of, position)


def suppressed(column: str) -> pl.Expr:
    """Return a count with 1 to 4 made null; nought stays."""
    return pl.when(pl.col(column).is_between(1, SMALL - 1)).then(None).otherwise(pl.col(column)).alias(column)


def _suppressed_flows(flows: pl.DataFrame) -> pl.DataFrame:
    """Suppress small flows; where one of the two is hidden the balance would tell it, so both are."""
    shown = ("month", "active_start", "inflow", "outflow", "active_end")
    small = pl.col("inflow").is_between(1, SMALL - 1) | pl.col("outflow").is_between(1, SMALL - 1)
    hide = [pl.when(small).then(None).otherwise(pl.col(name)).alias(name) for name in ("inflow", "outflow")]
    return (
        flows.select(shown)
        .with_columns(hide)
        .with_columns(suppressed("active_start"), suppressed("active_end"))
    )


def _histogram(held: Counter[int]) -> pl.DataFrame:
    sizes = range(1, MOST_RECORDS + 1)
    labels = [str(size) if size < MOST_RECORDS else f"{size} or more" for size in sizes]
    counts = pl.DataFrame({"records": labels, "people": [held[size] for size in sizes]})
    return counts.with_columns(suppressed("people"))
