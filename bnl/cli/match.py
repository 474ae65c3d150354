"""`bnl match`: who is who in files of one's own, without a register."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bnl.cli.console import FOUND, emit_json, phases, say
from bnl.register.match_files import match_files, plan_of


class LinkType(StrEnum):
    """What is looked for."""

    DEDUPE = "dedupe"
    LINK = "link"
    BOTH = "both"


Files = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, help="Parquet, CSV, JSON-lines or Excel files.")
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for what is found.")]
RolesOption = Annotated[
    list[str],
    typer.Option("--role", help="role=column, as given_names=first_name; unnamed columns are not read."),
]
IdOption = Annotated[
    str | None, typer.Option("--id", help="Column that identifies a record; else rows are numbered.")
]
SourceOption = Annotated[
    str | None, typer.Option("--source", help="Column that says which list a record is from.")
]
LinkTypeOption = Annotated[
    LinkType, typer.Option("--link-type", help="Within one list, between two, or both.")
]
ThreadsOption = Annotated[int, typer.Option("--threads", min=0, help="Worker threads; 0: one for each core.")]
ReportOption = Annotated[bool, typer.Option("--report/--no-report", help="Draw report.html.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print run.json.")]


def match(
    files: Files,
    out: OutOption,
    role: RolesOption,
    id_column: IdOption = None,
    source: SourceOption = None,
    link_type: LinkTypeOption = LinkType.DEDUPE,
    threads: ThreadsOption = 0,
    report: ReportOption = True,
    as_json: AsJson = False,
) -> None:
    """Find who is who in files of people; columns are named by role, nothing else needs to be set.

    Rows that cannot be read are named, and the exit status is 1; the results hold all others.
    """
    plan = plan_of(role, id_column=id_column, source_column=source, link_type=link_type.value)
    with phases("Matching") as step:
        run = match_files(files, out, plan, threads=threads, report=report, progress=step)
    if as_json:
        emit_json(run)
    else:
        _tell(run, out, report)
    if run["rows_left_out"]:
        raise typer.Exit(FOUND)


def _tell(run: dict[str, Any], out: Path, report: bool) -> None:
    for name, value in run.items():
        if isinstance(value, int | float | str):
            say(f"{name:18s} {value:,.3f}" if isinstance(value, float) else f"{name:18s} {value}")
    for note in run["notes"]:
        say(f"Note: {note}")
    say(
        f"Written to {out}: pairs.parquet, clusters.parquet, review.parquet, run.json"
        + (", report.html" if report else "")
    )
