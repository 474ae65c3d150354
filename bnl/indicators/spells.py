"""Spells: how long people live where, how often they move, and who returns to homelessness after housing."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from bnl.domain.event import EventKind, Situation
from bnl.indicators.figures import Figure
from bnl.indicators.history import Events, History, Known, day_number, history
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.states import HOUSED_STATES, NOBODY, STATES, State
from bnl.indicators.status import STATE
from bnl.indicators.track import Track, track

TEMPORARY: Final = frozenset({State.TEMPORARY, State.EMERGENCY})
LATER_ONLY: Final = frozenset({State.TEMPORARY, State.SUPPORTED})
HUD_DAYS: Final = (180, 730)
GRACE_DAYS: Final = 14


def spells(
    frame: Events, until: date, known_as_of: Known = None, rules: StatusRules = COUNTY
) -> pl.DataFrame:
    """Return every spell of every person in one state.

    Args:
        frame: An events frame, or a history of one.
        until: Last day looked at.
        known_as_of: Moment of knowledge.
        rules: The rule set.

    Returns:
        ``person_id, state, from, to``: from its first day until the day the next state began, null while it
        lasts. A state that came and went on one day is a spell of no nights.
    """
    past = history(frame, known_as_of)
    course = track(past, rules)
    kept = np.flatnonzero((course.before != course.after) & (course.day <= day_number(until)))
    names = pl.Series([state.value for state in STATES], dtype=STATE)
    person, after = course.person[kept], course.after[kept]
    table = pl.DataFrame(
        {
            "person": person,
            "state": names.gather(np.minimum(after, NOBODY - 1)),
            "from": pl.Series(course.day[kept]).cast(pl.Date),
        }
    ).with_columns(pl.col("from").shift(-1).over("person").alias("to"))
    return table.join(past.people, on="person", maintain_order="left").select(
        "person_id", "state", "from", "to"
    )


def nights(table: pl.DataFrame, start: date, end: date, states: frozenset[State] = TEMPORARY) -> pl.DataFrame:
    """Return the nights each person spent in some states within a period.

    Args:
        table: What `spells` gave.
        start: First night.
        end: Last night, included.
        states: The states; temporary and emergency accommodation if none are named.

    Returns:
        ``person_id, nights`` for everybody with at least one, sorted by ``person_id``.
    """
    first = pl.max_horizontal("from", pl.lit(start))
    after = pl.min_horizontal(pl.col("to"), pl.lit(end).dt.offset_by("1d"))
    mine = table.filter(pl.col("state").is_in([state.value for state in states])).with_columns(
        (after - first).dt.total_days().alias("nights")
    )
    mine = mine.filter(pl.col("nights") > 0)
    return mine.group_by("person_id").agg(pl.col("nights").sum()).sort("person_id")


def moves(frame: Events, start: date, end: date, known_as_of: Known = None) -> pl.DataFrame:
    """Return how often each person moved within a period.

    A move is the start of accommodation by somebody who was in accommodation, or known to have none,
    before; the first place anybody is known to have lived in is no move, and neither is the same stay
    (``ref``) told twice.

    Args:
        frame: An events frame, or a history of one.
        start: First day.
        end: Last day, included.
        known_as_of: Moment of knowledge.

    Returns:
        ``person_id, moves`` for everybody who moved, sorted by ``person_id``.
    """
    past = history(frame, known_as_of)
    rows = past.rows(EventKind.ACCOMMODATION_START, EventKind.SIGHTING).select(
        "person", "person_id", "on", "kind", "ref", "agency_id"
    )
    place = pl.col("kind") == EventKind.ACCOMMODATION_START.value
    rows = rows.with_columns(pl.int_range(pl.len()).over("person").alias("nth"))
    told = rows.filter(place & pl.col("ref").is_not_null()).unique(
        ["person", "ref"], keep="first", maintain_order=True
    )
    plain = rows.filter(place & pl.col("ref").is_null())
    counted = pl.concat([told, plain]).filter((pl.col("nth") > 0) & pl.col("on").is_between(start, end))
    return counted.group_by("person_id").agg(pl.len().cast(pl.Int64).alias("moves")).sort("person_id")


def returns(
    frame: Events,
    start: date,
    end: date,
    as_of: date,
    within: int,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
) -> Figure:
    """Return who came back to homelessness after leaving it for settled housing.

    The first exit of each person in the period counts. Rough sleeping, emergency accommodation or being
    declared homeless is a return from the next day; entry into temporary, supported or settled housing only
    from day 14.

    Args:
        frame: An events frame, or a history of one.
        start: First day of the exits.
        end: Last day of the exits.
        as_of: Last day looked at for returns.
        within: Days after the exit, the last included: 180 (six months) or 730 (24 months).
        known_as_of: Moment of knowledge.
        rules: The rule set.

    Returns:
        The figure: returned, of all whose time has run or who returned; ``not yet due`` names the others.

    Source: US Department of Housing and Urban Development, System Performance Measure 2.
    """
    past = history(frame, known_as_of)
    course = track(past, rules)
    first, entries = _exits_and_entries(past, course, rules)
    first = first.filter(pl.col("left").is_between(start, end)).unique(
        "person", keep="first", maintain_order=True
    )
    late = [*(state.value for state in LATER_ONLY), "housed"]
    days = (pl.col("on") - pl.col("left")).dt.total_days()
    since = pl.when(pl.col("after").is_in(late)).then(GRACE_DAYS).otherwise(1)
    hits = entries.join(first, on="person").filter(
        (days >= since) & (days <= within) & (pl.col("on") <= as_of)
    )
    came = set(hits["person"])
    due = first.filter((pl.lit(as_of) - pl.col("left")).dt.total_days() < within)
    waiting = set(due["person"]) - came
    ids = dict(past.people.iter_rows())
    everybody = set(first["person"])
    return Figure(
        name=f"returns within {within} days",
        rules=(rules.label, "HUD measure 2 v1"),
        start=start,
        end=end,
        unit="person",
        numerator=tuple(sorted(ids[one] for one in came)),
        denominator=tuple(sorted(ids[one] for one in everybody - waiting)),
        exclusions={"not yet due": tuple(sorted(ids[one] for one in waiting))} if waiting else {},
        log_position=past.log_position,
    )


def _exits_and_entries(past: History, course: Track, rules: StatusRules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return exits to settled housing (``person, left``) and what may be a return (``person, on, after``)."""
    names = pl.Series([*(state.value for state in STATES), "nobody"])
    turns = pl.DataFrame(
        {
            "person": course.person,
            "on": pl.Series(course.day).cast(pl.Date),
            "before": names.gather(course.before),
            "after": names.gather(course.after),
        }
    )
    active, housed = [state.value for state in rules.active], [state.value for state in HOUSED_STATES]
    exits = turns.filter(pl.col("before").is_in(active) & pl.col("after").is_in(housed))
    back = turns.filter(pl.col("after").is_in(active)).select("person", "on", "after")
    settled = past.rows(EventKind.ACCOMMODATION_START).filter(
        pl.col("situation").is_in([Situation.SETTLED.value, Situation.SETTLED_WITH_SUPPORT.value])
    )
    entries = pl.concat([back, settled.select("person", "on", pl.lit("housed").alias("after"))])
    return exits.select("person", pl.col("on").alias("left")), entries
