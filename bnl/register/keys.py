"""The key folder: the key file and the key store of a register, kept apart from its database."""

from __future__ import annotations

from pathlib import Path

from bnl.crypto.keyring import Keyring
from bnl.crypto.provider import FileKeyProvider
from bnl.errors import KeyringError
from bnl.storage.keystore import SqlKeyStore

KEY_FILE = "key.json"
STORE_FILE = "keystore.db"


def open_keyring(folder: str | Path, *, create: bool = False) -> Keyring:
    """Open the keyring kept in a folder.

    Back the folder up apart from the database and keep those copies for a shorter time: a record is
    erased by destroying its key here.

    Args:
        folder: Holds the key file, which only its owner may read, and the store of wrapped keys.
        create: Make both if the folder has neither.

    Returns:
        The keyring.

    Raises:
        KeyringError: There are no keys in the folder, or others than the owner can read them.
    """
    place = Path(folder)
    key_file = place / KEY_FILE
    if not key_file.exists():
        if not create:
            advice = "Give the folder that holds them, or make a new register with `bnl init`."
            raise KeyringError(f"There are no keys in {place}.", advice)
        if (place / STORE_FILE).exists():
            advice = f"Put the key file back as {KEY_FILE}; without it the register cannot be read."
            raise KeyringError(f"{place} has a key store without its key file.", advice)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        FileKeyProvider.create(key_file)
    return Keyring(FileKeyProvider(key_file), SqlKeyStore(place / STORE_FILE))
