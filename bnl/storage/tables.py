"""Tables: the projection of the log, row by row, and the log itself."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlalchemy.types import NullType
from sqlmodel import Field, SQLModel

_POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# On SQLite only a column declared INTEGER is the row id itself.


class Base(SQLModel, registry=registry()):
    """Root of the library's tables, apart from those of a program that embeds it."""


class Projected(Base):
    """What every projected row carries; the log commits to the whole row.

    What a row says is never changed: a change is a row of the next version. It may be sealed anew under the
    next version of its key, and is removed by erasure and by the clearing of quarantine; the log says so.
    """

    key: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    sealing: int
    sequence: int = Field(sa_type=sa.BigInteger, index=True)
    salt: bytes


class Clear(Projected):
    """A row without personal data: a JSON document under a message authentication code."""


class Sealed(Projected):
    """A row whose document is encrypted; its other columns are bound to the ciphertext."""


class AgencyRow(Clear, table=True):
    """An agency."""

    __tablename__ = "agency"
    body: str
    mac: bytes


class AgreementRow(Clear, table=True):
    """A sharing agreement."""

    __tablename__ = "agreement"
    body: str
    mac: bytes


class JudgementRow(Clear, table=True):
    """A judgement over two source records."""

    __tablename__ = "judgement"
    body: str
    mac: bytes


class LinkRow(Clear, table=True):
    """The person a source record is linked to."""

    __tablename__ = "link"
    body: str
    mac: bytes


class ReviewTaskRow(Clear, table=True):
    """A pair that waits for a person's judgement."""

    __tablename__ = "review_task"
    body: str
    mac: bytes


class PublishedReturnRow(Clear, table=True):
    """A published return: suppressed figures, no ids."""

    __tablename__ = "published_return"
    body: str
    mac: bytes


class ReceiptRow(Clear, table=True):
    """The receipt of an export."""

    __tablename__ = "receipt"
    body: str
    mac: bytes


class TombstoneRow(Clear, table=True):
    """What stays of an erased source record: its keyed reference."""

    __tablename__ = "tombstone"
    body: str
    mac: bytes


class SourceRecordRow(Sealed, table=True):
    """One version of a source record."""

    __tablename__ = "source_record"
    __table_args__ = (sa.UniqueConstraint("reference_hash", "version", name="uq_source_record_reference"),)
    reference_hash: str
    body: bytes


class GrantRow(Sealed, table=True):
    """One version of a grant or a refusal."""

    __tablename__ = "consent_grant"
    record_id: str = Field(index=True)
    body: bytes


class EndingRow(Sealed, table=True):
    """The end of a grant before its time."""

    __tablename__ = "grant_ending"
    record_id: str = Field(index=True)
    body: bytes


class EventRow(Sealed, table=True):
    """An event."""

    __tablename__ = "event"
    record_id: str = Field(index=True)
    body: bytes


class VitalRow(Sealed, table=True):
    """A fact about life and death that decisions need without reading events."""

    __tablename__ = "vital"
    record_id: str = Field(index=True)
    body: bytes


class MembershipRow(Sealed, table=True):
    """A place in a household."""

    __tablename__ = "membership"
    record_id: str = Field(index=True)
    body: bytes


class SubmissionRow(Sealed, table=True):
    """A file or call that brought rows in."""

    __tablename__ = "submission"
    body: bytes


class QuarantineRow(Sealed, table=True):
    """A row that could not be read or taken."""

    __tablename__ = "quarantine"
    submission_id: str = Field(index=True)
    body: bytes


class ModelRow(Sealed, table=True):
    """A fitted model, or anything else derived from personal data."""

    __tablename__ = "model"
    body: bytes


class LogHeadRow(Base, table=True):
    """The log's only head: how long it is, and what an append needs to know."""

    __tablename__ = "log_head"
    id: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    size: int = Field(sa_type=sa.BigInteger)
    frontier: bytes
    last_time: str
    key_check: bytes


class LogLeafRow(Base, table=True):
    """One entry of the log."""

    __tablename__ = "log_leaf"
    position: int = Field(sa_column=sa.Column(_POSITION, primary_key=True, autoincrement=False))
    leaf: bytes
    hash: bytes


class LogNodeRow(Base, table=True):
    """The hash of one complete subtree of the log."""

    __tablename__ = "log_node"
    level: int = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=sa.BigInteger)
    hash: bytes


class LogSubjectRow(Base, table=True):
    """One source record that an entry concerns, by pseudonym."""

    __tablename__ = "log_subject"
    sequence: int = Field(primary_key=True, sa_type=sa.BigInteger)
    position: int = Field(primary_key=True)
    pseudonym: bytes
    fields: int = Field(sa_type=sa.BigInteger)
    sealed: bytes


class CheckpointRow(Base, table=True):
    """A signed checkpoint of the log."""

    __tablename__ = "checkpoint"
    size: int = Field(sa_column=sa.Column(_POSITION, primary_key=True, autoincrement=False))
    note: str


METADATA: Final = Base.metadata


def table_of(model: type[Base]) -> sa.Table:
    """Return the table of a row class."""
    table = sa.inspect(model).local_table
    if not isinstance(table, sa.Table):
        raise TypeError(f"{model.__name__} is not a table")
    return table


def raw_columns(table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """Return a table's columns as the driver reads them.

    No type of SQLAlchemy touches the values, so that a value of the wrong type, which a damaged file can
    hold, reaches the integrity check as it is.
    """
    return [sa.type_coerce(column, NullType()).label(column.name) for column in table.columns]


PROJECTED: Final = tuple(
    sorted(
        (table_of(model) for base in (Clear, Sealed) for model in base.__subclasses__()), key=lambda t: t.name
    )
)
"""Every projected table, by name."""
