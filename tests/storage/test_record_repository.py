"""Source records and submissions: each under a key of its own, found again by the agency's reference."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnl.crypto.keyring import Keyring
from bnl.domain.person import FIELD_CATEGORY, LIST_FIELDS, PersonFields
from bnl.errors import Conflict, Erased, StorageError
from bnl.storage.documents import Document
from bnl.storage.keys import record_key, submission_key
from bnl.storage.record_repository import reference_hash
from bnl.storage.store import Store
from bnl.storage.sweep import orphaned_keys
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import append, finish, record


def test_a_record_has_a_key_of_its_own(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add_many([record("rec_a"), record("rec_b")])
        assert set(store.keyring.get_many([record_key("rec_a"), record_key("rec_b")])) == {
            record_key("rec_a"),
            record_key("rec_b"),
        }


def test_a_correction_stands_beside_what_it_supersedes(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add(record(version=1))
        finish(uow)
    with UnitOfWork(store) as uow:
        uow.records.add(record(version=2, restricted=True))
        finish(uow)
    with ReadUnit(store) as unit:
        found = [(row.version, row.sequence, row.noun.superseded) for row in unit.records.since().rows]
        assert found == [(1, 0, True), (2, 1, False)]
        assert unit.records.get("rec_a") == record(version=2, restricted=True)
        assert [row.noun.superseded for row in unit.records.since(1).rows] == [False]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(record("rec_a", version=1), id="same-version-again"),
        pytest.param(record("rec_b", reference="ref rec_a"), id="same-reference-for-another-record"),
    ],
)
def test_a_reference_has_one_record_and_each_version_one_row(store: Store, second: object) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add(record("rec_a"))
        with pytest.raises(Conflict):
            uow.records.add(second)  # type: ignore[arg-type]


def test_a_correction_of_an_erased_record_is_refused(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add(record())
        finish(uow)
    store.keyring.destroy([record_key("rec_a")])
    with UnitOfWork(store) as uow, pytest.raises(Erased):
        uow.records.add(record(version=2))


def test_records_are_found_by_the_agencys_reference(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add_many([record("rec_a"), record("rec_b"), record("rec_c", agency_id="north-clinic")])
        uow.records.add(record("rec_a", version=2, local=True))
        found = uow.records.by_reference("river-house", ["ref rec_a", "ref rec_b", "ref rec_c", "none"])
        assert {reference: noun.version for reference, noun in found.items()} == {
            "ref rec_a": 2,
            "ref rec_b": 1,
        }
        assert uow.records.by_reference("river-house", []) == {}


def test_the_hash_of_a_reference_needs_the_key(store: Store, make_keyring: object) -> None:
    assert callable(make_keyring)
    other: Keyring = make_keyring()
    other.create_many(["system:references"])
    ours = store.reference_hash("river-house", "7")
    assert ours == reference_hash(store.keyring, "river-house", "7")
    assert len(ours) == 64
    assert ours != reference_hash(other, "river-house", "7")
    assert ours != store.reference_hash("river-hous", "e7")


def test_keys_of_records_that_were_undone_are_destroyed(store: Store) -> None:
    for _ in range(2):
        with UnitOfWork(store) as uow:
            uow.records.add(record())
            uow.submissions.add(Document(key="sub_a"))
    assert store.keyring.get_many([record_key("rec_a"), submission_key("sub_a")]) == {}


def test_a_key_store_in_use_hides_no_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_key_ids: object) -> None:
        raise StorageError("The key store is in use.")

    def fail() -> None:
        with UnitOfWork(store) as uow:
            uow.records.add(record())
            raise ZeroDivisionError

    monkeypatch.setattr(store.keyring, "destroy", refuse)
    with pytest.raises(ZeroDivisionError):
        fail()
    monkeypatch.undo()
    with UnitOfWork(store) as uow:
        assert orphaned_keys(uow) == [record_key("rec_a")]


def test_keys_outlive_a_commit_that_failed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add(record())
        append(uow)
        monkeypatch.setattr(uow.transaction.connection, "commit", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            uow.commit()
    assert set(store.keyring.get_many([record_key("rec_a")])) == {record_key("rec_a")}


def test_a_submission_keeps_its_key_over_versions(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.submissions.add_many([Document(key="sub_a"), Document(key="sub_b"), Document(key="sub_a")])
        uow.submissions.add(Document(key="sub_a", data={"accepted": 3}))
        assert [row.version for row in uow.submissions.history("sub_a")] == [1, 2, 3]
        assert set(store.keyring.get_many([submission_key("sub_a"), submission_key("sub_b")])) == {
            submission_key("sub_a"),
            submission_key("sub_b"),
        }


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@st.composite
def statements(draw: st.DrawFn) -> PersonFields:
    """Whatever an agency may say, in any script."""
    chosen = draw(st.sets(st.sampled_from(sorted(set(FIELD_CATEGORY) - {"date_of_birth"})), max_size=6))
    values: dict[str, object] = {
        name: draw(st.lists(texts, max_size=3).map(tuple) if name in LIST_FIELDS else texts)
        for name in chosen
    }
    values["date_of_birth"] = draw(st.none() | st.dates().map(lambda day: day.isoformat()))
    return PersonFields.model_validate(values)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(said=st.lists(statements(), min_size=1, max_size=4))
def test_any_statement_is_read_back_as_it_was_said(store: Store, said: list[PersonFields]) -> None:
    records = [record(f"rec_{number}", fields=fields) for number, fields in enumerate(said)]
    with UnitOfWork(store) as uow:
        uow.records.add_many(records)
        assert [row.noun for row in uow.records.since().rows] == records
    store.keyring.destroy([record_key(noun.record_id) for noun in records])
