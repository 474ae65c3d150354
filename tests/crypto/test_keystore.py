"""The key store in memory keeps the promises of the protocol."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.crypto.keystore import KeyStore, LogState, MemoryKeyStore, UnsettledKey, WrappedKey
from bnl.errors import Conflict


def key(key_id: str, version: int = 1, kek: int = 1, wrapped: bytes = b"w") -> WrappedKey:
    return WrappedKey(key_id, version, kek, wrapped)


@pytest.fixture
def store() -> KeyStore:
    made = MemoryKeyStore()
    made.insert([key("a"), key("b"), key("b", 2, 2), key("c", kek=2)])
    return made


def test_it_fetches_all_versions_of_what_is_named(store: KeyStore) -> None:
    assert sorted(store.fetch(["b", "x"])) == [key("b"), key("b", 2, 2)]
    assert store.fetch([]) == []


def test_it_inserts_all_or_nothing(store: KeyStore) -> None:
    with pytest.raises(Conflict):
        store.insert([key("d"), key("b", 2)])
    assert store.fetch(["d"]) == []
    assert sorted(store.fetch(["b"])) == [key("b"), key("b", 2, 2)]


def test_it_rewraps_and_never_brings_back(store: KeyStore) -> None:
    store.rewrap([key("a", kek=2, wrapped=b"n"), key("gone", kek=2), key("a", 2)])
    assert store.fetch(["a", "gone"]) == [key("a", kek=2, wrapped=b"n")]


def test_it_deletes_all_versions_and_takes_absent_names(store: KeyStore) -> None:
    store.delete(["b", "x"])
    assert [held.key_id for held in store.page("", 9)] == ["a", "c"]


def test_it_deletes_one_version(store: KeyStore) -> None:
    store.delete_version("b", 1)
    store.delete_version("a", 1)
    store.delete_version("x", 1)
    assert store.page("", 9) == [key("b", 2, 2), key("c", kek=2)]


def test_it_pages_by_id_with_all_versions_together(store: KeyStore) -> None:
    assert store.page("", 2) == [key("a"), key("b"), key("b", 2, 2)]
    assert store.page("b", 2) == [key("c", kek=2)]
    assert store.page("c", 2) == []


def test_it_pages_what_another_key_wraps(store: KeyStore) -> None:
    assert store.page("", 9, not_kek_version=2) == [key("a"), key("b")]
    assert store.page("", 9, not_kek_version=1) == [key("b", 2, 2), key("c", kek=2)]


@given(st.sets(st.text(min_size=1, max_size=3), max_size=20), st.integers(1, 5))
def test_pages_together_are_everything_in_order(ids: set[str], limit: int) -> None:
    store = MemoryKeyStore()
    store.insert([key(key_id) for key_id in ids])
    found: list[str] = []
    while page := store.page(found[-1] if found else "", limit):
        assert len(page) <= limit
        found += [held.key_id for held in page]
    assert found == sorted(ids)


def test_what_is_made_for_a_row_is_unsettled_until_told_or_destroyed(store: KeyStore) -> None:
    state = LogState(7, b"last")
    assert store.unsettled() == []
    store.insert([key("f"), key("d"), key("e")], state)
    assert store.unsettled() == [UnsettledKey(name, state) for name in ("d", "e", "f")]
    store.settle(["e", "a", "x"])
    store.delete(["f"])
    assert store.unsettled() == [UnsettledKey("d", state)]
    assert [held.key_id for held in store.page("", 9)] == ["a", "b", "b", "c", "d", "e"]


def test_keys_refused_leave_no_mark(store: KeyStore) -> None:
    with pytest.raises(Conflict):
        store.insert([key("d"), key("a")], LogState(0, b""))
    assert store.unsettled() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda store: store.delete(["a"]), True, id="deleted"),
        pytest.param(lambda store: store.delete_version("b", 1), True, id="a-version-deleted"),
        pytest.param(lambda store: store.insert([key("b", 3)]), True, id="a-version-added"),
        pytest.param(lambda store: store.rewrap([key("a", kek=2)]), True, id="rewrapped"),
        pytest.param(lambda store: store.fetch(["a"]), False, id="read"),
        pytest.param(lambda store: store.page("", 9), False, id="listed"),
    ],
)
def test_a_change_is_told(store: KeyStore, change: Callable[[KeyStore], object], told: bool) -> None:
    before = store.changes()
    assert store.changes() == before
    change(store)
    assert (store.changes() != before) is told


VERBS: dict[str, Callable[[KeyStore], None]] = {
    "insert": lambda store: store.insert([key("new")]),
    "rewrap": lambda store: store.rewrap([key("a", kek=2)]),
    "delete": lambda store: store.delete(["a"]),
    "delete_version": lambda store: store.delete_version("b", 1),
}


@pytest.mark.parametrize("order", [pytest.param(one, id="-".join(one)) for one in permutations(VERBS)])
def test_no_change_makes_the_store_answer_as_it_did_before_another(order: tuple[str, ...]) -> None:
    """Otherwise a key destroyed and one made would pass for no change at all, and the first be kept open."""
    held = MemoryKeyStore()
    held.insert([key("a"), key("b")])
    answers = [held.changes()]
    for name in order:
        VERBS[name](held)
        answers.append(held.changes())
    assert len(set(answers)) == len(answers)
