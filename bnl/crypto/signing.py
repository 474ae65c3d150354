"""Ed25519 signatures: a thin wrap that shows no key and answers plainly whether a signature holds."""

from __future__ import annotations

from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bnl.errors import KeyringError

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


class Signer:
    """A signing key that never shows itself.

    Args:
        seed: 32 random bytes, for example ``keyring.get("system:log").derive("signing")``.

    Raises:
        KeyringError: The seed is not 32 bytes.

    Source:
        RFC 8032, Ed25519.
    """

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise KeyringError(
                f"The seed of a signing key has {len(seed)} bytes.", f"It must have {SEED_BYTES}."
            )
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign a message.

        Args:
            message: Any bytes.

        Returns:
            64 bytes.
        """
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"Signer(public={self.public.hex()})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signing key cannot be pickled or copied")


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature over a message was made by the holder of a key.

    Args:
        public: The 32-byte public key.
        message: What was signed.
        signature: The 64-byte signature.

    Returns:
        True only if it was; anything malformed is False.

    Source:
        RFC 8032, section 5.1.7.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
