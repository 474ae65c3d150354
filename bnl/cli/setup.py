"""`bnl init`: make a register, enrol its agencies and adopt its agreement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import emit_json, say
from bnl.cli.signin import AgencyOption, AsJson, Database, Keys, UserOption, actor_of, opened
from bnl.domain.vocabulary import Role
from bnl.register.agencies_file import load_agencies

AgenciesFile = Annotated[
    Path | None, typer.Option("--agencies", exists=True, help="TOML file of agencies to enrol.")
]
AgreementFile = Annotated[
    Path | None,
    typer.Option("--agreement", exists=True, help="TOML file of the data-sharing agreement to adopt."),
]


def init(
    agency: AgencyOption = "register",
    user: UserOption = "operator",
    agencies: AgenciesFile = None,
    agreement: AgreementFile = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Make a register with its keys, enrol agencies, adopt an agreement; run again, it adds what is new."""
    with opened(database, keys, make=True) as register:
        enrolled = load_agencies(agencies) if agencies else []
        if enrolled:
            register.enrol(enrolled, by=actor_of(agency, user, Role.OPERATOR))
        adopted = register.adopt(agreement, by=actor_of(agency, user, Role.STEWARD)) if agreement else None
        health, key = register.health(), register.public_key
    if as_json:
        emit_json({"public_key": key, **health._asdict()})
        return
    say(f"The register stands: {health.agencies} agencies, {health.agreements} agreement versions.")
    if adopted is not None:
        say(
            f"Adopted {adopted.agreement_id}, version {adopted.version}, with {len(adopted.clauses)} clauses."
        )
    say("Give partners this public key, with which they can verify the log:")
    say(f"  {key}")
    say("Back up the key folder apart from the database, and keep those copies for a shorter time.")
