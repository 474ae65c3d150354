"""What the room of keys says when it refuses: what is wrong, where, and what to do, word for word."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bnl.crypto.aead import Cell, DataKey
from bnl.crypto.keyring import Keyring
from bnl.crypto.keystore import MemoryKeyStore, WrappedKey
from bnl.crypto.private_files import create_private, read_private
from bnl.crypto.provider import CallableKeyProvider, EnvKeyProvider, FileKeyProvider
from bnl.crypto.signing import Signer
from bnl.errors import BnlError, Conflict, Corrupt, Erased, KeyringError

KEY = DataKey({1: bytes(32)}, bytes(32))
CELL = Cell("record", "fields", "rec_a", "rec_a")
RESTORE = "It was altered, moved or swapped: run `bnl audit verify` and restore the row from a backup."
BACKUP = "It is damaged or another kind of file: restore it from the key backup."
VARIABLE = "Set it to 1: and the base64 of 32 random bytes, versions separated by commas."


def ring() -> Keyring:
    made = Keyring(CallableKeyProvider(lambda: 1, lambda version: bytes(32)), MemoryKeyStore())
    made.create_many(["a"])
    return made


def damaged_ring() -> Keyring:
    store = MemoryKeyStore()
    store.insert([WrappedKey("a", 1, 1, bytes(72))])
    return Keyring(CallableKeyProvider(lambda: 1, lambda version: bytes(32)), store)


@pytest.mark.parametrize(
    ("provoke", "kind", "text"),
    [
        pytest.param(
            lambda: DataKey({1: b""}, bytes(32)),
            KeyringError,
            "A data key has the wrong length. It must have 32 bytes.",
            id="key-length",
        ),
        pytest.param(
            lambda: DataKey({}, bytes(32)),
            KeyringError,
            "A data key has a version out of range. Versions count from 1.",
            id="key-version",
        ),
        pytest.param(
            lambda: KEY.unseal(b"", CELL),
            Corrupt,
            f"Table record, row rec_a, column fields is not a sealed value. {RESTORE}",
            id="not-sealed",
        ),
        pytest.param(
            lambda: KEY.unseal(b"\x01" + bytes(40), CELL),
            Corrupt,
            "Table record, row rec_a, column fields is sealed under a version of its key that is not there. "
            + RESTORE,
            id="retired",
        ),
        pytest.param(
            lambda: KEY.unseal(b"\x01\0\0\0\x01" + bytes(40), CELL),
            Corrupt,
            f"Table record, row rec_a, column fields does not open with its key. {RESTORE}",
            id="damaged-cell",
        ),
        pytest.param(
            lambda: ring().create_many(["a"]),
            Conflict,
            "A key exists already. Make a key once, under an id of its own.",
            id="key-exists",
        ),
        pytest.param(
            lambda: twice(MemoryKeyStore()),
            Conflict,
            "A key exists already. Make a key once, under an id of its own.",
            id="key-exists-in-the-store",
        ),
        pytest.param(
            lambda: ring().get("b"),
            Erased,
            "There is no key b. What it opened was erased and cannot be brought back.",
            id="erased",
        ),
        pytest.param(
            lambda: damaged_ring().get("a"),
            Corrupt,
            "The stored key a does not open. "
            "Restore the key store from its backup, or give the key file that belongs to it.",
            id="damaged-key",
        ),
        pytest.param(
            lambda: Signer(b"12"),
            KeyringError,
            "The seed of a signing key has 2 bytes. It must have 32.",
            id="seed",
        ),
        pytest.param(
            lambda: EnvKeyProvider("KEYS", {}),
            KeyringError,
            f"The environment variable KEYS holds no keys that can be read. {VARIABLE}",
            id="no-variable",
        ),
        pytest.param(
            lambda: EnvKeyProvider("KEYS", {"KEYS": "1:AAAA"}),
            KeyringError,
            f"A key in the environment variable KEYS is not the base64 of 32 bytes. {VARIABLE}",
            id="bad-variable",
        ),
        pytest.param(
            lambda: EnvKeyProvider("KEYS", {"KEYS": "1:" + "A" * 43 + "="}).kek(2),
            KeyringError,
            "There is no key-encryption key of version 2. "
            "Restore the key file of that time: nothing wrapped under it can be read without it.",
            id="no-version",
        ),
        pytest.param(
            lambda: CallableKeyProvider(lambda: 1, lambda version: b"").kek(7),
            KeyringError,
            "Key version 7 is not 32 bytes. Check the key service.",
            id="key-service",
        ),
    ],
)
def test_refusals_say_what_is_wrong_and_what_to_do(
    provoke: Callable[[], object], kind: type[BnlError], text: str
) -> None:
    with pytest.raises(kind) as caught:
        provoke()
    assert str(caught.value) == text
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def twice(store: MemoryKeyStore) -> None:
    key = WrappedKey("a", 1, 1, b"")
    store.insert([key])
    store.insert([key])


@pytest.mark.parametrize(
    ("secretive", "text"),
    [
        pytest.param(KEY, "a data key cannot be pickled or copied", id="data-key"),
        pytest.param(Signer(bytes(32)), "a signing key cannot be pickled or copied", id="signer"),
        pytest.param(ring(), "a keyring cannot be pickled or copied", id="keyring"),
        pytest.param(
            CallableKeyProvider(lambda: 1, lambda version: b""),
            "a key provider cannot be pickled or copied",
            id="provider",
        ),
    ],
)
def test_what_holds_a_secret_says_that_it_cannot_be_copied(secretive: object, text: str) -> None:
    with pytest.raises(TypeError) as caught:
        copy.copy(secretive)
    assert str(caught.value) == text


def refusal(provoke: Callable[[], object]) -> str:
    with pytest.raises(KeyringError) as caught:
        provoke()
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def test_files_are_refused_with_their_path_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, link = tmp_path / "keys.json", tmp_path / "link"
    made = "Make one with `bnl keys create`."
    assert refusal(lambda: read_private(path)) == f"There is no key file {path}. {made}"
    create_private(path, b"secret")
    never = "Name another file: a key file is never overwritten."
    assert refusal(lambda: create_private(path, b"")) == f"{path} exists already. {never}"
    link.symlink_to(path)
    advice = "Give the path of the file itself, not of a link, and check its permissions."
    loop = "Too many levels of symbolic links"
    assert refusal(lambda: read_private(link)) == f"{link} cannot be opened: {loop}. {advice}"
    assert refusal(lambda: read_private(tmp_path)) == (
        f"{tmp_path} is not a plain file. Give the path of a key file."
    )
    path.chmod(0o604)
    chmod = f"Run `chmod 600 {path}`, and rotate the keys if anybody may have read them."
    assert refusal(lambda: read_private(path)) == f"{path} can be used by others (mode 0604). {chmod}"
    path.chmod(0o600)
    tmp_path.chmod(0o707)
    move = "Move the key file to a folder of your own."
    assert refusal(lambda: read_private(path)) == f"Anybody may replace files in {tmp_path}. {move}"
    tmp_path.chmod(0o700)
    owner = path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    own = "Run as its owner, or make a key file of your own."
    assert refusal(lambda: read_private(path)) == f"{path} belongs to another user. {own}"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "keys.json"
    space = "Check the folder and the space left."
    assert refusal(lambda: create_private(path, b"")) == (
        f"{path} cannot be written: No such file or directory. {space}"
    )


def test_key_files_are_refused_with_their_path_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_private(path, b"{}")
    assert refusal(lambda: FileKeyProvider(path)) == f"{path} is not a key file. {BACKUP}"
    other = tmp_path / "other.json"
    create_private(other, b'{"format": "bnl-key-encryption-keys/1", "current": 1, "keys": {"1": "AA=="}}')
    assert (
        refusal(lambda: FileKeyProvider(other)) == f"A key in {other} is not the base64 of 32 bytes. {BACKUP}"
    )
    third = FileKeyProvider.create(tmp_path / "third.json")
    assert refusal(lambda: third.retire(1)) == (
        "Version 1 is current or unknown. Only a version that was rotated away from can be retired."
    )
