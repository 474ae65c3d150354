"""The key folder: made once, guarded, and never guessed at."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bnl.errors import KeyringError
from bnl.register.keys import KEY_FILE, STORE_FILE, open_keyring
from bnl.register.register import Register
from tests.register.county import AGENCIES, STEWARD, HandClock


def test_a_new_folder_gets_both_files_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "keys"
    keyring = open_keyring(folder, create=True)
    keyring.create_many(["record:x"])
    assert (folder / KEY_FILE).exists()
    assert (folder / STORE_FILE).exists()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) & 0o077 == 0


def test_keys_are_found_again(tmp_path: Path) -> None:
    keyring = open_keyring(tmp_path / "keys", create=True)
    keyring.create_many(["record:x"])
    first = keyring.get("record:x")
    again = open_keyring(tmp_path / "keys").get("record:x")
    assert first.keyed_hash("test", "a") == again.keyed_hash("test", "a")


def test_no_keys_are_made_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="no keys"):
        open_keyring(tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_a_key_store_without_its_key_file_is_never_given_a_new_one(tmp_path: Path) -> None:
    open_keyring(tmp_path, create=True).create_many(["record:x"])
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(KeyringError, match="without its key file"):
        open_keyring(tmp_path, create=True)
    assert not (tmp_path / KEY_FILE).exists()


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    open_keyring(tmp_path, create=True)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(KeyringError):
        open_keyring(tmp_path).create_many(["record:x"])


def test_a_register_does_not_open_with_the_keys_of_another(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'register.db'}"
    with Register.open(url, keyring=tmp_path / "keys", clock=HandClock()) as register:
        register.enrol(AGENCIES, by=STEWARD)
    with pytest.raises(KeyringError):
        Register.open(url, keyring=tmp_path / "others", clock=HandClock())
    with Register.open(url, keyring=str(tmp_path / "keys"), clock=HandClock()) as register:
        assert register.health().agencies == len(AGENCIES) + 1
