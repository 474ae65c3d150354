"""Commands run as from a shell, and what came of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from bnl.cli.main import COMMANDS, make_app

CITY = "oxford-city-council"
DAY = "2026-03-31"
OFFICER = ("-r", "housing_officer", "-p", "homelessness_prevention")
STEWARD = ("-r", "steward")


class Ran(NamedTuple):
    """What came of a command.

    Args:
        code: Its exit status.
        out: What it printed.
        err: What it said beside.
    """

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, as a program reads it."""
        return json.loads(self.out)

    def words(self) -> str:
        """What it printed, with runs of blanks and the lines of tables made one blank."""
        return " ".join("".join(" " if c in "│┃┏┓┗┛━┳┡┩╇└┘─┴" else c for c in self.out).split())


def run(*arguments: str, env: dict[str, str] | None = None) -> Ran:
    """Run a command; nothing but the library's own errors and exits may come of it."""
    names = [arguments[0]] if arguments and arguments[0] in COMMANDS else list(COMMANDS)
    result = CliRunner().invoke(make_app(names), list(arguments), env=env)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


class Runner(NamedTuple):
    """Runs commands on one county for one agency.

    Args:
        folder: Where the county's database and keys are.
        agency: Whose user is at work.
    """

    folder: Path
    agency: str

    def here(self) -> tuple[str, ...]:
        """Options that name the register."""
        return ("-d", f"sqlite:///{self.folder / 'register.db'}", "-k", str(self.folder / "keys"))

    def __call__(self, command: str, *arguments: str) -> Ran:
        return run(command, *arguments, *self.here(), "-a", self.agency, "-u", "user-1")

    def public_key(self) -> str:
        """The public key of the register's log."""
        return str(run("init", *self.here(), "--json").json()["public_key"])
