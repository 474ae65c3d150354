"""Checks proofs, with nothing but the hashes in hand; it shares no code with what makes them."""

from __future__ import annotations

from collections.abc import Sequence

from bnl.audit.merkle import HASH_BYTES, node_hash
from bnl.errors import ProofError

_ADVICE = "Do not rely on it: keep it, and ask the log's operator and another witness for theirs."


def inclusion_holds(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows that a leaf is in a tree.

    Args:
        index: Of the leaf.
        size: Of the tree.
        leaf: Hash of the leaf.
        proof: Hashes from the leaf's sibling up.
        root: Of the tree.

    Returns:
        True only if it does; anything malformed is False.

    Source:
        RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    node, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and current == root


def consistency_holds(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that one tree continues another.

    Args:
        first: Size of the earlier tree; a proof from size 0 shows nothing and is False.
        second: Size of the later tree.
        first_root: Root of the earlier tree.
        second_root: Root of the later tree.
        proof: Its hashes.

    Returns:
        True only if it does; anything malformed is False.

    Source:
        RFC 9162, section 2.1.4.2.
    """
    if first == second:
        # Nothing is hashed here: the roots are the same, whatever they are, or they are not.
        return first > 0 and not proof and first_root == second_root
    if not 0 < first < second or not _hashes(first_root, second_root, *proof):
        return False
    # A complete earlier tree is a node of the later one, and the proof leaves it out.
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def require_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Raise unless a proof shows that a leaf is in a tree; see `inclusion_holds`.

    Raises:
        ProofError: It does not.
    """
    if not inclusion_holds(index, size, leaf, proof, root):
        raise ProofError(f"The proof does not show entry {index} in the log of size {size}.", _ADVICE)


def require_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise unless a proof shows that one tree continues another; see `consistency_holds`.

    Raises:
        ProofError: It does not.
    """
    if not consistency_holds(first, second, first_root, second_root, proof):
        raise ProofError(f"The log of size {second} is not shown to continue that of size {first}.", _ADVICE)


def _hashes(*candidates: object) -> bool:
    return all(isinstance(candidate, bytes) and len(candidate) == HASH_BYTES for candidate in candidates)
