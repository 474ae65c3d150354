"""Judges: what each indicator makes of each case: met, missed, unknown, or left out and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.calendar import add_months, deadlines
from bnl.indicators.casework import Casework, full_service
from bnl.indicators.kpi_rules import Kpi, KpiRule

MET: Final = "met"
MISSED: Final = "missed"
UNKNOWN: Final = "unknown"


def _decide(*rules: tuple[pl.Expr, str], otherwise: str) -> pl.Expr:
    """Return the verdict of the first condition that holds; an unknown condition does not hold."""
    verdict = pl.lit(otherwise)
    for condition, word in reversed(rules):
        verdict = pl.when(condition.fill_null(value=False)).then(pl.lit(word)).otherwise(verdict)
    return verdict.alias("verdict")


def _in_time(done: str, end: date) -> tuple[tuple[pl.Expr, str], ...]:
    """Return the verdicts common to indicators with a deadline ``due``."""
    finished = pl.col(done) <= end
    left = (
        (pl.col("outcome") == "withdrawn")
        & (pl.col("decided_on") <= pl.col("due"))
        & (pl.col("decided_on") <= end)
    )
    return (
        (finished & (pl.col(done) <= pl.col("due")), MET),
        (finished, MISSED),
        (left, "withdrawn before due"),
        ((pl.col("died_on") <= pl.col("due")) & (pl.col("died_on") <= end), "died before due"),
        (pl.col("due") > end, "not yet due"),
    )


def _triage(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del work
    due = deadlines(rows["referred_on"], version.days, working=not version.calendar)
    return rows.with_columns(due.alias("due")).with_columns(
        _decide(*_in_time("triaged_on", end), otherwise=MISSED)
    )


def _assessment(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del work
    due = deadlines(rows["referred_on"], version.days, working=False)
    turned_away = (pl.col("outcome") == "rejected") & (pl.col("decided_on") <= end)
    advice = pl.col("service_level") == "advice"
    verdicts = _in_time("assessed_on", end)
    return rows.with_columns(due.alias("due")).with_columns(
        _decide(
            *verdicts[:2],
            (turned_away, "not accepted"),
            (advice, "advice only"),
            *verdicts[2:],
            otherwise=MISSED,
        )
    )


def _closure(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del work, end
    died = (pl.col("died_on") <= pl.col("closed_on")) | (pl.col("close_reason") == "died")
    rules: list[tuple[pl.Expr, str]] = [(pl.col("closed_on").is_null(), "open"), (died, "died")]
    if version.suspended:
        rules.append((pl.lit(value=True), "suspended"))
    if not version.unplanned:
        rules += [(pl.col("planned").is_null(), UNKNOWN), (~pl.col("planned"), "unplanned")]
    rules += [(pl.col("days").is_null(), UNKNOWN), (pl.col("days") <= version.days, MET)]
    return rows.with_columns(
        _decide(*rules, otherwise=MISSED),
        pl.concat_str(
            pl.col("case_id"), pl.coalesce(pl.col("closed_on").cast(pl.String), pl.lit("open")), separator="@"
        ).alias("id"),
    )


def _eviction(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del version
    evicted = (
        work.past.rows(EventKind.ACCOMMODATION_END)
        .filter((pl.col("reason") == "evicted") & (pl.col("on") <= end))
        .select("person", pl.col("on").alias("evicted_on"))
    )
    hit = (
        rows.select("case_id", "person", "opened_on", "closed_on")
        .join(evicted, on="person")
        .filter(
            (pl.col("evicted_on") >= pl.col("opened_on"))
            & (pl.col("closed_on").is_null() | (pl.col("evicted_on") <= pl.col("closed_on")))
        )
        .select("case_id")
        .unique()
        .with_columns(pl.lit(value=True).alias("evicted"))
    )
    joined = rows.join(hit, on="case_id", how="left", maintain_order="left")
    return joined.with_columns(
        _decide((pl.col("evicted"), MISSED), (pl.col("prevention") == "unknown", UNKNOWN), otherwise=MET)
    )


def _users(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del end
    people = rows.select(pl.col("person_id").alias("id"), pl.lit(None, dtype=pl.String).alias("flag"))
    if version.beneficiaries and work.memberships is not None:
        people = pl.concat([people, _beneficiaries(rows, work.memberships)])
    return people.unique("id", keep="first", maintain_order=True).with_columns(pl.lit(MET).alias("verdict"))


def _beneficiaries(rows: pl.DataFrame, memberships: pl.DataFrame) -> pl.DataFrame:
    """Return family who belonged to the client's household on a day the case was open, marked so."""
    days = rows.select("case_id", "person_id", "opened_on", "last_day")
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
    return shared.select("id", pl.lit("beneficiary").alias("flag")).unique(maintain_order=True)


