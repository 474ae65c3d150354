"""Stewardship: refusals answered, corrected and lifted, and damaged grants repaired, on evidence alone."""

from __future__ import annotations

from pydantic import JsonValue, ValidationError

from bnl.consent.changes import check_ending, check_repair
from bnl.domain.actor import Actor
from bnl.domain.consent import Ending, Grant
from bnl.domain.identifiers import TASK, GrantId, RecordId, TaskId, UserId, new_id
from bnl.domain.vocabulary import Action, EndingKind, Purpose
from bnl.errors import Conflict, Denied, InvalidValue, NotFound
from bnl.register.consents import why_invalid
from bnl.register.core import Core
from bnl.register.facts import person_facts
from bnl.register.journal import Act
from bnl.register.linkage import CLOSED, OPEN
from bnl.register.sealed_texts import require_text, seal_text, sealed_text
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

LIFT_REFUSAL = "lift_refusal"


def end_refusal(
    core: Core, actor: Actor, purpose: Purpose, grant_id: GrantId, kind: EndingKind, evidence: str
) -> TaskId | None:
    """End a refusal as the steward: answer an objection, correct a record, or begin to lift a hard refusal.

    The steward acts by the id of the refusal and the evidence, and is shown nothing of the person.

    Args:
        core: The register's state.
        actor: The steward.
        purpose: Stewardship.
        grant_id: The refusal.
        kind: ``answered`` (an objection, in writing), ``corrected`` (a person's own soft refusal, on their
            word), ``lifted`` (a hard one; a second steward has to agree with `agree_to_end`).
        evidence: Reference of the answer, the person's word, or what shows that it is safe; kept sealed.

    Returns:
        The task with which a second steward agrees; None where one steward is enough.

    Raises:
        Denied: The agreement does not make this role a steward.
        NotFound: There is no such refusal.
        InvalidValue: It is not ended so.
    """
    require_steward_of_consent(core, actor, purpose)
    require_text(evidence, "evidence")
    with core.change() as uow:
        record_id = _record_of(core, grant_id)
        if kind is not EndingKind.LIFTED:
            _end(core, uow, grant_id, record_id, kind, evidence, (steward_name(actor),))
            _log(core, uow, actor, purpose, "consent.end", grant_id, record_id)
            return None
        # Whether two may lift it is told now: nobody is asked to agree to what cannot be.
        both = (steward_name(actor), UserId(f"{steward_name(actor)}+second"))
        _check(core, _ending(core, grant_id, kind, evidence, both), record_id)
        task_id = TaskId(new_id(TASK))
        data: dict[str, JsonValue] = {
            "kind": LIFT_REFUSAL,
            "state": OPEN,
            "grant": grant_id,
            "record": record_id,
            "steward": steward_name(actor),
            "at": core.clock().isoformat(),
            "text": seal_text(core, uow, actor, evidence),
        }
        uow.tasks.add_many([Document(key=task_id, data=data)])
        _log(core, uow, actor, purpose, "consent.end.ask", grant_id, record_id)
    return task_id


def agree_to_end(core: Core, actor: Actor, purpose: Purpose, task_id: TaskId) -> None:
    """Agree as the second steward that a hard refusal is lifted; from here on it binds nobody.

    Raises:
        Denied: The agreement does not make this role a steward, or it is the actor's own request.
        NotFound: There is no such request.
        Conflict: It was agreed to already.
    """
    require_steward_of_consent(core, actor, purpose)
    with core.change() as uow:
        task = core.snapshot.tasks.get(task_id)
        if task is None or task.data.get("kind") != LIFT_REFUSAL:
            raise NotFound("There is no such request.", "Give the id that asking returned.")
        first, second = UserId(str(task.data["steward"])), steward_name(actor)
        if first == second:
            advice = "Ask a second steward."
            raise Denied("Nobody agrees to their own request.", advice, reasons=("second_person",))
        if task.data["state"] != OPEN:
            raise Conflict("This was agreed to already.")
        grant_id, record_id = GrantId(str(task.data["grant"])), RecordId(str(task.data["record"]))
        evidence = sealed_text(core.snapshot, str(task.data["text"]))
        _end(core, uow, grant_id, record_id, EndingKind.LIFTED, evidence, (first, second))
        done = task.data | {"state": CLOSED, "closed_by": second}
        uow.tasks.add_many([Document(key=task.key, data=done)])
        _log(core, uow, actor, purpose, "consent.end", grant_id, record_id)


