"""`bnl audit`: check the log and every row it tells of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import FOUND, Failing, emit_json, say, table
from bnl.cli.signin import AsJson, Database, Keys, opened
from bnl.config import Settings
from bnl.errors import InputError
from bnl.register.audit_export import fhir_events
from bnl.register.letter_check import check_letter as check_letter_text
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
WitnessKeys = Annotated[
    list[str] | None,
    typer.Option("--witness-key", help="Public key of a witness whose cosignatures are believed."),
]
SHOWN = 50


@app.command("verify")
def verify(
    public_key: PublicKey,
    checkpoint: Outside = None,
    witness_key: WitnessKeys = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry and every row, with the public key alone. Exit 1 if anything is damaged."""
    notes = [path.read_text(encoding="utf-8") for path in checkpoint or ()]
    url = database or Settings.from_environment().database
    report = verify_database(url, public_key, notes, witness_key or [])
    if as_json:
        found = [{"fault": f.fault.value, "where": f.where, "what": f.what} for f in report.findings]
        counts = {"entries": report.size, "cosigned": report.cosigned, "rows": report.rows}
        emit_json({"sound": report.sound, **counts, "findings": found})
    else:
        verdict = "sound" if report.sound else "DAMAGED"
        say(f"{verdict}: {report.size:,} entries, {report.rows:,} rows, {report.checkpoints:,} checkpoints.")
        if witness_key:
            say(f"Witnesses named vouch for the first {report.cosigned:,} entries.")
        if report.findings:
            rows = [(f.fault.value, f.where, f.what) for f in report.findings[:SHOWN]]
            table("Where the damage is", ("fault", "where", "what"), rows)
    if not report.sound:
        raise typer.Exit(FOUND)


@app.command("check-letter")
def check_letter(
    letter: Annotated[Path, typer.Argument(help="The letter or certificate: its page, or its JSON.")],
    public_key: PublicKey,
    as_json: AsJson = False,
) -> None:
    """Check a disclosure letter or a certificate of erasure, with the public key alone. Needs no register.

    It proves that every line is in the log as it stands; that no line was left out, no letter can prove.
    """
    try:
        text = letter.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError("The letter cannot be read.", "Give the file as sent.", file=letter.name) from None
    checked = check_letter_text(text, public_key)
    if as_json:
        lines = [line._asdict() for line in checked.lines]
        emit_json({"holds": True, "kind": checked.kind, "lines": lines, "statement": checked.statement})
        return
    say(f"holds: every line of this {checked.kind} is proved by the log.")
    if checked.lines:
        rows = [
            (e.sequence, e.time[:16].replace("T", " "), e.agency, e.actor, e.action, e.purpose, e.basis)
            for e in checked.lines
        ]
        table("", ("entry", "when (UTC)", "agency", "user", "action", "purpose", "basis"), rows)
    if checked.statement is not None:
        emit_json(checked.statement)


@app.command("fhir")
def fhir(
    public_key: PublicKey,
    start: Annotated[int, typer.Option("--from", help="Number of the first entry.")] = 0,
    stop: Annotated[int | None, typer.Option("--to", help="Number after the last entry.")] = None,
    database: Database = None,
) -> None:
    """Print entries as FHIR AuditEvents, one a line, permitted and denied acts alike. Needs no keys."""
    for line in fhir_events(database or Settings.from_environment().database, public_key, start, stop):
        typer.echo(line)


@app.command("request")
def request(
    old: Annotated[
        int, typer.Option("--old", help="Size of the log the witness saw last; 0 if it saw none.")
    ] = 0,
    database: Database = None,
    keys: Keys = None,
) -> None:
    """Print the request that asks a witness to cosign the newest checkpoint; see `bnl witness sign`."""
    with opened(database, keys) as register:
        typer.echo(register.witness_request(old), nl=False)


@app.command("checkpoint")
def checkpoint(
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep the checkpoint that a witness sent back cosigned.")
    ] = None,
    cosigned: Annotated[
        bool, typer.Option("--cosigned", help="Print the newest one kept that a witness has cosigned.")
    ] = False,
    witness_key: WitnessKeys = None,
    database: Database = None,
    keys: Keys = None,
) -> None:
    """Print the newest signed checkpoint, for a partner to keep or to be put on paper.

    With --keep it is told how far the witnesses vouch instead, once what they sent back is kept.
    """
    with opened(database, keys) as register:
        if keep is not None:
            vouched = register.keep_cosigned(_text(keep), witness_key or [])
            names = ", ".join(f"{name} ({at:%Y-%m-%d %H:%M} UTC)" for name, at in vouched.witnesses)
            say(f"Kept: {vouched.size:,} entries, cosigned by {names}.")
        elif cosigned:
            typer.echo(register.cosigned(witness_key or []).note, nl=False)
        else:
            typer.echo(register.checkpoint(), nl=False)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError("The note cannot be read.", "Give the file as sent.", file=path.name) from None
