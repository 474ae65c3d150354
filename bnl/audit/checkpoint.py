"""Checkpoints: the log's size and root, signed by the log and cosigned by its witnesses."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import NamedTuple

from bnl.audit.cosignature import WitnessKey
from bnl.audit.merkle import EMPTY_ROOT, HASH_BYTES
from bnl.audit.notes import LogKey, Note, note_text, parse_note, sign_note, verified_by
from bnl.audit.vkeys import decode_base64
from bnl.crypto.signing import Signer
from bnl.errors import ProofError

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_MAX_SIZE = 2**63 - 1
_MIN_LINES = 3
_ADVICE = "Ask for it again; do not rely on this copy."
_KEY_ADVICE = "Check that you hold the right public key."


class Checkpoint(NamedTuple):
    """Where a log stands.

    Args:
        origin: Name of the log.
        size: Number of its entries.
        root: Root of its tree, 32 bytes.
        extensions: Further lines, opaque.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the note text that is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "\n".join(lines) + "\n"


class Trust(NamedTuple):
    """Whom to believe: the log's key, and how many of which witnesses must have cosigned.

    Args:
        log: Key of the log.
        witnesses: Keys of known witnesses.
        quorum: How many of them must have cosigned; 0 asks for none and so cannot see a split view.
    """

    log: LogKey
    witnesses: tuple[WitnessKey, ...] = ()
    quorum: int = 0


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint out of a note text.

    Args:
        text: Ends with a newline.

    Returns:
        The checkpoint; whether it is to be believed is for its signatures to say.

    Raises:
        ProofError: It is not a checkpoint.

    Source:
        C2SP tlog-checkpoint v1.0.0.
    """
    lines = text[:-1].split("\n")
    if len(lines) < _MIN_LINES or not all(lines) or not text.endswith("\n"):
        raise ProofError("The note is not a checkpoint: a line is missing.", _ADVICE)
    origin, size, encoded, *extensions = lines
    root = decode_base64(encoded)
    if not _SIZE.fullmatch(size) or int(size) > _MAX_SIZE:
        raise ProofError("The note is not a checkpoint: its second line is no size.", _ADVICE)
    if root is None or len(root) != HASH_BYTES:
        raise ProofError("The note is not a checkpoint: its third line is no hash.", _ADVICE)
    if size == "0" and root != EMPTY_ROOT:
        raise ProofError("The checkpoint gives an empty log a root it cannot have.", _ADVICE)
    return Checkpoint(origin, int(size), root, tuple(extensions))


def open_checkpoint(content: bytes | str, trust: Trust) -> Checkpoint:
    """Read a checkpoint and make sure that it is to be believed.

    Args:
        content: The signed note.
        trust: Whom to believe.

    Returns:
        The checkpoint.

    Raises:
        ProofError: It is malformed, of another log, not signed by the log, cosigned by too few witnesses,
            or a signature by a known key does not hold.
    """
    note = parse_note(content)
    if not verified_by(note, [trust.log]):
        raise ProofError(
            "The checkpoint is not signed by the log.", "Check that you hold the right public key."
        )
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != trust.log.name:
        raise ProofError("The checkpoint is of another log.", _KEY_ADVICE)
    cosigned = len(verified_by(note, trust.witnesses))
    if cosigned < trust.quorum:
        advice = "Ask the witnesses for their cosignatures."
        raise ProofError(f"The checkpoint has {cosigned} of {trust.quorum} cosignatures.", advice)
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """Sign a checkpoint as its log.

    Args:
        checkpoint: Its origin is taken as the name of the key.
        signer: The log's key.

    Returns:
        The signed note.

    Raises:
        ProofError: The origin cannot be the name of a key.
    """
    text = checkpoint.text()
    parse_checkpoint(text)
    return note_text(Note(text, (sign_note(text, checkpoint.origin, signer),)))


def split_view(contents: Iterable[bytes | str], trust: Trust) -> tuple[Checkpoint, Checkpoint] | None:
    """Look among checkpoints of one log for two that contradict each other by themselves.

    Two of one size with different roots prove that the log's operator showed different histories. Of
    different sizes, only a consistency proof can tell.

    Args:
        contents: Signed notes.
        trust: Whom to believe.

    Returns:
        The first two that contradict each other, or None.

    Raises:
        ProofError: One of them is not to be believed at all.
    """
    seen: dict[int, Checkpoint] = {}
    for content in contents:
        checkpoint = open_checkpoint(content, trust)
        other = seen.setdefault(checkpoint.size, checkpoint)
        if other.root != checkpoint.root:
            return other, checkpoint
    return None
