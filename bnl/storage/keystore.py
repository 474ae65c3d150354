"""The key store: wrapped keys in a SQLite file of their own, apart from the data and its backups."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from bnl.crypto.keystore import LogState, UnsettledKey, WrappedKey
from bnl.errors import Conflict, KeyringError, StorageError
from bnl.storage.engine import create_private_file, damage_tolerant_text, translated
from bnl.storage.keystore_rows import TABLE, UNSETTLED, read_unsettled, read_wrapped

_APPLICATION: Final = 0x626E6C6B  # "bnlk"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BUSY_SECONDS = 30
_PAUSE_SECONDS = 0.05
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    f"PRAGMA application_id={_APPLICATION}",
)
_SETTLE = "DELETE FROM unsettled WHERE key_id = ?"
_COLUMNS = "key_id, version, kek_version, wrapped"
_EVERY = f"SELECT {_COLUMNS} FROM wrapped_key"  # noqa: S608
_MANY = 1_000


class SqlKeyStore:
    """Keeps wrapped keys in a file that its owner alone can read.

    Args:
        path: The file; made if there is none. It must not be the register's database.

    Raises:
        KeyringError: The file is not private, or not a key store.
        StorageError: It cannot be opened.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).absolute()
        self._lock = threading.RLock()
        self._changed = 0
        create_private_file(self._path)
        _require_private(self._path)
        with translated():
            self._connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def insert(self, keys: Sequence[WrappedKey], made_at: LogState | None = None) -> None:
        """Store new keys, all or none.

        Args:
            keys: The keys.
            made_at: How far the log goes; the keys are unsettled if it is given.

        Raises:
            Conflict: One of them exists.
            StorageError: The file cannot be written.
        """
        with self._changing() as connection:
            try:
                connection.executemany(f"INSERT INTO wrapped_key ({_COLUMNS}) VALUES (?, ?, ?, ?)", keys)  # noqa: S608
            except sqlite3.IntegrityError:
                raise Conflict("A key exists already.", "Make a key once, under an id of its own.") from None
            if made_at is not None:
                connection.executemany(
                    "INSERT OR REPLACE INTO unsettled VALUES (?, ?, ?)",
                    [(key.key_id, *made_at) for key in keys],
                )

    def unsettled(self) -> list[UnsettledKey]:
        """Return the keys that are unsettled, by id.

        Raises:
            Corrupt: A row of the file was altered.
        """
        query = "SELECT key_id, log_size, log_last FROM unsettled ORDER BY key_id"
        with self._lock, translated():
            return [read_unsettled(row) for row in self._connection.execute(query)]

    def settle(self, key_ids: Collection[str]) -> None:
        """Note that the rows of keys are committed."""
        with self._changing() as connection:
            connection.executemany(_SETTLE, [(name,) for name in key_ids])

    def fetch(self, key_ids: Collection[str]) -> list[WrappedKey]:
        """Return all versions of the keys named.

        Args:
            key_ids: Ids; those without a key are left out.

        Raises:
            Corrupt: A row of the file was altered.
        """
        wanted = set(key_ids)
        if len(wanted) > _MANY and 2 * len(wanted) > self._count():
            # Most of what there is: reading it all in order is quicker than looking for each.
            return [key for key in self._read(_EVERY, ()) if key.key_id in wanted]
        query = f"{_EVERY} WHERE key_id IN (SELECT value FROM json_each(?))"  # noqa: S608
        return self._read(query, (json.dumps(sorted(wanted)),))

    def _count(self) -> int:
        with self._lock, translated():
            return int(self._connection.execute("SELECT count(*) FROM wrapped_key").fetchone()[0])

    def rewrap(self, keys: Sequence[WrappedKey]) -> None:
        """Replace the wrapping of keys that exist; one destroyed meanwhile does not come back."""
        values = [(key.kek_version, key.wrapped, key.key_id, key.version) for key in keys]
        with self._changing() as connection:
            connection.executemany(
                "UPDATE wrapped_key SET kek_version = ?, wrapped = ? WHERE key_id = ? AND version = ?", values
            )

    def delete(self, key_ids: Collection[str]) -> None:
        """Destroy all versions of the keys named, in the file and in its write-ahead log.

        Args:
            key_ids: Ids; those without a key are no error.

        Raises:
            StorageError: A reader kept the write-ahead log from being emptied; call again.
        """
        with self._changing() as connection:
            connection.executemany("DELETE FROM wrapped_key WHERE key_id = ?", [(name,) for name in key_ids])
            connection.executemany(_SETTLE, [(name,) for name in key_ids])
        self._truncate_wal()

    def delete_version(self, key_id: str, version: int) -> None:
        """Destroy one version of a key; see `delete`."""
        with self._changing() as connection:
            connection.execute("DELETE FROM wrapped_key WHERE key_id = ? AND version = ?", (key_id, version))
        self._truncate_wal()

    def page(self, after: str, limit: int, not_kek_version: int | None = None) -> list[WrappedKey]:
        """Return keys by id, all versions of an id together.

        Args:
            after: Ids up to this one are left out.
            limit: At most so many ids.
            not_kek_version: Keys wrapped under this version of the key-encryption key are left out.

        Raises:
            Corrupt: A row of the file was altered.
        """
        wanted = "(:kek IS NULL OR kek_version <> :kek)"
        query = f"""
            SELECT {_COLUMNS} FROM wrapped_key WHERE {wanted} AND key_id IN (
                SELECT DISTINCT key_id FROM wrapped_key
                WHERE key_id > :after AND {wanted} ORDER BY key_id LIMIT :limit
            ) ORDER BY key_id, version
        """  # noqa: S608
        return self._read(query, {"kek": not_kek_version, "after": after, "limit": limit})

    def changes(self) -> tuple[int, int]:
        """Return what differs after a change: made here, or as SQLite sees it by any other connection.

        Source:
            SQLite's documentation, ``PRAGMA data_version``.
        """
        with self._lock, translated():
            (others,) = self._connection.execute("PRAGMA data_version").fetchone()
            return others, self._changed

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SqlKeyStore({self._path.name!r})"

    def _prepare(self) -> None:
        connection = self._connection
        connection.text_factory = damage_tolerant_text
        with translated():
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if application != _APPLICATION and (application or tables):
            raise KeyringError(f"{self._path} is not a key store.", "Give the key store a file of its own.")
        with translated():
            for statement in (*_PRAGMAS, TABLE, UNSETTLED):
                connection.execute(statement)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated():
            self._connection.execute("BEGIN IMMEDIATE")
            self._changed += 1
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _read(self, query: str, values: tuple[object, ...] | dict[str, object]) -> list[WrappedKey]:
        with self._lock, translated():
            return [read_wrapped(row) for row in self._connection.execute(query, values)]

    def _truncate_wal(self) -> None:
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            with self._lock, translated():
                (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            if time.monotonic() > deadline:
                raise StorageError("The key store is in use.", "Destroy the keys again when others are done.")
            time.sleep(_PAUSE_SECONDS)


def _require_private(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise KeyringError(f"{path} is not a plain file.", "Give the path of the key store itself.")
    if found.st_uid != os.geteuid():
        raise KeyringError(f"{path} belongs to another user.", "Run as its owner.")
    if found.st_mode & _OTHERS:
        mode = stat.S_IMODE(found.st_mode)
        raise KeyringError(f"{path} can be used by others (mode {mode:04o}).", f"Run `chmod 600 {path}`.")
