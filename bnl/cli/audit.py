"""`bnl audit`: check the log and every row it tells of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import FOUND, Failing, emit_json, say, table
from bnl.cli.signin import AsJson, Database
from bnl.config import Settings
from bnl.register.verification import verify_database

app = typer.Typer(cls=Failing, no_args_is_help=True, help="Check the audit log.", rich_markup_mode=None)

PublicKey = Annotated[
    str,
    typer.Option(
        "--public-key", envvar="BNL_PUBLIC_KEY", help="Public key of the log, as `bnl init` printed it."
    ),
]
Outside = Annotated[
    list[Path] | None,
    typer.Option("--checkpoint", exists=True, help="Checkpoint held outside; only these show a rollback."),
]
SHOWN = 50


@app.command("verify")
def verify(
    public_key: PublicKey,
    checkpoint: Outside = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry and every row, with the public key alone. Exit 1 if anything is damaged."""
    notes = [path.read_text(encoding="utf-8") for path in checkpoint or ()]
    report = verify_database(database or Settings.from_environment().database, public_key, notes)
    if as_json:
        found = [{"fault": f.fault.value, "where": f.where, "what": f.what} for f in report.findings]
        emit_json({"sound": report.sound, "entries": report.size, "rows": report.rows, "findings": found})
    else:
        verdict = "sound" if report.sound else "DAMAGED"
        say(f"{verdict}: {report.size:,} entries, {report.rows:,} rows, {report.checkpoints:,} checkpoints.")
        if report.findings:
            rows = [(f.fault.value, f.where, f.what) for f in report.findings[:SHOWN]]
            table("Where the damage is", ("fault", "where", "what"), rows)
    if not report.sound:
        raise typer.Exit(FOUND)
