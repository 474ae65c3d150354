"""Status: in which one state each person is at the end of a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from bnl.indicators.history import Events, History, Known, day_number, history
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.states import NOBODY, STATES
from bnl.indicators.track import Track, is_active, standing, track

STATE: pl.Enum = pl.Enum([state.value for state in STATES])
_STATE_NAMES = pl.Series([state.value for state in STATES], dtype=STATE)
_MAJORITY = 18


def status_at(
    frame: Events,
    as_of: date,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
    born_on: Mapping[str, date] | None = None,
) -> pl.DataFrame:
    """Return the state of everybody at the end of a day.

    Args:
        frame: An events frame, or a history of one.
        as_of: The day (Europe/London).
        known_as_of: Moment of knowledge: UTC time, log position or None for all.
        rules: The rule set.
        born_on: Birthdays by person id, for rules that count adults only.

    Returns:
        One row per person known by then: ``person_id``, ``state``, ``active``, ``since`` (the day the state
        began), ``event_id`` (what brought it about), sorted by ``person_id``.
    """
    past = history(frame, known_as_of)
    course = track(past, rules, adult_days(born_on))
    return statuses(past, course, as_of, rules).drop("person")


def until(past: History, as_of: date) -> History:
    """Return the history without events that count for a later day."""
    if past.last_day <= day_number(as_of):
        return past
    return History(
        past.frame.filter(pl.col("on") <= as_of),
        past.known_as_of,
        past.log_position,
        past.source,
    )


def statuses(past: History, course: Track, as_of: date, rules: StatusRules) -> pl.DataFrame:
    """Return ``person, person_id, state, active, since, event_id`` at the end of a day."""
    last = standing(course, day_number(as_of))
    last = last[course.after[last] != NOBODY]
    rows = course.row[last]
    named = past.frame.select("person", "person_id", "event_id")[rows]
    table: pl.DataFrame = named.with_columns(
        _STATE_NAMES.gather(course.after[last]).alias("state"),
        pl.Series("active", is_active(course.after[last], rules) & course.counts[last]),
        pl.Series("since", _since(course, last)).cast(pl.Date),
    ).select("person", "person_id", "state", "active", "since", "event_id")
    return table


def _since(
    course: Track, last: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return the day each state began; a birthday row does not begin a state."""
    changed = course.before != course.after
    began = np.maximum.accumulate(np.where(changed, np.arange(len(changed)), 0))
    return course.day[began[last]]


def adult_days(born_on: Mapping[str, date] | None) -> dict[str, int] | None:
    """Return the day number of each 18th birthday; somebody born on 29 February comes of age on 1 March."""
    if born_on is None:
        return None
    return {person: day_number(birthday(born, _MAJORITY)) for person, born in born_on.items()}


def birthday(born: date, age: int) -> date:
    """Return the day on which an age is reached.

    Args:
        born: Date of birth.
        age: Years.

    Returns:
        The same day of the year; 1 March for somebody born on 29 February, if that year has none.
    """
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
