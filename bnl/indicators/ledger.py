"""The ledger: every time somebody becomes active or stops being active, and by which flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.domain.event import EventKind
from bnl.indicators.calendar import add_months
from bnl.indicators.history import History, calendar_day, day_number, starts
from bnl.indicators.rules import StatusRules
from bnl.indicators.states import HOUSED_STATES, NOBODY, STATES, State
from bnl.indicators.track import Track, is_active


class Flow(StrEnum):
    """How somebody came onto the active list or left it."""

    NEWLY_IDENTIFIED = "newly_identified"
    AGED_IN = "aged_in"
    MOVED_IN = "moved_in"
    RETURNED_FROM_HOUSING = "returned_from_housing"
    RETURNED_FROM_INACTIVE = "returned_from_inactive"
    RETURNED_FROM_INSTITUTION = "returned_from_institution"
    RETURNED_FROM_ELSEWHERE = "returned_from_elsewhere"
    RETURNED_AFTER_OTHER = "returned_after_other"
    HOUSED = "housed"
    INACTIVE = "inactive"
    INSTITUTION = "institution"
    LEFT_AREA = "left_area"
    OTHER = "other"
    DECEASED = "deceased"


FLOWS: Final = tuple(Flow)
INFLOWS: Final = FLOWS[:8]
OUTFLOWS: Final = FLOWS[8:]

SIX_FLOWS: Final[Mapping[Flow, str]] = MappingProxyType(
    {
        Flow.NEWLY_IDENTIFIED: "newly_identified",
        Flow.AGED_IN: "newly_identified",
        Flow.MOVED_IN: "newly_identified",
        Flow.RETURNED_FROM_HOUSING: "returned_from_housing",
        Flow.RETURNED_FROM_INACTIVE: "returned_from_inactive",
        Flow.RETURNED_FROM_INSTITUTION: "returned_from_inactive",
        Flow.RETURNED_FROM_ELSEWHERE: "returned_from_inactive",
        Flow.RETURNED_AFTER_OTHER: "returned_from_inactive",
        Flow.HOUSED: "housed",
        Flow.INACTIVE: "inactive",
        Flow.INSTITUTION: "no_longer_meets",
        Flow.LEFT_AREA: "no_longer_meets",
        Flow.OTHER: "no_longer_meets",
        Flow.DECEASED: "deceased",
    }
)
"""How the ledger's flows fold into the six-flow view: three in, three out, deaths beside them.

