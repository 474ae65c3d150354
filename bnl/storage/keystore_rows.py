"""Rows of the key store, read so that one of another shape is told as damage."""

from __future__ import annotations

from bnl.crypto.keystore import LogState, UnsettledKey, WrappedKey
from bnl.errors import Corrupt


def read_wrapped(row: tuple[object, ...]) -> WrappedKey:
    """Read a wrapped key.

    Args:
        row: Id, version, version of the key-encryption key, wrapped key.

    Raises:
        Corrupt: A value is of another type.
    """
    key_id, version, kek_version, wrapped = row
    if (
        isinstance(key_id, str)
        and isinstance(version, int)
        and isinstance(kek_version, int)
        and isinstance(wrapped, bytes)
    ):
        return WrappedKey(key_id, version, kek_version, wrapped)
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
