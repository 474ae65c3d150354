"""Tracks: the whole course of everybody's state, folded from signals through the transition table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnl.indicators.history import History, starts
from bnl.indicators.rules import StatusRules
from bnl.indicators.signals import Signals, signals
from bnl.indicators.states import NOBODY, START, STATES, TABLE, VISIBLE

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Track:
    """Every change of visible state, sorted by person and time.

    Args:
        person: Person code.
        day: Day number of the change.
        before: State code before; `NOBODY` if nothing was known.
        after: State code after.
        row: Row of the history that brought it about.
        counts: Whether the person counts on that day (always, unless the rules count adults only).
    """

    person: NDArray[np.uint32]
    day: NDArray[np.int32]
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    row: Ints
    counts: NDArray[np.bool_]


def fold(person: NDArray[np.uint32], signal: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fold signals into conditions.

    Args:
        person: Person code of each signal, sorted.
        signal: Signals in order within each person.

    Returns:
        The condition after each signal, same shape. The n-th signals of all persons are taken together, so
        that the work is one table look-up per signal.
    """
    after = np.zeros(len(signal), dtype=np.uint8)
    first = np.flatnonzero(starts(person))
    if not len(first):
        return after
    lengths = np.diff(np.append(first, len(signal)))
    longest_first = np.argsort(-lengths, kind="stable")
    position = first[longest_first]
    remaining = -lengths[longest_first]
    condition = np.full(len(first), START, dtype=np.uint8)
    for turn in range(int(lengths.max())):
        alive = int(np.searchsorted(remaining, -turn, side="left"))
        condition = TABLE[condition[:alive], signal[position[:alive] + turn]]
        after[position[:alive] + turn] = condition
    return after


def track(past: History, rules: StatusRules, birthdays: Mapping[str, int] | None = None) -> Track:
    """Return the course of everybody's state.

    Args:
        past: The events as known at some moment.
        rules: The rule set.
        birthdays: Day number of the 18th birthday by person id, where known; used when the rules count
            adults only.

    Returns:
        All changes; under rules for adults, the 18th birthday is a row of its own.
    """
    key = ("track", rules)
    if birthdays is None and key in past.memo:
        return past.memo[key]  # type: ignore[return-value]
    made = _track(past, rules, birthdays)
    if birthdays is None:
        past.memo[key] = made
    return made


def _track(past: History, rules: StatusRules, birthdays: Mapping[str, int] | None) -> Track:
    heard = signals(past, rules, birthdays)
    after = VISIBLE[fold(heard.person, heard.signal)]
    first = starts(heard.person)
    before = np.empty_like(after)
    before[1:] = after[:-1]
    before[first] = NOBODY
    counts = _counts(past, heard, rules, birthdays)
    was = np.empty_like(counts)
    was[1:] = counts[:-1]
    was[first] = counts[first]
    changed = (before != after) | (was != counts)
    return Track(
        heard.person[changed],
        heard.day[changed],
        before[changed],
        after[changed],
        heard.row[changed],
        counts[changed],
    )


def _counts(
    past: History, heard: Signals, rules: StatusRules, birthdays: Mapping[str, int] | None
) -> NDArray[np.bool_]:
    if not rules.adults_only or not birthdays:
        return np.ones(len(heard.person), dtype=bool)
    from_day = np.full(int(heard.person.max(initial=0)) + 1, np.iinfo(np.int32).min, dtype=np.int64)
    for person, person_id in past.people.iter_rows():
        from_day[person] = birthdays.get(person_id, from_day[person])
    result: NDArray[np.bool_] = heard.day >= from_day[heard.person]
    return result


def is_active(codes: NDArray[np.uint8], rules: StatusRules) -> NDArray[np.bool_]:
    """Return which state codes count as active under the rules."""
    active = np.zeros(NOBODY + 1, dtype=bool)
    active[[STATES.index(state) for state in rules.active]] = True
    result: NDArray[np.bool_] = active[codes]
    return result


def standing(course: Track, day: int) -> Ints:
    """Return the positions in the track of the changes that stand at the end of a day, one per person."""
    if not len(course.person):
        return np.zeros(0, dtype=np.int64)
    inside = np.flatnonzero(course.day <= day)
    if not len(inside):
        return inside
    person = course.person[inside]
    last = np.ones(len(inside), dtype=bool)
    last[:-1] = person[1:] != person[:-1]
    return inside[last]
