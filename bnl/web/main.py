"""The command `bnl-web`: the workbench for one person, at this computer only."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from bnl.config import Settings
from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import BnlError, ConfigError, MissingExtra
from bnl.register.register import Register

HOST = "127.0.0.1"
FAILED = 1

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database", "-d", help="URL of the register; else BNL_DATABASE, else sqlite:///register.db."
    ),
]
KeysOption = Annotated[
    str | None, typer.Option("--keys", "-k", help="Folder of the keys; else BNL_KEYS, else keys.")
]
AgencyOption = Annotated[
    str, typer.Option("--agency", "-a", envvar="BNL_AGENCY", help="Agency you act for, by id.")
]
UserOption = Annotated[
    str, typer.Option("--user", "-u", envvar="BNL_USER", help="Your opaque user id; it is logged.")
]
RoleOption = Annotated[
    Role, typer.Option("--role", "-r", envvar="BNL_ROLE", help="What you do in the agency.")
]
PortOption = Annotated[int, typer.Option("--port", min=1024, max=65535, help="Port on this computer.")]


def serve(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.STEWARD,
    port: PortOption = 8765,
    database: DatabaseOption = None,
    keys: KeysOption = None,
) -> None:
    """Serve the review workbench to this computer alone, behind a word printed now."""
    try:
        import uvicorn

        from bnl.web.local import local_workbench
    except ModuleNotFoundError:
        raise MissingExtra(
            "The workbench needs FastAPI.", "Install it with `pip install bnl[web]`."
        ) from None
    settings = Settings.from_environment()
    url = database or settings.database
    if not Register.exists(url):
        raise ConfigError("There is no register there.", "Make one with `bnl init`, or give --database.")
    actor = Actor(agency_id=AgencyId(agency), user_id=UserId(user), role=role)
    word = secrets.token_urlsafe(16)
    with Register.open(url, keyring=keys or settings.keys) as register:
        register.session(actor, Purpose.LINKAGE)  # an agency that is not enrolled is told so now
        typer.echo(f"The workbench is at http://{HOST}:{port}/ for {agency}, {role.value}.")
        typer.echo(f"Sign in with this word: {word}")
        typer.echo("It ends with Ctrl-C; the word ends with it.")
        # Addresses hold handles: they go into no log but the register's own.
        uvicorn.run(local_workbench(register, actor, word), host=HOST, port=port, access_log=False)


def main() -> None:
    """Run the command; errors are told in a sentence, with what to do."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name="bnl-web")(serve)
    try:
        app()
    except BnlError as error:
        typer.echo(f"bnl-web: {error}", err=True)
        raise SystemExit(FAILED) from None


if __name__ == "__main__":
    main()
