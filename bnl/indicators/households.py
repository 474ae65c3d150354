"""Households: the same books for households as for people; one is active while any member is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from bnl.errors import InputError
from bnl.indicators.frame import MEMBERSHIPS
from bnl.indicators.history import Events, Known, history
from bnl.indicators.ledger import INFLOWS, OUTFLOWS, SIX_FLOWS, Flow, ledger
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.track import track

ALONE: Final = "alone:"
"""Prefix of the household of somebody known to be in none: a household of one."""

_BACK: Final = {
    Flow.HOUSED: Flow.RETURNED_FROM_HOUSING,
    Flow.INACTIVE: Flow.RETURNED_FROM_INACTIVE,
    Flow.INSTITUTION: Flow.RETURNED_FROM_INSTITUTION,
    Flow.LEFT_AREA: Flow.RETURNED_FROM_ELSEWHERE,
}
_FIRST: Final = (Flow.NEWLY_IDENTIFIED, Flow.AGED_IN, Flow.MOVED_IN)


@dataclass(frozen=True)
class Headcount:
    """One count in people and in households.

    Args:
        people: Person ids, sorted.
        households: Household ids, sorted; somebody in none is a household of one.
    """

    people: tuple[str, ...]
    households: tuple[str, ...]


def home_of(memberships: pl.DataFrame, on: date, known_as_of: Known = None) -> dict[str, str]:
    """Return the household of each person on a day; of several, the one joined last.

    Args:
        memberships: A memberships frame.
        on: The day.
        known_as_of: Moment of knowledge, as a UTC time; None for all.
    """
    rows = _known(memberships, known_as_of).filter(
        (pl.col("starts_on") <= on) & (pl.col("ends_on").is_null() | (pl.col("ends_on") > on))
    )
    return dict(
        rows.sort("starts_on", "recorded_at", "household_id").select("person_id", "household_id").iter_rows()
    )


def headcount(
    people: Iterable[str], memberships: pl.DataFrame, on: date, known_as_of: Known = None
) -> Headcount:
    """Count some people in people and in households on a day."""
    homes = home_of(memberships, on, known_as_of)
    ids = sorted(set(people))
    return Headcount(tuple(ids), tuple(sorted({homes.get(one, ALONE + one) for one in ids})))


def _known(memberships: pl.DataFrame, known_as_of: Known) -> pl.DataFrame:
    missing = [name for name in MEMBERSHIPS if name not in memberships.columns]
    if missing:
        raise InputError(
            f"the memberships frame has no column {', '.join(missing)}.", "See memberships_frame."
        )
    if isinstance(known_as_of, int):
        raise InputError("memberships are known by time, not by log position.", "Give a UTC time or None.")
    return memberships if known_as_of is None else memberships.filter(pl.col("recorded_at") <= known_as_of)


@dataclass(frozen=True)
class HouseholdReturn:
    """The flows of households over a period.

    Args:
        start: First day.
        end: Last day, included.
        opening: Households active at the end of the day before.
        closing: Households active at the end of the last day.
        flows: ``household_id, on, change, flow, person_id, event_id``: whose entry or exit tipped the
            household; ``event_id`` is null where a change of membership did.
        log_position: Highest log sequence known.
    """

    start: date
    end: date
    opening: frozenset[str]
    closing: frozenset[str]
    flows: pl.DataFrame
    log_position: int

    def counts(self) -> dict[Flow, int]:
        """Return the number of transitions of each flow."""
        found = dict(self.flows.group_by("flow").len().iter_rows())
        return {flow: int(found.get(flow.value, 0)) for flow in (*INFLOWS, *OUTFLOWS)}

    def six_flows(self) -> dict[str, int]:
        """Return the six flows and deaths."""
        folded = dict.fromkeys(SIX_FLOWS.values(), 0)
        for flow, count in self.counts().items():
            folded[SIX_FLOWS[flow]] += count
        return folded

    @property
    def residual(self) -> int:
        """Return what the balance leaves unexplained: always 0."""
        return len(self.opening) + int(self.flows["change"].sum()) - len(self.closing)


_Step = tuple[date, int, int, str, int, Flow, str, str | None]


def household_return(
    frame: Events,
    memberships: pl.DataFrame,
    start: date,
    end: date,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
) -> HouseholdReturn:
    """Return the flows of households over a period, balanced exactly.

    A person counts for one household at a time, the one joined last; somebody in none is a household of
    one. A household enters when its first member becomes active or an active person joins, and leaves when
    the last active member leaves or stops being active. On one day entries come before exits.

    Args:
        frame: An events frame, or a history of one.
        memberships: A memberships frame.
        start: First day.
        end: Last day, included.
        known_as_of: Moment of knowledge, a UTC time or None.
        rules: The rule set.

    Returns:
        The return.

    Raises:
        InputError: If the period ends before it starts.
    """
    if end < start:
        raise InputError("the period ends before it starts.", "Give start <= end.")
    past = history(frame, known_as_of)
    books = ledger(past, track(past, rules), rules).table(past)
    steps = _steps(books, _known(memberships, known_as_of))
    rows = _tip(steps)
    table = pl.DataFrame(
        rows,
        schema={
            "household_id": pl.String,
            "on": pl.Date,
            "change": pl.Int64,
            "flow": pl.String,
            "person_id": pl.String,
            "event_id": pl.String,
        },
        orient="row",
    )
    return HouseholdReturn(
        start=start,
        end=end,
        opening=_active(rows, start - timedelta(days=1)),
        closing=_active(rows, end),
        flows=table.filter(pl.col("on").is_between(start, end)),
        log_position=past.log_position,
    )


def _active(rows: list[tuple[str, date, int, str, str, str | None]], on: date) -> frozenset[str]:
    level: dict[str, int] = {}
    for household, day, change, *_ in rows:
        if day <= on:
            level[household] = level.get(household, 0) + change
    return frozenset(household for household, active in level.items() if active)


def _homes(memberships: pl.DataFrame) -> dict[str, list[tuple[date, str | None]]]:
    """Return for each person the days on which their household changed, and to which; None is to none."""
    rows = memberships.sort("person_id", "starts_on", "recorded_at", "household_id")
    spans: dict[str, list[tuple[date, date | None, str]]] = {}
    for person, household, begins, ends in rows.select(
        "person_id", "household_id", "starts_on", "ends_on"
    ).iter_rows():
        if ends is None or ends > begins:
            spans.setdefault(person, []).append((begins, ends, household))
    changes: dict[str, list[tuple[date, str | None]]] = {}
    for person, mine in spans.items():
        days = sorted({day for begins, ends, _ in mine for day in (begins, ends) if day is not None})
        for day in days:
            here = [
                household
                for begins, ends, household in mine
                if begins <= day and (ends is None or day < ends)
            ]
            changes.setdefault(person, []).append((day, here[-1] if here else None))
    return changes


def _steps(books: pl.DataFrame, memberships: pl.DataFrame) -> list[_Step]:
    """Return each entry and exit of a person into and out of an active household, in order.

    A step is day, place within the day, number, household, change, flow, person and event.
    """
    homes = _homes(memberships)
    lives: dict[str, list[tuple[date, int, Flow, str]]] = {}
    for person, on, change, flow, event in books.iter_rows():
        lives.setdefault(person, []).append((on, change, Flow(flow), event))
    steps: list[_Step] = []
    for person, life in lives.items():
        steps += _person_steps(person, life, homes.get(person, []))
    return sorted(steps, key=lambda step: step[:4])


def _person_steps(
    person: str, life: list[tuple[date, int, Flow, str]], homes: list[tuple[date, str | None]]
) -> list[_Step]:
    moments: list[tuple[date, int, object]] = [(day, 0, home) for day, home in homes]
    moments += [(entry[0], 1, entry) for entry in life]
    moments.sort(key=lambda moment: moment[:2])
    steps: list[_Step] = []
    household, active = ALONE + person, False

    def add(day: date, change: int, flow: Flow, event: str | None) -> None:
        steps.append((day, -change, len(steps), household, change, flow, person, event))

    for day, kind, what in moments:
        if kind == 0:
            home = what if isinstance(what, str) else ALONE + person
            if home != household and active:
                add(day, -1, Flow.OTHER, None)
                household = home
                add(day, 1, Flow.RETURNED_AFTER_OTHER, None)
            household = home
        elif isinstance(what, tuple):
            active = what[1] > 0
            add(day, what[1], what[2], what[3])
    return steps


def _tip(steps: list[_Step]) -> list[tuple[str, date, int, str, str, str | None]]:
    """Return the steps that make a household active or end it, with the flow seen from the household."""
    level: dict[str, int] = {}
    left_by: dict[str, Flow] = {}
    rows = []
    for day, _, _, household, change, flow, person, event in steps:
        before = level.get(household, 0)
        level[household] = before + change
        if change > 0 and before == 0:
            rows.append((household, day, 1, _entry(household, flow, left_by).value, person, event))
        elif change < 0 and level[household] == 0:
            left_by[household] = flow
            rows.append((household, day, -1, flow.value, person, event))
    return rows


def _entry(household: str, flow: Flow, left_by: dict[str, Flow]) -> Flow:
    if household not in left_by:
        return flow if flow in _FIRST else Flow.NEWLY_IDENTIFIED
    return _BACK.get(left_by[household], Flow.RETURNED_AFTER_OTHER)
