"""The only exit for personal data held in a register: decide, redact, log, commit, hand over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from bnl.consent.decide import ask, decide_many
from bnl.consent.decision import Decision
from bnl.consent.obligations import Obligation
from bnl.consent.redact import Released, ReleasedEvent, ReleasedValue, redact, redact_events
from bnl.domain.actor import Actor
from bnl.domain.audit import Decision as Verdict
from bnl.domain.base import Unpickled
from bnl.domain.event import Event
from bnl.domain.identifiers import AgencyId, Handle, PersonId, RecordId
from bnl.domain.record import SourceRecord
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.errors import NotFound
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.register.masks import mask_of, masks_of
from bnl.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, repr=False)
class PersonView(Unpickled):
    """One person as one actor may see them, for one purpose, at one moment.

    Args:
        handle: What the actor's agency knows the person by; give it back to ask for more.
        golden: The best value of each field among those the actor may see, by field name.
        values: Every value the actor may see, each with the agency it came from.
        withheld: Field categories that are not the actor's to see; what is in none of these and has no
            value is not known.
        events: Events the actor may see, oldest first; empty where none were asked for.
        obligations: What comes with the data: no onward disclosure, purpose, expiry, receipt.
    """

    handle: Handle
    golden: Mapping[str, ReleasedValue]
    values: tuple[ReleasedValue, ...]
    withheld: frozenset[FieldCategory]
    events: tuple[ReleasedEvent, ...]
    obligations: tuple[str, ...]

    def value(self, name: str) -> str | tuple[str, ...] | None:
        """Return the best value of a field, or None: see `withheld` for why there is none."""
        found = self.golden.get(name)
        return None if found is None else found.value

    def __repr__(self) -> str:
        return f"PersonView({self.handle}, …)"


@dataclass(slots=True)
class Exit:
    """One opened exit: decides, redacts, and remembers what is handed over for the entry.

    Args:
        core: The register's state.
        uow: The open unit of work.
        request: What was asked.
    """

    core: Core
    uow: UnitOfWork
    request: Request
    subjects: dict[RecordId, int] = field(default_factory=dict)
    grants: set[str] = field(default_factory=set)
    details: dict[str, str | int] = field(default_factory=dict)
    partial: bool = False
    basis: str = ""

    @property
    def receiver(self) -> AgencyId:
        """The agency that gets what is handed over, whose handles it bears: the recipient, or who asks."""
        return self.request.recipient or self.request.actor.agency_id

    def visible(self, people: Iterable[PersonId]) -> Iterator[tuple[PersonId, Decision]]:
        """Return those people who exist for the actor, in the order given, each with the decision."""
        compiled = {person_id: self.core.compiled(person_id) for person_id in people}
        decisions = decide_many(self.request, list(compiled.values()), self.core.policy)
        for person_id, decision in zip(compiled, decisions, strict=True):
            if decision.exists:
                yield person_id, decision

    def behind(self, handle: str) -> tuple[PersonId, Decision] | None:
        """Return the person a handle of the asker's agency opens (see `opens`), with the decision."""
        agency_id = self.request.actor.agency_id
        for person_id, decision in self.visible(person_behind(self.core, agency_id, handle)):
            if opens(self.core, agency_id, handle, decision):
                return person_id, decision
        return None

    def view(self, person_id: PersonId, decision: Decision, events: Sequence[Event] = ()) -> PersonView:
        """Redact one person and note what is handed over."""
        return self.view_of(self.core.snapshot.records_of(person_id), person_id, decision, events)

    def view_of(
        self,
        records: Sequence[SourceRecord],
        person_id: PersonId,
        decision: Decision,
        events: Sequence[Event] = (),
    ) -> PersonView:
        """Redact what some records of a person say, for example as they were when they were sent."""
        return self._view(
            own_handle(self.core, self.receiver, person_id, decision), records, decision, events
        )

    def view_record(self, record_id: RecordId, decision: Decision) -> PersonView:
        """Redact one source record alone, as a reviewer compares it with another."""
        handle = self.core.handles.handle(self.request.actor.agency_id, record_id)
        found = self.core.snapshot.records.get(record_id)
        return self._view(handle, [] if found is None else [found], decision)

    def _view(
        self,
        handle: Handle,
        records: Sequence[SourceRecord],
        decision: Decision,
        events: Sequence[Event] = (),
    ) -> PersonView:
        released = redact(decision, records, events, self.core.handles.handle)
        self._note(decision, released)
        return PersonView(
            handle=handle,
            golden=released.golden,
            values=released.values,
            withheld=released.withheld,
            events=tuple(_without_ids(one) for one in released.events),
            obligations=tuple(_obligation(one) for one in decision.obligations),
        )

    def said(self, version: SourceRecord, decision: Decision) -> dict[str, str | tuple[str, ...]]:
        """Return what one version of a record said, by field, as far as it may be seen, and note it."""
        released = redact(decision, [version], (), self.core.handles.handle)
        self._note(decision, released)
        return {value.field: value.value for value in released.values}

    def note_events(self, decision: Decision, events: Iterable[Event]) -> None:
        """Note events whose substance is handed over otherwise than in a view, such as a status."""
        self.note_masks(decision, masks_of(events))

    def note_masks(self, decision: Decision, masks: Mapping[RecordId, int]) -> None:
        """Note what is handed over of some records otherwise than in a view, by field mask."""
        if not self.basis and decision.bases:
            self.basis = decision.bases[0].value
        self.grants.update((*decision.clause_ids, *decision.grant_ids))
        for record_id, mask in masks.items():
            self.subjects[record_id] = self.subjects.get(record_id, 0) | mask

    def seen_events(self, person_id: PersonId, decision: Decision) -> list[Event]:
        """Return the events of a person as the actor may see them, for figures computed from them."""
        events = events_of(self.core, person_id)
        return [one.event for one in redact_events(decision, events, self.core.handles.handle)]

    def seen_rows(self, person_id: PersonId, decision: Decision) -> list[dict[str, object]]:
        """Return the values of a person that the actor may see, a row for each record, to be searched.

        What is hidden for another member of the household is not among them: searching would confirm it.
        """
        rows = []
        for record in self.core.snapshot.records_of(person_id):
            released = redact(decision, [record], (), self.core.handles.handle)
            if released.values:
                row: dict[str, object] = {"record_id": record.record_id, "agency": record.agency_id}
                rows.append(row | {value.field: value.value for value in released.values})
        return rows

    def values(self, person_id: PersonId, decision: Decision) -> list[tuple[RecordId, ReleasedValue]]:
        """Return the values of a person that the actor may see, the best of each field before the others.

        The caller notes those it hands over.
        """
        records = self.core.snapshot.records_of(person_id)
        released = redact(decision, records, (), self.core.handles.handle)
        agency_id, book = self.request.actor.agency_id, self.core.handles
        record_of = {book.handle(agency_id, r.record_id): r.record_id for r in records}
        return [(record_of[one.handle], one) for one in (*released.golden.values(), *released.values)]

    def act(self, code: str) -> Act:
        """Return what the entry of this call tells: what was handed over, and what let it be."""
        return Act(
            action=code,
            purpose=self.request.purpose.value,
            basis=self.basis,
            decision=_verdict(self),
            grants=self.grants,
            subjects=self.subjects,
            details={"role": self.request.actor.role.value} | self.details,
        )

    def _note(self, decision: Decision, released: Released) -> None:
        self.partial = self.partial or bool(released.withheld)
        masks = dict.fromkeys(decision.records, mask_of(events=[FieldCategory.EXISTENCE]))
        record_of = dict(zip(released.handles, decision.records, strict=True))
        for value in released.values:
            masks[record_of[value.handle]] |= mask_of([value.field])
        self.note_masks(decision, masks)
        self.note_events(decision, [one.event for one in released.events])


