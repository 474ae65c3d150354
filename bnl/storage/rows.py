"""Rows as the verifier reads them: every projected row of every table, without any key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bnl.storage.codec import printable, row_name, stored_bytes
from bnl.storage.kind import KEY, SALT, SEALING, SEQUENCE, VERSION
from bnl.storage.statements import statements_of
from bnl.storage.tables import PROJECTED
from bnl.storage.unit_of_work import ReadUnit

_UNREADABLE = b"unreadable"


class ProjectedRow(NamedTuple):
    """One row as the log should know it.

    Args:
        table: Its table.
        key: Its name in the log: key and version of the noun.
        version: How many times the row has been sealed; 0 if that is no number.
        salt: Its salt.
        stored: Its other columns, encoded; what cannot be encoded fits no commitment.
        sequence: Sequence of the entry that wrote it, as the row says; -1 if that is no number.
    """

    table: str
    key: str
    version: int
    salt: bytes
    stored: bytes
    sequence: int


def iterate(unit: ReadUnit) -> Iterator[ProjectedRow]:
    """Read every projected row of every table.

    Args:
        unit: An open unit of work.

    Yields:
        The rows, table by table, as they lie there; nothing is decrypted.

    Raises:
        Corrupt: The database file is damaged.
    """
    for table in PROJECTED:
        names = table.columns.keys()
        for row in unit.transaction.stream(statements_of(table).scan):
            try:
                stored = stored_bytes(names, row)
            except (TypeError, ValueError):
                stored = _UNREADABLE
            salt = row[SALT] if isinstance(row[SALT], bytes) else b""
            sequence = row[SEQUENCE] if isinstance(row[SEQUENCE], int) else -1
            plain = isinstance(row[KEY], str) and isinstance(row[VERSION], int)
            # A value of another type must not print as the right one would.
            name = row_name(row[KEY], row[VERSION]) if plain else f"{row[KEY]!r}~{row[VERSION]!r}"
            sealing = row[SEALING] if isinstance(row[SEALING], int) else 0
            yield ProjectedRow(table.name, printable(name), sealing, salt, stored, sequence)
