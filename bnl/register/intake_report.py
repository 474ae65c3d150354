"""The intake report: what became of each row of a submission, and the sum that proves it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from bnl.domain.identifiers import Handle, SubmissionId
from bnl.errors import Denied

NEW, CORRECTED, UNCHANGED = "new", "corrected", "unchanged"


class Receipt(NamedTuple):
    """What an agency gets back for a row that was taken.

    Args:
        row: Row of the file; 0 for a call.
        handle: What the agency knows the person by from now on.
        status: ``new``, ``corrected`` or ``unchanged``.
    """

    row: int
    handle: Handle
    status: str


class Refusal(NamedTuple):
    """What an agency is told of a row that was not taken.

    Args:
        row: Row of the file; 0 for a call.
        column: Column of the first reason, if it concerns one.
        reason: Code.
        advice: What to do about it.
    """

    row: int
    column: str | None
    reason: str
    advice: str


@dataclass(slots=True)
class IntakeReport:
    """What became of a submission; ``accepted + quarantined == rows``.

    Args:
        submission_id: Its identifier.
        rows: Rows that hold anything.
        receipts: One per accepted row.
        refusals: One per quarantined row.
        warnings: Warnings on accepted rows, by code.
        notes: What was found out about the file.
    """

    submission_id: SubmissionId
    rows: int = 0
    receipts: list[Receipt] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        """Number of accepted rows."""
        return len(self.receipts)

    @property
    def quarantined(self) -> int:
        """Number of quarantined rows."""
        return len(self.refusals)

    @property
    def statuses(self) -> Counter[str]:
        """Accepted rows by what they were: new, corrected or unchanged."""
        return Counter(receipt.status for receipt in self.receipts)

    @property
    def reasons(self) -> Counter[str]:
        """Quarantined rows by their first reason."""
        return Counter(refusal.reason for refusal in self.refusals)


def require_all(report: IntakeReport) -> None:
    """Raise if a row was not taken; for callers that submit one record.

    Raises:
        Denied: A row was quarantined; the reasons tell why.
    """
    if report.refusals:
        first = report.refusals[0]
        raise Denied(f"The record was not taken: {first.reason}.", first.advice, reasons=(first.reason,))
