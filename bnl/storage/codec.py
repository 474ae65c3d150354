"""Rows and nouns: how a noun becomes a row that the log commits to, and how a row is checked and read."""

from __future__ import annotations

import gc
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Generic, Literal, TypeVar

from bnl.crypto.aead import Cell, DataKey
from bnl.domain.commitment import SALT_BYTES, RowWrite, canonical_row, row_commitment
from bnl.domain.identifiers import RECORD
from bnl.errors import Corrupt, Erased
from bnl.storage.kind import (
    FIRST_CLEAR,
    KEY,
    SALT,
    SEALING,
    SEQUENCE,
    VERSION,
    Damage,
    Draft,
    Kind,
    Loaded,
    Row,
    Stored,
)
from bnl.storage.opened import OpenedKeys

T = TypeVar("T")

_MANY: Final = 20_000
"""So many new objects are not worth a search of their own."""

_RECORD_ID = re.compile(rf"{RECORD}_[a-z2-7]{{24}}")


def row_name(key: str, version: int) -> str:
    """Return the name by which the log knows a row: the versions of one noun are rows of their own."""
    return f"{key}~{version}"


def removal(table: str, key: str, version: int, sealing: int) -> RowWrite:
    """Return what the log says of a row that is removed: one sealing more, and no commitment."""
    return RowWrite(table, row_name(key, version), sealing + 1, b"")


def encode(
    kind: Kind[Any], keys: OpenedKeys, drafts: Sequence[Draft]
) -> tuple[list[list[Any]], list[RowWrite]]:
    """Write nouns as rows.

    Args:
        kind: Their kind.
        keys: Has the keys that seal them.
        drafts: The nouns.

    Returns:
        The rows in the order of the table, and the writes the entry must name.

    Raises:
        Erased: A key is gone.
        Corrupt: A stored key is damaged.
    """
    salts = os.urandom(SALT_BYTES * len(drafts))
    rows: list[list[Any]] = []
    for place, draft in enumerate(drafts):
        salt = salts[SALT_BYTES * place : SALT_BYTES * (place + 1)]
        rows.append([draft.key, draft.version, draft.sealing, draft.sequence, salt, *draft.clear])
    bodies = [draft.body for draft in drafts]
    names = kind.table.columns.keys()
    if kind.key_id is None:
        _authenticate(kind.table.name, keys.authority(), names, rows, bodies)
    else:
        _seal(kind.table.name, keys, kind.key_id, names, rows, bodies)
    return rows, [_write(kind.table.name, names, row) for row in rows]


def decode(kind: Kind[T], keys: OpenedKeys, rows: Iterable[Row]) -> Loaded[T]:
    """Check rows and read nouns from them.

    Args:
        kind: Their kind.
        keys: Has the keys that open them.
        rows: Rows as the driver reads them.

    Returns:
        The nouns, and the rows that are damaged or whose key is gone.
    """
    return decode_as(kind, keys, rows, kind.load)


def decode_as(
    kind: Kind[Any], keys: OpenedKeys, rows: Iterable[Row], load: Callable[[bytes], T]
) -> Loaded[T]:
    """Check rows as `decode` does, and read something else from their documents.

    Args:
        kind: Their kind.
        keys: Has the keys that open them.
        rows: Rows as the driver reads them.
        load: Reads a document; it raises ValueError if it cannot.
    """
    read: list[Stored[T]] = []
    damaged: list[Damage] = []
    with collecting_paused():
        opener = _Opener(kind, keys, list(rows))
        opened = opener.open
        for row in opener.rows:
            try:
                read.append(Stored(row[KEY], row[VERSION], row[SEQUENCE], load(opened(row))))
            except Erased:
                damaged.append(damage_of(kind, row, "keyless"))
            except (Corrupt, TypeError, ValueError, OverflowError):
                damaged.append(damage_of(kind, row, "corrupt"))
    return Loaded(read, damaged)


def documents(kind: Kind[Any], keys: OpenedKeys, rows: Sequence[Row]) -> list[bytes]:
    """Check rows and open their documents.

    Args:
        kind: Their kind.
        keys: Has the keys that open them.
        rows: Rows as the driver reads them.

    Returns:
        The document of each.

    Raises:
        Corrupt: One of them was altered.
        Erased: The key of one of them is gone.
    """
    opener = _Opener(kind, keys, list(rows))
    opened = []
    for row in opener.rows:
        try:
            opened.append(opener.open(row))
        except Erased:
            raise damage_of(kind, row, "keyless").error() from None
        except (Corrupt, TypeError, ValueError, OverflowError):
            raise damage_of(kind, row, "corrupt").error() from None
    return opened


def stored_bytes(names: Sequence[str], row: Row) -> bytes:
    """Return what the log commits to of a row, besides its table, name, sealing and salt.

    Args:
        names: Names of the table's columns.
        row: Values in the same order.

    Returns:
        Sequence, clear columns and body, encoded.

    Raises:
        TypeError: A value is of a type no column holds.
        ValueError: A text is not one.
    """
    return canonical_row(
        [(names[SEQUENCE], row[SEQUENCE]), *zip(names[FIRST_CLEAR:], row[FIRST_CLEAR:], strict=True)]
    )


