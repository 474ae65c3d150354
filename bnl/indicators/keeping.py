"""Who keeps a person: lead workers, dated next actions, handovers under way, last contact."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.answers import asked_and_answered
from bnl.indicators.history import History
from bnl.indicators.rules import StatusRules
from bnl.indicators.signals import contact_with_person

COLUMNS: Final = (
    *(
        "person",
        "person_id",
        "agency_id",
        "kind",
        "on",
        "ref",
        "event_id",
        "worker",
        "mode",
        "action",
        "due_on",
    ),
    *("from_agency", "to_agency", "reason", "answered", "institution", "expected_on"),
)
"""The columns of the history read in this file."""


def lead_workers(past: History) -> pl.DataFrame:
    """Return the lead workers in charge now: ``person, agency_id, worker, mode, lead_since``.

    An agency has one lead worker for a person at a time: an assignment replaces its earlier one. An ending
    without a name ends whoever leads for that agency; one with a name ends that worker only.
    """
    rows = past.rows(EventKind.LEAD_WORKER_ASSIGNED, EventKind.LEAD_WORKER_ENDED, columns=COLUMNS)
    rows = rows.with_row_index("row")
    assigned = pl.col("kind") == EventKind.LEAD_WORKER_ASSIGNED.value
    key = ["person", "agency_id"]
    leads = rows.filter(assigned).unique(key, keep="last", maintain_order=True)
    leads = leads.select(*key, "worker", "mode", "row", pl.col("on").alias("lead_since"))
    ends = rows.filter(~assigned).select(*key, pl.col("worker").alias("ended"), pl.col("row").alias("at"))
    over = leads.join(ends, on=key).filter(
        (pl.col("at") > pl.col("row")) & (pl.col("ended").is_null() | (pl.col("ended") == pl.col("worker")))
    )
    return leads.join(over, on=key, how="anti", maintain_order="left").drop("row")


def next_actions(past: History) -> pl.DataFrame:
    """Return what is still to be done: ``person, agency_id, action, due_on, set_on``.

    The last action an agency set under a ``ref`` (or without one) stands until it is done.
    """
    pairs = asked_and_answered(
        past, EventKind.NEXT_ACTION, EventKind.NEXT_ACTION_DONE, keep=("action", "due_on")
    )
    last = pairs.unique(["person", "agency_id", "ref"], keep="last", maintain_order=True)
    still = last.filter(pl.col("answer").is_null())
    return still.select("person", "agency_id", "action", "due_on", pl.col("on").alias("set_on"))


def handovers(past: History) -> pl.DataFrame:
    """Return every handover with its answer, as `asked_and_answered`, with ``from_agency, to_agency``."""
    pairs = asked_and_answered(
        past,
        EventKind.HANDOVER_SENT,
        EventKind.HANDOVER_ACCEPTED,
        EventKind.HANDOVER_DECLINED,
        keep=("from_agency", "to_agency"),
        bring=("reason",),
        party="to_agency",
    )
    return pairs.with_columns(pl.col("from_agency").fill_null(pl.col("agency_id")))


def contacts(past: History, rules: StatusRules) -> pl.DataFrame:
    """Return the last contact with each person, if it was answered: ``person, last_contact``."""
    rows = np.flatnonzero(contact_with_person(past, rules))
    person = past.person[rows]
    last = np.ones(len(rows), dtype=bool)
    last[:-1] = person[1:] != person[:-1]
    days = pl.Series("last_contact", past.day[rows[last]]).cast(pl.Date)
    return pl.DataFrame({"person": person[last], "last_contact": days})


def expected_discharges(past: History) -> pl.DataFrame:
    """Return the last day named for a discharge still to come: ``person, institution, expected_on``."""
    kinds = (
        EventKind.INSTITUTION_ADMISSION,
        EventKind.DISCHARGE_EXPECTED,
        EventKind.INSTITUTION_DISCHARGE,
    )
    rows = past.rows(*kinds, columns=COLUMNS).with_row_index("row")
    out = pl.col("kind") == EventKind.INSTITUTION_DISCHARGE.value
    gone = rows.filter(out).group_by("person").agg(pl.col("row").max().alias("out"))
    since = (
        rows.filter(~out)
        .join(gone, on="person", how="left")
        .filter(pl.col("out").is_null() | (pl.col("row") > pl.col("out")))
    )
    named = since.filter(pl.col("expected_on").is_not_null()).unique(
        "person", keep="last", maintain_order=True
    )
    return named.select("person", "institution", "expected_on")


def _stale_before(as_of: date, rules: StatusRules) -> date:
    return as_of - timedelta(days=rules.overdue_days)


def keeping(past: History, as_of: date, rules: StatusRules) -> pl.DataFrame:
    """Return one row per person with who keeps them at the end of a day.

    Args:
        past: The history up to that day.
        as_of: The day.
        rules: The rule set.

    Returns:
        ``person, last_contact, days_silent, lead_worker, lead_agency, lead_workers, next_action,
        next_action_due, overdue, handover_to, handover_since, discharge_expected``; what is not there is
        null. The action shown is the one due first, the lead worker the one assigned last, the handover the
        longest waiting.
    """
    leads = (
        lead_workers(past)
        .sort("lead_since", maintain_order=True)
        .group_by("person")
        .agg(
            pl.col("worker").last().alias("lead_worker"),
            pl.col("agency_id").last().alias("lead_agency"),
            pl.len().alias("lead_workers"),
        )
    )
    actions = (
        next_actions(past)
        .with_columns((pl.col("due_on") < _stale_before(as_of, rules)).alias("stale"))
        .sort("stale", "due_on", nulls_last=True, maintain_order=True)
        .group_by("person")
        .agg(pl.col("action").first().alias("next_action"), pl.col("due_on").first().alias("next_action_due"))
    )
    waiting = (
        handovers(past)
        .filter(pl.col("answer").is_null())
        .group_by("person")
        .agg(pl.col("to_agency").last().alias("handover_to"), pl.col("on").last().alias("handover_since"))
    )
    expected = expected_discharges(past).select("person", pl.col("expected_on").alias("discharge_expected"))
    kept = past.people.select("person").join(contacts(past, rules), on="person", how="left")
    for part in (leads, actions, waiting, expected):
        kept = kept.join(part, on="person", how="left")
    return kept.with_columns(
        (pl.lit(as_of) - pl.col("last_contact")).dt.total_days().alias("days_silent"),
        pl.col("lead_workers").fill_null(0),
        (pl.col("next_action_due") < as_of).fill_null(value=False).alias("overdue"),
    )
