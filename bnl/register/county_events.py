"""The county's events as one frame, kept from call to call and brought up with the snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import polars as pl

from bnl.domain.event import Event
from bnl.domain.household import Membership
from bnl.domain.identifiers import HouseholdId, PersonId, RecordId
from bnl.domain.link import Link
from bnl.indicators.frame import CORE, DATA, events_frame, frame_from_columns, memberships_frame
from bnl.indicators.history import History, Known, history
from bnl.register.snapshot import Snapshot
from bnl.storage.kind import Stored
from bnl.storage.unit_of_work import ReadUnit

MOST_KEPT = 4


class CountyEvents:
    """Every event of the register in one frame, for figures that count everybody.

    It is made once and then kept up: only new events are laid out, and nothing is sorted anew unless
    something happened. Nothing here is scoped; what is shown to anybody is decided elsewhere.
    """

    def __init__(self) -> None:
        self._taken: dict[RecordId, int] = {}
        self._base: pl.DataFrame | None = None
        self._stamp = -1
        self._pasts: dict[Known, History] = {}
        self._links: list[Stored[Link]] = []
        self._read = 0

    def past(self, snapshot: Snapshot, unit: ReadUnit, known_as_of: Known = None) -> History:
        """Return the history of all events, each under the person its record belonged to at that moment.

        Args:
            snapshot: The state of the register, events included.
            unit: The open unit, to read the links of earlier moments.
            known_as_of: An instant (UTC), a log position, or None for what is known now.
        """
        if self._stamp != snapshot.happened:
            self._bring_up(snapshot)
        kept = self._pasts.get(known_as_of)
        if kept is None:
            if len(self._pasts) >= MOST_KEPT:
                self._pasts.pop(next(known for known in self._pasts if known is not None))
            kept = history(self._linked(snapshot, unit, known_as_of), known_as_of)
            self._pasts[known_as_of] = kept
        return kept

    def memberships(self, snapshot: Snapshot, unit: ReadUnit, known_as_of: Known = None) -> pl.DataFrame:
        """Return the frame of all household memberships as known at a moment, by the links of that moment."""
        if known_as_of is None:
            said = [m for held in snapshot.memberships.values() for m in held.values()]
            return memberships_frame(said, snapshot.person_of)
        return memberships_frame(
            memberships_known(unit, snapshot, known_as_of), self.links_at(snapshot, unit, known_as_of)
        )

    def links_at(self, snapshot: Snapshot, unit: ReadUnit, known_as_of: Known) -> Mapping[RecordId, PersonId]:
        """Return the person each record belonged to at a moment; a record not named was its own."""
        if known_as_of is None:
            return snapshot.person_of
        if self._read < unit.position:
            self._links += unit.links.since(self._read).rows
            self._read = unit.position
        return {
            RecordId(one.noun.record_id): one.noun.person_id
            for one in self._links
            if known_by(one.sequence, one.noun.at, known_as_of)
        }

    def _bring_up(self, snapshot: Snapshot) -> None:
        fresh: list[Event] = []
        gone = self._taken.keys() - snapshot.events.keys()
        for record_id, events in snapshot.events.items():
            taken = self._taken.get(record_id, 0)
            fresh += events[taken:]
            self._taken[record_id] = len(events)
        for record_id in gone:
            del self._taken[record_id]
        base = self._base
        if base is not None and gone:
            base = base.filter(~pl.col("record_id").is_in(list(gone)))
        if base is None or fresh:
            laid = events_frame(fresh, {}).select(*CORE, *DATA)
            base = laid if base is None else pl.concat([base, laid])
        self._base, self._stamp = base, snapshot.happened
        self._pasts.clear()

    def _linked(self, snapshot: Snapshot, unit: ReadUnit, known_as_of: Known) -> pl.DataFrame:
        base = events_frame([], {}) if self._base is None else self._base
        records = [RecordId(record_id) for record_id in base["record_id"].unique().to_list()]
        owner = self.links_at(snapshot, unit, known_as_of)
        homes = households_of(snapshot, records)
        named = pl.DataFrame(
            {
                "record_id": records,
                "person_id": [owner.get(record_id, record_id) for record_id in records],
                "household_id": [homes.get(record_id) for record_id in records],
            },
            schema={name: CORE[name] for name in ("record_id", "person_id", "household_id")},
        )
        told = base.select(*CORE, *DATA).drop("person_id", "household_id")
        return frame_from_columns(told.join(named, on="record_id", how="left", maintain_order="left"))


def households_of(snapshot: Snapshot, records: Iterable[RecordId]) -> dict[RecordId, HouseholdId]:
    """Return the household each record joined last, of those that ever joined one."""
    found = {}
    for record_id in records:
        held = snapshot.memberships.get(record_id)
        if held:
            found[record_id] = max(held.values(), key=lambda m: (m.starts_on, m.household_id)).household_id
    return found


def memberships_known(unit: ReadUnit, snapshot: Snapshot, known_as_of: datetime | int) -> list[Membership]:
    """Return the memberships as they were said at a moment, those of erased records left out."""
    newest: dict[tuple[HouseholdId, RecordId], Membership] = {}
    for stored in unit.memberships.since().rows:
        said = stored.noun
        if said.record_id in snapshot.arrival and known_by(stored.sequence, said.recorded_at, known_as_of):
            newest[said.household_id, said.record_id] = said
    return list(newest.values())


def known_by(sequence: int, at: datetime, moment: datetime | int) -> bool:
    """Tell whether something written by an entry at an instant was known at a moment."""
    return sequence <= moment if isinstance(moment, int) else at <= moment
