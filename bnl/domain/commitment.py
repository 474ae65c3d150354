"""Row commitments: the salted hash by which a log entry stands for a stored row."""

from __future__ import annotations

import functools
import hashlib
import struct
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

Scalar: TypeAlias = int | str | bytes | bool | None
"""What a stored column may hold."""

SALT_BYTES = 16


class RowWrite(NamedTuple):
    """One row written or deleted, as a log entry names it.

    Args:
        table: Name of the projected table.
        key: Key of the row, an opaque identifier.
        version: Version of the row, counted from 1.
        commitment: 32 bytes of the row's commitment; empty if the row was deleted.
    """

    table: str
    key: str
    version: int
    commitment: bytes

    @property
    def deleted(self) -> bool:
        """Whether the row was deleted."""
        return not self.commitment


_frame = struct.Struct(">cI").pack


def _framed(tag: bytes, content: bytes) -> bytes:
    return _frame(tag, len(content)) + content


@functools.lru_cache(maxsize=1024)
def _named(name: str) -> bytes:
    return _framed(b"c", name.encode())


def _encode(value: Scalar) -> bytes:
    if type(value) is int:
        return _framed(b"i", b"%d" % value)
    if isinstance(value, str):
        content = value.encode("utf-8", "surrogatepass")
        return _frame(b"s", len(content)) + content
    if isinstance(value, bytes):
        return _frame(b"b", len(value)) + value
    if isinstance(value, bool):
        return _framed(b"t", b"\1" if value else b"\0")
    if isinstance(value, int):
        return _framed(b"i", b"%d" % value)
    if value is None:
        return _framed(b"n", b"")
    raise TypeError(f"a stored column cannot hold a {type(value).__name__}")


def canonical_row(columns: Iterable[tuple[str, Scalar]]) -> bytes:
    """Write columns as bytes that no other columns, order or types produce.

    Every name and value is preceded by a type tag and its length, so that neither can run into its neighbour.
    The result of two lists one after the other is the result of the joined list.

    Args:
        columns: Name and value of each column, in the order of the table.

    Returns:
        The bytes; empty if there are no columns.

    Raises:
        TypeError: If a value is none of int, str, bytes, bool and None.
    """
    pieces: list[bytes] = []
    for name, value in columns:
        if type(value) is str:
            content = value.encode("utf-8", "surrogatepass")
            pieces += (_named(name), _frame(b"s", len(content)), content)
        elif type(value) is bytes:
            pieces += (_named(name), _frame(b"b", len(value)), value)
        else:
            pieces += (_named(name), _encode(value))
    return b"".join(pieces)


def row_commitment(table: str, key: str, version: int, salt: bytes, row: bytes) -> bytes:
    """Commit to a stored row: ``SHA-256(salt‖table‖key‖version‖row)``, each part length-prefixed.

    Args:
        table: Name of the table.
        key: Key of the row.
        version: Version of the row, counted from 1.
        salt: 16 random bytes stored in the row and destroyed with it.
        row: The row's remaining columns as :func:`canonical_row` writes them.

    Returns:
        32 bytes.
    """
    head = (
        _framed(b"b", salt)
        + _framed(b"s", table.encode())
        + _framed(b"s", key.encode("utf-8", "surrogatepass"))
        + _framed(b"i", b"%d" % version)
    )
    return hashlib.sha256(head + _framed(b"r", row)).digest()
