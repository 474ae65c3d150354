"""Sweeping: what an interrupted submission or erasure leaves is found, and nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bnl.errors import StorageError
from bnl.storage.documents import Document
from bnl.storage.keys import record_key, submission_key
from bnl.storage.kind import Damage
from bnl.storage.store import Store
from bnl.storage.sweep import keyless_rows, orphaned_keys, remains_of, remove_records
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import filled, finish, record


def test_a_sound_store_needs_no_sweeping(store: Store) -> None:
    filled(store)
    with UnitOfWork(store) as uow:
        assert orphaned_keys(uow) == []
        assert keyless_rows(uow) == []


def test_keys_whose_rows_were_never_committed_are_found(store: Store) -> None:
    filled(store)
    store.keyring.create_many([record_key("rec_lost"), submission_key("sub_lost")])
    with UnitOfWork(store) as uow:
        assert orphaned_keys(uow) == [record_key("rec_lost"), submission_key("sub_lost")]
        store.keyring.destroy(orphaned_keys(uow))
        assert orphaned_keys(uow) == []


def test_keys_of_other_purposes_are_left_alone(store: Store) -> None:
    store.keyring.create_many(["system:something", "elsewhere:x"])
    with UnitOfWork(store) as uow:
        assert orphaned_keys(uow) == []


def test_a_record_known_by_an_older_version_only_keeps_its_key(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add_many([record(version=1), record(version=2)])
        finish(uow)
    with UnitOfWork(store) as uow:
        assert orphaned_keys(uow) == []


def test_keys_are_swept_only_while_no_other_can_write(store: Store) -> None:
    with ReadUnit(store) as unit, pytest.raises(StorageError):
        orphaned_keys(unit)  # type: ignore[arg-type]


def test_every_row_of_an_erasure_cut_off_is_found(store: Store) -> None:
    filled(store)
    with UnitOfWork(store) as uow:
        uow.quarantine.add(Document(key="sub_a:8", parent="sub_a"))
        finish(uow)
    store.keyring.destroy([record_key("rec_a"), submission_key("sub_a")])
    with ReadUnit(store) as unit:
        found = sorted(keyless_rows(unit))
    assert found == [
        Damage("consent_grant", "gra_a", 1, "keyless", "rec_a"),
        Damage("event", "evt_a", 1, "keyless", "rec_a"),
        Damage("grant_ending", "gra_a", 1, "keyless", "rec_a"),
        Damage("membership", "hou_a/rec_a", 1, "keyless", "rec_a"),
        Damage("quarantine", "sub_a:7", 1, "keyless", "sub_a"),
        Damage("quarantine", "sub_a:8", 1, "keyless", "sub_a"),
        Damage("source_record", "rec_a", 1, "keyless", ""),
        Damage("submission", "sub_a", 1, "keyless", ""),
        Damage("vital", "evt_a", 1, "keyless", "rec_a"),
    ]


def test_a_damaged_key_column_hides_no_other_row(sqlite_url: str, request: pytest.FixtureRequest) -> None:
    store = filled(Store.open(sqlite_url, request.getfixturevalue("keyring")))
    with UnitOfWork(store) as uow:
        uow.transaction.connection.execute(
            sa.text("UPDATE source_record SET key = X'ff' WHERE key = 'rec_b'")
        )
        assert orphaned_keys(uow) == [record_key("rec_b")]
        assert keyless_rows(uow) == []
    store.close()


# ---------------------------------------------------------------- what an erasure leaves until it is finished


def counted(unit: ReadUnit) -> int:
    """How many rows there are of source records and of what hangs on them."""
    hanging = (unit.links, unit.grants, unit.endings, unit.events, unit.vitals, unit.memberships)
    return unit.records.count() + sum(repository.count() for repository in hanging)


def test_what_remains_of_a_record_is_found_until_its_key_and_every_row_are_gone(store: Store) -> None:
    filled(store)
    wanted = {"rec_a", "rec_none"}
    with UnitOfWork(store) as uow:
        assert remains_of(uow, wanted) == {"rec_a"}
        assert remains_of(uow, []) == set()
        before = counted(uow)
        removed = remove_records(uow, wanted)
        assert removed == before - counted(uow) == len(uow.take_writes()) == 7
        assert uow.records.since().rows  # another record's
        # The key alone is enough to be found.
        assert remains_of(uow, wanted) == {"rec_a"}
    store.keyring.destroy([record_key("rec_a")])
    with UnitOfWork(store) as uow:
        # And so are the rows alone, whatever table they stand in.
        assert remains_of(uow, wanted) == {"rec_a"}
        remove_records(uow, wanted)
        finish(uow)
    with ReadUnit(store) as unit:
        assert remains_of(unit, wanted) == set()


@pytest.mark.parametrize("table", ["event", "membership", "link", "consent_grant", "vital", "grant_ending"])
def test_a_row_in_any_table_is_found(store: Store, table: str) -> None:
    filled(store)
    store.keyring.destroy([record_key("rec_a")])
    with UnitOfWork(store) as uow:
        for other in (
            "source_record",
            "event",
            "membership",
            "link",
            "consent_grant",
            "vital",
            "grant_ending",
        ):
            if other != table:
                uow.transaction.connection.execute(sa.text(f"DELETE FROM {other}"))
        assert remains_of(uow, {"rec_a", "rec_none"}) == {"rec_a"}
