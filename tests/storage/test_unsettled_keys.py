"""Keys made for rows: swept only where it is certain that the row never came, and never will."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import LogState
from bnl.errors import Corrupt, StorageError
from bnl.storage.documents import Document
from bnl.storage.keys import record_key, submission_key
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.store import Store
from bnl.storage.sweep import Unsettled, unsettled_keys
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import filled, finish, record

LOST = record_key("rec_lost")
NOTHING = Unsettled([], [])


def found(store: Store) -> Unsettled:
    with UnitOfWork(store) as uow:
        return unsettled_keys(uow)


def state(store: Store) -> LogState:
    with ReadUnit(store) as unit:
        return unit.log.state(unit.position)


def grow(store: Store) -> None:
    with UnitOfWork(store) as uow:
        # A row has a salt of its own, so that no two entries are alike.
        uow.tasks.add(Document(key=f"tsk_{uow.position}"))
        finish(uow)


def test_a_commit_settles_the_keys_it_made(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add(record("rec_a"))
        uow.submissions.add(Document(key="sub_a"))
        assert {mark.key_id for mark in store.keyring.unsettled()} == {
            record_key("rec_a"),
            submission_key("sub_a"),
        }
        finish(uow)
    assert store.keyring.unsettled() == []
    assert found(store) == NOTHING


def test_what_is_undone_leaves_neither_key_nor_mark(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.records.add(record("rec_a"))
    assert store.keyring.unsettled() == []
    assert record_key("rec_a") not in set(store.keyring.ids())


@pytest.mark.parametrize("grown", [0, 1, 3], ids=lambda grown: f"{grown} entries later")
def test_a_key_whose_row_never_came_is_orphaned(store: Store, grown: int) -> None:
    filled(store)
    store.keyring.create_many([LOST, submission_key("sub_lost")], state(store))
    for _ in range(grown):
        grow(store)
    assert found(store) == Unsettled([], [LOST, submission_key("sub_lost")])


def test_a_key_made_in_an_empty_log_is_orphaned(store: Store) -> None:
    store.keyring.create_many([LOST], state(store))
    assert state(store) == LogState(0, b"")
    assert found(store).orphaned == [LOST]


def test_a_key_whose_row_came_before_anybody_said_so_is_settled(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Keyring, _key_ids: object) -> None:
        raise StorageError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(Keyring, "settle", full)
        with UnitOfWork(store) as uow:
            uow.records.add(record("rec_a"))
            finish(uow)
    assert found(store) == Unsettled([record_key("rec_a")], [])


@pytest.mark.parametrize(
    "made_at",
    [
        pytest.param(
            lambda now: LogState(now.size + 1, now.last), id="a later state than this database holds"
        ),
        pytest.param(lambda now: LogState(now.size, bytes(32)), id="another history"),
        pytest.param(lambda now: LogState(now.size, b""), id="an entry that could not be read"),
        pytest.param(lambda now: LogState(0, now.last), id="an impossible state"),
        pytest.param(lambda now: LogState(-1, b""), id="a size there is not"),
    ],
)
def test_a_key_of_another_history_is_left_alone(
    store: Store, made_at: Callable[[LogState], LogState]
) -> None:
    filled(store)
    store.keyring.create_many([LOST], made_at(state(store)))
    assert found(store) == NOTHING


def test_keys_of_other_purposes_are_left_alone(store: Store) -> None:
    store.keyring.create_many(["system:x", "elsewhere:x"], state(store))
    assert found(store) == NOTHING


def test_nobody_sweeps_while_another_may_commit(store: Store) -> None:
    with ReadUnit(store) as unit, pytest.raises(StorageError):
        unsettled_keys(unit)  # type: ignore[arg-type]


def test_an_entry_that_cannot_be_read_tells_no_state(store: Store) -> None:
    filled(store)
    assert state(store).last
    with store.connection(writing=True) as connection:
        connection.execute(sa.text("DELETE FROM log_leaf"))
        connection.commit()
    assert state(store).last == b""


# ---------------------------------------------------------------- an older copy of the database


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with sqlite_store(tmp_path, tmp_path / "now.db") as store:
        filled(store)
    shutil.copyfile(tmp_path / "now.db", tmp_path / "old.db")
    return tmp_path


def sqlite_store(folder: Path, database: Path) -> closing[Store]:
    keys = Keyring(Kek(), SqlKeyStore(folder / "keys.db"))
    return closing(Store.open(f"sqlite:///{database}", keys))


class Kek:
    """A key-encryption key that outlives the keyring."""

    def current_version(self) -> int:
        return 1

    def kek(self, version: int) -> bytes:
        return bytes(32)


def test_an_older_copy_beside_the_keys_destroys_none_of_the_newer(place: Path) -> None:
    """The newer database's last keys were not settled, and somebody looks into a backup and works in it."""
    with sqlite_store(place, place / "now.db") as store:
        grow(store)
        store.keyring.create_many([LOST], state(store))
    for _ in range(3):
        with sqlite_store(place, place / "old.db") as old:
            assert found(old) == NOTHING
            grow(old)
    with sqlite_store(place, place / "now.db") as store:
        assert found(store).orphaned == [LOST]


def test_marks_are_kept_over_reopening_and_altered_ones_are_refused(place: Path) -> None:
    with sqlite_store(place, place / "now.db") as store:
        store.keyring.create_many([LOST], state(store))
    with sqlite_store(place, place / "now.db") as store:
        assert found(store).orphaned == [LOST]
        with closing(sqlite3.connect(place / "keys.db")) as raw:
            raw.execute("UPDATE unsettled SET log_last = 'x'")
            raw.commit()
        with pytest.raises(Corrupt):
            found(store)
