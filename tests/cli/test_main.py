"""The command as a whole: every subcommand says what it does, and is imported only when asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bnl.cli.main import COMMANDS, main, make_app
from tests.cli.command import run

PATHS = [(name,) for name in COMMANDS] + [("audit", "verify")]
GROUPS = {(name,) for name in COMMANDS if "COMMAND [ARGS]" in run(name, "--help").out}
HAS_JSON = [path for path in PATHS if path not in {("demo",), ("profile",), *GROUPS}]
SIGNED_IN = [p for p in HAS_JSON if p not in {("match",), ("audit", "verify"), ("init",)}]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_says_what_it_does(path: tuple[str, ...]) -> None:
    ran = run(*path, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: bnl {' '.join(path)}")
    assert len(ran.words().split("--help")[0]) > 60
    assert ran.err == ""


@pytest.mark.parametrize("path", HAS_JSON, ids=" ".join)
def test_commands_that_answer_can_answer_a_program(path: tuple[str, ...]) -> None:
    assert "--json" in run(*path, "--help").out


@pytest.mark.parametrize("path", SIGNED_IN, ids=" ".join)
def test_commands_about_people_ask_who_and_for_which_register(path: tuple[str, ...]) -> None:
    text = run(*path, "--help").words()
    for option in ("--agency", "--user", "--role", "--database", "--keys"):
        assert option in text


@pytest.mark.parametrize("path", SIGNED_IN, ids=" ".join)
def test_nobody_in_particular_may_do_nothing(path: tuple[str, ...]) -> None:
    ran = run(*path, *(["x"] if path[0] in {"person", "disclosures", "access", "erase"} else []))
    assert ran.code == 2
    assert "Missing" in ran.err


def test_help_lists_every_command_settings_and_exit_statuses() -> None:
    ran = run("--help")
    for name in COMMANDS:
        assert f"\n  {name} " in ran.out
    text = ran.words()
    for said in ("BNL_DATABASE", "BNL_KEYS", "BNL_AGENCY", "BNL_USER", "BNL_ROLE", "BNL_PURPOSE"):
        assert said in text
    for said in (
        "0 done",
        "1 something was found",
        "2 wrong usage",
        "3 unreadable",
        "4 refused",
        "5 database",
    ):
        assert said in text


def test_without_a_command_the_help_is_shown() -> None:
    ran = run()
    assert ran.code == 2
    assert "Commands:" in ran.out + ran.err


def test_an_unknown_command_is_wrong_usage() -> None:
    ran = run("merge-everybody")
    assert ran.code == 2
    assert "No such command 'merge-everybody'" in ran.err


def test_a_lone_command_is_still_a_subcommand() -> None:
    """With one command in it the program must not take that command for itself."""
    app = make_app(["lost"])
    assert [group.name for group in app.registered_commands] == ["lost"]
    assert run("lost", "--help").out.startswith("Usage: bnl lost")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["--help"], 0, id="help"),
        pytest.param(["lost", "--help"], 0, id="help of one"),
        pytest.param(["lost"], 2, id="too little"),
        pytest.param(["nothing"], 2, id="no such command"),
        pytest.param([], 2, id="none"),
    ],
)
def test_the_entry_point_ends_with_the_commands_status(
    arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bnl", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    capsys.readouterr()


def test_a_command_brings_only_the_imports_it_needs() -> None:
    code = (
        "import sys; from bnl.cli.main import make_app; make_app(['audit']);"
        "sys.exit(any(m.startswith('bnl.simulation') or m == 'bnl.cli.match' for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bnl.cli.main", "lost"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Missing option '--agency'" in done.stderr
    assert "Traceback" not in done.stderr
