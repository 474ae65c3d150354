"""Files about people: for their owner alone, and never over another file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bnl.cli.private_output import write_private
from bnl.errors import InputError


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write_private(tmp_path / "a.html", "é")
    finally:
        os.umask(old)
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "é"
    assert stat.S_IMODE((tmp_path / "a.html").stat().st_mode) == 0o600


def test_nothing_is_replaced_and_no_link_followed(tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.write_text("mine", encoding="utf-8")
    (tmp_path / "link").symlink_to(held)
    for name in ("held", "link"):
        with pytest.raises(InputError, match="already"):
            write_private(tmp_path / name, "other")
    assert held.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_private(tmp_path / "none" / "a", "x")
