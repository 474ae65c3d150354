"""Sweeping: keys without a row and rows without a key, left when an erasure or a submission was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bnl.storage.codec import damage_of
from bnl.storage.keys import RECORD_PREFIX, SUBMISSION_PREFIX
from bnl.storage.kind import Damage, Kind, Row
from bnl.storage.kinds import KINDS, RECORDS, SUBMISSIONS
from bnl.storage.statements import statements_of
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork


def orphaned_keys(uow: UnitOfWork) -> list[str]:
    """Find keys that open nothing: what they were made for was never committed, or is erased.

    Args:
        uow: A unit that writes, so that no other process stands between making a key and writing its row.

    Returns:
        Ids of keys to destroy, in order.

    Raises:
        StorageError: The unit only reads.
    """
    uow.transaction.require_writing()
    used = {key_id for kind in (RECORDS, SUBMISSIONS) for key_id, _ in _sealed_under(uow, kind)}
    return [
        key_id
        for key_id in uow.transaction.keys.keyring.ids()
        if key_id.startswith((RECORD_PREFIX, SUBMISSION_PREFIX)) and key_id not in used
    ]


def keyless_rows(unit: ReadUnit) -> list[Damage]:
    """Find rows whose key was destroyed: an erasure was cut off before it removed them.

    Args:
        unit: An open unit of work.

    Returns:
        The rows, table by table; remove them with an entry in the log.
    """
    held = set(unit.transaction.keys.keyring.ids())
    return [
        damage_of(kind, row, "keyless")
        for kind in KINDS
        for key_id, row in _sealed_under(unit, kind)
        if key_id not in held
    ]


def _sealed_under(unit: ReadUnit, kind: Kind[Any]) -> Iterator[tuple[str, Row]]:
    if kind.key_id is None:
        return
    # Everything but the body is enough to tell the key.
    for row in unit.transaction.stream(statements_of(kind.table).scan_heads):
        try:
            yield kind.key_id(row), row
        except TypeError:
            # A damaged key names no key; the integrity check of its row tells of it.
            continue
