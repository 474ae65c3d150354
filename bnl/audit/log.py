"""The log: appends entries inside the caller's transaction, and reads them back with their proofs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bnl.audit.entry import decode, encode
from bnl.audit.merkle import extended, leaf_hash, root
from bnl.audit.proofs import consistency_proof, inclusion_proof, range_root
from bnl.audit.store import LeafStore, frontier_of
from bnl.domain.audit import AuditEntry, Head
from bnl.errors import Corrupt, LogError


class Log:
    """The log over a store.

    Args:
        store: Where it is kept.
    """

    def __init__(self, store: LeafStore) -> None:
        self._store = store

    def begin(self) -> Head:
        """Lock the log for the rest of the transaction.

        Returns:
            The head: entries to append are numbered from its size, and timed no earlier than its last time.
        """
        return self._store.head(lock=True)

    def append(self, entries: Sequence[AuditEntry]) -> Head:
        """Append entries; they are in the log once the caller's transaction is committed.

        Args:
            entries: Numbered from the size of the head that `begin` gave, in the same transaction.

        Returns:
            The new head.

        Raises:
            LogError: A number leaves a gap or is taken, or a time is earlier than the one before. Nothing
                was written.
            Corrupt: The head row is damaged.
        """
        head = self._store.head(lock=True)
        leaves = []
        last_time = head.last_time
        for sequence, entry in enumerate(entries, head.size):
            if entry.sequence != sequence:
                advice = "Take the sequence from `begin` in the same transaction."
                raise LogError(f"Entry {entry.sequence} cannot follow entry {sequence - 1}.", advice)
            if entry.time < last_time:
                advice = "Time entries no earlier than the head's last time."
                raise LogError(f"Entry {sequence} is timed before the one that precedes it.", advice)
            last_time = entry.time
            leaf = encode(entry)
            leaves.append((leaf, leaf_hash(leaf)))
        frontier, nodes = extended(frontier_of(head), (hashed for _, hashed in leaves))
        grown = Head(frontier.size, b"".join(frontier.hashes), last_time)
        self._store.put_leaves(head.size, leaves)
        if nodes:
            self._store.put_nodes(nodes)
        self._store.put_head(grown)
        return grown

    def head(self) -> Head:
        """Return the head without locking it."""
        return self._store.head(lock=False)

    def entry(self, sequence: int) -> AuditEntry:
        """Read one entry.

        Args:
            sequence: Of the entry.

        Returns:
            The entry.

        Raises:
            LogError: There is no such entry.
            Corrupt: It was altered.
        """
        for entry in self.entries(sequence, sequence + 1):
            return entry
        raise LogError(f"There is no entry {sequence}.", "Ask for a sequence below the size of the log.")

    def chosen(self, sequences: Collection[int]) -> Iterator[AuditEntry]:
        """Read some entries, in order, with the same statements whichever and however many they are.

        How often a store is asked tells nothing of what was sought.

        Args:
            sequences: Of the entries.

        Raises:
            Corrupt: One of them was altered.
        """
        for sequence, leaf, stored in self._store.leaves(0, self.head().size):
            if sequence in sequences:
                yield _checked(sequence, leaf, stored)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[AuditEntry]:
        """Read entries in order.

        Args:
            start: Sequence of the first.
            stop: Sequence after the last; the end of the log if not given.

        Returns:
            The entries, each checked against its stored hash.

        Raises:
            Corrupt: One of them was altered.
        """
        end = self.head().size if stop is None else stop
        for sequence, leaf, stored in self._store.leaves(start, end):
            yield _checked(sequence, leaf, stored)

    def root(self, size: int | None = None) -> bytes:
        """Compute the root of the log.

        Args:
            size: Of the log at an earlier time; as it stands if not given.

        Returns:
            32 bytes.

        Raises:
            LogError: The log was never of that size.
        """
        head = self.head()
        if size is None or size == head.size:
            return root(frontier_of(head))
        if not 0 <= size < head.size:
            raise LogError(f"The log has {head.size} entries, not {size}.", "Give a size it has had.")
        return range_root(self._store, 0, size)

    def inclusion_proof(self, sequence: int, size: int) -> list[bytes]:
        """Prove that an entry is in the log of some size; see `bnl.audit.proofs.inclusion_proof`."""
        return inclusion_proof(self._store, sequence, size)

    def consistency_proof(self, first: int, second: int) -> list[bytes]:
        """Prove that the log continues what it was; see `bnl.audit.proofs.consistency_proof`."""
        return consistency_proof(self._store, first, second)


def _checked(sequence: int, leaf: bytes, stored: bytes) -> AuditEntry:
    entry = decode(leaf)
    if entry.sequence != sequence or leaf_hash(leaf) != stored:
        advice = "Run `bnl audit verify` to see what else was."
        raise Corrupt(f"Entry {sequence} of the log was altered.", advice, table="log", key=str(sequence))
    return entry
