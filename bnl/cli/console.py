"""What commands print with: tables for people, JSON for programs, progress on stderr, and exit codes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import typer
from rich.console import Console, JustifyMethod
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from bnl.errors import (
    BnlError,
    ConfigError,
    Conflict,
    Corrupt,
    Denied,
    InputError,
    KeyringError,
    LogError,
    MatchingError,
    MissingExtra,
    NotFound,
    StorageError,
)

WIDTH = 132
"""Columns of a table printed into a file or a pipe."""

_STEERING = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]"
)

FOUND, USAGE, UNREADABLE, REFUSED, BROKEN = 1, 2, 3, 4, 5

_CODES: tuple[tuple[type[BnlError], int], ...] = (
    (InputError, UNREADABLE),
    (MatchingError, UNREADABLE),
    (Denied, REFUSED),
    (NotFound, REFUSED),
    (Conflict, REFUSED),
    (ConfigError, USAGE),
    (MissingExtra, USAGE),
    (Corrupt, BROKEN),
    (StorageError, BROKEN),
    (LogError, BROKEN),
    (KeyringError, BROKEN),
)

Step = Callable[[int], None]
Phase = Callable[[str, int, int], None]


def exit_code(error: BnlError) -> int:
    """Return the exit status for an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), BROKEN)


class Failing(TyperGroup):
    """A group of commands whose errors are told in a sentence, with what to do, never as a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; turn the library's errors into a message and an exit status."""
        try:
            return super().invoke(ctx)
        except BnlError as error:
            typer.echo(f"bnl: {error}", err=True)
            raise typer.Exit(exit_code(error)) from None


def out() -> Console:
    """Return the console for results."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console


def err() -> Console:
    """Return the console for progress and remarks."""
    return Console(file=sys.stderr, highlight=False)


def visible(text: str) -> str:
    """Return a text with what steers a terminal, or turns the reading order, written out as an escape.

    A name is what somebody typed: it may neither clear a screen nor show itself backwards.
    """
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def say(text: str = "") -> None:
    """Print a line of the result."""
    out().print(Text(visible(text)))


def heading(text: str) -> None:
    """Print a heading."""
    out().print()
    out().print(Text(text, style="bold"))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; numbers to the right. Cells are shown as they are, never read as markup."""
    drawn = Table(title=title or None, title_justify="left", header_style="bold", pad_edge=False)
    numeric = [all(isinstance(row[place], int | float) for row in rows) for place in range(len(columns))]
    for name, right in zip(columns, numeric, strict=True):
        # A handle is for copying: it never breaks over lines.
        justify: JustifyMethod = "right" if right and rows else "left"
        drawn.add_column(name, justify=justify, overflow="fold", no_wrap=name == "handle")
    for row in rows:
        drawn.add_row(*(Text(visible(_cell(value))) for value in row))
    out().print(drawn)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def emit_json(data: object) -> None:
    """Print JSON for a program; dates as ISO text."""
    typer.echo(visible(json.dumps(data, default=_plain, ensure_ascii=False, indent=1)))


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(str(item) for item in value)
    return str(value)


def _bar() -> Progress:
    console = err()
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


@contextmanager
def counting(description: str, total: int | None = None) -> Iterator[Step]:
    """Show a bar that is told how many are done."""
    with _bar() as bar:
        task = bar.add_task(description, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def phases(description: str) -> Iterator[Phase]:
    """Show a bar that is told a phase, what is done and what there is to do."""
    with _bar() as bar:
        task = bar.add_task(description, total=None)

        def step(phase: str, done: int, total: int) -> None:
            bar.update(task, description=f"{description}: {phase}", completed=done, total=total or None)

        yield step
