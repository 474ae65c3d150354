"""Withdrawals by the steward: of a permit another agency recorded, which that agency may record anew."""

from __future__ import annotations

from datetime import datetime

from bnl.domain.actor import Actor
from bnl.domain.consent import Giver, Grant
from bnl.domain.identifiers import TASK, GrantId, RecordId, TaskId, new_id
from bnl.domain.vocabulary import Purpose
from bnl.errors import Conflict, NotFound
from bnl.register.consents import RESERVED, Given, GrantDesk
from bnl.register.core import Core
from bnl.register.linkage import CLOSED, OPEN
from bnl.register.sealed_texts import require_text, seal_text
from bnl.register.stewardship import require_steward_of_consent, steward_name
from bnl.register.withdrawals import end_with_notices, withdrawal_act, withdrawn
from bnl.storage.documents import Document

BY_STEWARD = "withdrawn_by_steward"


def withdraw_for_agency(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    grant_id: GrantId,
    *,
    reason: str,
    said_at: datetime | None = None,
    giver: Giver | None = None,
) -> None:
    """Withdraw, as the steward, a permit that some agency recorded: on the person's word, or as a mistake.

    It binds every decision whose entry follows, as a withdrawal by the agency itself does, and whoever was
    shown something under it finds the same notice. The agency that recorded it finds a notice with the
    reason. The steward acts by the id of the permit and is shown nothing of the person.

    Args:
        core: The register's state.
        actor: The steward.
        purpose: Stewardship.
        grant_id: The permit.
        reason: Why, in words; kept sealed, and told to the agency that recorded the permit.
        said_at: When it was said (UTC); now if not given.
        giver: Who said it; who gave the permit, if not given.

    Raises:
        Denied: The agreement does not make this role a steward.
        NotFound: There is no such permit; a refusal is ended by `bnl.register.stewardship.end_refusal`.
        InvalidValue: No reason is given, or it was said in the future or before the permit.
        Conflict: It was withdrawn already.
    """
    require_steward_of_consent(core, actor, purpose)
    require_text(reason, "reason")
    with core.change() as uow:
        record_id, grant = _permit(core, grant_id)
        if grant_id in core.snapshot.endings.get(record_id, {}):
            raise Conflict("This permit was withdrawn already.")
        by = (steward_name(actor),)
        ending, effect = withdrawn(core, uow, record_id, grant, said_at, giver, by)
        end_with_notices(core, uow, ending, record_id, effect)
        notice: Document = Document(
            key=new_id(TASK),
            data={
                "kind": BY_STEWARD,
                "state": OPEN,
                "for": core.snapshot.records[record_id].agency_id,
                "grant": grant_id,
                "record": record_id,
                "at": core.clock().isoformat(),
                "text": seal_text(core, uow, actor, reason),
            },
        )
        uow.tasks.add_many([notice])
        core.journal.write(uow, actor, withdrawal_act(purpose, grant_id, record_id, effect))


def restore_permit(core: Core, actor: Actor, purpose: Purpose, task_id: TaskId) -> GrantId:
    """Record anew, for the agency whose it was, a permit that the steward withdrew, and close the notice.

    What was withdrawn stays so for the time between; the new permit says the same and holds from now on. It
    is recorded under the same checks as any other.

    Args:
        core: The register's state.
        actor: Somebody of the agency.
        purpose: Why.
        task_id: The notice.

    Returns:
        Id of the new permit.

    Raises:
        NotFound: There is no such notice for the actor's agency.
        Denied: The agreement does not let the role record for the purpose.
        Conflict: The notice was closed already.
        InvalidValue: The permit could not be recorded today, for example because its time is over.
    """
    with core.change() as uow:
        task = core.snapshot.tasks.get(task_id)
        mine = (BY_STEWARD, actor.agency_id)
        if task is None or (task.data.get("kind"), task.data.get("for")) != mine:
            raise NotFound("There is no such notice.", "Ask for your agency's tasks again.")
        if task.data["state"] != OPEN:
            raise Conflict("Somebody has closed this already.")
        record_id, held = _permit(core, GrantId(str(task.data["grant"])))
        terms = {name: getattr(held, name) for name in type(held).model_fields if name not in _ANEW}
        desk = GrantDesk(core, actor, purpose)
        grant_id = desk.take(Given(terms, reference=core.snapshot.records[record_id].reference))
        done = task.data | {"state": CLOSED, "closed_by": actor.user_id}
        uow.tasks.add_many([Document(key=task.key, data=done)])
        desk.store(uow)
    return grant_id


_ANEW = RESERVED | {"valid_from"}


def _permit(core: Core, grant_id: GrantId) -> tuple[RecordId, Grant]:
    record_id = core.snapshot.record_of_grant.get(grant_id)
    grant = None if record_id is None else core.snapshot.grants[record_id].get(grant_id)
    if record_id is None or not isinstance(grant, Grant) or not grant.permits:
        raise NotFound("There is no such permit.", "Give the id that recording it returned.")
    return record_id, grant
