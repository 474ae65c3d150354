"""Erasure: goes by source record, each one confirmed, says so in the log first, then destroys the keys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from bnl.audit.log import Log
from bnl.audit.tlog_proof import proof_text
from bnl.consent.decide import ask
from bnl.consent.decision import Decision
from bnl.domain.actor import Actor
from bnl.domain.audit import instant_text
from bnl.domain.consent import Grant
from bnl.domain.identifiers import Handle, PersonId, RecordId
from bnl.domain.link import Tombstone
from bnl.domain.vocabulary import Action, Purpose, Role
from bnl.errors import Conflict, Denied, InvalidValue, StorageError
from bnl.register.clock import civil_day
from bnl.register.core import Core
from bnl.register.erasure_certificate import Certificate, ErasedRecord, KeptRecord
from bnl.register.journal import REGISTER_ACTOR, Act
from bnl.register.masks import mask_of
from bnl.register.release import Exit, opened, unknown_handle
from bnl.register.retention import (
    ErasureReason,
    KeptByLaw,
    RetentionPolicy,
    ReviewDate,
    kept_by_law,
    review_dates,
)
from bnl.register.retention_facts import retention_facts
from bnl.storage.documents import Document
from bnl.storage.keys import SUBMISSION_PREFIX, record_key, submission_key
from bnl.storage.sweep import orphaned_keys, remains_of, remove_records
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork

ERASERS = frozenset({Role.DATA_OFFICER, Role.MANAGER, Role.STEWARD})
PURPOSES = frozenset({Purpose.SUBJECT_ACCESS, Purpose.STEWARDSHIP})


class PlannedRecord(NamedTuple):
    """One source record linked to the person now, as an erasure would treat it.

    Args:
        handle: Confirm it by this.
        agency_id: Whose record it is.
        last_activity: Day of its latest statement or event.
        yours: The actor may have it erased.
        kept: What the law keeps it for; empty if it may be erased.
        reviews: When it is looked at again.
    """

    handle: Handle
    agency_id: str
    last_activity: date
    yours: bool
    kept: tuple[KeptByLaw, ...]
    reviews: tuple[ReviewDate, ...]


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """What an erasure would do; nothing has been done.

    Args:
        records: The records linked to the person now that the actor may know of. Look at each: a wrong link
            would erase a stranger.
    """

    records: tuple[PlannedRecord, ...]


def plan_erasure(
    core: Core, actor: Actor, purpose: Purpose, handle: str, policy: RetentionPolicy
) -> ErasurePlan:
    """List the records an erasure of a person would concern.

    Args:
        core: The register's state.
        actor: Who asks: a data officer, manager or steward.
        purpose: Subject access or stewardship.
        handle: The person.
        policy: What the law keeps.

    Raises:
        NotFound: There is no such person, or not for this actor.
        Denied: The actor may erase nothing.
    """
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    found: list[PlannedRecord] = []
    with opened(core, request, "erase.plan", events=True) as way_out:
        _require_eraser(core, actor, purpose)
        if opened_person := way_out.behind(handle):
            person_id, decision = opened_person
            found = _planned(core, actor, person_id, decision, policy)
            way_out.subjects.update(dict.fromkeys(decision.records, mask_of()))
            way_out.note_events(decision, ())
    if not found:
        raise unknown_handle()
    return ErasurePlan(tuple(found))


def erase(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    handle: str,
    confirm: Collection[str],
    reason: str,
    policy: RetentionPolicy,
) -> Certificate:
    """Erase source records of a person, each of them confirmed; the others stay.

    The erasure is written down first, with a tombstone per record that keeps its row from coming back; then
    the records' keys are destroyed, then their rows. Cut off anywhere it is finished on the next opening.

    Args:
        core: The register's state.
        actor: Who orders it: a data officer or manager of the agency for its own records, a steward for all.
        purpose: Subject access or stewardship.
        handle: The person.
        confirm: Handles of the records to erase, as `plan_erasure` lists them.
        reason: Code of a reason of the policy.
        policy: What the law keeps.

    Returns:
        The certificate; what was confirmed and is kept by law is named in it with the reason.

    Raises:
        NotFound: There is no such person, or not for this actor.
        Denied: The actor may not erase a record confirmed, the law keeps all of them, or a hard refusal
            stands on one: two stewards lift it, and nobody by erasing what it stands on.
        Conflict: A handle confirmed is none of the person's records.
        InvalidValue: The reason is none, or nothing is confirmed.
    """
    stated = _reason(policy, reason)
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    with core.change(events=True) as uow:
        _require_eraser(core, actor, purpose)
        opened_person = Exit(core, uow, request).behind(handle)
        if opened_person is None:
            raise unknown_handle()
        planned = _confirmed(_planned(core, actor, *opened_person, policy), confirm)
        doomed = {one.handle: one for one in planned if not one.kept}
        if not doomed:
            codes = tuple(sorted({kept.code for one in planned for kept in one.kept}))
            advice = "The plan says why, and until when."
            raise Denied("The law keeps every record confirmed.", advice, reasons=codes)
        records = [_record_behind(core, actor, one) for one in doomed]
        _require_lifted(core, records)
        certificate = _certificate(core, actor, stated, policy, planned)
        sequence = uow.next_sequence
        subjects = {r: mask_of(core.snapshot.records[r].fields.present()) for r in records}
        empty = _bury(core, uow, records, stated.code)
        core.journal.write(uow, actor, _act(purpose, certificate, subjects))
    emptied = finish(core, Act("erase.finish", purpose.value), actor, records, empty)
    return _proved(core, replace(certificate, log_emptied=emptied), sequence)


def finish(
    core: Core, act: Act, actor: Actor, record_ids: Collection[RecordId], submissions: Collection[str] = ()
) -> bool:
    """Destroy keys and rows of records that have their tombstone.

    Args:
        core: The register's state.
        act: How the entry is to tell of it.
        actor: In whose name.
        record_ids: The records.
        submissions: Submissions removed with them, whose keys go too.

    Returns:
        Whether the write-ahead log was emptied too; a reader may stand in the way.
    """
    keys = [record_key(record_id) for record_id in record_ids]
    core.keyring.destroy([*keys, *(submission_key(one) for one in submissions)])
    with core.change() as uow:
        removed = remove_records(uow, record_ids)
        core.journal.write(uow, actor, act._replace(details={"rows": removed}))
    try:
        core.store.truncate_wal()
    except StorageError:
        return False
    return True


def finish_pending(core: Core) -> int:
    """Finish what erasures left when they were cut off.

    Args:
        core: The register's state, just opened.

    Returns:
        How many records were still to be destroyed.
    """
    erased = core.snapshot.erased
    if not erased:
        return 0
    with ReadUnit(core.store) as unit:
        left = {RecordId(record_id) for record_id in remains_of(unit, erased)}
    if left:
        with UnitOfWork(core.store) as uow:
            keys = [one for one in orphaned_keys(uow) if one.startswith(SUBMISSION_PREFIX)]
        submissions = [key.removeprefix(SUBMISSION_PREFIX) for key in keys]
        finish(core, Act("erase.finish"), REGISTER_ACTOR, left, submissions)
    else:
        with suppress(StorageError):
            core.store.truncate_wal()
    return len(left)


def _require_eraser(core: Core, actor: Actor, purpose: Purpose) -> None:
    if actor.role not in ERASERS or purpose not in PURPOSES or not (_own(core, actor) or _all(core, actor)):
        advice = "Erasure is for data officers, managers and stewards, for subject access or stewardship."
        raise Denied("This role may not erase records for this purpose.", advice, reasons=("no_clause",))


def _own(core: Core, actor: Actor) -> bool:
    return core.may(actor, Action.VIEW, Purpose.SUBJECT_ACCESS)


def _all(core: Core, actor: Actor) -> bool:
    return core.may(actor, Action.UPDATE, Purpose.STEWARDSHIP)


def _planned(
    core: Core, actor: Actor, person_id: PersonId, decision: Decision, policy: RetentionPolicy
) -> list[PlannedRecord]:
    today, whole, visible = civil_day(core.clock()), _all(core, actor), set(decision.records)
    planned = []
    for record in core.snapshot.records_of(person_id):
        if record.record_id not in visible:
            continue
        facts = retention_facts(core.snapshot, record.record_id)
        planned.append(
            PlannedRecord(
                handle=core.handles.handle(actor.agency_id, record.record_id),
                agency_id=record.agency_id,
                last_activity=facts.last_activity,
                yours=whole or record.agency_id == actor.agency_id,
                kept=kept_by_law(policy, facts, today),
                reviews=review_dates(policy, facts),
            )
        )
    return planned


def _confirmed(planned: Sequence[PlannedRecord], confirm: Collection[str]) -> list[PlannedRecord]:
    if not confirm:
        raise InvalidValue(
            "No record is confirmed.", "Look at the plan and confirm each record by its handle."
        )
    chosen = [one for one in planned if one.handle in set(confirm)]
    if len(chosen) != len(set(confirm)):
        advice = "Somebody may have parted it from this person meanwhile: look at the plan again."
        raise Conflict("A record confirmed is not one of this person's.", advice)
    if not all(one.yours for one in chosen):
        advice = "Ask that agency, or a steward."
        raise Denied("A record confirmed is another agency's.", advice, reasons=("no_clause",))
    return chosen


def _require_lifted(core: Core, record_ids: Iterable[RecordId]) -> None:
    # Whether anything else is bound by the refusal does not matter: that would tell what is linked.
    for record_id in record_ids:
        ended = core.snapshot.endings.get(record_id, {})
        for grant_id, one in core.snapshot.grants.get(record_id, {}).items():
            if not isinstance(one, Grant) or (one.hard and grant_id not in ended):
                advice = "Two stewards lift it first, with evidence; then erase the record."
                raise Denied(
                    "A hard refusal, or a damaged grant, stands on a record confirmed.",
                    advice,
                    reasons=("hard_refusal",),
                )


def _record_behind(core: Core, actor: Actor, handle: Handle) -> RecordId:
    record_id = core.handles.record(actor.agency_id, handle)
    if record_id is None:
        raise unknown_handle()
    return record_id


def _bury(core: Core, uow: UnitOfWork, record_ids: Sequence[RecordId], reason: str) -> list[str]:
    """Write the tombstones and remove what hangs on the records without their keys.

    Returns:
        The submissions removed; their keys must go too.
    """
    snapshot, now = core.snapshot, core.clock()
    records = [snapshot.records[record_id] for record_id in record_ids]
    uow.tombstones.add_many(
        [
            Tombstone(
                reference_hash=core.store.reference_hash(record.agency_id, record.reference),
                record_id=record.record_id,
                agency_id=record.agency_id,
                at=now,
                reason=reason,
            )
            for record in records
        ]
    )
    gone = set(record_ids)
    uow.judgements.delete_many([k for k, one in snapshot.judgements.items() if gone & {one.left, one.right}])
    tasks = [task for task in snapshot.tasks.values() if gone & _words(task)]
    uow.tasks.delete_many([task.key for task in tasks])
    texts = {word for task in tasks for word in _words(task)} & snapshot.submissions.keys()
    uow.submissions.delete_many(texts)
    core.unlearn(uow)
    return [*texts, *_clear_submissions(core, uow, gone)]


def _words(task: Document) -> set[str]:
    return {value for value in task.data.values() if isinstance(value, str)}


def _clear_submissions(core: Core, uow: UnitOfWork, gone: Collection[RecordId]) -> list[str]:
    """Remove quarantined rows under the same reference, and submissions that brought nothing else."""
    snapshot = core.snapshot
    held = [*snapshot.records.values(), *(v for older in snapshot.superseded.values() for v in older)]
    references = {(one.agency_id, one.reference) for one in held if one.record_id in gone}
    ours = {one.submission_id for one in held if one.record_id in gone}
    ours -= {one.submission_id for one in held if one.record_id not in gone}
    submitted = {
        key: str(document.data["agency"])
        for key, document in snapshot.submissions.items()
        if str(document.data["agency"]) in {agency for agency, _ in references}
    }
    kept = uow.quarantine.of(list(submitted))
    doomed = [one.key for one in kept if (submitted[one.parent], one.data["reference"]) in references]
    uow.quarantine.delete_many(doomed)
    waiting = {one.parent for one in kept if one.key not in set(doomed)}
    empty = sorted(str(one) for one in ours - waiting if one in snapshot.submissions)
    uow.submissions.delete_many(empty)
    return empty


def _reason(policy: RetentionPolicy, reason: str) -> ErasureReason:
    found = [one for one in policy.reason if one.code == reason]
    if not found:
        codes = ", ".join(one.code for one in policy.reason)
        raise InvalidValue("This is no reason of the retention policy.", f"Give one of {codes}.")
    return found[0]


def _certificate(
    core: Core, actor: Actor, reason: ErasureReason, policy: RetentionPolicy, planned: Iterable[PlannedRecord]
) -> Certificate:
    now = core.clock()
    today, chosen = civil_day(now), list(planned)
    return Certificate(
        register=core.journal.log_key.name,
        at=instant_text(now),
        agency=actor.agency_id,
        user=actor.user_id,
        reason=reason.code,
        source=reason.source,
        policy=(policy.policy, policy.version, policy.fingerprint),
        erased=tuple(ErasedRecord(one.handle, one.agency_id) for one in chosen if not one.kept),
        kept=tuple(KeptRecord(one.handle, one.agency_id, one.kept) for one in chosen if one.kept),
        beyond_use_until=today + timedelta(days=policy.key_backups_lapse_days),
        backups_lapse_on=today
        + timedelta(days=max(policy.key_backups_lapse_days, policy.database_backups_lapse_days)),
    )


def _act(purpose: Purpose, certificate: Certificate, subjects: dict[RecordId, int]) -> Act:
    details: dict[str, str | int] = {
        "certificate": certificate.fingerprint,
        "reason": certificate.reason,
        "policy": f"{certificate.policy[0]}/{certificate.policy[1]}",
        "policy_sha256": certificate.policy[2],
        "records": len(certificate.erased),
        "kept": len(certificate.kept),
    }
    return Act("erase", purpose.value, basis="legal_obligation", subjects=subjects, details=details)


def _proved(core: Core, certificate: Certificate, sequence: int) -> Certificate:
    with ReadUnit(core.store) as unit:
        newest = unit.log.newest_checkpoint()
        if newest is None:
            raise StorageError("The log holds no checkpoint.", "Run `bnl audit verify`.")
        size, note = newest
        ((_, leaf, _),) = unit.log.leaves(sequence, sequence + 1)
        proof = proof_text(sequence, Log(unit.log).inclusion_proof(sequence, size), note)
    return replace(certificate, entry=leaf.decode("ascii"), proof=proof)
