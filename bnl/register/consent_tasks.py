"""Consent tasks: what an agency has to do about permits, refusals, notices and referrals, and by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from bnl.consent.due import due
from bnl.domain.actor import Actor
from bnl.domain.identifiers import GrantId, Handle, RecordId, TaskId
from bnl.domain.vocabulary import Purpose
from bnl.errors import Conflict, NotFound
from bnl.register.clock import civil_day
from bnl.register.core import Core
from bnl.register.facts import own_facts
from bnl.register.journal import Act
from bnl.register.linkage import CLOSED, OPEN
from bnl.register.recording import require_recorder
from bnl.register.referring import REFERRAL
from bnl.register.sealed_texts import sealed_text
from bnl.register.steward_withdrawals import BY_STEWARD
from bnl.register.withdrawals import WITHDRAWN
from bnl.storage.documents import Document

PERMIT_WITHDRAWN, ACKNOWLEDGE = "permit_withdrawn", "acknowledge_referral"


class ConsentTask(NamedTuple):
    """One thing to do.

    Args:
        kind: A value of `bnl.consent.due.DueKind`; ``permit_withdrawn``: what was shown under it is to be
            deleted or rested on another basis; ``withdrawn_by_steward``: a permit of the agency's own record,
            which it may record anew; ``acknowledge_referral``.
        on: Day from which it is due (Europe/London).
        handle: What the agency knows the person by; None for a referral, see `referrals_received`.
        grant_id: The grant it is about, if one.
        task_id: Give it back when it is done, where it is not done by recording something.
        categories: Field categories held without a basis, of a withdrawal.
        reason: Why the steward withdrew it, in the steward's words.
    """

    kind: str
    on: date
    handle: Handle | None
    grant_id: GrantId | None = None
    task_id: TaskId | None = None
    categories: tuple[str, ...] = ()
    reason: str = ""

    def __repr__(self) -> str:
        return f"ConsentTask({self.kind}, {self.on.isoformat()})"


def consent_tasks(core: Core, actor: Actor, purpose: Purpose) -> list[ConsentTask]:
    """List what the actor's agency has to do, by day; worked out from its own records alone.

    Raises:
        Denied: The agreement does not let the role record for the purpose.
    """
    with core.change() as uow:
        require_recorder(core, actor, purpose)
        found = [*_due(core, actor), *_notices(core, actor)]
        known = [core.handles.record(actor.agency_id, task.handle) for task in found if task.handle]
        subjects = {record_id: 0 for record_id in known if record_id is not None}
        act = Act("tasks", purpose.value, subjects=subjects, details={"shown": len(found)})
        core.journal.write(uow, actor, act)
    return sorted(found, key=lambda task: (task.on, task.kind, task.grant_id or "", task.task_id or ""))


def close_notice(core: Core, actor: Actor, purpose: Purpose, task_id: TaskId) -> None:
    """Say that the notice of a withdrawal has been acted on.

    Raises:
        NotFound: There is no such notice for the actor's agency.
        Conflict: It was closed already.
        Denied: The agreement does not let the role record for the purpose.
    """
    with core.change() as uow:
        require_recorder(core, actor, purpose)
        task = core.snapshot.tasks.get(task_id)
        kinds = (WITHDRAWN, BY_STEWARD)
        if task is None or task.data.get("kind") not in kinds or task.data.get("for") != actor.agency_id:
            raise NotFound("There is no such notice.", "Ask for your agency's tasks again.")
        if task.data["state"] != OPEN:
            raise Conflict("Somebody has closed this already.")
        done = task.data | {"state": CLOSED, "closed_by": actor.user_id}
        uow.tasks.add_many([Document(key=task.key, data=done)])
        subjects = {RecordId(str(task.data["record"])): 0}
        core.journal.write(uow, actor, Act("tasks.close", purpose.value, subjects=subjects))


def _due(core: Core, actor: Actor) -> list[ConsentTask]:
    snapshot, today = core.snapshot, civil_day(core.clock())
    own = (r.record_id for r in snapshot.records.values() if r.agency_id == actor.agency_id)
    granted = sorted(record_id for record_id in own if snapshot.grants.get(record_id))
    found: dict[tuple[str, GrantId], ConsentTask] = {}
    for record_id in granted:
        for one in due(own_facts(snapshot, actor.agency_id, record_id), today):
            where = snapshot.record_of_grant[one.grant_id]
            handle = core.handles.handle(actor.agency_id, where)
            found[one.kind.value, one.grant_id] = ConsentTask(one.kind.value, one.on, handle, one.grant_id)
    return list(found.values())


def _notices(core: Core, actor: Actor) -> list[ConsentTask]:
    found = []
    for task in core.snapshot.tasks.values():
        data = task.data
        if data.get("for") != actor.agency_id or data["state"] != OPEN:
            continue
        on = civil_day(datetime.fromisoformat(str(data["at"])))
        if data["kind"] == REFERRAL:
            found.append(ConsentTask(ACKNOWLEDGE, on, None, task_id=TaskId(task.key)))
        if data["kind"] in (WITHDRAWN, BY_STEWARD):
            gone, by_steward = data.get("categories"), data["kind"] == BY_STEWARD
            found.append(
                ConsentTask(
                    BY_STEWARD if by_steward else PERMIT_WITHDRAWN,
                    on,
                    core.handles.handle(actor.agency_id, RecordId(str(data["record"]))),
                    GrantId(str(data["grant"])),
                    TaskId(task.key),
                    tuple(str(one) for one in gone) if isinstance(gone, list) else (),
                    sealed_text(core.snapshot, str(data["text"])) if by_steward else "",
                )
            )
    return found
