"""The key folder: the key file and the key store of a register, kept apart from its database."""

from __future__ import annotations

import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bnl.crypto.keyring import Keyring
from bnl.crypto.private_files import read_private
from bnl.crypto.provider import FileKeyProvider
from bnl.errors import BnlError, KeyringError
from bnl.storage.keystore import SqlKeyStore

KEY_FILE = "key.json"
STORE_FILE = "keystore.db"
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


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
        store = _store_of(folder, create=True)
        return Keyring(FileKeyProvider(key_file), store)
    return Keyring(FileKeyProvider(key_file), SqlKeyStore(place / STORE_FILE))


class KeyStatus(NamedTuple):
    """How the keys of a folder stand.

    Args:
        current: Version of the key-encryption key under which new keys are wrapped.
        versions: Versions the key file holds.
        wrapped_by: How many keys each version wraps.
        keys: How many versions of data keys there are.
        unfinished: Data keys in the midst of a rotation.
    """

    current: int
    versions: tuple[int, ...]
    wrapped_by: dict[int, int]
    keys: int
    unfinished: int

    @property
    def rotating(self) -> bool:
        """Whether a rotation of the key-encryption key has begun and not ended."""
        return self.versions != (self.current,) or set(self.wrapped_by) - {self.current} != set()


def init_keys(folder: str | Path) -> None:
    """Make a key file and an empty key store in a folder, for a register to come.

    Args:
        folder: Where; made if it is not there.

    Raises:
        KeyringError: There are keys already.
    """
    place = Path(folder)
    if (place / KEY_FILE).exists() or (place / STORE_FILE).exists():
        raise KeyringError(
            f"There are keys in {place} already.", "Name another folder: keys are never replaced."
        )
    with closing(_store_of(folder, create=True)):
        pass


def key_status(folder: str | Path) -> KeyStatus:
    """Tell how the keys of a folder stand; opens none of them.

    Raises:
        KeyringError: There are no keys, or others than the owner can read them.
    """
    provider = FileKeyProvider(Path(folder) / KEY_FILE)
    with closing(_store_of(folder)) as store:
        keyring = Keyring(provider, store)
        wrapped = keyring.wrapped_by()
        unfinished = len(keyring.unfinished())
    return KeyStatus(
        provider.current_version(), provider.versions(), wrapped, sum(wrapped.values()), unfinished
    )


def rotate_keys(folder: str | Path, progress: Callable[[int], None] | None = None) -> KeyStatus:
    """Replace the key-encryption key: a fresh one wraps every key, then the old one is forgotten.

    Stopped at any point, it is called again and goes on: a rotation that has begun is ended, not begun anew.
    While it runs both keys open; processes that have the register open follow by themselves.

    Args:
        folder: Of the keys.
        progress: Called with the number of keys wrapped so far.

    Returns:
        How the keys stand afterwards.

    Raises:
        KeyringError: There are no keys, or others than the owner can read them.
        Corrupt: A stored key was altered; nothing is forgotten.
    """
    if not key_status(folder).rotating:
        FileKeyProvider(Path(folder) / KEY_FILE).add_version()
    provider = FileKeyProvider(Path(folder) / KEY_FILE)
    with closing(_store_of(folder)) as store:
        keyring = Keyring(provider, store)
        while keyring.rotate_kek(progress):
            pass
        needed = keyring.kek_versions() | {provider.current_version()}
        for version in provider.versions():
            if version not in needed:
                provider.retire(version)
    return key_status(folder)


def permission_faults(folder: str | Path) -> list[str]:
    """Find what lets others than the owner at the keys.

    Args:
        folder: Of the keys.

    Returns:
        A sentence for each fault, with what to do; none if there is none.
    """
    place = Path(folder)
    faults = []
    checks: tuple[Callable[[], object], ...] = (
        lambda: read_private(place / KEY_FILE),
        lambda: _store_of(folder).close(),
    )
    for check in checks:
        try:
            check()
        except BnlError as error:
            faults.append(str(error))
    if place.is_dir() and place.stat().st_mode & _OTHERS_WRITE:
        faults.append(f"Others can put files into {place}. Run `chmod 700 {place}`.")
    return faults


def _store_of(folder: str | Path, *, create: bool = False) -> SqlKeyStore:
    place = Path(folder)
    if create:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        FileKeyProvider.create(place / KEY_FILE)
    elif not (place / STORE_FILE).exists():
        raise KeyringError(f"There is no key store in {place}.", "Give the folder that holds the keys.")
    return SqlKeyStore(place / STORE_FILE)
