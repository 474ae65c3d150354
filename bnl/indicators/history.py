"""Events as they were known at one moment: corrections resolved, rows sorted, hot columns as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.domain.event import EventKind
from bnl.errors import InputError

Known = datetime | int | None
"""A moment of knowledge: a UTC time, a log position, or None for everything there is."""

CODE = {kind: code for code, kind in enumerate(EventKind)}
EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return days since 1 January 1970."""
    return (day - EPOCH).days


def calendar_day(number: int) -> date:
    """Return the day with that number of days since 1 January 1970."""
    return date.fromordinal(EPOCH.toordinal() + number)


@dataclass(frozen=True)
class History:
    """The events known at one moment, sorted by person, day, place within the day and sequence.

    Args:
        frame: Events in force: nothing corrected or withdrawn is left.
        known_as_of: The moment.
        log_position: Highest sequence among the events known, 0 if there are none.
        source: The frame it was made from, with everything corrected, withdrawn or not yet known.
    """

    frame: pl.DataFrame
    known_as_of: Known
    log_position: int
    source: pl.DataFrame
    memo: dict[object, object] = field(default_factory=dict, repr=False, compare=False)
    _places: dict[tuple[EventKind, ...], NDArray[np.int64]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def person(self) -> NDArray[np.uint32]:
        """Return the integer code of the person of each event."""
        return self.frame["person"].to_numpy()

    @cached_property
    def day(self) -> NDArray[np.int32]:
        """Return the day each event counts for, as a day number."""
        return self.frame["on"].to_physical().to_numpy()

    @cached_property
    def kind(self) -> NDArray[np.uint8]:
        """Return the code of the kind of each event."""
        return self.frame["kind"].to_physical().to_numpy()

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """Return the row number of the first event of each person."""
        return np.flatnonzero(starts(self.person))

    def where(self, *kinds: EventKind) -> NDArray[np.int64]:
        """Return the row numbers of events of the given kinds, in order."""
        if kinds not in self._places:
            wanted = np.zeros(len(CODE), dtype=bool)
            wanted[[CODE[kind] for kind in kinds]] = True
            self._places[kinds] = np.flatnonzero(
                wanted[self.kind] if len(kinds) > 1 else self.kind == CODE[kinds[0]]
            )
        return self._places[kinds]

    def rows(self, *kinds: EventKind, columns: Sequence[str] = ()) -> pl.DataFrame:
        """Return the events of the given kinds, in order, with all columns unless some are named."""
        return (self.frame.select(columns) if columns else self.frame)[self.where(*kinds)]

    @cached_property
    def records(self) -> pl.DataFrame:
        """Return ``person_id, record_id`` of every source record known, its events withdrawn or not."""
        told = self.source if self.known_as_of is None else self.source.filter(known_by(self.known_as_of))
        return told.unique("record").select("person_id", "record_id")

    @cached_property
    def last_day(self) -> int:
        """Return the last day any event counts for, as a day number."""
        return int(self.day.max(initial=np.iinfo(np.int32).min))

    def among(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return by person code whether the person has one of some events."""
        chosen = np.zeros(int(self.person.max(initial=0)) + 1, dtype=bool)
        chosen[self.person[rows]] = True
        return chosen

    @cached_property
    def people(self) -> pl.DataFrame:
        """Return one row per person: ``person, person_id``, by code."""
        return self.frame.select("person", "person_id")[self.first]


Events = pl.DataFrame | History
"""What every indicator reads: an events frame, or a history made of one."""


def starts(group: NDArray[np.uint32] | NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return where a new group begins in a sorted array."""
    first = np.ones(len(group), dtype=bool)
    first[1:] = group[1:] != group[:-1]
    return first


def history(frame: Events, known_as_of: Known = None) -> History:
    """Return the events in force as known at a moment.

    A correction hides the event it corrects from the moment it is known; of two corrections of one event
    the later stands; a withdrawal leaves nothing in the place of what it withdraws.

    Args:
        frame: An events frame, or a history made before, which is faster.
        known_as_of: UTC time (``recorded_at`` up to and including it), log position (``sequence`` up to
            it), or None for all.

    Returns:
        The history.

    Raises:
        InputError: If the time has no zone.
    """
    if isinstance(frame, History):
        return frame if known_as_of in (None, frame.known_as_of) else history(frame.source, known_as_of)
    known = frame.filter(known_by(known_as_of)) if known_as_of is not None else frame
    position = known["sequence"].max() or 0
    if known["corrects"].null_count() < known.height or known["withdrawn"].any():
        known = _in_force(known)
    if not known["order"].is_sorted():
        known = known.sort("order", "sequence", "event_id")
    return History(known, known_as_of, int(position), frame)  # type: ignore[arg-type]


def known_by(moment: datetime | int) -> pl.Expr:
    """Return the condition that an event was known at a moment: a UTC time or a log position."""
    if isinstance(moment, int):
        return pl.col("sequence") <= moment
    if moment.tzinfo is None:
        raise InputError("known_as_of has no zone.", "Give it in UTC, for example datetime.now(UTC).")
    return pl.col("recorded_at") <= moment


def _in_force(known: pl.DataFrame) -> pl.DataFrame:
    """Drop what was corrected, all but the last of rival corrections, and withdrawals themselves."""
    fixes = known.filter(pl.col("corrects").is_not_null()).select(
        "event_id", "corrects", "sequence", "recorded_at"
    )
    last = fixes.sort("sequence", "recorded_at", "event_id").unique(
        "corrects", keep="last", maintain_order=True
    )
    hidden = pl.concat([fixes["corrects"], fixes.join(last, on="event_id", how="anti")["event_id"]])
    return known.filter(
        ~pl.col("event_id").is_in(hidden.implode()) & ~pl.col("withdrawn").fill_null(value=False)
    )
