"""What happened to somebody, as rows that agencies record, and the teller who writes them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from bnl.domain.event import Event, EventKind
from bnl.domain.identifiers import AgencyId, EventId, RecordId
from bnl.simulation.statements import Statement

Datum = str | int | bool
_OPENS_AT = 9
_WORKING_SECONDS = 8 * 3600


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as an agency records it, before a register has given its record an id.

    Args:
        key: Its key in the county, unique and stable.
        agency_id: Who records it.
        reference: The agency's reference of the record it is attached to.
        kind: What happened.
        occurred_on: Day on which it was true.
        recorded_at: When it was recorded (UTC).
        data: Its data, keyed as ``bnl.domain.event`` says.
        corrects: Key of the happening this one replaces, if any.
        withdrawn: The corrected one is withdrawn and nothing stands in its place.
    """

    key: str
    agency_id: AgencyId
    reference: str
    kind: EventKind
    occurred_on: date
    recorded_at: datetime
    data: dict[str, Datum]
    corrects: str | None = None
    withdrawn: bool = False


def as_events(
    happenings: Iterable[Happening], record_of: Mapping[tuple[AgencyId, str], RecordId]
) -> Iterator[Event]:
    """Turn happenings into events on records of a register.

    Args:
        happenings: What happened.
        record_of: The register's record by agency and reference; what is attached elsewhere is left out.

    Returns:
        The events in the same order, their ids made of the keys.
    """
    for one in happenings:
        record = record_of.get((one.agency_id, one.reference))
        if record is not None:
            yield Event(
                event_id=_event_id(one.key),
                record_id=record,
                agency_id=one.agency_id,
                kind=one.kind,
                occurred_on=one.occurred_on,
                recorded_at=one.recorded_at,
                data=one.data,
                corrects=_event_id(one.corrects) if one.corrects else None,
                withdrawn=one.withdrawn,
            )


def _event_id(key: str) -> EventId:
    return EventId(f"evt_{key.lower()}")


class Teller:
    """Tells one person's story: takes what happens, leaves out what cannot have, and dates what is recorded.

    Args:
        person_id: Whose story it is; the keys are made of it.
        last_day: Last day of the period; nothing happens or is recorded later.
        rng: The person's own stream.
    """

    def __init__(self, person_id: str, last_day: date, rng: Random) -> None:
        self.rng = rng
        self.last_day = last_day
        self.until = last_day + timedelta(days=1)
        self.told: list[Happening] = []
        self.leads: dict[str, tuple[Statement, str]] = {}
        self.actions: dict[str, Statement] = {}
        self._away: list[tuple[date, date, str]] = []
        self._person_id = person_id

    def away(self, start: date, end: date, reference: str) -> None:
        """Note that only one record tells of the days after ``start`` and before ``end``."""
        self._away.append((start, end, reference))

    def free(self, start: date, end: date) -> bool:
        """Tell whether no day from ``start`` to ``end`` is taken."""
        return all(end <= begins or start >= ends for begins, ends, _ in self._away)

    def tell(self, at: Statement, kind: EventKind, on: date, /, **data: Datum) -> bool:
        """Record one event, unless the story has ended by then or the person was elsewhere.

        Args:
            at: The record it is attached to.
            kind: What happened.
            on: When it was true.
            data: Its data; dates as ISO text.

        Returns:
            Whether it was recorded.
        """
        elsewhere = any(
            begins < on < ends and at.reference != reference for begins, ends, reference in self._away
        )
        if on >= self.until or elsewhere:
            return False
        self._keep_track(at, kind, data)
        self.told.append(self._row(at, kind, on, data, self._recorded(on)))
        return True

    def correct(self, wrong: Happening, *, on: date, withdrawn: bool) -> None:
        """Record that an earlier event was wrong: with another day in its place, or with nothing."""
        latest = datetime.combine(self.last_day, time(17), UTC)
        told = min(wrong.recorded_at + timedelta(days=self.rng.randrange(3, 80)), latest)
        self.told.append(
            Happening(
                key=self._key(),
                agency_id=wrong.agency_id,
                reference=wrong.reference,
                kind=wrong.kind,
                occurred_on=wrong.occurred_on if withdrawn else on,
                recorded_at=max(told, wrong.recorded_at),
                data=wrong.data,
                corrects=wrong.key,
                withdrawn=withdrawn,
            )
        )

    def let_go(self, on: date) -> None:
        """End every lead worker's charge and every action still to be done."""
        for statement, worker in list(self.leads.values()):
            self.tell(statement, EventKind.LEAD_WORKER_ENDED, on, worker=worker)
        for reference, statement in list(self.actions.items()):
            self.tell(statement, EventKind.NEXT_ACTION_DONE, on, ref=reference)

    def _keep_track(self, at: Statement, kind: EventKind, data: dict[str, Datum]) -> None:
        if kind is EventKind.LEAD_WORKER_ASSIGNED:
            self.leads[at.agency_id] = (at, str(data["worker"]))
        elif kind is EventKind.LEAD_WORKER_ENDED:
            self.leads.pop(at.agency_id, None)
        elif kind is EventKind.NEXT_ACTION:
            self.actions[str(data["ref"])] = at
        elif kind is EventKind.NEXT_ACTION_DONE:
            self.actions.pop(str(data["ref"]), None)

    def _recorded(self, on: date) -> datetime:
        draw = self.rng.random()
        late = 0 if draw < 0.9 else self.rng.randrange(1, 8) if draw < 0.97 else self.rng.randrange(8, 100)
        day = min(on + timedelta(days=late), self.last_day)
        seconds = self.rng.randrange(_WORKING_SECONDS)
        return datetime.combine(day, time(_OPENS_AT), UTC) + timedelta(seconds=seconds)

    def _row(
        self, at: Statement, kind: EventKind, on: date, data: dict[str, Datum], recorded: datetime
    ) -> Happening:
        return Happening(self._key(), at.agency_id, at.reference, kind, on, recorded, data)

    def _key(self) -> str:
        return f"{self._person_id}x{len(self.told) + 1:03d}"
