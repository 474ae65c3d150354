"""KPIs: the contract's indicators from cases, each with everybody counted, left out or unknown named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

import numpy as np

from bnl.indicators.case_rows import CaseRows, Mask
from bnl.indicators.casework import Casework
from bnl.indicators.figures import Figure
from bnl.indicators.history import day_number
from bnl.indicators.kpi_judges import JUDGES
from bnl.indicators.kpi_rules import Kpi, KpiRule, versions_of
from bnl.indicators.verdicts import MET, MISSED, UNKNOWN, VERDICTS, Judged


def kpi(
    work: Casework,
    name: Kpi,
    start: date,
    end: date,
    rule: str | tuple[KpiRule, ...] | None = None,
    agencies: Iterable[str] | None = None,
) -> Figure:
    """Return one indicator over a period.

    Referral indicators belong to the period of receipt, closure indicators to the period of closure. What
    is due is judged at the end of the last day.

    Args:
        work: The casework.
        name: The indicator.
        start: First day.
        end: Last day, included.
        rule: Name of the rule, versions of your own, or None for the default. Each case falls under the
            version in force on its last day in the period.
        agencies: Only cases of these agencies; None for all.

    Returns:
        The figure.

    Raises:
        InputError: If the rule does not exist.
    """
    return _one(work.until(end), name, (start, end), rule, agencies, {})


def kpis(work: Casework, start: date, end: date, agencies: Iterable[str] | None = None) -> dict[Kpi, Figure]:
    """Return every indicator over a period, under its default rule."""
    chosen = None if agencies is None else list(agencies)
    work = work.until(end)
    shared: dict[_Choose, CaseRows] = {}
    return {name: _one(work, name, (start, end), None, chosen, shared) for name in Kpi}


_Choose = Callable[[Casework, int, int], CaseRows]


def _one(
    work: Casework,
    name: Kpi,
    period: tuple[date, date],
    rule: str | tuple[KpiRule, ...] | None,
    agencies: Iterable[str] | None,
    shared: dict[_Choose, CaseRows],
) -> Figure:
    """Return one indicator; the cases of a period are chosen once for all indicators that share them."""
    versions = versions_of(name, rule)
    choose, (first, end) = _ROWS[name], (day_number(day) for day in period)
    if choose not in shared:
        rows = choose(work, first, end)
        shared[choose] = rows if agencies is None else rows.take(_of(work, rows, agencies))
    rows = shared[choose]
    parts = []
    for version in versions:
        inside = _in_force(version, rows)
        mine = rows if inside.all() else rows.take(inside)
        if len(mine):
            parts.append((version, JUDGES[name](version, mine, work, end)))
    return _figure(name, versions, parts, period, work.past.log_position)


def _of(work: Casework, rows: CaseRows, agencies: Iterable[str]) -> Mask:
    return work.facts.owner.gather(rows.place).is_in(list(agencies)).to_numpy()


def _in_force(version: KpiRule, rows: CaseRows) -> Mask:
    inside = np.ones(len(rows), dtype=bool)
    if version.starts_on is not None:
        inside &= rows.last >= day_number(version.starts_on)
    if version.ends_on is not None:
        inside &= rows.last <= day_number(version.ends_on)
    return inside


def _figure(
    name: Kpi,
    versions: tuple[KpiRule, ...],
    parts: list[tuple[KpiRule, Judged]],
    period: tuple[date, date],
    position: int,
) -> Figure:
    verdicts, flags = _words([part for _, part in parts])
    met, missed, unknown = (verdicts.pop(word, ()) for word in (MET, MISSED, UNKNOWN))
    used = [version for version, _ in parts] or [v for v in versions if v.in_force(period[1])]
    return Figure(
        name=name.value,
        rules=tuple(version.label for version in used),
        start=period[0],
        end=period[1],
        unit=_UNIT.get(name, "case"),
        numerator=met,
        denominator=tuple(sorted(met + missed)) if met and missed else met or missed,
        unknown=unknown,
        exclusions=verdicts,
        flags=flags,
        target=used[-1].target if used else None,
        log_position=position,
    )


_Ids = dict[str, tuple[str, ...]]


def _words(parts: list[Judged]) -> tuple[_Ids, _Ids]:
    """Return the ids under each verdict and under each mark, words and ids sorted, none twice."""
    if not parts:
        return {}, {}
    ids = np.concatenate([part.ids for part in parts])
    verdict = np.concatenate([part.verdict for part in parts])
    marks = {mark: np.concatenate([part.marks[mark] for part in parts]) for mark in parts[0].marks}
    once = len(parts) == 1 and parts[0].in_order

    def named(chosen: Mask) -> tuple[str, ...]:
        found = ids[chosen].tolist()
        return tuple(found if once else sorted(set(found)))

    words = {VERDICTS[code]: named(verdict == code) for code in np.flatnonzero(np.bincount(verdict))}
    return dict(sorted(words.items())), {mark: named(held) for mark, held in marks.items() if held.any()}


_UNIT: Final = {Kpi.SERVICE_USERS: "person"}


def _received(work: Casework, start: int, end: int) -> CaseRows:
    rows = work.facts.rows
    chosen = np.flatnonzero((rows.referred >= start) & (rows.referred <= end))
    return rows.take(chosen, last=rows.referred[chosen])


def _closed(work: Casework, start: int, end: int) -> CaseRows:
    """Return every closure of the period, and the cases with full service that are open at its end."""
    rows, shut = work.facts.rows, work.facts.closures
    shut = shut.take((shut.closed >= start) & (shut.closed <= end))
    still = work.facts.full & (rows.opened <= end) & (rows.closed > end)
    still[shut.place] = False
    left = rows.take(np.flatnonzero(still))
    return shut.joined(left.take(slice(None), last=np.full(len(left), end, dtype=np.int32)))


def _supported(work: Casework, start: int, end: int) -> CaseRows:
    """Return cases with full service on some day of the period; the closing day is such a day."""
    rows = work.facts.rows
    chosen = np.flatnonzero(work.facts.full & (rows.opened <= end) & (rows.closed >= start))
    return rows.take(chosen, last=np.minimum(rows.closed[chosen], np.int32(end)))


def _outcomes(work: Casework, start: int, end: int) -> CaseRows:
    rows = work.facts.rows
    return rows.take((rows.closed >= start) & (rows.closed <= end))


_ROWS: Final[Mapping[Kpi, _Choose]] = {
    Kpi.SERVICE_USERS: _supported,
    Kpi.EVICTIONS_AVOIDED: _supported,
    Kpi.TRIAGE: _received,
    Kpi.ASSESSMENT: _received,
    Kpi.CLOSED: _closed,
    Kpi.IN_EMPLOYMENT: _supported,
    Kpi.RE_REFERRAL: _received,
    Kpi.PREVENTION: _outcomes,
    Kpi.REJECTED: _received,
    Kpi.UPSTREAM: _received,
}
