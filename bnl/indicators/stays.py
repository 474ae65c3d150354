"""Stays: which end belongs to which start, who is in an institution, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bnl.domain.event import EventKind
from bnl.indicators.history import CODE, History, starts

Ints = NDArray[np.int64]

LOST_REASONS: Final = frozenset({"evicted", "abandoned", "asked_to_leave", "lost"})
"""Reasons for the end of a stay that leave somebody homeless when nothing is known of the next place."""

NEVER: Final = 2**31 - 1


@dataclass(frozen=True)
class Ends:
    """Ends of accommodation, told apart.

    Args:
        current: Rows that end the stay the person is in.
        other: Rows that end some earlier stay, and so say nothing about now.
        later: Rows among ``current`` that end a stay begun on the same day, so that they follow its start.
    """

    current: Ints
    other: Ints
    later: Ints


def ends_of_current_stay(past: History) -> Ends:
    """Tell the ends that concern the stay somebody is in from those of stays already left.

    An end belongs to the last start before its day if both have the same ``ref``, or, where one has none,
    are of the same agency. If that stay is over already, or does not fit, an end may belong to a start of
    its own day.
    """
    rows = past.where(EventKind.ACCOMMODATION_START, EventKind.ACCOMMODATION_END)
    person, day = past.person[rows], past.day[rows]
    begins = past.kind[rows] == CODE[EventKind.ACCOMMODATION_START]
    few = past.frame.select("ref", "agency_id")[rows]
    ref = few["ref"].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    agency = few["agency_id"].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    at = np.arange(len(rows))
    first = np.maximum.accumulate(np.where(starts(person), at, 0))
    new_day = starts(person)
    new_day[1:] |= day[1:] != day[:-1]
    dawn = np.maximum.accumulate(np.where(new_day, at, 0))
    last_start = np.maximum.accumulate(np.where(begins, at, -1))
    before = np.where(dawn > 0, last_start[dawn - 1], -1)
    before = np.where(before >= first, before, -1)
    ending = at[~begins]
    fits_before = _fits(ending, before[ending], ref, agency) | (before[ending] < 0)
    still_open = (dawn[ending] > first[ending]) & begins[dawn[ending] - 1]
    same_day = _start_of_day(new_day, last_start, at)[ending]
    own_day = (same_day > dawn[ending] - 1) & (same_day >= 0) & _fits(ending, same_day, ref, agency)
    late = own_day & ~(fits_before & still_open)
    current = fits_before | late
    return Ends(rows[ending[current]], rows[ending[~current]], rows[ending[late]])


def _start_of_day(new_day: NDArray[np.bool_], last_start: Ints, at: Ints) -> Ints:
    """Return for each row the last start up to the end of its own day, -1 if none."""
    if not len(at):
        return at
    dusk = np.minimum.accumulate(np.where(np.append(new_day[1:], True), at, len(at))[::-1])[::-1]
    return last_start[dusk]


def _fits(ending: Ints, start: Ints, ref: Ints, agency: Ints) -> NDArray[np.bool_]:
    there = start >= 0
    both = (ref[ending] > 0) & (ref[start] > 0)
    fits: NDArray[np.bool_] = np.where(both, ref[ending] == ref[start], agency[ending] == agency[start])
    return fits & there


def lost_home(past: History, rows: Ints) -> NDArray[np.bool_]:
    """Return which ends say that the home was lost rather than left."""
    reason = past.frame["reason"].gather(rows)
    lost: NDArray[np.bool_] = reason.is_in(list(LOST_REASONS)).fill_null(value=False).to_numpy()
    return lost


@dataclass(frozen=True)
class InstitutionStays:
    """Stays in institutions; a transfer on the same day continues the stay.

    Args:
        rows: Row of the admission that began each stay.
        person: Person code of each.
        admitted: Day number of admission.
        over: Day number of the discharge, or of news that the person is elsewhere; `NEVER` while it lasts.
        closed_by: Row of the discharge, or of the news; -1 while the stay lasts.
        later: Rows of discharges on the day of their own admission, which follow it.
    """

    rows: Ints
    person: NDArray[np.uint32]
    admitted: Ints
    over: Ints
    closed_by: Ints
    later: Ints

    def covers(self, person: NDArray[np.uint32], day: Ints) -> NDArray[np.bool_]:
        """Return whether each person was inside when each day began."""
        if not len(self.rows):
            return np.zeros(len(person), dtype=bool)
        key = (self.person.astype(np.int64) << 33) | self.admitted
        asked = (person.astype(np.int64) << 33) | day
        at = np.searchsorted(key, asked, side="left") - 1
        known = at >= 0
        at = np.maximum(at, 0)
        inside: NDArray[np.bool_] = known & (self.person[at] == person) & (day <= self.over[at])
        return inside


def long_stays(past: History) -> InstitutionStays:
    """Return every stay in an institution, with the day it ended."""
    inside = past.where(EventKind.INSTITUTION_ADMISSION)
    if not len(inside):
        none = np.zeros(0, dtype=np.int64)
        return InstitutionStays(none, none.astype(np.uint32), none, none, none, none)
    rows = _around(past, inside)
    person, day = past.person[rows], past.day[rows].astype(np.int64)
    admits = past.kind[rows] == CODE[EventKind.INSTITUTION_ADMISSION]
    discharges = past.kind[rows] == CODE[EventKind.INSTITUTION_DISCHARGE]
    open_before = _open_at_dawn(person, day, admits, discharges)
    later = discharges & ~open_before & _admitted_same_day(person, day, admits)
    order = np.lexsort((np.where(later, 2, np.where(admits, 1, 0)), day, person))
    rows, person, day, admits, later = rows[order], person[order], day[order], admits[order], later[order]
    return _episodes(rows, person, day, admits, past, rows[later])


def _around(past: History, inside: Ints) -> Ints:
    """Return rows that open or close the stays of those admitted: news of being elsewhere closes one."""
    rows = past.where(
        EventKind.INSTITUTION_ADMISSION,
        EventKind.INSTITUTION_DISCHARGE,
        EventKind.SIGHTING,
        EventKind.ACCOMMODATION_START,
    )
    return rows[past.among(inside)[past.person[rows]]]


def _group_first(first: NDArray[np.bool_]) -> Ints:
    return np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))


def _open_at_dawn(
    person: NDArray[np.uint32], day: Ints, admits: NDArray[np.bool_], discharges: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return for each row whether a stay was open when its day began."""
    at = np.arange(len(person))
    first = _group_first(starts(person))
    new_day = starts(person)
    new_day[1:] |= day[1:] != day[:-1]
    dawn = _group_first(new_day)
    last = np.maximum.accumulate(np.where(admits | discharges, at, -1))
    before = np.where(dawn > first, last[np.maximum(dawn - 1, 0)], -1)
    return (before >= first) & admits[np.maximum(before, 0)]


