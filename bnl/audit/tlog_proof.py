"""A proof that fits in a letter: one entry, its place in the log and a signed checkpoint, in one text."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import NamedTuple

from bnl.audit.checkpoint import Checkpoint, Trust, open_checkpoint
from bnl.audit.merkle import HASH_BYTES, leaf_hash
from bnl.audit.notes import MAX_NOTE_BYTES
from bnl.audit.verify import require_inclusion
from bnl.audit.vkeys import decode_base64
from bnl.errors import ProofError

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_EXTRA = "extra "
_MAX_HASHES = 63
_MIN_LINES = 2
_ADVICE = "Ask for it again; do not rely on this copy."


class LogProof(NamedTuple):
    """A proof that an entry is in a log, of which nothing has been verified.

    Args:
        sequence: Of the entry.
        hashes: Inclusion proof, from the leaf's sibling up.
        checkpoint: Signed note.
        extra: Opaque data that the proof does not vouch for; None if there is none.
    """

    sequence: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


def proof_text(sequence: int, hashes: Sequence[bytes], checkpoint: str) -> str:
    """Write a proof as one text.

    Args:
        sequence: Of the entry.
        hashes: Inclusion proof for the size of the checkpoint.
        checkpoint: Signed note.

    Returns:
        The text; together with the entry and a public key it convinces anybody.

    Source:
        C2SP tlog-proof v1.
    """
    lines = [_FIRST_LINE, f"index {sequence}", *(base64.b64encode(hashed).decode() for hashed in hashes)]
    return "\n".join(lines) + "\n\n" + checkpoint


def parse_proof(content: bytes | str) -> LogProof:
    """Take a proof apart.

    Args:
        content: The text; as bytes, UTF-8.

    Returns:
        The proof, not verified.

    Raises:
        ProofError: It is not a proof.
    """
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    if len(text) > 2 * MAX_NOTE_BYTES:
        raise _malformed("it is too long")
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < _MIN_LINES or lines[0] != _FIRST_LINE:
        raise _malformed("its first lines are missing")
    extra = None
    if lines[1].startswith(_EXTRA):
        extra = decode_base64(lines.pop(1).removeprefix(_EXTRA))
        if extra is None:
            raise _malformed("its extra data are not base64")
    found = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
    if found is None:
        raise _malformed("it names no entry")
    hashes = [decode_base64(line) for line in lines[2:]]
    if len(hashes) > _MAX_HASHES:
        raise _malformed("it has too many hashes")
    checked = tuple(hashed for hashed in hashes if hashed is not None and len(hashed) == HASH_BYTES)
    if len(checked) != len(hashes):
        raise _malformed("one of its hashes cannot be read")
    return LogProof(int(found[1]), checked, checkpoint, extra)


def require_logged(leaf: bytes, content: bytes | str, trust: Trust) -> tuple[int, Checkpoint]:
    """Raise unless a proof shows that an entry is in the log.

    Args:
        leaf: Canonical bytes of the entry.
        content: The proof, as `proof_text` gives it.
        trust: The log's public key and the witnesses'.

    Returns:
        The sequence of the entry, and the checkpoint of a log that holds it.

    Raises:
        ProofError: It is malformed, its checkpoint is not to be believed, or it proves another entry.
    """
    proof = parse_proof(content)
    checkpoint = open_checkpoint(proof.checkpoint, trust)
    require_inclusion(proof.sequence, checkpoint.size, leaf_hash(leaf), proof.hashes, checkpoint.root)
    return proof.sequence, checkpoint


def _malformed(why: str) -> ProofError:
    return ProofError(f"This is not a proof that an entry is in a log: {why}.", _ADVICE)
