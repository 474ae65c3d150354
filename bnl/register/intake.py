"""Intake: takes what agencies say, row by row, and loses none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from pydantic import JsonValue

from bnl.consent.changes import check_grant
from bnl.consent.decide import ask, decide_collect
from bnl.consent.facts import PersonFacts
from bnl.domain.actor import Actor
from bnl.domain.consent import Grant
from bnl.domain.identifiers import QUARANTINE, RECORD, SUBMISSION, RecordId, SubmissionId, new_id
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.record import SourceRecord
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import InvalidValue, NotFound, ProfileError
from bnl.exchange.outcomes import Accepted, Outcome, Quarantined
from bnl.exchange.profile import Profile
from bnl.exchange.statements import StatedEffect
from bnl.register.clock import civil_day
from bnl.register.core import Core
from bnl.register.facts import collected_without_grants, facts_of_record
from bnl.register.intake_report import CORRECTED, NEW, UNCHANGED, IntakeReport, Receipt, Refusal
from bnl.register.journal import Act
from bnl.register.masks import mask_of
from bnl.register.quarantine import clear_mended, quarantine_of
from bnl.register.statements import Refused, grants_from, same_terms
from bnl.storage.documents import Document
from bnl.storage.unit_of_work import UnitOfWork

Progress = Callable[[int], None]

CHUNK = 400


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
    echoes = _Echoes()
    first = True
    for rows in _chunks(outcomes, CHUNK):
        with core.change() as uow:
            request = _require_enrolled(core, actor, purpose)
            intake = _Intake(core, request, report, echoes)
            if first:
                echoes.kept = {_row_key(kept.data) for kept in quarantine_of(core, uow, actor)}
                intake.open_submission(uow, _submission(core, actor, report, name))
                first = False
            for row in rows:
                intake.take(row)
            intake.store(uow)
        report.rows += len(rows)
        if progress is not None:
            progress(report.rows)
    if echoes.last:
        with core.change() as uow:
            intake = _Intake(core, _require_enrolled(core, actor, purpose), report, _Echoes())
            for place, outcome in echoes.last.values():
                intake.revert(place, outcome)
            intake.store(uow)
    if not first:
        clear_mended(core, actor, report.submission_id, echoes.accepted)
    return report


@dataclass(slots=True)
class _Echoes:
    """What a submission repeats of earlier ones.

    A file that corrects a row within itself says the older and then the newer statement, every time it is
    sent. A row that repeats an older version is therefore held back until the file has ended: only if nothing
    newer follows does the agency mean to go back to it.

    Args:
        kept: Rows the agency has in quarantine already; they are not kept twice.
        last: Place of the receipt and row, by reference, that would go back to an older version.
        accepted: Last row of this submission that was accepted, by reference.
    """

    kept: set[tuple[str, str]] = field(default_factory=set)
    last: dict[str, tuple[int, Accepted]] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)


class _Intake:
    """One chunk on its way into the store."""

    def __init__(self, core: Core, request: Request, report: IntakeReport, echoes: _Echoes) -> None:
        self.core = core
        self.echoes = echoes
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
            self.echoes.accepted[outcome.submission.reference] = outcome.row
        except Refused as refused:
            submission = outcome.submission
            self._keep_refusals(outcome)
            raw = submission.model_dump_json(include={"fields"}, exclude_defaults=True)
            raw += "".join(statement.model_dump_json(exclude_defaults=True) for statement in outcome.grants)
            found = [(refused.reason, None, refused.advice)]
            self._set_aside(outcome.row, submission.reference, raw, found)

    def open_submission(self, uow: UnitOfWork, document: Document) -> None:
        """Write down that a submission has begun."""
        uow.submissions.add_many([document])
        self.core.learn(lambda: self.core.snapshot.submissions.update({document.key: document}))

    def _keep_refusals(self, outcome: Accepted) -> None:
        """Record what a person forbade though the row is refused: a refusal is never lost with a row."""
        known = self._known(outcome.submission.reference)
        if known is None:
            return
        stated = [one for one in outcome.grants if one.effect is StatedEffect.FORBID]
        with suppress(Refused):
            grants, _ = grants_from(stated, known, self.core.clock())
            self.chunk.grants += [grant for grant in grants if not self._held(grant)]
            self.chunk.subjects.setdefault(known.record_id, 0)

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
        born = submission.fields.date_of_birth
        if born is not None and born > civil_day(self.core.clock()).isoformat():
            raise Refused("future_date", "The date of birth is after today; correct it.")
        record = self._statement(outcome, known)
        status = _status(known, record)
        self.echoes.last.pop(record.reference, None)
        if status == CORRECTED and known is not None and self._repeats_older(record):
            self._require_collect(record, ())
            self.echoes.last[record.reference] = (len(self.report.receipts), outcome)
            record, status = known, UNCHANGED
        self._keep(outcome, known, record, status)

    def revert(self, place: int, outcome: Accepted) -> None:
        """Take a row that goes back to an older version, once nothing newer has followed it."""
        known = self._known(outcome.submission.reference)
        record = self._statement(outcome, known)
        self.chunk.records.append(record)
        self.chunk.subjects[record.record_id] = mask_of(record.fields.present())
        self.report.receipts[place] = self.report.receipts[place]._replace(status=CORRECTED)

    def _statement(self, outcome: Accepted, known: SourceRecord | None) -> SourceRecord:
        submission = outcome.submission
        return SourceRecord(
            record_id=known.record_id if known else RecordId(new_id(RECORD)),
            agency_id=self.agency.agency_id,
            reference=submission.reference,
            version=known.version + 1 if known else 1,
            received_at=self.core.clock(),
            submission_id=self.report.submission_id,
            fields=submission.fields,
            local=submission.local or self.agency.local_by_default or (known.local if known else False),
            restricted=submission.restricted or (known.restricted if known else False),
        )

    def _repeats_older(self, record: SourceRecord) -> bool:
        older = self.core.snapshot.superseded.get(record.record_id, ())
        return any(_status(before, record) == UNCHANGED for before in older)

    def _keep(self, outcome: Accepted, known: SourceRecord | None, record: SourceRecord, status: str) -> None:
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
        ended = self.core.snapshot.endings.get(grant.record_id, {})
        held = [
            one
            for grant_id, one in self.core.snapshot.grants.get(grant.record_id, {}).items()
            # What was withdrawn and is forbidden again is forbidden anew; a permit must be given anew.
            if grant.permits or grant_id not in ended
        ]
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
        if _row_key(data) in self.echoes.kept:
            return
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


def _row_key(data: Mapping[str, JsonValue]) -> tuple[str, str]:
    return str(data["raw"]), str(data["findings"])
