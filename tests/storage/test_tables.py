"""Tables: every projected table carries what the log and the integrity check need, and nothing personal."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.types import NullType
from sqlmodel import AutoString

from bnl.storage.kind import FIRST_CLEAR, KEY, SALT, SEALING, SEQUENCE, VERSION, Kind
from bnl.storage.kinds import KINDS
from bnl.storage.tables import PROJECTED, Base, raw_columns, table_of

LOG = {"log_head", "log_leaf", "log_node", "log_subject", "checkpoint"}
OPAQUE_COLUMNS = {"record_id", "submission_id", "reference_hash"}


def test_every_table_is_projected_or_of_the_log() -> None:
    assert set(Base.metadata.tables) == LOG | {table.name for table in PROJECTED}
    assert sorted(kind.table.name for kind in KINDS) == [table.name for table in PROJECTED]


@pytest.mark.parametrize("table", [pytest.param(table, id=table.name) for table in PROJECTED])
def test_every_projected_table_begins_alike(table: sa.Table) -> None:
    names = table.c.keys()
    assert names[:FIRST_CLEAR] == ["key", "version", "sealing", "sequence", "salt"]
    assert (KEY, VERSION, SEALING, SEQUENCE, SALT) == (0, 1, 2, 3, 4)
    assert table.primary_key.columns.keys() == ["key", "version"]
    assert any(index.columns.keys() == ["sequence"] for index in table.indexes)
    assert not any(column.nullable for column in table.c)


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.table.name) for kind in KINDS])
def test_what_is_not_sealed_is_authenticated_or_opaque(kind: Kind[Any]) -> None:
    table = kind.table
    rest = set(table.c.keys()[FIRST_CLEAR:])
    if kind.key_id is None:
        assert rest == {"body", "mac"}
        assert isinstance(table.c.body.type, AutoString)
    else:
        assert rest - {"body"} <= OPAQUE_COLUMNS
        assert isinstance(table.c.body.type, sa.LargeBinary)
    assert kind.owned == bool(rest & {"record_id", "submission_id"})


def test_raw_columns_come_as_the_driver_reads_them() -> None:
    for table in PROJECTED:
        columns = raw_columns(table)
        assert [column.name for column in columns] == table.c.keys()
        assert all(isinstance(column.type, NullType) for column in columns)


def test_a_class_without_a_table_has_none() -> None:
    with pytest.raises((TypeError, sa.exc.NoInspectionAvailable)):
        table_of(Base)
