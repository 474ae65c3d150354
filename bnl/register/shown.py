"""Figures as they are shown: counts with everybody behind them by handle, or suppressed with nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from bnl.domain.identifiers import Handle
from bnl.indicators.case_books import open_cases
from bnl.indicators.figures import Figure
from bnl.indicators.households import headcount
from bnl.indicators.uncertainty import Count, Interval, headcount_interval
from bnl.register.bounds import Bounds
from bnl.register.ground import Ground, Reach
from bnl.register.printing import Groups, Shown, counted, printed, printed_count, without

UNNAMED = "not to be named to you"


@dataclass(frozen=True, slots=True)
class Size:
    """One group counted in people, in households and in cases.

    Args:
        people: How many people.
        households: How many households; somebody in none is a household of one.
        cases: How many cases of theirs are open on the last day.
        bounds: The interval of the headcount; None if the asker may not know of pairs in review.
    """

    people: Shown
    households: Shown
    cases: Shown
    bounds: Bounds | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ShownFigure:
    """One figure as one asker may have it.

    Args:
        name: Name of the indicator.
        rules: Labels of the rule versions used.
        start: First day of the period.
        end: Last day, included.
        unit: What is counted: ``case``, ``person``, ``household`` or ``referral``.
        target: What is to be exceeded, as text; empty if nothing.
        met: Whether it is; None if that cannot be said.
        counts: ``numerator``, ``denominator``, ``unknown``, each exclusion and each flag by its name.
        percent: Numerator of denominator in per cent, half up; None if there is none or it is not to be told.
        percent_with_unknown: The same, the unknown counted as failures.
        people: Whom those of each count concern, by handle, one for each case or person; empty for official
            figures.
        size: The numerator in people, households and cases.
        reach: What it was computed from.
        log_position: How many log entries were known.
    """

    name: str
    rules: tuple[str, ...]
    start: date
    end: date
    unit: str
    target: str
    met: bool | None
    counts: Mapping[str, Shown]
    percent: Decimal | None
    percent_with_unknown: Decimal | None
    people: Mapping[str, tuple[Handle, ...]]
    size: Size
    reach: Reach
    log_position: int

    def __repr__(self) -> str:
        return f"ShownFigure({self.name}, {self.start.isoformat()} to {self.end.isoformat()})"


def show(ground: Ground, figure: Figure, count: Count | None = None) -> ShownFigure:
    """Return a figure as the asker may have it.

    Args:
        ground: What it was computed from.
        figure: The figure with its ids.
        count: Computes the people of its numerator from an events frame, for the interval; None for none.
    """
    met = set(figure.numerator)
    others: dict[str, tuple[str, ...]] = {"unknown": figure.unknown}
    others.update({f"excluded: {why}": ids for why, ids in sorted(figure.exclusions.items())})
    others.update({f"flagged: {mark}": ids for mark, ids in sorted(figure.flags.items())})
    groups = Groups(figure.numerator, tuple(one for one in figure.denominator if one not in met), others)
    owner = _owners(ground, figure)
    counts = printed(groups, without(groups, owner, ground.known)) if ground.official else counted(groups)
    told = isinstance(counts["numerator"], int) and isinstance(counts["denominator"], int)
    shown = None if isinstance(counts["numerator"], int) else counts["numerator"]
    behind = {"numerator": figure.numerator, "denominator": figure.denominator, **others}
    return ShownFigure(
        name=figure.name,
        rules=figure.rules,
        start=figure.start,
        end=figure.end,
        unit=figure.unit,
        target="" if figure.target is None else _target(figure),
        met=figure.met if told else None,
        counts=counts,
        percent=figure.percent() if told else None,
        percent_with_unknown=figure.percent(with_unknown=True)
        if told and isinstance(counts["unknown"], int)
        else None,
        people={
            name: ground.names(owner[one] for one in ids if one in owner)
            for name, ids in behind.items()
            if not ground.official
        },
        size=size_of(
            ground, {owner[one] for one in figure.numerator if one in owner}, figure.end, count, shown
        ),
        reach=ground.reach,
        log_position=ground.position,
    )


def size_of(
    ground: Ground,
    people: Iterable[str],
    on: date,
    count: Count | None = None,
    hidden: Shown | None = None,
) -> Size:
    """Count some people in people, households and open cases on a day, as the asker may have it.

    Args:
        ground: What the people were found in.
        people: Person ids.
        on: The day.
        count: Computes them from an events frame, for the interval; None for none.
        hidden: What is printed in place of all of it, where the count itself is hidden.
    """
    if hidden is not None:
        return Size(hidden, hidden, hidden)
    chosen = set(people)
    bounds = _bounds(ground, chosen, count) if count is not None and ground.pairs is not None else None
    sizes = _sizes(ground, chosen, on)
    if not ground.official:
        return Size(*sizes, bounds=bounds)
    left = _sizes(ground, chosen - ground.known, on)
    number, homes, cases = map(printed_count, sizes, left)
    return Size(number, homes, cases, bounds)


def _sizes(ground: Ground, people: set[str], on: date) -> tuple[int, int, int]:
    homes = headcount(people, ground.memberships, on)
    cases = open_cases(ground.work, on).filter(pl.col("person_id").is_in(list(people))).height
    return len(people), len(homes.households), cases


def _bounds(ground: Ground, now: set[str], count: Count) -> Bounds:
    frame = ground.past.frame
    found: Interval = headcount_interval(frame, ground.pairs or (), count, now=now)
    if not ground.official:
        return Bounds(found.low, found.high, found.exact)
    known = len(now & ground.known)
    low, high = (printed_count(size, max(size - known, 0)) for size in (found.low, found.high))
    return Bounds(low, high, found.exact)


def _owners(ground: Ground, figure: Figure) -> Mapping[str, str]:
    """Return the person of each id of a figure; the id of a closure is its case, an at-sign and its day."""
    left_out = (one for ids in (*figure.exclusions.values(), *figure.flags.values()) for one in ids)
    named = (*figure.denominator, *figure.unknown, *left_out)
    if figure.unit == "person":
        return {one: one for one in named}
    cases = ground.work.until(figure.end).cases
    owner = dict(cases.select("case_id", "person_id").iter_rows())
    return {one: owner.get(one) or owner[one.rpartition("@")[0]] for one in named}


def _target(figure: Figure) -> str:
    goal = figure.target or 0
    return f"> {goal}" if goal > 1 else f"> {float(100 * goal):g}%"
