"""Withdrawals: a grant ends, and those who were shown something under it are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from bnl.audit.log import Log
from bnl.consent.changes import check_ending
from bnl.consent.withdrawal import Disclosure, WithdrawalEffect, withdrawal_effect
from bnl.domain.actor import Actor
from bnl.domain.audit import AuditEntry, instant
from bnl.domain.consent import CorruptGrant, Ending, Giver, Grant
from bnl.domain.identifiers import TASK, AgencyId, GrantId, RecordId, UserId, new_id
from bnl.domain.vocabulary import Capacity, EndingKind, FieldCategory, Purpose, Role
from bnl.errors import Conflict, InvalidValue, NotFound
from bnl.register.consents import why_invalid
from bnl.register.core import Core
from bnl.register.disclosures import tells_itself_alone
from bnl.register.facts import person_facts
from bnl.register.journal import Act
from bnl.register.linkage import OPEN
from bnl.register.masks import categories_of_mask
from bnl.register.recording import require_recorder
from bnl.storage.documents import Document
from bnl.storage.keys import record_key
from bnl.storage.unit_of_work import UnitOfWork

WITHDRAWN = "withdrawn"
_RECORDING = frozenset({"consent.record", "consent.withdraw", "consent.preview", "consent.end"})


class Late(NamedTuple):
    """Something shown after the withdrawal was said and before it was recorded.

    Args:
        at: When (UTC).
        agency_id: Who holds it since.
        categories: What.
    """

    at: datetime
    agency_id: AgencyId
    categories: frozenset[FieldCategory]


class Withdrawn(NamedTuple):
    """What a withdrawal brings about, or would.

    Args:
        grant_id: The grant that ends.
        recipients: Agencies that were shown something under it, to be told; by id, in order. An agency whose
            involvement is for itself alone to tell is told by the register, and not named here.
        between: What was shown after it was said and before it was recorded.
        without_basis: By agency, the categories it was shown that it may not see any more.
    """

    grant_id: GrantId
    recipients: tuple[AgencyId, ...]
    between: tuple[Late, ...] = ()
    without_basis: Mapping[AgencyId, frozenset[FieldCategory]] = {}


def withdraw_grant(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    grant_id: GrantId,
    *,
    said_at: datetime | None,
    giver: Giver | None,
    preview: bool = False,
) -> Withdrawn:
    """Withdraw a grant recorded by the actor's agency, or tell what that would bring about.

    Every decision whose log entry follows is bound by it; nothing logged is rewritten. Each recipient finds a
    notice among its tasks.

    Args:
        core: The register's state.
        actor: Who records the withdrawal.
        purpose: Why.
        grant_id: The grant.
        said_at: When it was said (UTC); now if not given.
        giver: Who said it; who gave the grant, if not given.
        preview: Change nothing.

    Returns:
        What it brings about.

    Raises:
        NotFound: The agency recorded no such grant.
        Denied: It is a refusal, and the role does not record for the purpose.
        InvalidValue: It was said in the future, before the grant, or by somebody who cannot withdraw it.
        Conflict: It is a permit that was withdrawn already.
    """
    with core.change() as uow:
        record_id, grant = _own_grant(core, actor, grant_id)
        if not (isinstance(grant, Grant) and grant.permits):
            require_recorder(core, actor, purpose)
        elif grant_id in core.snapshot.endings.get(record_id, {}):
            # A second word, later than the first, would say that the permit held until then.
            raise Conflict("This permit was withdrawn already.", "Record a new one if it is given again.")
        ending, effect = withdrawn(core, uow, record_id, grant, said_at, giver)
        if not preview:
            end_with_notices(core, uow, ending, record_id, effect)
        core.journal.write(uow, actor, withdrawal_act(purpose, grant_id, record_id, effect, preview=preview))
    return _told(core, actor, grant_id, effect)


def withdrawn(
    core: Core,
    uow: UnitOfWork,
    record_id: RecordId,
    grant: Grant | CorruptGrant,
    said_at: datetime | None,
    giver: Giver | None,
    stewards: tuple[UserId, ...] = (),
) -> tuple[Ending, WithdrawalEffect]:
    """Return the end of a grant, checked against what is known of the person, and what follows from it.

    Args:
        core: The register's state.
        uow: The unit of work.
        record_id: The record the grant is about.
        grant: The grant.
        said_at: When it was said (UTC); now if not given.
        giver: Who said it; who gave the grant, if not given.
        stewards: Who ends it in another's place.

    Raises:
        InvalidValue: It was said in the future, before the grant, or by somebody who cannot withdraw it.
    """
    now = core.clock()
    unknown = Giver(reference="unknown", capacity=Capacity.SELF)
    try:
        ending = Ending(
            grant_id=grant.grant_id,
            kind=EndingKind.WITHDRAWN,
            said_at=said_at or now,
            recorded_at=now,
            given_by=giver or (unknown if isinstance(grant, CorruptGrant) else grant.given_by),
            stewards=stewards,
        )
    except ValidationError as error:
        raise InvalidValue(f"The withdrawal cannot stand: {why_invalid(error)}.") from None
    facts = person_facts(core.snapshot, core.snapshot.person(record_id))
    check_ending(ending, facts)
    after = replace(facts, endings=(*facts.endings, ending))
    shown = logged(core, uow, grant.grant_id, record_id)
    return ending, withdrawal_effect(ending, after, shown, core.policy)


def end_with_notices(
    core: Core, uow: UnitOfWork, ending: Ending, record_id: RecordId, effect: WithdrawalEffect
) -> None:
    """Store the end of a grant, and a notice for each agency that was shown something under it."""
    data = ending.model_dump(mode="json", exclude={"sequence"})
    uow.endings.add_many([Document(key=ending.grant_id, data=data, parent=record_id)])
    uow.tasks.add_many(_notices(core, effect, ending.grant_id, record_id))


def withdrawal_act(
    purpose: Purpose,
    grant_id: GrantId,
    record_id: RecordId,
    effect: WithdrawalEffect,
    *,
    preview: bool = False,
) -> Act:
    """Return what the log says of a withdrawal: the grant and how many are told, and no name."""
    details = {"recipients": len(effect.recipients), "between": len(effect.between)}
    code = "consent.preview" if preview else "consent.withdraw"
    return Act(code, purpose.value, grants=[grant_id], subjects={record_id: 0}, details=details)


def logged(core: Core, uow: UnitOfWork, grant_id: GrantId, record_id: RecordId) -> list[Disclosure]:
    """Return what the log says was shown of a record under one of its grants, oldest first."""
    log = Log(uow.log)
    key = core.keyring.get(record_key(record_id))
    found = []
    for entry in log.entries():
        if grant_id not in entry.grants or entry.action in _RECORDING:
            continue
        # Of an act with more grants than one entry holds the subjects stand in its first entry.
        first = int(entry.details.get("continues", entry.sequence))
        told = entry if first == entry.sequence else log.entry(first)
        pseudonym = key.keyed_hash("subject", str(first))
        mask = sum(row.fields for row in uow.log.subjects_of(first) if row.pseudonym == pseudonym)
        if mask:
            found.append(_disclosure(told, entry.grants, record_id, mask))
    return found


def _disclosure(entry: AuditEntry, grants: Sequence[str], record_id: RecordId, mask: int) -> Disclosure:
    role, recipient = str(entry.details.get("role", "")), str(entry.details.get("recipient", ""))
    # Without a role on record nothing counts as still permitted: an operator sees nobody.
    actor = Actor(
        agency_id=AgencyId(entry.agency),
        user_id=UserId(entry.actor),
        role=Role(role) if role in tuple(Role) else Role.OPERATOR,
    )
    return Disclosure(
        actor=actor,
        purpose=Purpose(entry.purpose),
        at=instant(entry.time),
        record_id=record_id,
        categories=categories_of_mask(mask),
        grant_ids=tuple(GrantId(grant) for grant in grants),
        recipient=AgencyId(recipient) if recipient else None,
    )


def _own_grant(core: Core, actor: Actor, grant_id: GrantId) -> tuple[RecordId, Grant | CorruptGrant]:
    record_id = core.snapshot.record_of_grant.get(grant_id)
    record = None if record_id is None else core.snapshot.records.get(record_id)
    if record is None or record.agency_id != actor.agency_id:
        raise NotFound("This agency has recorded no such grant.", "Give the id that recording it returned.")
    return record.record_id, core.snapshot.grants[record.record_id][grant_id]


def _notices(core: Core, effect: WithdrawalEffect, grant_id: GrantId, record_id: RecordId) -> list[Document]:
    """Return a notice for each recipient: what it was shown, and what of it is without a basis now."""
    at = core.clock().isoformat()
    return [
        Document(
            key=new_id(TASK),
            data={
                "kind": WITHDRAWN,
                "state": OPEN,
                "for": agency_id,
                "grant": grant_id,
                "record": record_id,
                "at": at,
                "categories": [c.value for c in sorted(effect.without_basis.get(agency_id, frozenset()))],
            },
        )
        for agency_id in effect.recipients
    ]


def _told(core: Core, actor: Actor, grant_id: GrantId, effect: WithdrawalEffect) -> Withdrawn:
    def may_be_named(agency_id: AgencyId) -> bool:
        return agency_id == actor.agency_id or not tells_itself_alone(core, agency_id)

    return Withdrawn(
        grant_id,
        tuple(one for one in effect.recipients if may_be_named(one)),
        tuple(Late(one.at, one.holder, one.categories) for one in effect.between if may_be_named(one.holder)),
        {one: gone for one, gone in effect.without_basis.items() if may_be_named(one)},
    )
