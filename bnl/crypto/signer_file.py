"""The signing key of a witness, kept in a file that its owner alone can read."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from bnl.crypto.aead import new_secret
from bnl.crypto.private_files import create_private, read_private
from bnl.crypto.signing import Signer
from bnl.errors import KeyringError

_FIRST_LINE = b"bnl-signing-key/1"


def create_signer(path: str | Path) -> Signer:
    """Make a new signing key and keep it in a file.

    Args:
        path: Where; nothing may be there yet.

    Returns:
        The key.

    Raises:
        KeyringError: Something is there already, or the place cannot be written.
    """
    seed = new_secret()
    create_private(Path(path).absolute(), _FIRST_LINE + b"\n" + base64.b64encode(seed) + b"\n")
    return Signer(seed)


def load_signer(path: str | Path) -> Signer:
    """Read a signing key from its file.

    Args:
        path: The file; it must have mode 0600 and belong to the user who runs the program.

    Returns:
        The key.

    Raises:
        KeyringError: The file is missing, not private, or holds no signing key.
    """
    first, _, encoded = read_private(Path(path).absolute()).partition(b"\n")
    try:
        seed = base64.b64decode(encoded.removesuffix(b"\n"), validate=True)
    except binascii.Error:
        seed = b""
    if first != _FIRST_LINE or not seed:
        advice = "It is damaged or another kind of file: restore it from the key backup."
        raise KeyringError(f"{path} holds no signing key.", advice)
    return Signer(seed)
