"""The ground figures stand on: which events they are computed from, for whom, and who may be named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from bnl.consent.decide import ask
from bnl.consent.decision import Decision
from bnl.domain.actor import Actor
from bnl.domain.identifiers import Handle, PersonId, RecordId
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Denied, InvalidValue
from bnl.indicators.casework import Casework
from bnl.indicators.history import History, Known
from bnl.register.bounds import pairs_in_review, pairs_told
from bnl.register.clock import civil_day
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.register.linkage import Pair
from bnl.register.listing import seen_by
from bnl.register.masks import mask_of, masks_of
from bnl.register.release import Exit, events_of, own_handle
from bnl.register.reporting import known_to
from bnl.storage.unit_of_work import UnitOfWork

Value = tuple[RecordId, str, datetime | None, str | tuple[str, ...]]
"""A record, a field, when it was received if that may be told, and what it says."""


class Reach(StrEnum):
    """What a figure is computed from."""

    SEEN = "from events you may see"
    COUNTY = "from everything in the register"
    OFFICIAL = "official: from everything, small numbers suppressed, nobody named"


@dataclass(repr=False)
class Ground:
    """What one call's figures are computed from.

    Args:
        core: The register's state.
        unit: The open unit of work.
        reach: How far the events go.
        past: The events, as known at the moment asked for.
        memberships: Households, likewise.
        known_as_of: That moment; None for now.
        position: How many log entries were known.
        today: Today in Europe/London.
        pairs: Pairs of records in review, if the asker may know how uncertain a headcount is.
        known: Of official figures, the people whom the asker's agency knows and can take off by itself.
    """

    core: Core
    unit: UnitOfWork
    reach: Reach
    past: History
    memberships: pl.DataFrame
    known_as_of: Known
    position: int
    today: date
    pairs: tuple[Pair, ...] | None
    known: frozenset[str] = frozenset()
    _exit: Exit | None = None
    _decisions: Mapping[PersonId, Decision] = field(default_factory=dict)
    _masks: Mapping[PersonId, Mapping[RecordId, int]] = field(default_factory=dict)
    _named: dict[str, Handle | None] = field(default_factory=dict)
    _work: Casework | None = None
    _values: dict[PersonId, list[Value]] = field(default_factory=dict)

    @property
    def official(self) -> bool:
        """Whether figures are to be printed as official ones: suppressed, nobody named."""
        return self.reach is Reach.OFFICIAL

    @property
    def work(self) -> Casework:
        """The casework behind the figures of cases."""
        if self._work is None:
            self._work = Casework(self.past, self.memberships)
        return self._work

    def decision(self, person_id: str) -> Decision | None:
        """Return the decision about somebody who exists for the asker."""
        return self._decisions.get(PersonId(person_id))

    def name(self, person_id: str) -> Handle | None:
        """Return the asker's handle of a person and note what is handed over; None if not to be named."""
        if person_id not in self._named:
            self._named[person_id] = self._handle(PersonId(person_id))
        return self._named[person_id]

    def names(self, people: Iterable[str]) -> tuple[Handle, ...]:
        """Return the handles of those who may be named, one for each time somebody is given, sorted."""
        return tuple(sorted(handle for one in people if (handle := self.name(one)) is not None))

    def said(self, person_id: str, field_name: str) -> list[tuple[date, str | tuple[str, ...]]]:
        """Return what is said of a person under one field, as far as the asker may see it, with the days.

        For official figures everything counts, for they name nobody; otherwise it is noted as handed over.
        A day that is not the asker's to know is the first there is.
        """
        person = PersonId(person_id)
        records = self.core.snapshot.records_of(person)
        if self.official:
            values = [(r.received_at, getattr(r.fields, field_name)) for r in records]
            return [(civil_day(at), value) for at, value in values if value]
        decision = self._decisions.get(person)
        if decision is None or self._exit is None:
            return []
        if person not in self._values:
            told = {(r, v.field): (v.received_at, v.value) for r, v in self._exit.values(person, decision)}
            self._values[person] = [(r, name, at, value) for (r, name), (at, value) in told.items()]
        found = []
        for record_id, name, at, value in self._values[person]:
            if name == field_name:
                self._exit.note_masks(decision, {record_id: mask_of([field_name])})
                found.append((civil_day(at) if at else date.min, value))
        return found

    def _handle(self, person_id: PersonId) -> Handle | None:
        decision = self._decisions.get(person_id)
        if decision is None or self._exit is None:
            return None
        masks = self._masks.get(person_id)
        if masks is None:
            masks = masks_of(events_of(self.core, person_id))
        self._exit.note_masks(decision, masks)
        return own_handle(self.core, self._exit.request.actor.agency_id, person_id, decision)


