"""The match index: filled at once or one by one, it answers alike."""

from __future__ import annotations

from bnl.domain.record import SourceRecord
from bnl.matching.linker import Linker
from bnl.register.default_model import default_model
from bnl.register.match_index import MatchIndex
from bnl.register.snapshot import Snapshot
from bnl.storage.kinds import RECORDS
from bnl.storage.record_documents import RecordDocument, read_document
from tests.register.county import rich
from tests.storage_samples import record

RECORDS_MADE = [record(f"rec_{number}", fields=rich(number)) for number in range(12)]


def found(index: MatchIndex, snapshot: Snapshot, number: int) -> list[tuple[str, float]]:
    candidates = index.bring_up(snapshot).search(rich(number).present(), limit=None)
    return [(one.record_id, round(one.weight, 9)) for one in candidates]


def test_filled_at_once_or_one_by_one_it_answers_alike() -> None:
    whole, grown = Snapshot(), Snapshot()
    at_once, one_by_one = (MatchIndex(Linker(fitted=default_model())) for _ in range(2))
    for sequence, said in enumerate(RECORDS_MADE):
        whole.take_record(read_document(RECORDS.dump(said)), sequence)
        grown.take_record(said, sequence)
        one_by_one.bring_up(grown)
    for number in range(12):
        assert found(at_once, whole, number) == found(one_by_one, grown, number)
        assert found(at_once, whole, number)[0][0] == f"rec_{number}"


def test_filling_makes_no_record_of_a_document() -> None:
    snapshot = Snapshot()
    for sequence, said in enumerate(RECORDS_MADE):
        snapshot.take_record(read_document(RECORDS.dump(said)), sequence)
    index = MatchIndex(Linker(fitted=default_model()))
    assert len(index.bring_up(snapshot)) == len(RECORDS_MADE)
    assert index.bring_up(snapshot) is index.bring_up(snapshot)
    assert {type(one) for one in snapshot.records.held()} == {RecordDocument}


def test_a_correction_replaces_and_an_erasure_removes() -> None:
    snapshot = Snapshot()
    index = MatchIndex(Linker(fitted=default_model()))
    for sequence, said in enumerate(RECORDS_MADE[:3]):
        snapshot.take_record(read_document(RECORDS.dump(said)), sequence)
    index.bring_up(snapshot)
    corrected = record("rec_0", version=2, fields=rich(7))
    snapshot.take_record(read_document(RECORDS.dump(corrected)), 3)
    assert [one[0] for one in found(index, snapshot, 7)[:1]] == ["rec_0"]
    assert [type(one) for one in snapshot.superseded[corrected.record_id]] == [SourceRecord]
    snapshot.forget_record(corrected.record_id)
    assert "rec_0" not in {name for name, _ in found(index, snapshot, 7)}
    assert "rec_0" not in index.bring_up(snapshot)
