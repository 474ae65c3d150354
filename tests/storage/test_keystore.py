"""The key store: private, all or nothing, and forgetful for good."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore, WrappedKey
from bnl.crypto.provider import CallableKeyProvider
from bnl.errors import Conflict, Corrupt, Erased, KeyringError, StorageError
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.store import Store


def key(name: str, version: int = 1, kek: int = 1, wrapped: bytes | None = None) -> WrappedKey:
    return WrappedKey(name, version, kek, wrapped or os.urandom(72))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.db"


@pytest.fixture
def keys(path: Path) -> Iterator[SqlKeyStore]:
    with SqlKeyStore(path) as store:
        yield store


def files_of(path: Path) -> bytes:
    return b"".join(
        file.read_bytes() for file in path.parent.glob(f"{path.name}*") if file.suffix != ".db-shm"
    )


def test_a_keyring_over_it_survives_closing(path: Path) -> None:
    kek = os.urandom(32)
    provider = CallableKeyProvider(lambda: 1, lambda _: kek)
    with SqlKeyStore(path) as store:
        ring = Keyring(provider, store)
        ring.create_many(["record:a", "record:b"])
        digest = ring.get("record:a").keyed_hash("x")
        ring.destroy(["record:b"])
    with SqlKeyStore(path) as store:
        ring = Keyring(provider, store)
        assert ring.get("record:a").keyed_hash("x") == digest
        assert list(ring.ids()) == ["record:a"]
        with pytest.raises(Erased):
            ring.get("record:b")


def test_the_file_and_what_lies_beside_it_are_private(path: Path, keys: SqlKeyStore) -> None:
    keys.insert([key("a")])
    found = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert set(found) == {"keys.db", "keys.db-wal", "keys.db-shm"}
    assert set(found.values()) == {0o600}


@pytest.mark.parametrize(
    "mode", [pytest.param(mode, id=f"{mode:o}") for mode in (0o644, 0o640, 0o602, 0o610)]
)
def test_a_file_that_others_can_use_is_refused(path: Path, mode: int) -> None:
    SqlKeyStore(path).close()
    path.chmod(mode)
    with pytest.raises(KeyringError, match="can be used by others"):
        SqlKeyStore(path)


def test_a_link_or_a_folder_is_refused(path: Path) -> None:
    SqlKeyStore(path).close()
    link = path.with_name("link.db")
    link.symlink_to(path)
    with pytest.raises(KeyringError, match="not a plain file"):
        SqlKeyStore(link)
    with pytest.raises(KeyringError, match="not a plain file"):
        SqlKeyStore(path.parent)


def test_a_file_of_somebody_else_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqlKeyStore(path).close()
    monkeypatch.setattr(os, "geteuid", lambda: 4_242)
    with pytest.raises(KeyringError, match="another user"):
        SqlKeyStore(path)


def test_a_folder_that_is_not_there_is_told(path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be made"):
        SqlKeyStore(path.parent / "nowhere" / "keys.db")


def test_the_registers_database_is_no_key_store(tmp_path: Path, keyring: Keyring) -> None:
    Store.open(f"sqlite:///{tmp_path / 'register.db'}", keyring).close()
    with pytest.raises(KeyringError, match="not a key store"):
        SqlKeyStore(tmp_path / "register.db")


def test_another_file_is_no_key_store(path: Path) -> None:
    path.write_bytes(b"something else entirely" * 100)
    path.chmod(0o600)
    with pytest.raises(Corrupt, match="damaged"):
        SqlKeyStore(path)


def test_all_keys_are_stored_or_none(keys: SqlKeyStore) -> None:
    keys.insert([key("a")])
    with pytest.raises(Conflict):
        keys.insert([key("b"), key("a"), key("c")])
    assert [found.key_id for found in keys.page("", 10)] == ["a"]


def test_a_destroyed_key_is_nowhere_in_its_files(path: Path, keys: SqlKeyStore) -> None:
    doomed = [key(f"doomed{number:03}") for number in range(300)]
    kept = [key(f"kept{number:03}") for number in range(300)]
    keys.insert([*doomed, *kept])
    keys.delete([found.key_id for found in doomed])
    content = files_of(path)
    assert not [
        found.key_id for found in doomed if found.wrapped in content or found.key_id.encode() in content
    ]
    assert all(found.wrapped in content for found in kept)
    assert sorted(keys.fetch([found.key_id for found in kept])) == sorted(kept)


def test_a_retired_version_is_nowhere_in_its_files(path: Path, keys: SqlKeyStore) -> None:
    old, new = key("a", 1), key("a", 2)
    keys.insert([old, new])
    keys.delete_version("a", 1)
    assert old.wrapped not in files_of(path)
    assert keys.fetch(["a"]) == [new]


def test_an_old_wrapping_is_gone_once_the_log_is_emptied(path: Path, keys: SqlKeyStore) -> None:
    old = key("a")
    new = key("a", kek=2)
    keys.insert([old, key("b")])
    keys.rewrap([new])
    keys.delete(["b"])
    assert old.wrapped not in files_of(path)
    assert keys.fetch(["a"]) == [new]


def test_destruction_waits_for_a_reader_and_says_so(
    path: Path, keys: SqlKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.insert([key("a")])
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM wrapped_key").fetchall()
    monkeypatch.setattr("bnl.storage.keystore._BUSY_SECONDS", 0)
    keys._connection.execute("PRAGMA busy_timeout=1")
    with pytest.raises(StorageError, match="in use"):
        keys.delete(["a"])
    reader.close()
    keys.delete(["a"])
    assert keys.fetch(["a"]) == []


def test_destruction_goes_on_once_the_reader_is_done(
    path: Path, keys: SqlKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys.insert([key("a")])
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM wrapped_key").fetchall()
    keys._connection.execute("PRAGMA busy_timeout=1")
    monkeypatch.setattr("bnl.storage.keystore.time.sleep", lambda _seconds: reader.close())
    keys.delete(["a"])
    assert keys.fetch(["a"]) == []


def test_a_change_cut_off_leaves_nothing(keys: SqlKeyStore) -> None:
    def cut_off(last: str) -> None:
        with keys._changing() as connection:
            connection.execute("INSERT INTO wrapped_key VALUES ('a', 1, 1, X'00')")
            connection.execute(last)
            raise ZeroDivisionError

    for last, left in (("SELECT 1", 0), ("ROLLBACK", 0), ("COMMIT", 1)):
        with pytest.raises(ZeroDivisionError):
            cut_off(last)
        assert len(keys.fetch(["a"])) == left


def test_a_key_destroyed_meanwhile_does_not_come_back(keys: SqlKeyStore) -> None:
    keys.insert([key("a")])
    keys.delete(["a"])
    keys.rewrap([key("a", kek=2)])
    assert keys.fetch(["a"]) == []


def test_two_open_stores_see_one_another(path: Path, keys: SqlKeyStore) -> None:
    with SqlKeyStore(path) as other:
        keys.insert([key("a")])
        assert [found.key_id for found in other.fetch(["a"])] == ["a"]
        with pytest.raises(Conflict):
            other.insert([key("a")])


def test_threads_share_it(keys: SqlKeyStore) -> None:
    def insert(number: int) -> None:
        keys.insert([key(f"{number}:{at}") for at in range(20)])

    threads = [threading.Thread(target=insert, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys.page("", 1_000)) == 160


@pytest.mark.parametrize("column", ["kek_version", "wrapped"])
def test_a_value_of_the_wrong_type_is_told(keys: SqlKeyStore, column: str) -> None:
    keys.insert([key("a"), key("b")])
    keys._connection.execute(f"UPDATE wrapped_key SET {column} = 'text' WHERE key_id = 'a'")
    with pytest.raises(Corrupt, match="altered"):
        keys.fetch(["a"])
    assert len(keys.fetch(["b"])) == 1


def test_nothing_secret_is_shown(keys: SqlKeyStore) -> None:
    assert repr(keys) == "SqlKeyStore('keys.db')"


names = st.sampled_from(["a", "b", "c", "d", "record:é", 'quote"'])
versions = st.integers(1, 3)
steps = st.one_of(
    st.tuples(st.just("insert"), st.lists(st.tuples(names, versions), unique=True, max_size=4)),
    st.tuples(st.just("rewrap"), st.lists(st.tuples(names, versions), unique=True, max_size=4)),
    st.tuples(st.just("delete"), st.lists(names, max_size=3)),
    st.tuples(st.just("delete_version"), st.tuples(names, versions)),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.lists(steps, max_size=8), st.integers(1, 4))
def test_it_does_what_the_store_in_memory_does(
    make_keystore: Callable[[], SqlKeyStore], script: list[tuple[str, list[object]]], limit: int
) -> None:
    memory, kept = MemoryKeyStore(), make_keystore()
    for number, (verb, given_) in enumerate(script):
        outcomes = [_outcome(store, verb, given_, number) for store in (memory, kept)]
        assert outcomes[0] == outcomes[1]
    for kek in (None, 1, 2):
        for after in ("", "a", "b", "zz"):
            expected, found = memory.page(after, limit, kek), kept.page(after, limit, kek)
            assert sorted(found) == sorted(expected)
            assert [key.key_id for key in found] == sorted(key.key_id for key in found)
    everything = ["a", "b", "c", "record:é", "nothing"]
    assert sorted(memory.fetch(everything)) == sorted(kept.fetch(everything))


def _outcome(store: MemoryKeyStore | SqlKeyStore, verb: str, given_: object, number: int) -> str:
    def wrapped(kek: int) -> list[WrappedKey]:
        assert isinstance(given_, list)
        return [WrappedKey(name, version, kek, b"%072d" % number) for name, version in sorted(given_)]

    try:
        if verb == "insert":
            store.insert(wrapped(1))
        elif verb == "rewrap":
            store.rewrap(wrapped(2))
        elif verb == "delete":
            assert isinstance(given_, list)
            store.delete(given_)
        else:
            assert isinstance(given_, tuple)
            store.delete_version(*given_)
    except Conflict:
        return "conflict"
    return "done"


@pytest.fixture
def make_keystore(tmp_path: Path) -> Iterator[Callable[[], SqlKeyStore]]:
    made: list[SqlKeyStore] = []

    def make() -> SqlKeyStore:
        made.append(SqlKeyStore(tmp_path / f"keys{len(made)}.db"))
        return made[-1]

    yield make
    for store in made:
        store.close()


def test_changes_are_told_whoever_makes_them(path: Path, keys: SqlKeyStore) -> None:
    with SqlKeyStore(path) as other:
        seen = [keys.changes()]
        changes: list[Callable[[], None]] = [
            lambda: keys.insert([key("a")]),
            lambda: other.insert([key("b")]),
            lambda: other.delete(["a"]),
        ]
        for change in changes:
            change()
            seen.append(keys.changes())
            other.fetch(["a", "b"])
            assert keys.changes() == seen[-1]
    assert len(set(seen)) == 4


@pytest.mark.parametrize("asked", [pytest.param(n, id=f"{n}-of-60") for n in (0, 5, 20, 40, 60)])
@pytest.mark.parametrize("many", [pytest.param(1, id="many"), pytest.param(1_000, id="few")])
def test_keys_are_the_same_however_they_are_looked_for(
    keys: SqlKeyStore, monkeypatch: pytest.MonkeyPatch, asked: int, many: int
) -> None:
    monkeypatch.setattr("bnl.storage.keystore._MANY", many)
    held = [key(f"{number:02d}", version) for number in range(60) for version in range(1, 2 + number % 2)]
    keys.insert(held)
    wanted = [f"{number:02d}" for number in range(60 - asked, 60)]
    found = keys.fetch([*wanted, *wanted, "nobody"])
    assert sorted(found) == [one for one in held if one.key_id in wanted]