@contextmanager
def grounded(
    core: Core, actor: Actor, purpose: Purpose, code: str, known_as_of: Known = None
) -> Iterator[Ground]:
    """Open the ground for the figures of one call; leaving it writes the entry and commits.

    For statistics everything counts and nobody is named; for stewardship everything counts and whoever may be
    seen is named; for any other purpose only events the asker may see count.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why.
        code: Code of the call, for the entry.
        known_as_of: Only what was known then.

    Raises:
        Denied: The agreement lets nobody in this role do so, or the purpose is no purpose for figures.
    """
    _require_moment(known_as_of)
    with core.change(events=True) as uow:
        if purpose is Purpose.STATISTICS:
            require_reporter(core, actor)
            yield _county(core, uow, actor, Reach.OFFICIAL, known_as_of)
            core.journal.write(uow, actor, Act(code, purpose.value))
            return
        if purpose is Purpose.SUBJECT_ACCESS:
            advice = "Ask for the one person, by handle."
            raise Denied(
                "Figures are not what a person may ask for about themselves.", advice, reasons=("purpose",)
            )
        request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
        way_out = Exit(core, uow, request)
        if purpose is Purpose.STEWARDSHIP:
            require_steward(core, actor)
            ground = _county(core, uow, actor, Reach.COUNTY, known_as_of)
            ground._decisions = dict(way_out.visible(core.snapshot.people()))
        else:
            ground = _seen(core, uow, way_out, known_as_of)
        ground._exit = way_out
        yield ground
        core.journal.write(uow, actor, way_out.act(code))


def require_reporter(core: Core, actor: Actor) -> None:
    """Raise unless the agreement lets an actor report official figures.

    Raises:
        Denied: It does not.
    """
    if not core.may(actor, Action.REPORT, Purpose.STATISTICS):
        advice = "Ask the steward: the agreement names the roles that may."
        raise Denied("This role may not report figures.", advice, reasons=("no_clause",))


def require_steward(core: Core, actor: Actor) -> None:
    """Raise unless the agreement lets an actor look at everything in the register to keep it right.

    Raises:
        Denied: It does not.
    """
    if not core.may(actor, Action.VIEW, Purpose.STEWARDSHIP):
        advice = "Sign in as a steward whom the agreement names, or for a purpose of your own work."
        raise Denied("This role does not keep the list.", advice, reasons=("no_clause",))


def _require_moment(known_as_of: Known) -> None:
    if isinstance(known_as_of, datetime) and known_as_of.tzinfo is None:
        raise InvalidValue("The moment of knowledge has no zone.", "Give it in UTC, or a log position.")


def _county(core: Core, uow: UnitOfWork, actor: Actor, reach: Reach, known_as_of: Known) -> Ground:
    events, snapshot = core.county_events, core.snapshot
    return Ground(
        core=core,
        unit=uow,
        reach=reach,
        past=events.past(snapshot, uow, known_as_of),
        memberships=events.memberships(snapshot, uow, known_as_of),
        known_as_of=known_as_of,
        position=snapshot.position,
        today=civil_day(core.clock()),
        pairs=pairs_in_review(core) if reach is Reach.OFFICIAL else pairs_told(core, actor),
        known=known_to(core, uow, actor.agency_id, known_as_of) if reach is Reach.OFFICIAL else frozenset(),
    )


def _seen(core: Core, uow: UnitOfWork, way_out: Exit, known_as_of: Known) -> Ground:
    seen = seen_by(way_out)
    actor = way_out.request.actor
    memberships = seen.memberships
    if isinstance(known_as_of, datetime):
        memberships = memberships.filter(pl.col("recorded_at") <= known_as_of)
    return Ground(
        core=core,
        unit=uow,
        reach=Reach.SEEN,
        past=seen.past(known_as_of),
        memberships=memberships,
        known_as_of=known_as_of,
        position=core.snapshot.position,
        today=civil_day(core.clock()),
        pairs=pairs_told(core, actor),
        _decisions=seen.decisions,
        _masks=seen.masks,
    )
