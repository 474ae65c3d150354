"""Capacity: when a person could not decide for themselves, as an agency assessed it, on its own record."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import JsonValue

from bnl.consent.decide import ask, decide
from bnl.domain.actor import Actor
from bnl.domain.identifiers import RecordId, new_id
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.register.core import Core
from bnl.register.facts import own_record_facts
from bnl.register.journal import Act
from bnl.register.masks import mask_of
from bnl.register.recording import own_record
from bnl.register.vitals import CAPACITY
from bnl.storage.documents import Document

FINDING = "cap"


def record_incapacity(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    handle: str,
    *,
    starts: datetime,
    ends: datetime | None,
    evidence: str,
    corrects: str,
    withdrawn: bool,
) -> str:
    """Record that a person could not decide for themselves for a stretch of time.

    While it lasts what the person permitted themselves sleeps; what others decided for them and every refusal
    stands. It counts on every record linked to the person.

    Args:
        core: The register's state.
        actor: Who records it.
        purpose: Why.
        handle: The person; the agency must hold a record of its own.
        starts: First instant (UTC).
        ends: First instant after the last (UTC); None while it lasts.
        evidence: Reference of the assessment.
        corrects: A finding that this one replaces; empty if none.
        withdrawn: The finding it corrects is withdrawn.

    Returns:
        Id of the finding.

    Raises:
        NotFound: There is no such person, or the agency has no record of them, or no such finding on it.
        Denied: Nothing lets the agency collect health data for the purpose.
        InvalidValue: It ends before it begins, or names no assessment.

    Source: Mental Capacity Act 2005, sections 2 and 3: a finding is about deciding to share alone.
    """
    _check(starts, ends, evidence, corrects, withdrawn=withdrawn)
    with core.change() as uow:
        record_id = own_record(core, actor, handle)
        if corrects and corrects not in core.snapshot.incapacities.get(record_id, {}):
            raise NotFound(
                "There is no such finding on this record.", "Give the id that recording it returned."
            )
        _require_collect(core, actor, purpose, record_id)
        data: dict[str, JsonValue] = {
            "kind": CAPACITY,
            "starts": starts.isoformat(),
            "ends": "" if ends is None else ends.isoformat(),
            "evidence": evidence,
            "corrects": corrects,
            "withdrawn": withdrawn,
            "recorded_at": core.clock().isoformat(),
        }
        key = new_id(FINDING)
        uow.vitals.add_many([Document(key=key, data=data, parent=record_id)])
        subjects = {record_id: mask_of(events=[FieldCategory.HEALTH])}
        core.journal.write(uow, actor, Act("capacity.record", purpose.value, subjects=subjects))
    return key


def _require_collect(core: Core, actor: Actor, purpose: Purpose, record_id: RecordId) -> None:
    request = ask(actor=actor, action=Action.COLLECT, purpose=purpose, moment=core.clock())
    decision = decide(request, own_record_facts(core.snapshot, record_id), core.policy)
    if not decision.permits(record_id, FieldCategory.HEALTH):
        advice = "State the consent given for it, or ask the steward which clause should cover it."
        raise Denied("Nothing lets this agency collect health here.", advice, reasons=("not_shared",))


def _check(starts: datetime, ends: datetime | None, evidence: str, corrects: str, *, withdrawn: bool) -> None:
    for moment in (starts, ends):
        if moment is not None and moment.utcoffset() != timedelta(0):
            raise InvalidValue("A time is not in UTC.", "Give it with its zone, in UTC.")
    if ends is not None and ends <= starts:
        raise InvalidValue("It ends before it begins.", "Give the first instant after the last.")
    if not evidence.strip():
        raise InvalidValue("No assessment is named.", "Give its reference.")
    if withdrawn and not corrects:
        raise InvalidValue("Nothing is named that would be withdrawn.", "Name it in corrects.")
