"""Sweeping: keys without a row and rows without a key, left when an erasure or a submission was cut off."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from bnl.crypto.keystore import LogState
from bnl.storage.codec import damage_of
from bnl.storage.keys import RECORD_PREFIX, SUBMISSION_PREFIX, record_key
from bnl.storage.kind import Damage, Kind, Row
from bnl.storage.kinds import KINDS, LINKS, RECORDS, SUBMISSIONS
from bnl.storage.statements import statements_of
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork

_CHUNK = 500


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


class Unsettled(NamedTuple):
    """Keys made for rows of which it was not known whether they are committed.

    Args:
        settled: Those whose rows are there.
        orphaned: Those whose rows were never committed, and never will be: they are to be destroyed.
    """

    settled: list[str]
    orphaned: list[str]


def unsettled_keys(uow: UnitOfWork) -> Unsettled:
    """Find out what became of the keys that a process left unsettled when it died.

    Keys are made by whoever holds the writer's lock, so none of those seen here can still get its row. A key
    that was made in another history of the log, or in a later state of it than this database holds, is left
    alone: this database is then an older copy, and the row stands in a newer one.

    Args:
        uow: A unit that writes, so that no other process stands between making a key and writing its row.

    Raises:
        StorageError: The unit only reads.
    """
    uow.transaction.require_writing()
    marks = uow.transaction.keys.keyring.unsettled()
    held = _rows_of({mark.key_id for mark in marks}, uow)
    settled = [mark.key_id for mark in marks if mark.key_id in held]
    orphaned = [
        mark.key_id
        for mark in marks
        if mark.key_id not in held
        and mark.key_id.startswith((RECORD_PREFIX, SUBMISSION_PREFIX))
        and _continues(uow, mark.made_at)
    ]
    return Unsettled(settled, orphaned)


def _continues(uow: UnitOfWork, past: LogState) -> bool:
    """Tell whether the log is what it was at some time, or continues that."""
    readable = bool(past.last) == (past.size > 0)
    return readable and 0 <= past.size <= uow.transaction.begun and uow.log.state(past.size) == past


def _rows_of(key_ids: Collection[str], unit: ReadUnit) -> set[str]:
    """Return those of some keys that seal a row of any kind."""
    found: set[str] = set()
    for kind in KINDS if key_ids else ():
        found.update(key_id for key_id, _ in _sealed_under(unit, kind) if key_id in key_ids)
    return found


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


def remains_of(unit: ReadUnit, record_ids: Collection[str]) -> set[str]:
    """Find what an erasure that was cut off has left: source records with a key or a row.

    Args:
        unit: An open unit of work.
        record_ids: Records that were erased.

    Returns:
        Those that are not gone yet.
    """
    if not record_ids:
        return set()
    keys = {record_key(record_id): record_id for record_id in record_ids}
    found = {keys[key_id] for key_id in unit.transaction.keys.open_readable(keys)}
    for column in _hanging_on_records():
        query = sa.select(column).distinct().where(column.in_(sa.bindparam("wanted", expanding=True)))
        for chunk in _chunks(sorted(record_ids)):
            found.update(str(row[0]) for row in unit.transaction.fetch(query, {"wanted": chunk}))
    return found


def remove_records(uow: UnitOfWork, record_ids: Collection[str]) -> int:
    """Remove every row of some source records, whether its key is there or not.

    Args:
        uow: A unit of work; the entry to come names each row as removed.
        record_ids: The records.

    Returns:
        How many rows were removed.
    """
    owned = (uow.grants, uow.endings, uow.events, uow.vitals, uow.memberships)
    removed = uow.records.delete_many(record_ids) + uow.links.delete_many(record_ids)
    return removed + sum(repository.delete_of(record_ids) for repository in owned)


def _hanging_on_records() -> Iterator[sa.Column[Any]]:
    yield RECORDS.table.c.key
    yield LINKS.table.c.key
    for kind in KINDS:
        if "record_id" in kind.table.c:
            yield kind.table.c.record_id


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


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
