"""The Merkle tree, its proofs and their checks as RFC 9162 defines them: slow, recursive and obvious."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def greatest_power_below(width: int) -> int:
    power = 1
    while power * 2 < width:
        power *= 2
    return power


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """Section 2.1.1, MTH."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = greatest_power_below(len(leaves))
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Section 2.1.3.1, PATH."""
    if len(leaves) == 1:
        return []
    k = greatest_power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), tree_hash(leaves[k:])]
    return [*path(m - k, leaves[k:]), tree_hash(leaves[:k])]


def proof(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Section 2.1.4.1, PROOF."""
    return subproof(m, leaves, True)


def subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """Section 2.1.4.1, SUBPROOF."""
    if m == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    k = greatest_power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), tree_hash(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), tree_hash(leaves[:k])]


def root_of_path(m: int, size: int, leaf: bytes, hashes: list[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to, by undoing PATH step by step; None if it does not fit."""
    if size == 1:
        return leaf if not hashes else None
    if not hashes:
        return None
    k = greatest_power_below(size)
    *below, last = hashes
    if m < k:
        left = root_of_path(m, k, leaf, below)
        return None if left is None else hashlib.sha256(b"\x01" + left + last).digest()
    right = root_of_path(m - k, size - k, leaf, below)
    return None if right is None else hashlib.sha256(b"\x01" + last + right).digest()


def roots_of_proof(
    m: int, size: int, old_root: bytes, hashes: list[bytes], whole: bool
) -> tuple[bytes, bytes] | None:
    """The old and new root that a proof leads to, by undoing SUBPROOF; None if it does not fit."""
    if m == size:
        if whole:
            return (old_root, old_root) if not hashes else None
        return (hashes[0], hashes[0]) if len(hashes) == 1 else None
    if not hashes:
        return None
    k = greatest_power_below(size)
    *below, last = hashes
    if m <= k:
        found = roots_of_proof(m, k, old_root, below, whole)
        return None if found is None else (found[0], hashlib.sha256(b"\x01" + found[1] + last).digest())
    found = roots_of_proof(m - k, size - k, old_root, below, False)
    if found is None:
        return None
    old, new = found
    return hashlib.sha256(b"\x01" + last + old).digest(), hashlib.sha256(b"\x01" + last + new).digest()
