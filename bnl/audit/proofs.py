"""Makes proofs that an entry is in the log, and that a later log continues an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bnl.audit.merkle import EMPTY_ROOT, TILE_HEIGHT, node_hash
from bnl.errors import LogError


class HashReader(Protocol):
    """Reads stored hashes of the tree."""

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Return the hashes of complete subtrees on a level.

        Args:
            level: 0 for leaves, or another multiple of `TILE_HEIGHT`.
            start: Position of the first.
            stop: Position after the last.

        Returns:
            Exactly ``stop - start`` hashes, if the log has them.
        """
        ...


class _AtHand:
    """The hashes of a tree whose leaf hashes are at hand."""

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        self._levels = [list(leaf_hashes)]
        width = 1 << TILE_HEIGHT
        while len(below := self._levels[-1]) >= width:
            complete = range(0, len(below) - width + 1, width)
            self._levels.append([_folded(below[at : at + width]) for at in complete])

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        return self._levels[level // TILE_HEIGHT][start:stop]


def inclusion_proof(reader: HashReader, index: int, size: int) -> list[bytes]:
    """Prove that a leaf is in a tree.

    Args:
        reader: Of a log that has at least `size` leaves.
        index: Of the leaf, in ``[0, size)``.
        size: Of the tree the proof is for.

    Returns:
        The hashes beside the path from the leaf to the root, lowest first.

    Raises:
        LogError: There is no such leaf, or the log lacks hashes.

    Source:
        RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise LogError(f"There is no leaf {index} in a tree of {size}.", "Ask for an index below the size.")
    return _path(reader, index, 0, size)


def consistency_proof(reader: HashReader, first: int, second: int) -> list[bytes]:
    """Prove that a tree continues an earlier one.

    Args:
        reader: Of a log that has at least `second` leaves.
        first: Size of the earlier tree, from 1.
        second: Size of the later tree, not less.

    Returns:
        The hashes of the proof; none if the sizes are equal.

    Raises:
        LogError: The sizes are out of order, or the log lacks hashes.

    Source:
        RFC 9162, section 2.1.4.1.
    """
    if not 0 < first <= second:
        raise LogError(
            f"No proof leads from size {first} to {second}.", "Give sizes from 1, the smaller first."
        )
    return _subproof(reader, first, 0, second, whole=True)


def proof_among(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Prove that a leaf is in a small tree that is at hand as a whole, such as the subjects of an entry.

    Args:
        leaf_hashes: Of all its leaves, in order.
        index: Of the leaf, in ``[0, len(leaf_hashes))``.

    Returns:
        As `inclusion_proof`.

    Raises:
        LogError: There is no such leaf.
    """
    return inclusion_proof(_AtHand(leaf_hashes), index, len(leaf_hashes))


def range_root(reader: HashReader, start: int, stop: int) -> bytes:
    """Compute the root of the subtree over some leaves.

    Args:
        reader: Of the log.
        start: First leaf; a multiple of the least power of two that spans the range.
        stop: After the last leaf.

    Returns:
        32 bytes.

    Raises:
        LogError: The log lacks hashes.
    """
    if start == stop:
        return EMPTY_ROOT
    width = stop - start
    if width & (width - 1) == 0:
        return _complete(reader, width.bit_length() - 1, start)
    middle = start + _left_width(width)
    return node_hash(range_root(reader, start, middle), range_root(reader, middle, stop))


def _left_width(width: int) -> int:
    """Return the greatest power of two below a width of at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _complete(reader: HashReader, level: int, start: int) -> bytes:
    """Return the root of a complete subtree, from the highest stored level at or below its own."""
    above = level % TILE_HEIGHT
    stored, first, count = level - above, start >> (level - above), 1 << above
    hashes = list(reader.hashes(stored, first, first + count))
    if len(hashes) != count:
        advice = "The log is truncated or damaged: run `bnl audit verify`."
        raise LogError(f"The log lacks hashes {first} to {first + count} of level {stored}.", advice)
    return _folded(hashes)


def _folded(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [node_hash(left, right) for left, right in pairs]
    return hashes[0]


def _path(reader: HashReader, index: int, start: int, stop: int) -> list[bytes]:
    if stop - start == 1:
        return []
    middle = start + _left_width(stop - start)
    if index < middle:
        return [*_path(reader, index, start, middle), range_root(reader, middle, stop)]
    return [*_path(reader, index, middle, stop), range_root(reader, start, middle)]


def _subproof(reader: HashReader, first: int, start: int, stop: int, *, whole: bool) -> list[bytes]:
    if first == stop:
        return [] if whole else [range_root(reader, start, stop)]
    middle = start + _left_width(stop - start)
    if first <= middle:
        return [*_subproof(reader, first, start, middle, whole=whole), range_root(reader, middle, stop)]
    return [*_subproof(reader, first, middle, stop, whole=False), range_root(reader, start, middle)]
