"""The store: opened by the keyring it was made with, cleaned when asked, alone when in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bnl.crypto.keyring import Keyring
from bnl.errors import Corrupt, KeyringError, StorageError
from bnl.storage.keys import SYSTEM_KEYS, SYSTEM_MODELS
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import agency, damaged_rows, filled, finish


def test_a_new_store_makes_its_own_keys(store_url: str, keyring: Keyring) -> None:
    Store.open(store_url, keyring).close()
    assert set(keyring.ids()) == set(SYSTEM_KEYS)


def test_a_store_is_opened_again_as_it_was(store_url: str, keyring: Keyring) -> None:
    filled(Store.open(store_url, keyring)).close()
    again = Store.open(store_url, keyring)
    with ReadUnit(again) as unit:
        assert unit.position == 1
        assert unit.agencies.get("river-house") == agency()
    again.close()


def test_keys_made_before_a_crash_are_taken_up(store_url: str, keyring: Keyring) -> None:
    keyring.create_many(SYSTEM_KEYS[:2])
    Store.open(store_url, keyring).close()
    assert set(keyring.ids()) == set(SYSTEM_KEYS)


def test_the_keyring_of_another_store_is_refused(
    store_url: str, make_keyring: Callable[[], Keyring], tmp_path: Path
) -> None:
    ours, other = make_keyring(), make_keyring()
    Store.open(store_url, ours).close()
    Store.open(f"sqlite:///{tmp_path / 'other.db'}", other).close()
    with pytest.raises(KeyringError, match="another database"):
        Store.open(store_url, other)
    Store.open(store_url, ours).close()


def test_an_empty_keyring_is_refused_and_stays_empty(
    store_url: str, make_keyring: Callable[[], Keyring]
) -> None:
    Store.open(store_url, make_keyring()).close()
    empty = make_keyring()
    with pytest.raises(KeyringError, match="no key system:"):
        Store.open(store_url, empty)
    assert list(empty.ids()) == []


def test_a_lost_system_key_is_never_made_anew(store_url: str, keyring: Keyring) -> None:
    Store.open(store_url, keyring).close()
    keyring.destroy([SYSTEM_MODELS])
    with pytest.raises(KeyringError, match=SYSTEM_MODELS):
        Store.open(store_url, keyring)


def test_the_url_is_shown_without_its_password(postgres_url: str, keyring: Keyring) -> None:
    store = Store.open(postgres_url.replace("postgres:@", "postgres:hunter2@"), keyring)
    assert "hunter2" not in store.url_shown
    assert store.url_shown.startswith("postgresql+psycopg://postgres:***@")
    assert store.backend == "postgresql"
    store.close()


def test_cleaning_leaves_everything_in_place(store: Store) -> None:
    filled(store)
    store.truncate_wal()
    store.vacuum()
    assert store.damaged_structure() == []
    with ReadUnit(store) as unit:
        assert unit.agencies.get("river-house") == agency()


def test_the_write_ahead_log_is_emptied(sqlite_url: str, keyring: Keyring, tmp_path: Path) -> None:
    store = filled(Store.open(sqlite_url, keyring))
    assert (tmp_path / "register.db-wal").stat().st_size > 0
    store.truncate_wal()
    assert (tmp_path / "register.db-wal").stat().st_size == 0
    store.close()


def test_a_reader_keeps_the_write_ahead_log(
    sqlite_url: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bnl.storage.engine._PRAGMAS", ("PRAGMA journal_mode=WAL", "PRAGMA busy_timeout=1"))
    store = Store.open(sqlite_url, keyring)
    with ReadUnit(store) as unit:
        assert unit.position == 0
        with UnitOfWork(store) as uow:
            finish(uow)
        with pytest.raises(StorageError, match="in use"):
            store.truncate_wal()
    store.truncate_wal()
    store.close()


def test_a_damaged_index_is_told(sqlite_url: str, keyring: Keyring, tmp_path: Path) -> None:
    store = filled(Store.open(sqlite_url, keyring))
    store.truncate_wal()
    with store.connection(writing=False) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_link_sequence'"
        page = int(connection.execute(sa.text(query)).scalar_one())
    store.close()
    content = bytearray((tmp_path / "register.db").read_bytes())
    content[(page - 1) * 4096 + 4090 : page * 4096] = b"\xff" * 6
    (tmp_path / "register.db").write_bytes(content)
    store = Store.open(sqlite_url, keyring)
    assert store.damaged_structure() != []
    store.close()


def test_a_truncated_file_is_told(sqlite_url: str, keyring: Keyring, tmp_path: Path) -> None:
    store = filled(Store.open(sqlite_url, keyring))
    store.truncate_wal()
    store.close()
    path = tmp_path / "register.db"
    path.write_bytes(path.read_bytes()[: 20 * 4096])
    with pytest.raises((Corrupt, StorageError)):
        Store.open(sqlite_url, keyring)


def test_units_on_a_database_in_memory_take_turns(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bnl.storage.store._WAIT_SECONDS", 0.01)
    store = Store.open("sqlite://", keyring)
    with UnitOfWork(store) as uow:
        uow.agencies.add(agency())
        with pytest.raises(StorageError, match="Another unit of work is open"), ReadUnit(store):
            pass
        finish(uow)
    with ReadUnit(store) as unit:
        assert unit.agencies.count() == 1
    store.close()


def test_threads_write_one_after_the_other(store: Store) -> None:
    def write(number: int) -> None:
        for at in range(5):
            with UnitOfWork(store) as uow:
                uow.agencies.add(agency(f"agency-{number}-{at}"))
                finish(uow)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ReadUnit(store) as unit:
        assert unit.position == unit.agencies.count() == 20
        assert sorted(row.sequence for row in unit.agencies.since().rows) == list(range(20))


def test_a_connection_is_rolled_back_unless_committed(store: Store) -> None:
    for commit, expected in ((False, 0), (True, 1)):
        with store.connection(writing=True) as connection:
            connection.execute(sa.text("INSERT INTO checkpoint (size, note) VALUES (1, 'note')"))
            if commit:
                connection.commit()
        with store.connection(writing=False) as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM checkpoint")).scalar() == expected


def test_a_store_is_verified_without_its_keys(store_url: str, keyring: Keyring) -> None:
    filled(Store.open(store_url, keyring)).close()
    store = Store.keyless(store_url)
    with ReadUnit(store) as unit:
        assert unit.position == 1
        assert damaged_rows(unit) == []
        assert {damage.kind for damage in unit.records.since().damaged} == {"keyless"}
        with pytest.raises(KeyringError):
            unit.agencies.since()
    assert store.damaged_structure() == []
    store.close()


def test_a_store_without_keys_cannot_be_written(store_url: str, keyring: Keyring) -> None:
    Store.open(store_url, keyring).close()
    store = Store.keyless(store_url)
    with pytest.raises((StorageError, KeyringError)), UnitOfWork(store) as uow:
        uow.agencies.add(agency())
    store.close()


def test_a_store_without_keys_makes_none(store_url: str, keyring: Keyring) -> None:
    Store.open(store_url, keyring).close()
    store = Store.keyless(store_url)
    with pytest.raises(KeyringError, match="opened without its keys"):
        store.keyring.create_many(["record:rec_a"])
    store.close()


def test_a_store_without_keys_must_exist(store_url: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no register"):
        Store.keyless(store_url)
    with pytest.raises(StorageError, match="no register"):
        Store.keyless("sqlite://")
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_keys_must_be_of_this_version(store_url: str, keyring: Keyring) -> None:
    store = Store.open(store_url, keyring)
    with store.connection(writing=True) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    store.close()
    with pytest.raises(StorageError, match="revision 9999"):
        Store.keyless(store_url)
