"""Judges: what each indicator makes of each case: met, missed, unknown, or left out and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.domain.event import EventKind
from bnl.indicators.calendar import add_months, deadlines
from bnl.indicators.case_rows import FLAG_UNKNOWN, NEVER, CaseRows, Days, Mask
from bnl.indicators.casework import Casework
from bnl.indicators.history import calendar_day, day_number
from bnl.indicators.kpi_rules import Kpi, KpiRule
from bnl.indicators.verdicts import MET, MISSED, UNKNOWN, Judged, decide

_PERSON_SHIFT: Final = 32


def _cases(work: Casework, rows: CaseRows, *rules: tuple[Mask, str], otherwise: str) -> Judged:
    ids = work.facts.names[rows.place]
    ordered = bool((rows.place[1:] > rows.place[:-1]).all())
    return Judged(ids, decide(len(rows), *rules, otherwise=otherwise), in_order=ordered)


def _in_time(work: Casework, rows: CaseRows, done: Days, due: Days, end: int) -> tuple[tuple[Mask, str], ...]:
    """Return the verdicts common to indicators with a deadline."""
    finished = done <= end
    decided, died = rows.decided, rows.died
    withdrawn = work.facts.is_decided("withdrawn")[rows.place]
    return (
        (finished & (done <= due), MET),
        (finished, MISSED),
        (withdrawn & (decided <= due) & (decided <= end), "withdrawn before due"),
        ((died <= due) & (died <= end), "died before due"),
        (due > end, "not yet due"),
    )


def _triage(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    received = pl.Series(rows.referred).cast(pl.Date)
    due = deadlines(received, version.days, working=not version.calendar).to_physical().to_numpy()
    return _cases(work, rows, *_in_time(work, rows, rows.triaged, due, end), otherwise=MISSED)


def _assessment(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    due = rows.referred + np.int32(version.days)
    turned_away = work.facts.is_decided("rejected")[rows.place] & (rows.decided <= end)
    verdicts = _in_time(work, rows, rows.assessed, due, end)
    return _cases(
        work,
        rows,
        *verdicts[:2],
        (turned_away, "not accepted"),
        (work.facts.advised[rows.place], "advice only"),
        *verdicts[2:],
        otherwise=MISSED,
    )


def _closure(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    del end
    size = len(rows)
    still = rows.closed == NEVER
    rules = [(still, "open"), ((rows.died <= rows.closed) | rows.ended_by_death, "died")]
    if version.suspended:
        rules.append((np.ones(size, dtype=bool), "suspended"))
    if not version.unplanned:
        rules += [(rows.planned == FLAG_UNKNOWN, UNKNOWN), (rows.planned == 0, "unplanned")]
    days = rows.closed.astype(np.int64) - rows.opened
    rules += [(rows.opened == NEVER, UNKNOWN), (days <= version.days, MET)]
    day = pl.Series(np.where(still, 0, rows.closed), dtype=pl.Int32).cast(pl.Date).cast(pl.String)
    day = pl.repeat("open", size, eager=True).zip_with(pl.Series(still), day)
    ids = pl.select(pl.concat_str(work.facts.ids.gather(rows.place), day, separator="@")).to_series()
    order, verdict = ids.arg_sort(), decide(size, *rules, otherwise=MISSED)
    names = np.array(ids.gather(order).to_list(), dtype=object)
    return Judged(names, verdict[order.to_numpy()], in_order=ids.n_unique() == size)


def _eviction(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    del version
    past = work.past
    ended = past.where(EventKind.ACCOMMODATION_END)
    ended = ended[work.facts.is_said(ended, "reason", "evicted") & (past.day[ended] <= end)]
    losses = _moments(past.person[ended], past.day[ended])
    until = np.searchsorted(losses, _moments(rows.person, np.minimum(rows.closed, end)), side="right")
    evicted = until > np.searchsorted(losses, _moments(rows.person, rows.opened))
    unknown = work.facts.is_said(work.facts.outcome[rows.place], "outcome", "unknown")
    return _cases(work, rows, (evicted, MISSED), (unknown, UNKNOWN), otherwise=MET)


def _moments(person: NDArray[np.uint32], day: Days) -> NDArray[np.int64]:
    """Return person and day in one number, so that numbers sort as events of people do."""
    moments: NDArray[np.int64] = (person.astype(np.int64) << _PERSON_SHIFT) + day
    return moments


def _users(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    del end
    begin = work.facts.begin[rows.place]
    begin = begin[np.unique(rows.person, return_index=True)[1]]
    clients = ids = work.facts.says(begin, "person_id")
    if version.beneficiaries and work.memberships is not None:
        family = _beneficiaries(rows, work, work.memberships)
        ids = pl.concat([clients, family.filter(~family.is_in(clients.implode())).cast(pl.String)])
    order = ids.arg_sort()
    names = np.array(ids.gather(order).to_list(), dtype=object)
    marked = order.to_numpy() >= len(clients)
    return Judged(names, decide(len(ids), otherwise=MET), {"beneficiary": marked}, in_order=True)


def _beneficiaries(rows: CaseRows, work: Casework, memberships: pl.DataFrame) -> pl.Series:
    """Return family who belonged to the client's household on a day the case was open."""
    days = pl.DataFrame(
        {
            "person_id": work.facts.says(work.facts.begin[rows.place], "person_id"),
            "opened_on": pl.Series(rows.opened).cast(pl.Date),
            "last_day": pl.Series(rows.last).cast(pl.Date),
        }
    )
    ends = pl.col("ends_on").is_null()
    mine = days.join(memberships.select("person_id", "household_id", "starts_on", "ends_on"), on="person_id")
    mine = mine.filter(
        (pl.col("starts_on") <= pl.col("last_day")) & (ends | (pl.col("ends_on") > pl.col("opened_on")))
    )
    family = memberships.filter(pl.col("beneficiary")).select(
        "household_id",
        pl.col("person_id").alias("id"),
        pl.col("starts_on").alias("from"),
        pl.col("ends_on").alias("to"),
    )
    shared = mine.join(family, on="household_id").filter(
        (pl.col("from") <= pl.col("last_day"))
        & (pl.col("to").is_null() | (pl.col("to") > pl.col("opened_on")))
    )
    return shared["id"].unique()


