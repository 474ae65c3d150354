"""`bnl return`: publish the flow return of a period, list what was published, and compare two of them."""

from __future__ import annotations

from typing import Annotated

import typer

from bnl.cli.console import FOUND, Failing, emit_json, say, table
from bnl.cli.outputs import EndOption, OutOption, StartOption, day_of, deliver
from bnl.cli.signin import AgencyOption, AsJson, Database, Keys, RoleOption, UserOption, opened, session_of
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import InvalidValue
from bnl.register.kept_returns import PublishedReturn
from bnl.register.publication import Comparison
from bnl.register.status_rules import RULE_NAMES, rules_named

app = typer.Typer(cls=Failing, no_args_is_help=True, help="Publish returns, and explain why two differ.")

IdArgument = Annotated[str, typer.Argument(metavar="RETURN", help="Id of a published return.")]
RulesOption = Annotated[str, typer.Option("--rules", help=f"Status rules: {', '.join(RULE_NAMES)}.")]


@app.command()
def publish(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.MANAGER,
    start: StartOption = None,
    end: EndOption = None,
    rules: RulesOption = "county",
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Publish the flow return of a period, small numbers suppressed, and keep it for ever."""
    first, last = day_of(start), day_of(end)
    if first is None or last is None:
        raise InvalidValue("A return belongs to a period.", "Give --start and --end.")
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, Purpose.STATISTICS)
        made = session.publish_return(first, last, rules=rules_named(rules))
    _deliver(made, out, as_json=as_json)


@app.command(name="list")
def list_(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.MANAGER,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """List everything published, oldest first."""
    with opened(database, keys) as register:
        made = session_of(register, agency, user, role, Purpose.STATISTICS).published_returns()
    if as_json:
        emit_json([_whole(one) for one in made])
        return
    rows = [(one.return_id, one.start, one.end, one.rules, one.log_position) for one in made]
    table("", ("return", "from", "to", "rules", "log position"), rows)


@app.command()
def show(
    return_id: IdArgument,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.MANAGER,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show a published return, made again from the register and held to what was published."""
    with opened(database, keys) as register:
        remade = session_of(register, agency, user, role, Purpose.STATISTICS).remake_return(return_id)
    _deliver(remade.published, out, as_json=as_json)
    if out is None and not as_json:
        if remade.same:
            say("Made again from the register, it is the same byte for byte.")
        else:
            say(f"It can no longer be made again: {remade.erased_since} records were erased since.")
    if not remade.same and not remade.erased_since:
        raise typer.Exit(FOUND)


@app.command()
def compare(
    one: IdArgument,
    other: IdArgument,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.STEWARD,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Explain every difference between two published returns of one period; for stewards."""
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, Purpose.STEWARDSHIP)
        made = session.compare_returns(one, other)
    rows = [
        {
            "measure": one.measure,
            "handle": one.handle,
            "change": one.change,
            "cause": one.cause,
            "events": list(one.events),
        }
        for one in made.differences
    ]
    whole = None
    if as_json:
        ends = {"before": _whole(made.before), "after": _whole(made.after)}
        whole = {**ends, "changes": dict(made.changes), "differences": rows, "unexplained": made.unexplained}
    deliver(rows, out, _compare_foot(made), whole=whole)


def _compare_foot(made: Comparison) -> str:
    changes = ", ".join(f"{name} {change:+d}" for name, change in made.changes.items() if change)
    span = f"From {made.before.return_id} to {made.after.return_id}: {changes or 'nothing changed'}."
    return f"{span} {'Every difference is explained.' if not made.unexplained else made.unexplained}"


def _whole(made: PublishedReturn) -> dict[str, object]:
    return {**made._asdict(), "printed": dict(made.printed)}


def _deliver(made: PublishedReturn, out: OutOption, *, as_json: bool) -> None:
    rows = [{"measure": name, "printed": cell} for name, cell in made.printed.items()]
    foot = f"{made.return_id}: by {made.rules}, at log position {made.log_position:,}, "
    foot += f"sha256 {made.digest[:16]}…"
    deliver(rows, out, foot, whole=_whole(made) if as_json else None)
