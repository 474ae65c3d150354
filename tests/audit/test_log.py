"""The log: appends in order or not at all, and reads back only what it wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.audit.entry import encode
from bnl.audit.log import Log
from bnl.audit.merkle import EMPTY_ROOT, leaf_hash
from bnl.audit.verify import consistency_holds, inclusion_holds
from bnl.domain.audit import Head
from bnl.errors import Corrupt, LogError
from tests.audit import merkle_reference as reference
from tests.audit_entries import entry, filled
from tests.audit_store import MemoryLogStore


@pytest.fixture
def store() -> MemoryLogStore:
    return MemoryLogStore()


def test_a_new_log_is_empty(store: MemoryLogStore) -> None:
    log = Log(store)
    assert log.begin() == log.head() == Head(0, b"", "")
    assert log.root() == log.root(0) == EMPTY_ROOT
    assert list(log.entries()) == []
    assert log.append([]) == Head()


def test_entries_are_appended_and_read_back(store: MemoryLogStore) -> None:
    log = Log(store)
    first, second, third = entry(0), entry(1), entry(2)
    log.append([first])
    head = log.append([second, third])
    assert head == log.head() == store.row
    assert (head.size, head.last_time) == (3, third.time)
    assert list(log.entries()) == [first, second, third]
    assert list(log.entries(1, 2)) == [second]
    assert log.entry(2) == third
    assert store.stored == [(at, encode(entry(at)), leaf_hash(encode(entry(at)))) for at in range(3)]


@given(st.lists(st.integers(0, 40), max_size=8))
def test_the_root_is_that_of_the_entries_whatever_the_batches(batches: list[int]) -> None:
    store = MemoryLogStore()
    log = Log(store)
    for count in batches:
        size = log.begin().size
        log.append([entry(at) for at in range(size, size + count)])
    leaves = [encode(entry(at)) for at in range(sum(batches))]
    assert log.root() == reference.tree_hash(leaves)
    assert log.head().size == len(leaves)


def test_every_earlier_root_can_be_computed_again() -> None:
    log, leaves = Log(filled(70)), [encode(entry(at)) for at in range(70)]
    for size in range(71):
        assert log.root(size) == reference.tree_hash(leaves[:size])


@pytest.mark.parametrize("size", [-1, 4])
def test_a_size_the_log_never_had_has_no_root(size: int) -> None:
    with pytest.raises(LogError, match=f"has 3 entries, not {size}"):
        Log(filled(3)).root(size)


def test_its_proofs_hold() -> None:
    store = filled(600)
    log = Log(store)
    for sequence, size in ((0, 600), (599, 600), (300, 301), (255, 512)):
        proof = log.inclusion_proof(sequence, size)
        assert inclusion_holds(sequence, size, store.stored[sequence][2], proof, log.root(size))
    for first, second in ((1, 600), (255, 600), (256, 600), (600, 600), (512, 513)):
        proof = log.consistency_proof(first, second)
        assert consistency_holds(first, second, log.root(first), log.root(second), proof)


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        pytest.param([3], "Entry 3 cannot follow entry 1", id="gap"),
        pytest.param([1], "Entry 1 cannot follow entry 1", id="taken"),
        pytest.param([2, 4], "Entry 4 cannot follow entry 2", id="gap-within"),
        pytest.param([2, 2], "Entry 2 cannot follow entry 2", id="twice-within"),
    ],
)
def test_a_gap_or_a_repetition_is_refused_and_writes_nothing(sequences: list[int], message: str) -> None:
    store = filled(2)
    before = (store.row, list(store.stored))
    with pytest.raises(LogError, match=message):
        Log(store).append([entry(sequence) for sequence in sequences])
    assert (store.row, store.stored) == before


def test_time_may_stand_still_and_never_goes_back() -> None:
    store = filled(2)
    log = Log(store)
    last = log.begin().last_time
    before = (store.row, list(store.stored))
    earlier = last.replace("01.000000", "00.999999")
    with pytest.raises(LogError, match="Entry 2 is timed before"):
        log.append([entry(2, time=earlier)])
    with pytest.raises(LogError, match="Entry 3 is timed before"):
        log.append([entry(2), entry(3, time=last)])
    assert (store.row, store.stored) == before
    log.append([entry(2, time=last), entry(3, time=last)])
    assert log.head().last_time == last


def test_appending_and_beginning_lock_and_reading_does_not() -> None:
    locked: list[bool] = []

    class Watched(MemoryLogStore):
        def head(self, *, lock: bool) -> Head:
            locked.append(lock)
            return super().head(lock=lock)

    log = Log(Watched())
    log.begin()
    log.append([entry(0)])
    assert locked == [True, True]
    log.head()
    log.root()
    list(log.entries())
    assert locked[2:] == [False] * 3


def test_nodes_are_stored_once_complete() -> None:
    store = filled(513)
    assert sorted(store.nodes) == [(8, 0), (8, 1)]
    leaves = [leaf for _, leaf, _ in store.stored]
    assert store.nodes[8, 1] == reference.tree_hash(leaves[256:512])


def test_a_damaged_head_stops_the_log() -> None:
    store = filled(3)
    store.row = store.row._replace(frontier=b"")
    with pytest.raises(Corrupt, match="head row"):
        Log(store).append([entry(3)])
    assert len(store.stored) == 3


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param((1, encode(entry(1, actor="other")), leaf_hash(encode(entry(1)))), id="leaf"),
        pytest.param((1, encode(entry(1)), b"h" * 32), id="hash"),
        pytest.param((1, encode(entry(0)), leaf_hash(encode(entry(0)))), id="another-entry"),
        pytest.param((1, b"{}", leaf_hash(b"{}")), id="no-entry"),
    ],
)
def test_an_altered_entry_is_not_read(damaged: tuple[int, bytes, bytes]) -> None:
    store = filled(3)
    store.stored[1] = damaged
    log = Log(store)
    with pytest.raises(Corrupt):
        log.entry(1)
    with pytest.raises(Corrupt):
        list(log.entries())
    assert log.entry(2) == entry(2)


def test_the_place_of_an_altered_entry_is_told() -> None:
    store = filled(3)
    store.stored[1] = (1, store.stored[1][1], b"h" * 32)
    with pytest.raises(Corrupt, match="Entry 1") as caught:
        Log(store).entry(1)
    assert (caught.value.table, caught.value.key) == ("log", "1")


def test_some_entries_are_read_in_one_reading_whichever_they_are() -> None:
    log = Log(filled(6))
    assert list(log.chosen({4, 1})) == [entry(1), entry(4)]
    assert list(log.chosen(())) == []
    assert list(log.chosen({9})) == []


def test_an_altered_entry_is_not_chosen() -> None:
    store = filled(3)
    store.stored[1] = (1, store.stored[1][1], b"h" * 32)
    assert list(Log(store).chosen({0, 2})) == [entry(0), entry(2)]
    with pytest.raises(Corrupt):
        list(Log(store).chosen({1}))


def test_one_entry_is_read_alone() -> None:
    """Its neighbour may be damaged: a disclosure must not depend on what it does not tell of."""
    asked: list[tuple[int, int]] = []

    class Watched(MemoryLogStore):
        def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
            asked.append((start, stop))
            return super().leaves(start, stop)

    store = Watched()
    Log(store).append([entry(at) for at in range(5)])
    assert Log(store).entry(2) == entry(2)
    assert asked == [(2, 3)]


def test_an_entry_that_is_not_there_is_said() -> None:
    with pytest.raises(LogError, match="no entry 3"):
        Log(filled(3)).entry(3)