def _employment(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    del version, end
    facts = work.facts
    status = facts.says(facts.last(EventKind.EMPLOYMENT, told="status")[rows.place], "status")
    eligible = facts.last(EventKind.EMPLOYMENT, told="eligible")[rows.place]
    may = facts.says(eligible, "eligible").fill_null(value=False).to_numpy()
    unknown = (status.is_null() | (status == "unknown").fill_null(value=True)).to_numpy()
    employed = (status == "employed").fill_null(value=False).to_numpy()
    return _cases(work, rows, (~may, "not eligible"), (unknown, UNKNOWN), (employed, MET), otherwise=MISSED)


def _again(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    """Judge whether somebody referred had full service before: on some day of the look-back, or still has."""
    del end
    everyone, full = work.facts.rows, np.flatnonzero(work.facts.full)
    full = full[np.argsort(everyone.person[full], kind="stable")]
    owner = everyone.person[full]
    first, last = (np.searchsorted(owner, rows.person, side) for side in ("left", "right"))
    times = last - first
    row = np.repeat(np.arange(len(rows)), times)
    prior = full[np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times) + np.repeat(first, times)]
    referred, begun, over = rows.referred[row], everyone.opened[prior], everyone.closed[prior]
    served = (prior != rows.place[row]) & (begun < referred)
    served &= over >= _months_before(rows.referred, version.lookback_months)[row]
    before, still = (np.zeros(len(rows), dtype=bool) for _ in range(2))
    before[row[served]] = True
    still[row[served & (over >= referred)]] = True
    judged = _cases(work, rows, (before, MET), otherwise=MISSED)
    return replace(judged, marks={"duplicate of open service": still})


def _months_before(days: Days, months: int) -> Days:
    """Return the same days so many months before."""
    known, which = np.unique(days, return_inverse=True)
    back = [day_number(add_months(calendar_day(int(day)), -months)) for day in known]
    return np.array(back, dtype=np.int32)[which]


def _prevention(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    del version, end
    told = work.facts.outcome[rows.place]
    return _cases(
        work,
        rows,
        (rows.ended_by_death, "died"),
        (work.facts.is_said(told, "outcome", "prevented"), MET),
        (work.facts.is_said(told, "outcome", "not_prevented"), MISSED),
        otherwise=UNKNOWN,
    )


def _rejected(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    del version
    return _cases(
        work,
        rows,
        (rows.decided > end, "not decided"),
        (work.facts.is_decided("rejected")[rows.place], MET),
        (work.facts.is_decided("withdrawn")[rows.place], "withdrawn"),
        otherwise=MISSED,
    )


def _upstream(version: KpiRule, rows: CaseRows, work: Casework, end: int) -> Judged:
    del version, end
    band = work.facts.band.gather(rows.place)
    far, unknown = ((band == word).fill_null(value=False).to_numpy() for word in (">56", "unknown"))
    return _cases(work, rows, (far, MET), (unknown, UNKNOWN), otherwise=MISSED)


JUDGES: Final[Mapping[Kpi, Callable[[KpiRule, CaseRows, Casework, int], Judged]]] = {
    Kpi.SERVICE_USERS: _users,
    Kpi.EVICTIONS_AVOIDED: _eviction,
    Kpi.TRIAGE: _triage,
    Kpi.ASSESSMENT: _assessment,
    Kpi.CLOSED: _closure,
    Kpi.IN_EMPLOYMENT: _employment,
    Kpi.RE_REFERRAL: _again,
    Kpi.PREVENTION: _prevention,
    Kpi.REJECTED: _rejected,
    Kpi.UPSTREAM: _upstream,
}
