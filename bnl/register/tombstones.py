"""What the log says was erased, for when a tombstone can no longer be read."""

from __future__ import annotations

from bnl.audit.log import Log
from bnl.storage.tables import TombstoneRow, table_of
from bnl.storage.unit_of_work import ReadUnit

_TABLE = table_of(TombstoneRow).name


def references_in_log(unit: ReadUnit) -> set[str]:
    """Return the keyed references of all records ever erased, as the entries of their erasures name them.

    Args:
        unit: A unit on the store; the whole log is read.

    Returns:
        Keyed hashes of agency and reference.

    Raises:
        Corrupt: An entry was altered.
    """
    return {
        row.key.rpartition("~")[0]
        for entry in Log(unit.log).entries()
        for row in entry.rows
        if row.table == _TABLE
    }
