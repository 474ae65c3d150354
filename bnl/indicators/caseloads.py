"""Caseloads: how many people each lead worker keeps, and who is nobody's or everybody's case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.history import Events, Known, history
from bnl.indicators.keeping import lead_workers
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.states import State
from bnl.indicators.status import statuses, until
from bnl.indicators.track import track

LIMIT: Final = 25
DIGITAL_LIMIT: Final = 30

_GONE: Final = (State.DECEASED.value, State.LEFT_AREA.value)
_CLOSED: Final = (*_GONE, State.HOUSED.value, State.HOUSED_WITH_SUPPORT.value, State.INACTIVE.value)


@dataclass(frozen=True)
class Caseloads:
    """Who keeps whom.

    Args:
        workers: ``agency_id, worker, people, limit, over, person_ids``: one row per lead worker; the limit
            is 25, or 30 if all their cases are digital.
        nobodys: Open people without a lead worker, sorted.
        everybodys: Open people with more than one, sorted.
        reopened: People whose case was reopened in the 90 days up to the day, sorted.
    """

    workers: pl.DataFrame
    nobodys: list[str]
    everybodys: list[str]
    reopened: list[str]


def caseloads(
    frame: Events, as_of: date, known_as_of: Known = None, rules: StatusRules = COUNTY
) -> Caseloads:
    """Return the caseload report at the end of a day.

    Args:
        frame: An events frame, or a history of one.
        as_of: The day.
        known_as_of: Moment of knowledge.
        rules: The rule set.

    Returns:
        The report. People who died or left the area are on nobody's caseload; housed people with a lead
        worker are.

    Source: Oxfordshire Housing Support Service, review of service 2018 to 2021, section 4.3.5 (25 cases,
    over 30 if digital only).
    """
    past = until(history(frame, known_as_of), as_of)
    now = statuses(past, track(past, rules), as_of, rules).with_columns(pl.col("state").cast(pl.String))
    leads = lead_workers(past).join(now.select("person", "person_id", "state"), on="person")
    leads = leads.filter(~pl.col("state").is_in(_GONE))
    workers = (
        leads.group_by("agency_id", pl.col("worker").fill_null("unnamed"))
        .agg(
            pl.len().cast(pl.Int64).alias("people"),
            (pl.col("mode") == "digital").fill_null(value=False).all().alias("digital"),
            pl.col("person_id").sort().alias("person_ids"),
        )
        .with_columns(pl.when("digital").then(DIGITAL_LIMIT).otherwise(LIMIT).cast(pl.Int64).alias("limit"))
        .with_columns((pl.col("people") > pl.col("limit")).alias("over"))
        .sort("agency_id", "worker")
        .select("agency_id", "worker", "people", "limit", "over", "person_ids")
    )
    open_now = now.filter(~pl.col("state").is_in([*_CLOSED, State.INSTITUTION.value]))
    led = leads.group_by("person").agg(pl.len().alias("leads"))
    open_now = open_now.join(led, on="person", how="left")
    again = past.rows(EventKind.REOPENING).filter((pl.lit(as_of) - pl.col("on")).dt.total_days() <= 90)
    return Caseloads(
        workers=workers,
        nobodys=sorted(open_now.filter(pl.col("leads").is_null())["person_id"]),
        everybodys=sorted(open_now.filter(pl.col("leads") > 1)["person_id"]),
        reopened=sorted(again["person_id"].unique()),
    )
