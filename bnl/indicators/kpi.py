"""KPIs: the contract's indicators from cases, each with everybody counted, left out or unknown named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

import polars as pl

from bnl.indicators.casework import Casework, full_service
from bnl.indicators.figures import Figure
from bnl.indicators.kpi_judges import JUDGES, MET, MISSED, UNKNOWN
from bnl.indicators.kpi_rules import Kpi, KpiRule, versions_of


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
    versions = versions_of(name, rule)
    work = work.until(end)
    rows = _ROWS[name](work, start, end)
    if agencies is not None:
        rows = rows.filter(pl.col("agency_id").is_in(list(agencies)))
    parts = []
    for version in versions:
        mine = rows if len(versions) == 1 and version.always else rows.filter(_in_force(version))
        if not mine.is_empty():
            parts.append((version, _judge(version, mine, work, end)))
    return _figure(name, versions, parts, start, end, work.past.log_position)


def kpis(work: Casework, start: date, end: date, agencies: Iterable[str] | None = None) -> dict[Kpi, Figure]:
    """Return every indicator over a period, under its default rule."""
    chosen = None if agencies is None else list(agencies)
    return {name: kpi(work, name, start, end, agencies=chosen) for name in Kpi}


def _in_force(version: KpiRule) -> pl.Expr:
    inside = pl.lit(value=True)
    if version.starts_on is not None:
        inside &= pl.col("last_day") >= version.starts_on
    if version.ends_on is not None:
        inside &= pl.col("last_day") <= version.ends_on
    return inside


def _figure(
    name: Kpi,
    versions: tuple[KpiRule, ...],
    parts: list[tuple[KpiRule, pl.DataFrame]],
    start: date,
    end: date,
    position: int,
) -> Figure:
    rows = pl.concat([rows for _, rows in parts]) if parts else _NO_ROWS
    verdicts = _ids_by(rows, "verdict")
    met, missed, unknown = (verdicts.pop(word, ()) for word in (MET, MISSED, UNKNOWN))
    used = [version for version, _ in parts] or [v for v in versions if v.in_force(end)]
    return Figure(
        name=name.value,
        rules=tuple(version.label for version in used),
        start=start,
        end=end,
        unit=_UNIT.get(name, "case"),
        numerator=met,
        denominator=tuple(sorted(met + missed)),
        unknown=unknown,
        exclusions=verdicts,
        flags=_ids_by(rows.filter(pl.col("flag").is_not_null()), "flag"),
        target=used[-1].target if used else None,
        log_position=position,
    )


_NO_ROWS: Final = pl.DataFrame(schema={"id": pl.String, "verdict": pl.String, "flag": pl.String})


def _ids_by(rows: pl.DataFrame, column: str) -> dict[str, tuple[str, ...]]:
    """Return the distinct ids under each word of a column, both sorted."""
    grouped = rows.unique(["id", column]).sort(column, "id").group_by(column, maintain_order=True).agg("id")
    return {word: tuple(ids) for word, ids in zip(grouped[column], grouped["id"].to_list(), strict=True)}


_UNIT: Final = {Kpi.SERVICE_USERS: "person"}


def _received(work: Casework, start: date, end: date) -> pl.DataFrame:
    return work.cases.filter(pl.col("referred_on").is_between(start, end)).with_columns(
        pl.col("referred_on").alias("last_day")
    )


def _closed(work: Casework, start: date, end: date) -> pl.DataFrame:
    shut = work.closures.filter(pl.col("closed_on").is_between(start, end))
    still = work.cases.filter(
        (pl.col("opened_on") <= end)
        & (pl.col("closed_on").is_null() | (pl.col("closed_on") > end))
        & full_service()
    )
    still = still.join(shut.select("case_id"), on="case_id", how="anti")
    return pl.concat(
        [shut, still.select("case_id", "person_id", "agency_id", "opened_on", "died_on")], how="diagonal"
    ).with_columns(pl.coalesce("closed_on", pl.lit(end)).alias("last_day"))


def _supported(work: Casework, start: date, end: date) -> pl.DataFrame:
    """Return cases with full service on some day of the period; the closing day is such a day."""
    open_then = (pl.col("opened_on") <= end) & (
        pl.col("closed_on").is_null() | (pl.col("closed_on") >= start)
    )
    return work.cases.filter(full_service() & open_then).with_columns(
        pl.min_horizontal(pl.col("closed_on").fill_null(end), pl.lit(end)).alias("last_day")
    )


def _outcomes(work: Casework, start: date, end: date) -> pl.DataFrame:
    return work.cases.filter(pl.col("closed_on").is_between(start, end)).with_columns(
        pl.col("closed_on").alias("last_day")
    )


_ROWS: Final[Mapping[Kpi, Callable[[Casework, date, date], pl.DataFrame]]] = {
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


def _judge(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    """Return ``id, verdict, flag`` for each case under one version of the rule."""
    judged = JUDGES[version.kpi](version, rows, work, end)
    if "id" not in judged.columns:
        judged = judged.with_columns(pl.col("case_id").alias("id"))
    if "flag" not in judged.columns:
        judged = judged.with_columns(pl.lit(None, dtype=pl.String).alias("flag"))
    return judged.select("id", "verdict", "flag")
