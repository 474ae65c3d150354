"""Key-encryption keys: by version, from where they are kept, and shown to nobody."""

from __future__ import annotations

import base64
import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from bnl.crypto import provider as provider_module
from bnl.crypto.provider import CallableKeyProvider, EnvKeyProvider, FileKeyProvider, KeyProvider
from bnl.errors import KeyringError

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
B64_ONE, B64_TWO = base64.b64encode(ONE).decode(), base64.b64encode(TWO).decode()
FORMAT = "bnl-key-encryption-keys/1"


def env(text: str) -> EnvKeyProvider:
    return EnvKeyProvider(environ={"BNL_KEK": text})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def write(path: Path, content: Any) -> None:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(0o600)


def test_a_new_file_holds_one_key_and_opens_again(path: Path) -> None:
    made = FileKeyProvider.create(path)
    assert made.current_version() == 1
    assert made.versions() == (1,)
    assert len(made.kek(1)) == 32
    assert FileKeyProvider(path).kek(1) == made.kek(1)
    assert FileKeyProvider(str(path)).kek(1) == made.kek(1)
    assert FileKeyProvider.create(path.with_name("other.json")).kek(1) != made.kek(1)


def test_a_file_is_never_made_twice(path: Path) -> None:
    made = FileKeyProvider.create(path)
    with pytest.raises(KeyringError, match="exists already"):
        FileKeyProvider.create(path)
    assert FileKeyProvider(path).kek(1) == made.kek(1)


def test_rotation_adds_uses_and_retires(path: Path) -> None:
    keys = FileKeyProvider.create(path)
    first = keys.kek(1)
    assert keys.add_version() == 2
    assert keys.current_version() == 2
    assert (keys.kek(1), keys.versions()) == (first, (1, 2))
    assert keys.kek(2) != first
    again = FileKeyProvider(path)
    assert (again.current_version(), again.kek(1), again.kek(2)) == (2, first, keys.kek(2))
    keys.retire(1)
    assert keys.versions() == FileKeyProvider(path).versions() == (2,)
    with pytest.raises(KeyringError, match="no key-encryption key of version 1"):
        keys.kek(1)
    assert keys.add_version() == 3


def test_two_rotations_at_once_never_lose_a_key(path: Path) -> None:
    """Each reads the file anew under the lock, so neither writes over the other's version."""
    one, other = FileKeyProvider.create(path), FileKeyProvider(path)
    assert one.add_version() == 2
    assert other.add_version() == 3
    assert other.kek(2) == one.kek(2)
    one.retire(1)
    assert one.versions() == (2, 3)
    assert one.current_version() == 3


def test_a_rotation_by_another_process_is_seen(path: Path) -> None:
    """A key wrapped under a version that the other process then retires would be lost."""
    ours, theirs = FileKeyProvider.create(path), FileKeyProvider(path)
    theirs.add_version()
    assert ours.kek(2) == theirs.kek(2)
    assert ours.current_version() == 2
    theirs.add_version()
    assert ours.current_version() == 3
    assert ours.versions() == (1, 2, 3)
    theirs.retire(1)
    assert ours.current_version() == 3
    assert ours.versions() == (2, 3)


def test_an_unchanged_file_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = FileKeyProvider.create(path)

    FileKeyProvider(path).add_version()
    assert keys.current_version() == 2

    def unexpected(path: Path) -> bytes:
        pytest.fail("the file was read again")

    monkeypatch.setattr(provider_module, "read_private", unexpected)
    assert keys.current_version() == 2
    with pytest.raises(KeyringError, match="no key-encryption key of version 3"):
        keys.kek(3)


def test_a_key_file_that_went_missing_stops_new_keys_and_not_reading(path: Path) -> None:
    keys = FileKeyProvider.create(path)
    first = keys.kek(1)
    path.unlink()
    assert keys.kek(1) == first
    for _ in range(2):
        with pytest.raises(KeyringError, match="There is no key file"):
            keys.current_version()


@pytest.mark.parametrize("version", [1, 2])
def test_the_current_and_unknown_versions_are_not_retired(path: Path, version: int) -> None:
    keys = FileKeyProvider.create(path)
    with pytest.raises(KeyringError, match="current or unknown"):
        keys.retire(version)
    assert FileKeyProvider(path).versions() == (1,)


def test_the_file_is_checked_again_before_it_is_changed(path: Path) -> None:
    keys = FileKeyProvider.create(path)
    path.chmod(0o640)
    with pytest.raises(KeyringError, match="can be used by others"):
        keys.add_version()
    path.chmod(0o600)
    assert keys.current_version() == 1


