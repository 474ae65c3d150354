"""Signed notes: a text, and lines below it that say who signed it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import NamedTuple, Protocol, TypeVar

from bnl.audit.vkeys import KEY_ID_BYTES, decode_base64, key_id, parse_vkey, valid_name, vkey_text
from bnl.crypto.signing import Signer, signature_holds
from bnl.errors import ProofError

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
ED25519 = 1

_SIGNATURE_LINE = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_ADVICE = "Ask for it again; do not rely on this copy."


class NoteSignature(NamedTuple):
    """One signature line.

    Args:
        name: Of the key.
        key_id: 4 bytes that, with the name, tell which key.
        signature: As its algorithm defines it.
    """

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A note, of which nothing has been verified.

    Args:
        text: Ends with a newline.
        signatures: At least one.
    """

    text: str
    signatures: tuple[NoteSignature, ...]


class NoteKey(Protocol):
    """A public key that note signatures can be checked with."""

    @property
    def name(self) -> str:
        """Name of the key."""
        ...

    @property
    def _parse_signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_SIGNATURE_LINE).partition(" ")
    signature = decode_base64(encoded)
    if not line.startswith(_SIGNATURE_LINE) or not valid_name(name):
        raise _malformed("a signature line names no key")
    if signature is None or len(signature) <= KEY_ID_BYTES:
        raise _malformed("a signature is not base64")
    return NoteSignature(name, signature[:KEY_ID_BYTES], signature[KEY_ID_BYTES:])


def _malformed(why: str) -> ProofError:
    return ProofError(f"This is not a signed note: {why}.", _ADVICE)