@contextmanager
def opened(core: Core, request: Request, code: str, *, events: bool = False) -> Iterator[Exit]:
    """Open the exit for one call; leaving it writes the entry and commits, then the data may be returned.

    Args:
        core: The register's state.
        request: What is asked.
        code: Code of the call, for the entry.
        events: Whether events are needed.
    """
    with core.change(events=events) as uow:
        way_out = Exit(core, uow, request)
        yield way_out
        core.journal.write(uow, request.actor, way_out.act(code))


def show_person(
    core: Core, actor: Actor, purpose: Purpose, handle: str, *, code: str = "view", events: bool = False
) -> PersonView:
    """Show one person by a handle of the actor's agency.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why.
        handle: The handle.
        code: Code of the call, for the entry.
        events: Whether events are shown too.

    Raises:
        NotFound: There is no such person, or not for this actor.
    """
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    with opened(core, request, code, events=events) as way_out:
        shown = None
        if found := way_out.behind(handle):
            shown = way_out.view(*found, events_of(core, found[0]) if events else ())
    if shown is None:
        raise unknown_handle()
    return shown


def opens(core: Core, agency_id: AgencyId, handle: str, decision: Decision) -> bool:
    """Tell whether a handle opens a person: its own record must be one the actor may know of.

    Otherwise an old handle would tell that the hidden record behind it has been linked to a visible one.
    """
    return core.handles.record(agency_id, handle) in decision.records


def _obligation(one: Obligation) -> str:
    return f"{one.kind.value}: {one.value}" if one.value else one.kind.value


def _without_ids(one: ReleasedEvent) -> ReleasedEvent:
    """Return an event that names its record by the asker's handle: record ids stay within the register."""
    told = one.event.model_copy(update={"record_id": RecordId(one.handle), "sequence": 0})
    return replace(one, event=told)


def unknown_handle() -> NotFound:
    """Return the error for a handle that stands for nobody the actor may know of."""
    return NotFound("There is nobody under this handle.", "Search again, or submit a record of your own.")


def person_behind(core: Core, agency_id: AgencyId, handle: str) -> list[PersonId]:
    """Return the person behind a handle of an agency, or nothing."""
    record_id = core.handles.record(agency_id, handle)
    return [] if record_id is None else [core.snapshot.person(record_id)]


def events_of(core: Core, person_id: PersonId) -> list[Event]:
    """Return the events of a person, in the order of their days and of the log."""
    found = [
        e for record in core.snapshot.members.get(person_id, ()) for e in core.snapshot.events.get(record, ())
    ]
    return sorted(found, key=lambda event: (event.occurred_on, event.sequence, event.event_id))


def own_handle(core: Core, agency_id: AgencyId, person_id: PersonId, decision: Decision) -> Handle:
    """Return the handle for a person: of the agency's own oldest record, else the oldest visible one."""
    visible = set(decision.records)
    records = [r for r in core.snapshot.records_of(person_id) if r.record_id in visible]
    own = [record for record in records if record.agency_id == agency_id]
    chosen = (own or records)[0].record_id if records else min(visible)
    return core.handles.handle(agency_id, chosen)


def _verdict(way_out: Exit) -> Verdict:
    if not way_out.subjects:
        return "deny"
    return "partial" if way_out.partial else "permit"
