"""Kinds: for every noun its table, its key, who numbers its versions and which key seals it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter

from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement
from bnl.domain.consent import Grant
from bnl.domain.event import Event
from bnl.domain.household import Membership
from bnl.domain.judgement import Judgement
from bnl.domain.link import Link, Tombstone
from bnl.domain.record import SourceRecord
from bnl.storage.documents import Blob, Document
from bnl.storage.keys import SYSTEM_MODELS, record_key, submission_key
from bnl.storage.kind import FIRST_CLEAR, KEY, Kind, Row
from bnl.storage.tables import (
    AgencyRow,
    AgreementRow,
    Base,
    EndingRow,
    EventRow,
    GrantRow,
    JudgementRow,
    LinkRow,
    MembershipRow,
    ModelRow,
    PublishedReturnRow,
    QuarantineRow,
    ReceiptRow,
    ReviewTaskRow,
    SourceRecordRow,
    SubmissionRow,
    TombstoneRow,
    VitalRow,
    table_of,
)

N = TypeVar("N", bound=BaseModel)


def _kind(
    row: type[Base],
    noun: type[N],
    key: Callable[[N], str],
    key_id: Callable[[Row], str] | None = None,
    version: Callable[[N], int] | None = None,
) -> Kind[N]:
    adapter: TypeAdapter[N] = TypeAdapter(noun)

    def dump(value: N) -> bytes:
        # What a noun leaves at its default is not written: a default of a stored noun never changes.
        return adapter.dump_json(value, exclude_defaults=True)

    stamp = _stamped if "sequence" in noun.model_fields else _unstamped
    owned = key_id in (_its_record, _its_submission)
    return Kind(table_of(row), key, dump, adapter.validate_json, stamp, version, key_id, owned)


def _stamped(noun: N, sequence: int) -> N:
    if getattr(noun, "sequence", None) == sequence:
        return noun
    return noun.model_copy(update={"sequence": sequence})


def _unstamped(noun: N, _sequence: int) -> N:
    return noun


def _own_record(row: Row) -> str:
    return record_key(row[KEY])


def _its_record(row: Row) -> str:
    return record_key(row[FIRST_CLEAR])


def _own_submission(row: Row) -> str:
    return submission_key(row[KEY])


def _its_submission(row: Row) -> str:
    return submission_key(row[FIRST_CLEAR])


def _models(_row: Row) -> str:
    return SYSTEM_MODELS


def _membership_key(member: Membership) -> str:
    return f"{member.household_id}/{member.record_id}"


def _document_key(document: Document) -> str:
    return document.key


AGENCIES: Final = _kind(AgencyRow, Agency, lambda noun: noun.agency_id)
AGREEMENTS: Final = _kind(
    AgreementRow, Agreement, lambda noun: noun.agreement_id, version=lambda noun: noun.version
)
RECORDS: Final = _kind(
    SourceRecordRow, SourceRecord, lambda noun: noun.record_id, _own_record, lambda noun: noun.version
)
GRANTS: Final = _kind(GrantRow, Grant, lambda noun: noun.grant_id, _its_record, lambda noun: noun.version)
ENDINGS: Final = _kind(EndingRow, Document, _document_key, _its_record)
EVENTS: Final = _kind(EventRow, Event, lambda noun: noun.event_id, _its_record, lambda _: 1)
VITALS: Final = _kind(VitalRow, Document, _document_key, _its_record)
MEMBERSHIPS: Final = _kind(MembershipRow, Membership, _membership_key, _its_record)
JUDGEMENTS: Final = _kind(JudgementRow, Judgement, lambda noun: noun.judgement_id)
LINKS: Final = _kind(LinkRow, Link, lambda noun: noun.record_id)
SUBMISSIONS: Final = _kind(SubmissionRow, Document, _document_key, _own_submission)
QUARANTINE: Final = _kind(QuarantineRow, Document, _document_key, _its_submission)
TASKS: Final = _kind(ReviewTaskRow, Document, _document_key)
RETURNS: Final = _kind(PublishedReturnRow, Document, _document_key)
RECEIPTS: Final = _kind(ReceiptRow, Document, _document_key)
TOMBSTONES: Final = _kind(TombstoneRow, Tombstone, lambda noun: noun.reference_hash)
MODELS: Final = _kind(ModelRow, Blob, lambda noun: noun.key, _models)

KINDS: Final[tuple[Kind[Any], ...]] = (
    AGENCIES,
    AGREEMENTS,
    RECORDS,
    GRANTS,
    ENDINGS,
    EVENTS,
    VITALS,
    MEMBERSHIPS,
    JUDGEMENTS,
    LINKS,
    SUBMISSIONS,
    QUARANTINE,
    TASKS,
    RETURNS,
    RECEIPTS,
    TOMBSTONES,
    MODELS,
)
"""Every kind: one for each projected table."""
