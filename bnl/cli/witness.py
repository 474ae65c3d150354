"""`bnl witness`: keep a partner's eye on the log, so that it cannot be rolled back or rewritten unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.audit import PublicKey
from bnl.cli.console import Failing, emit_json, say
from bnl.cli.signin import AsJson
from bnl.errors import InputError
from bnl.register.witnessing import begin_witness, cosign_request, cosigned_by, seen_by

app = typer.Typer(cls=Failing, no_args_is_help=True, help="Witness another's log.", rich_markup_mode=None)

State = Annotated[Path, typer.Option("--state", help="File that keeps the latest checkpoint seen.")]
KeyFile = Annotated[Path, typer.Option("--key", help="File of the witness's signing key; its owner's alone.")]
Name = Annotated[str, typer.Option("--name", help="Name of the witness, such as charity.example/witness.")]


@app.command("init")
def init(state: State, key: KeyFile, name: Name, public_key: PublicKey) -> None:
    """Begin to witness a log: make key and state file. The first checkpoint is taken on trust."""
    vkey = begin_witness(state, key, public_key, name)
    say("Publish this public key of the witness:")
    typer.echo(vkey)


@app.command("sign")
def sign(
    request: Annotated[Path, typer.Argument(help="What `bnl audit request` wrote.")],
    state: State,
    key: KeyFile,
    name: Name,
    public_key: PublicKey,
) -> None:
    """Check that a checkpoint continues the latest one seen, keep it, and print it cosigned.

    Refused, nothing is kept: a log that was rolled back or rewritten shows here. Keep both checkpoints then,
    and tell the partners.
    """
    typer.echo(cosign_request(state, key, public_key, name, read_text(request)), nl=False)


@app.command("check")
def check(
    public_key: PublicKey,
    state: Annotated[Path | None, typer.Option("--state", help="State file to look at.")] = None,
    note: Annotated[
        Path | None, typer.Argument(help="A cosigned checkpoint to check instead of a state file.")
    ] = None,
    witness_key: Annotated[
        list[str] | None,
        typer.Option("--witness-key", help="Public key of a witness that must have cosigned."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show where a witness stands, or check a cosigned checkpoint with public keys alone."""
    if note is not None:
        size = cosigned_by(read_text(note), public_key, witness_key or [])
        if as_json:
            emit_json({"size": size, "witnesses": len(witness_key or [])})
        else:
            say(f"Holds: {size:,} entries, cosigned by {len(witness_key or [])} of the witnesses named.")
        return
    if state is None:
        raise InputError("There is nothing to check.", "Give --state FILE, or a checkpoint.")
    seen = seen_by(state, public_key)
    if as_json:
        emit_json(seen._asdict())
    elif seen.size:
        say(f"{seen.log}: seen last at {seen.size:,} entries, root {seen.root}.")
    else:
        say(f"{seen.log}: nothing seen yet; ask for a request from size 0.")


def read_text(path: Path) -> str:
    """Read a text file that was handed over.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError("The file cannot be read.", "Give a text file in UTF-8.", file=path.name) from None
