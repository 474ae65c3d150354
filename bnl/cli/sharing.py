"""`bnl explain`, `bnl export`, `bnl emergency`: who may see what, what is sent, and broken glass."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bnl.cli.console import FOUND, emit_json, say, table
from bnl.cli.people import FieldArgument, HandleArgument, fields_of, name_of, plain
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
from bnl.domain.identifiers import AgencyId, TaskId
from bnl.domain.vocabulary import LawfulBasis, Purpose, Role
from bnl.register.emergencies import DEFAULT_MINUTES, Emergency
from bnl.register.emergency_reviews import Outcome

export_app = typer.Typer(no_args_is_help=True, help="Send people's data to another agency, under receipts.")
emergency_app = typer.Typer(no_args_is_help=True, help="Break the glass in an emergency; review who did.")

RecipientArgument = Annotated[str, typer.Argument(help="Agency it is for, by id.")]
OutOption = Annotated[Path, typer.Option("--out", help="File to write: .csv or .jsonl.")]
HandlesOption = Annotated[list[str] | None, typer.Option("--handle", help="Only this person; repeatable.")]
ReceivedFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File you were sent.")]
MaybeHandle = Annotated[str | None, typer.Argument(help="The person; left out: what you may see in general.")]
ToPerson = Annotated[bool, typer.Option("--to-person", help="In words for the person concerned.")]
WhoMay = Annotated[bool, typer.Option("--who", help="Tell who may see the person.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in your words; the reviewer reads it.")]
Basis = Annotated[LawfulBasis, typer.Option("--basis", help="The basis of the emergency.")]
Minutes = Annotated[int, typer.Option("--minutes", help="For how long you may look again.")]
TaskArgument = Annotated[str, typer.Argument(help="The use, as `bnl emergency uses` names it.")]
OutcomeArgument = Annotated[Outcome, typer.Argument(help="What you concluded.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why, in your words; kept sealed.")]


def explain(
    agency: AgencyOption,
    user: UserOption,
    handle: MaybeHandle = None,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    to_person: ToPerson = False,
    who: WhoMay = False,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Tell in plain words what you may see and why, or who may see a person."""
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        if handle is None:
            words = session.what_may_i_see().words
        elif who:
            words = session.who_may_see(handle).words
        else:
            words = session.explain(handle, to_person=to_person)
    if as_json:
        emit_json(list(words))
        return
    for sentence in words:
        say(sentence)


@export_app.command()
def send(
    recipient: RecipientArgument,
    out: OutOption,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.DATA_OFFICER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    handle: HandlesOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Write what may be sent to another agency into a file, each row under a receipt."""
    with opened(database, keys) as register:
        made = session_of(register, agency, user, role, purpose).export(AgencyId(recipient), handles=handle)
    place = made.write(out)
    if as_json:
        emit_json({"receipt": made.receipt_id, "rows": len(made.rows), "left_out": list(made.left_out)})
        return
    say(f"{place.name}: {len(made.rows):,} records for {recipient}, receipt {made.receipt_id}.")
    if made.left_out:
        say(f"{len(made.left_out)} people are left out: nothing of them may be sent, or there are none.")
    for duty in made.obligations:
        say(f"  {duty}")


@export_app.command()
def check(
    file: ReceivedFile,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.DATA_OFFICER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Check a file you were sent: is it whole, and may it still be held? Exit 1 if a row is not good."""
    with opened(database, keys) as register:
        report = session_of(register, agency, user, role, purpose).check_export(file)
    if as_json:
        emit_json([check._asdict() for check in report.checks])
    else:
        say(", ".join(f"{count:,} {state}" for state, count in sorted(report.states.items())))
        bad = [(one.row, one.state.value) for one in report.checks if one.state.value != "good"]
        if bad:
            table("Not to be relied on", ("row", "because"), bad)
    if not report.good:
        raise typer.Exit(FOUND)


@emergency_app.command()
def view(
    handle: HandleArgument,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption,
    reason: Reason,
    basis: Basis,
    purpose: PurposeOption = Purpose.SAFEGUARDING,
    minutes: Minutes = DEFAULT_MINUTES,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Open one person in an emergency; it is logged, and a second person reviews it."""
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        made = session.break_glass(handle, reason=reason, basis=basis, minutes=minutes)
    _show(made, as_json=as_json)


@emergency_app.command()
def search(
    known: FieldArgument,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption,
    reason: Reason,
    basis: Basis,
    purpose: PurposeOption = Purpose.SAFEGUARDING,
    minutes: Minutes = DEFAULT_MINUTES,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Find one person in an emergency, by full name and birth date or by a number; nobody if two match."""
    wanted = fields_of(known)
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        made = session.break_glass_search(wanted, reason=reason, basis=basis, minutes=minutes)
    _show(made, as_json=as_json)


@emergency_app.command()
def uses(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.MANAGER,
    purpose: PurposeOption = Purpose.SAFEGUARDING,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """List the uses of break glass that wait for your review."""
    with opened(database, keys) as register:
        found = session_of(register, agency, user, role, purpose).emergency_uses()
    if as_json:
        emit_json([{name: getattr(one, name) for name in type(one).__slots__} for one in found])
        return
    rows = [(u.task_id, u.at[:16], u.agency, u.user, u.role, u.basis, u.found, u.reason) for u in found]
    table("", ("use", "when (UTC)", "agency", "user", "role", "basis", "found", "reason"), rows)


@emergency_app.command()
def close(
    use: TaskArgument,
    outcome: OutcomeArgument,
    agency: AgencyOption,
    user: UserOption,
    note: NoteOption,
    role: RoleOption = Role.MANAGER,
    purpose: PurposeOption = Purpose.SAFEGUARDING,
    database: Database = None,
    keys: Keys = None,
) -> None:
    """Close the review of a use; never your own."""
    with opened(database, keys) as register:
        session_of(register, agency, user, role, purpose).close_emergency(TaskId(use), outcome, note=note)
    say("Closed.")


def _show(made: Emergency, *, as_json: bool) -> None:
    if as_json:
        person = None if made.person is None else plain(made.person)
        emit_json({"use": made.task_id, "until": made.until, "person": person})
        return
    if made.person is None:
        say(f"Nobody, or more than one. This was logged and will be reviewed ({made.task_id}).")
        return
    say(f"{name_of(made.person)}, open until {made.until:%H:%M} UTC; it will be reviewed ({made.task_id}).")
    table("", ("field", "value"), [(name, value.value) for name, value in made.person.golden.items()])
