"""What the log needs of whoever keeps it: a head row, leaves, and nodes of the tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from bnl.audit.merkle import HASH_BYTES, Frontier, Node
from bnl.domain.audit import Head
from bnl.errors import Corrupt


class LeafStore(Protocol):
    """Where the log is kept. It works inside a transaction that the caller opens and commits."""

    def head(self, *, lock: bool) -> Head:
        """Return the head row, ``Head()`` before the first entry; with `lock`, keep other writers out."""
        ...

    def put_head(self, head: Head) -> None:
        """Replace the head row."""
        ...

    def put_leaves(self, first: int, leaves: Sequence[tuple[bytes, bytes]]) -> None:
        """Store leaves with their hashes, at sequences from `first` on; an existing sequence is an error."""
        ...

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        """Store nodes; their levels are 8, 16, 24 and so on."""
        ...

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Return sequence, leaf and leaf hash of the leaves in ``[start, stop)``, by sequence."""
        ...

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        """Return the hashes at positions ``[start, stop)`` of a level, by position: 0 for those of leaves."""
        ...


def frontier_of(head: Head) -> Frontier:
    """Read the frontier out of a head row.

    Args:
        head: The head row.

    Returns:
        The frontier.

    Raises:
        Corrupt: The number of hashes does not fit the size.
    """
    if head.size < 0 or len(head.frontier) != HASH_BYTES * head.size.bit_count():
        advice = "Restore the database from a backup: nothing can be logged until then."
        raise Corrupt("The head row of the log is damaged.", advice, table="log_head")
    pieces = range(0, len(head.frontier), HASH_BYTES)
    return Frontier(head.size, tuple(head.frontier[at : at + HASH_BYTES] for at in pieces))
