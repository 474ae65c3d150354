"""The witness: keeps the latest checkpoint it saw, and cosigns a later one only if that continues it."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import NamedTuple

from bnl.audit.checkpoint import Checkpoint, Trust, open_checkpoint
from bnl.audit.merkle import HASH_BYTES
from bnl.audit.notes import LogKey
from bnl.audit.verify import require_consistency
from bnl.audit.vkeys import decode_base64
from bnl.errors import Conflict, ProofError

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_MAX_HASHES = 63
_ADVICE = "Do not cosign it: keep both checkpoints, and tell the other witnesses and the partners."


class WitnessRequest(NamedTuple):
    """What a log's operator sends to a witness.

    Args:
        old_size: Size of the log that the witness saw last; 0 if it saw none.
        proof: Consistency proof from that size.
        checkpoint: Signed note to be cosigned.
    """

    old_size: int
    proof: tuple[bytes, ...]
    checkpoint: str


def request_text(old_size: int, proof: Sequence[bytes], checkpoint: str) -> str:
    """Write a request to a witness as one text.

    Args:
        old_size: Size of the log that the witness saw last; 0 if it saw none.
        proof: Consistency proof from that size; empty if it is 0.
        checkpoint: Signed note.

    Returns:
        The text.

    Source:
        C2SP tlog-witness, body of add-checkpoint.
    """
    lines = [f"old {old_size}", *(base64.b64encode(hashed).decode() for hashed in proof)]
    return "\n".join(lines) + "\n\n" + checkpoint


def parse_request(content: str) -> WitnessRequest:
    """Take a request apart.

    Args:
        content: The text.

    Returns:
        The request, not verified.

    Raises:
        ProofError: It is not a request.
    """
    head, blank, checkpoint = content.partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    hashes = [decode_base64(line) for line in lines]
    proof = tuple(hashed for hashed in hashes if hashed is not None and len(hashed) == HASH_BYTES)
    if old is None or not blank or len(proof) != len(lines) or len(lines) > _MAX_HASHES:
        raise ProofError("This is not a request to a witness.", "Ask the log's operator to send it again.")
    return WitnessRequest(int(old[1]), proof, checkpoint)


def advanced(seen: Checkpoint | None, request: WitnessRequest, log: LogKey) -> Checkpoint:
    """Decide whether a witness moves on to a later checkpoint.

    Args:
        seen: The latest checkpoint the witness saw; None before the first.
        request: What it is asked to cosign.
        log: Public key of the log.

    Returns:
        The checkpoint to keep from now on, and to cosign.

    Raises:
        ProofError: The checkpoint is not the log's, is smaller than the one seen, or does not continue it.
        Conflict: The proof does not start from exactly the size seen; ask for one that does.
    """
    checkpoint = open_checkpoint(request.checkpoint, Trust(log))
    seen_size = 0 if seen is None else seen.size
    if request.old_size != seen_size:
        raise Conflict(f"The witness saw the log last at size {seen_size}.", "Send a proof from that size.")
    if checkpoint.size < seen_size:
        raise ProofError(f"The log was at size {seen_size}, and is now said to be smaller.", _ADVICE)
    if seen is None or seen_size == 0:
        # Nothing was seen yet, so there is nothing that the checkpoint could contradict.
        if request.proof:
            raise ProofError("A proof from an empty log shows nothing.", "Send no proof with the first.")
        return checkpoint
    require_consistency(seen_size, checkpoint.size, seen.root, checkpoint.root, request.proof)
    return checkpoint
