"""Shapes of what is stored: kinds of nouns, drafts on their way in, nouns and damage on their way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

import sqlalchemy as sa

from bnl.errors import Corrupt, Erased

T = TypeVar("T")

Row: TypeAlias = Sequence[Any]
"""Values in the order of the table: key, version, sealing, sequence, salt, then the rest."""

KEY, VERSION, SEALING, SEQUENCE, SALT, FIRST_CLEAR = range(6)
"""Places of the columns that every projected row has."""


class Stored(NamedTuple, Generic[T]):
    """A noun with its place in the store.

    Args:
        key: Key of the noun.
        version: Version of the noun, from 1.
        sequence: Log sequence of the entry that wrote it.
        noun: What was stored.
    """

    key: str
    version: int
    sequence: int
    noun: T


class Damage(NamedTuple):
    """A row that cannot be read.

    Args:
        table: Where it stands.
        key: Its key as stored.
        version: Its version as stored; 0 if that is unreadable too.
        kind: ``corrupt``, or ``keyless`` if its key was destroyed and its removal is pending.
        owner: The source record or submission it hangs on, as stored; empty where there is none.
        named: Source records that a row of a clear table names as it is stored; a hint, to deny by only.
    """

    table: str
    key: str
    version: int
    kind: Literal["corrupt", "keyless"]
    owner: str = ""
    named: tuple[str, ...] = ()

    def error(self) -> Corrupt | Erased:
        """Return the error that tells of this damage."""
        if self.kind == "keyless":
            advice = "What it opened was erased and cannot be brought back."
            return Erased(f"The key of row {self.key} of {self.table} is gone.", advice)
        advice = "Run `bnl audit verify` and restore the row from a backup."
        message = f"Row {self.key}, version {self.version}, of {self.table} was altered."
        return Corrupt(message, advice, table=self.table, key=self.key)


class Loaded(NamedTuple, Generic[T]):
    """What was read of a table.

    Args:
        rows: Nouns in the order of sequence, key and version.
        damaged: Rows left out because they cannot be read.
    """

    rows: list[Stored[T]]
    damaged: list[Damage]


class Draft(NamedTuple):
    """A noun about to be stored.

    Args:
        key: Key of the noun.
        version: Version of the noun.
        sequence: Log sequence of the entry that makes it known.
        body: Its document.
        clear: Values of the table's clear columns.
        sealing: How many times it has been sealed, this time included.
    """

    key: str
    version: int
    sequence: int
    body: bytes
    clear: tuple[str, ...] = ()
    sealing: int = 1


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How the nouns of one kind are stored.

    Args:
        table: Where.
        key: Gives the key of a noun.
        dump: Gives the document of a noun.
        load: Reads the document back.
        stamp: Puts the log sequence into a noun that carries it.
        version: Gives the version of a noun that carries one; otherwise storage numbers the rows.
        key_id: Gives the id of the key that seals a row; none in a clear table.
        owned: The first clear column names what a row hangs on.
    """

    table: sa.Table
    key: Callable[[T], str]
    dump: Callable[[T], bytes]
    load: Callable[[bytes], T]
    stamp: Callable[[T, int], T]
    version: Callable[[T], int] | None = None
    key_id: Callable[[Row], str] | None = None
    owned: bool = False
