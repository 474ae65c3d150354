"""One disclosure with its proofs: whoever advises the person can check it with the log's public key alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from bnl.audit.checkpoint import Checkpoint, Trust
from bnl.audit.entry import decode
from bnl.audit.merkle import leaf_hash
from bnl.audit.tlog_proof import require_logged
from bnl.audit.verify import inclusion_holds
from bnl.audit.vkeys import decode_base64
from bnl.domain.audit import AuditEntry, SubjectRow
from bnl.errors import Corrupt, ProofError

_FORMAT = "bnl-disclosure/1"
_ADVICE = "Ask for it again; do not rely on this copy."
_MAX_CHARACTERS = 10_000_000


class Disclosure(NamedTuple):
    """What a disclosure proves.

    Args:
        entry: The act: who, when, why, on which basis.
        subject: The row of the person's source record: which of its fields were concerned.
        checkpoint: The signed state of a log that holds the entry.
    """

    entry: AuditEntry
    subject: SubjectRow
    checkpoint: Checkpoint


def disclosure_text(leaf: bytes, log_proof: str, subject: SubjectRow, subject_proof: Sequence[bytes]) -> str:
    """Write a disclosure with its proofs as one text.

    Args:
        leaf: Canonical bytes of the entry.
        log_proof: That the entry is in the log, by `bnl.audit.tlog_proof.proof_text`.
        subject: The row of the person's source record.
        subject_proof: That the row is among the entry's subjects, by `bnl.audit.proofs.proof_among`.

    Returns:
        JSON. It holds no personal data: the pseudonym is recognised by the record's own key only.
    """
    members = {
        "format": _FORMAT,
        "entry": leaf.decode("ascii"),
        "log_proof": log_proof,
        "position": subject.position,
        "pseudonym": subject.pseudonym.hex(),
        "fields": subject.fields,
        "sealed": _base64(subject.sealed),
        "subject_proof": [_base64(hashed) for hashed in subject_proof],
    }
    return json.dumps(members, indent=1, ensure_ascii=False)


def require_disclosure(content: bytes | str, trust: Trust) -> Disclosure:
    """Raise unless a disclosure is proved; needs no key but public ones.

    Args:
        content: What `disclosure_text` gave.
        trust: The log's public key and the witnesses'.

    Returns:
        What it proves.

    Raises:
        ProofError: It is malformed, its entry is not shown to be in the log, or the person's row is not shown
            to be among the entry's subjects.
    """
    members = _members(content)
    try:
        leaf = members["entry"].encode("ascii")
        entry = decode(leaf)
        subject = SubjectRow(
            sequence=entry.sequence,
            position=members["position"],
            pseudonym=bytes.fromhex(members["pseudonym"]),
            fields=members["fields"],
            sealed=_required(members["sealed"]),
        )
        proof = [_required(text) for text in members["subject_proof"]]
        log_proof = str(members["log_proof"])
    except (AttributeError, KeyError, TypeError, ValueError, Corrupt):
        raise _malformed() from None
    sequence, checkpoint = require_logged(leaf, log_proof, trust)
    if sequence != entry.sequence:
        raise ProofError("The entry stands in the log under another number than its own.", _ADVICE)
    root, hashed = bytes.fromhex(entry.subjects_root), leaf_hash(subject.leaf())
    if not inclusion_holds(subject.position, entry.subject_count, hashed, proof, root):
        raise ProofError(f"The record is not shown to be among the subjects of entry {sequence}.", _ADVICE)
    return Disclosure(entry, subject, checkpoint)


def _members(content: bytes | str) -> dict[str, Any]:
    try:
        members = json.loads(content) if len(content) <= _MAX_CHARACTERS else None
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict) or members.get("format") != _FORMAT:
        raise _malformed()
    return members


def _required(text: str) -> bytes:
    decoded = decode_base64(text)
    if decoded is None:
        raise _malformed()
    return decoded


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _malformed() -> ProofError:
    return ProofError("This is not a disclosure with its proofs.", _ADVICE)
