"""Statements of the log: each is put into words for both kinds of database, and locks where it says so."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from bnl.storage import log_statements
from bnl.storage.prepared import Prepared

PREPARED = [
    pytest.param(statement, id=name)
    for name, statement in sorted(vars(log_statements).items())
    if isinstance(statement, Prepared)
]
POSTGRES: sa.Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
SQLITE: sa.Dialect = SQLiteDialect_pysqlite()


@pytest.mark.parametrize("statement", PREPARED)
@pytest.mark.parametrize(
    "dialect", [pytest.param(SQLITE, id="sqlite"), pytest.param(POSTGRES, id="postgres")]
)
def test_each_is_one_statement_with_its_own_parameters(statement: Prepared[Any], dialect: sa.Dialect) -> None:
    text = statement.text(dialect)
    assert text.split()[0] in {"SELECT", "UPDATE", "INSERT"}
    assert ";" not in text


def test_the_head_is_locked_where_the_database_has_row_locks() -> None:
    assert log_statements.HEAD_LOCKED.text(POSTGRES).endswith("FOR UPDATE")
    assert "FOR UPDATE" not in log_statements.HEAD.text(POSTGRES)
    # A SQLite transaction that writes has locked the whole file from its first moment.
    assert log_statements.HEAD_LOCKED.text(SQLITE) == log_statements.HEAD.text(SQLITE)
