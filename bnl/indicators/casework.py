"""Casework: cases, closures and their events, computed once for all indicators that read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.case_facts import CaseFacts
from bnl.indicators.cases import CaseEvents, case_events, case_table
from bnl.indicators.history import CODE, Events, History, Known, day_number, history


@dataclass(frozen=True)
class Casework:
    """Everything the KPIs read, computed once for all of them.

    Args:
        past: The history.
        memberships: Who benefits from the service of whom, if known.
        day: Last day looked at, None for all.
    """

    past: History
    memberships: pl.DataFrame | None = None
    day: date | None = None
    _at: dict[date, Casework] = field(default_factory=dict, repr=False, compare=False)

    def until(self, day: date) -> Casework:
        """Return the casework without what happened after a day, so that no period depends on a later one."""
        if day == self.day:
            return self
        if day not in self._at:
            self._at[day] = Casework(self.past, self.memberships, day)
        return self._at[day]

    @cached_property
    def events(self) -> CaseEvents:
        """Return the events of cases."""
        if "case events" not in self.past.memo:
            self.past.memo["case events"] = case_events(self.past)
        told: CaseEvents = self.past.memo["case events"]  # type: ignore[assignment]
        return told if self.day is None else told.take(self.past.day[told.rows] <= day_number(self.day))

    def told(self, kinds: Sequence[EventKind], *columns: str) -> pl.DataFrame:
        """Return the events of cases of some kinds: ``case_id`` and columns of the history."""
        wanted = self.events.take(np.isin(self.past.kind[self.events.rows], [CODE[kind] for kind in kinds]))
        said = self.past.frame.select(columns)[wanted.rows]
        return said.select(wanted.ids.gather(wanted.case).alias("case_id"), pl.all())

    @cached_property
    def facts(self) -> CaseFacts:
        """Return what the cases say, as arrays."""
        told = self.events
        return CaseFacts(self.past, told.rows, told.case, told.ids, self.day)

    @cached_property
    def cases(self) -> pl.DataFrame:
        """Return one row per case."""
        return case_table(self.facts)


def casework(frame: Events, known_as_of: Known = None, memberships: pl.DataFrame | None = None) -> Casework:
    """Return the casework behind the KPIs, as known at a moment.

    Args:
        frame: An events frame, or a history of one.
        known_as_of: Moment of knowledge.
        memberships: A memberships frame, to count family who benefit.

    Returns:
        The casework, to be handed to `kpi` for as many periods as wanted.
    """
    return Casework(history(frame, known_as_of), memberships)
