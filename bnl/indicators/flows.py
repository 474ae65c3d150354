"""Flows: a return over a period whose books balance to the person, and flows by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from bnl.errors import InputError
from bnl.indicators.calendar import add_months, month_start
from bnl.indicators.history import Events, History, Known, day_number, history, known_by
from bnl.indicators.ledger import FLOWS, INFLOWS, OUTFLOWS, SIX_FLOWS, Flow, Ledger, ledger
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.status import adult_days
from bnl.indicators.track import track


@dataclass(frozen=True)
class Stock:
    """Who was active at the end of a day, as known at some moment.

    Args:
        on: The day.
        people: The ids of those active.
        records: ``person_id, record_id`` of everybody known by then, active or not.
        known_as_of: The moment of knowledge asked for.
        log_position: Highest log sequence known.
    """

    on: date
    people: frozenset[str]
    records: pl.DataFrame
    known_as_of: Known
    log_position: int


@dataclass(frozen=True)
class FlowReturn:
    """The flows of a period and the stocks they lead from and to.

    Args:
        start: First day.
        end: Last day, included.
        opening: Stock at the end of the day before, as known when it was last reported.
        closing: Stock at the end of the last day.
        flows: ``person_id, on, change, flow, event_id``: every entry and exit of the period.
        corrections: ``person_id, change, cause, events``: who was active at the start after all, or was
            not, and why.
        rules: Label of the rule set.
        known_as_of: The moment of knowledge asked for.
        log_position: Highest log sequence known.
    """

    start: date
    end: date
    opening: Stock
    closing: Stock
    flows: pl.DataFrame
    corrections: pl.DataFrame
    rules: str
    known_as_of: Known
    log_position: int

    def counts(self) -> dict[Flow, int]:
        """Return the number of transitions of each flow of the ledger."""
        found = dict(self.flows.group_by("flow").len().iter_rows())
        return {flow: int(found.get(flow.value, 0)) for flow in FLOWS}

    def six_flows(self) -> dict[str, int]:
        """Return the six flows and deaths, folded as `SIX_FLOWS` says."""
        folded = dict.fromkeys(SIX_FLOWS.values(), 0)
        for flow, count in self.counts().items():
            folded[SIX_FLOWS[flow]] += count
        return folded

    @property
    def inflow(self) -> int:
        """Return the number of entries."""
        counts = self.counts()
        return sum(counts[flow] for flow in INFLOWS)

    @property
    def outflow(self) -> int:
        """Return the number of exits, deaths included."""
        counts = self.counts()
        return sum(counts[flow] for flow in OUTFLOWS)

    @property
    def corrected(self) -> int:
        """Return the net of corrections to the opening stock."""
        return int(self.corrections["change"].sum())

    @property
    def residual(self) -> int:
        """Return what the balance leaves unexplained: always 0."""
        return (
            len(self.opening.people) + self.inflow - self.outflow + self.corrected - len(self.closing.people)
        )

    def people(self, *flows: Flow) -> list[str]:
        """Return the distinct people behind some flows, all if none is named, sorted."""
        wanted = [flow.value for flow in flows or FLOWS]
        return sorted(self.flows.filter(pl.col("flow").is_in(wanted))["person_id"].unique())


def stock(
    frame: Events,
    on: date,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
    born_on: Mapping[str, date] | None = None,
) -> Stock:
    """Return who was active at the end of a day.

    Args:
        frame: An events frame, or a history of one.
        on: The day.
        known_as_of: Moment of knowledge.
        rules: The rule set.
        born_on: Birthdays by person id, for rules that count adults only.

    Returns:
        The stock, fit to be kept and handed to a later `flow_return` as its opening.
    """
    past = history(frame, known_as_of)
    books = ledger(past, track(past, rules, adult_days(born_on)), rules)
    return _stock(past, books, on)


def _stock(past: History, books: Ledger, on: date) -> Stock:
    active = books.active_on(day_number(on))
    people = past.people.filter(pl.col("person").is_in(active))["person_id"]
    return Stock(on, frozenset(people), past.records, past.known_as_of, past.log_position)


def flow_return(
    frame: Events,
    start: date,
    end: date,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
    opening: Stock | None = None,
    born_on: Mapping[str, date] | None = None,
) -> FlowReturn:
    """Return the flows of a period, balanced against its opening and closing stock.

    Args:
        frame: An events frame, or a history of one.
        start: First day of the period.
        end: Last day, included.
        known_as_of: Moment of knowledge.
        rules: The rule set.
        opening: Stock at the end of the day before, as it was reported then. Without it the opening is
            computed from what is known now, and there is nothing to correct.
        born_on: Birthdays by person id, for rules that count adults only.

    Returns:
        The return; ``opening + inflow - outflow + corrections == closing`` holds exactly.

    Raises:
        InputError: If the period ends before it starts, or the opening is of another day.
    """
    if end < start:
        raise InputError("the period ends before it starts.", "Give start <= end.")
    eve = start - timedelta(days=1)
    if opening is not None and opening.on != eve:
        raise InputError(f"the opening stock is of {opening.on}.", f"Give the stock of {eve}.")
    past = history(frame, known_as_of)
    books = ledger(past, track(past, rules, adult_days(born_on)), rules)
    first, last = day_number(start), day_number(end)
    table = books.table(past).filter((books.day >= first) & (books.day <= last))
    now = _stock(past, books, eve)
    fixes = corrections(frame, opening, now) if opening is not None else _no_corrections()
    return FlowReturn(
        start=start,
        end=end,
        opening=opening if opening is not None else now,
        closing=_stock(past, books, end),
        flows=table,
        corrections=fixes,
        rules=rules.label,
        known_as_of=known_as_of,
        log_position=past.log_position,
    )


_CORRECTIONS: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "person_id": pl.String,
    "change": pl.Int64,
    "cause": pl.String,
    "events": pl.List(pl.String),
}


def _no_corrections() -> pl.DataFrame:
    return pl.DataFrame(schema=dict(_CORRECTIONS))


def corrections(frame: Events, then: Stock, now: Stock) -> pl.DataFrame:
    """Name everybody who was active on the day after all, or was not, and what taught us so.

    Args:
        frame: The events frame ``now`` was made from.
        then: The stock as it was reported.
        now: The stock of the same day as known now.

    Returns:
        ``person_id, change, cause, events``; cause is ``late news``, ``correction``, ``link``, ``un-link``,
        ``erasure`` or ``rules``; events are those not known then that concern the person.
    """
    changed = [(person, 1) for person in now.people - then.people]
    changed += [(person, -1) for person in then.people - now.people]
    if not changed:
        return _no_corrections()
    rows = explain_people([person for person, _ in changed], frame, then, now)
    table = [(person, change, *rows[person]) for person, change in sorted(changed)]
    return pl.DataFrame(table, schema=dict(_CORRECTIONS), orient="row")


def explain_people(
    people: list[str], frame: Events, then: Stock, now: Stock
) -> dict[str, tuple[str, list[str]]]:
    """Return for each person why what is known now differs from what was known then: cause and events."""
    before, after = _records_of(then.records, people), _records_of(now.records, people)
    left = set(now.records["record_id"])
    owner = dict(then.records.select("record_id", "person_id").iter_rows())
    news = _news(frame, then, now)
    result = {}
    for person in people:
        gained, gone = after[person] - before[person], before[person] - after[person]
        events = [event for record in after[person] | gone for event in news.get(record, ())]
        if gone - left:
            cause = "erasure"
        elif gone:
            cause = "link" if not after[person] else "un-link"
        elif gained & owner.keys():
            came_from = {owner[record] for record in after[person] if record in owner}
            cause = "link" if len(came_from) > 1 else "un-link"
        elif any(fix for _, fix in events):
            cause = "correction"
        else:
            cause = "late news" if events else "rules"
        result[person] = (cause, sorted(event for event, _ in events))
    return result


def _records_of(records: pl.DataFrame, people: list[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {person: set() for person in people}
    for person, record in records.filter(pl.col("person_id").is_in(people)).iter_rows():
        found[person].add(record)
    return found


def _news(frame: Events, then: Stock, now: Stock) -> dict[str, list[tuple[str, bool]]]:
    """Return by record the events learned between two moments, and whether each corrects another."""
    told = frame.source if isinstance(frame, History) else frame
    if isinstance(then.known_as_of, int) or then.known_as_of is None:
        learned = pl.col("sequence") > then.log_position
    else:
        learned = pl.col("recorded_at") > then.known_as_of
    if now.known_as_of is not None:
        learned &= known_by(now.known_as_of)
    concerns = (pl.col("on") <= now.on) | pl.col("corrects").is_not_null()
    fresh = told.filter(learned & concerns)
    found: dict[str, list[tuple[str, bool]]] = {}
    for record, event, corrects in fresh.select("record_id", "event_id", "corrects").iter_rows():
        found.setdefault(record, []).append((event, corrects is not None))
    return found


def flows_by_month(
    frame: Events,
    first_month: date,
    months: int,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
    born_on: Mapping[str, date] | None = None,
    last_day: date | None = None,
) -> pl.DataFrame:
    """Return the six flows, deaths and stocks of consecutive months, as known at one moment.

    Args:
        frame: An events frame, or a history of one.
        first_month: Any day of the first month.
        months: How many months, 1 or more.
        known_as_of: Moment of knowledge.
        rules: The rule set.
        born_on: Birthdays by person id, for rules that count adults only.
        last_day: Last day counted, if the last month is not to be counted whole.

    Returns:
        One row per month: ``month, active_start``, the columns of the six-flow view, ``inflow, outflow,
        active_end, people_in, people_out``; ``active_start + inflow - outflow == active_end``.
    """
    past = history(frame, known_as_of)
    books = ledger(past, track(past, rules, adult_days(born_on)), rules)
    begins = [add_months(month_start(first_month), n) for n in range(months + 1)]
    edges = np.array([day_number(day) for day in begins])
    month = np.searchsorted(edges, books.day, side="right") - 1
    inside = (month >= 0) & (month < months)
    if last_day is not None:
        inside &= books.day <= day_number(last_day)
    counted = np.zeros((len(FLOWS), months), dtype=np.int64)
    np.add.at(counted, (books.flow[inside], month[inside]), 1)
    net = np.cumsum(counted[: len(INFLOWS)].sum(0) - counted[len(INFLOWS) :].sum(0))
    start = int(books.change[month < 0].sum())
    columns: dict[str, object] = {"month": begins[:-1], "active_start": np.append(start, start + net[:-1])}
    for name in dict.fromkeys(SIX_FLOWS.values()):
        columns[name] = sum(counted[code] for code, flow in enumerate(FLOWS) if SIX_FLOWS[flow] == name)
    columns["inflow"] = counted[: len(INFLOWS)].sum(0)
    columns["outflow"] = counted[len(INFLOWS) :].sum(0)
    columns["active_end"] = start + net
    for name, sign in (("people_in", 1), ("people_out", -1)):
        chosen = inside & (books.change == sign)
        pairs = np.unique(np.stack([month[chosen], books.person[chosen].astype(np.int64)]), axis=1)
        columns[name] = np.bincount(pairs[0], minlength=months)
    return pl.DataFrame(columns)
