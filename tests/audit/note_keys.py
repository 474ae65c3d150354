"""Keys of a made-up log and its witnesses, and a note signed by them."""

from __future__ import annotations

from bnl.audit.checkpoint import Checkpoint, Trust, sign_checkpoint
from bnl.audit.cosignature import WitnessKey, cosign, with_signature
from bnl.audit.notes import LogKey
from bnl.crypto.signing import Signer

ORIGIN = "county.example/bnl"
SIGNER = Signer(b"log key".ljust(32))
LOG_KEY = LogKey(ORIGIN, SIGNER.public)
WITNESS_NAMES = ("witness.example/1", "witness.example/2", "witness.example/3")
WITNESS_SIGNERS = tuple(Signer(name.encode().ljust(32)) for name in WITNESS_NAMES)
WITNESS_KEYS = tuple(
    WitnessKey(name, signer.public) for name, signer in zip(WITNESS_NAMES, WITNESS_SIGNERS, strict=True)
)
TRUST = Trust(LOG_KEY)
ROOT = b"r" * 32


def signed(size: int, root: bytes = ROOT, signer: Signer = SIGNER) -> str:
    """A checkpoint signed by the log."""
    return sign_checkpoint(Checkpoint(ORIGIN, size, root), signer)


def cosigned(note: str, *witnesses: int, timestamp: int = 1_769_850_000) -> str:
    """A note with the cosignatures of some witnesses added."""
    text = note[: note.rindex("\n\n") + 1]
    for number in witnesses:
        line = cosign(text, WITNESS_NAMES[number], WITNESS_SIGNERS[number], timestamp)
        note = with_signature(note, line)
    return note
