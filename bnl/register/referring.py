"""Referrals: a person's data handed to another agency, which acknowledges it; the duty to refer too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from bnl.consent.decide import ask, decide
from bnl.consent.sides import is_duty_to_refer
from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled
from bnl.domain.event import Event, EventKind, category_of
from bnl.domain.identifiers import (
    EVENT,
    RECEIPT,
    TASK,
    AgencyId,
    EventId,
    Handle,
    RecordId,
    TaskId,
    new_id,
)
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Conflict, Denied, NotFound
from bnl.register.clock import civil_day
from bnl.register.core import Core
from bnl.register.exporting import issue, sending
from bnl.register.facts import own_record_facts
from bnl.register.journal import Act
from bnl.register.linkage import CLOSED, OPEN
from bnl.register.masks import masks_of
from bnl.register.receipts import lines_of, sending_again, sent_records
from bnl.register.recording import own_record
from bnl.register.release import Exit, PersonView, opened
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

REFERRAL = "referral"


@dataclass(frozen=True, slots=True, repr=False)
class Referral(Unpickled):
    """One referral, as its sender or its recipient may see it.

    Args:
        referral_id: Give it back to acknowledge it.
        sender: The agency that sent it.
        recipient: The agency it was sent to.
        purpose: Why.
        at: When (UTC, ISO 8601).
        duty: Whether it is a notification under the duty to refer.
        acknowledged_at: When the recipient acknowledged it (UTC, ISO 8601); empty while it has not.
        handle: What the sender knows the person by; empty on the recipient's side.
        person: What was sent, as far as it may still be seen; None on the sender's side, and where what it
            rested on has ended.
    """

    referral_id: TaskId
    sender: AgencyId
    recipient: AgencyId
    purpose: str
    at: str
    duty: bool
    acknowledged_at: str
    handle: Handle | None
    person: PersonView | None

    def __repr__(self) -> str:
        return f"Referral({self.referral_id}, …)"


def refer(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    handle: str,
    recipient: AgencyId,
    *,
    fields: Iterable[str] | None,
    receipts: Iterable[str],
) -> TaskId:
    """Refer a person to another agency.

    Decided for the sender's referral and again for the recipient's view; noted on the sender's own record as
    an event. From a body named in the regulations to a housing authority it is a notification under the duty
    to refer and needs its three conditions.

    Args:
        core: The register's state.
        actor: Who refers.
        purpose: Why.
        handle: The person; the agency must hold a record of its own.
        recipient: To whom.
        fields: Which fields; all that may be sent if not given.
        receipts: Receipts under which the agency holds what it passes on of others.

    Returns:
        Id of the referral.

    Raises:
        NotFound: There is no such person, or the agency has no record of them.
        Denied: Nothing may be sent, or the recipient or a field is not known.

    Source: Housing Act 1996 s.213B; Homelessness Code of Guidance, chapter 4.
    """
    receipt_id, referral_id = new_id(RECEIPT), TaskId(new_id(TASK))
    request = sending(core, actor, Action.REFER, purpose, recipient, fields, receipts, receipt_id)
    with opened(core, request, "refer") as way_out:
        record_id = own_record(core, actor, handle)
        duty = is_duty_to_refer(request, core.policy)
        found = [
            one for one in way_out.visible([core.snapshot.person(record_id)]) if record_id in one[1].records
        ]
        if not found:
            raise _nothing_to_send(duty=duty)
        way_out.view(*found[0])
        issue(way_out, receipt_id, [decision for _, decision in found])
        _keep(way_out, referral_id, record_id, receipt_id, duty=duty)
    return referral_id


def referrals_sent(core: Core, actor: Actor, purpose: Purpose) -> list[Referral]:
    """Show the referrals of the actor's agency, and which are acknowledged; oldest first."""
    with core.change() as uow:
        tasks = [task for task in _referrals(core) if task.data["agency"] == actor.agency_id]
        subjects = dict.fromkeys((RecordId(str(task.data["record"])) for task in tasks), 0)
        details = {"shown": len(tasks)}
        act = Act("referral.sent", purpose.value, subjects=subjects, details=details)
        core.journal.write(uow, actor, act)
        handle = core.handles.handle
        return [
            _referral(task, handle(actor.agency_id, RecordId(str(task.data["record"]))), None)
            for task in tasks
        ]


def referrals_received(core: Core, actor: Actor, purpose: Purpose) -> list[Referral]:
    """Show the referrals sent to the actor's agency for the session's purpose, oldest first.

    What is shown was sent, has not been said otherwise since, and could be sent again now: what has ended
    since, on either side, is closed.
    """
    with core.change() as uow:
        mine = (actor.agency_id, purpose.value)
        tasks = [task for task in _referrals(core) if (task.data["for"], task.data["purpose"]) == mine]
        shown, act = [], Act("referral.received", purpose.value, details={"shown": len(tasks)})
        subjects: dict[RecordId, int] = {}
        grants: set[str] = set()
        for task in tasks:
            person, way_out = _as_sent(core, uow, task)
            for record_id, mask in way_out.subjects.items():
                subjects[record_id] = subjects.get(record_id, 0) | mask
            grants |= way_out.grants
            act = act._replace(basis=act.basis or way_out.basis)
            shown.append(_referral(task, None, person))
        core.journal.write(uow, actor, act._replace(subjects=subjects, grants=grants))
        return shown