def repair_grant(core: Core, actor: Actor, purpose: Purpose, grant_id: GrantId, evidence: str) -> int:
    """Put the last intact version of a damaged grant back, on the agency's evidence.

    The record is repaired, not the person: the steward is shown nothing.

    Args:
        core: The register's state.
        actor: The steward.
        purpose: Stewardship.
        grant_id: The damaged grant, as the verification names it.
        evidence: Reference of what proves that it was so.

    Returns:
        The version that stands now.

    Raises:
        Denied: The agreement does not make this role a steward.
        NotFound: There is no such damaged grant.
        InvalidValue: No version of it is intact: the agency records what was said anew, once the row has been
            restored from a backup.
    """
    require_steward_of_consent(core, actor, purpose)
    require_text(evidence, "evidence")
    with core.change() as uow:
        loaded = uow.grants.since(0)
        damaged = [one for one in loaded.damaged if one.key == grant_id]
        if not damaged:
            raise NotFound("There is no damaged grant under this id.", "Take the id from `bnl audit verify`.")
        intact = [stored.noun for stored in loaded.rows if stored.key == grant_id]
        if not intact:
            advice = "Restore the row from a backup: nobody knows what it said."
            raise InvalidValue("No version of this grant is intact.", advice)
        last = max(intact, key=lambda grant: grant.version)
        version = max([last.version, *(one.version for one in damaged)]) + 1
        repaired = _repaired(core, last, version, evidence, steward_name(actor))
        check_repair(repaired, last, repaired.repaired_by)
        uow.grants.add_many([repaired])
        _log(core, uow, actor, purpose, "consent.repair", grant_id, last.record_id)
    return version


def _repaired(core: Core, last: Grant, version: int, evidence: str, steward: UserId) -> Grant:
    changes = {
        "version": version,
        "sequence": 0,
        "evidence": (*last.evidence, evidence),
        "repaired_by": (steward,),
    }
    return last.model_copy(update=changes)


def _end(
    core: Core,
    uow: UnitOfWork,
    grant_id: GrantId,
    record_id: RecordId,
    kind: EndingKind,
    evidence: str,
    stewards: tuple[UserId, ...],
) -> None:
    ending = _ending(core, grant_id, kind, evidence, stewards)
    _check(core, ending, record_id)
    data = ending.model_dump(mode="json", exclude={"sequence"})
    uow.endings.add_many([Document(key=grant_id, data=data, parent=record_id)])


def _ending(
    core: Core, grant_id: GrantId, kind: EndingKind, evidence: str, stewards: tuple[UserId, ...]
) -> Ending:
    now = core.clock()
    try:
        return Ending(
            grant_id=grant_id,
            kind=kind,
            said_at=now,
            recorded_at=now,
            stewards=stewards,
            evidence=(evidence,),
        )
    except ValidationError as error:
        raise InvalidValue(f"It cannot be ended so: {why_invalid(error)}.") from None


def _check(core: Core, ending: Ending, record_id: RecordId) -> None:
    if ending.kind is EndingKind.WITHDRAWN:
        raise InvalidValue("A steward withdraws nothing.", "The person, or who spoke for them, withdraws it.")
    check_ending(ending, person_facts(core.snapshot, core.snapshot.person(record_id)))


def _record_of(core: Core, grant_id: GrantId) -> RecordId:
    record_id = core.snapshot.record_of_grant.get(grant_id)
    if record_id is None:
        raise NotFound("There is no such refusal.", "Give the id that recording it returned.")
    return record_id


def steward_name(actor: Actor) -> UserId:
    """Return the steward's id with the agency's: two agencies may number their users alike."""
    return UserId(f"{actor.agency_id}/{actor.user_id}")


def require_steward_of_consent(core: Core, actor: Actor, purpose: Purpose) -> None:
    """Raise unless an actor signed in for stewardship, and the agreement makes them a steward.

    Raises:
        Denied: One of the two is not so.
    """
    core.refresh()
    if purpose is not Purpose.STEWARDSHIP or not core.may(actor, Action.UPDATE, Purpose.STEWARDSHIP):
        advice = "Ask a steward named by the agreement in force, signed in for stewardship."
        raise Denied("The agreement does not make this role a steward.", advice, reasons=("no_clause",))


def _log(
    core: Core,
    uow: UnitOfWork,
    actor: Actor,
    purpose: Purpose,
    code: str,
    grant_id: GrantId,
    record: RecordId,
) -> None:
    act = Act(code, purpose.value, grants=[grant_id], subjects={record: 0})
    core.journal.write(uow, actor, act)
