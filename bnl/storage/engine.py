"""The engine: how a database is opened, begun and spoken to, and how its errors are told."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import StaticPool

from bnl.errors import BnlError, Conflict, Corrupt, MissingExtra, StorageError

BEGIN: Final = "bnl_begin"
"""Execution option that says how a transaction begins on SQLite."""

WRITING: Final = "BEGIN IMMEDIATE"
READING: Final = "BEGIN"
BARE: Final = ""
"""No transaction at all: for what SQLite does outside one only."""

_BUSY_MS = 30_000
_PRAGMAS = (
    f"PRAGMA busy_timeout={_BUSY_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)
_READ_PRAGMAS = (*(pragma for pragma in _PRAGMAS if "journal_mode" not in pragma), "PRAGMA query_only=ON")
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_DAMAGED = ("malformed", "not a database", "could not decode", "file is encrypted")


def open_engine(url: str, *, read_only: bool = False) -> sa.Engine:
    """Open a database.

    Args:
        url: ``sqlite:///path``, ``sqlite://`` for one in memory, ``postgresql://…`` or
            ``postgresql+psycopg://…``.
        read_only: Refuse every change, and make no file.

    Returns:
        The engine; statements never appear in errors with their values.

    Raises:
        StorageError: The URL names no database of these kinds, or it cannot be reached.
        MissingExtra: The driver for PostgreSQL is not installed.
    """
    target = _parsed(url)
    options: dict[str, object] = {"hide_parameters": True}
    if is_memory(target):
        options |= {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
    try:
        engine = sa.create_engine(target, **options)
    except ModuleNotFoundError:
        raise MissingExtra(
            "PostgreSQL needs its driver.", "Install it with `pip install bnl[postgres]`."
        ) from None
    if engine.dialect.name == "sqlite":
        if not is_memory(target) and not read_only:
            create_private_file(Path(str(target.database)))
        event.listen(engine, "connect", _prepare_reading if read_only else _prepare)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "connect", _wait_no_longer)
    try:
        with translated(), engine.connect():
            pass
    except BaseException:
        engine.dispose()
        raise
    return engine


def database_exists(url: str) -> bool:
    """Tell whether a URL names a register that has been made.

    Args:
        url: As `open_engine` takes it.

    Returns:
        For SQLite whether the file is there and not empty, never so in memory; for PostgreSQL whether the
        database holds the log's head.

    Raises:
        StorageError: The URL cannot be read, or the server not be reached.
    """
    target = _parsed(url)
    if target.get_backend_name() == "sqlite":
        path = Path(str(target.database))
        return not is_memory(target) and path.is_file() and path.stat().st_size > 0
    engine = open_engine(url)
    try:
        with translated():
            return sa.inspect(engine).has_table("log_head")
    finally:
        engine.dispose()


def create_private_file(path: Path) -> None:
    """Make an empty file that its owner alone can read, unless there is one.

    Args:
        path: Where.

    Raises:
        StorageError: Its folder does not exist or cannot be written.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StorageError(f"{path} cannot be made: {error.strerror}.", "Check its folder.") from None


def damage_tolerant_text(stored: bytes) -> str:
    """Decode a text of a SQLite file so that a damaged one reaches the integrity check of its row."""
    return stored.decode("utf-8", "surrogateescape")


def is_memory(url: sa.URL) -> bool:
    """Tell whether a URL names a database in memory."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


@contextmanager
def translated() -> Iterator[None]:
    """Tell the database's errors as the library's own, without statements or values.

    Raises:
        Conflict: A row exists already.
        Corrupt: The file is damaged.
        StorageError: Anything else the database or its driver refused.
    """
    try:
        yield
    except exc.IntegrityError:
        raise _exists() from None
    except exc.DBAPIError as error:
        raise _told(error.orig) from None
    except exc.SQLAlchemyError as error:
        raise StorageError(f"The database call failed ({type(error).__name__}).") from None
    except sqlite3.Error as error:
        raise _told(error) from None
    except UnicodeDecodeError:
        # The driver reads SQLite's own messages as text, and they quote what a damaged file holds.
        raise _damaged() from None


def told_by(dialect: sa.Dialect, error: BaseException) -> BnlError:
    """Tell an error of a driver that was spoken to directly, as `translated` tells SQLAlchemy's.

    Args:
        dialect: Whose driver it is.
        error: What the driver raised.
    """
    if isinstance(error, dialect.loaded_dbapi.IntegrityError):
        return _exists()
    return _damaged() if isinstance(error, UnicodeDecodeError) else _told(error)


def _exists() -> Conflict:
    return Conflict("A row with this key and version exists already.", "Read the newest state and try again.")


def _told(error: BaseException | None) -> StorageError | Corrupt:
    # The driver's text may quote values of the row; only the texts known to be plain are passed on.
    text = str(error).lower()
    if any(sign in text for sign in _DAMAGED):
        return _damaged()
    if "locked" in text or "timeout" in text:
        return StorageError("The database is busy.", "Another process is writing; try again.")
    if "readonly" in text or "read-only" in text:
        return StorageError(
            "The database cannot be written.", "Check the permissions of the file and folder."
        )
    if "full" in text:
        return StorageError("The disk is full.", "Free some space; nothing of this call was stored.")
    if "unable to open" in text:
        return StorageError(
            "The database file cannot be opened.", "Check that its folder exists and is yours."
        )
    name = type(error).__name__
    return StorageError(f"The database refused the call ({name}).", "Check that it is up and can be reached.")


def _damaged() -> Corrupt:
    return Corrupt("The database file is damaged.", "Restore it from a backup and run `bnl audit verify`.")


def _parsed(url: str) -> sa.URL:
    advice = "Use sqlite:///path/to/file.db or postgresql://user@host/name."
    try:
        target = sa.make_url(url)
    except exc.ArgumentError:
        raise StorageError("The database URL cannot be read.", advice) from None
    if target.drivername in _DRIVERS:
        target = target.set(drivername=_DRIVERS[target.drivername])
    if target.drivername not in _DRIVERS.values():
        raise StorageError(f"There is no support for {target.drivername} databases.", advice)
    return target


def _set_up(connection: sqlite3.Connection, pragmas: tuple[str, ...]) -> None:
    connection.isolation_level = None
    connection.text_factory = damage_tolerant_text
    for pragma in pragmas:
        connection.execute(pragma)


def _prepare_reading(connection: sqlite3.Connection, _record: object) -> None:
    _set_up(connection, _READ_PRAGMAS)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    _set_up(connection, _PRAGMAS)


def _wait_no_longer(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {_BUSY_MS}")
    cursor.close()
    connection.commit()


def _begin(connection: sa.Connection) -> None:
    begin = connection.get_execution_options().get(BEGIN, READING)
    if begin:
        connection.connection.cursor().execute(begin)
