"""Statements: built once for each table, and the same text whatever is asked for."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from bnl.storage.statements import OF_KEY, OF_VERSION, POSITION, WANTED, statements_of
from bnl.storage.tables import PROJECTED

TABLES = [pytest.param(table, id=table.name) for table in PROJECTED]
DIALECTS: tuple[sa.Dialect, ...] = (SQLiteDialect(), PGDialect())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("table", TABLES)
def test_they_are_built_once(table: sa.Table) -> None:
    statements = statements_of(table)
    assert statements_of(table) is statements
    assert statements.read_by("key") is statements.read_by("key")
    assert statements.places_by("key") is statements.places_by("key")
    assert statements.names == table.columns.keys()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("table", TABLES)
def test_every_read_is_of_its_table_and_in_order(table: sa.Table, dialect: sa.Dialect) -> None:
    statements = statements_of(table)
    for query, parameters in (
        (statements.since.statement, {POSITION}),
        (statements.read_by("key"), {WANTED}),
        (statements.read_by("sequence"), {WANTED}),
    ):
        compiled = query.compile(dialect=dialect)
        assert set(compiled.params) == parameters
        order = f"ORDER BY {table.name}.sequence, {table.name}.key, {table.name}.version"
        assert str(compiled).replace("\n", " ").replace('"', "").endswith(order)
        assert [column.name for column in query.selected_columns] == statements.names


@pytest.mark.parametrize("table", TABLES)
def test_a_change_names_one_row_by_key_and_version(table: sa.Table) -> None:
    statements = statements_of(table)
    assert set(statements.delete.compile().params) == {OF_KEY, OF_VERSION}
    assert set(statements.reseal.compile().params) == {OF_KEY, OF_VERSION, "sealing", "salt", "body"}
    assert set(statements.insert.statement.compile().params) == set(statements.names)


@pytest.mark.parametrize("table", TABLES)
def test_the_heads_of_rows_are_all_but_the_last_column(table: sa.Table) -> None:
    statements = statements_of(table)
    assert [column.name for column in statements.scan.selected_columns] == statements.names
    assert [column.name for column in statements.scan_heads.selected_columns] == statements.names[:-1]