def printable(key: object) -> str:
    """Return a stored key as text that can be encoded, whatever the file held."""
    return str(key).encode("utf-8", "backslashreplace").decode()


def damage_of(kind: Kind[T], row: Row, what: Literal["corrupt", "keyless"]) -> Damage:
    """Name a row that cannot be read.

    Args:
        kind: Its kind.
        row: Its values, the body left out or not.
        what: What is wrong with it.

    Returns:
        The damage, with whatever of the row can be printed.
    """
    version = row[VERSION] if isinstance(row[VERSION], int) else 0
    owner = printable(row[FIRST_CLEAR]) if kind.owned else ""
    named = () if kind.key_id is not None else tuple(_RECORD_ID.findall(" ".join(map(printable, row))))
    return Damage(kind.table.name, printable(row[KEY]), version, what, owner, named)


@contextmanager
def collecting_paused() -> Iterator[None]:
    """Pause the search for cycles: reading makes many nouns and none among them, and it takes a third."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _MANY and not gc.get_freeze_count():
            # The young are made old without being looked at; the next full search looks at them.
            gc.freeze()
            gc.unfreeze()
        gc.enable()


class _Opener(Generic[T]):
    """Opens the bodies of rows of one kind."""

    def __init__(self, kind: Kind[T], keys: OpenedKeys, rows: list[Row]) -> None:
        self.rows = rows
        self._table = kind.table.name
        self._names = kind.table.columns.keys()
        self._rest = self._names[SALT:-1]
        self._key_id = kind.key_id
        self._authority = keys.authority() if kind.key_id is None else None
        self._places: dict[tuple[int, ...], bytes] = {}
        self._keys: Mapping[str, DataKey | None] = {}
        if kind.key_id is not None:
            self._keys = keys.open_readable(_wanted(kind.key_id, rows))

    def open(self, row: Row) -> bytes:
        """Return the document of a row.

        Raises:
            Corrupt: The row or its key was altered.
            Erased: Its key is gone.
            TypeError: A value is of a type no column holds.
            ValueError: A text is not one.
        """
        if self._key_id is None or self._authority is not None:
            if self._authority is None or not hmac.compare_digest(
                row[-1], _code(self._table, self._authority, self._names, row[:-1])
            ):
                raise Corrupt("The row does not carry its code.")
            return bytes(row[-2].encode())
        key_id = self._key_id(row)
        key = self._keys.get(key_id)
        if key is None:
            key_id.encode()
            if key_id not in self._keys:
                raise Erased("The key of the row is gone.")
            raise Corrupt("The key of the row was altered.")
        return key.unseal(row[-1], _cell(self._table, key_id, row[KEY], self._before(row)))

    def _before(self, row: Row) -> bytes:
        """Return what is bound to the body of a row; what many rows share of it is written once."""
        _, version, sealing, sequence, *rest, _ = row
        place = (version, sealing, sequence)
        if not type(version) is type(sealing) is type(sequence) is int:
            # A value of another type, which a damaged file may hold, can be equal to a number.
            return _bound(self._names, row)
        shared = self._places.get(place)
        if shared is None:
            shared = self._places[place] = canonical_row(zip(self._names[VERSION:SALT], place, strict=True))
        return shared + canonical_row(zip(self._rest, rest, strict=True))


def _authenticate(
    table: str, authority: DataKey, names: Sequence[str], rows: Sequence[list[Any]], bodies: Sequence[bytes]
) -> None:
    for row, body in zip(rows, bodies, strict=True):
        row.append(body.decode())
        row.append(_code(table, authority, names, row))


def _seal(
    table: str,
    keys: OpenedKeys,
    key_id: Callable[[Row], str],
    names: Sequence[str],
    rows: Sequence[list[Any]],
    bodies: Sequence[bytes],
) -> None:
    key_ids = [key_id(row) for row in rows]
    opened = keys.open_many(set(key_ids))
    for row, name, body in zip(rows, key_ids, bodies, strict=True):
        if name not in opened:
            raise Damage(table, row[KEY], row[VERSION], "keyless").error()
        row.append(opened[name].seal(body, _cell(table, name, row[KEY], _bound(names, row))))


def _write(table: str, names: Sequence[str], row: Row) -> RowWrite:
    name, sealing = row_name(row[KEY], row[VERSION]), row[SEALING]
    committed = row_commitment(table, name, sealing, row[SALT], stored_bytes(names, row))
    return RowWrite(table, name, sealing, committed)


def _code(table: str, authority: DataKey, names: Sequence[str], row: Row) -> bytes:
    return authority.keyed_hash("row", table, canonical_row(zip(names, row, strict=False)))


def _bound(names: Sequence[str], row: Row) -> bytes:
    # Everything before the body is bound to it, so that no clear column can be changed or swapped either.
    return canonical_row(zip(names[VERSION:-1], row[VERSION:], strict=False))


def _cell(table: str, key_id: str, key: str, bound: bytes) -> Cell:
    return Cell(table, f"body {hashlib.sha256(bound).hexdigest()}", key, key_id)


def _wanted(key_id: Callable[[Row], str], rows: Collection[Row]) -> set[str]:
    wanted = set()
    for row in rows:
        try:
            name = key_id(row)
            name.encode()
        except (TypeError, UnicodeEncodeError):
            continue
        wanted.add(name)
    return wanted
