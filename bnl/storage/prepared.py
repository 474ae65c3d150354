"""Prepared statements: put into words once for each kind of database, then sent straight to its driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import sqlalchemy as sa

from bnl.storage.engine import told_by
from bnl.storage.kind import Row

S = TypeVar("S", bound=sa.ClauseElement)
Order: TypeAlias = tuple[int, ...] | None
"""Places of the values in the order of the text; none where they go by name."""


class Prepared(Generic[S]):
    """A statement whose text depends on nothing but the kind of database.

    SQLAlchemy writes it; the driver gets it without passing through SQLAlchemy again, which for a small
    statement costs ten times what the database needs. It belongs to the transaction of its connection.

    Args:
        statement: The statement.
        parameters: Names of its parameters, in the order in which values are given.
    """

    __slots__ = ("_parameters", "_texts", "statement")

    def __init__(self, statement: S, parameters: Sequence[str] = ()) -> None:
        self.statement = statement
        self._parameters = tuple(parameters)
        self._texts: dict[str, tuple[str, Order]] = {}

    def fetch(self, connection: sa.Connection, values: Sequence[object] = ()) -> list[Row]:
        """Run it as a query and return all rows, as the driver reads them.

        Args:
            connection: In a transaction.
            values: Values of the parameters.

        Raises:
            Corrupt: The database file is damaged.
            StorageError: The database refused.
        """
        text, order = self._text(connection.dialect)
        try:
            cursor = connection.connection.cursor()
            cursor.execute(text, self._arguments(order, values))
            return list(cursor.fetchall())
        except (connection.dialect.loaded_dbapi.Error, UnicodeDecodeError) as error:
            raise told_by(connection.dialect, error) from None

    def run(self, connection: sa.Connection, rows: Sequence[Sequence[object]]) -> None:
        """Run it as a change, once for each set of values.

        Args:
            connection: In a transaction.
            rows: Values of the parameters, a set each; none means nothing is run.

        Raises:
            Conflict: A row exists already.
            Corrupt: The database file is damaged.
            StorageError: The database refused.
        """
        text, order = self._text(connection.dialect)
        try:
            cursor = connection.connection.cursor()
            if len(rows) == 1:
                cursor.execute(text, self._arguments(order, rows[0]))
            elif rows:
                cursor.executemany(text, [self._arguments(order, row) for row in rows])
        except (connection.dialect.loaded_dbapi.Error, UnicodeDecodeError) as error:
            raise told_by(connection.dialect, error) from None

    def text(self, dialect: sa.Dialect) -> str:
        """Return the statement as a kind of database is sent it."""
        return self._text(dialect)[0]

    def _arguments(self, order: Order, values: Sequence[object]) -> Any:
        if order is None:
            return dict(zip(self._parameters, values, strict=True))
        return [values[place] for place in order]

    def _text(self, dialect: sa.Dialect) -> tuple[str, Order]:
        found = self._texts.get(dialect.name)
        if found is None:
            found = self._texts[dialect.name] = self._compiled(dialect)
        return found

    def _compiled(self, dialect: sa.Dialect) -> tuple[str, Order]:
        compiled: Any = self.statement.compile(dialect=dialect)
        if set(compiled.params) != set(self._parameters):
            raise ValueError(f"the statement has parameters {sorted(compiled.params)}")
        if not compiled.positional:
            return str(compiled), None
        return str(compiled), tuple(map(self._parameters.index, compiled.positiontup))
