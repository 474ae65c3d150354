"""The first tables."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

_CLEAR = (
    "agency",
    "agreement",
    "judgement",
    "link",
    "published_return",
    "receipt",
    "review_task",
    "tombstone",
)
_SEALED: dict[str, str | None] = {
    "source_record": "reference_hash",
    "consent_grant": "record_id",
    "grant_ending": "record_id",
    "event": "record_id",
    "vital": "record_id",
    "membership": "record_id",
    "submission": None,
    "quarantine": "submission_id",
    "model": None,
}
_POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the projected tables and those of the log, and the log's empty head."""
    for name in _CLEAR:
        _projected(name, _column("body", sa.String()), _column("mac", sa.LargeBinary()))
    for name, clear in _SEALED.items():
        columns = [] if clear is None else [_column(clear, sa.String())]
        _projected(name, *columns, _column("body", sa.LargeBinary()))
        if clear not in (None, "reference_hash"):
            op.create_index(f"ix_{name}_{clear}", name, [clear])
    _log()


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _projected(name: str, *columns: sa.Column[Any]) -> None:
    constraints: list[sa.Constraint] = [sa.PrimaryKeyConstraint("key", "version")]
    if name == "source_record":
        constraints.append(
            sa.UniqueConstraint("reference_hash", "version", name="uq_source_record_reference")
        )
    op.create_table(
        name,
        _column("key", sa.String()),
        _column("version", sa.Integer()),
        _column("sealing", sa.Integer()),
        _column("sequence", sa.BigInteger()),
        _column("salt", sa.LargeBinary()),
        *columns,
        *constraints,
    )
    op.create_index(f"ix_{name}_sequence", name, ["sequence"])


def _log() -> None:
    head = op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        _column("size", sa.BigInteger()),
        _column("frontier", sa.LargeBinary()),
        _column("last_time", sa.String()),
        _column("key_check", sa.LargeBinary()),
    )
    op.bulk_insert(head, [{"id": 1, "size": 0, "frontier": b"", "last_time": "", "key_check": b""}])
    op.create_table(
        "log_leaf",
        sa.Column("position", _POSITION, primary_key=True, autoincrement=False),
        _column("leaf", sa.LargeBinary()),
        _column("hash", sa.LargeBinary()),
    )
    op.create_table(
        "log_node",
        _column("level", sa.Integer()),
        _column("position", sa.BigInteger()),
        _column("hash", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("level", "position"),
    )
    op.create_table(
        "log_subject",
        _column("sequence", sa.BigInteger()),
        _column("position", sa.Integer()),
        _column("pseudonym", sa.LargeBinary()),
        _column("fields", sa.BigInteger()),
        _column("sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("sequence", "position"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", _POSITION, primary_key=True, autoincrement=False),
        _column("note", sa.String()),
    )
