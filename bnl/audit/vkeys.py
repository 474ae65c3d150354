"""Public keys as one line of text, and the names by which signature lines call them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import lru_cache

from bnl.crypto.signing import PUBLIC_BYTES
from bnl.errors import ProofError

KEY_ID_BYTES = 4


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """Compute the 4 bytes by which signature lines name a key.

    Args:
        name: Of the key.
        algorithm: Type byte.
        public: The public key.

    Returns:
        4 bytes.
    """
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:KEY_ID_BYTES]


def vkey_text(name: str, algorithm: int, public: bytes) -> str:
    """Write a public key as one line: name, key id in hex, and the key in base64, joined by plus signs.

    Args:
        name: Of the key.
        algorithm: Type byte.
        public: The public key.

    Returns:
        The line, without a newline.
    """
    encoded = base64.b64encode(bytes([algorithm]) + public).decode()
    return f"{name}+{key_id(name, algorithm, public).hex()}+{encoded}"


def parse_vkey(text: str, algorithm: int) -> tuple[str, bytes]:
    """Read a public key written by `vkey_text`.

    Args:
        text: The line.
        algorithm: The type byte it must have.

    Returns:
        Name and 32-byte public key.

    Raises:
        ProofError: It is not such a key.
    """
    name, _, rest = text.strip().partition("+")
    identity, _, encoded = rest.partition("+")
    key = decode_base64(encoded)
    if not valid_name(name) or key is None or len(key) != 1 + PUBLIC_BYTES or key[0] != algorithm:
        raise ProofError("This is not a public key of the right kind.", "Give the whole line, as published.")
    if identity != key_id(name, algorithm, key[1:]).hex():
        raise ProofError("The public key does not fit its own id.", "Copy the line again, as published.")
    return name, key[1:]


@lru_cache(maxsize=256)
def valid_name(name: str) -> bool:
    """Tell whether a text can be the name of a key: not empty, no space, no plus, no control character."""
    return bool(name) and not any(char.isspace() or char == "+" or ord(char) < ord(" ") for char in name)


def decode_base64(text: str) -> bytes | None:
    """Decode base64 that is spelt in the one canonical way, or return None."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeError):
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None
