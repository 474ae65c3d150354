"""Opened keys: each opened once, kept only while writing, and one altered key hides no other."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import LogState, MemoryKeyStore, WrappedKey
from bnl.crypto.provider import CallableKeyProvider
from bnl.errors import Corrupt, Erased
from bnl.storage.keys import SYSTEM_ROWS
from bnl.storage.opened import OpenedKeys

STATE = LogState(3, b"last")


class CountingStore(MemoryKeyStore):
    """A key store that counts what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[set[str]] = []

    def fetch(self, key_ids: Collection[str]) -> list[WrappedKey]:
        self.asked.append(set(key_ids))
        return super().fetch(key_ids)


@pytest.fixture
def counting() -> CountingStore:
    return CountingStore()


@pytest.fixture
def ring(counting: CountingStore) -> Keyring:
    made = Keyring(CallableKeyProvider(lambda: 1, lambda _: b"k" * 32), counting)
    made.create_many(["a", "b", "c"])
    counting.asked.clear()
    return made


def test_a_key_is_fetched_once_while_writing(ring: Keyring, counting: CountingStore) -> None:
    keys = OpenedKeys(ring, keep=True)
    first = keys.open_many(["a", "b"])
    assert keys.open_many(["b", "a"]) == first
    assert set(keys.open_many(["a", "c"])) == {"a", "c"}
    assert counting.asked == [{"a", "b"}, {"c"}]


def test_a_key_is_not_kept_while_reading(ring: Keyring, counting: CountingStore) -> None:
    keys = OpenedKeys(ring, keep=False)
    keys.open_many(["a"])
    keys.open_many(["a"])
    assert counting.asked == [{"a"}, {"a"}]


def test_a_missing_key_is_left_out(ring: Keyring) -> None:
    assert set(OpenedKeys(ring, keep=True).open_many({"a", "nobody"})) == {"a"}
    assert set(OpenedKeys(ring, keep=True).open_readable({"a", "nobody"})) == {"a"}


def test_an_altered_key_hides_no_other(ring: Keyring, counting: CountingStore) -> None:
    (held,) = counting.fetch(["b"])
    counting.rewrap([held._replace(wrapped=bytes(72))])
    keys = OpenedKeys(ring, keep=True)
    with pytest.raises(Corrupt):
        keys.open_many(["a", "b"])
    found = keys.open_readable(["a", "b", "c", "nobody"])
    assert found["b"] is None
    assert set(found) == {"a", "b", "c"}
    assert found["a"] is not None


def test_keys_made_for_what_was_undone_are_destroyed(ring: Keyring) -> None:
    keys = OpenedKeys(ring, keep=True)
    keys.create_many(["d", "e"], STATE)
    keys.destroy_made()
    assert list(ring.ids()) == ["a", "b", "c"]
    assert ring.unsettled() == []
    keys.create_many(["d"], STATE)
    keys.destroy_made()
    keys.destroy_made()
    assert list(ring.ids()) == ["a", "b", "c"]


def test_keys_made_for_what_was_committed_are_settled_and_stay(ring: Keyring) -> None:
    keys = OpenedKeys(ring, keep=True)
    keys.create_many(["d", "e"], STATE)
    assert [mark.key_id for mark in ring.unsettled()] == ["d", "e"]
    keys.settle_made()
    keys.settle_made()
    keys.destroy_made()
    assert ring.unsettled() == []
    assert list(ring.ids()) == ["a", "b", "c", "d", "e"]


def test_the_key_of_clear_rows_must_be_there(ring: Keyring) -> None:
    with pytest.raises(Erased):
        OpenedKeys(ring, keep=True).authority()
    ring.create_many([SYSTEM_ROWS])
    assert OpenedKeys(ring, keep=True).authority() is ring.get(SYSTEM_ROWS)
