"""`bnl flows`, `bnl kpi`, `bnl joins`, `bnl report`: figures, each with its rules and everybody behind it."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated

import typer

from bnl.cli.console import heading, say, table
from bnl.cli.outputs import (
    AsOfOption,
    EndOption,
    KnownOption,
    OutOption,
    StartOption,
    day_of,
    deliver,
)
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
from bnl.errors import InvalidValue
from bnl.register.figure_page import draw_flows, draw_indicators, draw_joins, draw_months
from bnl.register.flow_figures import FlowFigures, FlowLine, MonthlyFlows
from bnl.register.kpi_figures import IndicatorSet, check_shown
from bnl.register.reports import REPORTS, TableReport
from bnl.register.session import Session
from bnl.register.shown import ShownFigure

MonthsOption = Annotated[int, typer.Option("--months", min=1, max=600, help="How many months, to --as-of.")]
NamesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME …]", help="Indicators of the set; all if left out.")
]
ReportArgument = Annotated[str, typer.Argument(metavar="NAME", help=f"One of {', '.join(sorted(REPORTS))}.")]
SetOption = Annotated[IndicatorSet, typer.Option("--set", help="Which set of indicators.")]
RuleOption = Annotated[str | None, typer.Option("--rule", help="Name of a rule; else each one's default.")]
CheckOption = Annotated[
    list[str] | None,
    typer.Option(
        "--check", metavar="NAME=PERCENT", help="Check a percentage as published, such as closed=61."
    ),
]

MONTH_HEADS = {
    "month": "month",
    "active_start": "start",
    "newly_identified": "new",
    "returned_from_housing": "from housing",
    "returned_from_inactive": "from inactive",
    "inflow": "in",
    "housed": "housed",
    "inactive": "inactive",
    "no_longer_meets": "other",
    "deceased": "died",
    "outflow": "out",
    "active_end": "end",
}
JOIN_HEADS = {
    "from_agency": "from",
    "to_agency": "to",
    "sent": "sent",
    "accepted": "accepted",
    "declined": "declined",
    "waiting": "waiting",
    "answer_median": "days to answer",
    "contact_median": "to contact",
    "dropped": "dropped",
    "back_and_forth": "back, forth",
}
FIGURE_HEADS = {
    "name": "indicator",
    "numerator": "of",
    "denominator": "all",
    "per_cent": "%",
    "unknown": "unknown",
    "with_unknown": "% with unknown",
    "target": "target",
    "met": "met",
    "people": "people",
    "households": "households",
    "rules": "rule",
}


def flows(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    start: StartOption = None,
    end: EndOption = None,
    as_of: AsOfOption = None,
    months: MonthsOption = 12,
    known: KnownOption = None,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show who became active and who ceased to be: by month, or over a period with --start and --end."""
    if (start is None) != (end is None):
        raise InvalidValue("A period has a first and a last day.", "Give both --start and --end, or neither.")
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        first, last = day_of(start), day_of(end)
        if first is None or last is None:
            by_month = session.monthly_flows(day_of(as_of), months=months, known_as_of=known)
            rows = [{**row, "month": f"{row['month']:%Y-%m}"} for row in by_month.table.to_dicts()]
            whole = _telling(by_month) | {"months": rows} if as_json else None
            foot = f"To {by_month.as_of}, {_foot(by_month)}"
            deliver(rows, out, foot, whole=whole, draw=lambda: draw_months(by_month), heads=MONTH_HEADS)
            return
        made = session.flows(first, last, known_as_of=known)
    whole = _flows_whole(made) if as_json else None
    rows = [_line(line) for line in made.lines]
    deliver(rows, out, _flows_foot(made), whole=whole, draw=lambda: draw_flows(made))


