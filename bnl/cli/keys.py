"""`bnl keys`: make, look at, rotate and check the keys of a register."""

from __future__ import annotations

from typing import Annotated

import typer

from bnl.cli.console import FOUND, Failing, counting, emit_json, say, table
from bnl.cli.signin import AgencyOption, AsJson, Database, Keys, UserOption, actor_of, opened
from bnl.config import Settings
from bnl.domain.vocabulary import Role
from bnl.register.keys import KeyStatus, init_keys, key_status, permission_faults, rotate_keys

app = typer.Typer(
    cls=Failing, no_args_is_help=True, help="Make, rotate and check the keys.", rich_markup_mode=None
)


def _folder(keys: str | None) -> str:
    return keys or Settings.from_environment().keys


@app.command("init")
def init(keys: Keys = None) -> None:
    """Make a key file and an empty key store, for a register to come; `bnl init` does so by itself."""
    folder = _folder(keys)
    init_keys(folder)
    say(f"Made in {folder}. Back it up apart from the database, and keep those copies for a shorter time.")


@app.command("status")
def status(keys: Keys = None, as_json: AsJson = False) -> None:
    """Show what each key-encryption key wraps. Exit 1 while a rotation is unfinished."""
    found = key_status(_folder(keys))
    _show(found, as_json=as_json)
    if found.rotating or found.unfinished:
        raise typer.Exit(FOUND)


@app.command("rotate")
def rotate(keys: Keys = None, as_json: AsJson = False) -> None:
    """Replace the key-encryption key. Cut off anywhere, run it again: it goes on where it stood."""
    with counting("wrapping keys anew") as step:
        found = rotate_keys(_folder(keys), step)
    _show(found, as_json=as_json)


@app.command("renew")
def renew(
    agency: AgencyOption = "register",
    user: UserOption = "operator",
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Only keys whose renewal was cut off.")
    ] = False,
    database: Database = None,
    keys: Keys = None,
) -> None:
    """Give every record a fresh key and encrypt it anew. Cut off anywhere, run it again."""
    with opened(database, keys) as register, counting("encrypting anew") as step:
        done = register.renew_keys(
            by=actor_of(agency, user, Role.OPERATOR), progress=step, unfinished=unfinished
        )
    say(f"{done:,} keys renewed.")


@app.command("check-permissions")
def check_permissions(keys: Keys = None, as_json: AsJson = False) -> None:
    """Check that nobody but the owner gets at the keys. Exit 1 if somebody might."""
    faults = permission_faults(_folder(keys))
    if as_json:
        emit_json({"private": not faults, "faults": faults})
    else:
        for fault in faults or ["Only the owner gets at the keys."]:
            say(fault)
    if faults:
        raise typer.Exit(FOUND)


def _show(found: KeyStatus, *, as_json: bool) -> None:
    if as_json:
        emit_json(found._asdict() | {"rotating": found.rotating})
        return
    rows = [
        (version, "current" if version == found.current else "old", found.wrapped_by.get(version, 0))
        for version in found.versions
    ]
    table("Key-encryption keys", ("version", "", "keys wrapped"), rows)
    if found.rotating:
        say("A rotation is unfinished: run `bnl keys rotate` again.")
    if found.unfinished:
        say(f"The renewal of {found.unfinished:,} keys was cut off: run `bnl keys renew --unfinished`.")
