"""Statements of the log: the SQL of its head, leaves, nodes, subjects and checkpoints."""

from __future__ import annotations

import sqlalchemy as sa

from bnl.storage.prepared import Prepared
from bnl.storage.tables import (
    CheckpointRow,
    LogHeadRow,
    LogLeafRow,
    LogNodeRow,
    LogSubjectRow,
    raw_columns,
    table_of,
)

HEADS = table_of(LogHeadRow)
LEAVES = table_of(LogLeafRow)
NODES = table_of(LogNodeRow)
SUBJECTS = table_of(LogSubjectRow)
CHECKPOINTS = table_of(CheckpointRow)
_SELECT_HEAD = sa.select(*raw_columns(HEADS)[:-1])
HEAD = Prepared(_SELECT_HEAD)
HEAD_LOCKED = Prepared(_SELECT_HEAD.with_for_update())
_HEAD_NAMES = ("size", "frontier", "last_time")
PUT_HEAD = Prepared(
    sa.update(HEADS)
    .where(HEADS.c.id == sa.bindparam("head_id"))
    .values({name: sa.bindparam(name) for name in _HEAD_NAMES}),
    (*_HEAD_NAMES, "head_id"),
)
NEWEST_CHECKPOINT = Prepared(
    sa.select(*raw_columns(CHECKPOINTS)).where(
        CHECKPOINTS.c.size == sa.select(sa.func.max(CHECKPOINTS.c.size)).scalar_subquery()
    )
)
LEAF_HASHES = Prepared(
    sa.select(raw_columns(LEAVES)[-1])
    .where(LEAVES.c.position >= sa.bindparam("start"), LEAVES.c.position < sa.bindparam("stop"))
    .order_by(LEAVES.c.position),
    ("start", "stop"),
)
NODE_HASHES = Prepared(
    sa.select(raw_columns(NODES)[-1])
    .where(NODES.c.position >= sa.bindparam("start"), NODES.c.position < sa.bindparam("stop"))
    .where(NODES.c.level == sa.bindparam("of_level"))
    .order_by(NODES.c.position),
    ("start", "stop", "of_level"),
)
CHECKPOINT = Prepared(
    sa.select(raw_columns(CHECKPOINTS)[1]).where(CHECKPOINTS.c.size == sa.bindparam("of")), ("of",)
)
PUT_SUBJECTS = Prepared(sa.insert(SUBJECTS), SUBJECTS.columns.keys())
PUT_LEAVES = Prepared(sa.insert(LEAVES), LEAVES.columns.keys())
PUT_CHECKPOINT = Prepared(
    sa.text(
        "INSERT INTO checkpoint (size, note) VALUES (:size, :note) "
        "ON CONFLICT (size) DO UPDATE SET note = excluded.note "
        "WHERE substr(checkpoint.note, 1, length(excluded.note)) <> excluded.note"
    ),
    ("size", "note"),
)
PUT_NODES = Prepared(sa.insert(NODES), NODES.columns.keys())