def kpi(
    agency: AgencyOption,
    user: UserOption,
    names: NamesArgument = None,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    which: SetOption = IndicatorSet.CONTRACT,
    start: StartOption = None,
    end: EndOption = None,
    rule: RuleOption = None,
    known: KnownOption = None,
    check: CheckOption = None,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show indicators with numerator, denominator, unknown, exclusions and target."""
    first, last = day_of(start), day_of(end)
    if first is None or last is None:
        raise InvalidValue("An indicator belongs to a period.", "Give --start and --end.")
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        made = session.kpis(first, last, *(names or ()), which=which, rule=rule, known_as_of=known)
    if check:
        _check(made, check)
        return
    whole = {"figures": [_figure_whole(one) for one in made]} if as_json else None
    foot = f"From {first} to {last}"
    foot += f", {made[0].reach}, at log position {made[0].log_position:,}." if made else "."
    rows = [_figure(one) for one in made]
    deliver(rows, out, foot, whole=whole, draw=lambda: draw_indicators(made), heads=FIGURE_HEADS)
    if out is None and not as_json:
        _left_out(made)


def joins(
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    start: StartOption = None,
    end: EndOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show what happens to people handed from one agency to another, by pair of agencies."""
    with opened(database, keys) as register:
        session = session_of(register, agency, user, role, purpose)
        days = (day_of(start), day_of(end), day_of(as_of))
        made = session.report("joins", start=days[0], end=days[1], as_of=days[2], known_as_of=known)
    whole = _report_whole(made) if as_json else None
    rows, foot = made.table.to_dicts(), _report_foot(made)
    deliver(rows, out, foot, whole=whole, draw=lambda: draw_joins(made), heads=JOIN_HEADS)


def report(
    name: ReportArgument,
    agency: AgencyOption,
    user: UserOption,
    role: RoleOption = Role.SUPPORT_WORKER,
    purpose: PurposeOption = Purpose.HOUSING_SUPPORT,
    start: StartOption = None,
    end: EndOption = None,
    as_of: AsOfOption = None,
    known: KnownOption = None,
    out: OutOption = None,
    database: Database = None,
    keys: Keys = None,
    as_json: AsJson = False,
) -> None:
    """Show a report: discharge watch, caseloads, duty to refer, nominations, deaths and others."""
    with opened(database, keys) as register:
        session: Session = session_of(register, agency, user, role, purpose)
        days = (day_of(start), day_of(end), day_of(as_of))
        made = session.report(name, start=days[0], end=days[1], as_of=days[2], known_as_of=known)
    whole = _report_whole(made) if as_json else None
    deliver(made.table.to_dicts(), out, _report_foot(made), whole=whole, title=made.says)


def _telling(made: FlowFigures | MonthlyFlows | TableReport | ShownFigure) -> dict[str, object]:
    return {"rules": made.rules, "reach": made.reach.value, "log_position": made.log_position}


def _foot(made: FlowFigures | MonthlyFlows) -> str:
    return f"by {made.rules}, {made.reach}, at log position {made.log_position:,}."


def _flows_foot(made: FlowFigures) -> str:
    cases = ", ".join(f"{name} {count}" for name, count in made.cases.items())
    left = "The books balance." if made.residual == 0 else f"Unexplained: {made.residual}."
    return f"{made.start} to {made.end}, {_foot(made)} {left} Cases: {cases}."


def _line(line: FlowLine) -> dict[str, object]:
    return {
        "flow": line.name,
        "people": line.count,
        "distinct_people": line.size.people,
        "households": line.households,
        "their_cases": line.size.cases,
        "once_reviewed": str(line.size.bounds) if line.size.bounds else None,
    }


def _flows_whole(made: FlowFigures) -> dict[str, object]:
    return _telling(made) | {
        "start": made.start,
        "end": made.end,
        "lines": [{**_line(line), "handles": line.people} for line in made.lines],
        "cases": dict(made.cases),
        "movements": [one._asdict() for one in made.movements],
        "residual": made.residual,
    }


def _figure(one: ShownFigure) -> dict[str, object]:
    return {
        "name": one.name,
        "numerator": one.counts["numerator"],
        "denominator": one.counts["denominator"],
        "per_cent": None if one.percent is None else str(one.percent),
        "unknown": one.counts["unknown"],
        "with_unknown": None if one.percent_with_unknown is None else str(one.percent_with_unknown),
        "target": one.target,
        "met": one.met,
        "people": one.size.people,
        "households": one.size.households,
        "rules": list(one.rules),
    }


def _figure_whole(one: ShownFigure) -> dict[str, object]:
    return {
        **_figure(one),
        **_telling(one),
        "start": one.start,
        "end": one.end,
        "unit": one.unit,
        "counts": dict(one.counts),
        "size": asdict(one.size),
        "handles": dict(one.people),
    }


def _left_out(made: list[ShownFigure]) -> None:
    rows = [
        (one.name, name, count)
        for one in made
        for name, count in one.counts.items()
        if name not in ("numerator", "denominator", "unknown") and count
    ]
    if rows:
        heading("Left out or flagged, by name")
        table("", ("indicator", "why", "how many"), rows)


def _check(made: list[ShownFigure], said: list[str]) -> None:
    printed = {}
    for item in said:
        name, mark, number = item.partition("=")
        digits = number.replace(".", "", 1)
        if not mark or not digits.isascii() or not digits.isdigit():
            advice = "Write closed=61 or closed=61.5."
            raise InvalidValue("What was published is not given as NAME=PERCENT.", advice)
        printed[name] = Decimal(number)
    findings = check_shown(made, printed)
    rows = [(one.name, str(one.printed), str(one.computed), one.agrees, one.why) for one in findings]
    table("", ("figure", "published", "computed", "agrees", "why"), rows)
    if not all(one.agrees for one in findings):
        raise typer.Exit(1)
    say("Everything published agrees with the numbers behind it.")


def _report_foot(made: TableReport) -> str:
    foot = f"{made.start} to {made.end}, as of {made.as_of}, by {made.rules}, {made.reach}, "
    foot += f"at log position {made.log_position:,}."
    return foot + (f" {made.unnamed} rows are of people not to be named to you." if made.unnamed else "")


def _report_whole(made: TableReport) -> dict[str, object]:
    return _telling(made) | {
        "report": made.name,
        "start": made.start,
        "end": made.end,
        "as_of": made.as_of,
        "unnamed": made.unnamed,
        "rows": made.table.to_dicts(),
    }
