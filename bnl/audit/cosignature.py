"""Cosignatures: a witness's word that, at a time, it saw a log continue all that it had seen of it."""

from __future__ import annotations

from typing import NamedTuple

from bnl.audit.notes import Note, NoteSignature, note_text, parse_note
from bnl.audit.vkeys import key_id, parse_vkey, valid_name, vkey_text
from bnl.crypto.signing import SIGNATURE_BYTES, Signer, signature_holds
from bnl.errors import ProofError

COSIGNATURE = 4
_TIME_BYTES = 8
_MAX_TIME = 2**63 - 1


class WitnessKey(NamedTuple):
    """The public key of a witness.

    Args:
        name: Of the witness.
        public: 32 bytes, Ed25519; used for nothing but cosignatures under this name.
    """

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The 4 bytes by which signature lines name the key."""
        return key_id(self.name, COSIGNATURE, self.public)

    def holds(self, text: str, signature: bytes) -> bool:
        """Tell whether a cosignature of a note text was made with the key."""
        if len(signature) != _TIME_BYTES + SIGNATURE_BYTES:
            return False
        timestamp = int.from_bytes(signature[:_TIME_BYTES], "big")
        if timestamp > _MAX_TIME:
            return False
        return signature_holds(self.public, _message(text, timestamp), signature[_TIME_BYTES:])

    def vkey(self) -> str:
        """Return the key as one line of text that can be handed to anybody."""
        return vkey_text(self.name, COSIGNATURE, self.public)

    @classmethod
    def parse(cls, vkey: str) -> WitnessKey:
        """Read a key written by `vkey`.

        Raises:
            ProofError: It is not one.
        """
        return cls(*parse_vkey(vkey, COSIGNATURE))


def cosign(text: str, name: str, signer: Signer, timestamp: int) -> NoteSignature:
    """Cosign a checkpoint; only `bnl.audit.witness` knows when that is right.

    Args:
        text: Note text of the checkpoint.
        name: Of the witness.
        signer: Its key.
        timestamp: Now, in seconds since 1970-01-01 UTC, in ``[0, 2**63)``.

    Returns:
        The signature line.

    Raises:
        ProofError: The name or the time is impossible.

    Source:
        C2SP tlog-cosignature v1, Ed25519.
    """
    if not valid_name(name) or not 0 <= timestamp <= _MAX_TIME:
        raise ProofError("A cosignature needs a name without spaces and a time.", "Check its settings.")
    signature = timestamp.to_bytes(_TIME_BYTES, "big") + signer.sign(_message(text, timestamp))
    return NoteSignature(name, key_id(name, COSIGNATURE, signer.public), signature)


def cosigned_at(line: NoteSignature) -> int:
    """Read the time of a cosignature.

    Args:
        line: Its signature line, verified.

    Returns:
        Seconds since 1970-01-01 UTC.
    """
    return int.from_bytes(line.signature[:_TIME_BYTES], "big")


def with_signature(content: bytes | str, line: NoteSignature) -> str:
    """Add a signature line to a note, in place of an earlier one by the same key.

    Args:
        content: The note.
        line: The line to add.

    Returns:
        The note with it.

    Raises:
        ProofError: It is not a note.
    """
    note = parse_note(content)
    others = [held for held in note.signatures if (held.name, held.key_id) != (line.name, line.key_id)]
    return note_text(Note(note.text, (*others, line)))


def _message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
