"""Checks letters and certificates with the public key of the log alone; opens no register."""

from __future__ import annotations

from typing import Any, NamedTuple

from bnl.audit.notes import LogKey
from bnl.errors import ProofError
from bnl.register import erasure_certificate, letter
from bnl.register.letter_style import MARK, content_of
from bnl.register.masks import names_of


class CheckedLine(NamedTuple):
    """One line that was proved.

    Args:
        sequence: Number of the entry in the log.
        time: When (UTC, ISO 8601).
        agency: Id of the agency.
        actor: Opaque id of its user.
        action: Code of what was done.
        purpose: Code of why.
        basis: Code of the lawful basis.
        decision: ``permit``, ``deny`` or ``partial``.
        fields: What was concerned.
    """

    sequence: int
    time: str
    agency: str
    actor: str
    action: str
    purpose: str
    basis: str
    decision: str
    fields: tuple[str, ...]


class CheckedLetter(NamedTuple):
    """A letter or certificate that holds.

    Args:
        kind: ``letter`` or ``certificate``.
        lines: What a letter proves, oldest first.
        statement: What a certificate states.
    """

    kind: str
    lines: tuple[CheckedLine, ...] = ()
    statement: dict[str, Any] | None = None


def check_letter(text: str, public_key: str) -> CheckedLetter:
    """Check a letter or a certificate, as its page or as JSON.

    Args:
        text: The file's content.
        public_key: The log's public key as text, as partners publish it.

    Returns:
        What it proves. That nothing was left out of a letter no proof can show.

    Raises:
        ProofError: A line is not proved, or a page shows something else than it proves.
    """
    log_key = LogKey.parse(public_key)
    content = content_of(text)
    kind = content.get("format")
    if kind == letter.FORMAT:
        proved = letter.require_letter(content, log_key)
        lines = tuple(
            CheckedLine(
                d.entry.sequence,
                d.entry.time,
                d.entry.agency,
                d.entry.actor,
                d.entry.action,
                d.entry.purpose,
                d.entry.lawful_basis,
                d.entry.decision,
                names_of(d.subject.fields),
            )
            for d in proved
        )
        checked = CheckedLetter("letter", lines)
    elif kind == erasure_certificate.FORMAT:
        statement = erasure_certificate.require_certificate(content, log_key)
        checked = CheckedLetter("certificate", statement=statement)
    else:
        raise ProofError("This is neither a letter nor a certificate.", "Give the file as it was sent.")
    if MARK in text and text != _page_of(content, checked.kind):
        raise ProofError(
            "The page shows something else than its proofs.", "Ask for it again; do not rely on this copy."
        )
    return checked


def _page_of(content: dict[str, Any], kind: str) -> str:
    try:
        if kind == "letter":
            return letter.letter_page(content)
        return erasure_certificate.certificate_page(content)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return ""
