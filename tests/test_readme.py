"""The README is true: its Python runs, its commands exist, its links and pictures lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bnl.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
MADE = re.findall(r"(?:`|^)make ([a-z]+)\b", README, re.MULTILINE)
LINKS = re.findall(r"\]\(([^)#]+)\)", README)


def test_every_python_block_runs_in_order_in_one_namespace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert BLOCKS
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "readme"}
    for number, block in enumerate(BLOCKS, 1):
        exec(compile(block, f"README.md, block {number}", "exec"), names)
    names["register"].close()
    assert capsys.readouterr().out == "Example\nTrue\n"


@pytest.mark.parametrize("target", sorted(set(MADE)))
def test_every_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_the_two_commands_are_named() -> None:
    assert {"demo", "test", "help"} <= set(MADE)


def test_every_command_named_is_one() -> None:
    line = next(line for line in README.splitlines() if "`bnl --help`" in line)
    named = re.findall(r"`([a-z]+)(?: verify)?`", line)
    assert len(named) >= 8
    assert set(named) <= set(COMMANDS)


@pytest.mark.parametrize("link", sorted({link for link in LINKS if not link.startswith("http")}))
def test_every_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()


def test_it_begins_as_a_readme_should() -> None:
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    assert headings[0] == "bnl"
    assert "pip install bnl" in README
    assert "MIT" in README
