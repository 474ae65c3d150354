"""The keyring: one key per record, that rotates without loss and is gone once destroyed."""

from __future__ import annotations

import base64
import copy
import pickle
from collections.abc import Callable, Collection, Sequence

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bnl.crypto import keyring as keyring_module
from bnl.crypto.aead import Cell
from bnl.crypto.hashes import subkey
from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import LogState, MemoryKeyStore, UnsettledKey, WrappedKey
from bnl.crypto.provider import CallableKeyProvider, EnvKeyProvider
from bnl.errors import Conflict, Corrupt, Erased, KeyringError

CELL = Cell("record", "fields", "rec_a", "rec_a")


class Keks:
    """Key-encryption keys that a test may rotate."""

    def __init__(self) -> None:
        self.keys = {1: bytes([1]) * 32}
        self.current = 1

    def current_version(self) -> int:
        return self.current

    def kek(self, version: int) -> bytes:
        return self.keys[version]

    def rotate(self) -> None:
        self.current += 1
        self.keys[self.current] = bytes([self.current]) * 32


@pytest.fixture
def keks() -> Keks:
    return Keks()


@pytest.fixture
def store() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture
def ring(keks: Keks, store: MemoryKeyStore) -> Keyring:
    return Keyring(keks, store)


def reopened(keks: Keks, store: MemoryKeyStore) -> Keyring:
    return Keyring(keks, store)


def test_a_key_is_made_and_opened_again(ring: Keyring, keks: Keks, store: MemoryKeyStore) -> None:
    ring.create_many(["record:a", "record:b"])
    sealed = ring.get("record:a").seal(b"value", CELL)
    assert reopened(keks, store).get("record:a").unseal(sealed, CELL) == b"value"
    with pytest.raises(Corrupt):
        ring.get("record:b").unseal(sealed, CELL)


def test_a_key_is_opened_once(ring: Keyring) -> None:
    ring.create_many(["record:a"])
    assert ring.get("record:a") is ring.get("record:a")


def test_what_is_stored_is_wrapped_for_its_own_id(ring: Keyring, keks: Keks, store: MemoryKeyStore) -> None:
    ring.create_many(["record:a"])
    (stored,) = store.fetch(["record:a"])
    assert (stored.version, stored.kek_version, len(stored.wrapped)) == (1, 1, 72)
    opened = aes_key_unwrap(subkey(keks.kek(1), "wrap", "record:a", "1"), stored.wrapped)
    assert len(opened) == 64
    # The second half is the root that all hashes come from; the halves are independent.
    assert opened[:32] != opened[32:]
    derived = subkey(opened[32:], "derive", "signing")
    assert ring.get("record:a").derive("signing") == derived


def test_keys_differ(ring: Keyring) -> None:
    ids = [f"record:{number}" for number in range(50)]
    ring.create_many(ids)
    assert len({ring.get(key_id).derive("x") for key_id in ids}) == 50


def test_making_twice_is_refused_and_makes_nothing(ring: Keyring) -> None:
    ring.create_many(["record:a"])
    before = ring.get("record:a").derive("x")
    with pytest.raises(Conflict):
        ring.create_many(["record:b", "record:a"])
    assert list(ring.ids()) == ["record:a"]
    ring.purge()
    assert ring.get("record:a").derive("x") == before


@pytest.mark.parametrize("key_id", ["record:never", ""])
def test_an_absent_key_is_erased(ring: Keyring, key_id: str) -> None:
    with pytest.raises(Erased, match="cannot be brought back"):
        ring.get(key_id)


def test_many_are_opened_at_once_and_the_absent_left_out(ring: Keyring) -> None:
    ring.create_many(["a", "b", "c"])
    sealed = ring.get("b").seal(b"value", CELL)
    opened = ring.get_many(["a", "b", "x"])
    assert set(opened) == {"a", "b"}
    assert opened["b"].unseal(sealed, CELL) == b"value"
    assert ring.get_many([]) == {}


def test_destruction_is_for_good(ring: Keyring, keks: Keks, store: MemoryKeyStore) -> None:
    ring.create_many(["a", "b"])
    ring.get("a")
    ring.destroy(["a", "never"])
    ring.destroy(["a"])
    for held in (ring, reopened(keks, store)):
        with pytest.raises(Erased):
            held.get("a")
        assert held.get_many(["a", "b"]).keys() == {"b"}
        assert list(held.ids()) == ["b"]


def test_a_key_made_again_under_an_old_id_opens_nothing_old(ring: Keyring) -> None:
    ring.create_many(["a"])
    sealed = ring.get("a").seal(b"value", CELL)
    ring.destroy(["a"])
    ring.create_many(["a"])
    with pytest.raises(Corrupt):
        ring.get("a").unseal(sealed, CELL)