def test_a_crash_before_the_replacement_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = FileKeyProvider.create(path)

    def crash(path: Path, content: bytes) -> None:
        raise KeyringError("no space")

    monkeypatch.setattr(provider_module, "replace_private", crash)
    with pytest.raises(KeyringError, match="no space"):
        keys.add_version()
    assert keys.current_version() == 1
    assert FileKeyProvider(path).versions() == (1,)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("not json", id="not-json"),
        pytest.param("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), id="odd-bytes"),
        pytest.param([], id="a-list"),
        pytest.param({}, id="no-format"),
        pytest.param({"format": "other", "current": 1, "keys": {"1": B64_ONE}}, id="other-format"),
        pytest.param({"format": FORMAT, "current": 1}, id="no-keys"),
        pytest.param({"format": FORMAT, "current": 1, "keys": [B64_ONE]}, id="keys-in-a-list"),
        pytest.param({"format": FORMAT, "keys": {"1": B64_ONE}}, id="no-current"),
        pytest.param({"format": FORMAT, "current": 2, "keys": {"1": B64_ONE}}, id="current-unknown"),
        pytest.param({"format": FORMAT, "current": "1", "keys": {"1": B64_ONE}}, id="current-a-text"),
        pytest.param({"format": FORMAT, "current": True, "keys": {"True": B64_ONE}}, id="current-a-boolean"),
        pytest.param({"format": FORMAT, "current": 0, "keys": {"0": B64_ONE}}, id="version-nought"),
        pytest.param({"format": FORMAT, "current": 1, "keys": {"1": B64_ONE, "x": B64_TWO}}, id="no-number"),
        pytest.param({"format": FORMAT, "current": 1, "keys": {"1": 5}}, id="key-a-number"),
        pytest.param({"format": FORMAT, "current": 1, "keys": {"1": "!!"}}, id="not-base64"),
        pytest.param({"format": FORMAT, "current": 1, "keys": {"1": B64_ONE[:-4]}}, id="short-key"),
    ],
)
def test_a_damaged_file_is_refused_without_showing_it(path: Path, content: Any) -> None:
    write(path, content)
    with pytest.raises(KeyringError) as caught:
        FileKeyProvider(path)
    assert B64_ONE not in str(caught.value)
    assert "restore it from the key backup" in str(caught.value)


def test_a_file_written_by_hand_is_read(path: Path) -> None:
    write(path, {"format": FORMAT, "current": 1, "keys": {"1": B64_ONE, "2": B64_TWO}})
    keys = FileKeyProvider(path)
    assert (keys.current_version(), keys.kek(1), keys.kek(2)) == (1, ONE, TWO)


def test_a_world_readable_key_file_is_refused(path: Path) -> None:
    FileKeyProvider.create(path)
    path.chmod(0o644)
    with pytest.raises(KeyringError, match="can be used by others"):
        FileKeyProvider(path)


@pytest.mark.parametrize(
    ("text", "current"),
    [
        pytest.param(f"1:{B64_ONE}", 1, id="one"),
        pytest.param(f"1:{B64_ONE},2:{B64_TWO}", 2, id="two"),
        pytest.param(f" 2:{B64_TWO} , 1:{B64_ONE} ", 2, id="two-in-any-order-with-spaces"),
    ],
)
def test_the_environment_gives_keys(text: str, current: int) -> None:
    keys = env(text)
    assert keys.current_version() == current
    assert keys.kek(1) == ONE
    assert keys.kek(current) == (TWO if current == 2 else ONE)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(B64_ONE, id="no-version"),
        pytest.param(f":{B64_ONE}", id="version-left-out"),
        pytest.param(f"0:{B64_ONE}", id="version-nought"),
        pytest.param(f"01:{B64_ONE}", id="leading-nought"),
        pytest.param(f"-1:{B64_ONE}", id="negative"),
        pytest.param(f"١:{B64_ONE}", id="another-scripts-digit"),
        pytest.param(f"1234567890:{B64_ONE}", id="too-long"),
        pytest.param(f"1:{B64_ONE},1:{B64_TWO}", id="version-twice"),
        pytest.param(f"1:{B64_ONE},", id="trailing-comma"),
        pytest.param("1:", id="no-key"),
        pytest.param(f"1:{B64_ONE[:-4]}", id="short-key"),
        pytest.param(f"1:{B64_ONE}é", id="not-ascii"),
    ],
)
def test_a_damaged_variable_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(KeyringError) as caught:
        env(text)
    assert "BNL_KEK" in str(caught.value)
    assert B64_ONE[:-4] not in str(caught.value)


def test_a_version_may_have_nine_digits() -> None:
    assert env(f"999999999:{B64_ONE}").current_version() == 999_999_999


def test_a_key_file_is_text_that_a_person_can_read(path: Path) -> None:
    keys = FileKeyProvider.create(path)
    encoded = base64.b64encode(keys.kek(1)).decode()
    assert path.read_text() == (
        f'{{\n "format": "{FORMAT}",\n "current": 1,\n "keys": {{\n  "1": "{encoded}"\n }}\n}}\n'
    )


def test_the_process_environment_is_used_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BNL_KEK", f"1:{B64_ONE}")
    monkeypatch.setenv("OTHER", f"3:{B64_TWO}")
    assert EnvKeyProvider().kek(1) == ONE
    assert EnvKeyProvider("OTHER").kek(3) == TWO
    monkeypatch.delenv("BNL_KEK")
    with pytest.raises(KeyringError, match="holds no keys that can be read"):
        EnvKeyProvider()


def test_functions_give_keys() -> None:
    keys = CallableKeyProvider(lambda: 2, {1: ONE, 2: TWO}.__getitem__)
    assert (keys.current_version(), keys.kek(1), keys.kek(2)) == (2, ONE, TWO)


@pytest.mark.parametrize("answer", [b"", ONE[1:], ONE + b"x", "x" * 32, None])
def test_functions_that_give_something_else_are_refused(answer: Any) -> None:
    with pytest.raises(KeyringError, match="not 32 bytes"):
        CallableKeyProvider(lambda: 1, lambda version: answer).kek(1)


def test_no_provider_shows_or_gives_away_its_keys(path: Path) -> None:
    file = FileKeyProvider.create(path)
    providers: list[KeyProvider] = [file, env(f"1:{B64_ONE}"), CallableKeyProvider(lambda: 1, lambda v: ONE)]
    for keys in providers:
        assert repr(keys) == str(keys) == f"{type(keys).__name__}(…)"
        for carry in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="cannot be pickled"):
                carry(keys)


def test_an_unknown_version_tells_what_to_do() -> None:
    with pytest.raises(KeyringError, match="Restore the key file of that time"):
        env(f"1:{B64_ONE}").kek(9)
