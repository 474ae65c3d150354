"""What becomes of each row: accepted or quarantined, never anything else, and the tally that proves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from bnl.domain.record import Submission
from bnl.exchange.findings import Finding
from bnl.exchange.statements import GrantStatement


class Repeat(StrEnum):
    """How a row stands to an earlier row of the same file with the same reference."""

    FIRST = "first"
    DUPLICATE = "duplicate"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that can be submitted.

    Args:
        file: Name of the file.
        row: 1-based row as a spreadsheet shows it, header included.
        submission: What the row says about one person.
        grants: What the row, or its profile, states about consent.
        warnings: What is doubtful and was taken all the same.
        repeat: Whether the reference stood in an earlier row, with the same or with other content.
    """

    file: str
    row: int
    submission: Submission
    grants: tuple[GrantStatement, ...] = ()
    warnings: tuple[Finding, ...] = ()
    repeat: Repeat = Repeat.FIRST


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that is kept aside until somebody has corrected it.

    Args:
        file: Name of the file.
        row: 1-based row as a spreadsheet shows it, header included.
        findings: Everything found in the row, fatal ones first; at least one is fatal.
        reference: The agency's own reference, if it could be read; never shown in the repr.
        raw: The row as it was sent, as far as it could be read; never shown in the repr.
    """

    file: str
    row: int
    findings: tuple[Finding, ...]
    reference: str | None = field(default=None, repr=False)
    raw: str = field(default="", repr=False)

    @property
    def reason(self) -> str:
        """Code of the first reason."""
        return str(self.findings[0].code)

    @property
    def column(self) -> str | None:
        """Column of the first reason; None if it concerns the whole row."""
        return self.findings[0].column

    @property
    def advice(self) -> str:
        """What to do about the first reason."""
        return self.findings[0].advice

    @property
    def message(self) -> str:
        """File, row, column, reason and advice in one sentence or two, without any value from the row."""
        where = f"file {self.file}, row {self.row}"
        if self.column is not None:
            where += f", column {self.column}"
        return f"{where}: {self.reason}. {self.advice}"


Outcome = Accepted | Quarantined


@dataclass(slots=True)
class Tally:
    """How many rows became what; ``accepted + quarantined == rows`` after every row.

    Args:
        file: Name of the file.
        rows: Rows below the header that hold anything.
        accepted: Rows accepted, those that repeat or correct an earlier row included.
        quarantined: Rows quarantined.
        blank: Rows without any value; they count as no row.
        duplicates: Accepted rows identical to an earlier row of the same reference.
        corrections: Accepted rows that differ from an earlier row of the same reference.
        reasons: Quarantined rows by their first reason.
        warnings: Warnings on accepted rows by code.
        notes: What was found out about the file: encoding, delimiter, sheet, and why.
    """

    file: str
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    blank: int = 0
    duplicates: int = 0
    corrections: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.rows += 1
        if isinstance(outcome, Quarantined):
            self.quarantined += 1
            self.reasons[outcome.reason] += 1
            return
        self.accepted += 1
        self.duplicates += outcome.repeat is Repeat.DUPLICATE
        self.corrections += outcome.repeat is Repeat.CORRECTION
        for warning in outcome.warnings:
            self.warnings[str(warning.code)] += 1
