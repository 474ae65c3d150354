"""The Merkle tree: hashes of leaves and nodes, and the frontier from which it grows without being read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
TILE_HEIGHT = 8
"""Levels of the tree whose nodes are stored are multiples of this, as in tiled logs."""


class Node(NamedTuple):
    """A complete subtree.

    Args:
        level: Its height, 0 for a leaf; it spans ``2**level`` leaves.
        position: Its place among the subtrees of that height, from 0.
        hash: 32 bytes.
    """

    level: int
    position: int
    hash: bytes


class Frontier(NamedTuple):
    """The complete subtrees a tree of some size falls into, greatest first: all one needs to append or root.

    Args:
        size: Number of leaves.
        hashes: One per set bit of the size, from the highest bit down.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf.

    Args:
        leaf: Any bytes.

    Returns:
        SHA-256 of a zero byte and the leaf.

    Source:
        RFC 9162, section 2.1.1.
    """
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one.

    Args:
        left: 32 bytes.
        right: 32 bytes.

    Returns:
        SHA-256 of a byte 1 and the two.

    Source:
        RFC 9162, section 2.1.1.
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


def extended(frontier: Frontier, leaf_hashes: Iterable[bytes]) -> tuple[Frontier, list[Node]]:
    """Append leaves to a tree known by its frontier, in O(log n) for each.

    Args:
        frontier: Of the tree as it is.
        leaf_hashes: Of the leaves to append.

    Returns:
        The frontier of the tree as it becomes, and the nodes completed on stored levels, level 0 left out.
    """
    size, hashes = frontier.size, list(frontier.hashes)
    completed: list[Node] = []
    for leaf in leaf_hashes:
        hashes.append(leaf)
        level, rest = 0, size
        # Each trailing one bit of the size is a complete subtree that the new one joins from the right.
        while rest & 1:
            right = hashes.pop()
            hashes[-1] = node_hash(hashes[-1], right)
            level, rest = level + 1, rest >> 1
            if level % TILE_HEIGHT == 0:
                completed.append(Node(level, rest, hashes[-1]))
        size += 1
    return Frontier(size, tuple(hashes)), completed


def root(frontier: Frontier) -> bytes:
    """Compute the root of a tree.

    Args:
        frontier: Of the tree.

    Returns:
        32 bytes; `EMPTY_ROOT` for a tree without leaves.
    """
    if not frontier.hashes:
        return EMPTY_ROOT
    result = frontier.hashes[-1]
    for left in reversed(frontier.hashes[:-1]):
        result = node_hash(left, result)
    return result


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Compute the root of a whole tree.

    Args:
        leaves: All leaves, in order.

    Returns:
        32 bytes.
    """
    return root(extended(Frontier(), map(leaf_hash, leaves))[0])
