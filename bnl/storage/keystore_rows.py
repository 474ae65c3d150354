"""Tables of the key store, and its rows, read so that one of another shape is told as damage."""

from __future__ import annotations

from bnl.crypto.keystore import LogState, UnsettledKey, WrappedKey
from bnl.errors import Corrupt

TABLE = """
CREATE TABLE IF NOT EXISTS wrapped_key (
    key_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    kek_version INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (key_id, version)
) WITHOUT ROWID
"""
UNSETTLED = """
CREATE TABLE IF NOT EXISTS unsettled (
    key_id TEXT NOT NULL PRIMARY KEY,
    log_size INTEGER NOT NULL,
    log_last BLOB NOT NULL
) WITHOUT ROWID
"""
_WRAPPED = [str, int, int, bytes]


def read_wrapped(row: tuple[object, ...]) -> WrappedKey:
    """Read a wrapped key.

    Args:
        row: Id, version, version of the key-encryption key, wrapped key.

    Raises:
        Corrupt: A value is of another type.
    """
    # SQLite gives these very types and none derived from them.
    if [*map(type, row)] == _WRAPPED:
        return WrappedKey._make(row)
    raise _altered()


def read_unsettled(row: tuple[object, ...]) -> UnsettledKey:
    """Read the mark of an unsettled key.

    Args:
        row: Id, size of the log, hash of its last entry.

    Raises:
        Corrupt: A value is of another type.
    """
    key_id, size, last = row
    if isinstance(key_id, str) and isinstance(size, int) and isinstance(last, bytes):
        return UnsettledKey(key_id, LogState(size, last))
    raise _altered()


def _altered() -> Corrupt:
    return Corrupt("A row of the key store was altered.", "Restore it from its backup.", table="keys")
