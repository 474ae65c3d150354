"""Flows as they are shown: who became active, who ceased to be, and that the books balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.identifiers import Handle
from bnl.domain.vocabulary import Purpose
from bnl.errors import InvalidValue
from bnl.indicators.calendar import add_months, month_start
from bnl.indicators.case_books import CaseReturn, case_return
from bnl.indicators.flows import FlowReturn, flow_return, flows_by_month, stock
from bnl.indicators.history import Known
from bnl.indicators.households import HouseholdReturn, household_return
from bnl.indicators.ledger import FLOWS, SIX_FLOWS, Flow
from bnl.indicators.publish import counts_of, print_books
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.suppression import HIDDEN, hidden_in_books
from bnl.indicators.uncertainty import Count
from bnl.register.core import Core
from bnl.register.ground import Ground, Reach, grounded
from bnl.register.printing import Shown, printed_count, strangers
from bnl.register.reporting import first_month, suppressed_flows
from bnl.register.shown import Size, size_of

EARLIEST = date(1900, 1, 1)


class Movement(NamedTuple):
    """One person's entry or exit.

    Args:
        handle: Who; None if they are not to be named to the asker.
        on: The day.
        change: +1 or -1.
        flow: Flow of the six-flow view, or deaths.
        ledger: The finer flow of the ledger.
        event_id: The event behind it; None if time alone brought it, or with the handle.
    """

    handle: Handle | None
    on: date
    change: int
    flow: str
    ledger: str
    event_id: str | None


@dataclass(frozen=True, slots=True, repr=False)
class FlowLine:
    """One flow, or one of the two stocks.

    Args:
        name: ``opening``, a flow of the six-flow view, ``deaths``, or ``closing``.
        count: Number of people in a stock, of transitions in a flow.
        size: The distinct people, their households and their cases.
        households: The same line of the households' own books.
        people: The people behind it, by handle.
    """

    name: str
    count: Shown
    size: Size
    households: Shown
    people: tuple[Handle, ...]

    def __repr__(self) -> str:
        return f"FlowLine({self.name}, {self.count})"


@dataclass(frozen=True, slots=True, repr=False)
class FlowFigures:
    """The flows of a period as one asker may have them.

    Args:
        start: First day.
        end: Last day, included.
        lines: Opening stock, flows, closing stock.
        cases: The books of cases: ``opening``, ``opened``, ``ended``, ``closing``.
        movements: Every entry and exit; none for official figures.
        residual: What the balance leaves unexplained, in people, households and cases together: always 0.
        rules: Label of the rule set.
        reach: What it was computed from.
        log_position: How many log entries were known.
    """

    start: date
    end: date
    lines: tuple[FlowLine, ...]
    cases: Mapping[str, Shown]
    movements: tuple[Movement, ...]
    residual: int
    rules: str
    reach: Reach
    log_position: int

    def __getitem__(self, name: str) -> FlowLine:
        return next(line for line in self.lines if line.name == name)

    def __repr__(self) -> str:
        return f"FlowFigures({self.start.isoformat()} to {self.end.isoformat()})"


@dataclass(frozen=True, slots=True)
class MonthlyFlows:
    """Flows month by month.

    Args:
        table: One row per month; for official figures ``month, active_start, inflow, outflow, active_end``
            with what is hidden null, otherwise every column of `bnl.indicators.flows.flows_by_month`.
        as_of: Last day counted.
        rules: Label of the rule set.
        reach: What it was computed from.
        log_position: How many log entries were known.
    """

    table: pl.DataFrame
    as_of: date
    rules: str
    reach: Reach
    log_position: int


def flows(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    start: date,
    end: date,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
) -> FlowFigures:
    """Return the flows of a period with the people behind them, in people, households and cases.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why; see `bnl.register.ground.grounded`.
        start: First day.
        end: Last day, included.
        known_as_of: Only what was known then: an instant (UTC) or a log position.
        rules: The rule set.

    Raises:
        Denied: The agreement does not let the actor.
        InvalidValue: The period ends before it starts, or lies out of range.
    """
    require_period(start, end)
    with grounded(core, actor, purpose, "flows", known_as_of) as ground:
        made = flow_return(ground.past, start, end, rules=rules)
        homes = household_return(ground.past, ground.memberships, start, end, rules=rules)
        cases = case_return(ground.work, start, end)
        home_counts = _home_counts(homes)
        return FlowFigures(
            start=start,
            end=end,
            lines=_lines(ground, made, home_counts, rules),
            cases=_cases(ground, cases, start, end),
            movements=() if ground.official else _movements(ground, made),
            residual=abs(made.residual) + abs(homes.residual) + abs(cases.residual),
            rules=rules.label,
            reach=ground.reach,
            log_position=ground.position,
        )


def monthly_flows(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    as_of: date | None = None,
    months: int = 12,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
) -> MonthlyFlows:
    """Return the flows of consecutive months; see `flows`.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why.
        as_of: Last day counted, in the last month; today if not given.
        months: How many months, from 1 to 600.
        known_as_of: Only what was known then.
        rules: The rule set.
    """
    first_month(as_of or date.max, months)
    with grounded(core, actor, purpose, "flows.monthly", known_as_of) as ground:
        day = as_of or ground.today
        begins = first_month(day, months)
        table = flows_by_month(ground.past, begins, months, rules=rules, last_day=day)
        if ground.official:
            others = flows_by_month(strangers(ground).past, begins, months, rules=rules, last_day=day)
            table = suppressed_flows(table, others)
        else:
            first = add_months(month_start(day), 1 - months)
            made = flow_return(ground.past, first, day, rules=rules)
            ground.names(made.people())
        return MonthlyFlows(table, day, rules.label, ground.reach, ground.position)


def require_period(start: date, end: date) -> None:
    """Raise unless a period has a first and a last day in that order, within the register's centuries.

    Raises:
        InvalidValue: It has not.
    """
    if end < start:
        raise InvalidValue("The period ends before it starts.", "Give the first day first.")
    if start < EARLIEST:
        raise InvalidValue("The period begins before anything could be known.", "Begin in 1900 or later.")


def _lines(
    ground: Ground, made: FlowReturn, homes: Mapping[str, int], rules: StatusRules
) -> tuple[FlowLine, ...]:
    counts = {name: count for name, count in counts_of(made).items() if name != "corrections"}
    eve = made.start - timedelta(days=1)
    shown: Mapping[str, Shown] = counts
    shown_homes: Mapping[str, Shown] = homes
    if ground.official:
        shown = _as_printed(counts, counts_of(made, ground.known))
        others = strangers(ground)
        left = household_return(others.past, others.memberships, made.start, made.end, rules=rules)
        shown_homes = _as_printed(homes, _home_counts(left))
    lines = []
    for name in counts:
        if name in ("opening", "closing"):
            on = eve if name == "opening" else made.end
            people = sorted((made.opening if name == "opening" else made.closing).people)
            count = _stock_of(on, rules)
        else:
            on, chosen = made.end, [flow for flow in FLOWS if SIX_FLOWS[flow] == name]
            people, count = made.people(*chosen), _movers(made, rules, chosen)
        hidden = None if isinstance(shown[name], int) else shown[name]
        size = size_of(ground, people, on, count, hidden)
        named = () if ground.official else ground.names(people)
        lines.append(FlowLine(name, shown[name], size, shown_homes[name], named))
    return tuple(lines)


def _home_counts(homes: HouseholdReturn) -> dict[str, int]:
    return {"opening": len(homes.opening), **homes.six_flows(), "closing": len(homes.closing)}


def _as_printed(counts: Mapping[str, int], others: Mapping[str, int]) -> dict[str, Shown]:
    less = {name: others[name] for name in counts}
    printed = print_books(counts, [less])
    return {name: counts[name] if cell == str(counts[name]) else cell for name, cell in printed.items()}


def _stock_of(on: date, rules: StatusRules) -> Count:
    return lambda frame: stock(frame, on, rules=rules).people


def _movers(made: FlowReturn, rules: StatusRules, chosen: list[Flow]) -> Count:
    return lambda frame: flow_return(frame, made.start, made.end, rules=rules).people(*chosen)


def _cases(ground: Ground, cases: CaseReturn, start: date, end: date) -> dict[str, Shown]:
    books = _case_counts(cases)
    if not ground.official:
        return dict(books)
    left = _case_counts(case_return(strangers(ground).work, start, end))
    shown = {name: printed_count(count, left[name]) for name, count in books.items()}
    for one in (books, left):
        _, (hide,) = hidden_in_books([one["opening"], one["closing"]], [(one["opened"], one["ended"])])
        if hide:
            shown.update({"opened": HIDDEN, "ended": HIDDEN})
    return shown


def _case_counts(cases: CaseReturn) -> dict[str, int]:
    return {
        "opening": len(cases.opening),
        "opened": cases.opened.height,
        "ended": cases.ended.height,
        "closing": len(cases.closing),
    }


def _movements(ground: Ground, made: FlowReturn) -> tuple[Movement, ...]:
    rows = []
    for person_id, on, change, flow, event_id in made.flows.select(
        "person_id", "on", "change", "flow", "event_id"
    ).iter_rows():
        handle = ground.name(person_id)
        six = SIX_FLOWS[Flow(flow)]
        rows.append(Movement(handle, on, change, six, flow, event_id if handle else None))
    return tuple(sorted(rows, key=lambda row: (row.on, row.handle or "", row.change, row.ledger)))
