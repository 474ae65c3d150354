"""Keyed hashes with domain separation, and subkeys for purposes that must not share a key."""

from __future__ import annotations

import hmac

from bnl.crypto.encoding import length_prefixed

KEY_BYTES = 32
_SUBKEY = length_prefixed(["bnl/subkey/v1"])


def keyed_hash(key: bytes, domain: str, *parts: bytes | str) -> bytes:
    """Hash something so that only a holder of the key can recompute or recognise it.

    Args:
        key: 32 random bytes.
        domain: What the hash is for; hashes of different domains never collide.
        parts: What is hashed; lengths are part of the hash, so ``("ab", "c")`` differs from ``("a", "bc")``.

    Returns:
        32 bytes of HMAC-SHA256.

    Source:
        RFC 2104; RFC 4231.
    """
    return hmac.digest(key, length_prefixed((domain, *parts)), "sha256")


def subkey(key: bytes, *label: bytes | str) -> bytes:
    """Derive a key for one purpose from a uniformly random key.

    Args:
        key: 32 random bytes.
        label: What the derived key is for; different labels give unrelated keys.

    Returns:
        32 bytes.

    Source:
        RFC 5869, HKDF-Expand with SHA-256 and a single output block; the extract step is skipped as
        section 3.3 allows for keys that are already uniformly random.
    """
    return hmac.digest(key, _SUBKEY + length_prefixed(label) + b"\x01", "sha256")
