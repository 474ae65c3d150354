"""Records in memory: documents until somebody asks, and then records, once."""

from __future__ import annotations

import pytest

from bnl.domain.identifiers import RecordId
from bnl.domain.record import SourceRecord
from bnl.register.held_records import HeldRecords
from bnl.storage.kinds import RECORDS
from bnl.storage.record_documents import RecordDocument, read_document
from tests.storage_samples import record

A, B = RecordId("rec_a"), RecordId("rec_b")


def held() -> HeldRecords:
    made = HeldRecords()
    made.hold(read_document(RECORDS.dump(record("rec_a", version=3))))
    made.hold(record("rec_b"))
    return made


def test_a_document_becomes_its_record_when_asked_for_and_stays_it() -> None:
    records = held()
    assert [type(one) for one in records.held()] == [RecordDocument, SourceRecord]
    asked = records[A]
    assert asked == record("rec_a", version=3)
    assert records[A] is asked
    assert [type(one) for one in records.held()] == [SourceRecord, SourceRecord]


def test_ids_and_versions_are_told_without_making_records() -> None:
    records = held()
    assert (list(records), len(records), A in records, "rec_c" in records) == ([A, B], 2, True, False)
    assert [records.version(RecordId(name)) for name in ("rec_a", "rec_b", "rec_c")] == [3, 1, 0]
    assert isinstance(next(iter(records.held())), RecordDocument)


def test_they_are_records_by_id_to_whoever_reads_them() -> None:
    assert dict(held()) == {A: record("rec_a", version=3), B: record("rec_b")}
    assert list(held().values()) == [record("rec_a", version=3), record("rec_b")]
    assert held().get(RecordId("rec_c")) is None
    with pytest.raises(KeyError):
        held()[RecordId("rec_c")]


def test_a_record_put_in_or_taken_out_leaves_no_document_behind() -> None:
    records = held()
    records[A] = record("rec_a", version=4)
    assert records[A].version == 4
    assert records.pop(A).version == 4
    assert list(records.held()) == [record("rec_b")]
    del records[B]
    assert not records
