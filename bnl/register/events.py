"""Events: what an agency says has happened, recorded on its own source record of the person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from pydantic import JsonValue

from bnl.consent.decide import ask, decide
from bnl.domain.actor import Actor
from bnl.domain.base import refuse_pickling
from bnl.domain.event import DATA_TYPE, EVENT_DATA, DataType, Event, EventKind, category_of
from bnl.domain.identifiers import EVENT, EventId, RecordId, new_id
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.register.core import Core
from bnl.register.facts import collected_without_grants, may_be_narrowed, own_record_facts
from bnl.register.journal import Act
from bnl.register.masks import mask_of
from bnl.register.recording import NotRecorded, in_chunks, own_record
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

_TYPES: dict[DataType, type] = {
    DataType.TEXT: str,
    DataType.DATE: str,
    DataType.FLAG: bool,
    DataType.NUMBER: int,
}


class Happening(NamedTuple):
    """An event as an agency reports it.

    Args:
        handle: Whom it happened to; the agency must hold a record of its own of this person.
        kind: What happened.
        occurred_on: Civil date in Europe/London on which it was true.
        data: Facts of this kind of event, see `bnl.domain.event`.
        corrects: Id of the event it replaces, if it is a correction.
        withdrawn: The event it corrects is withdrawn.
        reference: The agency's own reference of the person, in place of a handle.
    """

    handle: str
    kind: EventKind
    occurred_on: date
    data: Mapping[str, str | int | bool] = MappingProxyType({})
    corrects: EventId | None = None
    withdrawn: bool = False
    reference: str = ""

    def __repr__(self) -> str:
        return "Happening(…)"

    def __reduce__(self) -> NoReturn:
        refuse_pickling(self)


def record_events(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    happenings: Iterable[Happening],
    progress: Callable[[int], None] | None = None,
) -> tuple[list[EventId], list[NotRecorded]]:
    """Record events of the actor's agency, a chunk at a time, each chunk in one transaction.

    Args:
        core: The register's state.
        actor: Who records.
        purpose: Why the data is collected.
        happenings: What happened.
        progress: Called after each chunk with the number done.

    Returns:
        Ids of the events recorded, in order, and those that could not be, each with its reason.
    """

    def desk(uow: UnitOfWork) -> _Desk:
        return _Desk(core, uow, ask(actor=actor, action=Action.COLLECT, purpose=purpose, moment=core.clock()))

    return in_chunks(core, happenings, desk, progress)


class _Desk:
    """One chunk of events on its way into the store."""

    def __init__(self, core: Core, uow: UnitOfWork, request: Request) -> None:
        self.core, self.uow = core, uow
        self.request = request
        self.events: list[Event] = []
        self.subjects: dict[RecordId, int] = {}
        self._sequence = uow.next_sequence
        self._standing = collected_without_grants(request, core.policy)
        self._allowed: dict[RecordId, frozenset[FieldCategory]] = {}

    def take(self, happening: Happening) -> EventId:
        """Check one event and note it."""
        record_id = own_record(self.core, self.request.actor, happening.handle, happening.reference)
        _check_data(happening)
        self._require_own_event(record_id, happening)
        data = dict(happening.data)
        category = category_of(happening.kind, data)
        if not self._collects(record_id, category):
            advice = "State the consent given for it, or ask the steward which clause should cover it."
            raise Denied(f"Nothing lets this agency collect {category.value} here.", advice)
        event = Event(
            event_id=EventId(new_id(EVENT)),
            record_id=record_id,
            agency_id=self.request.actor.agency_id,
            kind=happening.kind,
            occurred_on=happening.occurred_on,
            recorded_at=self.request.moment,
            data=data,
            corrects=happening.corrects,
            withdrawn=happening.withdrawn,
            sequence=self._sequence,
        )
        self.events.append(event)
        self.subjects[record_id] = self.subjects.get(record_id, 0) | mask_of(events=[category])
        return event.event_id

    def store(self, uow: UnitOfWork) -> None:
        """Write the chunk and its entry."""
        uow.events.add_many(self.events)
        deaths = [_vital(event) for event in self.events if event.kind is EventKind.DEATH]
        uow.vitals.add_many(deaths)
        if not deaths:
            # Events are read from the log when a list first needs them; nothing else holds them.
            self.core.learn(lambda: None)
        act = Act(
            "event.record",
            self.request.purpose.value,
            subjects=self.subjects,
            details={"events": len(self.events)},
        )
        self.core.journal.write(uow, self.request.actor, act)

    def _require_own_event(self, record_id: RecordId, happening: Happening) -> None:
        """Raise unless what is corrected is an event of the same agency on the same record."""
        if happening.corrects is None:
            if happening.withdrawn:
                raise InvalidValue("Nothing is named that would be withdrawn.", "Name it in corrects.")
            return
        before = self.uow.events.get(happening.corrects)
        if before is None or before.record_id != record_id:
            raise NotFound(
                "There is no such event on this record.", "Give the id that recording it returned."
            )

    def _collects(self, record_id: RecordId, category: FieldCategory) -> bool:
        # A permit never narrows: without a forbid on the record, what stands without grants stands.
        snapshot = self.core.snapshot
        if category in self._standing and not may_be_narrowed(snapshot, record_id):
            return True
        return category in self._may_collect(record_id)

    def _may_collect(self, record_id: RecordId) -> frozenset[FieldCategory]:
        allowed = self._allowed.get(record_id)
        if allowed is None:
            facts = own_record_facts(self.core.snapshot, record_id)
            decision = decide(self.request, facts, self.core.policy)
            allowed = self._allowed[record_id] = decision.categories(record_id)
        return allowed


def _check_data(happening: Happening) -> None:
    known = EVENT_DATA[happening.kind]
    for name, value in happening.data.items():
        if name not in known:
            advice = f"It may carry {', '.join(known) or 'nothing'}; see bnl.domain.event."
            raise InvalidValue(f"An event of kind {happening.kind} carries no {name}.", advice)
        kind = DATA_TYPE[name]
        if isinstance(value, str):
            value.encode()
        if type(value) is not _TYPES[kind] or (kind is DataType.DATE and not _is_day(str(value))):
            raise InvalidValue(f"{name} is not a {kind.value}.", "Dates are written YYYY-MM-DD.")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _vital(event: Event) -> Document:
    data: dict[str, JsonValue] = {
        "occurred_on": event.occurred_on.isoformat(),
        "corrects": event.corrects or "",
        "withdrawn": event.withdrawn,
    }
    return Document(key=event.event_id, data=data, parent=event.record_id)
