"""`bnl search`, `bnl person`, `bnl disclosures`: one person, as you may see them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import emit_json, heading, say, table
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
from bnl.domain.person import LIST_FIELDS, PersonFields
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import InvalidValue
from bnl.register.release import PersonView

HandleArgument = Annotated[str, typer.Argument(help="Handle by which your agency knows the person.")]
FieldArgument = Annotated[
    list[str],
    typer.Argument(metavar="FIELD=VALUE …", help="What you know, as family_name=… date_of_birth=1969-01-29"),
]


def search(
    known: FieldArgument,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Search before you create a record: who of those you may know of is this?"""
    wanted = fields_of(known)
    with opened(database, keys) as register:
        found = session_of(register, agency, user, role, purpose).search(wanted)
    if as_json:
        emit_json([{"weight": c.weight, "probability": c.probability, **plain(c.person)} for c in found])
        return
    rows = [
        (
            c.person.handle,
            f"{c.weight:+.1f}",
            f"{c.probability:.0%}",
            name_of(c.person),
            c.person.value("date_of_birth"),
        )
        for c in found
    ]
    table("", ("handle", "bits", "likely", "name", "born"), rows)


def fields_of(known: list[str]) -> PersonFields:
    """Return what is known of a person, from words like ``family_name=…``."""
    given: dict[str, str | tuple[str, ...]] = {}
    for item in known:
        name, mark, value = item.partition("=")
        if not mark or name not in PersonFields.model_fields:
            advice = (
                "Write field=value with a field of bnl.domain.person, such as family_name or date_of_birth."
            )
            raise InvalidValue("What is known is not given as field=value.", advice)
        given[name] = (value,) if name in LIST_FIELDS else value
    try:
        return PersonFields.model_validate(given)
    except ValueError:
        raise InvalidValue("A value cannot be right.", "Dates are written YYYY-MM-DD.") from None


def person(
    handle: HandleArgument,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show a person: the best value of each field you may see, where it came from, and what is withheld."""
    with opened(database, keys) as register:
        shown = session_of(register, agency, user, role, purpose).timeline(handle)
    if as_json:
        emit_json(plain(shown))
        return
    rows = [(name, value.value, value.agency_id or "") for name, value in shown.golden.items()]
    table("", ("field", "value", "said by"), rows)
    happened = [(e.event.occurred_on, e.event.kind.value, e.event.agency_id) for e in shown.events]
    if happened:
        table("", ("on", "what", "said by"), happened)
    if shown.withheld:
        say("Not yours to see: " + ", ".join(sorted(category.value for category in shown.withheld)))


def disclosures(
    handle: HandleArgument,
    agency: AgencyOption,
    user: UserOption,
    letter: Annotated[
        Path | None,
        typer.Option("--letter", help="Write the letter with its proofs to this new file: .html or .json."),
    ] = None,
    role: RoleOption = Role.STEWARD,
    purpose: PurposeOption = Purpose.SUBJECT_ACCESS,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Answer who saw what about a person, when, why and on what basis."""
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        if letter is not None:
            written = session.disclosures_letter(handle)
            write_private(letter, written.page() if letter.suffix == ".html" else written.to_json())
            say("Written; anybody can check it with `bnl audit check-letter` and the public key.")
            return
        found = session.disclosures(handle)
    if as_json:
        emit_json([entry._asdict() for entry in found.entries])
        return
    heading(f"{len(found.entries)} entries, of {found.log_position:,} in the log")
    rows = [
        (e.time[:16].replace("T", " "), e.agency, e.actor, e.action, e.purpose, e.basis, e.fields)
        for e in found.entries
    ]
    table("", ("when (UTC)", "agency", "user", "what", "why", "basis", "fields"), rows)


def name_of(shown: PersonView) -> str:
    """Return a name to show for a person, from what may be seen."""
    parts = [shown.value("given_names"), shown.value("family_name")]
    text = " ".join(str(part) for part in parts if part)
    return text or str(shown.value("full_name") or "(name not known)")


def plain(shown: PersonView) -> dict[str, object]:
    """Return a person as data for JSON."""
    return {
        "handle": shown.handle,
        "fields": {name: value.value for name, value in shown.golden.items()},
        "withheld": sorted(category.value for category in shown.withheld),
        "events": [
            {
                "on": e.event.occurred_on,
                "kind": e.event.kind.value,
                "agency": e.event.agency_id,
                "data": e.event.data,
            }
            for e in shown.events
        ],
        "obligations": list(shown.obligations),
    }
