"""Migrations: the scripts make exactly the tables the code knows, and a newer database is left alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bnl.crypto.keyring import Keyring
from bnl.errors import StorageError
from bnl.storage.migrate import HEAD, SCRIPTS, migrate, revision_of
from bnl.storage.store import Store
from bnl.storage.tables import METADATA


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return ScriptDirectory.from_config(config)


def test_the_head_named_in_code_is_the_head_of_the_scripts() -> None:
    assert scripts().get_heads() == [HEAD]
    assert [script.revision for script in scripts().walk_revisions()][-1] == "0001"


def test_scripts_and_tables_agree(store: Store) -> None:
    with store.connection(writing=False) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_indexes_and_constraints_agree(store: Store) -> None:
    with store.connection(writing=False) as connection:
        inspector = sa.inspect(connection)
        for table in METADATA.sorted_tables:
            made = {tuple(index["column_names"]) for index in inspector.get_indexes(table.name)}
            unique = {tuple(found["column_names"]) for found in inspector.get_unique_constraints(table.name)}
            assert {tuple(index.columns.keys()) for index in table.indexes} == made - unique
            assert (
                inspector.get_pk_constraint(table.name)["constrained_columns"]
                == table.primary_key.columns.keys()
            )


def test_migrating_twice_changes_nothing(store: Store) -> None:
    with store.connection(writing=True) as connection:
        assert revision_of(connection) == HEAD
        migrate(connection)
        assert connection.execute(sa.text("SELECT count(*) FROM log_head")).scalar() == 1


def test_a_database_of_a_newer_version_is_refused_and_left_alone(store_url: str, keyring: Keyring) -> None:
    store = Store.open(store_url, keyring)
    with store.connection(writing=True) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(StorageError, match=r"revision 9999.*Install the version"):
        Store.open(store_url, keyring)
    with store.connection(writing=True) as connection:
        assert revision_of(connection) == "9999"
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("DELETE FROM alembic_version", id="none"),
        pytest.param("INSERT INTO alembic_version VALUES ('0000')", id="two"),
    ],
)
def test_a_database_that_does_not_say_its_revision_is_refused(
    store_url: str, keyring: Keyring, statement: str
) -> None:
    store = Store.open(store_url, keyring)
    with store.connection(writing=True) as connection:
        connection.execute(sa.text(statement))
        connection.commit()
    store.close()
    with pytest.raises(StorageError, match="does not say which revision"):
        Store.open(store_url, keyring)


def test_the_database_of_another_program_is_refused(store_url: str, keyring: Keyring) -> None:
    engine = sa.create_engine(store_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE invoices (id INTEGER PRIMARY KEY)"))
    engine.dispose()
    with pytest.raises(StorageError, match="another program"):
        Store.open(store_url, keyring)
    assert list(keyring.ids()) == []


def test_a_migration_that_fails_leaves_nothing(
    store_url: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bnl.storage.store.fit_keys", fail)
    with pytest.raises(ZeroDivisionError):
        Store.open(store_url, keyring)
    monkeypatch.undo()
    store = Store.open(store_url, keyring)
    with store.connection(writing=False) as connection:
        assert revision_of(connection) == HEAD
    store.close()


def test_the_tables_are_apart_from_those_of_an_embedding_program() -> None:
    from sqlmodel import SQLModel

    assert not set(SQLModel.metadata.tables) & set(METADATA.tables)
