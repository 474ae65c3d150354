"""What a verification says: each piece of damage, with its kind and its place."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from bnl.errors import Corrupt

MAX_FINDINGS = 10_000


class Fault(StrEnum):
    """What kind of damage a finding tells of."""

    ENTRY_MISSING = "entry_missing"
    ENTRY_REPEATED = "entry_repeated"
    ENTRY_MOVED = "entry_moved"
    ENTRY_CHANGED = "entry_changed"
    ENTRY_MALFORMED = "entry_malformed"
    TIME_DECREASED = "time_decreased"
    NODE_DAMAGED = "node_damaged"
    HEAD_DAMAGED = "head_damaged"
    CHECKPOINT_INVALID = "checkpoint_invalid"
    CHECKPOINT_CONTRADICTED = "checkpoint_contradicted"
    LOG_TRUNCATED = "log_truncated"
    SUBJECTS_DAMAGED = "subjects_damaged"
    ROW_DAMAGED = "row_damaged"
    ENTRIES_UNSIGNED = "entries_unsigned"


class Finding(NamedTuple):
    """One piece of damage.

    Args:
        fault: Its kind.
        where: Where it is: a table and key, or a place in the log.
        what: What is wrong there, in a few words.
        sequence: The entry concerned, if it is one.
    """

    fault: Fault
    where: str
    what: str
    sequence: int | None = None


class Report(NamedTuple):
    """What a verification found.

    Args:
        size: Number of entries read.
        root: Root of the tree over them, 32 bytes.
        checkpoints: How many checkpoints the log was found to agree with.
        covered: Size of the greatest of these; entries from there on are vouched for by the head row alone.
        rows: Number of rows compared with the log.
        findings: The damage, at most `MAX_FINDINGS`.
        omitted: How many findings are not listed.
        cosigned: Size of the greatest checkpoint agreed with that a witness believed has cosigned; 0 if none.
    """

    size: int
    root: bytes
    checkpoints: int
    covered: int
    rows: int
    findings: tuple[Finding, ...]
    omitted: int
    cosigned: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is damaged."""
        return not self.findings


def require_sound(report: Report) -> None:
    """Raise unless a report is without findings.

    Args:
        report: Of `bnl.audit.verifier.verify_log`.

    Raises:
        Corrupt: It has findings; the first is named.
    """
    if not report.sound:
        first, count = report.findings[0], len(report.findings) + report.omitted
        advice = "Keep the database as it is, compare it with a backup, and tell the data protection officer."
        raise Corrupt(f"{count} damaged places in the log, first {first.where}: {first.what}.", advice)
