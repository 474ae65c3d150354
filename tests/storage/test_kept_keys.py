"""Keys kept open from call to call: never longer than the key store stands as it was, whoever changes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import LogState, MemoryKeyStore
from bnl.crypto.provider import CallableKeyProvider
from bnl.errors import Conflict, Corrupt, Erased
from bnl.storage import opened
from bnl.storage.keys import record_key
from bnl.storage.keystore import SqlKeyStore
from bnl.storage.opened import OpenedKeys
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import event, finish, record

KEK = os.urandom(32)
NAMES = ("a", "b", "c")
STATE = LogState(3, b"last")


class Watched(SqlKeyStore):
    """A key store that counts how often keys are read from it."""

    reads = 0

    def _read(self, query: str, values: tuple[object, ...] | dict[str, object]) -> list[object]:  # type: ignore[override]
        self.reads += 1
        return list(super()._read(query, values))


def ring_over(store: SqlKeyStore | MemoryKeyStore) -> Keyring:
    return Keyring(CallableKeyProvider(lambda: 1, lambda _: KEK), store)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with Watched(tmp_path / "keys.db") as store:
        yield store


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Keyring]:
    """A keyring over the same file, as another process has it."""
    with SqlKeyStore(tmp_path / "keys.db") as store:
        yield ring_over(store)


def test_a_key_is_read_once_while_nothing_changes(watched: Watched) -> None:
    ring = ring_over(watched)
    ring.create_many(NAMES)
    before = watched.reads
    first = ring.get_kept(["a", "b"])
    assert ring.get_kept(["b", "a"]) == first
    assert watched.reads == before + 1
    assert ring.get_kept(["a", "c", "nobody"]).keys() == {"a", "c"}
    assert watched.reads == before + 2


def _gone(ring: Keyring) -> None:
    ring.destroy(["a"])


def _renewed(ring: Keyring) -> None:
    ring.new_version("a")


def _made(ring: Keyring) -> None:
    ring.create_many(["z"])


@pytest.mark.parametrize("change", [_gone, _renewed, _made])
@pytest.mark.parametrize("own", [pytest.param(True, id="here"), pytest.param(False, id="elsewhere")])
def test_a_change_by_anybody_is_seen_at_once(
    watched: Watched, other: Keyring, change: Callable[[Keyring], None], own: bool
) -> None:
    ring = ring_over(watched)
    ring.create_many(NAMES)
    held = ring.get_kept(NAMES)
    change(ring_over(watched) if own else other)
    found = ring.get_kept(NAMES)
    expected = ring_over(watched).get_many(NAMES)
    assert {name: key.version for name, key in found.items()} == {n: k.version for n, k in expected.items()}
    assert all(found[name] is not held[name] for name in found)


def test_a_purge_and_a_destruction_leave_no_key_open(watched: Watched) -> None:
    ring = ring_over(watched)
    ring.create_many(NAMES)
    for forget in (ring.purge, lambda: ring.destroy(["c"])):
        ring.get_kept(NAMES)
        forget()
        assert ring._kept == {}


def test_no_more_keys_are_kept_than_there_is_room_for(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bnl.crypto.keyring._CACHED_KEYS", 2)
    ring = ring_over(watched)
    ring.create_many(NAMES)
    for asked in (["a"], ["b"], ["c"], ["a", "b"]):
        assert set(ring.get_kept(asked)) == set(asked)
        assert len(ring._kept) <= 2


def test_a_unit_keeps_few_keys_for_the_next_and_many_for_itself(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "_FEW", 2)
    ring = ring_over(watched)
    ring.create_many(NAMES)
    assert set(OpenedKeys(ring, keep=True).open_many(NAMES)) == set(NAMES)
    assert ring._kept == {}
    assert set(OpenedKeys(ring, keep=True).open_many(NAMES[:2])) == set(NAMES[:2])
    assert set(ring._kept) == set(NAMES[:2])
    OpenedKeys(ring, keep=False).open_many(["c"])
    assert "c" not in ring._kept


def test_an_altered_key_is_told_and_not_kept(watched: Watched) -> None:
    ring = ring_over(watched)
    ring.create_many(NAMES)
    ring.get_kept(["a"])
    (held,) = watched.fetch(["a"])
    watched.rewrap([held._replace(wrapped=bytes(72))])
    with pytest.raises(Corrupt):
        ring.get_kept(["a", "b"])
    assert "a" not in ring._kept


def test_nothing_is_written_for_a_record_whose_key_another_process_destroyed(
    store_url: str, watched: Watched, other: Keyring
) -> None:
    with_keys = Store.open(store_url, ring_over(watched))
    with UnitOfWork(with_keys) as uow:
        uow.records.add(record("rec_a"))
        uow.events.add(event("evt_1", "rec_a"))
        finish(uow)
    with UnitOfWork(with_keys) as uow:
        uow.events.add(event("evt_2", "rec_a"))
        finish(uow)
    other.destroy([record_key("rec_a")])
    with UnitOfWork(with_keys) as uow, pytest.raises(Erased):
        uow.events.add(event("evt_3", "rec_a"))
    with ReadUnit(with_keys) as unit:
        assert {damage.kind for damage in unit.events.since(0).damaged} == {"keyless"}
        assert unit.events.count() == 2
    with_keys.close()


STEPS = st.tuples(
    st.sampled_from(("create", "destroy", "renew", "retire", "settle", "kept")),
    st.sampled_from(NAMES),
    st.booleans(),
)


@given(steps=st.lists(STEPS, max_size=25), memory=st.booleans())
@settings(max_examples=40, deadline=None)
def test_kept_keys_are_those_the_store_gives(steps: list[tuple[str, str, bool]], memory: bool) -> None:
    with TemporaryDirectory() as folder:
        if memory:
            shared = MemoryKeyStore()
            rings = [ring_over(shared), ring_over(shared)]
            fresh = ring_over(shared)
            _try_all(steps, rings, fresh)
            return
        path = Path(folder) / "keys.db"
        with SqlKeyStore(path) as one, SqlKeyStore(path) as two, SqlKeyStore(path) as three:
            _try_all(steps, [ring_over(one), ring_over(two)], ring_over(three))


def _try_all(steps: list[tuple[str, str, bool]], rings: list[Keyring], fresh: Keyring) -> None:
    for verb, name, first in steps:
        ring = rings[0 if first else 1]
        try:
            if verb == "create":
                ring.create_many([name], STATE)
            elif verb == "destroy":
                ring.destroy([name])
            elif verb == "renew":
                ring.new_version(name)
            elif verb == "retire":
                ring.retire_versions(name)
            elif verb == "settle":
                ring.settle([name])
        except (Conflict, Erased):
            pass
        expected = {n: (k.version, k.keyed_hash("x")) for n, k in fresh.get_many(NAMES).items()}
        for held in rings:
            found = held.get_kept(NAMES)
            assert {n: (k.version, k.keyed_hash("x")) for n, k in found.items()} == expected
