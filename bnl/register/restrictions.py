"""Restrictions: people whom no machine links; laid on at once, lifted by two people of the agency."""

from __future__ import annotations

from pydantic import JsonValue

from bnl.consent.decide import ask
from bnl.domain.actor import Actor
from bnl.domain.identifiers import TASK, RecordId, TaskId, new_id
from bnl.domain.judgement import ordered_pair
from bnl.domain.vocabulary import Action, Purpose, Role
from bnl.errors import Conflict, Denied, NotFound
from bnl.register.core import Core
from bnl.register.journal import Act
from bnl.register.linkage import CLOSED, OPEN, Weighed, queue_doubtful
from bnl.register.recording import own_record, require_recorder
from bnl.register.release import PersonView, opened, unknown_handle
from bnl.register.sealed_texts import require_text, seal_text
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

LIFT_RESTRICTION = "lift_restriction"
LIFTERS = frozenset({Role.MANAGER, Role.SAFEGUARDING_LEAD, Role.DATA_OFFICER, Role.STEWARD})
REPORTED = "reported"


def restrict(core: Core, actor: Actor, purpose: Purpose, handle: str) -> None:
    """Restrict a person on the agency's own record: from now on no machine links it.

    Raises:
        NotFound: There is no such person, or the agency has no record of them.
        Denied: The agreement does not let the role record for the purpose.
    """
    with core.change() as uow:
        require_recorder(core, actor, purpose)
        record_id = own_record(core, actor, handle)
        if not core.snapshot.records[record_id].restricted:
            _say(core, uow, record_id, restricted=True)
        core.journal.write(uow, actor, Act("restrict", purpose.value, subjects={record_id: 0}))


def ask_to_lift(core: Core, actor: Actor, purpose: Purpose, handle: str, evidence: str) -> TaskId:
    """Ask that a restriction be lifted; a second person of the agency has to agree.

    Args:
        core: The register's state.
        actor: A manager, safeguarding lead, data officer or steward of the agency.
        purpose: Why; it is logged.
        handle: The person.
        evidence: Why it is safe, in words; kept sealed.

    Returns:
        The task with which the second person agrees.

    Raises:
        NotFound: There is no such person, or the agency has no record of them.
        Denied: The role does not lift restrictions.
        Conflict: There is no restriction on the record.
    """
    require_text(evidence, "evidence")
    with core.change() as uow:
        _require_lifter(actor)
        record_id = own_record(core, actor, handle)
        if not core.snapshot.records[record_id].restricted:
            raise Conflict("There is no restriction on this record.")
        task_id = TaskId(new_id(TASK))
        data: dict[str, JsonValue] = {
            "kind": LIFT_RESTRICTION,
            "state": OPEN,
            "agency": actor.agency_id,
            "user": actor.user_id,
            "record": record_id,
            "at": core.clock().isoformat(),
            "text": seal_text(core, uow, actor, evidence),
        }
        uow.tasks.add_many([Document(key=task_id, data=data)])
        core.journal.write(uow, actor, Act("restriction.ask", purpose.value, subjects={record_id: 0}))
    return task_id


def agree_to_lift(core: Core, actor: Actor, purpose: Purpose, task_id: TaskId) -> None:
    """Lift a restriction that somebody else of the agency asked to be lifted.

    Raises:
        NotFound: There is no such task of this agency.
        Denied: The role does not lift restrictions, or it is the actor's own request.
        Conflict: It was lifted already.
    """
    with core.change() as uow:
        _require_lifter(actor)
        task = core.snapshot.tasks.get(task_id)
        mine = (LIFT_RESTRICTION, actor.agency_id)
        if task is None or (task.data.get("kind"), task.data.get("agency")) != mine:
            raise NotFound("There is no such request.", "Give the id that asking returned.")
        if task.data["user"] == actor.user_id:
            raise Denied(
                "Nobody agrees to their own request.", "Ask a second person.", reasons=("second_person",)
            )
        record_id = RecordId(str(task.data["record"]))
        record = core.snapshot.records.get(record_id)
        if task.data["state"] != OPEN or record is None or not record.restricted:
            raise Conflict("There is nothing to lift any more.")
        _say(core, uow, record_id, restricted=False)
        _close_requests(core, uow, actor, record_id)
        core.journal.write(uow, actor, Act("restriction.lift", purpose.value, subjects={record_id: 0}))


def report_duplicate(core: Core, actor: Actor, purpose: Purpose, one: str, other: str) -> None:
    """Report that two handles may be one person; the pair goes to the steward's queue and nothing is told.

    Raises:
        NotFound: One of them stands for nobody the actor may know of, or both for one record.
    """
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    with opened(core, request, "duplicate.report") as way_out:
        records = [core.handles.record(actor.agency_id, handle) for handle in (one, other)]
        people = sorted({core.snapshot.person(record_id) for record_id in records if record_id is not None})
        seen = {r for _, decision in way_out.visible(people) for r in decision.records}
        left, right = records
        if left is None or right is None or left == right or not {left, right} <= seen:
            raise unknown_handle()
        queue_doubtful(core, way_out.uow, [Weighed(ordered_pair(left, right), 0.0, 0.5, {}, REPORTED)])
        way_out.subjects.update({left: 0, right: 0})


def read_back(core: Core, actor: Actor, purpose: Purpose, reference: str) -> PersonView:
    """Show the agency its own record, by its own reference, in its own words, without clause or permit.

    Raises:
        NotFound: The agency has no such record, it is damaged, or a refusal named the agency from the first.
    """
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    with opened(core, request, "own.record") as way_out:
        record_id = own_record(core, actor, "", reference)
        person_id = core.snapshot.person(record_id)
        found = [decision for _, decision in way_out.visible([person_id]) if record_id in decision.records]
        if not found:
            raise NotFound("This agency has no record under the reference given.", "Submit the record first.")
        return way_out.view_record(record_id, found[0])


def _say(core: Core, uow: UnitOfWork, record_id: RecordId, *, restricted: bool) -> None:
    """Store the next version of a record, which says the same and is restricted or not."""
    held = core.snapshot.records[record_id]
    changes = {"version": held.version + 1, "restricted": restricted, "received_at": core.clock()}
    uow.records.add_many([held.model_copy(update=changes)])


def _close_requests(core: Core, uow: UnitOfWork, actor: Actor, record_id: RecordId) -> None:
    """Close every request to lift this restriction: one left open would lift the next one on old evidence."""
    uow.tasks.add_many(
        [
            Document(key=one.key, data=one.data | {"state": CLOSED, "closed_by": actor.user_id})
            for one in core.snapshot.tasks.values()
            if (one.data.get("kind"), one.data.get("record")) == (LIFT_RESTRICTION, record_id)
            and one.data["state"] == OPEN
        ]
    )


def _require_lifter(actor: Actor) -> None:
    if actor.role not in LIFTERS:
        advice = "Ask a manager, safeguarding lead, data officer or steward of the agency."
        raise Denied("This role does not lift restrictions.", advice, reasons=("role",))