def _admitted_same_day(person: NDArray[np.uint32], day: Ints, admits: NDArray[np.bool_]) -> NDArray[np.bool_]:
    key = (person.astype(np.int64) << 33) | day
    return np.isin(key, key[admits])


def _episodes(
    rows: Ints,
    person: NDArray[np.uint32],
    day: Ints,
    admits: NDArray[np.bool_],
    past: History,
    later: Ints,
) -> InstitutionStays:
    """Join admissions into stays: one stay runs until somebody is out at the end of a day."""
    elsewhere = ~admits & (past.kind[rows] != CODE[EventKind.INSTITUTION_DISCHARGE])
    words = _forget_same_day(person, day, admits, elsewhere)
    rows, person, day, admits = rows[words], person[words], day[words], admits[words]
    before = np.zeros(len(rows), dtype=bool)
    before[1:] = admits[:-1] & (person[1:] == person[:-1])
    transfer = np.zeros(len(rows), dtype=bool)
    transfer[1:] = ~admits[:-1] & (day[1:] == day[:-1]) & (person[1:] == person[:-1]) & before[:-1]
    begin = np.flatnonzero(admits & ~before & ~transfer)
    onward = np.zeros(len(rows), dtype=bool)
    onward[:-1] = transfer[1:]
    ends = np.flatnonzero(~admits & ~onward)
    after = np.searchsorted(ends, begin)
    there = after < len(ends)
    end = ends[np.minimum(after, len(ends) - 1)] if len(ends) else np.zeros(len(begin), dtype=np.int64)
    closed = there & (person[end] == person[begin])
    over = np.where(closed, day[end], NEVER)
    closed_by = np.where(closed, rows[end], -1)
    return InstitutionStays(rows[begin], person[begin], day[begin], over, closed_by, later)


def _forget_same_day(
    person: NDArray[np.uint32], day: Ints, admits: NDArray[np.bool_], elsewhere: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Drop news of being elsewhere on a day of admission: it tells nothing about where that day ended."""
    return ~(elsewhere & _admitted_same_day(person, day, admits))
