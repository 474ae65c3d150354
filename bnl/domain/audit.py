"""The audit entry: what the log keeps for ever about one act, and no personal data in it."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, StrictInt, model_validator

from bnl.domain.base import Noun
from bnl.domain.commitment import RowWrite

CODE = r"[a-z0-9_.:-]{1,64}"
"""Grammar of actions, purposes, bases, tables and names of details."""

OPAQUE = r"[A-Za-z0-9_.:/+=~-]{1,128}"
"""Grammar of ids; it has no space, quote or at sign, so that no name or address fits by mistake."""

TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
HASH = r"[0-9a-f]{64}"

MAX_INTEGER = 2**63 - 1
PSEUDONYM_BYTES = 32
MAX_ROWS = 160
MAX_GRANTS = 100
MAX_DETAILS = 20
"""With these limits the longest entry there can be fits in a leaf, which has two bytes for its length."""

COMMITMENT_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").hexdigest()
"""Root of a tree without leaves (RFC 9162, section 2.1.1): the subjects of an entry that concerns nobody."""

_CODE = re.compile(CODE)
_OPAQUE = re.compile(OPAQUE)

Code = Annotated[str, Field(pattern=f"^{CODE}$")]
CodeOrNone = Annotated[str, Field(pattern=f"^(?:{CODE})?$")]
Opaque = Annotated[str, Field(pattern=f"^{OPAQUE}$")]
Hash = Annotated[str, Field(pattern=f"^{HASH}$")]
Count = Annotated[int, Field(strict=True, ge=0, le=MAX_INTEGER)]
Decision = Literal["permit", "deny", "partial"]


class AuditEntry(Noun):
    """One act: who did what, for which purpose, on which basis, and what it changed.

    Args:
        version: Version of the format.
        sequence: Place in the log, from 0, without gaps; the index of its leaf.
        time: When, in UTC, to the microsecond, as ``2026-01-31T09:30:00.000000Z``; see `instant_text`.
        actor: Opaque id of the user; whose it is stays with the agency.
        agency: Opaque id of the agency; ``register`` for the register's own acts.
        action: Code of what was done.
        purpose: Code of why; may be empty for acts on no personal data.
        lawful_basis: Code of the basis; may be empty likewise.
        decision: Whether it was permitted, denied, or permitted for a part of the fields.
        grants: Ids of the clauses and grants that decided.
        rows: Rows written or removed, at most `MAX_ROWS`; a greater change is several entries.
        subjects_root: Root of the tree of its subject rows, hex; `EMPTY_ROOT` if it concerns nobody.
        subject_count: Number of its subject rows.
        details: Further codes, ids and integers that are no personal data, by name.
    """

    version: Literal[1] = 1
    sequence: Count
    time: Annotated[str, Field(pattern=f"^{TIME}$")]
    actor: Opaque
    agency: Opaque
    action: Code
    purpose: CodeOrNone = ""
    lawful_basis: CodeOrNone = ""
    decision: Decision = "permit"
    grants: Annotated[tuple[Opaque, ...], Field(max_length=MAX_GRANTS)] = ()
    rows: Annotated[tuple[RowWrite, ...], Field(max_length=MAX_ROWS)] = ()
    subjects_root: Hash = EMPTY_ROOT
    subject_count: Count = 0
    details: Annotated[dict[Code, Opaque | StrictInt], Field(max_length=MAX_DETAILS)] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _consistent(self) -> AuditEntry:
        if (self.subject_count == 0) != (self.subjects_root == EMPTY_ROOT):
            raise ValueError("subject_count and subjects_root must tell of subjects together, or of none")
        if any(isinstance(value, int) and abs(value) > MAX_INTEGER for value in self.details.values()):
            raise ValueError("an integer among the details has more than 63 bits")
        for row in self.rows:
            _require_row(row)
        instant(self.time)
        return self


def _require_row(row: RowWrite) -> None:
    if not _CODE.fullmatch(row.table) or not _OPAQUE.fullmatch(row.key):
        raise ValueError("a row has a table or key that is no code or opaque id")
    if not 1 <= row.version <= MAX_INTEGER or len(row.commitment) not in (0, COMMITMENT_BYTES):
        raise ValueError("a row has an impossible version or commitment")


class SubjectRow(Noun):
    """One source record that an entry concerns; it lies beside the log, which holds only the root of these.

    Args:
        sequence: Sequence of the entry.
        position: Place among the entry's subjects, from 0.
        pseudonym: 32 bytes, the hash of the sequence under the record's own key: fresh for each entry.
        fields: Which fields were concerned, a bit each.
        sealed: Whatever else must be known, sealed under the record's own key; may be empty.
    """

    sequence: Count
    position: Count
    pseudonym: Annotated[bytes, Field(min_length=PSEUDONYM_BYTES, max_length=PSEUDONYM_BYTES)]
    fields: Count
    sealed: bytes = b""

    def leaf(self) -> bytes:
        """Return the leaf of the subjects tree: of the sealed part it holds the ciphertext."""
        return subject_leaf(self.pseudonym, self.fields, self.sealed)


class Head(NamedTuple):
    """The one row that says where the log stands.

    Args:
        size: Number of entries; the sequence of the next one.
        frontier: Hashes of the complete subtrees, greatest first, 32 bytes each, joined.
        last_time: Time of the last entry; empty before the first.
    """

    size: int = 0
    frontier: bytes = b""
    last_time: str = ""


def subject_leaf(pseudonym: bytes, fields: int, sealed: bytes) -> bytes:
    """Return the leaf of one subject row.

    Args:
        pseudonym: 32 bytes.
        fields: Bit mask of fields, less than 2**64.
        sealed: Ciphertext.

    Returns:
        The three, one after the other; the first two have fixed lengths, so nothing moves between them.

    Raises:
        ValueError: The pseudonym has another length.
        OverflowError: The mask is negative or too great.
    """
    if len(pseudonym) != PSEUDONYM_BYTES:
        raise ValueError(f"a pseudonym has {len(pseudonym)} bytes, not {PSEUDONYM_BYTES}")
    return pseudonym + fields.to_bytes(8, "big") + sealed


def instant_text(moment: datetime) -> str:
    """Write a moment as entries do, so that the order of texts is the order of moments.

    Args:
        moment: A time with a zone.

    Returns:
        It in UTC, to the microsecond, 27 characters.

    Raises:
        ValueError: The time has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("the time has no zone; give it in UTC, for example datetime.now(UTC)")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def instant(text: str) -> datetime:
    """Read a moment written by `instant_text`.

    Args:
        text: 27 characters.

    Returns:
        The moment, in UTC.

    Raises:
        ValueError: It is no moment.
    """
    return datetime.fromisoformat(text)
