"""The engine: what can be opened, how it is set up, and errors that say what to do and show no value."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from bnl.crypto.keyring import Keyring
from bnl.errors import BnlError, Conflict, Corrupt, MissingExtra, StorageError
from bnl.storage.engine import (
    BEGIN,
    WRITING,
    create_private_file,
    database_exists,
    is_memory,
    open_engine,
    translated,
)
from bnl.storage.store import Store
from bnl.storage.unit_of_work import UnitOfWork


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("not a url", id="no-url"),
        pytest.param("", id="empty"),
        pytest.param("mysql://host/db", id="another-database"),
        pytest.param("postgresql+psycopg2://host/db", id="another-driver"),
        pytest.param("oracle+something://x", id="unknown"),
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(StorageError, match="sqlite:///path"):
        open_engine(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("sqlite://", True, id="bare"),
        pytest.param("sqlite:///:memory:", True, id="named"),
        pytest.param("sqlite:///a.db", False, id="file"),
        pytest.param("postgresql://host/db", False, id="postgres"),
    ],
)
def test_memory_is_told_from_files(url: str, expected: bool) -> None:
    assert is_memory(sa.make_url(url)) is expected


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        pytest.param("journal_mode", "wal", id="write-ahead-log"),
        pytest.param("synchronous", 2, id="every-commit-reaches-the-disk"),
        pytest.param("secure_delete", 1, id="deleted-bytes-are-overwritten"),
        pytest.param("foreign_keys", 1, id="foreign-keys"),
        pytest.param("busy_timeout", 30_000, id="writers-wait"),
        pytest.param("trusted_schema", 0, id="schema-not-trusted"),
        pytest.param("temp_store", 2, id="no-temporary-files"),
    ],
)
def test_sqlite_is_set_up(sqlite_url: str, pragma: str, expected: object) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == expected
    engine.dispose()


def test_a_new_file_is_its_owners_alone(sqlite_url: str, tmp_path: Path) -> None:
    open_engine(sqlite_url).dispose()
    assert (tmp_path / "register.db").stat().st_mode & 0o777 == 0o600


def test_a_file_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("content")
    create_private_file(path)
    assert path.read_text() == "content"


@pytest.mark.parametrize(
    "place",
    [pytest.param("nowhere/register.db", id="no-folder"), pytest.param(".", id="a-folder")],
)
def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path, place: str) -> None:
    with pytest.raises(StorageError, match="cannot be"):
        open_engine(f"sqlite:///{tmp_path / place}")


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("These are my notes. " * 200)
    with pytest.raises(Corrupt, match="damaged"):
        open_engine(f"sqlite:///{tmp_path / 'notes.db'}")


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        open_engine(f"postgresql://somebody:hunter2@/db?host={tmp_path}")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"bnl\[postgres\]"):
        open_engine("postgresql://host/db")


def test_a_register_is_there_once_it_is_made(store_url: str, keyring: Keyring) -> None:
    assert not database_exists(store_url)
    Store.open(store_url, keyring).close()
    assert database_exists(store_url)


def test_memory_and_empty_files_hold_no_register(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for url in ("sqlite://", f"sqlite:///{tmp_path / 'empty.db'}", f"sqlite:///{tmp_path}"):
        assert not database_exists(url)


def test_a_writing_transaction_keeps_other_writers_out(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_engine(sqlite_url)
    with engine.connect().execution_options(**{BEGIN: WRITING}) as connection:
        connection.begin()
        other = sqlite3.connect(tmp_path / "register.db", timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    engine.dispose()


def test_a_url_of_postgres_finds_its_driver(postgres_url: str) -> None:
    for url in (postgres_url, postgres_url.replace("postgresql://", "postgresql+psycopg://")):
        engine = open_engine(url)
        assert engine.dialect.driver == "psycopg"
        engine.dispose()


def test_a_writer_on_postgres_waits_for_another_and_then_says_so(
    postgres_url: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bnl.storage.engine._BUSY_MS", 1)
    store = Store.open(postgres_url, keyring)
    with UnitOfWork(store) as uow:
        assert uow.position == 0
        with pytest.raises(StorageError, match="busy"), UnitOfWork(store):
            pass
    with UnitOfWork(store) as uow:
        assert uow.position == 0
    store.close()


def orig(kind: type[exc.DBAPIError], text: str) -> exc.DBAPIError:
    return kind("INSERT INTO event VALUES (?)", {"body": "Zephyrine"}, sqlite3.OperationalError(text))


@pytest.mark.parametrize(
    ("raised", "expected", "says"),
    [
        pytest.param(orig(exc.IntegrityError, "UNIQUE"), Conflict, "exists already", id="unique"),
        pytest.param(
            orig(exc.DatabaseError, "database disk image is malformed"), Corrupt, "damaged", id="malformed"
        ),
        pytest.param(orig(exc.DatabaseError, "file is not a database"), Corrupt, "damaged", id="no-database"),
        pytest.param(orig(exc.OperationalError, "database is locked"), StorageError, "busy", id="locked"),
        pytest.param(
            orig(exc.OperationalError, "attempt to write a readonly database"),
            StorageError,
            "written",
            id="read-only",
        ),
        pytest.param(orig(exc.OperationalError, "database or disk is full"), StorageError, "full", id="full"),
        pytest.param(
            orig(exc.OperationalError, "unable to open database file"), StorageError, "opened", id="open"
        ),
        pytest.param(
            orig(exc.OperationalError, "value Zephyrine is wrong"), StorageError, "refused", id="other"
        ),
        pytest.param(exc.InvalidRequestError("Zephyrine"), StorageError, "InvalidRequestError", id="call"),
        pytest.param(sqlite3.OperationalError("Zephyrine"), StorageError, "refused", id="bare"),
    ],
)
def test_errors_are_told_as_our_own_without_values(
    raised: Exception, expected: type[BnlError], says: str
) -> None:
    with pytest.raises(expected, match=says) as caught, translated():
        raise raised
    assert "Zephyrine" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError
