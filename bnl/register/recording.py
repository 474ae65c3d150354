"""Recording: many facts taken a chunk at a time, each chunk one transaction, and none lost silently."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

from bnl.domain.actor import Actor
from bnl.domain.identifiers import RecordId
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import BnlError, Denied, InvalidValue, NotFound
from bnl.register.core import Core
from bnl.register.release import unknown_handle
from bnl.register.unusable import UNUSABLE, unusable
from bnl.storage.codec import collecting_paused
from bnl.storage.unit_of_work import UnitOfWork

CHUNK = 400

T_contra = TypeVar("T_contra", contravariant=True)
K_co = TypeVar("K_co", covariant=True)
T = TypeVar("T")
K = TypeVar("K")


class NotRecorded(NamedTuple):
    """Something that could not be recorded.

    Args:
        place: Its place among those handed over, from 0.
        error: Why, and what to do.
    """

    place: int
    error: BnlError


class Desk(Protocol[T_contra, K_co]):
    """Takes the facts of one chunk, then stores them with their entry."""

    def take(self, item: T_contra) -> K_co:
        """Take one fact, or raise what is wrong with it."""
        ...

    def store(self, uow: UnitOfWork) -> None:
        """Write what was taken."""
        ...


def in_chunks(
    core: Core,
    items: Iterable[T],
    desk: Callable[[UnitOfWork], Desk[T, K]],
    progress: Callable[[int], None] | None = None,
) -> tuple[list[K], list[NotRecorded]]:
    """Record facts a chunk at a time.

    Args:
        core: The register's state.
        items: The facts.
        desk: Makes the desk of a chunk, inside its transaction.
        progress: Called after each chunk with the number done.

    Returns:
        What the desk returned for each fact taken, in order, and those that could not be.
    """
    made: list[K] = []
    failed: list[NotRecorded] = []
    rest = iter(items)
    done = 0
    while chunk := list(islice(rest, CHUNK)):
        with collecting_paused(), core.change() as uow:
            open_desk = desk(uow)
            for place, item in enumerate(chunk, done):
                try:
                    made.append(open_desk.take(item))
                except BnlError as error:
                    failed.append(NotRecorded(place, error))
                except UNUSABLE as error:
                    failed.append(NotRecorded(place, unusable(error)))
            open_desk.store(uow)
        done += len(chunk)
        if progress is not None:
            progress(done)
    return made, failed


def own_record(core: Core, actor: Actor, handle: str, reference: str = "") -> RecordId:
    """Return the actor's agency's own record of a person.

    Args:
        core: The register's state.
        actor: Who asks.
        handle: A handle of the agency.
        reference: The agency's own reference, in place of a handle.

    Raises:
        NotFound: There is nobody under the handle, or the agency has no record of them: the two are not told
            apart, so that nobody learns of a person by trying.
        InvalidValue: What is given is no text.
    """
    snapshot = core.snapshot
    _require_text(handle, reference)
    if reference:
        own = snapshot.by_reference.get((actor.agency_id, reference))
        if own is None:
            raise NotFound("This agency has no record under the reference given.", "Submit the record first.")
        return own
    # Only a handle of the agency's own record will do: finding its record through another's would tell that
    # the two are linked.
    record_id = core.handles.record(actor.agency_id, handle)
    record = None if record_id is None else snapshot.records.get(record_id)
    if record is None or record.agency_id != actor.agency_id:
        raise unknown_handle()
    return record.record_id


def _require_text(handle: object, reference: object) -> None:
    if not (isinstance(handle, str) and isinstance(reference, str)):
        raise InvalidValue("A handle or reference is not a text.", "Give it as text, as it was returned.")


def require_recorder(core: Core, actor: Actor, purpose: Purpose) -> None:
    """Raise unless the agreement lets the actor's role record for the purpose, or correct what is recorded.

    Raises:
        Denied: It does not.
    """
    if not (core.may(actor, Action.COLLECT, purpose) or core.may(actor, Action.UPDATE, purpose)):
        advice = "Sign in with a role and purpose for which your agency records data."
        raise Denied("This role does not record for this purpose.", advice, reasons=("no_clause",))
