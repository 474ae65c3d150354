"""The store: a database opened once, migrated, and fitted with the keys that belong to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn, Self

import sqlalchemy as sa

from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore
from bnl.crypto.provider import CallableKeyProvider
from bnl.errors import Corrupt, KeyringError, StorageError
from bnl.storage.engine import (
    BARE,
    BEGIN,
    READING,
    WRITING,
    database_exists,
    is_memory,
    open_engine,
    translated,
)
from bnl.storage.keys import SYSTEM_KEYS, SYSTEM_ROWS
from bnl.storage.migrate import migrate, require_head
from bnl.storage.record_repository import reference_hash
from bnl.storage.tables import LogHeadRow, table_of

_WAIT_SECONDS = 30
_HEADS = table_of(LogHeadRow)


class Store:
    """An open database and the keyring of its rows; made by `open`.

    Args:
        engine: The engine.
        keyring: Has the keys of the rows.
    """

    def __init__(self, engine: sa.Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._beginning = {
            writing: engine.execution_options(**_options(engine.dialect.name, writing=writing))
            for writing in (False, True)
        }
        self.keyring = keyring
        # A database in memory has a single connection, so its units of work take turns.
        self._turn = threading.Lock() if is_memory(engine.url) else None

    @classmethod
    def open(cls, url: str, keyring: Keyring) -> Self:
        """Open a database, making or migrating it as needed.

        Args:
            url: ``sqlite:///path``, ``sqlite://`` for one in memory, or ``postgresql://…``.
            keyring: Has the keys of the rows; a new database's own keys are made in it.

        Returns:
            The store.

        Raises:
            StorageError: The database cannot be opened, or was made by a newer version.
            KeyringError: The keyring is not the one of this database.
            Corrupt: The file is damaged.
        """
        engine = open_engine(url)
        try:
            store = cls(engine, keyring)
            with store.connection(writing=True) as connection, translated():
                migrate(connection)
                fit_keys(connection, keyring)
                connection.commit()
        except BaseException:
            engine.dispose()
            raise
        return store

    @classmethod
    def keyless(cls, url: str) -> Self:
        """Open a database that exists, for verifying it: nothing can be written, migrated or decrypted.

        Args:
            url: As `open` takes it.

        Returns:
            A store with an empty keyring.

        Raises:
            StorageError: There is no register there, or it is of another version.
            Corrupt: The file is damaged.
        """
        advice = "Check the URL; `bnl init` makes a new register."
        if not database_exists(url):
            raise StorageError("There is no register in this database.", advice)
        engine = open_engine(url, read_only=True)
        try:
            store = cls(engine, Keyring(CallableKeyProvider(_no_keys, _no_keys), MemoryKeyStore()))
            with store.connection(writing=False) as connection, translated():
                require_head(connection)
        except BaseException:
            engine.dispose()
            raise
        return store

    @property
    def url_shown(self) -> str:
        """The database's URL with its password hidden."""
        return self._engine.url.render_as_string(hide_password=True)

    @property
    def backend(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def reference_hash(self, agency_id: str, reference: str) -> str:
        """Hash an agency's own reference; see `bnl.storage.record_repository.reference_hash`."""
        return reference_hash(self.keyring, agency_id, reference)

    @contextmanager
    def connection(self, *, writing: bool) -> Iterator[sa.Connection]:
        """Open a connection in a transaction, which is rolled back unless committed.

        Args:
            writing: Whether it will write; on SQLite other writers are kept out from the first moment.

        Raises:
            StorageError: The database cannot be reached, or is busy for too long.
        """
        with self._taking_turns(), ExitStack() as exits:
            with translated():
                connection = exits.enter_context(self._beginning[writing].connect())
                connection.begin()
            yield connection

    def truncate_wal(self) -> None:
        """Empty SQLite's write-ahead log, so that nothing deleted lingers there; elsewhere do nothing.

        Raises:
            StorageError: A reader kept it from being emptied; try again when it is done.
        """
        if self.backend != "sqlite":
            return
        busy = self._bare("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy and busy[0][0]:
            raise StorageError("The write-ahead log is in use.", "Try again when other readers are done.")

    def vacuum(self) -> None:
        """Rewrite the database without free space, then empty the write-ahead log.

        Raises:
            StorageError: Somebody else is using the database.
        """
        self._bare("VACUUM")
        self.truncate_wal()

    def damaged_structure(self) -> list[str]:
        """Check what no row can tell: that SQLite's indexes and pages agree with its tables.

        Returns:
            What is wrong, a line each; empty if nothing is, and always so on PostgreSQL.
        """
        if self.backend != "sqlite":
            return []
        try:
            found = [str(row[0]) for row in self._bare("PRAGMA integrity_check")]
        except Corrupt as error:
            return [error.message]
        return [] if found == ["ok"] else found

    def _bare(self, statement: str) -> list[sa.Row[tuple[object, ...]]]:
        """Run a statement that no transaction may hold, and return its rows."""
        with self._taking_turns(), translated(), self._engine.connect() as connection:
            # On SQLite the driver never begins anything by itself, so leaving out the BEGIN is enough.
            sqlite = self.backend == "sqlite"
            connection.execution_options(**({BEGIN: BARE} if sqlite else {"isolation_level": "AUTOCOMMIT"}))
            result = connection.exec_driver_sql(statement)
            return list(result.fetchall()) if result.returns_rows else []

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=_WAIT_SECONDS):
            raise StorageError("Another unit of work is open.", "End it before beginning the next.")
        try:
            yield
        finally:
            self._turn.release()


def _options(backend: str, *, writing: bool) -> dict[str, object]:
    if backend == "sqlite":
        return {BEGIN: WRITING if writing else READING}
    if writing:
        return {"isolation_level": "READ COMMITTED"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _no_keys(*_: int) -> NoReturn:
    raise KeyringError("This register was opened without its keys.", "Open it with its keyring.")


def fit_keys(connection: sa.Connection, keyring: Keyring) -> None:
    """Make a new database's own keys, or see that the keyring has them.

    Args:
        connection: In a writing transaction; the caller commits.
        keyring: The keyring.

    Raises:
        KeyringError: It is not the keyring of this database.
    """
    head = connection.execute(sa.select(_HEADS.c.size, _HEADS.c.key_check).with_for_update()).one()
    missing = sorted(set(SYSTEM_KEYS) - set(keyring.get_many(SYSTEM_KEYS)))
    fresh = head.size == 0 and not head.key_check
    if missing and not fresh:
        raise KeyringError(
            f"The keyring has no key {missing[0]} for this database.",
            "Give the key store that was made with the database, or restore it from its backup.",
        )
    if missing:
        keyring.create_many(missing)
    check = keyring.get(SYSTEM_ROWS).keyed_hash("database")
    if fresh:
        connection.execute(sa.update(_HEADS).values(key_check=check))
    elif head.key_check != check:
        raise KeyringError(
            "The keyring belongs to another database.", "Give the key store that was made with this one."
        )
