"""`bnl agreement`: read an agreement back before anybody signs it, and show what is in force."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import FOUND, emit_json, heading, say, table
from bnl.cli.signin import AsJson, Database, Keys, opened
from bnl.domain.vocabulary import Role
from bnl.register.agreements import AgreementCheck, Reach, check_agreement
from bnl.register.clock import system_clock

app = typer.Typer(
    no_args_is_help=True, help="Read data-sharing agreements back, compare versions, show what is in force."
)

FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The agreement (TOML).")]
OtherArgument = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help="Its next version: prints what changes for whom."),
]
AgenciesOption = Annotated[
    Path | None,
    typer.Option("--agencies", exists=True, dir_okay=False, help="TOML file of agencies; else the county's."),
]
OnlyAgency = Annotated[str | None, typer.Option("--only", help="Print only what this agency would see.")]
OnlyRole = Annotated[Role | None, typer.Option("--role", help="Print only what this role would see.")]


@app.command()
def check(
    file: FileArgument,
    other: OtherArgument = None,
    agencies: AgenciesOption = None,
    only: OnlyAgency = None,
    role: OnlyRole = None,
    as_json: AsJson = False,
) -> None:
    """Print what each agency and role would see; given two files, what changes. Exit 1 if a part is void."""
    found = check_agreement(file, other, agencies, system_clock())
    if as_json:
        emit_json(_plain(found))
    else:
        _print(found, only, role)
    if not found.sound:
        raise typer.Exit(FOUND)


@app.command()
def show(database: Database = None, keys: Keys = None, as_json: AsJson = False) -> None:
    """Show the agreements in force in a register, clause by clause."""
    with opened(database, keys) as register:
        found = register.agreements()
    if as_json:
        emit_json([agreement.model_dump(mode="json") for agreement in found])
        return
    if not found:
        say(
            "No agreement is in force: nobody sees anything of others. Adopt one with `bnl init --agreement`."
        )
    for one in found:
        until = "without an end" if one.valid_until is None else f"until {one.valid_until:%d %B %Y}"
        heading(f"{one.title or one.agreement_id}, version {one.version}")
        say(f"In force from {one.valid_from:%d %B %Y} {until}; {len(one.parties)} parties.")
        rows = [
            (c.clause_id, c.title, _words(c.agencies), _words(c.actions), _words(c.purposes), c.basis.value)
            for c in one.clauses
        ]
        table("", ("clause", "what for", "who", "may", "why", "basis"), rows)


def _print(found: AgreementCheck, only: str | None, role: Role | None) -> None:
    shown = found.other or found.agreement
    heading(f"{shown.title or shown.agreement_id}, version {shown.version}")
    say(f"{len(shown.clauses)} clauses, {len(shown.parties)} parties, as on {found.at:%d %B %Y}.")
    if found.other is None:
        cells = [
            ((_role(r.role), r.purpose.value, r.action.value, *map(_listed, _parts(r))), r.agency_id)
            for r in found.reaches
            if only in (None, r.agency_id) and role in (None, r.role)
        ]
        columns = ("who", "role", "why", "may", "without asking", "permit", "explicit consent", "emergency")
        table("", columns, _together(cells))
    else:
        cells = [
            (
                (_role(c.role), c.purpose.value, c.action.value, _listed(c.gained), _listed(c.lost)),
                c.agency_id,
            )
            for c in found.changes
            if only in (None, c.agency_id) and role in (None, c.role)
        ]
        table("What changes", ("who", "role", "why", "may", "gains", "loses"), _together(cells))
    if found.unknown:
        say("Not known, and so without any basis: " + ", ".join(found.unknown))
    if found.void:
        rows = [(v.clause, v.agency_id, v.category or "the whole clause", v.why.value) for v in found.void]
        table("Void: named without effect", ("clause", "for", "category", "because"), rows)
    if found.wide:
        say(f"Open to every role of its agencies, without asking: {', '.join(found.wide)}.")
        say("Name the roles, or say `received_only = true` if the clause is for what is sent to them.")
    if found.sound:
        say("Everything it names has effect.")


def _role(role: Role | None) -> str:
    return "(what is received)" if role is None else role.value


def _parts(reach: Reach) -> tuple[Iterable[str], ...]:
    return reach.stands, reach.with_permit, reach.with_explicit_consent, reach.emergency


def _together(cells: Iterable[tuple[tuple[str, ...], str]]) -> list[tuple[str, ...]]:
    """Put agencies with the same cells into one row, in the order in which the first of them comes."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for key, agency_id in cells:
        groups.setdefault(key, []).append(agency_id)
    return [(", ".join(who), *key) for key, who in groups.items()]


def _listed(categories: Iterable[str]) -> str:
    return ", ".join(_sorted(categories)) or "nothing"


def _sorted(categories: Iterable[object]) -> tuple[str, ...]:
    return tuple(sorted(str(category) for category in categories))


def _words(scope: object) -> str:
    return ", ".join(_sorted(scope)) if isinstance(scope, frozenset) else "any"


def _plain(found: AgreementCheck) -> dict[str, object]:
    return {
        "agreement": found.agreement.agreement_id,
        "versions": [one.version for one in (found.agreement, found.other) if one is not None],
        "at": found.at,
        "unknown": list(found.unknown),
        "void": [
            {"clause": v.clause, "agency": v.agency_id, "category": v.category, "why": v.why}
            for v in found.void
        ],
        "wide": list(found.wide),
        "reaches": [
            {
                "agency": r.agency_id,
                "role": r.role,
                "purpose": r.purpose,
                "action": r.action,
                "stands": _sorted(r.stands),
                "with_permit": _sorted(r.with_permit),
                "with_explicit_consent": _sorted(r.with_explicit_consent),
                "emergency": _sorted(r.emergency),
                "clauses": list(r.clauses),
            }
            for r in found.reaches
        ],
        "changes": [
            {
                "agency": c.agency_id,
                "role": c.role,
                "purpose": c.purpose,
                "action": c.action,
                "gained": list(c.gained),
                "lost": list(c.lost),
            }
            for c in found.changes
        ],
    }
