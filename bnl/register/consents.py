"""Consents: grants recorded on an agency's own record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError

from bnl.consent.changes import check_grant
from bnl.consent.facts import PersonFacts
from bnl.domain.actor import Actor
from bnl.domain.base import refuse_pickling
from bnl.domain.consent import Giver, Grant
from bnl.domain.identifiers import GRANT, RECORD, GrantId, RecordId, new_id
from bnl.domain.vocabulary import Capacity, Purpose
from bnl.errors import InvalidValue
from bnl.register.core import Core
from bnl.register.facts import own_facts
from bnl.register.journal import Act
from bnl.register.recording import NotRecorded, in_chunks, own_record, require_recorder
from bnl.storage.unit_of_work import UnitOfWork

RESERVED = frozenset({"record_id", "grant_id", "version", "recorded_at", "sequence", "repaired_by"})
"""Terms that the register sets; whoever could set them could speak for another agency's record."""


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
    return in_chunks(core, given, lambda _: GrantDesk(core, actor, purpose), progress)


class GrantDesk:
    """One chunk of grants on its way into the store."""

    def __init__(self, core: Core, actor: Actor, purpose: Purpose) -> None:
        self.core, self.actor, self.purpose = core, actor, purpose
        self.grants: list[Grant] = []
        self._facts: dict[RecordId, PersonFacts] = {}

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
            raise InvalidValue(f"The grant cannot stand: {why_invalid(error)}.") from None
        if grant.permits:
            # A refusal is taken down from whoever hears it; what opens something, from who may record.
            require_recorder(self.core, self.actor, self.purpose)
        giver = grant.given_by.reference
        # Whether there is such a record is not looked up: the answer would tell.
        if giver != record_id and giver.startswith(f"{RECORD}_"):
            raise InvalidValue("The giver's reference is that of another record.", "Use one of your own.")
        facts = self._facts.get(record_id)
        if facts is None:
            facts = self._facts[record_id] = own_facts(self.core.snapshot, self.actor.agency_id, record_id)
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


def why_invalid(error: ValidationError) -> str:
    """Return what is wrong with a value, without the value."""
    return "; ".join(str(problem["msg"]) for problem in error.errors(include_input=False))
