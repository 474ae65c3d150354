"""A transaction: one connection, what was written in it, and the entry that must answer for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bnl.crypto.keyring import Keyring
from bnl.domain.commitment import RowWrite
from bnl.errors import StorageError
from bnl.storage.engine import translated
from bnl.storage.kind import Row
from bnl.storage.opened import OpenedKeys
from bnl.storage.prepared import Prepared

_PAGE = 2_000


class Transaction:
    """What the repositories of one unit of work share.

    Args:
        connection: An open connection in a transaction.
        keyring: Has the keys of rows.
        writing: Whether rows may be written.
    """

    def __init__(self, connection: sa.Connection, keyring: Keyring, *, writing: bool) -> None:
        self.connection = connection
        self.keys = OpenedKeys(keyring, keep=True)
        self.writing = writing
        self.sequence = 0
        self.begun = 0
        self._pending: list[RowWrite] = []
        self._owed = -1

    def fetch(self, statement: sa.Executable, values: Mapping[str, object] | None = None) -> list[Row]:
        """Run a query and return all its rows.

        Args:
            statement: The query.
            values: Values of its parameters.

        Raises:
            Corrupt: The database file is damaged.
            StorageError: The query failed.
        """
        with translated():
            rows: list[Row] = list(self.connection.execute(statement, values or {}).fetchall())
            return rows

    def stream(self, statement: sa.Executable) -> Iterator[Row]:
        """Run a query and yield its rows without holding them all.

        Args:
            statement: The query.

        Raises:
            Corrupt: The database file is damaged.
            StorageError: The query failed.
        """
        with translated():
            for page in self.connection.execute(
                statement, execution_options={"yield_per": _PAGE}
            ).partitions():
                yield from page

    def write(self, statement: sa.Executable, values: Sequence[Mapping[str, object]]) -> int:
        """Run a change once for each set of values.

        Args:
            statement: The change.
            values: Sets of values of its parameters; none means nothing is run.

        Returns:
            How many rows it touched, as far as the driver tells.

        Raises:
            Conflict: A row exists already.
            StorageError: The change failed, or this transaction only reads.
        """
        self.require_writing()
        if not values:
            return 0
        with translated():
            return self.connection.execute(statement, list(values)).rowcount

    def ask(self, query: Prepared[Any], *values: object) -> list[Row]:
        """Run a prepared query and return all its rows, as the driver reads them.

        Args:
            query: The query.
            values: Values of its parameters.

        Raises:
            Corrupt: The database file is damaged.
            StorageError: The query failed.
        """
        return query.fetch(self.connection, values)

    def put(self, change: Prepared[Any], rows: Sequence[Sequence[object]]) -> None:
        """Run a prepared change once for each set of values.

        Args:
            change: The change.
            rows: Sets of values of its parameters; none means nothing is run.

        Raises:
            Conflict: A row exists already.
            StorageError: The change failed, or this transaction only reads.
        """
        self.require_writing()
        change.run(self.connection, rows)

    def require_writing(self) -> None:
        """Do nothing if rows may be written.

        Raises:
            StorageError: This transaction only reads.
        """
        if not self.writing:
            raise StorageError("Nothing can be written while reading.", "Open a UnitOfWork for writing.")

    def note(self, writes: Iterable[RowWrite]) -> None:
        """Remember row writes, which the entry of the present sequence must name."""
        self._pending.extend(writes)
        self._owed = self.sequence

    def take(self) -> tuple[RowWrite, ...]:
        """Return the row writes since they were last taken, for the entry that answers for them."""
        taken = tuple(self._pending)
        self._pending.clear()
        return taken

    def grow(self, size: int) -> None:
        """Note that the log has grown to a size.

        Raises:
            StorageError: Rows were written that no entry has been told of.
        """
        if self._pending:
            raise StorageError(
                "Rows were written that the entry does not name.", "Take the writes before appending it."
            )
        self.sequence = size

    def require_settled(self) -> None:
        """Do nothing if every row written is answered for by an entry.

        Raises:
            StorageError: An entry is missing; nothing may be committed.
        """
        if self._pending or self._owed >= self.sequence:
            raise StorageError(
                "Rows were written without an entry in the log.", "Append it before committing."
            )
