"""Sealing anew: after a rotation nothing stands under the old key, and nobody can tell from the nouns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bnl.errors import Corrupt, Erased, StorageError
from bnl.storage.documents import Blob, Document
from bnl.storage.keys import SYSTEM_MODELS, SYSTEM_ROWS, record_key, submission_key
from bnl.storage.kinds import KINDS
from bnl.storage.resealing import reseal
from bnl.storage.rows import iterate
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import append, damaged_rows, event, filled, finish, record

REPOSITORIES = ("records", "grants", "endings", "events", "vitals", "memberships", "quarantine", "models")
ROTATED = [
    pytest.param(record_key("rec_a"), 6, id="record"),
    pytest.param(submission_key("sub_a"), 2, id="submission"),
    pytest.param(SYSTEM_MODELS, 1, id="models"),
]


def everything(store: Store) -> dict[str, Any]:
    with ReadUnit(store) as unit:
        assert damaged_rows(unit) == []
        loaded = {name: getattr(unit, name).since(0) for name in REPOSITORIES}
    assert all(found.damaged == [] for found in loaded.values())
    return {name: found.rows for name, found in loaded.items()}


def rotate(store: Store, key_id: str) -> int:
    store.keyring.new_version(key_id)
    with UnitOfWork(store) as uow:
        count = reseal(uow, key_id)
        finish(uow)
    store.keyring.retire_versions(key_id)
    return count


@pytest.mark.parametrize(("key_id", "rows"), ROTATED)
def test_nouns_are_the_same_after_a_rotation(store: Store, key_id: str, rows: int) -> None:
    before = everything(filled(store))
    assert rotate(store, key_id) == rows
    assert everything(store) == before
    assert rotate(store, key_id) == rows
    assert everything(store) == before


@pytest.mark.parametrize(("key_id", "rows"), ROTATED)
def test_the_log_names_each_row_with_its_next_sealing(store: Store, key_id: str, rows: int) -> None:
    filled(store)
    store.keyring.new_version(key_id)
    with UnitOfWork(store) as uow:
        reseal(uow, key_id)
        writes = uow.take_writes()
        assert len(writes) == rows
        assert {write.version for write in writes} == {2}
        assert all(len(write.commitment) == 32 for write in writes)
    with ReadUnit(store) as unit:
        assert {row.version for row in iterate(unit)} == {1}


def test_everything_sealed_is_covered(store: Store) -> None:
    filled(store)
    with UnitOfWork(store) as uow:
        for key_id in (record_key("rec_a"), record_key("rec_b"), submission_key("sub_a"), SYSTEM_MODELS):
            reseal(uow, key_id)
        named = {write.table for write in uow.take_writes()}
    assert named == {kind.table.name for kind in KINDS if kind.key_id is not None}


@pytest.mark.parametrize("key_id", [SYSTEM_ROWS, record_key("rec_none"), "elsewhere:x"])
def test_a_key_that_seals_nothing_changes_nothing(store: Store, key_id: str) -> None:
    filled(store)
    with UnitOfWork(store) as uow:
        assert reseal(uow, key_id) == 0
        assert uow.take_writes() == ()


def test_all_versions_of_a_noun_are_sealed_anew(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add_many([record(version=1), record(version=2)])
        finish(uow)
    before = everything(store)
    assert rotate(store, record_key("rec_a")) == 2
    assert everything(store) == before


def before_resealing(_store: Store) -> None:
    """Stop after the new version of the key was made."""


def without_commit(store: Store) -> None:
    """Stop when everything was sealed anew but not committed."""
    with UnitOfWork(store) as uow:
        reseal(uow, record_key("rec_a"))
        append(uow)


def before_retiring(store: Store) -> None:
    """Stop when everything was committed and the old version of the key not yet retired."""
    with UnitOfWork(store) as uow:
        reseal(uow, record_key("rec_a"))
        finish(uow)


@pytest.mark.parametrize("cut_off", [before_resealing, without_commit, before_retiring])
def test_a_rotation_cut_off_is_readable_and_done_again(
    store: Store, cut_off: Callable[[Store], None]
) -> None:
    before = everything(filled(store))
    store.keyring.new_version(record_key("rec_a"))
    cut_off(store)
    assert everything(store) == before
    with UnitOfWork(store) as uow:
        uow.events.add(event("evt_between"))
        finish(uow)
    between = everything(store)
    assert rotate(store, record_key("rec_a")) == 7
    assert everything(store) == between


def test_a_row_sealed_anew_is_removed_like_any_other(store: Store) -> None:
    filled(store)
    rotate(store, record_key("rec_a"))
    with UnitOfWork(store) as uow:
        uow.events.delete_of(["rec_a"])
        assert [tuple(write) for write in uow.take_writes()] == [("event", "evt_a~1", 3, b"")]
    with UnitOfWork(store) as uow:
        uow.events.delete_of(["rec_a"])
        finish(uow)
    with ReadUnit(store) as unit:
        assert damaged_rows(unit) == []


def test_a_row_put_back_to_its_old_sealing_is_found(store: Store) -> None:
    filled(store)
    with store.connection(writing=True) as connection:
        query = "SELECT sealing, salt, body FROM event WHERE key = 'evt_a'"
        old = dict(connection.execute(sa.text(query)).mappings().one())
    rotate(store, record_key("rec_a"))
    with store.connection(writing=True) as connection:
        connection.execute(sa.text("UPDATE event SET sealing = :sealing, salt = :salt, body = :body"), old)
        connection.commit()
    with ReadUnit(store) as unit:
        assert damaged_rows(unit) == [("event", "evt_a~1", "replayed")]
        assert [damage.kind for damage in unit.events.since().damaged] == ["corrupt"]


def test_a_damaged_row_stops_the_rotation(store: Store) -> None:
    filled(store)
    with store.connection(writing=True) as connection:
        connection.execute(sa.text("UPDATE event SET salt = body"))
        connection.commit()
    with UnitOfWork(store) as uow, pytest.raises(Corrupt, match="evt_a"):
        reseal(uow, record_key("rec_a"))


def test_what_is_erased_is_not_sealed_anew(store: Store) -> None:
    filled(store)
    store.keyring.destroy([submission_key("sub_a")])
    with UnitOfWork(store) as uow, pytest.raises(Erased):
        reseal(uow, submission_key("sub_a"))


def test_nothing_is_sealed_anew_while_reading(store: Store) -> None:
    filled(store)
    with ReadUnit(store) as unit, pytest.raises(StorageError):
        reseal(unit, SYSTEM_MODELS)  # type: ignore[arg-type]


def test_many_models_and_rows_are_sealed_anew(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.models.add_many([Blob(key=f"model-{at}", data=bytes([at])) for at in range(50)])
        uow.submissions.add(Document(key="sub_a"))
        uow.quarantine.add_many([Document(key=f"sub_a:{at}", parent="sub_a") for at in range(600)])
        finish(uow)
    before = everything(store)
    assert rotate(store, SYSTEM_MODELS) == 50
    assert rotate(store, submission_key("sub_a")) == 601
    assert everything(store) == before
