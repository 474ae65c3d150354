"""Files that hold secrets: made for their owner alone, replaced in one step, refused if others read them."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no advisory locks of this kind
    fcntl = None  # type: ignore[assignment]

from bnl.errors import KeyringError

_OWNER_ONLY = 0o600
_SHARED = stat.S_IRWXG | stat.S_IRWXO


def create_private(path: Path, content: bytes) -> None:
    """Write a new secret file that only its owner can read.

    Args:
        path: Where; nothing may be there yet.
        content: What to write.

    Raises:
        KeyringError: Something is there already, or the place cannot be written.
    """
    temporary = _written_beside(path, content)
    try:
        # A link, unlike a rename, never replaces what another process put there meanwhile.
        os.link(temporary, path)
    except FileExistsError:
        raise KeyringError(
            f"{path} exists already.", "Name another file: a key file is never overwritten."
        ) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        temporary.unlink()
    _sync_directory(path.parent)


def replace_private(path: Path, content: bytes) -> None:
    """Replace a secret file in one step: a reader sees the old content or the new, never a part.

    Args:
        path: The file.
        content: What to write.

    Raises:
        KeyringError: The place cannot be written.
    """
    temporary = _written_beside(path, content)
    temporary.replace(path)
    _sync_directory(path.parent)


def read_private(path: Path) -> bytes:
    """Read a secret file, after making sure that it is one.

    Args:
        path: The file.

    Returns:
        Its content.

    Raises:
        KeyringError: It is missing, a symbolic link, not a plain file, owned by somebody else, readable or
            writable by group or world, or lies in a folder where anybody may replace it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyringError(f"There is no key file {path}.", "Make one with `bnl keys create`.") from None
    except OSError as error:
        advice = "Give the path of the file itself, not of a link, and check its permissions."
        raise KeyringError(f"{path} cannot be opened: {error.strerror}.", advice) from None
    try:
        _require_private(path, os.fstat(descriptor))
    except KeyringError:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from replacing a secret file while this one does.

    Args:
        path: The file; the lock is held on its folder.
    """
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if fcntl is not None:  # pragma: no branch
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _require_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise KeyringError(f"{path} is not a plain file.", "Give the path of a key file.")
    if found.st_uid != os.geteuid():
        raise KeyringError(
            f"{path} belongs to another user.", "Run as its owner, or make a key file of your own."
        )
    if found.st_mode & _SHARED:
        mode = stat.S_IMODE(found.st_mode)
        advice = f"Run `chmod 600 {path}`, and rotate the keys if anybody may have read them."
        raise KeyringError(f"{path} can be used by others (mode {mode:04o}).", advice)
    folder = path.parent.stat()
    if folder.st_mode & stat.S_IWOTH and not folder.st_mode & stat.S_ISVTX:
        raise KeyringError(
            f"Anybody may replace files in {path.parent}.", "Move the key file to a folder of your own."
        )


def _written_beside(path: Path, content: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(temporary, flags, _OWNER_ONLY)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _OWNER_ONLY)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        temporary.unlink()
        raise _unwritable(path, error) from None
    return temporary


def _unwritable(path: Path, error: OSError) -> KeyringError:
    return KeyringError(
        f"{path} cannot be written: {error.strerror}.", "Check the folder and the space left."
    )


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
