"""Case facts: what each case says, as arrays of days and codes, read once from the events of cases."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.domain.event import EventKind
from bnl.indicators.case_rows import FLAG_UNKNOWN, NEVER, CaseRows, Days, Mask, Names, Rows
from bnl.indicators.history import CODE, History, day_number

CRISIS_DAYS: Final = 56


class CaseFacts:
    """What the events of cases say, case by case in alphabetical order.

    Args:
        past: The history.
        rows: Rows of the events of cases, up to the last day looked at, in order.
        case: The case of each, as a place in ``ids``.
        ids: Keys of the cases, in alphabetical order; one without any of the events is left out.
        until: Last day on which a death counts, None for all.
    """

    def __init__(
        self, past: History, rows: Rows, case: Rows, ids: pl.Series, until: date | None = None
    ) -> None:
        self._past, self._until = past, until
        self._decided: dict[str, Mask] = {}
        self._rows, self._kinds = rows, past.kind[rows]
        present = np.zeros(len(ids), dtype=bool)
        present[case] = True
        self._case: Rows = (np.cumsum(present) - 1)[case]
        self._count = int(present.sum())
        first = np.empty(self._count, dtype=np.int64)
        first[self._case[::-1]] = np.arange(len(self._rows))[::-1]
        self.begin = self._rows[first]
        self.ids = ids.filter(present)

    def _of(self, places: Rows) -> Rows:
        """Return for each case the row at the last of some places; of a case named twice the last counts."""
        found = np.full(self._count, -1, dtype=np.int64)
        found[self._case[places]] = self._rows[places]
        return found

    def _places(self, *kinds: EventKind) -> Rows:
        wanted = self._kinds == CODE[kinds[0]]
        for kind in kinds[1:]:
            wanted |= self._kinds == CODE[kind]
        return np.flatnonzero(wanted)

    def first(self, kind: EventKind) -> Rows:
        """Return the row of the first event of a kind of each case, -1 where it has none."""
        return self._of(self._places(kind)[::-1])

    def last(self, *kinds: EventKind, told: str | None = None) -> Rows:
        """Return the row of the last event of some kinds of each case, only of those that tell a column."""
        places = self._places(*kinds)
        if told is not None and len(places):
            places = places[self.says(self._rows[places], told).is_not_null().to_numpy()]
        return self._of(places)

    def says(self, rows: Rows, column: str) -> pl.Series:
        """Return what some events say, null for row -1."""
        series = self._past.frame[column]
        if not len(rows) or rows.min() >= 0:
            return series.gather(rows)
        return series.gather(pl.Series(rows.astype(np.uint32)).set(pl.Series(rows < 0), None))

    def is_said(self, rows: Rows, column: str, word: str) -> Mask:
        """Return whether some events say a word; row -1 says nothing."""
        said: Mask = (self.says(rows, column) == word).fill_null(value=False).to_numpy()
        return said

    def day(self, rows: Rows) -> Days:
        """Return the days of some events, `NEVER` for row -1."""
        if not len(self._past.day):
            return np.full(len(rows), NEVER, dtype=np.int32)
        return np.where(rows >= 0, self._past.day[rows], np.int32(NEVER))

    @cached_property
    def names(self) -> Names:
        """Return the ids of the cases as an array of text."""
        return np.array(self.ids.to_list(), dtype=object)

    @cached_property
    def referral(self) -> Rows:
        """Return the row of the first referral of each case."""
        return self.first(EventKind.REFERRAL)

    @cached_property
    def decision(self) -> Rows:
        """Return the row of the last decision of each case."""
        return self.last(EventKind.REFERRAL_DECIDED)

    @cached_property
    def assessment(self) -> Rows:
        """Return the row of the first full assessment; one that does not tell its stage is full."""
        places = self._places(EventKind.ASSESSMENT)
        stage = self.says(self._rows[places], "stage").fill_null("full")
        full: Mask = (stage == "full").to_numpy()
        return self._of(places[full][::-1])

    @cached_property
    def outcome(self) -> Rows:
        """Return the row of the last outcome of prevention of each case."""
        return self.last(EventKind.PREVENTION_OUTCOME)

    @cached_property
    def closure(self) -> Rows:
        """Return the row of the last closure of each case, undone by a reopening or not."""
        return self.last(EventKind.CLOSURE)

    @cached_property
    def is_shut(self) -> Mask:
        """Return whether the last word on each case is a closure."""
        turn = self.last(EventKind.CLOSURE, EventKind.REOPENING)
        shut: Mask = (turn >= 0) & (turn == self.closure)
        return shut

    def is_decided(self, outcome: str) -> Mask:
        """Return whether the last decision on each case is ``accepted``, ``rejected`` or ``withdrawn``."""
        if outcome not in self._decided:
            self._decided[outcome] = (self._decision_said == outcome).fill_null(value=False).to_numpy()
        return self._decided[outcome]

    @cached_property
    def _decision_said(self) -> pl.Series:
        return self.says(self.decision, "outcome")

    @cached_property
    def _level_said(self) -> pl.Series:
        return self.says(self.decision, "service_level")

    @cached_property
    def full(self) -> Mask:
        """Return whether each case was accepted for full service; one that does not tell is full."""
        full: Mask = (self._level_said == "full").fill_null(value=True).to_numpy()
        return self.is_decided("accepted") & full

    @cached_property
    def advised(self) -> Mask:
        """Return whether the last decision on each case is for advice only."""
        advised: Mask = (self._level_said == "advice").fill_null(value=False).to_numpy()
        return advised

    @cached_property
    def home(self) -> pl.Series:
        """Return the household of each case as the first event that names one has it."""
        if self._past.frame["household_id"].null_count() == self._past.frame.height:
            return pl.repeat(None, self._count, dtype=pl.String, eager=True).alias("household_id")
        named = self.says(self._rows, "household_id").is_not_null().to_numpy()
        return self.says(self._of(np.flatnonzero(named)[::-1]), "household_id")

    @cached_property
    def owner(self) -> pl.Series:
        """Return the agency each case belongs to: the receiver of a referral, else who tells of the case."""
        own, to = self.says(self.begin, "agency_id"), self.says(self.begin, "to_agency")
        referral = pl.Series(self._past.kind[self.begin] == CODE[EventKind.REFERRAL])
        return to.zip_with(referral & to.is_not_null(), own).alias("agency_id")

    @cached_property
    def band(self) -> pl.Series:
        """Return the urgency of each case at referral, null where no referral is known."""
        told = pl.DataFrame([self.says(self.referral, name) for name in ("on", "homeless_on", "homeless")])
        known = pl.when(pl.col("on").is_not_null()).then(urgency())
        return told.select(known.alias("band")).to_series()

    @cached_property
    def rows(self) -> CaseRows:
        """Return every case."""
        person, decided = self._past.person[self.begin], self.day(self.decision)
        referred = self.day(self.referral)
        planned = self.says(self.closure, "planned").cast(pl.Int8).fill_null(FLAG_UNKNOWN).to_numpy()
        closed = np.where(self.is_shut, self.day(self.closure), np.int32(NEVER))
        return CaseRows(
            place=np.arange(self._count),
            person=person,
            referred=referred,
            decided=decided,
            triaged=self.day(self.first(EventKind.TRIAGE)),
            assessed=self.day(self.assessment),
            opened=np.where(self.is_decided("accepted"), decided, referred),
            closed=closed,
            died=self._died(person),
            last=closed,
            planned=np.where(self.is_shut, planned, np.int8(FLAG_UNKNOWN)),
            ended_by_death=self.is_said(self.closure, "reason", "died"),
        )

    def _died(self, person: NDArray[np.uint32]) -> Days:
        """Return the first day each person is said to have died."""
        rows = self._past.where(EventKind.DEATH)
        if self._until is not None:
            rows = rows[self._past.day[rows] <= day_number(self._until)]
        days = np.full(int(self._past.person.max(initial=0)) + 1, NEVER, dtype=np.int32)
        np.minimum.at(days, self._past.person[rows], self._past.day[rows])
        return days[person]

    @cached_property
    def closures(self) -> CaseRows:
        """Return every closure, in order; a case reopened starts again on the day of reopening."""
        places = self._places(EventKind.CLOSURE, EventKind.REOPENING)
        places = places[np.argsort(self._case[places], kind="stable")]
        case, rows = self._case[places], self._rows[places]
        again = self._kinds[places] == CODE[EventKind.REOPENING]
        at = np.arange(len(places))
        first = np.maximum.accumulate(np.where(np.append(True, case[1:] != case[:-1])[: len(at)], at, 0))
        reopened = np.maximum.accumulate(np.where(again, at, -1))
        opened = self.rows.opened[case]
        opened = np.where(reopened >= first, self._past.day[rows][reopened], opened)
        shut = np.flatnonzero(~again)
        ends, days = rows[shut], self._past.day[rows[shut]]
        planned = self.says(ends, "planned").cast(pl.Int8).fill_null(FLAG_UNKNOWN).to_numpy()
        taken = self.rows.take(case[shut], opened=opened[shut], closed=days, last=days)
        by_death = self.is_said(ends, "reason", "died")
        return CaseRows(**{**vars(taken), "planned": planned, "ended_by_death": by_death})


def urgency() -> pl.Expr:
    """Return the band of urgency of a referral: the worse of date and flag, on the day of the event.

    Source: Housing Act 1996 s.175(4) (56 days); the bands are those of the county's prevention service.
    """
    ahead = (pl.col("homeless_on") - pl.col("on")).dt.total_days()
    already = pl.col("homeless").fill_null(value=False) | (ahead < 0).fill_null(value=False)
    return (
        pl.when(already)
        .then(pl.lit("already"))
        .when(ahead > CRISIS_DAYS)
        .then(pl.lit(">56"))
        .when(ahead >= 0)
        .then(pl.lit("0–56"))
        .otherwise(pl.lit("unknown"))
    )
