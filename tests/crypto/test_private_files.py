"""Secret files: their owner's alone, replaced whole, refused as soon as anybody else could read them."""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bnl.crypto.private_files import create_private, locked, read_private, replace_private
from bnl.errors import KeyringError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_what_is_created_is_read_and_is_its_owners_alone(path: Path) -> None:
    create_private(path, b"secret")
    assert read_private(path) == b"secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["keys.json"]


@pytest.mark.parametrize("write", [create_private, replace_private])
def test_a_file_is_its_owners_alone_from_its_first_instant(
    write: Callable[[Path, bytes], None], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making the file and narrowing its mode nobody else may open it either."""
    seen: list[int] = []
    monkeypatch.setattr(os, "fchmod", lambda descriptor, mode: seen.append(os.fstat(descriptor).st_mode))
    before = os.umask(0)
    try:
        write(path, b"secret")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(mode) for mode in seen] == [0o600]


@pytest.mark.parametrize("write", [create_private, replace_private])
@pytest.mark.parametrize("linked", [False, True])
def test_a_file_planted_under_the_temporary_name_is_not_written_to(
    write: Callable[[Path, bytes], None], linked: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda size: "ab" * size)
    planted, target = path.with_name(".keys.json." + "ab" * 8), path.with_name("target")
    target.write_bytes(b"planted")
    if linked:
        planted.symlink_to(target)
    else:
        planted.hardlink_to(target)
    with pytest.raises(KeyringError, match=f"{path} cannot be written: File exists"):
        write(path, b"secret")
    assert target.read_bytes() == b"planted"
    assert not path.exists()


def test_no_descriptor_is_left_open(path: Path) -> None:
    descriptors = Path("/dev/fd")
    before = len(list(descriptors.iterdir()))
    create_private(path, b"secret")
    replace_private(path, b"other")
    read_private(path)
    with locked(path):
        pass
    path.chmod(0o644)
    for _ in range(3):
        with pytest.raises(KeyringError):
            read_private(path)
    assert len(list(descriptors.iterdir())) == before


def test_a_wide_umask_does_not_widen_the_file(path: Path) -> None:
    before = os.umask(0)
    try:
        create_private(path, b"secret")
        replace_private(path, b"other")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_private(path) == b"other"


def test_a_narrow_umask_does_not_lock_the_owner_out(path: Path) -> None:
    before = os.umask(0o777)
    try:
        create_private(path, b"secret")
    finally:
        os.umask(before)
    assert read_private(path) == b"secret"


def test_what_exists_is_never_overwritten(path: Path) -> None:
    path.write_bytes(b"precious")
    with pytest.raises(KeyringError, match="exists already"):
        create_private(path, b"secret")
    assert path.read_bytes() == b"precious"
    assert [item.name for item in path.parent.iterdir()] == ["keys.json"]


def test_a_dangling_link_is_not_written_through(path: Path, tmp_path: Path) -> None:
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyringError, match="exists already"):
        create_private(path, b"secret")
    assert not (tmp_path / "elsewhere").exists()


def test_replacing_replaces_the_link_and_not_what_it_points_to(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    path.symlink_to(target)
    replace_private(path, b"secret")
    assert not path.is_symlink()
    assert target.read_bytes() == b"precious"


@pytest.mark.parametrize("write", [create_private, replace_private])
def test_a_missing_folder_is_said(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="cannot be written"):
        write(tmp_path / "nowhere" / "keys.json", b"secret")


def full_disk(descriptor: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("write", [create_private, replace_private])
def test_a_full_disk_leaves_no_trace(
    write: Callable[[Path, bytes], None], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(KeyringError, match=f"^{path} cannot be written: No space left"):
        write(path, b"secret")
    assert list(path.parent.iterdir()) == []


def test_a_folder_without_hard_links_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    with pytest.raises(KeyringError, match=f"^{path} cannot be written: Operation not permitted"):
        create_private(path, b"secret")
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    "mode",
    [pytest.param(0o600 | bit, id=oct(bit)) for bit in (0o040, 0o020, 0o010, 0o004, 0o002, 0o001)],
)
def test_a_file_that_others_can_use_is_refused(path: Path, mode: int) -> None:
    create_private(path, b"secret")
    path.chmod(mode)
    with pytest.raises(KeyringError, match=f"mode {mode:04o}.*chmod 600"):
        read_private(path)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_an_owners_own_modes_are_accepted(path: Path, mode: int) -> None:
    create_private(path, b"secret")
    path.chmod(mode)
    assert read_private(path) == b"secret"


def test_a_link_is_refused_even_to_a_good_file(path: Path, tmp_path: Path) -> None:
    create_private(path, b"secret")
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(KeyringError, match="not of a link"):
        read_private(link)


def test_a_folder_a_pipe_and_nothing_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(KeyringError, match="not a plain file"):
        read_private(pipe)
    with pytest.raises(KeyringError, match="not a plain file"):
        read_private(tmp_path)
    with pytest.raises(KeyringError, match="There is no key file"):
        read_private(tmp_path / "nothing")


def test_somebody_elses_file_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_private(path, b"secret")
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(KeyringError, match="belongs to another user"):
        read_private(path)


def test_a_folder_where_anybody_may_replace_files_is_refused(path: Path) -> None:
    create_private(path, b"secret")
    path.parent.chmod(0o777)
    with pytest.raises(KeyringError, match="Anybody may replace files"):
        read_private(path)
    # With the sticky bit, as in /tmp, only the owner may.
    path.parent.chmod(0o1777)
    assert read_private(path) == b"secret"
    path.parent.chmod(0o770)
    assert read_private(path) == b"secret"


def test_an_error_never_holds_the_secret(path: Path) -> None:
    create_private(path, b"secret")
    path.chmod(0o644)
    with pytest.raises(KeyringError) as caught:
        read_private(path)
    assert "secret" not in str(caught.value)


def test_the_lock_keeps_another_process_out(path: Path) -> None:
    probe = (
        "import fcntl, os, sys\n"
        "folder = os.open(sys.argv[1], os.O_RDONLY)\n"
        "try:\n"
        "    fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "    print('free')\n"
        "except BlockingIOError:\n"
        "    print('held')\n"
    )

    def state() -> str:
        command = [sys.executable, "-c", probe, str(path.parent)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with locked(path):
        assert state() == "held"
    assert state() == "free"


def test_a_reader_sees_the_old_or_the_new_and_never_a_part(path: Path) -> None:
    create_private(path, b"old" * 1000)
    held = path.open("rb")
    replace_private(path, b"new" * 2000)
    with held:
        assert held.read() == b"old" * 1000
    assert read_private(path) == b"new" * 2000
