"""Reports: the tables of work at the joins, in institutions, on duties and offers, as far as may be seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.event import EventKind
from bnl.domain.vocabulary import Purpose
from bnl.errors import Denied, InvalidValue
from bnl.indicators import duties
from bnl.indicators.calendar import add_months, month_start
from bnl.indicators.caseloads import caseloads
from bnl.indicators.history import Known
from bnl.indicators.institutions import discharge_watch, in_out
from bnl.indicators.joins import joins
from bnl.indicators.mortality import LOOKBACK_MONTHS, deaths
from bnl.indicators.mortality import review_pack as mortality_pack
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.spells import moves, nights, spells
from bnl.indicators.suppression import is_small
from bnl.register.core import Core
from bnl.register.flow_figures import require_period
from bnl.register.ground import Ground, Reach, grounded
from bnl.register.printing import strangers
from bnl.register.release import opens, person_behind, unknown_handle


class Span(NamedTuple):
    """The days of a report.

    Args:
        start: First day of the period.
        end: Last day, included.
        as_of: Day at whose end it is looked at.
        rules: The status rules.
    """

    start: date
    end: date
    as_of: date
    rules: StatusRules = COUNTY


class Report(NamedTuple):
    """One report.

    Args:
        says: What it tells.
        make: Makes its table; ``person_id`` and lists of person ids are named by handle afterwards.
        whole: For a report of counts, the column the others are parts of; empty if it names people.
        people: Columns that list people.
        behind: Returns the people behind a report of counts, for the entry of its reading.
    """

    says: str
    make: Callable[[Ground, Span], pl.DataFrame]
    whole: str = ""
    people: tuple[str, ...] = ()
    behind: Callable[[Ground, Span], pl.Series] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class TableReport:
    """A report as one asker may have it.

    Args:
        name: Its name.
        says: What it tells.
        table: Its rows; people are named by handle, and what is hidden in official figures is null.
        unnamed: Rows left out because the person is not to be named to the asker.
        start: First day of the period.
        end: Last day, included.
        as_of: Day at whose end it is looked at.
        rules: Label of the status rules.
        reach: What it was computed from.
        log_position: How many log entries were known.
    """

    name: str
    says: str
    table: pl.DataFrame
    unnamed: int
    start: date
    end: date
    as_of: date
    rules: str
    reach: Reach
    log_position: int

    def __repr__(self) -> str:
        return f"TableReport({self.name}, {self.table.height} rows)"


def _caseloads(ground: Ground, span: Span) -> pl.DataFrame:
    return caseloads(ground.past, span.as_of, rules=span.rules).workers


def _cases_of(name: str) -> Callable[[Ground, Span], pl.DataFrame]:
    def make(ground: Ground, span: Span) -> pl.DataFrame:
        people = getattr(caseloads(ground.past, span.as_of, rules=span.rules), name)
        return pl.DataFrame({"person_id": people}, schema={"person_id": pl.String})

    return make


def _told_of(ground: Ground, span: Span, *kinds: EventKind) -> pl.Series:
    rows = ground.past.rows(*kinds, columns=("person_id", "on"))
    return rows.filter(pl.col("on") <= max(span.end, span.as_of))["person_id"]


REPORTS: Final[Mapping[str, Report]] = MappingProxyType(
    {
        "joins": Report(
            "What happens to people handed from one agency to another, by pair of agencies.",
            lambda g, s: joins(g.past, s.start, s.end, s.as_of).pairs,
            whole="sent",
            behind=lambda g, s: joins(g.past, s.start, s.end, s.as_of).handovers["person_id"],
        ),
        "handovers": Report(
            "Every handover sent in the period, its answer and the first contact.",
            lambda g, s: joins(g.past, s.start, s.end, s.as_of).handovers,
        ),
        "discharge-watch": Report(
            "Who is in an institution and may be discharged without a home.",
            lambda g, s: discharge_watch(g.past, s.as_of, rules=s.rules),
        ),
        "in-out": Report(
            "Accommodation on entering an institution against accommodation on leaving it.",
            lambda g, s: in_out(g.past, s.start, s.end).table,
            whole="stays",
            behind=lambda g, s: in_out(g.past, s.start, s.end).stays["person_id"],
        ),
        "stays": Report(
            "Every stay in an institution that ended in the period.",
            lambda g, s: in_out(g.past, s.start, s.end).stays,
        ),
        "caseloads": Report("How many people each lead worker keeps.", _caseloads, people=("person_ids",)),
        "nobodys-cases": Report("Open people without a lead worker.", _cases_of("nobodys")),
        "everybodys-cases": Report("Open people with more than one.", _cases_of("everybodys")),
        "reopened": Report("People whose case was reopened in the last 90 days.", _cases_of("reopened")),
        "duty-to-refer": Report(
            "Duty-to-refer referrals no housing authority has acknowledged.",
            lambda g, s: duties.unacknowledged(g.past, s.as_of),
        ),
        "nominations": Report(
            "What became of nominations, by landlord.",
            lambda g, s: duties.nominations(g.past, s.start, s.end, s.as_of),
            whole="nominated",
            people=("people_refused",),
            behind=lambda g, s: _told_of(g, s, EventKind.NOMINATION, EventKind.EXCLUSION),
        ),
        "exclusions": Report(
            "Who is excluded from the housing register or by a landlord.",
            lambda g, s: duties.exclusions(g.past, s.as_of),
        ),
        "rejections": Report(
            "Referrals rejected, by sender and reason.",
            lambda g, s: duties.rejections(g.past, s.start, s.end),
            whole="referrals",
            behind=lambda g, s: _told_of(g, s, EventKind.REFERRAL_DECIDED),
        ),
        "repeatedly-rejected": Report(
            "People whose referrals were rejected again and again.",
            lambda g, s: duties.repeatedly_rejected(g.past, s.start, s.end),
        ),
        "stale-plans": Report(
            "Support plans and register applications whose review is overdue, or that are not live.",
            lambda g, s: duties.stale_plans(g.past, s.as_of),
        ),
        "deaths": Report(
            "Every death of the period, with what was known of the person before.",
            lambda g, s: deaths(g.past, s.start, s.end, rules=s.rules),
        ),
        "moves": Report("How often each person moved.", lambda g, s: moves(g.past, s.start, s.end)),
        "nights": Report(
            "Nights each person spent in temporary or emergency accommodation.",
            lambda g, s: nights(spells(g.past, s.end, rules=s.rules), s.start, s.end),
        ),
    }
)
"""Every report by name."""


def report(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    name: str,
    start: date | None = None,
    end: date | None = None,
    as_of: date | None = None,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
) -> TableReport:
    """Return one report.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why; see `bnl.register.ground.grounded`. For statistics only reports of counts are made.
        name: Name of the report; see `REPORTS`.
        start: First day of the period; if not given, twelve months up to its end.
        end: Last day; if not given, the day looked at.
        as_of: Day at whose end it is looked at; if not given, the end of the period, or today.
        known_as_of: Only what was known then.
        rules: The status rules.

    Raises:
        Denied: The agreement does not let the actor, or the report names people and the purpose is
            statistics.
        InvalidValue: There is no such report or period.
    """
    if name not in REPORTS:
        raise InvalidValue("There is no such report.", f"Name one of {', '.join(sorted(REPORTS))}.")
    chosen = REPORTS[name]
    with grounded(core, actor, purpose, f"report.{name}", known_as_of) as ground:
        day = as_of or end or ground.today
        last = end or day
        span = Span(start or add_months(month_start(last), -11), last, day, rules)
        require_period(span.start, span.end)
        if ground.official and not chosen.whole:
            told = "This report names people; official figures name nobody."
            raise Denied(told, "Sign in for a purpose of your own work.", reasons=("purpose",))
        table = chosen.make(ground, span)
        if chosen.behind is not None and not ground.official:
            ground.names(chosen.behind(ground, span).unique())
        if ground.official:
            table, unnamed = hide_small(table, chosen, chosen.make(strangers(ground), span)), 0
        else:
            table, unnamed = _named(ground, table, chosen)
        return TableReport(
            name=name,
            says=chosen.says,
            table=table,
            unnamed=unnamed,
            start=span.start,
            end=span.end,
            as_of=span.as_of,
            rules=rules.label,
            reach=ground.reach,
            log_position=ground.position,
        )


def hide_small(table: pl.DataFrame, chosen: Report, others: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return a table of counts as it may be published.

    A row whose whole is small keeps nothing but what it is of; a row in which some part is small, or what is
    left of the whole without it, keeps its whole only. Lists of people and of reasons are left out.

    Args:
        table: The counts.
        chosen: The report they are of.
        others: The same without the people whom the asker knows and can take off by itself: what is small
            there is hidden too.
    """
    numbers = [name for name, kind in table.schema.items() if kind.is_numeric()]
    lists = [name for name, kind in table.schema.items() if isinstance(kind, pl.List)]
    words = [name for name in table.columns if name not in numbers and name not in lists]
    left = (
        {} if others is None else {tuple(row[w] for w in words): row for row in others.iter_rows(named=True)}
    )
    counts = [name for name, kind in table.schema.items() if kind == pl.Int64]
    rows = []
    for row in table.drop(lists).iter_rows(named=True):
        both = [row, *filter(None, [left.get(tuple(row[word] for word in words))])]
        for name in _hidden_columns(both, chosen.whole, counts, numbers):
            row[name] = None
        rows.append(row)
    return pl.DataFrame(rows, schema=table.drop(lists).schema)


