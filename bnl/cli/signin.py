"""Sign-in options that commands share: which register, who is acting, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from bnl.config import Settings
from bnl.domain.actor import Actor
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import ConfigError
from bnl.register.register import Register
from bnl.register.session import Session

Database = Annotated[
    str | None,
    typer.Option(
        "--database", "-d", help="URL of the register; else BNL_DATABASE, else sqlite:///register.db."
    ),
]
Keys = Annotated[
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
PurposeOption = Annotated[
    Purpose, typer.Option("--purpose", "-p", envvar="BNL_PURPOSE", help="Why you ask; it is logged.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@contextmanager
def opened(database: str | None, keys: str | None, *, make: bool = False) -> Iterator[Register]:
    """Open the register that options and environment name.

    Args:
        database: URL, or None for the setting.
        keys: Folder, or None for the setting.
        make: A register may be made where there is none.

    Raises:
        ConfigError: There is none, and none may be made.
    """
    settings = Settings.from_environment()
    url, folder = database or settings.database, keys or settings.keys
    if not make and not Register.exists(url):
        raise ConfigError("There is no register there.", "Make one with `bnl init`, or give --database.")
    with Register.open(url, keyring=folder) as register:
        yield register


def actor_of(agency: str, user: str, role: Role) -> Actor:
    """Return the actor that options name."""
    return Actor(agency_id=AgencyId(agency), user_id=UserId(user), role=role)


def session_of(register: Register, agency: str, user: str, role: Role, purpose: Purpose) -> Session:
    """Begin the session that options name."""
    return register.session(actor_of(agency, user, role), purpose)
