"""Tables as a projection of the log: what every row must be, and where one is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from bnl.domain.commitment import row_commitment

DELETED = ""
"""Commitment of a row that an entry removed."""

Place = tuple[str, str]


class Damage(StrEnum):
    """What is wrong with a row."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"
    DUPLICATED = "duplicated"
    REPLAYED = "replayed"
    LOG_ORDER = "log_order"


class DamagedRow(NamedTuple):
    """One row that is not as the log says.

    Args:
        table: Its table.
        key: Its primary key.
        damage: What is wrong with it.
        sequence: Entry that last wrote or removed it, if any.
    """

    table: str
    key: str
    damage: Damage
    sequence: int | None


class StoredRow(NamedTuple):
    """A row as the database gives it.

    Args:
        table: Its table.
        key: Its primary key, as text.
        version: Its version.
        salt: Its salt.
        stored: Its other columns, by `bnl.domain.commitment.canonical_row`.
    """

    table: str
    key: str
    version: int
    salt: bytes
    stored: bytes


class _Expected(NamedTuple):
    version: int
    commitment: str
    sequence: int


class Projection:
    """What the tables must hold, folded from the log entry by entry."""

    def __init__(self) -> None:
        self._expected: dict[Place, _Expected] = {}
        self._older: dict[Place, set[str]] = {}

    def fold(self, sequence: int, rows: Iterable[tuple[str, str, int, str]]) -> list[DamagedRow]:
        """Take in the rows of one entry.

        Args:
            sequence: Of the entry.
            rows: Its rows, as `bnl.audit.entry.facts` gives them.

        Returns:
            Rows whose version is not greater than the last one the log gave them.
        """
        disordered = []
        for table, key, version, commitment in rows:
            place = (table, key)
            held = self._expected.get(place)
            if held is not None:
                if held.version >= version:
                    disordered.append(DamagedRow(table, key, Damage.LOG_ORDER, sequence))
                if held.commitment != DELETED:
                    self._older.setdefault(place, set()).add(held.commitment)
            self._expected[place] = _Expected(version, commitment, sequence)
        return disordered

    def compare(self, rows: Iterable[StoredRow]) -> Iterator[DamagedRow]:
        """Compare all rows of all committed tables with what the log says.

        Args:
            rows: Every row the tables hold, in any order.

        Yields:
            Each row that is damaged; the missing ones come last.
        """
        seen: set[Place] = set()
        for table, key, version, salt, stored in rows:
            place = (table, key)
            expected = self._expected.get(place)
            if place in seen:
                yield DamagedRow(table, key, Damage.DUPLICATED, expected.sequence if expected else None)
                continue
            seen.add(place)
            commitment = _commitment(salt, table, key, version, stored)
            if expected is None:
                yield DamagedRow(table, key, Damage.EXTRA, None)
            elif commitment != expected.commitment or version != expected.version:
                yield DamagedRow(table, key, self._kind(place, commitment, expected), expected.sequence)
        for (table, key), expected in self._expected.items():
            if expected.commitment != DELETED and (table, key) not in seen:
                yield DamagedRow(table, key, Damage.MISSING, expected.sequence)

    def _kind(self, place: Place, commitment: str, expected: _Expected) -> Damage:
        if commitment in self._older.get(place, ()):
            return Damage.REPLAYED
        return Damage.EXTRA if expected.commitment == DELETED else Damage.CHANGED


def _commitment(salt: bytes, table: str, key: str, version: int, stored: bytes) -> str:
    try:
        return row_commitment(table, key, version, salt, stored).hex()
    except (AttributeError, TypeError, ValueError):
        # A damaged database may give any type in any column; no such row has a commitment.
        return DELETED
