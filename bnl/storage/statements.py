"""Statements: the SQL of each projected table, built once, the same whatever is stored or hidden."""

from __future__ import annotations

import functools
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from bnl.storage.prepared import Prepared
from bnl.storage.tables import raw_columns

Query: TypeAlias = sa.Select[*tuple[Any, ...]]

POSITION: Final = "position"
"""Parameter of `Statements.since`: rows of entries from this log position on."""

WANTED: Final = "wanted"
"""Parameter of the queries that narrow by a column: the values wanted."""

OF_KEY, OF_VERSION = "of_key", "of_version"
"""Parameters of the changes of one row."""


class Statements:
    """The statements of one projected table; use `statements_of`.

    Args:
        table: The table.
    """

    def __init__(self, table: sa.Table) -> None:
        columns = table.c
        one_row = (columns.key == sa.bindparam(OF_KEY), columns.version == sa.bindparam(OF_VERSION))
        order = (columns.sequence, columns.key, columns.version)
        self._table = table
        self._read: Query = sa.select(*raw_columns(table)).order_by(*order)
        self.names = table.columns.keys()
        self.insert = Prepared(sa.insert(table), self.names)
        self.delete = sa.delete(table).where(*one_row)
        self.reseal = (
            sa.update(table)
            .where(*one_row)
            .values({name: sa.bindparam(name) for name in ("sealing", "salt", "body")})
        )
        self.count: Query = sa.select(sa.func.count()).select_from(table)
        self.scan: Query = sa.select(*raw_columns(table))
        self.scan_heads: Query = sa.select(*raw_columns(table)[:-1])
        self.since = Prepared(self._read.where(columns.sequence >= sa.bindparam(POSITION)), (POSITION,))
        self.newest_versions: Query = (
            sa.select(columns.key, sa.func.max(columns.version))
            .group_by(columns.key)
            .where(_among(columns.key))
        )

    @functools.cache  # noqa: B019 - there is one object per table, kept as long as the program runs
    def read_by(self, column: str) -> Query:
        """Return the query of the rows whose column has one of the wanted values."""
        return self._read.where(_among(self._table.c[column]))

    @functools.cache  # noqa: B019 - as above
    def places_by(self, column: str) -> Query:
        """Return the query of key, version and sealing of the rows whose column has a wanted value."""
        columns = self._table.c
        return sa.select(columns.key, columns.version, columns.sealing).where(_among(columns[column]))


@functools.cache
def statements_of(table: sa.Table) -> Statements:
    """Return the statements of a projected table."""
    return Statements(table)


def _among(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return column.in_(sa.bindparam(WANTED, expanding=True))