def _employment(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del version
    said = work.told([EventKind.EMPLOYMENT], "status", "eligible").filter(pl.col("on") <= end)
    last = said.group_by("case_id").agg(
        pl.col("status").drop_nulls().last(), pl.col("eligible").drop_nulls().last()
    )
    joined = rows.join(last, on="case_id", how="left", maintain_order="left")
    return joined.with_columns(
        _decide(
            (pl.col("eligible").is_null() | ~pl.col("eligible"), "not eligible"),
            (pl.col("status").is_null() | (pl.col("status") == "unknown"), UNKNOWN),
            (pl.col("status") == "employed", MET),
            otherwise=MISSED,
        )
    )


def _again(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    """Judge whether somebody referred had full service before: on some day of the look-back, or still has."""
    del end
    earliest = {day: add_months(day, -version.lookback_months) for day in rows["referred_on"].unique()}
    since = pl.col("referred_on").replace_strict(earliest, return_dtype=pl.Date)
    prior = work.cases.filter(full_service()).select(
        "person",
        pl.col("case_id").alias("prior"),
        pl.col("opened_on").alias("from"),
        pl.col("closed_on").alias("to"),
    )
    pairs = (
        rows.with_columns(since.alias("since"))
        .select("case_id", "person", "referred_on", "since")
        .join(prior, on="person")
    )
    served = pairs.filter(
        (pl.col("prior") != pl.col("case_id"))
        & (pl.col("from") < pl.col("referred_on"))
        & (pl.col("to").is_null() | (pl.col("to") >= pl.col("since")))
    )
    still = pl.col("to").is_null() | (pl.col("to") >= pl.col("referred_on"))
    found = served.group_by("case_id").agg(still.any().alias("duplicate"))
    joined = rows.join(found, on="case_id", how="left", maintain_order="left")
    return joined.with_columns(
        _decide((pl.col("duplicate").is_not_null(), MET), otherwise=MISSED),
        pl.when(pl.col("duplicate")).then(pl.lit("duplicate of open service")).alias("flag"),
    )


def _prevention(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del version, work, end
    outcome = pl.col("prevention")
    return rows.with_columns(
        _decide(
            (pl.col("close_reason") == "died", "died"),
            (outcome == "prevented", MET),
            (outcome == "not_prevented", MISSED),
            otherwise=UNKNOWN,
        )
    )


def _rejected(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del version, work
    decided = pl.col("decided_on") <= end
    return rows.with_columns(
        _decide(
            (~decided.fill_null(value=False), "not decided"),
            (pl.col("outcome") == "rejected", MET),
            (pl.col("outcome") == "withdrawn", "withdrawn"),
            otherwise=MISSED,
        )
    )


def _upstream(version: KpiRule, rows: pl.DataFrame, work: Casework, end: date) -> pl.DataFrame:
    del version, work, end
    return rows.with_columns(
        _decide((pl.col("band") == ">56", MET), (pl.col("band") == "unknown", UNKNOWN), otherwise=MISSED)
    )


JUDGES: Final[Mapping[Kpi, Callable[[KpiRule, pl.DataFrame, Casework, date], pl.DataFrame]]] = {
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
