"""Prepared statements: one text for each kind of database, values in their places, errors in our words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from bnl.errors import Conflict, Corrupt, StorageError
from bnl.storage.prepared import Prepared
from bnl.storage.store import Store
from bnl.storage.tables import LogNodeRow, raw_columns, table_of
from tests.sent_statements import statements_sent

NODES = table_of(LogNodeRow)
COLUMNS = NODES.columns.keys()
PUT = Prepared(sa.insert(NODES), COLUMNS)
# The values are given in another order than the text names them.
ABOVE = Prepared(
    sa.select(*raw_columns(NODES))
    .where(NODES.c.level > sa.bindparam("low"), NODES.c.position < sa.bindparam("high"))
    .order_by(NODES.c.level, NODES.c.position),
    ("high", "low"),
)
ROWS = [(level, position, bytes([level, position])) for level in range(3) for position in range(4)]


@pytest.fixture
def connection(store: Store) -> Iterator[sa.Connection]:
    with store.connection(writing=True) as opened:
        yield opened


@pytest.mark.parametrize("rows", [pytest.param(n, id=f"{n}-rows") for n in (0, 1, 2, 12)])
def test_rows_are_written_and_read_as_they_were_given(connection: sa.Connection, rows: int) -> None:
    PUT.run(connection, ROWS[:rows])
    assert list(map(tuple, ABOVE.fetch(connection, (100, -1)))) == ROWS[:rows]


def test_each_value_goes_to_its_own_parameter(connection: sa.Connection) -> None:
    PUT.run(connection, ROWS)
    found = ABOVE.fetch(connection, (2, 0))
    assert [tuple(row) for row in found] == [row for row in ROWS if row[0] > 0 and row[1] < 2]


@pytest.mark.parametrize("rows", [pytest.param([ROWS[0]] * 2, id="many"), pytest.param([ROWS[1]], id="one")])
def test_a_row_that_exists_is_a_conflict(connection: sa.Connection, rows: list[Any]) -> None:
    PUT.run(connection, [ROWS[1]])
    with pytest.raises(Conflict, match="exists already"):
        PUT.run(connection, rows)


def test_what_is_written_goes_with_the_transaction(store: Store) -> None:
    with store.connection(writing=True) as connection:
        PUT.run(connection, ROWS)
    with store.connection(writing=True) as connection:
        PUT.run(connection, ROWS[:1])
        connection.commit()
    with store.connection(writing=False) as connection:
        assert list(map(tuple, ABOVE.fetch(connection, (100, -1)))) == ROWS[:1]


def test_an_error_is_told_without_text_or_values(connection: sa.Connection) -> None:
    query = Prepared(sa.text("SELECT secret FROM nowhere WHERE name = :name"), ("name",))
    for attempt in (lambda: query.fetch(connection, ["Brook"]), lambda: query.run(connection, [["Brook"]])):
        with pytest.raises(StorageError) as caught:
            attempt()
        assert "secret" not in str(caught.value)
        assert "Brook" not in str(caught.value)
        assert caught.value.__suppress_context__
        connection.rollback()


def test_a_damaged_file_is_told(connection: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object) -> None:
        b"\xff".decode()

    class Broken:
        execute = executemany = unreadable

    monkeypatch.setattr("sqlalchemy.pool.base._ConnectionFairy.cursor", lambda _: Broken())
    for attempt in (lambda: ABOVE.fetch(connection, (1, 1)), lambda: PUT.run(connection, ROWS)):
        with pytest.raises(Corrupt, match="damaged"):
            attempt()


def test_its_text_is_written_once_for_each_kind_of_database() -> None:
    dialects: tuple[sa.Dialect, ...] = (SQLiteDialect_pysqlite(), PGDialect_psycopg())  # type: ignore[no-untyped-call]
    texts = [ABOVE.text(dialect) for dialect in dialects]
    assert texts[0].count("?") == 2
    assert "%(high)s" in texts[1]
    assert [ABOVE.text(dialect) for dialect in dialects] == texts
    assert all(ABOVE.text(dialect) is text for dialect, text in zip(dialects, texts, strict=True))


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param((), id="none"),
        pytest.param(("low",), id="too-few"),
        pytest.param(("low", "high", "more"), id="too-many"),
    ],
)
def test_parameters_it_does_not_have_are_refused(
    connection: sa.Connection, parameters: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="'high', 'low'"):
        Prepared(ABOVE.statement, parameters).fetch(connection, (1, 2))


def test_what_is_sent_can_be_heard(store: Store) -> None:
    with statements_sent(store._engine) as sent, store.connection(writing=True) as connection:
        PUT.run(connection, ROWS)
        PUT.run(connection, [])
        ABOVE.fetch(connection, (1, 1))
    heard = [text for text in sent if "log_node" in text]
    assert heard == [PUT.text(store._engine.dialect), ABOVE.text(store._engine.dialect)]