def _hidden_columns(
    both: list[dict[str, Any]], whole: str, counts: list[str], numbers: list[str]
) -> list[str]:
    """Return the columns to hide of a row, looked at as it is and without the people known to the asker."""
    if any(row[whole] is None or is_small(row[whole]) for row in both):
        return numbers
    for row in both:
        parts = [row[name] for name in counts if name != whole and row[name] is not None]
        if any(is_small(part) or is_small(row[whole] - part) for part in parts):
            return [name for name in numbers if name != whole]
    return []


def _named(ground: Ground, table: pl.DataFrame, chosen: Report) -> tuple[pl.DataFrame, int]:
    """Put handles in the place of person ids; rows of people not to be named are left out and counted."""
    for column in chosen.people:
        named = [list(ground.names(people or ())) for people in table[column].to_list()]
        table = table.with_columns(pl.Series(column, named, dtype=pl.List(pl.String)))
    if "person_id" not in table.columns:
        return table, 0
    handles = pl.Series("handle", [ground.name(one) for one in table["person_id"]], dtype=pl.String)
    with_handles = table.with_columns(handles).drop("person_id").filter(pl.col("handle").is_not_null())
    return with_handles.select("handle", pl.exclude("handle")), table.height - with_handles.height


def review_pack(
    core: Core, actor: Actor, purpose: Purpose, handle: str, months: int = LOOKBACK_MONTHS
) -> TableReport:
    """Return what happened to somebody in the months before their death, as far as the asker may see it.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why: as a rule mortality review.
        handle: Who died.
        months: How far back to look, from 1 to 600.

    Raises:
        NotFound: There is no such person, or not for this actor.
        InvalidValue: So many months cannot be.
    """
    if months not in range(1, 601):
        raise InvalidValue("The number of months is out of range.", "Ask for 1 to 600 months.")
    with grounded(core, actor, purpose, "report.review-pack") as ground:
        found = [one for one in person_behind(core, actor.agency_id, handle) if ground.decision(one)]
        decision = ground.decision(found[0]) if found else None
        if decision is None or not opens(core, actor.agency_id, handle, decision):
            raise unknown_handle()
        ground.name(found[0])
        table = mortality_pack(ground.past, found[0], months=months).drop("order", strict=False)
        days = [day for day in table["on"].to_list() if day is not None] or [ground.today]
        says = "What happened in the months before a death, in order."
        return TableReport(
            name="review-pack",
            says=says,
            table=table,
            unnamed=0,
            start=min(days),
            end=max(days),
            as_of=ground.today,
            rules="",
            reach=ground.reach,
            log_position=ground.position,
        )
