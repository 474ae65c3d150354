"""A log store in memory, the real interface for the tests of the audit room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bnl.audit.merkle import Node
from bnl.domain.audit import Head


class MemoryLogStore:
    """A log that lies open to be damaged."""

    def __init__(self) -> None:
        self.row = Head()
        self.stored: list[tuple[int, bytes, bytes]] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.reads = 0

    def head(self, *, lock: bool) -> Head:
        return self.row

    def put_head(self, head: Head) -> None:
        self.row = head

    def put_leaves(self, first: int, leaves: Sequence[tuple[bytes, bytes]]) -> None:
        assert first == len(self.stored)
        self.stored.extend((first + at, leaf, hashed) for at, (leaf, hashed) in enumerate(leaves))

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        self.nodes.update({(level, position): hashed for level, position, hashed in nodes})

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        return iter([self.stored[at] for at in range(start, min(stop, len(self.stored)))])

    def hashes(self, level: int, start: int, stop: int) -> Sequence[bytes]:
        self.reads += stop - start
        if level == 0:
            return [hashed for _, _, hashed in self.stored[start:stop]]
        return [self.nodes[level, at] for at in range(start, stop) if (level, at) in self.nodes]
