"""Sealing anew: what a key seals is encrypted again under the key's newest version, and the log says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bnl.storage.codec import documents, encode
from bnl.storage.keys import RECORD_PREFIX, SUBMISSION_PREFIX, SYSTEM_MODELS
from bnl.storage.kind import FIRST_CLEAR, KEY, SALT, SEALING, SEQUENCE, VERSION, Draft, Kind
from bnl.storage.kinds import KINDS, MODELS, RECORDS, SUBMISSIONS
from bnl.storage.statements import OF_KEY, OF_VERSION, WANTED, Query, statements_of
from bnl.storage.unit_of_work import UnitOfWork


def reseal(uow: UnitOfWork, key_id: str) -> int:
    """Encrypt again everything that a key seals; what the rows say and when they were written stays.

    Begin a rotation with `Keyring.new_version`, seal anew and commit, then end it with
    `Keyring.retire_versions`. Cut off in between, do all of it again: both versions of the key still open.

    Args:
        uow: A unit of work opened after the new version was made.
        key_id: Id of a record's, a submission's or the models' key; others seal nothing.

    Returns:
        How many rows were sealed anew; the entry to come names each.

    Raises:
        Corrupt: A row was altered; nothing may be retired until it is restored.
        Erased: The key is gone.
        StorageError: The unit only reads.
    """
    uow.transaction.require_writing()
    return sum(_reseal(uow, kind, query, owner) for kind, query, owner in _sealed_by(key_id))


def _sealed_by(key_id: str) -> Iterator[tuple[Kind[Any], Query, str]]:
    if key_id == SYSTEM_MODELS:
        yield MODELS, statements_of(MODELS.table).scan, ""
    for prefix, owner_kind, column in (
        (RECORD_PREFIX, RECORDS, "record_id"),
        (SUBMISSION_PREFIX, SUBMISSIONS, "submission_id"),
    ):
        if key_id.startswith(prefix):
            owner = key_id.removeprefix(prefix)
            yield owner_kind, statements_of(owner_kind.table).read_by("key"), owner
            for kind in KINDS:
                if column in kind.table.c:
                    yield kind, statements_of(kind.table).read_by(column), owner


def _reseal(uow: UnitOfWork, kind: Kind[Any], query: Query, owner: str) -> int:
    transaction, sql = uow.transaction, statements_of(kind.table)
    rows = transaction.fetch(query, {WANTED: [owner]} if owner else None)
    bodies = documents(kind, transaction.keys, rows)
    drafts = [
        Draft(row[KEY], row[VERSION], row[SEQUENCE], body, tuple(row[FIRST_CLEAR:-1]), row[SEALING] + 1)
        for row, body in zip(rows, bodies, strict=True)
    ]
    fresh, writes = encode(kind, transaction.keys, drafts)
    transaction.write(
        sql.reseal,
        [
            {
                OF_KEY: row[KEY],
                OF_VERSION: row[VERSION],
                "sealing": row[SEALING],
                "salt": row[SALT],
                "body": row[-1],
            }
            for row in fresh
        ],
    )
    transaction.note(writes)
    return len(rows)
