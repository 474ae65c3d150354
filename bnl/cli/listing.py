"""`bnl list` and `bnl lost`: who is on the by-name list, and who is being lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import typer

from bnl.cli.console import emit_json, say, table
from bnl.cli.outputs import OutOption, deliver
from bnl.cli.people import name_of, plain
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
from bnl.register.listing import NameList
from bnl.register.session import Session

AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day it tells of; today if left out.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, help="How many rows to print.")]


def list_(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    as_of: AsOf = None,
    limit: LimitOption = 50,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show the by-name list as far as you may see it."""
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        _show(Session.by_name_list, session, as_of, limit, out, as_json=as_json)


def lost(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    as_of: AsOf = None,
    limit: LimitOption = 50,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show who is being lost, and why: open, and nobody has something to do next for them."""
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        _show(Session.lost, session, as_of, limit, out, as_json=as_json)


def _show(
    ask: Callable[[Session, date | None], NameList],
    session: Session,
    as_of: datetime | None,
    limit: int,
    out: OutOption,
    *,
    as_json: bool,
) -> None:
    listed = ask(session, as_of.date() if as_of else None)
    foot = f"{len(listed):,} people as of {listed.as_of}, by {listed.rules}, from events you may see."
    if listed.bounds is not None:
        foot += f" Once the pairs in review are judged: {listed.bounds}."
    if out is not None:
        named = [{"handle": r.person.handle, "name": name_of(r.person), **r.status} for r in listed.rows]
        deliver(named, out, foot)
        return
    if as_json:
        emit_json(
            {
                "as_of": listed.as_of,
                "rules": listed.rules,
                "log_position": listed.log_position,
                "once_reviewed": str(listed.bounds) if listed.bounds else None,
                "people": [{**plain(row.person), "status": row.status} for row in listed.rows],
            }
        )
        return
    rows = [
        (
            row.person.handle,
            name_of(row.person),
            row.status["state"],
            row.status["since"],
            row.status.get("lead_worker") or "nobody",
            row.status.get("reasons") or row.status.get("next_action_due"),
        )
        for row in listed.rows[:limit]
    ]
    last = "why" if ask is Session.lost else "next action due"
    table("", ("handle", "name", "state", "since", "lead worker", last), rows)
    say(foot)
    if len(listed) > limit:
        say(f"{limit} shown; --limit shows more.")
