"""Mortality: the facts a review of each death begins with."""

from __future__ import annotations

from datetime import date

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.calendar import add_months
from bnl.indicators.history import Events, History, Known, history
from bnl.indicators.keeping import contacts, lead_workers
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.status import statuses
from bnl.indicators.track import track

LOOKBACK_MONTHS = 12


def deaths(
    frame: Events, start: date, end: date, known_as_of: Known = None, rules: StatusRules = COUNTY
) -> pl.DataFrame:
    """Return every death of a period with what was known of the person before.

    Args:
        frame: An events frame, or a history of one.
        start: First day of death.
        end: Last day of death, included.
        known_as_of: Moment of knowledge.
        rules: The rule set.

    Returns:
        ``person_id, died_on, sources, agencies_reporting, state_before, homeless, last_contact, lead_workers,
        agencies``: the earliest day anybody gives for a death counts; ``homeless`` says whether the person
        was active on the day before, or came to be on the day of death.
    """
    past = history(frame, known_as_of)
    told = (
        past.rows(EventKind.DEATH)
        .group_by("person", "person_id")
        .agg(
            pl.col("on").min().alias("died_on"),
            pl.col("source").drop_nulls().unique().sort().alias("sources"),
            pl.col("agency_id").unique().sort().alias("agencies_reporting"),
        )
    )
    told = told.filter(pl.col("died_on").is_between(start, end)).sort("died_on", "person_id")
    rows = []
    for day in told["died_on"].unique().sort():
        rows.append(_before(past, told.filter(pl.col("died_on") == day), day, rules))
    if not rows:
        return _before(past, told, start, rules)
    return pl.concat(rows)


def _before(past: History, told: pl.DataFrame, day: date, rules: StatusRules) -> pl.DataFrame:
    """Return the facts of people who died on one day, from what happened before."""
    who = past.frame.join(told.select("person"), on="person", how="semi", maintain_order="left")
    living = who.filter((pl.col("on") <= day) & (pl.col("kind") != EventKind.DEATH.value))
    life = History(living, past.known_as_of, past.log_position, past.source)
    now = statuses(life, track(life, rules), day, rules).select(
        "person", pl.col("state").cast(pl.String).alias("state_before"), pl.col("active").alias("homeless")
    )
    leads = (
        lead_workers(life).group_by("person").agg(pl.col("worker").drop_nulls().sort().alias("lead_workers"))
    )
    known = life.frame.group_by("person").agg(pl.col("agency_id").unique().sort().alias("agencies"))
    table = told
    for part in (now, contacts(life, rules), leads, known):
        table = table.join(part, on="person", how="left", maintain_order="left")
    return table.select(
        "person_id",
        "died_on",
        "sources",
        "agencies_reporting",
        "state_before",
        pl.col("homeless").fill_null(value=False),
        "last_contact",
        pl.col("lead_workers").fill_null([]),
        pl.col("agencies").fill_null([]),
    )


def review_pack(
    frame: Events, person_id: str, known_as_of: Known = None, months: int = LOOKBACK_MONTHS
) -> pl.DataFrame:
    """Return what happened to somebody in the months before their death, in order.

    Args:
        frame: An events frame, or a history of one.
        person_id: The person.
        known_as_of: Moment of knowledge.
        months: How far back to look.

    Returns:
        ``on, kind, agency_id, recorded_at, event_id`` and the data columns that say something; empty if the
        person is not known to have died.
    """
    past = history(frame, known_as_of)
    mine = past.frame.filter(pl.col("person_id") == person_id)
    died = mine.filter(pl.col("kind") == EventKind.DEATH.value)["on"].min()
    core = ["on", "kind", "agency_id", "recorded_at", "event_id"]
    if not isinstance(died, date):
        return mine.select(core).clear()
    since = add_months(died, -months)
    rows = mine.filter(pl.col("on").is_between(since, died))
    spoken = [name for name in rows.columns if name not in _SILENT and rows[name].null_count() < rows.height]
    return rows.select(*core, *(name for name in spoken if name not in core))


_SILENT = frozenset(
    {
        *("person", "person_id", "record_id", "household_id", "occurred_on", "sequence", "corrects"),
        *("withdrawn", "rank"),
    }
)
