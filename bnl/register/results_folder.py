"""A folder of results: written apart, moved in together, so that nobody reads the parts of two runs."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bnl.errors import InputError

if sys.platform != "win32":
    import fcntl

_PREFIX = ".unfinished-"


@contextlib.contextmanager
def results_folder(out: Path, names: Sequence[str]) -> Iterator[Path]:
    """Give a folder to write results into, and move them to their place when all of them are there.

    What an interrupted run left behind is cleared away. If anything fails, the results of an earlier run stay
    as they were.

    Args:
        out: The folder the results go to; made if it is not there.
        names: Names of all results there can be; the last one is removed first and moved last, so that where
            it stands it belongs to the others. One that is not written is removed.

    Yields:
        The folder to write into.

    Raises:
        InputError: The folder cannot be made or written.
    """
    made = not out.exists()
    apart = _open(out)
    try:
        try:
            yield apart
            _move(apart, out, names)
        except OSError as error:
            advice = "Check the folder and the space left on the disk."
            raise InputError(
                f"the results cannot be written: {error.strerror}.", advice, file=out.name
            ) from None
    except BaseException:
        shutil.rmtree(apart, ignore_errors=True)
        if made:
            with contextlib.suppress(OSError):
                out.rmdir()
        raise
    shutil.rmtree(apart, ignore_errors=True)


def _open(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for left in out.glob(f"{_PREFIX}*"):
            if not _running(left.name.removeprefix(_PREFIX).partition("-")[0]):
                shutil.rmtree(left, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=out))
    except OSError as error:
        advice = "Give a folder that can be written."
        raise InputError(f"the folder cannot be made: {error.strerror}.", advice, file=out.name) from None


def _running(number: str) -> bool:
    """Tell whether a process is there; one that cannot be asked about is."""
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError):
        return False
    except OSError:
        return True
    return True


def _move(apart: Path, out: Path, names: Sequence[str]) -> None:
    with _held(out):
        (out / names[-1]).unlink(missing_ok=True)
        for name in names:
            if (apart / name).exists():
                (apart / name).replace(out / name)
            else:
                (out / name).unlink(missing_ok=True)


@contextlib.contextmanager
def _held(out: Path) -> Iterator[None]:
    """Let one process at a time move its results in."""
    if sys.platform == "win32":  # pragma: no cover - Windows has no advisory locks of this kind
        yield
        return
    descriptor = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
