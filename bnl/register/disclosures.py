"""Disclosures: who saw what about one person, when, why and on what basis, read back from the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from bnl.audit.log import Log
from bnl.consent.decide import ask
from bnl.consent.decision import Decision
from bnl.crypto.aead import DataKey
from bnl.domain.actor import Actor
from bnl.domain.audit import AuditEntry
from bnl.domain.base import Unpickled
from bnl.domain.identifiers import GRANT, AgencyId, GrantId, RecordId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose
from bnl.register.core import Core
from bnl.register.masks import mask_of, names_of
from bnl.register.release import Exit, opened, unknown_handle
from bnl.storage.keys import record_key
from bnl.storage.unit_of_work import UnitOfWork


class Disclosure(NamedTuple):
    """One act that concerned the person.

    Args:
        sequence: Number of its entry in the log.
        time: When (UTC, ISO 8601).
        agency: Whose user it was.
        actor: Opaque id of the user; the agency knows who it is.
        action: What was done.
        purpose: Why.
        basis: On what lawful basis, where one was recorded.
        decision: Whether it was permitted, in part or whole.
        fields: What was concerned, by field name; events as ``events:category``.
        grants: Clauses and grants that decided.
        recipient: To which agency it was sent, of an export or referral.
        override: The basis claimed, where somebody broke the glass; a second person reviews each such act.
    """

    sequence: int
    time: str
    agency: str
    actor: str
    action: str
    purpose: str
    basis: str
    decision: str
    fields: tuple[str, ...]
    grants: tuple[str, ...]
    recipient: str = ""
    override: str = ""


class Found(NamedTuple):
    """What was found in the log about a person.

    Args:
        entries: The acts, oldest first.
        position: How many entries were gone through.
        records: The source records of the person that the asker may see.
        involved: Those of them whose use by other agencies may be told.
    """

    entries: tuple[Disclosure, ...]
    position: int
    records: tuple[RecordId, ...]
    involved: tuple[RecordId, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Disclosures(Unpickled):
    """Everything the log holds about one person.

    Args:
        entries: The acts, oldest first.
        log_position: How many entries were gone through.
    """

    entries: tuple[Disclosure, ...]
    log_position: int

    def __repr__(self) -> str:
        return f"Disclosures({len(self.entries)} entries)"


def disclosures_of(core: Core, actor: Actor, purpose: Purpose, handle: str) -> Disclosures:
    """Answer who saw what about a person.

    Args:
        core: The register's state.
        actor: Who asks, for the person.
        purpose: Why; subject access, as a rule.
        handle: The person.

    Returns:
        Every act whose entry names one of the source records the actor may see of the person. Without the
        purpose of subject access, or where the involvement of agencies is withheld, only the acts of the
        actor's own agency; an agency whose records are local tells of its own acts itself.

    Raises:
        NotFound: There is no such person, or not for this actor.
    """
    found = find_disclosures(core, actor, purpose, handle)
    return Disclosures(found.entries, found.position)


def find_disclosures(
    core: Core, actor: Actor, purpose: Purpose, handle: str, *, code: str = "disclosures"
) -> Found:
    """Find what `disclosures_of` answers, with the records it concerns; the act is logged under a code."""
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    found: Found | None = None
    with opened(core, request, code) as way_out:
        if opened_person := way_out.behind(handle):
            _, decision = opened_person
            records = [RecordId(record_id) for record_id in decision.records]
            involved = tuple(_involved(way_out, decision))
            told = entries_about(way_out, decision)
            found = Found(told, core.snapshot.position, tuple(records), involved)
            way_out.subjects.update(dict.fromkeys(records, mask_of()))
            way_out.note_events(decision, ())
    if found is None:
        raise unknown_handle()
    return found


def entries_about(way_out: Exit, decision: Decision) -> tuple[Disclosure, ...]:
    """Return the acts on a person's records that whoever asks through an exit may be told of, oldest first.

    Acts of other agencies are told for subject access, where their involvement is not withheld.

    Args:
        way_out: The exit; its request tells who asks, and why.
        decision: About the person.
    """
    records = [RecordId(record_id) for record_id in decision.records]
    own = way_out.request.actor.agency_id
    return tuple(_found(way_out.core, way_out.uow, own, records, _involved(way_out, decision)))


def _involved(way_out: Exit, decision: Decision) -> list[RecordId]:
    """Return the records of which other agencies' acts may be told."""
    core, actor, purpose = way_out.core, way_out.request.actor, way_out.request.purpose
    whole = purpose is Purpose.SUBJECT_ACCESS and core.may(actor, Action.VIEW, purpose)
    records = [RecordId(record_id) for record_id in decision.records]
    return [r for r in records if whole and decision.permits(r, FieldCategory.AGENCY_INVOLVEMENT)]


def tells_itself_alone(core: Core, agency: str) -> bool:
    """Tell whether an agency's involvement is for itself alone to tell, as a refuge's is."""
    enrolled = core.snapshot.agencies.get(AgencyId(agency))
    return enrolled is not None and enrolled.local_by_default


def _found(
    core: Core, uow: UnitOfWork, own: AgencyId, records: Sequence[RecordId], involved: Sequence[RecordId]
) -> list[Disclosure]:
    """Return the agency's own acts on any of the records, and others' on those whose involvement is told."""
    masks = _masks(uow, core.keyring.get_many([record_key(record_id) for record_id in records]))
    told = {record_key(record_id) for record_id in involved}
    found = []
    for entry in _entries(uow, masks):
        concerned = masks[entry.sequence]
        if entry.agency == own or (told & concerned.keys() and not tells_itself_alone(core, entry.agency)):
            mask = reduce(or_, (concerned[k] for k in concerned if entry.agency == own or k in told))
            found.append(_disclosure(core, entry, mask, records))
    return found


def _masks(uow: UnitOfWork, keys: Mapping[str, DataKey]) -> dict[int, dict[str, int]]:
    """Return, per entry that concerns a holder of one of the keys, the field mask by key."""
    masks: dict[int, dict[str, int]] = {}
    mine: dict[bytes, str] = {}
    current = -1
    for sequence, _, pseudonym, fields, _ in uow.log.subjects():
        if sequence != current:
            current = sequence
            mine = {key.keyed_hash("subject", str(sequence)): key_id for key_id, key in keys.items()}
        if pseudonym in mine:
            held = masks.setdefault(sequence, {})
            held[mine[pseudonym]] = held.get(mine[pseudonym], 0) | fields
    return masks


def _entries(uow: UnitOfWork, concerned: Collection[int]) -> Iterable[AuditEntry]:
    # One reading of the log, whatever concerns the person: the number of readings would tell of hidden acts.
    return Log(uow.log).chosen(concerned)


def _disclosure(core: Core, entry: AuditEntry, mask: int, records: Sequence[RecordId]) -> Disclosure:
    return Disclosure(
        sequence=entry.sequence,
        time=entry.time,
        agency=entry.agency,
        actor=entry.actor,
        action=entry.action,
        purpose=entry.purpose,
        basis=entry.lawful_basis,
        decision=entry.decision,
        fields=names_of(mask),
        # An entry may concern many people: only grants on this person's records are told, and clauses.
        grants=tuple(
            g
            for g in entry.grants
            if not g.startswith(f"{GRANT}_") or core.snapshot.record_of_grant.get(GrantId(g)) in records
        ),
        recipient=str(entry.details.get("recipient", "")),
        override=str(entry.details.get("override", "")),
    )