def test_every_id_is_listed_page_by_page(keks: Keks, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Watched(MemoryKeyStore):
        def page(self, after: str, limit: int, not_kek_version: int | None = None) -> list[WrappedKey]:
            asked.append(limit)
            return super().page(after, limit, not_kek_version)

    monkeypatch.setattr(keyring_module, "_BATCH", 2)
    ring = Keyring(keks, Watched())
    ids = ["!", "0", "A", "Z", "a", "record:a", "ä"]
    ring.create_many(reversed(ids))
    assert list(ring.ids()) == ids
    assert ring.kek_versions() == {1}
    keks.rotate()
    assert ring.rotate_kek() == len(ids)
    assert set(asked) == {2}
    assert len(asked) == 5 + 5 + 5


def test_a_key_made_for_a_row_is_named_until_the_row_is_said_to_be_committed(ring: Keyring) -> None:
    """Otherwise a key whose row was never written would be kept for good, unseen by the sweep."""
    state = LogState(7, b"last")
    ring.create_many(["record:a", "record:b"], state)
    ring.create_many(["system:log"])
    assert ring.unsettled() == [UnsettledKey("record:a", state), UnsettledKey("record:b", state)]
    ring.settle(["record:a"])
    assert ring.unsettled() == [UnsettledKey("record:b", state)]
    assert list(ring.ids()) == ["record:a", "record:b", "system:log"]


def test_a_rotated_key_is_not_made_again(ring: Keyring) -> None:
    ring.create_many(["a"])
    ring.new_version("a")
    ring.retire_versions("a")
    with pytest.raises(Conflict):
        ring.create_many(["a"])
    assert ring.get("a").version == 2


def test_versions_that_do_not_belong_together_are_damage(ring: Keyring, store: MemoryKeyStore) -> None:
    ring.create_many(["a"])
    (first,) = store.fetch(["a"])
    ring.new_version("a")
    (second,) = [key for key in store.fetch(["a"]) if key.version == 2]
    ring.destroy(["a"])
    ring.create_many(["a"])
    store.insert([second])
    with pytest.raises(Corrupt, match="stored key a does not open"):
        ring.get("a")
    store.rewrap([first])
    assert ring.get("a").version == 2


def test_an_iterator_of_ids_is_taken_once(ring: Keyring) -> None:
    ring.create_many(f"record:{number}" for number in range(3))
    ring.destroy([key_id for key_id in ring.ids() if key_id != "record:1"])
    assert list(ring.ids()) == ["record:1"]


def test_the_cache_is_bounded_and_loses_nothing(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring_module, "_CACHED_KEYS", 2)
    ring.create_many(["a", "b", "c"])
    first, second = ring.get("a"), ring.get("b")
    assert ring.get("a") is first
    third = ring.get("c")
    assert (ring.get("a"), ring.get("c")) == (first, third)
    assert ring.get("b") is not second
    assert ring.get("b").derive("x") == second.derive("x")


def test_purging_forgets_what_is_open_and_nothing_else(ring: Keyring) -> None:
    ring.create_many(["a"])
    opened = ring.get("a")
    ring.purge()
    assert ring.get("a") is not opened
    assert ring.get("a").derive("x") == opened.derive("x")


def swapped(store: MemoryKeyStore) -> None:
    (one,), (other,) = store.fetch(["a"]), store.fetch(["b"])
    store.rewrap([one._replace(wrapped=other.wrapped), other._replace(wrapped=one.wrapped)])


def flipped(store: MemoryKeyStore) -> None:
    (one,) = store.fetch(["a"])
    store.rewrap([one._replace(wrapped=bytes([one.wrapped[0] ^ 1]) + one.wrapped[1:])])


def cut(store: MemoryKeyStore) -> None:
    (one,) = store.fetch(["a"])
    store.rewrap([one._replace(wrapped=one.wrapped[:-8])])


def emptied(store: MemoryKeyStore) -> None:
    (one,) = store.fetch(["a"])
    store.rewrap([one._replace(wrapped=b"")])


def renumbered(store: MemoryKeyStore) -> None:
    (one,) = store.fetch(["a"])
    store.delete(["a"])
    store.insert([one._replace(version=2)])


def planted(store: MemoryKeyStore) -> None:
    """A key of the wrong length, wrapped correctly, as a careless restore might leave it."""
    (one,) = store.fetch(["a"])
    store.rewrap([one._replace(wrapped=aes_key_wrap(subkey(bytes([1]) * 32, "wrap", "a", "1"), bytes(32)))])


@pytest.mark.parametrize("damage", [swapped, flipped, cut, emptied, renumbered])
def test_damage_in_the_store_is_found(
    damage: Callable[[MemoryKeyStore], None], ring: Keyring, store: MemoryKeyStore
) -> None:
    ring.create_many(["a", "b"])
    damage(store)
    for read in (lambda: ring.get("a"), lambda: ring.get_many(["a"])):
        with pytest.raises(Corrupt, match="stored key a does not open") as caught:
            read()
        assert (caught.value.table, caught.value.key) == ("keys", "a")


def test_a_key_of_the_wrong_length_is_refused(ring: Keyring, store: MemoryKeyStore) -> None:
    ring.create_many(["a"])
    planted(store)
    with pytest.raises(KeyringError):
        ring.get("a")


def test_without_the_right_key_file_nothing_opens(store: MemoryKeyStore, ring: Keyring) -> None:
    ring.create_many(["a"])
    other = EnvKeyProvider(environ={"BNL_KEK": "1:" + base64.b64encode(bytes(32)).decode()})
    with pytest.raises(Corrupt, match="give the key file that belongs to it"):
        Keyring(other, store).get("a")


def test_a_new_version_seals_and_the_old_still_opens(
    ring: Keyring, keks: Keks, store: MemoryKeyStore
) -> None:
    ring.create_many(["a"])
    before = ring.get("a")
    old, lasting = before.seal(b"old", CELL), before.lasting.seal(b"kept", CELL)
    after = ring.new_version("a")
    assert (before.version, after.version) == (1, 2)
    new = after.seal(b"new", CELL)
    for held in (ring.get("a"), reopened(keks, store).get("a"), ring.get_many(["a"])["a"]):
        assert held.unseal(old, CELL) == b"old"
        assert held.unseal(new, CELL) == b"new"
        assert held.lasting.unseal(lasting, CELL) == b"kept"
        assert held.keyed_hash("subject", "1") == before.keyed_hash("subject", "1")


def test_a_retired_version_is_gone_and_the_newest_stays(
    ring: Keyring, keks: Keks, store: MemoryKeyStore
) -> None:
    ring.create_many(["a"])
    old = ring.get("a").seal(b"old", CELL)
    lasting = ring.get("a").lasting.seal(b"kept", CELL)
    ring.new_version("a")
    new = ring.new_version("a").seal(b"new", CELL)
    ring.retire_versions("a")
    assert [key.version for key in store.fetch(["a"])] == [3]
    for held in (ring.get("a"), reopened(keks, store).get("a")):
        assert held.unseal(new, CELL) == b"new"
        assert held.lasting.unseal(lasting, CELL) == b"kept"
        with pytest.raises(Corrupt):
            held.unseal(old, CELL)


def test_retiring_with_one_version_changes_nothing(ring: Keyring, store: MemoryKeyStore) -> None:
    ring.create_many(["a"])
    ring.retire_versions("a")
    assert [key.version for key in store.fetch(["a"])] == [1]


@pytest.mark.parametrize("verb", [Keyring.new_version, Keyring.retire_versions])
def test_a_destroyed_key_is_not_rotated_back(
    verb: Callable[[Keyring, str], object], ring: Keyring, store: MemoryKeyStore
) -> None:
    ring.create_many(["a"])
    ring.destroy(["a"])
    with pytest.raises(Erased):
        verb(ring, "a")
    assert store.fetch(["a"]) == []


def test_a_key_destroyed_elsewhere_is_not_rotated_back(ring: Keyring, store: MemoryKeyStore) -> None:
    ring.create_many(["a"])
    ring.get("a")
    store.delete(["a"])
    for verb in (ring.new_version, ring.retire_versions):
        with pytest.raises(Erased):
            verb("a")
    assert store.fetch(["a"]) == []
    # What is known to be gone is not handed out from the cache either.
    with pytest.raises(Erased):
        ring.get("a")


def test_rotation_wraps_everything_anew(ring: Keyring, keks: Keks, store: MemoryKeyStore) -> None:
    ids = [f"record:{number:04d}" for number in range(1203)]
    ring.create_many(ids)
    ring.new_version(ids[0])
    before = {key_id: ring.get(key_id).derive("x") for key_id in ids[:3]}
    keks.rotate()
    told: list[int] = []
    assert ring.rotate_kek(told.append) == 1204
    assert told == [501, 1001, 1204]
    assert {key.kek_version for key in store.fetch(ids)} == {2}
    del keks.keys[1]
    again = reopened(keks, store)
    assert {key_id: again.get(key_id).derive("x") for key_id in ids[:3]} == before
    assert again.get(ids[0]).version == 2
    assert ring.rotate_kek() == 0


def test_every_page_counts_for_the_versions_still_in_use(
    ring: Keyring, keks: Keks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_module, "_BATCH", 1)
    for key_id in ("!", "A", "z"):
        ring.create_many([key_id])
        keks.rotate()
    assert ring.kek_versions() == {1, 2, 3}


def test_versions_that_still_wrap_something_are_told(
    ring: Keyring, keks: Keks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_module, "_BATCH", 2)
    assert ring.kek_versions() == set()
    ring.create_many(["a", "b", "c", "d", "e"])
    assert ring.kek_versions() == {1}
    keks.rotate()
    ring.create_many(["f"])
    assert ring.kek_versions() == {1, 2}
    ring.rotate_kek()
    assert ring.kek_versions() == {2}


class Killed(Exception):
    """The process died here."""


class DyingStore(MemoryKeyStore):
    """Dies at a given call, before or after the work is done."""

    def __init__(self, calls_left: int, *, after: bool) -> None:
        super().__init__()
        self.calls_left = calls_left
        self.after = after

    def rewrap(self, keys: Sequence[WrappedKey]) -> None:
        self.calls_left -= 1
        if self.calls_left == 0 and not self.after:
            raise Killed
        super().rewrap(keys)
        if self.calls_left == 0:
            raise Killed


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_rotation_killed_at_any_step_resumes(
    step: int, after: bool, keks: Keks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_module, "_BATCH", 3)
    store = DyingStore(step, after=after)
    ring = Keyring(keks, store)
    ids = [f"record:{number}" for number in range(10)]
    ring.create_many(ids)
    sealed = {key_id: ring.get(key_id).seal(key_id.encode(), CELL) for key_id in ids}
    keks.rotate()
    with pytest.raises(Killed):
        ring.rotate_kek()
    halfway = Keyring(keks, store)
    assert all(halfway.get(key_id).unseal(sealed[key_id], CELL) == key_id.encode() for key_id in ids)
    left = 10 - min(10, 3 * (step if after else step - 1))
    assert halfway.rotate_kek() == left
    del keks.keys[1]
    done = Keyring(keks, store)
    assert all(done.get(key_id).unseal(sealed[key_id], CELL) == key_id.encode() for key_id in ids)


def test_a_key_destroyed_during_rotation_stays_destroyed(keks: Keks) -> None:
    class Racing(MemoryKeyStore):
        def rewrap(self, keys: Sequence[WrappedKey]) -> None:
            self.delete(["a"])
            super().rewrap(keys)

    store = Racing()
    ring = Keyring(keks, store)
    ring.create_many(["a", "b"])
    keks.rotate()
    ring.rotate_kek()
    assert store.fetch(["a"]) == []
    assert [key.kek_version for key in store.fetch(["b"])] == [2]


def test_rotation_stops_at_damage_and_says_where(ring: Keyring, keks: Keks, store: MemoryKeyStore) -> None:
    ring.create_many(["a", "b"])
    flipped(store)
    keks.rotate()
    with pytest.raises(Corrupt, match="stored key a"):
        ring.rotate_kek()


def test_a_key_destroyed_while_it_is_opened_is_not_kept(keks: Keks) -> None:
    """The store is read and the cache filled under one lock, which destruction takes as well."""
    order: list[str] = []

    class Watched(MemoryKeyStore):
        def fetch(self, key_ids: Collection[str]) -> list[WrappedKey]:
            order.append("fetch" if lock_held() else "fetch unlocked")
            return super().fetch(key_ids)

        def delete(self, key_ids: Collection[str]) -> None:
            order.append("delete" if lock_held() else "delete unlocked")
            super().delete(key_ids)

    ring = Keyring(keks, Watched())

    def lock_held() -> bool:
        return ring._lock._is_owned()  # type: ignore[attr-defined, no-any-return]

    ring.create_many(["a"])
    order.clear()
    ring.get("a")
    ring.destroy(["a"])
    assert order == ["fetch", "delete"]


def test_a_keyring_shows_nothing_and_cannot_be_carried_off(ring: Keyring) -> None:
    assert repr(ring) == "Keyring(MemoryKeyStore, …)"
    for carry in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            carry(ring)


def test_a_failing_key_service_makes_no_key(store: MemoryKeyStore) -> None:
    ring = Keyring(CallableKeyProvider(lambda: 1, lambda version: b""), store)
    with pytest.raises(KeyringError):
        ring.create_many(["a"])
    assert store.page("", 9) == []


class KeyringMachine(RuleBasedStateMachine):
    """Any order of making, destroying, rotating and reopening loses no key and revives none."""

    names = st.sampled_from("abcd")

    def __init__(self) -> None:
        super().__init__()
        self.keks = Keks()
        self.store = MemoryKeyStore()
        self.ring = Keyring(self.keks, self.store)
        self.sealed: dict[str, list[bytes]] = {}

    @rule(name=names)
    def make(self, name: str) -> None:
        if name in self.sealed:
            with pytest.raises(Conflict):
                self.ring.create_many([name])
        else:
            self.ring.create_many([name])
            self.sealed[name] = []

    @rule(name=names)
    def seal(self, name: str) -> None:
        if name in self.sealed:
            self.sealed[name].append(self.ring.get(name).seal(name.encode(), CELL))

    @rule(name=names)
    def destroy(self, name: str) -> None:
        self.ring.destroy([name])
        self.sealed.pop(name, None)

    @rule(name=names)
    def rotate_data_key(self, name: str) -> None:
        if name in self.sealed:
            key = self.ring.new_version(name)
            self.sealed[name] = [key.seal(key.unseal(old, CELL), CELL) for old in self.sealed[name]]
            self.ring.retire_versions(name)

    @rule()
    def rotate_kek(self) -> None:
        self.keks.rotate()
        self.ring.rotate_kek()
        self.keks.keys = {self.keks.current: self.keks.keys[self.keks.current]}

    @rule()
    def reopen(self) -> None:
        self.ring = Keyring(self.keks, self.store)

    @invariant()
    def everything_held_opens_and_nothing_else(self) -> None:
        assert list(self.ring.ids()) == sorted(self.sealed)
        for name in "abcd":
            if name not in self.sealed:
                with pytest.raises(Erased):
                    self.ring.get(name)
        for name, values in self.sealed.items():
            key = self.ring.get(name)
            assert all(key.unseal(value, CELL) == name.encode() for value in values)


TestKeyringMachine = KeyringMachine.TestCase


# ---------------------------------------------------------------- what a rotation and a renewal leave


def test_how_many_keys_each_version_wraps_is_told_whatever_their_number(
    keks: Keks, store: MemoryKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_module, "_BATCH", 2)
    ring = Keyring(keks, store)
    assert ring.wrapped_by() == {}
    ring.create_many([f"record:{number}" for number in range(5)])
    keks.rotate()
    ring.create_many(["record:new", "system:a"])
    assert ring.wrapped_by() == {1: 5, 2: 2}
    assert ring.kek_versions() == {1, 2}
    ring.rotate_kek()
    assert ring.wrapped_by() == {2: 7}


def test_keys_with_several_versions_are_unfinished_and_no_others(
    keks: Keks, store: MemoryKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_module, "_BATCH", 1)
    ring = Keyring(keks, store)
    ring.create_many(["record:a", "record:b", "record:c"])
    assert ring.unfinished() == []
    ring.new_version("record:b")
    ring.new_version("record:c")
    ring.new_version("record:c")
    assert ring.unfinished() == ["record:b", "record:c"]
    ring.retire_versions("record:c")
    assert ring.unfinished() == ["record:b"]


class OvertakenStore(MemoryKeyStore):
    """A store in which a rotation ends just before a key arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.keks: Keks | None = None

    def insert(self, keys: Sequence[WrappedKey], made_at: LogState | None = None) -> None:
        if self.keks is not None:
            self.keks.rotate()
            self.keks = None
        super().insert(keys, made_at)


@pytest.mark.parametrize("made", ["create", "renew"])
def test_a_key_stored_after_a_rotation_ended_is_wrapped_under_the_new_one(keks: Keks, made: str) -> None:
    store = OvertakenStore()
    ring = Keyring(keks, store)
    ring.create_many(["record:a"])
    store.keks = keks
    if made == "create":
        ring.create_many(["record:b", "record:c"])
        assert {key.kek_version for key in store.fetch(["record:b", "record:c"])} == {2}
        assert [key.kek_version for key in store.fetch(["record:a"])] == [1]
    else:
        sealed = ring.get("record:a").seal(b"x", CELL)
        ring.new_version("record:a")
        assert {(key.version, key.kek_version) for key in store.fetch(["record:a"])} == {(1, 1), (2, 2)}
        assert reopened(keks, store).get("record:a").unseal(sealed, CELL) == b"x"
    del keks.keys[1]
    fresh = reopened(keks, store)
    assert set(fresh.get_many(["record:b", "record:c"])) == (
        {"record:b", "record:c"} if made == "create" else set()
    )
