"""The key folder: made once, guarded, and never guessed at."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bnl.errors import Corrupt, KeyringError
from bnl.register.keys import (
    KEY_FILE,
    STORE_FILE,
    init_keys,
    key_status,
    open_keyring,
    permission_faults,
    rotate_keys,
)
from bnl.register.register import Register
from tests.register.county import AGENCIES, STEWARD, HandClock
from tests.register.dying import DIED, run


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


# ---------------------------------------------------------------- status, rotation, permissions


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A folder of keys with some data keys in it."""
    folder = tmp_path / "held"
    init_keys(folder)
    open_keyring(folder).create_many([f"record:{number}" for number in range(1200)])
    return folder


def test_keys_are_made_once(tmp_path: Path) -> None:
    init_keys(tmp_path / "keys")
    assert key_status(tmp_path / "keys") == (1, (1,), {}, 0, 0)
    for left in (KEY_FILE, STORE_FILE):
        with pytest.raises(KeyringError, match="already"):
            init_keys(tmp_path / "keys")
        (tmp_path / "keys" / left).unlink()


def test_a_rotation_leaves_one_version_that_opens_everything(held: Path) -> None:
    before = open_keyring(held).get("record:7").keyed_hash("x", "y")
    told: list[int] = []
    status = rotate_keys(held, told.append)
    assert (status.current, status.versions, status.wrapped_by) == (2, (2,), {2: 1200})
    assert not status.rotating
    assert told[-1] == 1200
    assert open_keyring(held).get("record:7").keyed_hash("x", "y") == before


def test_a_process_that_has_the_keys_open_goes_on_over_a_rotation(held: Path) -> None:
    running = open_keyring(held)
    rotate_keys(held)
    running.create_many(["record:new"])
    assert key_status(held).wrapped_by == {2: 1201}
    assert running.get("record:7").version == 1
    rotate_keys(held)
    assert set(open_keyring(held).get_many(["record:new", "record:7"])) == {"record:new", "record:7"}


ROTATING = """
import sys
from bnl.crypto.provider import FileKeyProvider
from bnl.register.keys import rotate_keys
from bnl.storage.keystore import SqlKeyStore
from tests.register.dying import die_at
folder, step = sys.argv[1:]
name, number, when = step.split("-")
die_at(SqlKeyStore if name == "rewrap" else FileKeyProvider, name, int(number), when)
rotate_keys(folder)
"""


@pytest.mark.parametrize(
    "step",
    [
        *(f"add_version-1-{when}" for when in ("before", "after")),
        *(f"rewrap-{number}-{when}" for number in (1, 2, 3) for when in ("before", "after")),
        *(f"retire-1-{when}" for when in ("before", "after")),
    ],
)
def test_a_rotation_that_is_killed_goes_on_where_it_stood(held: Path, step: str) -> None:
    before = {
        k: v.keyed_hash("x", "y") for k, v in open_keyring(held).get_many(["record:1", "record:999"]).items()
    }
    done = run(ROTATING, str(held), step)
    assert done.returncode == DIED, done.stderr
    # Killed anywhere, everything still opens …
    assert {k: v.keyed_hash("x", "y") for k, v in open_keyring(held).get_many(before).items()} == before
    begun = key_status(held).rotating
    assert begun == (step not in {"add_version-1-before", "retire-1-after"})
    # … and the same command ends it: what had begun is not begun anew.
    status = rotate_keys(held)
    assert status.current == (3 if step == "retire-1-after" else 2)
    assert (status.versions, status.wrapped_by) == ((status.current,), {status.current: 1200})
    assert {k: v.keyed_hash("x", "y") for k, v in open_keyring(held).get_many(before).items()} == before


def test_an_altered_key_stops_a_rotation_and_nothing_is_forgotten(held: Path) -> None:
    with closing(sqlite3.connect(held / STORE_FILE)) as raw:
        raw.execute("UPDATE wrapped_key SET wrapped = zeroblob(72) WHERE key_id = 'record:5'")
        raw.commit()
    with pytest.raises(Corrupt, match="record:5"):
        rotate_keys(held)
    assert key_status(held).versions == (1, 2)


def test_who_might_get_at_the_keys_is_told(held: Path) -> None:
    assert permission_faults(held) == []
    (held / KEY_FILE).chmod(0o640)
    (held / STORE_FILE).chmod(0o604)
    held.chmod(0o770)
    faults = permission_faults(held)
    assert len(faults) == 3
    assert all("chmod" in fault for fault in faults)


@pytest.mark.parametrize("name", [KEY_FILE, STORE_FILE])
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o602, 0o620, 0o644, 0o666])
def test_keys_that_others_can_use_are_refused_everywhere(held: Path, name: str, mode: int) -> None:
    (held / name).chmod(mode)
    for call in (key_status, rotate_keys, open_keyring):
        with pytest.raises(KeyringError, match="can be used by others"):
            call(held)


def test_what_is_missing_is_told(tmp_path: Path, held: Path) -> None:
    with pytest.raises(KeyringError):
        key_status(tmp_path / "none")
    (held / STORE_FILE).unlink()
    with pytest.raises(KeyringError, match="no key store"):
        key_status(held)
    assert permission_faults(held)
