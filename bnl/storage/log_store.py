"""The log's rows, kept in the transaction of the change they tell of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from bnl.crypto.keystore import LogState
from bnl.domain.audit import Head, SubjectRow
from bnl.errors import Corrupt, StorageError
from bnl.storage.kind import Row
from bnl.storage.log_statements import (
    CHECKPOINT,
    CHECKPOINTS,
    HEAD,
    HEAD_LOCKED,
    HEADS,
    LEAF_HASHES,
    LEAVES,
    NEWEST_CHECKPOINT,
    NODE_HASHES,
    NODES,
    PUT_CHECKPOINT,
    PUT_HEAD,
    PUT_LEAVES,
    PUT_NODES,
    PUT_SUBJECTS,
    SUBJECTS,
)
from bnl.storage.tables import raw_columns
from bnl.storage.transaction import Transaction

HEAD_ID = 1
_PAGE = 2_000


class LogStore:
    """Keeps the log in the same transaction as the rows it tells of.

    Args:
        transaction: The transaction.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._head: Head | None = None
        self._locked = False

    def head(self, *, lock: bool) -> Head:
        """Return the head row, read once in a transaction: nobody else can change it before that ends.

        Args:
            lock: Keep other writers out until the transaction ends.

        Raises:
            Corrupt: It is missing, or there are several.
        """
        if self._head is not None and (self._locked or not lock):
            return self._head
        rows = self._transaction.ask(HEAD_LOCKED if lock else HEAD)
        if len(rows) != 1 or rows[0][0] != HEAD_ID or not isinstance(rows[0][1], int):
            advice = "Restore the database from a backup: nothing can be logged until then."
            raise Corrupt("The head row of the log is damaged.", advice, table=HEADS.name)
        _, size, frontier, last_time = rows[0]
        self._head, self._locked = Head(size, frontier, last_time), lock
        return self._head

    def put_head(self, head: tuple[int, bytes, str]) -> None:
        """Replace the head row; from here on rows belong to the next entry.

        Raises:
            StorageError: Rows were written that the entries do not name, or this transaction only reads.
        """
        size, frontier, last_time = head
        self._transaction.put(PUT_HEAD, [(size, frontier, last_time, HEAD_ID)])
        self._transaction.grow(size)
        self._head, self._locked = Head(size, frontier, last_time), True

    def put_leaves(self, first: int, leaves: Sequence[tuple[bytes, bytes]]) -> None:
        """Store leaves with their hashes.

        Args:
            first: Sequence of the first.
            leaves: Leaf and leaf hash of each.

        Raises:
            Conflict: A sequence is taken.
        """
        rows = [(position, leaf, hashed) for position, (leaf, hashed) in enumerate(leaves, first)]
        self._transaction.put(PUT_LEAVES, rows)

    def put_nodes(self, nodes: Sequence[tuple[int, int, bytes]]) -> None:
        """Store complete subtrees by level, position and hash.

        Raises:
            Conflict: One of them is stored already.
        """
        self._transaction.put(PUT_NODES, nodes)

    def leaves(self, start: int, stop: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Return sequence, leaf and leaf hash of the leaves in ``[start, stop)``, by sequence."""
        place = LEAVES.c.position
        query = (
            sa.select(*raw_columns(LEAVES))
            .where(place >= sa.bindparam("start"), place < sa.bindparam("stop"))
            .order_by(place)
        )
        for first in range(start, stop, _PAGE):
            page = {"start": first, "stop": min(first + _PAGE, stop)}
            for row in self._transaction.fetch(query, page):
                yield row[0], row[1], row[2]

    def all_leaves(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Return every leaf there is, by sequence, whatever the head row says."""
        for row in self._pages(LEAVES, (LEAVES.c.position,)):
            yield row[0], row[1], row[2]

    def hashes(self, level: int, start: int, stop: int) -> list[bytes]:
        """Return the hashes at positions ``[start, stop)`` of a level, by position.

        Args:
            level: 0 for leaves, otherwise a level at which nodes are stored.
            start: First position.
            stop: Position after the last.

        Raises:
            Corrupt: One of them is missing.
        """
        table, query = (NODES, NODE_HASHES) if level else (LEAVES, LEAF_HASHES)
        wanted = (start, stop, level) if level else (start, stop)
        found = [row[0] for row in self._transaction.ask(query, *wanted)]
        if len(found) != stop - start or not all(isinstance(hashed, bytes) for hashed in found):
            advice = "Run `bnl audit verify` to see what else is damaged."
            raise Corrupt(f"A hash of level {level} of the log is missing.", advice, table=table.name)
        return found

    def state(self, size: int) -> LogState:
        """Return what tells the log at a size from any other history of that size.

        Args:
            size: At most that of the log.

        Returns:
            The size and the hash of the last entry; no hash if the entry cannot be read.
        """
        try:
            return LogState(size, b"".join(self.hashes(0, max(size - 1, 0), size)))
        except Corrupt:
            return LogState(size, b"")

    def nodes(self) -> Iterator[tuple[int, int, bytes]]:
        """Return every stored node: level, position and hash."""
        for row in self._pages(NODES, (NODES.c.level, NODES.c.position)):
            yield row[0], row[1], row[2]

    def add_subjects(self, rows: Sequence[SubjectRow]) -> None:
        """Store the subject rows of entries.

        Raises:
            Conflict: One of them is stored already.
        """
        values = [(row.sequence, row.position, row.pseudonym, row.fields, row.sealed) for row in rows]
        self._transaction.put(PUT_SUBJECTS, values)

    def subjects(self) -> Iterator[tuple[int, int, bytes, int, bytes]]:
        """Return every subject row as a tuple, by sequence and position, as the verifier takes them."""
        for row in self._pages(SUBJECTS, (SUBJECTS.c.sequence, SUBJECTS.c.position)):
            yield row[0], row[1], row[2], row[3], row[4]

    def subjects_of(self, sequence: int) -> list[SubjectRow]:
        """Return the subject rows of one entry, by position.

        Raises:
            Corrupt: One of them cannot be one.
        """
        query = sa.select(*raw_columns(SUBJECTS)).where(SUBJECTS.c.sequence == sequence)
        rows = self._transaction.fetch(query.order_by(SUBJECTS.c.position))
        names = SUBJECTS.columns.keys()
        try:
            return [SubjectRow.model_validate(dict(zip(names, row, strict=True))) for row in rows]
        except ValueError:
            advice = "Run `bnl audit verify` to see what else is damaged."
            raise Corrupt(
                f"A subject row of entry {sequence} was altered.", advice, table=SUBJECTS.name
            ) from None

    def add_checkpoint(self, size: int, note: str) -> None:
        """Store a signed checkpoint.

        Args:
            size: Size of the log it signs.
            note: The signed note; one of the same size is replaced, unless it is the same and says more, for
                example with cosignatures.
        """
        if size < 0:
            raise StorageError("A checkpoint cannot have a negative size.")
        self._transaction.put(PUT_CHECKPOINT, [(size, note)])

    def checkpoint(self, size: int) -> str | None:
        """Return the note of the stored checkpoint of a size, None if there is none."""
        rows = self._transaction.ask(CHECKPOINT, size)
        return str(rows[0][0]) if rows else None

    def checkpoints(self) -> list[tuple[int, str]]:
        """Return size and note of every stored checkpoint, by size."""
        query = sa.select(*raw_columns(CHECKPOINTS)).order_by(CHECKPOINTS.c.size)
        return [(row[0], row[1]) for row in self._transaction.fetch(query)]

    def newest_checkpoint(self) -> tuple[int, str] | None:
        """Return size and note of the newest stored checkpoint, None if there is none."""
        rows = self._transaction.ask(NEWEST_CHECKPOINT)
        return (rows[0][0], rows[0][1]) if rows else None

    def _pages(self, table: sa.Table, order: tuple[sa.Column[Any], ...]) -> Iterator[Row]:
        yield from self._transaction.stream(sa.select(*raw_columns(table)).order_by(*order))