Source: Built for Zero, by-name list data standards (inflow and outflow categories).
"""

_CODE: Final = {flow: code for code, flow in enumerate(FLOWS)}
_FLOW: Final = pl.Enum([flow.value for flow in FLOWS])
_FLOW_NAMES: Final = pl.Series([flow.value for flow in FLOWS], dtype=_FLOW)


@dataclass(frozen=True)
class Ledger:
    """Entries and exits, sorted by person and time.

    Args:
        person: Person code.
        day: Day number.
        change: +1 becomes active, -1 stops being active; they alternate for each person, starting with +1.
        flow: Code of the flow (index in `FLOWS`).
        row: Row of the history that brought it about.
    """

    person: NDArray[np.uint32]
    day: NDArray[np.int32]
    change: NDArray[np.int8]
    flow: NDArray[np.uint8]
    row: NDArray[np.int64]

    def active_on(self, day: int) -> NDArray[np.uint32]:
        """Return the codes of people active at the end of a day, in order."""
        inside = np.flatnonzero(self.day <= day)
        if not len(inside):
            return np.zeros(0, dtype=np.uint32)
        person = self.person[inside]
        last = np.ones(len(inside), dtype=bool)
        last[:-1] = person[1:] != person[:-1]
        last &= self.change[inside] > 0
        return person[last]

    def table(self, past: History) -> pl.DataFrame:
        """Return the ledger as ``person_id, on, change, flow, event_id``."""
        named = past.frame.select("person_id", "event_id")[self.row]
        return named.select(
            pl.col("person_id"),
            pl.Series("on", self.day).cast(pl.Date),
            pl.Series("change", self.change),
            _FLOW_NAMES.gather(self.flow).alias("flow"),
            pl.col("event_id"),
        )


_RESTING: Final = {
    State.INACTIVE: Flow.RETURNED_FROM_INACTIVE,
    State.INSTITUTION: Flow.RETURNED_FROM_INSTITUTION,
    State.LEFT_AREA: Flow.RETURNED_FROM_ELSEWHERE,
    **dict.fromkeys(HOUSED_STATES, Flow.RETURNED_FROM_HOUSING),
}
_LEAVING: Final = {
    State.INACTIVE: Flow.INACTIVE,
    State.INSTITUTION: Flow.INSTITUTION,
    State.LEFT_AREA: Flow.LEFT_AREA,
    State.DECEASED: Flow.DECEASED,
    **dict.fromkeys(HOUSED_STATES, Flow.HOUSED),
}


def _lookup(table: Mapping[State, Flow], otherwise: int) -> NDArray[np.int64]:
    lookup = np.full(NOBODY + 1, otherwise, dtype=np.int64)
    for state, flow in table.items():
        lookup[STATES.index(state)] = _CODE[flow]
    return lookup


def ledger(past: History, course: Track, rules: StatusRules) -> Ledger:
    """Return everybody's entries and exits.

    Args:
        past: The history the track was made from.
        course: The track.
        rules: The rule set.

    Returns:
        The ledger. Flows of one day are kept apart: in and out on the same day are two entries.
    """
    active = is_active(course.after, rules) & course.counts
    was = np.zeros_like(active)
    was[1:] = active[:-1]
    first = starts(course.person)
    was[first] = False
    turns = np.flatnonzero(active != was)
    entering = active[turns]
    flow = np.where(
        entering, _inflow(course, active)[turns], _lookup(_LEAVING, _CODE[Flow.OTHER])[course.after[turns]]
    )
    person, day = course.person[turns], course.day[turns]
    fresh = starts(person)
    flow = np.where(fresh, _first_time(past, course, turns), flow)
    if rules.new_after_months is not None:
        flow = _new_again(flow, person, day, fresh, rules.new_after_months)
    change = np.where(entering, 1, -1).astype(np.int8)
    return Ledger(person, day, change, flow.astype(np.uint8), course.row[turns])


def _inflow(course: Track, active: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each change where somebody entering then would return from."""
    rest = _lookup(_RESTING, -1)[course.after]
    speaks = (rest >= 0) | active | starts(course.person)
    at = np.maximum.accumulate(np.where(speaks, np.arange(len(rest)), 0))
    held = np.where(active, _CODE[Flow.RETURNED_AFTER_OTHER], rest)[at]
    result = np.full(len(rest), _CODE[Flow.RETURNED_AFTER_OTHER], dtype=np.int64)
    result[1:] = np.where(held[:-1] < 0, _CODE[Flow.RETURNED_AFTER_OTHER], held[:-1])
    return result


def _first_time(past: History, course: Track, turns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the flow of people never active before: aged in, moved in, or newly identified."""
    person, day = course.person[turns], course.day[turns]
    moved = past.where(EventKind.MOVED_IN)
    key = (past.person[moved].astype(np.int64) << 33) | past.day[moved]
    asked = (person.astype(np.int64) << 33) | day
    at = np.searchsorted(key, asked, side="right") - 1
    arrived = np.zeros(len(turns), dtype=bool)
    if len(moved):
        arrived = (at >= 0) & (past.person[moved][np.maximum(at, 0)] == person)
    was_counted = course.counts[np.maximum(turns - 1, 0)] | starts(course.person)[turns]
    came_of_age = ~was_counted & (course.before[turns] == course.after[turns])
    return np.where(
        came_of_age,
        _CODE[Flow.AGED_IN],
        np.where(arrived, _CODE[Flow.MOVED_IN], _CODE[Flow.NEWLY_IDENTIFIED]),
    )


def _new_again(
    flow: NDArray[np.int64],
    person: NDArray[np.uint32],
    day: NDArray[np.int32],
    fresh: NDArray[np.bool_],
    months: int,
) -> NDArray[np.int64]:
    """Somebody last active more than so many months ago is newly identified; on the very day, not yet."""
    result = flow.copy()
    for at in np.flatnonzero(~fresh):
        if result[at] < len(INFLOWS):
            horizon = day_number(add_months(calendar_day(int(day[at])), -months))
            if int(day[at - 1]) < horizon:
                result[at] = _CODE[Flow.NEWLY_IDENTIFIED]
    return result
