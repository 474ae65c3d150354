"""`bnl ingest`, `bnl quarantine`, `bnl profile`: files of agencies on their way in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import FOUND, counting, emit_json, say, table
from bnl.cli.signin import (
    AgencyOption,
    AsJson,
    Database,
    Keys,
    PurposeOption,
    RoleOption,
    UserOption,
    opened,
    session_of,
)
from bnl.domain.vocabulary import Purpose, Role
from bnl.register.files import draft_profile
from bnl.register.intake_report import IntakeReport

FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File the agency has sent.")]
ProfileOption = Annotated[
    Path, typer.Option("--profile", exists=True, dir_okay=False, help="Mapping profile of the file (TOML).")
]
SHOWN = 20


def ingest(
    file: FileArgument,
    profile: ProfileOption,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.DATA_OFFICER,
    purpose: PurposeOption = Purpose.HOMELESSNESS_PREVENTION,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Take in a file row by row; what cannot be taken is kept aside with its reason. Exit 1 if any was."""
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        with counting(f"Reading {file.name}") as step:
            report = session.ingest(file, profile, progress=step)
    _show(report, file, as_json=as_json)
    if report.quarantined:
        raise typer.Exit(FOUND)


def _show(report: IntakeReport, file: Path, *, as_json: bool) -> None:
    if as_json:
        emit_json(
            {
                "submission": report.submission_id,
                "rows": report.rows,
                "accepted": report.accepted,
                "quarantined": report.quarantined,
                "statuses": report.statuses,
                "reasons": report.reasons,
                "warnings": report.warnings,
                "refusals": [refusal._asdict() for refusal in report.refusals],
            }
        )
        return
    statuses = ", ".join(f"{count:,} {status}" for status, count in report.statuses.most_common())
    say(f"{file.name}: {report.rows:,} rows, {report.accepted:,} accepted ({statuses or 'none'}), "
        f"{report.quarantined:,} quarantined.")  # fmt: skip
    for note in report.notes:
        say(f"  {note}")
    if report.warnings:
        warned = ", ".join(f"{count:,} {code}" for code, count in report.warnings.most_common())
        say(f"  Taken with doubts: {warned}.")
    if report.refusals:
        rows = [(r.row, r.column or "", r.reason, r.advice) for r in report.refusals[:SHOWN]]
        table("Kept aside, to be mended and sent again", ("row", "column", "reason", "what to do"), rows)
        if len(report.refusals) > SHOWN:
            say(f"… and {len(report.refusals) - SHOWN:,} more: see `bnl quarantine`, or --json.")


def quarantine(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.DATA_OFFICER,
    purpose: PurposeOption = Purpose.HOMELESSNESS_PREVENTION,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show your agency's own rows that wait to be mended; what they say is in your own file."""
    with opened(database, keys) as register:
        kept = session_of(register, agency, user, role, purpose).quarantine()
    if as_json:
        emit_json([{"row": k.row, "reason": k.reason, "advice": k.advice} for k in kept])
        return
    table("", ("row", "reason", "what to do"), [(k.row, k.reason, k.advice) for k in kept])


def profile(
    file: FileArgument,
    agency: AgencyOption,
) -> None:
    """Draft a mapping profile from a file's headers, for a data officer to check and complete."""
    typer.echo(draft_profile(file, agency))
