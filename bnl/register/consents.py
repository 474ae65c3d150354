"""Consents: grants recorded on an agency's own record, their withdrawal, and what that brings about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError

from bnl.audit.log import Log
from bnl.consent.changes import check_ending, check_grant
from bnl.domain.actor import Actor
from bnl.domain.base import refuse_pickling
from bnl.domain.consent import CorruptGrant, Ending, Giver, Grant
from bnl.domain.identifiers import GRANT, AgencyId, GrantId, RecordId, new_id
from bnl.domain.vocabulary import Capacity, EndingKind, Purpose
from bnl.errors import InvalidValue, NotFound
from bnl.register.core import Core
from bnl.register.facts import own_facts, person_facts
from bnl.register.journal import Act
from bnl.register.recording import NotRecorded, in_chunks, own_record, require_recorder
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

RESERVED = frozenset({"record_id", "grant_id", "version", "recorded_at", "sequence", "repaired_by"})
"""Terms that the register sets; whoever could set them could speak for another agency's record."""

_UNKNOWN = Giver(reference="unknown", capacity=Capacity.SELF)


class Withdrawn(NamedTuple):
    """What a withdrawal brings about.

    Args:
        grant_id: The grant that ended.
        recipients: Agencies that were shown something under it, to be told; by id, in order.
    """

    grant_id: GrantId
    recipients: tuple[AgencyId, ...]


class Given(NamedTuple):
    """A grant as an agency states it.

    Args:
        terms: Fields of `bnl.domain.consent.Grant` but those the register fills in; at least ``effect``.
        handle: The person; the agency must hold a record of its own.
        reference: The agency's own reference of the person, in place of a handle.
    """

    terms: Mapping[str, Any]
    handle: str = ""
    reference: str = ""

    def __repr__(self) -> str:
        return "Given(…)"

    def __reduce__(self) -> NoReturn:
        refuse_pickling(self)


def record_grants(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    given: Iterable[Given],
    progress: Callable[[int], None] | None = None,
) -> tuple[list[GrantId], list[NotRecorded]]:
    """Record grants on the actor's agency's own records, a chunk at a time.

    Args:
        core: The register's state.
        actor: Who records them.
        purpose: Why.
        given: The grants.
        progress: Called after each chunk with the number done.

    Returns:
        Ids of the grants recorded, in order, and those that could not be, each with its reason.
    """
    return in_chunks(core, given, lambda _: _Desk(core, actor, purpose), progress)


class _Desk:
    """One chunk of grants on its way into the store."""

    def __init__(self, core: Core, actor: Actor, purpose: Purpose) -> None:
        self.core, self.actor, self.purpose = core, actor, purpose
        self.grants: list[Grant] = []

    def take(self, item: Given) -> GrantId:
        """Make one grant and check that it can stand."""
        taken = RESERVED & item.terms.keys()
        if taken:
            raise InvalidValue(f"The register itself sets {', '.join(sorted(taken))}.", "Leave them out.")
        record_id = own_record(self.core, self.actor, item.handle, item.reference)
        now = self.core.clock()
        filled = {
            "grant_id": new_id(GRANT),
            "record_id": record_id,
            "recorded_at": now,
            "valid_from": now,
            "given_by": Giver(reference=record_id, capacity=Capacity.SELF),
        }
        try:
            grant = Grant.model_validate(filled | dict(item.terms))
        except ValidationError as error:
            raise InvalidValue(f"The grant cannot stand: {_why(error)}.") from None
        if grant.permits:
            # A refusal is taken down from whoever hears it; what opens something, from who may record.
            require_recorder(self.core, self.actor, self.purpose)
        giver = grant.given_by.reference
        if giver != record_id and giver in self.core.snapshot.arrival:
            raise InvalidValue("The giver's reference is that of another record.", "Use one of your own.")
        facts = own_facts(self.core.snapshot, self.actor.agency_id, record_id)
        check_grant(grant, facts, self.core.policy)
        self.grants.append(grant)
        return grant.grant_id

    def store(self, uow: UnitOfWork) -> None:
        """Write the chunk and its entry."""
        sequence = uow.next_sequence
        uow.grants.add_many(self.grants)
        self.core.learn(lambda: self._learn(sequence))
        subjects = dict.fromkeys((grant.record_id for grant in self.grants), 0)
        details = {"grants": len(self.grants)}
        act = Act("consent.record", self.purpose.value, subjects=subjects, details=details)
        self.core.journal.write(uow, self.actor, act)

    def _learn(self, sequence: int) -> None:
        for grant in self.grants:
            self.core.snapshot.take_grant(grant.model_copy(update={"sequence": sequence}))


def _why(error: ValidationError) -> str:
    return "; ".join(str(problem["msg"]) for problem in error.errors(include_input=False))


def withdraw_grant(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    grant_id: GrantId,
    *,
    said_at: datetime | None,
    giver: Giver | None,
) -> Withdrawn:
    """Withdraw a grant recorded by the actor's agency.

    Every decision whose log entry follows is bound by it; nothing logged is rewritten.

    Args:
        core: The register's state.
        actor: Who records the withdrawal.
        purpose: Why.
        grant_id: The grant.
        said_at: When it was said (UTC); now if not given.
        giver: Who said it; who gave the grant, if not given.

    Returns:
        What it brings about.

    Raises:
        NotFound: The agency recorded no such grant.
        InvalidValue: It was said in the future, before the grant, or by somebody who cannot withdraw it.
    """
    with core.change() as uow:
        record_id = core.snapshot.record_of_grant.get(grant_id)
        record = None if record_id is None else core.snapshot.records.get(record_id)
        if record is None or record.agency_id != actor.agency_id:
            raise NotFound(
                "This agency has recorded no such grant.", "Give the id that recording it returned."
            )
        grant = core.snapshot.grants[record.record_id][grant_id]
        if not (isinstance(grant, Grant) and grant.permits):
            require_recorder(core, actor, purpose)
        now = core.clock()
        by = giver or (_UNKNOWN if isinstance(grant, CorruptGrant) else grant.given_by)
        try:
            ending = Ending(
                grant_id=grant_id,
                kind=EndingKind.WITHDRAWN,
                said_at=said_at or now,
                recorded_at=now,
                given_by=by,
            )
        except ValidationError as error:
            raise InvalidValue(f"The withdrawal cannot stand: {_why(error)}.") from None
        check_ending(ending, person_facts(core.snapshot, core.snapshot.person(record.record_id)))
        data = ending.model_dump(mode="json", exclude={"sequence"})
        uow.endings.add_many([Document(key=grant_id, data=data, parent=record.record_id)])
        _log(core, uow, actor, Act("consent.withdraw", purpose.value, grants=[grant_id]), record.record_id)
        recipients = _shown_under(core, uow, grant_id, actor.agency_id)
    return Withdrawn(grant_id, recipients)


def _log(core: Core, uow: UnitOfWork, actor: Actor, act: Act, record_id: RecordId) -> None:
    core.journal.write(uow, actor, act._replace(subjects={record_id: 0}))


def _shown_under(core: Core, uow: UnitOfWork, grant_id: GrantId, own: AgencyId) -> tuple[AgencyId, ...]:
    shown = {
        AgencyId(entry.agency)
        for entry in Log(uow.log).entries()
        if grant_id in entry.grants and entry.action not in {"consent.record", "consent.withdraw"}
    }
    return tuple(sorted(shown - {own}))
