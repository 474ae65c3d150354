"""Results are in their folder all together or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bnl.errors import InputError
from bnl.register.results_folder import results_folder

NAMES = ("a", "b", "run.json")


def content(out: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(out.iterdir())}


def write(out: Path, word: str, names: tuple[str, ...] = NAMES) -> None:
    with results_folder(out, NAMES) as folder:
        for name in names:
            (folder / name).write_text(word, encoding="utf-8")


def test_results_of_an_earlier_run_are_replaced_together(tmp_path: Path) -> None:
    out = tmp_path / "x" / "out"
    write(out, "one")
    (out / "mine.txt").write_text("kept", encoding="utf-8")
    write(out, "two", ("a", "run.json"))
    assert content(out) == {"a": "two", "mine.txt": "kept", "run.json": "two"}


def test_nothing_is_seen_before_all_is_there(tmp_path: Path) -> None:
    with results_folder(tmp_path, NAMES) as folder:
        for name in NAMES:
            (folder / name).write_text("x", encoding="utf-8")
            assert not any((tmp_path / other).exists() for other in NAMES)
    assert set(content(tmp_path)) == set(NAMES)


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_run_that_fails_leaves_all_as_it_was(tmp_path: Path, failure: type[BaseException]) -> None:
    write(tmp_path, "one")

    def fail() -> None:
        with results_folder(tmp_path, NAMES) as folder:
            (folder / "a").write_text("two", encoding="utf-8")
            raise failure

    with pytest.raises(failure):
        fail()
    assert content(tmp_path) == dict.fromkeys(NAMES, "one")


def test_a_folder_made_for_a_run_that_fails_is_gone_again(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), results_folder(tmp_path / "out", NAMES):
        raise ValueError("x")
    assert not (tmp_path / "out").exists()


def test_a_disk_that_is_full_is_told_without_its_path(tmp_path: Path) -> None:
    def fail() -> None:
        with results_folder(tmp_path, NAMES):
            raise OSError(28, "No space left on device", str(tmp_path / "a"))

    with pytest.raises(InputError, match="cannot be written: No space left") as caught:
        fail()
    assert str(tmp_path) not in str(caught.value)


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, pathlib\n"
        "from bnl.register.results_folder import results_folder\n"
        f"with results_folder(pathlib.Path(sys.argv[1]), {NAMES!r}) as folder:\n"
        "    (folder / 'a').write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=environment, check=False)
    assert killed.returncode < 0
    assert len(list(tmp_path.glob(".unfinished-*"))) == 1
    write(tmp_path, "whole")
    assert content(tmp_path) == dict.fromkeys(NAMES, "whole")


def test_a_run_at_work_in_the_same_folder_is_left_alone(tmp_path: Path) -> None:
    with results_folder(tmp_path, NAMES) as first:
        (first / "a").write_text("first", encoding="utf-8")
        write(tmp_path, "second")
        assert (first / "a").exists()
        (first / "run.json").write_text("first", encoding="utf-8")
    assert content(tmp_path) == {"a": "first", "run.json": "first"}