def acknowledge(core: Core, actor: Actor, purpose: Purpose, referral_id: TaskId, handle: str) -> None:
    """Acknowledge a referral sent to the actor's agency.

    Args:
        core: The register's state.
        actor: Who acknowledges it.
        purpose: Why; the referral's own purpose.
        referral_id: The referral.
        handle: The agency's own record of the person, on which it is noted; empty if there is none yet.

    Raises:
        NotFound: There is no such referral for this agency and purpose, or no own record under the handle.
        Denied: Nothing lets the agency note it on its record.
        Conflict: It was acknowledged already.
    """
    with core.change() as uow:
        task = core.snapshot.tasks.get(referral_id)
        mine = (REFERRAL, actor.agency_id, purpose.value)
        if task is None or (task.data.get("kind"), task.data.get("for"), task.data.get("purpose")) != mine:
            raise NotFound("There is no such referral.", "Ask for those received again.")
        if task.data["state"] != OPEN:
            raise Conflict("This referral was acknowledged already.")
        subjects: dict[RecordId, int] = {}
        if handle:
            record_id = own_record(core, actor, handle)
            _require_collect(core, actor, purpose, record_id)
            subjects = _note_acknowledged(core, uow, actor, record_id, task)
        done = task.data | {
            "state": CLOSED,
            "closed_by": actor.user_id,
            "closed_at": core.clock().isoformat(),
        }
        uow.tasks.add_many([Document(key=task.key, data=done)])
        details = {"task": task.key}
        act = Act("referral.acknowledge", purpose.value, subjects=subjects, details=details)
        core.journal.write(uow, actor, act)


def _referrals(core: Core) -> list[Document]:
    found = [task for task in core.snapshot.tasks.values() if task.data.get("kind") == REFERRAL]
    return sorted(found, key=lambda task: (str(task.data["at"]), task.key))


def _referral(task: Document, handle: Handle | None, person: PersonView | None) -> Referral:
    data = task.data
    return Referral(
        referral_id=TaskId(task.key),
        sender=AgencyId(str(data["agency"])),
        recipient=AgencyId(str(data["for"])),
        purpose=str(data["purpose"]),
        at=str(data["at"]),
        duty=bool(data["duty"]),
        acknowledged_at=str(data.get("closed_at", "")),
        handle=handle,
        person=person,
    )


def _as_sent(core: Core, uow: UnitOfWork, task: Document) -> tuple[PersonView | None, Exit]:
    receipt = core.snapshot.receipts[str(task.data["receipt"])]
    record_id = RecordId(str(task.data["record"]))
    way_out = Exit(core, uow, sending_again(core, receipt, core.snapshot.receipts_of.get(record_id, set())))
    records = sent_records(core, lines_of(receipt))
    if not records:
        return None, way_out
    person_id = core.snapshot.person(record_id)
    found = [one for one in way_out.visible([person_id]) if record_id in one[1].records]
    return (way_out.view_of(records, *found[0]) if found else None), way_out


def _keep(way_out: Exit, referral_id: TaskId, record_id: RecordId, receipt_id: str, *, duty: bool) -> None:
    """Store the referral and note it as an event on the sender's own record."""
    core, request = way_out.core, way_out.request
    actor, recipient = request.actor, str(request.recipient)
    data: dict[str, JsonValue] = {
        "kind": REFERRAL,
        "state": OPEN,
        "for": recipient,
        "agency": actor.agency_id,
        "user": actor.user_id,
        "purpose": request.purpose.value,
        "record": record_id,
        "receipt": receipt_id,
        "duty": duty,
        "at": request.moment.isoformat(),
    }
    way_out.uow.tasks.add_many([Document(key=referral_id, data=data)])
    event = _event(core, request.actor, record_id, EventKind.REFERRAL, {"case": referral_id})
    if duty:
        event = _event(core, request.actor, record_id, EventKind.DUTY_TO_REFER, {"ref": referral_id})
    way_out.uow.events.add_many([event.model_copy(update={"data": event.data | {"to_agency": recipient}})])
    way_out.details["task"] = referral_id


def _note_acknowledged(
    core: Core, uow: UnitOfWork, actor: Actor, record_id: RecordId, task: Document
) -> dict[RecordId, int]:
    if task.data["duty"]:
        event = _event(core, actor, record_id, EventKind.DUTY_ACKNOWLEDGED, {"ref": task.key})
    else:
        data: dict[str, str | int | bool] = {"case": task.key, "from_agency": str(task.data["agency"])}
        event = _event(core, actor, record_id, EventKind.REFERRAL, data)
    uow.events.add_many([event])
    return masks_of([event])


def _event(
    core: Core, actor: Actor, record_id: RecordId, kind: EventKind, data: dict[str, str | int | bool]
) -> Event:
    now = core.clock()
    return Event(
        event_id=EventId(new_id(EVENT)),
        record_id=record_id,
        agency_id=actor.agency_id,
        kind=kind,
        occurred_on=civil_day(now),
        recorded_at=now,
        data=data,
    )


def _require_collect(core: Core, actor: Actor, purpose: Purpose, record_id: RecordId) -> None:
    request: Request = ask(actor=actor, action=Action.COLLECT, purpose=purpose, moment=core.clock())
    decision = decide(request, own_record_facts(core.snapshot, record_id), core.policy)
    if not decision.permits(record_id, category_of(EventKind.REFERRAL)):
        advice = "Acknowledge it without a handle, or ask the steward which clause should cover it."
        raise Denied("Nothing lets this agency note it on its record.", advice, reasons=("not_shared",))


def _nothing_to_send(*, duty: bool) -> Denied:
    if duty:
        advice = (
            "Record a permit of the person with all three: that they agree to be referred, that their "
            "contact details are passed on, and the housing authority they chose."
        )
        return Denied("The duty to refer has its three conditions.", advice, reasons=("not_shared",))
    advice = "Record what the person agreed to, or ask the steward whether the agreement covers this."
    return Denied("Nothing may be sent to this agency for this purpose.", advice, reasons=("not_shared",))
