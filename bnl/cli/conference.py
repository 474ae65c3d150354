"""`bnl agenda`, `bnl priority`, `bnl agency`: whom to talk about, who comes first, which agency is meant."""

from __future__ import annotations

from typing import Annotated

import typer

from bnl.cli.console import Failing
from bnl.cli.outputs import AsOfOption, OutOption, day_of, deliver
from bnl.cli.signin import (
    AgencyOption,
    AsJson,
    Database,
    Keys,
    PurposeOption,
    RoleOption,
    UserOption,
    actor_of,
    opened,
    session_of,
)
from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import InvalidValue
from bnl.register.ranking import FACTOR_SETS

app = typer.Typer(cls=Failing, no_args_is_help=True, help="Which agency a text means.")

RoomOption = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="AGENCY:USER:ROLE", help="Somebody else in the room; may be repeated."),
]
FactorsOption = Annotated[str, typer.Option("--factors", help=f"One of {', '.join(FACTOR_SETS)}.")]
FirstOption = Annotated[int, typer.Option("--first", min=1, help="How many places count as first.")]
ByOption = Annotated[str, typer.Option("--by", help="Attribute of the equity table, such as ethnicity.")]
TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="What somebody wrote for an agency.")]


def agenda(
    agency: AgencyOption,
    user: UserOption,
    room: RoomOption = None,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.CASE_CONFERENCE,
    as_of: AsOfOption = None,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show whom the people in a room should talk about, and why, from what all of them may see."""
    others = [_somebody(text) for text in room or ()]
    with opened(database, keys) as register:
        made = session_of(register, agency, user, role, purpose).agenda(others, day_of(as_of))
    rows = [
        {
            "handle": item.handles[made.agencies[0]],
            "name": item.values.get("full_name")
            or " ".join(str(item.values.get(part, "")) for part in ("given_names", "family_name")).strip(),
            "state": item.status["state"],
            "why": list(item.reasons),
            "because": "; ".join(f"{why}: {detail}" for why, detail in item.details.items()),
        }
        for item in made.items
    ]
    foot = f"{len(made)} people as of {made.as_of}, by {made.rules}, from what all in the room may see."
    told = [{**row, "handles": dict(i.handles)} for row, i in zip(rows, made.items, strict=True)]
    whole = {"as_of": made.as_of, "since": made.since, "agencies": made.agencies, "people": told}
    deliver(rows, out, foot, whole=whole if as_json else None)


def _somebody(text: str) -> Actor:
    parts = text.split(":")
    if len(parts) != 3 or parts[2] not in set(Role):
        raise InvalidValue("Somebody in the room is not named as AGENCY:USER:ROLE.", "Write soha:u7:manager.")
    return actor_of(parts[0], parts[1], Role(parts[2]))


def priority(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    as_of: AsOfOption = None,
    factors: FactorsOption = "county",
    first: FirstOption = 10,
    by: ByOption = "ethnicity",
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show the order of the list: each place with its parts, what is unknown and what would change it."""
    if factors not in FACTOR_SETS:
        raise InvalidValue("There is no such set of factors.", f"Name one of {', '.join(FACTOR_SETS)}.")
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        made = session.priority(day_of(as_of), factors=FACTOR_SETS[factors], attribute=by, first=first)
    rows = [
        {
            "place": one.rank,
            "handle": one.handle,
            "score": str(one.score),
            "state": one.state,
            "parts": "; ".join(f"{n}: {said} {part}" for n, (said, _, part) in one.parts.items() if part),
            "unknown": list(one.unknown),
            "changes": list(one.changes),
        }
        for one in made.places
    ]
    weights = ", ".join(
        f"{factor.name} {weight}"
        for factor, weight in zip(made.factors.factors, made.factors.weights, strict=True)
    )
    equity = "; ".join(f"{name}: {dict(printed.cells)}" for name, printed in made.equity.items())
    foot = f"As of {made.as_of}, by {made.factors.label} ({weights}), {made.reach}. By {by}: {equity}."
    tables = {name: dict(printed.cells) for name, printed in made.equity.items()}
    whole = {"as_of": made.as_of, "factors": made.factors.model_dump(), "places": rows, "equity": tables}
    heads = {name: name for name in ("place", "handle", "score", "state", "parts")}
    deliver(rows, out, foot, whole=whole if as_json else None, heads=heads)


@app.command()
def resolve(
    text: TextArgument,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Tell which agency a text means; where it does not tell, the candidates a person may choose from."""
    with opened(database, keys) as register:
        found = session_of(register, agency, user, role, purpose).resolve_agency(text)
    meant = [found.agency] if found.agency else list(found.candidates)
    rows = [{"agency": one.agency_id, "name": one.name, "place": one.place} for one in meant]
    whole = {"why": found.why.value, "known": found.agency is not None, "agencies": rows}
    foot = f"{'Known' if found.agency else 'To be told by a person'}: {found.why.value.replace('_', ' ')}."
    deliver(rows, None, foot, whole=whole if as_json else None)
    if found.agency is None:
        raise typer.Exit(1)


@app.command()
def queue(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show the names in events of which only a person can tell which agency is meant."""
    with opened(database, keys) as register:
        found = session_of(register, agency, user, role, purpose).agency_queue()
    rows = [
        {
            "text": one.text,
            "times": one.times,
            "why": one.why.value,
            "candidates": [c.name for c in one.candidates],
        }
        for one in found
    ]
    whole = {"names": rows} if as_json else None
    deliver(rows, out, f"{len(rows)} names wait for a person.", whole=whole)
