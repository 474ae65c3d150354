"""`bnl erase`, `bnl access`, `bnl retention`: what a person may ask for, and how long anything is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import FOUND, emit_json, heading, say, table
from bnl.cli.people import HandleArgument
from bnl.cli.private_output import write_private
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
from bnl.errors import ConfigError, InputError
from bnl.register.erasure import ErasurePlan
from bnl.register.erasure_certificate import Certificate
from bnl.register.retention import RetentionPolicy, load_policy

PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="TOML file of the county's retention policy.")
]
PageFile = Annotated[
    Path | None,
    typer.Option("--page", help="Write the printable page to this new file, for its owner alone."),
]


def erase(
    handle: HandleArgument,
    agency: AgencyOption,
    user: UserOption,
    confirm: Annotated[
        list[str] | None,
        typer.Option("--confirm", help="Handle of a record to erase, as the plan lists it; once for each."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Code of the reason, as the policy has it.")] = "",
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate", help="Write the certificate to this new file: .html to print, else JSON."
        ),
    ] = None,
    role: RoleOption = Role.STEWARD,
    purpose: PurposeOption = Purpose.STEWARDSHIP,
    policy: PolicyFile = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Erase records of a person for good. Without --confirm it only shows what would be erased or kept.

    Look at each record first: one that was linked by mistake is a stranger's. What the law keeps stays,
    and the certificate says why. Exit 1 if a trace could not be removed at once.
    """
    rules = load_policy(policy)
    if confirm and not reason:
        codes = ", ".join(one.code for one in rules.reason)
        raise ConfigError("The reason is missing.", f"Give --reason with one of {codes}.")
    if certificate is not None and certificate.exists():
        raise InputError("There is a file of this name already.", "Name another.", file=certificate.name)
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        if not confirm:
            _show_plan(session.plan_erasure(handle, policy=rules), as_json=as_json)
            return
        done = session.erase(handle, confirm=confirm, reason=reason, policy=rules)
    if certificate is not None:
        write_private(certificate, done.page() if certificate.suffix == ".html" else done.to_json())
    _show_done(done, as_json=as_json)
    if not done.log_emptied:
        raise typer.Exit(FOUND)


def _show_plan(plan: ErasurePlan, *, as_json: bool) -> None:
    if as_json:
        emit_json(
            [
                one._asdict()
                | {"kept": [k._asdict() for k in one.kept], "reviews": [r._asdict() for r in one.reviews]}
                for one in plan.records
            ]
        )
        return
    rows = [
        (
            one.handle,
            one.agency_id,
            one.last_activity,
            "yours" if one.yours else "another agency's",
            "; ".join(f"{kept.code} until {kept.until}" for kept in one.kept) or "may be erased",
        )
        for one in plan.records
    ]
    table("Nothing has been erased. The records linked to this person:",
          ("handle", "agency", "last activity", "whose", "what the law says"), rows)  # fmt: skip
    for kept in {kept.code: kept for one in plan.records for kept in one.kept}.values():
        say(f"{kept.code}: {kept.why} ({kept.source})")
    say("Look at each record, then give --confirm HANDLE for each that is this person's, and --reason.")


def _show_done(done: Certificate, *, as_json: bool) -> None:
    if as_json:
        typer.echo(done.to_json())
        return
    say(f"Erased: {len(done.erased)} records. Kept by law: {len(done.kept)}.")
    for one in done.kept:
        for why in one.because:
            say(f"  {one.handle}, {one.agency_id}: {why.why} Until {why.until}; {why.source}.")
    say(f"Beyond use until {done.beyond_use_until}, when the last backup of the keys lapses.")
    if not done.log_emptied:
        say("The database's write-ahead log is in use: it is emptied when the register is next opened.")


def access(
    handle: HandleArgument,
    agency: AgencyOption,
    user: UserOption,
    page: PageFile = None,
    role: RoleOption = Role.STEWARD,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Put together everything held about a person, by agency, for that person (subject access)."""
    if page is None and not as_json:
        raise ConfigError("There is nowhere to put it.", "Give --page FILE.html to print it, or --json.")
    with opened(database, keys) as register:
        found = session_of(register, agency, user, role, Purpose.SUBJECT_ACCESS).access_export(handle)
    if page is not None:
        write_private(page, found.page())
    if as_json:
        typer.echo(found.to_json())
        return
    say(f"{len(found.content['agencies'])} agencies hold something. Look through it before it is sent:")
    say("what would harm somebody seriously, or is about another person, may have to be left out.")


def retention(
    agency: AgencyOption,
    user: UserOption,
    clear: Annotated[
        bool, typer.Option("--clear", help="Destroy quarantined rows that have waited too long.")
    ] = False,
    role: RoleOption = Role.STEWARD,
    purpose: PurposeOption = Purpose.STEWARDSHIP,
    policy: PolicyFile = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show how long what is kept and why, and which of the agency's records are due for review."""
    rules = load_policy(policy)
    with opened(database, keys) as register:
        due = session_of(register, agency, user, role, purpose).due_reviews(policy=rules)
        cleared = register.expire_quarantine(rules) if clear else 0
    if as_json:
        emit_json(
            {
                "policy": rules.model_dump(mode="json"),
                "due": [one._asdict() for one in due],
                "cleared": cleared,
            }
        )
        return
    _show_policy(rules)
    heading(f"{len(due)} records are due for review")
    if due:
        table("", ("handle", "due since", "rule", "last activity"),
              [(one.handle, one.due_on, one.rule, one.last_activity) for one in due])  # fmt: skip
    if clear:
        say(f"{cleared} quarantined rows had waited more than {rules.quarantine_days} days: destroyed.")


def _show_policy(rules: RetentionPolicy) -> None:
    heading(f"{rules.policy}, version {rules.version}, of {rules.dated} ({rules.owner})")
    rows = [("keep", one.code, one.months, one.why, one.source) for one in rules.keep]
    rows += [("review", one.code, one.months, one.why, one.source) for one in rules.review]
    table("", ("", "rule", "months", "why", "source"), rows)
