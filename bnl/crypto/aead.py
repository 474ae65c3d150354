"""Authenticated encryption of single cells, each bound to the one place it belongs to."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from bnl.crypto.encoding import length_prefixed
from bnl.crypto.hashes import KEY_BYTES, keyed_hash, subkey
from bnl.errors import Corrupt, KeyringError

_FORMAT = b"\x01"
_VERSION_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_NONCE_AT = len(_FORMAT) + _VERSION_BYTES
_BODY_AT = _NONCE_AT + _NONCE_BYTES
MAX_KEY_VERSION = 2**32 - 1

OVERHEAD = _BODY_AT + _TAG_BYTES
"""Bytes by which a sealed value is longer than the value."""

_NONE: Mapping[int, bytes] = MappingProxyType({})


class Cell(NamedTuple):
    """The place a sealed value belongs to: unsealed anywhere else it fails.

    Args:
        table: Table of the database.
        column: Column of the table.
        row: Primary key of the row, as text.
        record: Source record (or submission, or system purpose) whose key seals the value.
    """

    table: str
    column: str
    row: str
    record: str


class DataKey:
    """A key that seals, unseals and hashes, and never shows itself.

    It seals under its newest version and unseals under any version it holds. What can never be sealed again,
    because its ciphertext is hashed into the log, is sealed under `lasting`, which no rotation changes.

    Args:
        secrets: 32 random bytes per version, versions from 1; a version is bound to all it seals.
        root: 32 random bytes that all versions share; hashes and derived keys come from it.

    Raises:
        KeyringError: A secret is not 32 bytes, a version is out of range, or there is none.
    """

    __slots__ = ("_ciphers", "_hash_key", "_lasting", "_older", "_opened", "_root", "_secret", "version")

    def __init__(self, secrets: Mapping[int, bytes], root: bytes) -> None:
        for held in (root, *secrets.values()):
            if len(held) != KEY_BYTES:
                raise KeyringError("A data key has the wrong length.", f"It must have {KEY_BYTES} bytes.")
        self.version = max(secrets, default=0)
        if not 1 <= min(secrets, default=0) <= self.version <= MAX_KEY_VERSION:
            raise KeyringError("A data key has a version out of range.", "Versions count from 1.")
        # Nearly every key has one version; twenty thousand of them are opened with a register.
        self._secret = secrets[self.version]
        self._older = _NONE if len(secrets) == 1 else dict(secrets)
        self._root = root
        self._ciphers: dict[int, AESGCMSIV] | None = None
        self._opened = False
        self._hash_key: bytes | None = None
        self._lasting: DataKey | None = None

    @property
    def lasting(self) -> DataKey:
        """The key for what can never be sealed again; destroyed with this key, but never rotated."""
        if self._lasting is None:
            secret = subkey(self._root, "lasting")
            self._lasting = DataKey({1: secret}, subkey(self._root, "lasting-root"))
        return self._lasting

    def seal(self, plaintext: bytes, cell: Cell) -> bytes:
        """Encrypt a value for one cell.

        Args:
            plaintext: The value.
            cell: Where it will be stored.

        Returns:
            Format byte, key version, nonce, ciphertext and tag: `OVERHEAD` bytes more than the value.

        Source:
            RFC 8452, AES-256-GCM-SIV: a repeated nonce shows only that two values were equal.
        """
        nonce = os.urandom(_NONCE_BYTES)
        version = self.version.to_bytes(_VERSION_BYTES, "big")
        sealed = self._cipher(self.version, self._secret).encrypt(nonce, plaintext, _bound(cell, version))
        return b"".join((_FORMAT, version, nonce, sealed))

    def unseal(self, sealed: bytes, cell: Cell) -> bytes:
        """Decrypt a value read from one cell.

        Args:
            sealed: What `seal` gave.
            cell: Where it was read from.

        Returns:
            The value.

        Raises:
            Corrupt: It was altered, sealed for another cell or under another key, or under a version of
                this key that is retired.
        """
        if len(sealed) < OVERHEAD or sealed[:1] != _FORMAT:
            raise _damaged(cell, "is not a sealed value")
        version = sealed[len(_FORMAT) : _NONCE_AT]
        number = int.from_bytes(version, "big")
        secret = self._secret if number == self.version else self._older.get(number)
        if secret is None:
            raise _damaged(cell, "is sealed under a version of its key that is not there")
        # Most keys open one value and no more: a cipher is kept from the second on.
        cipher = self._cipher(number, secret) if self._opened else AESGCMSIV(secret)
        self._opened = True
        try:
            return cipher.decrypt(sealed[_NONCE_AT:_BODY_AT], sealed[_BODY_AT:], _bound(cell, version))
        except InvalidTag:
            raise _damaged(cell, "does not open with its key") from None

    def keyed_hash(self, domain: str, *parts: bytes | str) -> bytes:
        """Hash something under this key, as `bnl.crypto.hashes.keyed_hash` does; no rotation changes it.

        Args:
            domain: What the hash is for.
            parts: What is hashed.

        Returns:
            32 bytes; unlinkable to anything without this key.
        """
        if self._hash_key is None:
            self._hash_key = subkey(self._root, "keyed-hash")
        return keyed_hash(self._hash_key, domain, *parts)

    def derive(self, label: str) -> bytes:
        """Derive a key for a purpose of its own, for example the seed of a signing key.

        Args:
            label: What the derived key is for.

        Returns:
            32 bytes that no rotation changes; handle them as a secret.
        """
        return subkey(self._root, "derive", label)

    def _cipher(self, version: int, secret: bytes) -> AESGCMSIV:
        if self._ciphers is None:
            self._ciphers = {}
        cipher = self._ciphers.get(version)
        if cipher is None:
            cipher = self._ciphers[version] = AESGCMSIV(secret)
        return cipher

    def __repr__(self) -> str:
        return f"DataKey(version={self.version}, …)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a data key cannot be pickled or copied")


@functools.lru_cache(maxsize=64)
def _of_table(table: str) -> bytes:
    return length_prefixed(("bnl/cell/v1", table))


def _bound(cell: Cell, version: bytes) -> bytes:
    table, column, row, record = cell
    return _of_table(table) + length_prefixed((column, row, record, version))


def new_secret() -> bytes:
    """Make 32 random bytes for a new key.

    Returns:
        Bytes of the operating system's generator.
    """
    return os.urandom(KEY_BYTES)


def _damaged(cell: Cell, what: str) -> Corrupt:
    return Corrupt(
        f"Table {cell.table}, row {cell.row}, column {cell.column} {what}.",
        "It was altered, moved or swapped: run `bnl audit verify` and restore the row from a backup.",
        table=cell.table,
        key=cell.row,
    )
