"""Results of figures: a table for people, JSON for programs, or a file of the format its name tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import emit_json, say, table
from bnl.register.outputs import PAGES, write_rows
from bnl.register.report_page import Picture

Rows = Sequence[Mapping[str, object]]
Draw = Callable[[], Picture]

OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", help="Write to this file instead: .csv, .xlsx, .jsonl, .parquet, .html or .svg."
    ),
]
StartOption = Annotated[
    datetime | None, typer.Option("--start", formats=["%Y-%m-%d"], help="First day of the period.")
]
EndOption = Annotated[
    datetime | None, typer.Option("--end", formats=["%Y-%m-%d"], help="Last day of the period, included.")
]
AsOfOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day it tells of; today if left out.")
]
KnownOption = Annotated[
    int | None, typer.Option("--known", min=0, help="Only what was known at this position of the log.")
]


def day_of(moment: datetime | None) -> date | None:
    """Return the day an option names."""
    return None if moment is None else moment.date()


def deliver(
    rows: Rows,
    out: Path | None,
    foot: str,
    *,
    whole: Mapping[str, object] | None = None,
    draw: Draw | None = None,
    title: str = "",
    heads: Mapping[str, str] | None = None,
) -> None:
    """Print rows as a table with its foot, print everything as JSON, or write the rows to a file.

    Args:
        rows: The rows.
        out: The file; None to print.
        foot: As of when, by which rules, from which log position.
        whole: Everything, to be printed as JSON instead; None for the table.
        draw: Draws the picture of an HTML or SVG file.
        title: Heading of the table.
        heads: Columns the table shows, with their headings; all of them if not given.
    """
    if out is not None:
        drawn = draw() if draw is not None and rows and out.suffix.lower() in PAGES else None
        say(f"Written: {write_rows(rows, out, drawn, foot)}")
    elif whole is not None:
        emit_json(whole)
    else:
        shown = {name: name.replace("_", " ") for name in (rows[0] if rows else ())}
        shown = {name: head for name, head in (heads or shown).items() if name in shown}
        table(title, list(shown.values()), [[row[name] for name in shown] for row in rows])
        say(foot)
