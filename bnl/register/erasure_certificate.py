"""The certificate of an erasure: what was destroyed, what the law keeps, and a proof that the log says so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from bnl.audit.checkpoint import Trust
from bnl.audit.entry import decode
from bnl.audit.notes import LogKey
from bnl.audit.tlog_proof import require_logged
from bnl.domain.identifiers import Handle
from bnl.errors import Corrupt, ProofError
from bnl.register.letter_style import page
from bnl.register.retention import KeptByLaw

FORMAT = "bnl-erasure/1"
_MOST_CHARACTERS = 10_000_000


@dataclass(frozen=True, slots=True)
class ErasedRecord:
    """A source record that was erased.

    Args:
        handle: What the asking agency knew it by; it opens nothing any more.
        agency_id: Whose record it was.
    """

    handle: Handle
    agency_id: str


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A source record that was confirmed but not erased.

    Args:
        handle: What the asking agency knows it by.
        agency_id: Whose record it is.
        because: What keeps it.
    """

    handle: Handle
    agency_id: str
    because: tuple[KeptByLaw, ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an erasure did. It holds no personal data.

    Args:
        register: Name of the log.
        at: When (UTC, ISO 8601).
        agency: Agency of the user who ordered it.
        user: That user's opaque id.
        reason: Code of the reason.
        source: The law that gives it.
        policy: Name, version and fingerprint of the retention policy.
        erased: What was erased.
        kept: What was confirmed and kept.
        beyond_use_until: Last day on which a backup of the key store can exist that still opens it.
        backups_lapse_on: Last day on which a backup of the database can exist that holds it, sealed.
        entry: Canonical bytes of the log's entry, as text.
        proof: Proof that the entry is in the log.
        log_emptied: Whether the database's write-ahead log was emptied at once.
    """

    register: str
    at: str
    agency: str
    user: str
    reason: str
    source: str
    policy: tuple[str, int, str]
    erased: tuple[ErasedRecord, ...]
    kept: tuple[KeptRecord, ...]
    beyond_use_until: date
    backups_lapse_on: date
    entry: str = ""
    proof: str = ""
    log_emptied: bool = True

    def statement(self) -> dict[str, Any]:
        """Return what the certificate states; the log's entry holds its fingerprint."""
        name, version, fingerprint = self.policy
        return {
            "register": self.register,
            "at": self.at,
            "agency": self.agency,
            "user": self.user,
            "reason": self.reason,
            "source": self.source,
            "policy": {"name": name, "version": version, "sha256": fingerprint},
            "erased": [{"handle": one.handle, "agency": one.agency_id} for one in self.erased],
            "kept": [
                {
                    "handle": one.handle,
                    "agency": one.agency_id,
                    "because": [
                        {"code": k.code, "until": k.until.isoformat(), "why": k.why, "source": k.source}
                        for k in one.because
                    ],
                }
                for one in self.kept
            ],
            "beyond_use_until": self.beyond_use_until.isoformat(),
            "backups_lapse_on": self.backups_lapse_on.isoformat(),
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the statement in hex, as the entry of the erasure holds it."""
        return _fingerprint(self.statement())

    def to_json(self) -> str:
        """Write the certificate with its proof; `require_certificate` checks it with a public key alone."""
        content = {
            "format": FORMAT,
            "statement": self.statement(),
            "log_emptied": self.log_emptied,
            "entry": self.entry,
            "log_proof": self.proof,
        }
        return json.dumps(content, indent=1, ensure_ascii=False)

    def page(self) -> str:
        """Lay the certificate out for printing: one HTML document that needs no network."""
        return certificate_page(json.loads(self.to_json()))


def require_certificate(content: Mapping[str, Any], log_key: LogKey) -> dict[str, Any]:
    """Raise unless the log shows that an erasure was made as its certificate states.

    Args:
        content: What `Certificate.to_json` wrote, read.
        log_key: The log's public key.

    Returns:
        The statement.

    Raises:
        ProofError: It is malformed, its entry is not in the log, or the entry is of something else.
    """
    try:
        leaf, proof = content["entry"].encode("ascii"), str(content["log_proof"])
        entry = decode(leaf)
        statement = dict(content["statement"])
    except (AttributeError, KeyError, TypeError, ValueError, Corrupt):
        raise ProofError("This is not a certificate with its proof.", "Ask for it again.") from None
    sequence, _ = require_logged(leaf, proof, Trust(log_key))
    if sequence != entry.sequence or entry.details.get("certificate") != _fingerprint(statement):
        advice = "Ask for it again; do not rely on this copy."
        raise ProofError("The log's entry is of another certificate than this.", advice)
    return statement


def certificate_page(content: Mapping[str, Any]) -> str:
    """Lay a certificate out for printing; the proof is in the page, for `bnl audit check-letter`."""
    said = content["statement"]
    erased = "".join(
        f"<tr><td>{escape(one['handle'])}</td><td>{escape(one['agency'])}</td></tr>" for one in said["erased"]
    )
    kept = "".join(
        f"<tr><td>{escape(one['handle'])}</td><td>{escape(one['agency'])}</td><td>{escape(why['why'])}</td>"
        f"<td>{escape(why['until'])}</td><td>{escape(why['source'])}</td></tr>"
        for one in said["kept"]
        for why in one["because"]
    )
    body = (
        f"<p>On {escape(said['at'][:10])} {escape(said['agency'])} had the records below erased from "
        f"{escape(said['register'])}. Reason: {escape(said['reason'])} ({escape(said['source'])}).</p>"
        f"<h2>Erased</h2><table><tr><th>record</th><th>agency</th></tr>{erased}</table>"
        "<p>Their keys were destroyed, and with them all that was said, recorded or permitted on them. "
        f"Until {escape(said['beyond_use_until'])}, when the last backup of the keys lapses, they are beyond "
        f"use; from {escape(said['backups_lapse_on'])} no backup holds even the sealed rows. What was "
        "published in figures stays as published; it names nobody.</p>"
    )
    if kept:
        head = "<tr><th>record</th><th>agency</th><th>why</th><th>until</th><th>source</th></tr>"
        body += f"<h2>Kept, because the law asks for it</h2><table>{head}{kept}</table>"
    if not content["log_emptied"]:
        body += "<p>The database's write-ahead log was in use; it is emptied on the next opening.</p>"
    return page("Certificate of erasure", body, content)


def _fingerprint(statement: Mapping[str, Any]) -> str:
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
