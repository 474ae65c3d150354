"""Intake: takes what agencies say, row by row, and loses none of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from pydantic import JsonValue

from bnl.consent.changes import check_grant
from bnl.consent.decide import ask, decide_collect
from bnl.consent.facts import PersonFacts
from bnl.domain.actor import Actor
from bnl.domain.consent import Grant
from bnl.domain.identifiers import QUARANTINE, RECORD, SUBMISSION, Handle, RecordId, SubmissionId, new_id
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.record import SourceRecord
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Denied, InvalidValue, NotFound, ProfileError
from bnl.exchange.outcomes import Accepted, Outcome, Quarantined
from bnl.exchange.profile import Profile
from bnl.register.core import Core
from bnl.register.facts import collected_without_grants, facts_of_record
from bnl.register.journal import Act
from bnl.register.masks import mask_of
from bnl.register.quarantine import clear_mended
from bnl.register.statements import Refused, grants_from, same_terms
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

Progress = Callable[[int], None]

CHUNK = 400
NEW, CORRECTED, UNCHANGED = "new", "corrected", "unchanged"


class Receipt(NamedTuple):
    """What an agency gets back for a row that was taken.

    Args:
        row: Row of the file; 0 for a call.
        handle: What the agency knows the person by from now on.
        status: ``new``, ``corrected`` or ``unchanged``.
    """

    row: int
    handle: Handle
    status: str


class Refusal(NamedTuple):
    """What an agency is told of a row that was not taken.

    Args:
        row: Row of the file; 0 for a call.
        column: Column of the first reason, if it concerns one.
        reason: Code.
        advice: What to do about it.
    """

    row: int
    column: str | None
    reason: str
    advice: str


@dataclass(slots=True)
class IntakeReport:
    """What became of a submission; ``accepted + quarantined == rows``.

    Args:
        submission_id: Its identifier.
        rows: Rows that hold anything.
        receipts: One per accepted row.
        refusals: One per quarantined row.
        warnings: Warnings on accepted rows, by code.
        notes: What was found out about the file.
    """

    submission_id: SubmissionId
    rows: int = 0
    receipts: list[Receipt] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        """Number of accepted rows."""
        return len(self.receipts)

    @property
    def quarantined(self) -> int:
        """Number of quarantined rows."""
        return len(self.refusals)

    @property
    def statuses(self) -> Counter[str]:
        """Accepted rows by what they were: new, corrected or unchanged."""
        return Counter(receipt.status for receipt in self.receipts)

    @property
    def reasons(self) -> Counter[str]:
        """Quarantined rows by their first reason."""
        return Counter(refusal.reason for refusal in self.refusals)


@dataclass(slots=True)
class _Chunk:
    """Rows gathered for one transaction."""

    records: list[SourceRecord] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    kept: list[Document] = field(default_factory=list)
    by_reference: dict[str, SourceRecord] = field(default_factory=dict)
    subjects: dict[RecordId, int] = field(default_factory=dict)


def take_in(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    outcomes: Iterable[Outcome],
    *,
    name: str = "",
    progress: Progress | None = None,
) -> IntakeReport:
    """Take in rows for the actor's agency.

    Each chunk of rows is one transaction with its audit entry: records with the grants they carry, and rows
    that could not be taken, sealed, for the agency to mend. A row already held unchanged changes nothing; one
    that differs under the same reference is the next version of its record. Nothing is answered about other
    agencies' records: matching comes afterwards.

    Args:
        core: The register's state.
        actor: Who submits; rows are taken as the statement of the actor's agency.
        purpose: Why the data is collected.
        outcomes: Rows as read, accepted or quarantined.
        name: Name of the file, kept sealed with the submission.
        progress: Called after each chunk with the number of rows done.

    Returns:
        What became of the rows.

    Raises:
        NotFound: The agency is not enrolled.
    """
    report = IntakeReport(SubmissionId(new_id(SUBMISSION)))
    first = True
    for rows in _chunks(outcomes, CHUNK):
        with core.change() as uow:
            request = _require_enrolled(core, actor, purpose)
            intake = _Intake(core, request, report)
            if first:
                intake.open_submission(uow, _submission(core, actor, report, name))
                first = False
            for row in rows:
                intake.take(row)
            intake.store(uow)
        report.rows += len(rows)
        if progress is not None:
            progress(report.rows)
    if not first:
        clear_mended(core, actor)
    return report


class _Intake:
    """One chunk on its way into the store."""

    def __init__(self, core: Core, request: Request, report: IntakeReport) -> None:
        self.core = core
        self.request = request
        self.report = report
        self.chunk = _Chunk()
        self.agency = core.snapshot.agencies[request.actor.agency_id]
        standing = collected_without_grants(request, core.policy)
        self._standing = frozenset(name for name, kind in FIELD_CATEGORY.items() if kind in standing)

    def take(self, outcome: Outcome) -> None:
        """Decide what becomes of one row."""
        if isinstance(outcome, Quarantined):
            found = [(str(f.code), f.column, f.advice) for f in outcome.findings]
            self._set_aside(outcome.row, outcome.reference, outcome.raw, found)
            return
        try:
            self._accept(outcome)
        except Refused as refused:
            submission = outcome.submission
            raw = submission.fields.model_dump_json(exclude_defaults=True)
            found = [(refused.reason, None, refused.advice)]
            self._set_aside(outcome.row, submission.reference, raw, found)

    def open_submission(self, uow: UnitOfWork, document: Document) -> None:
        """Write down that a submission has begun."""
        uow.submissions.add_many([document])
        self.core.learn(lambda: self.core.snapshot.submissions.update({document.key: document}))

    def store(self, uow: UnitOfWork) -> None:
        """Write the chunk and its entry."""
        chunk, sequence = self.chunk, uow.next_sequence
        self.core.learn(lambda: self._learn(sequence))
        uow.records.add_many(chunk.records)
        uow.grants.add_many(chunk.grants)
        uow.quarantine.add_many(chunk.kept)
        details: dict[str, str | int] = {
            "submission": self.report.submission_id,
            "records": len(chunk.records),
            "quarantined": len(chunk.kept),
        }
        purpose = self.request.purpose.value
        self.core.journal.write(
            uow, self.request.actor, Act("collect", purpose, subjects=chunk.subjects, details=details)
        )

    def _learn(self, sequence: int) -> None:
        for record in self.chunk.records:
            self.core.snapshot.take_record(record, sequence)
        for grant in self.chunk.grants:
            self.core.snapshot.take_grant(grant.model_copy(update={"sequence": sequence}))

    def _accept(self, outcome: Accepted) -> None:
        submission, agency_id = outcome.submission, self.agency.agency_id
        known = self._known(submission.reference)
        if known is None and self.core.store.reference_hash(agency_id, submission.reference) in (
            self.core.snapshot.tombstones
        ):
            raise Refused(
                "erased", "This record was erased; send it again only if the person comes back anew."
            )
        record = SourceRecord(
            record_id=known.record_id if known else RecordId(new_id(RECORD)),
            agency_id=agency_id,
            reference=submission.reference,
            version=known.version + 1 if known else 1,
            received_at=self.core.clock(),
            submission_id=self.report.submission_id,
            fields=submission.fields,
            local=submission.local or self.agency.local_by_default,
            restricted=submission.restricted or (known.restricted if known else False),
        )
        status = _status(known, record)
        grants, skipped = grants_from(outcome.grants, record, self.core.clock())
        grants = [grant for grant in grants if not self._held(grant)]
        if status != UNCHANGED or grants:
            self._require_collect(record, grants)
        if status == UNCHANGED and known is not None:
            record = known
        else:
            self.chunk.records.append(record)
            self.chunk.by_reference[record.reference] = record
        self.chunk.grants += grants
        self._note(outcome, record, status, skipped)

    def _note(self, outcome: Accepted, record: SourceRecord, status: str, skipped: Sequence[str]) -> None:
        mask = mask_of(record.fields.present())
        subjects = self.chunk.subjects
        subjects[record.record_id] = subjects.get(record.record_id, 0) | mask
        self.report.warnings.update(str(warning.code) for warning in outcome.warnings)
        self.report.warnings.update(skipped)
        handle = self.core.handles.handle(record.agency_id, record.record_id)
        self.report.receipts.append(Receipt(outcome.row, handle, status))

    def _known(self, reference: str) -> SourceRecord | None:
        within = self.chunk.by_reference.get(reference)
        if within is not None:
            return within
        snapshot = self.core.snapshot
        record_id = snapshot.by_reference.get((self.agency.agency_id, reference))
        return None if record_id is None else snapshot.records.get(record_id)

    def _held(self, grant: Grant) -> bool:
        held = self.core.snapshot.grants.get(grant.record_id, {}).values()
        chunk = (other for other in self.chunk.grants if other.record_id == grant.record_id)
        return any(same_terms(grant, other) for other in (*held, *chunk))

    def _require_collect(self, record: SourceRecord, grants: Sequence[Grant]) -> None:
        facts = facts_of_record(record)
        for grant in grants:
            try:
                check_grant(grant, PersonFacts(records=(facts,)), self.core.policy)
            except InvalidValue as error:
                raise Refused(
                    "grant_refused", f"The consent stated with the row cannot stand: {error}"
                ) from None
        # A permit never narrows: without a forbid, what stands without grants stands.
        if all(grant.permits for grant in grants) and self._standing.issuperset(record.fields.present()):
            return
        decision = decide_collect(self.request, facts, tuple(grants), self.core.policy)
        refused = [
            name for name in record.fields.present() if not decision.permits_field(facts.record_id, name)
        ]
        if refused:
            raise Refused(
                "no_basis_to_collect",
                f"Nothing lets this agency collect {', '.join(refused)} here: leave the columns out, "
                "or state the consent given with the row.",
            )

    def _set_aside(
        self, row: int, reference: str | None, raw: str, found: Sequence[tuple[str, str | None, str]]
    ) -> None:
        reason, column, advice = found[0]
        self.report.refusals.append(Refusal(row, column, reason, advice))
        data: dict[str, JsonValue] = {
            "agency": self.agency.agency_id,
            "at": self.core.clock().isoformat(),
            "row": row,
            "reference": reference,
            "raw": raw,
            "findings": [{"reason": r, "column": c, "advice": a} for r, c, a in found],
        }
        self.chunk.kept.append(Document(key=new_id(QUARANTINE), data=data, parent=self.report.submission_id))


def _require_enrolled(core: Core, actor: Actor, purpose: Purpose) -> Request:
    if actor.agency_id not in core.snapshot.agencies:
        advice = "Ask the register's operator to enrol it."
        raise NotFound(f"The agency {actor.agency_id} is not enrolled in this register.", advice)
    return ask(actor=actor, action=Action.COLLECT, purpose=purpose, moment=core.clock())


def _submission(core: Core, actor: Actor, report: IntakeReport, name: str) -> Document:
    data: dict[str, JsonValue] = {"agency": actor.agency_id, "at": core.clock().isoformat(), "name": name}
    return Document(key=report.submission_id, data=data)


def _status(known: SourceRecord | None, record: SourceRecord) -> str:
    if known is None:
        return NEW
    same = (known.fields, known.local, known.restricted) == (record.fields, record.local, record.restricted)
    return UNCHANGED if same else CORRECTED


def _chunks(outcomes: Iterable[Outcome], size: int) -> Iterator[list[Outcome]]:
    rows = iter(outcomes)
    while chunk := list(islice(rows, size)):
        yield chunk


def require_own_profile(actor: Actor, profile: Profile) -> None:
    """Raise if a mapping profile is another agency's: rows are statements of the actor's own agency.

    Raises:
        ProfileError: It is.
    """
    if profile.agency != actor.agency_id:
        raise ProfileError(
            f"The profile is that of {profile.agency}, the session that of {actor.agency_id}.",
            "Sign in for the agency that sent the file.",
        )


def require_all(report: IntakeReport) -> None:
    """Raise if a row was not taken; for callers that submit one record.

    Raises:
        Denied: A row was quarantined; the reasons tell why.
    """
    if report.refusals:
        first = report.refusals[0]
        raise Denied(f"The record was not taken: {first.reason}.", first.advice, reasons=(first.reason,))
