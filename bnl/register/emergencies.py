"""Break glass: what is otherwise closed, opened for one person in an emergency, for a while, and reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, NoReturn

from pydantic import JsonValue

from bnl.consent.decide import ask
from bnl.consent.emergency import names_one_person, the_one
from bnl.consent.sides import sides
from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled, refuse_pickling
from bnl.domain.identifiers import TASK, PersonId, RecordId, TaskId, new_id
from bnl.domain.person import PersonFields
from bnl.domain.request import Override, Request
from bnl.domain.vocabulary import Action, LawfulBasis, Purpose
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.register.core import Core
from bnl.register.exact import same_person
from bnl.register.linkage import OPEN
from bnl.register.release import (
    Exit,
    PersonView,
    events_of,
    opened,
    opens,
    person_behind,
    unknown_handle,
)
from bnl.register.sealed_texts import require_text, seal_text, sealed_text
from bnl.register.search import candidates_of
from bnl.storage.documents import Document

BREAK_GLASS = "break_glass"
LONGEST_MINUTES = 24 * 60
DEFAULT_MINUTES = 60


class Claim(NamedTuple):
    """Why somebody breaks the glass.

    Args:
        reason: In their own words; kept sealed for the reviewer.
        basis: Vital interests, safeguarding or legal obligation.
        minutes: For how long it stays open to this user, from 1 to 1,440.
    """

    reason: str
    basis: LawfulBasis
    minutes: int = DEFAULT_MINUTES

    def __repr__(self) -> str:
        return "Claim(…)"

    def __reduce__(self) -> NoReturn:
        refuse_pickling(self)


@dataclass(frozen=True, slots=True, repr=False)
class Emergency(Unpickled):
    """What breaking the glass opened.

    Args:
        task_id: The review task it raised; with it the same user may look again until the limit.
        until: First instant at which it is closed again (UTC).
        person: The person as far as an emergency opens them; None if a search found nobody, or several.
    """

    task_id: TaskId
    until: datetime
    person: PersonView | None

    def __repr__(self) -> str:
        return f"Emergency({self.task_id}, {'somebody' if self.person else 'nobody'})"


def view_in_emergency(core: Core, actor: Actor, purpose: Purpose, handle: str, claim: Claim) -> Emergency:
    """Break the glass on one person, by handle.

    Args:
        core: The register's state.
        actor: Who does it.
        purpose: Why they work.
        handle: A handle of the agency.
        claim: Why it must be.

    Returns:
        The person; the use is logged and raises a review task.

    Raises:
        Denied: The agreement does not let this role break the glass, or the claim lacks something.
        NotFound: There is nobody under the handle, or a hard refusal stands; that too is logged and reviewed.
    """
    request = _request(core, actor, purpose, Action.VIEW, claim)
    with opened(core, request, f"{BREAK_GLASS}.view", events=True) as way_out:
        people = person_behind(core, actor.agency_id, handle)
        shown = _shown(way_out, people, handle)
        opened_ = _raise_task(way_out, claim, shown)
    if opened_.person is None:
        raise unknown_handle()
    return opened_


def search_in_emergency(
    core: Core, actor: Actor, purpose: Purpose, wanted: PersonFields, claim: Claim
) -> Emergency:
    """Break the glass to find one person.

    Args:
        core: The register's state.
        actor: Who does it.
        purpose: Why they work.
        wanted: A full name with a full date of birth, or an identifier; all that is given must agree.
        claim: Why it must be.

    Returns:
        At most one person: nobody if two match. It is logged and reviewed whether or not it found anyone.

    Raises:
        Denied: The agreement does not let this role break the glass, or the claim lacks something.
        InvalidValue: What is wanted does not name one person.
    """
    if not names_one_person(wanted):
        raise InvalidValue(
            "This does not name one person.", "Give a full name with a full date of birth, or an identifier."
        )
    request = _request(core, actor, purpose, Action.SEARCH, claim)
    with opened(core, request, f"{BREAK_GLASS}.search", events=True) as way_out:
        found = candidates_of(core, core.index(way_out.uow), wanted.present())
        matching = [
            (person_id, decision)
            for person_id, decision in way_out.visible(found)
            if same_person(wanted, way_out.seen_rows(person_id, decision))
        ]
        one = the_one(matching)
        shown = None if one is None else way_out.view(*one, events_of(core, one[0]))
        return _raise_task(way_out, claim, shown)


def view_again(core: Core, actor: Actor, purpose: Purpose, task_id: TaskId) -> Emergency:
    """Look again at what the same user opened, until the limit and as long as nobody has reviewed it.

    Raises:
        NotFound: There is no such use of this user's that is still open, or nobody is to be seen any more.
    """
    now = core.clock()
    core.refresh()
    task = core.snapshot.tasks.get(task_id)
    held = None if task is None or task.data.get("kind") != BREAK_GLASS else task
    text = "" if held is None else sealed_text(core.snapshot, str(held.data["text"]))
    if held is None or not _still_open(held, actor, purpose, now, text):
        raise NotFound("This emergency is over, or there is none.", "Break the glass again if you must.")
    override = Override(reason=text, basis=LawfulBasis(str(held.data["basis"])))
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=now, override=override)
    handle = core.handles.handle(actor.agency_id, RecordId(str(held.data["record"])))
    until = datetime.fromisoformat(str(held.data["until"]))
    with opened(core, request, f"{BREAK_GLASS}.again", events=True) as way_out:
        way_out.details.update(override=override.basis.value, task=task_id)
        shown = _shown(way_out, person_behind(core, actor.agency_id, handle), handle)
    if shown is None:
        raise unknown_handle()
    return Emergency(TaskId(task_id), until, _limited(shown, until))


def _request(core: Core, actor: Actor, purpose: Purpose, action: Action, claim: Claim) -> Request:
    require_text(claim.reason, "reason")
    if type(claim.minutes) is not int or not 1 <= claim.minutes <= LONGEST_MINUTES:
        raise InvalidValue("The time limit is out of range.", f"Give 1 to {LONGEST_MINUTES} minutes.")
    override = {"reason": claim.reason, "basis": claim.basis}
    request = ask(actor=actor, action=action, purpose=purpose, moment=core.clock(), override=override)
    core.refresh()
    if not sides(request, core.policy)[0].emergency:
        advice = (
            "Ask somebody whose role the agreement names under break_glass, or call the emergency services."
        )
        raise Denied("The agreement does not open this to your role.", advice, reasons=("no_clause",))
    return request


def _shown(way_out: Exit, people: Iterable[PersonId], handle: str) -> PersonView | None:
    core, agency_id = way_out.core, way_out.request.actor.agency_id
    found = [
        way_out.view(person_id, decision, events_of(core, person_id))
        for person_id, decision in way_out.visible(people)
        if opens(core, agency_id, handle, decision)
    ]
    return the_one(found)


def _raise_task(way_out: Exit, claim: Claim, shown: PersonView | None) -> Emergency:
    """Write the task and the sealed reason, whether or not somebody was found, in the same statements."""
    core, request = way_out.core, way_out.request
    actor, task_id = request.actor, TaskId(new_id(TASK))
    until = request.moment + timedelta(minutes=claim.minutes)
    record = None if shown is None else core.handles.record(actor.agency_id, shown.handle)
    data: dict[str, JsonValue] = {
        "kind": BREAK_GLASS,
        "state": OPEN,
        "agency": actor.agency_id,
        "user": actor.user_id,
        "role": actor.role.value,
        "purpose": request.purpose.value,
        "action": request.action.value,
        "basis": claim.basis.value,
        "at": request.moment.isoformat(),
        "until": until.isoformat(),
        "record": record or "",
        "text": seal_text(core, way_out.uow, actor, claim.reason),
    }
    way_out.uow.tasks.add_many([Document(key=task_id, data=data)])
    way_out.details.update(override=claim.basis.value, task=task_id)
    return Emergency(task_id, until, None if shown is None else _limited(shown, until))


def _limited(shown: PersonView, until: datetime) -> PersonView:
    """Return a view that says when the emergency ends, which is never later than what it rested on before."""
    ends = [one.removeprefix("expires: ") for one in shown.obligations if one.startswith("expires: ")]
    others: Sequence[str] = [one for one in shown.obligations if not one.startswith("expires: ")]
    first = min([until, *map(datetime.fromisoformat, ends)])
    return replace(shown, obligations=(*others, f"expires: {first.isoformat()}"))


def _still_open(task: Document, actor: Actor, purpose: Purpose, now: datetime, text: str) -> bool:
    data = task.data
    same = (data["agency"], data["user"], data["role"], data["purpose"])
    return (
        same == (actor.agency_id, actor.user_id, actor.role.value, purpose.value)
        and data["state"] == OPEN
        and bool(data["record"])
        and bool(text)
        and now < datetime.fromisoformat(str(data["until"]))
    )
