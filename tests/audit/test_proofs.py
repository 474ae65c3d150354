"""Proofs are made as RFC 9162 defines them, from few stored hashes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.audit.log import Log
from bnl.audit.merkle import EMPTY_ROOT, TILE_HEIGHT, Frontier, extended, leaf_hash, root
from bnl.audit.proofs import consistency_proof, inclusion_proof, proof_among, range_root
from bnl.audit.verify import inclusion_holds
from bnl.errors import LogError
from tests.audit import merkle_reference as reference
from tests.audit_entries import filled
from tests.audit_store import MemoryLogStore


class Hashes:
    """The hashes of a tree over the leaves 0, 1, 2 …, by definition."""

    def __init__(self, size: int) -> None:
        self.leaves = [b"%d" % at for at in range(size)]

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        assert level % TILE_HEIGHT == 0
        assert start < stop
        width = 1 << level
        assert stop * width <= len(self.leaves), "asked for an incomplete subtree"
        return [reference.tree_hash(self.leaves[at * width : (at + 1) * width]) for at in range(start, stop)]


SMALL = 40


@pytest.mark.parametrize("size", range(1, SMALL))
def test_every_small_proof_is_as_defined(size: int) -> None:
    tree = Hashes(SMALL)
    for index in range(size):
        assert inclusion_proof(tree, index, size) == reference.path(index, tree.leaves[:size])
    for first in range(1, size + 1):
        assert consistency_proof(tree, first, size) == reference.proof(first, tree.leaves[:size])


GREAT = Hashes(1500)


@given(st.integers(1, 1500), st.data())
def test_proofs_over_stored_levels_are_as_defined(size: int, data: st.DataObject) -> None:
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    leaves = GREAT.leaves[:size]
    assert inclusion_proof(GREAT, index, size) == reference.path(index, leaves)
    assert consistency_proof(GREAT, first, size) == reference.proof(first, leaves)
    assert range_root(GREAT, 0, size) == reference.tree_hash(leaves)


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 511, 512, 700])
def test_a_proof_among_leaves_at_hand_is_as_defined(size: int) -> None:
    leaves = GREAT.leaves[:size]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    for index in {0, size // 3, size - 1}:
        assert proof_among(hashes, index) == reference.path(index, leaves)
    with pytest.raises(LogError, match=f"no leaf {size}"):
        proof_among(hashes, size)


def test_a_proof_among_very_many_leaves_at_hand_holds() -> None:
    hashes = [leaf_hash(b"%d" % at) for at in range(66_000)]
    whole, _ = extended(Frontier(), hashes)
    for index in (0, 65_999):
        assert inclusion_holds(index, 66_000, hashes[index], proof_among(hashes, index), root(whole))


def test_the_root_of_nothing_is_the_empty_root() -> None:
    assert range_root(GREAT, 0, 0) == EMPTY_ROOT


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (6, 5), (-1, 5)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(LogError, match=f"no leaf {index} in a tree of {size}"):
        inclusion_proof(GREAT, index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_sizes_out_of_order_have_no_proof(first: int, second: int) -> None:
    with pytest.raises(LogError, match=f"from size {first} to {second}"):
        consistency_proof(GREAT, first, second)


def test_equal_sizes_need_no_hashes() -> None:
    assert consistency_proof(MemoryLogStore(), 7, 7) == []


@pytest.mark.parametrize(
    ("level", "kept"), [pytest.param(0, 100, id="leaves"), pytest.param(8, 1, id="nodes")]
)
def test_a_log_that_lacks_hashes_says_so(level: int, kept: int) -> None:
    store = filled(600)
    if level:
        store.nodes = {place: store.nodes[place] for place in sorted(store.nodes)[:kept]}
    else:
        store.stored = store.stored[:kept]
    with pytest.raises(LogError, match=f"lacks hashes .* of level {level}"):
        inclusion_proof(store, 5, 600)


@pytest.mark.parametrize("size", [70_000, 65_536, 65_535, 66_000])
def test_a_proof_in_a_large_log_reads_few_hashes(size: int) -> None:
    """At most one tile's worth of hashes on each side, for each stored level."""
    store = filled_fast(size)
    for index in (0, size // 3, size - 1):
        store.reads = 0
        proof = inclusion_proof(store, index, size)
        assert len(proof) <= 17
        levels = 1 + (size.bit_length() - 1) // TILE_HEIGHT
        assert store.reads <= 2 * 256 * levels
    assert Log(store).root(size // 2) == range_root(store, 0, size // 2)


_FILLED: dict[int, MemoryLogStore] = {}


def filled_fast(size: int) -> MemoryLogStore:
    """A large log whose leaves are no entries: the tree does not care."""
    if size not in _FILLED:
        store = MemoryLogStore()
        hashes = [leaf_hash(b"%d" % at) for at in range(size)]
        store.stored = [(at, b"", hashed) for at, hashed in enumerate(hashes)]
        frontier, nodes = extended(Frontier(), hashes)
        store.put_nodes(nodes)
        store.row = store.row._replace(size=size, frontier=b"".join(frontier.hashes))
        _FILLED[size] = store
    return _FILLED[size]
