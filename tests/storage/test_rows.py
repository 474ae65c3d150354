"""Rows against the log: whatever is done to any row of any table is found, and where."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from bnl.storage.rows import iterate
from bnl.storage.store import Store
from bnl.storage.tables import PROJECTED
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork
from tests.storage_samples import add_one_of_each, damaged_rows, finish, link, record

TABLES = [pytest.param(table, id=table.name) for table in PROJECTED]


@pytest.fixture
def twice(store: Store) -> Store:
    """A store in which two entries wrote into every table."""
    with UnitOfWork(store) as uow:
        add_one_of_each(uow)
        finish(uow)
    with UnitOfWork(store) as uow:
        uow.records.add(record("rec_c"))
        uow.links.add(link("rec_c"))
        finish(uow)
    return store


def tamper(store: Store, statement: str, **values: Any) -> None:
    with store.connection(writing=True) as connection:
        touched = connection.execute(sa.text(statement), values).rowcount
        assert touched == 1
        connection.commit()


def found(store: Store) -> set[tuple[str, str, str]]:
    with ReadUnit(store) as unit:
        return set(damaged_rows(unit))


def first_row(store: Store, table: sa.Table) -> Any:
    with store.connection(writing=False) as connection:
        return connection.execute(sa.select(table).order_by(table.c.key, table.c.version)).mappings().first()


def test_a_store_left_alone_is_sound(twice: Store) -> None:
    assert found(twice) == set()
    with ReadUnit(twice) as unit:
        rows = list(iterate(unit))
    assert {row.table for row in rows} == {table.name for table in PROJECTED}
    assert {row.sequence for row in rows} == {0, 1}
    assert all(row.version == 1 and len(row.salt) == 16 for row in rows)


@pytest.mark.parametrize("table", TABLES)
def test_a_deleted_row_is_missed(twice: Store, table: sa.Table) -> None:
    row = first_row(twice, table)
    tamper(twice, f"DELETE FROM {table.name} WHERE key = :k AND version = :v", k=row["key"], v=row["version"])
    assert found(twice) == {(table.name, f"{row['key']}~{row['version']}", "missing")}


@pytest.mark.parametrize("table", TABLES)
def test_a_row_copied_under_another_version_is_found(twice: Store, table: sa.Table) -> None:
    row = first_row(twice, table)
    names = [column.name for column in table.c if column.name not in ("version", "reference_hash")]
    others = ", ".join(names)
    extra = ("reference_hash", "'another'") if "reference_hash" in table.c else None
    into, values = ("", "") if extra is None else (f", {extra[0]}", f", {extra[1]}")
    tamper(
        twice,
        f"INSERT INTO {table.name} (version, {others}{into}) "
        f"SELECT version + 1, {others}{values} FROM {table.name} WHERE key = :k AND version = :v",
        k=row["key"],
        v=row["version"],
    )
    assert found(twice) == {(table.name, f"{row['key']}~{row['version'] + 1}", "extra")}


@pytest.mark.parametrize("table", TABLES)
def test_a_change_of_any_column_is_found(twice: Store, table: sa.Table) -> None:
    row = first_row(twice, table)
    name = f"{row['key']}~{row['version']}"
    for column in [column.name for column in table.c]:
        if column in ("key", "version"):
            continue
        changed = {int: 99, str: "changed", bytes: b"changed"}[type(row[column])]
        update = f"UPDATE {table.name} SET {column} = :to WHERE key = :k AND version = :v"
        tamper(twice, update, to=changed, k=row["key"], v=row["version"])
        assert found(twice) == {(table.name, name, "changed")}, column
        tamper(twice, update, to=row[column], k=row["key"], v=row["version"])
    assert found(twice) == set()


@pytest.mark.parametrize("table", TABLES)
def test_a_row_under_another_key_is_found_at_both_places(twice: Store, table: sa.Table) -> None:
    row = first_row(twice, table)
    tamper(
        twice,
        f"UPDATE {table.name} SET key = 'moved' WHERE key = :k AND version = :v",
        k=row["key"],
        v=row["version"],
    )
    name = f"{row['key']}~{row['version']}"
    assert found(twice) == {
        (table.name, name, "missing"),
        (table.name, f"moved~{row['version']}", "extra"),
    }


def test_two_rows_that_changed_places_are_both_found(twice: Store) -> None:
    for to, key in (("moved", "rec_a"), ("rec_a", "rec_c"), ("rec_c", "moved")):
        tamper(twice, "UPDATE link SET key = :to WHERE key = :key", to=to, key=key)
    assert found(twice) == {("link", "rec_a~1", "changed"), ("link", "rec_c~1", "changed")}


def test_a_row_replayed_from_its_older_version_is_found(store: Store) -> None:
    with UnitOfWork(store) as uow:
        uow.links.add_many([link(person="per_a"), link(person="per_b")])
        finish(uow)
    old = first_row(store, next(table for table in PROJECTED if table.name == "link"))
    for column in ("sequence", "salt", "body", "mac"):
        tamper(store, f"UPDATE link SET {column} = :to WHERE version = 2 AND key = 'rec_a'", to=old[column])
    assert found(store) == {("link", "rec_a~2", "changed")}


def test_a_removed_row_that_is_put_back_is_found(twice: Store) -> None:
    row = dict(first_row(twice, next(table for table in PROJECTED if table.name == "quarantine")))
    with UnitOfWork(twice) as uow:
        uow.quarantine.delete_of(["sub_a"])
        finish(uow)
    assert found(twice) == set()
    columns = ", ".join(row)
    tamper(
        twice, f"INSERT INTO quarantine ({columns}) VALUES ({', '.join(':' + name for name in row)})", **row
    )
    ((table, name, damage),) = found(twice)
    assert (table, name) == ("quarantine", "sub_a:7~1")
    assert damage in {"extra", "replayed"}


def test_values_of_the_wrong_type_are_rows_all_the_same(
    sqlite_url: str, request: pytest.FixtureRequest
) -> None:
    store = Store.open(sqlite_url, request.getfixturevalue("keyring"))
    with UnitOfWork(store) as uow:
        add_one_of_each(uow)
        finish(uow)
    tamper(store, "UPDATE link SET salt = 'text', sequence = 'text'")
    tamper(store, "UPDATE agency SET body = CAST(X'ff' AS TEXT)")
    tamper(store, "UPDATE model SET key = X'ff', sequence = 1.5")
    assert found(store) == {
        ("agency", "river-house~1", "changed"),
        ("link", "rec_a~1", "changed"),
        ("model", "match~1", "missing"),
        ("model", "b'\\xff'~1", "extra"),
    }
    store.close()
