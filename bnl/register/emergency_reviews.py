"""Reviews of broken glass: a second person looks at every use and closes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled
from bnl.domain.identifiers import RecordId, TaskId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role
from bnl.errors import Conflict, Denied, InvalidValue, NotFound
from bnl.register.core import Core
from bnl.register.disclosures import tells_itself_alone
from bnl.register.emergencies import BREAK_GLASS
from bnl.register.journal import Act
from bnl.register.linkage import CLOSED, OPEN
from bnl.register.masks import mask_of
from bnl.register.sealed_texts import require_text, seal_text, sealed_text
from bnl.storage.documents import Document

REVIEWERS = frozenset({Role.MANAGER, Role.SAFEGUARDING_LEAD, Role.STEWARD})
"""Roles that review what somebody else of their own agency did."""


class Outcome(StrEnum):
    """What a reviewer concluded of a use."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
    REFERRED_ON = "referred_on"


@dataclass(frozen=True, slots=True, repr=False)
class Use(Unpickled):
    """One use of break glass that waits for its review; nothing of the person is in it.

    Args:
        task_id: Give it back to close it.
        agency: Whose user it was.
        user: Opaque id of the user.
        role: In which role.
        purpose: For what work.
        action: ``view`` or ``search``.
        basis: The basis claimed.
        at: When (UTC, ISO 8601).
        until: When it closed again (UTC, ISO 8601).
        found: Whether somebody was shown.
        reason: Why, in the user's words.
    """

    task_id: TaskId
    agency: str
    user: str
    role: str
    purpose: str
    action: str
    basis: str
    at: str
    until: str
    found: bool
    reason: str

    def __repr__(self) -> str:
        return f"Use({self.task_id}, …)"


def waiting_uses(core: Core, actor: Actor, purpose: Purpose) -> list[Use]:
    """Show the uses of break glass that the actor may review, oldest first.

    Args:
        core: The register's state.
        actor: A manager, safeguarding lead or steward, for what others of the same agency did; or a steward
            of the register, for everybody.
        purpose: Why; it is logged.
    """
    with core.change() as uow:
        tasks = [task for task in _waiting(core) if _reviews(core, actor, task)]
        subjects = {RecordId(str(task.data["record"])): _REASON for task in tasks if task.data["record"]}
        act = Act(f"{BREAK_GLASS}.reviews", purpose.value, subjects=subjects, details={"shown": len(tasks)})
        core.journal.write(uow, actor, act)
        return [_use(core, task) for task in tasks]


def close_use(
    core: Core, actor: Actor, purpose: Purpose, task_id: TaskId, outcome: Outcome, note: str
) -> None:
    """Close the review of one use.

    Args:
        core: The register's state.
        actor: Who reviews it; never who did it.
        purpose: Why; it is logged.
        task_id: The task.
        outcome: What was concluded.
        note: In the reviewer's words; kept sealed.

    Raises:
        NotFound: There is no such task, or not for this actor.
        Denied: It is the actor's own.
        Conflict: It was reviewed already.
        InvalidValue: There is no note, or no such outcome.
    """
    require_text(note, "note")
    if outcome not in tuple(Outcome):
        raise InvalidValue("There is no such outcome.", f"One of {', '.join(Outcome)}.")
    with core.change() as uow:
        task = core.snapshot.tasks.get(task_id)
        if task is None or task.data.get("kind") != BREAK_GLASS:
            raise _no_task()
        if _is_own(actor, task):
            advice = "Ask another manager, the safeguarding lead or the steward."
            raise Denied("Nobody reviews their own emergency.", advice, reasons=("second_person",))
        if not _reviews(core, actor, task):
            raise _no_task()
        if task.data["state"] != OPEN:
            raise Conflict("Somebody has reviewed this already.", "Ask for what waits again.")
        closed = task.data | {
            "state": CLOSED,
            "outcome": Outcome(outcome).value,
            "closed_by": actor.user_id,
            "closed_for": actor.agency_id,
            "closed_at": core.clock().isoformat(),
            "note": seal_text(core, uow, actor, note),
        }
        uow.tasks.add_many([Document(key=task_id, data=closed)])
        subjects = {RecordId(str(task.data["record"])): 0} if task.data["record"] else {}
        details = {"task": task_id, "outcome": Outcome(outcome).value}
        act = Act(f"{BREAK_GLASS}.close", purpose.value, subjects=subjects, details=details)
        core.journal.write(uow, actor, act)


_REASON = mask_of(events=[FieldCategory.CASE_NOTES])


def _no_task() -> NotFound:
    return NotFound("There is no such review for you.", "Ask for what waits again.")


def _waiting(core: Core) -> list[Document]:
    tasks = core.snapshot.tasks.values()
    found = [t for t in tasks if t.data.get("kind") == BREAK_GLASS and t.data["state"] == OPEN]
    return sorted(found, key=lambda task: (str(task.data["at"]), task.key))


def _is_own(actor: Actor, task: Document) -> bool:
    return (task.data["agency"], task.data["user"]) == (actor.agency_id, actor.user_id)


def _reviews(core: Core, actor: Actor, task: Document) -> bool:
    """Tell whether a task is the actor's to close: never their own, and a refuge's only within the refuge."""
    agency = str(task.data["agency"])
    if _is_own(actor, task):
        return False
    if agency == actor.agency_id:
        return actor.role in REVIEWERS
    steward = core.may(actor, Action.UPDATE, Purpose.STEWARDSHIP)
    return steward and not tells_itself_alone(core, agency)


def _use(core: Core, task: Document) -> Use:
    data = task.data
    return Use(
        task_id=TaskId(task.key),
        agency=str(data["agency"]),
        user=str(data["user"]),
        role=str(data["role"]),
        purpose=str(data["purpose"]),
        action=str(data["action"]),
        basis=str(data["basis"]),
        at=str(data["at"]),
        until=str(data["until"]),
        found=bool(data["record"]),
        reason=sealed_text(core.snapshot, str(data["text"])),
    )
