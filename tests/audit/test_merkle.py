"""The tree grows leaf by leaf into what its definition says it is."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.audit.merkle import (
    EMPTY_ROOT,
    TILE_HEIGHT,
    Frontier,
    Node,
    extended,
    leaf_hash,
    node_hash,
    root,
    tree_root,
)
from tests.audit.merkle_reference import tree_hash
from tests.shared_vectors import load, needs_vectors

some_leaves = st.lists(st.binary(max_size=6), max_size=40)


def grown(leaves: list[bytes]) -> Frontier:
    return extended(Frontier(), map(leaf_hash, leaves))[0]


def test_published_constants_hold() -> None:
    """RFC 6962: the root of an empty tree, and the hash of an empty leaf."""
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@needs_vectors
def test_the_constants_are_those_published() -> None:
    published = load("c2sp_examples.json")["rfc6962_hashes_sha256"]
    assert published["empty_root"] == EMPTY_ROOT.hex()
    assert published["empty_leaf"] == leaf_hash(b"").hex()


def test_leaves_and_nodes_are_told_apart() -> None:
    left, right = leaf_hash(b"l"), leaf_hash(b"r")
    assert node_hash(left, right) == hashlib.sha256(b"\x01" + left + right).digest()
    assert leaf_hash(left + right) != node_hash(left, right)
    assert node_hash(left, right) != node_hash(right, left)


@pytest.mark.parametrize("size", range(70))
def test_the_root_is_as_defined_at_every_size(size: int) -> None:
    leaves = [b"%d" % at for at in range(size)]
    assert tree_root(leaves) == root(grown(leaves)) == tree_hash(leaves)


@given(some_leaves, some_leaves)
def test_appending_in_two_goes_is_appending_in_one(first: list[bytes], second: list[bytes]) -> None:
    halfway, _ = extended(Frontier(), map(leaf_hash, first))
    whole, _ = extended(halfway, map(leaf_hash, second))
    assert whole == grown([*first, *second])
    assert root(whole) == tree_hash([*first, *second])


@given(some_leaves)
def test_the_frontier_has_one_hash_per_bit_of_the_size(leaves: list[bytes]) -> None:
    frontier = grown(leaves)
    assert frontier.size == len(leaves)
    assert len(frontier.hashes) == len(leaves).bit_count()
    at = 0
    for bit, hashed in zip(bits(len(leaves)), frontier.hashes, strict=True):
        assert hashed == tree_hash(leaves[at : at + bit])
        at += bit


def bits(size: int) -> list[int]:
    return [1 << at for at in reversed(range(size.bit_length())) if size >> at & 1]


def test_appending_changes_nothing_it_was_given() -> None:
    frontier = grown([b"a", b"b", b"c"])
    before = Frontier(frontier.size, frontier.hashes)
    extended(frontier, [leaf_hash(b"d")])
    assert frontier == before
    assert extended(frontier, []) == (frontier, [])


@pytest.mark.parametrize("size", [0, 255, 256, 257, 511, 512, 1000])
def test_nodes_of_stored_levels_are_told_once_complete(size: int) -> None:
    leaves = [b"%d" % at for at in range(size)]
    _, nodes = extended(Frontier(), map(leaf_hash, leaves))
    expected = [Node(8, at, tree_hash(leaves[at * 256 : at * 256 + 256])) for at in range(size // 256)]
    assert nodes == expected


def test_nodes_are_told_level_by_level_up() -> None:
    """65,536 leaves complete the first node of the second stored level."""
    leaves = [leaf_hash(b"%d" % at) for at in range(1 << 2 * TILE_HEIGHT)]
    _, nodes = extended(Frontier(), leaves)
    assert [(node.level, node.position) for node in nodes[-2:]] == [(8, 255), (16, 0)]
    assert len(nodes) == 257
    level = [node.hash for node in nodes[:-1]]
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    assert nodes[-1].hash == level[0]


def test_nodes_completed_across_calls_are_told_too() -> None:
    leaves = [leaf_hash(b"%d" % at) for at in range(600)]
    frontier, told = Frontier(), []
    for at in range(0, 600, 7):
        frontier, nodes = extended(frontier, leaves[at : at + 7])
        told += nodes
    assert told == extended(Frontier(), leaves)[1]
