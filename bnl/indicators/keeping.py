"""Who keeps a person: lead workers, dated next actions, handovers under way, last contact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.domain.event import EventKind
from bnl.indicators.answers import asked_and_answered
from bnl.indicators.history import History, day_number
from bnl.indicators.rules import StatusRules
from bnl.indicators.signals import contact_with_person


def _standing(as_of: date | None, until: str = "until") -> pl.Expr:
    """Return whether a span begun on ``on`` stands at the end of a day, of all days if none is named."""
    if as_of is None:
        return pl.col(until).is_null()
    return (pl.col("on") <= as_of) & (pl.col(until).is_null() | (pl.col(until) > as_of))


def _kept(past: History, name: str, make: Callable[[History], pl.DataFrame]) -> pl.DataFrame:
    """Return a table of the whole history, made once."""
    if ("keeping", name) not in past.memo:
        past.memo["keeping", name] = make(past)
    return past.memo["keeping", name]  # type: ignore[return-value]


def lead_workers(past: History, as_of: date | None = None) -> pl.DataFrame:
    """Return the lead workers in charge: ``person, agency_id, worker, mode, lead_since``.

    An agency has one lead worker for a person at a time: an assignment replaces its earlier one. An ending
    without a name ends whoever leads for that agency; one with a name ends that worker only.

    Args:
        past: The history.
        as_of: The day at whose end they are in charge, None for the last there is.
    """
    spans = _kept(past, "leads", _lead_spans).filter(_standing(as_of))
    return spans.select("person", "agency_id", "worker", "mode", pl.col("on").alias("lead_since"))


def _lead_spans(past: History) -> pl.DataFrame:
    columns = ("person", "agency", "agency_id", "kind", "on", "worker", "mode")
    rows = past.rows(EventKind.LEAD_WORKER_ASSIGNED, EventKind.LEAD_WORKER_ENDED, columns=columns)
    rows = rows.with_row_index("row")
    assigned = pl.col("kind") == EventKind.LEAD_WORKER_ASSIGNED.value
    key = ["person", "agency"]
    leads = rows.filter(assigned).with_columns(pl.col("on").shift(-1).over(key).alias("replaced"))
    ends = rows.filter(~assigned).select(
        *key, pl.col("worker").alias("_ended"), pl.col("row").alias("_at"), pl.col("on").alias("_on")
    )
    over = (
        leads.select(*key, "row", "worker")
        .join(ends, on=key)
        .filter(
            (pl.col("_at") > pl.col("row"))
            & (pl.col("_ended").is_null() | (pl.col("_ended") == pl.col("worker")))
        )
    )
    first = over.group_by("row").agg(pl.col("_on").min().alias("ended"))
    leads = leads.join(first, on="row", how="left", maintain_order="left")
    return leads.with_columns(pl.min_horizontal("replaced", "ended").alias("until"))


def next_actions(past: History, as_of: date | None = None) -> pl.DataFrame:
    """Return what is still to be done: ``person, agency_id, action, due_on, set_on``.

    The last action an agency set under a ``ref`` (or without one) stands until it is done.

    Args:
        past: The history.
        as_of: The day at whose end it is still to be done, None for the last there is.
    """
    spans = _kept(past, "actions", _action_spans).filter(_standing(as_of))
    return spans.select("person", "agency_id", "action", "due_on", pl.col("on").alias("set_on"))


def _action_spans(past: History) -> pl.DataFrame:
    pairs = asked_and_answered(
        past, EventKind.NEXT_ACTION, EventKind.NEXT_ACTION_DONE, keep=("action", "due_on")
    )
    replaced = pl.col("on").shift(-1).over("person", "agency_id", "ref")
    return pairs.with_columns(pl.min_horizontal(replaced, "answer_on").alias("until"))


def handovers(past: History) -> pl.DataFrame:
    """Return every handover with its answer, as `asked_and_answered`, with ``from_agency, to_agency``."""
    return _kept(past, "handovers", _handovers)


def _handovers(past: History) -> pl.DataFrame:
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


def contacts(past: History, rules: StatusRules, as_of: date | None = None) -> pl.DataFrame:
    """Return the last contact with each person, if it was answered: ``person, last_contact``.

    Args:
        past: The history.
        rules: The rule set, which says what counts as contact.
        as_of: Last day looked at, None for all.
    """
    key = ("contacts", rules.contacts)
    if key not in past.memo:
        past.memo[key] = np.flatnonzero(contact_with_person(past, rules))
    rows: NDArray[np.int64] = past.memo[key]  # type: ignore[assignment]
    if as_of is not None:
        rows = rows[past.day[rows] <= day_number(as_of)]
    person = past.person[rows]
    last = np.ones(len(rows), dtype=bool)
    last[:-1] = person[1:] != person[:-1]
    days = pl.Series("last_contact", past.day[rows[last]]).cast(pl.Date)
    return pl.DataFrame({"person": person[last], "last_contact": days})


def expected_discharges(past: History, as_of: date | None = None) -> pl.DataFrame:
    """Return the last day named for a discharge still to come: ``person, institution, expected_on``.

    Args:
        past: The history.
        as_of: Last day looked at, None for all.
    """
    rows = _kept(past, "discharges", _discharge_news)
    rows = rows if as_of is None else rows.filter(pl.col("on") <= as_of)
    out = pl.col("kind") == EventKind.INSTITUTION_DISCHARGE.value
    gone = rows.filter(out).group_by("person").agg(pl.col("row").max().alias("out"))
    still = pl.col("out").is_null() | (pl.col("row") > pl.col("out"))
    since = rows.filter(~out).join(gone, on="person", how="left", maintain_order="left").filter(still)
    named = since.filter(pl.col("expected_on").is_not_null())
    last = named.unique("person", keep="last", maintain_order=True)
    return last.select("person", "institution", "expected_on")


def _discharge_news(past: History) -> pl.DataFrame:
    kinds = (
        EventKind.INSTITUTION_ADMISSION,
        EventKind.DISCHARGE_EXPECTED,
        EventKind.INSTITUTION_DISCHARGE,
    )
    columns = ("person", "kind", "on", "institution", "expected_on")
    return past.rows(*kinds, columns=columns).with_row_index("row")


def _stale_before(as_of: date, rules: StatusRules) -> date:
    return as_of - timedelta(days=rules.overdue_days)


def keeping(past: History, as_of: date, rules: StatusRules) -> pl.DataFrame:
    """Return one row per person with who keeps them at the end of a day.

    Args:
        past: The history; what happened after the day is left out.
        as_of: The day.
        rules: The rule set.

    Returns:
        ``person, last_contact, days_silent, lead_worker, lead_agency, lead_workers, next_action,
        next_action_due, overdue, handover_to, handover_since, discharge_expected``; what is not there is
        null. The action shown is the one due first of those not long overdue; lead worker and handover are
        the latest.
    """
    leads = (
        lead_workers(past, as_of)
        .sort("lead_since", maintain_order=True)
        .group_by("person")
        .agg(
            pl.col("worker").last().alias("lead_worker"),
            pl.col("agency_id").last().alias("lead_agency"),
            pl.len().alias("lead_workers"),
        )
    )
    actions = (
        next_actions(past, as_of)
        .with_columns((pl.col("due_on") < _stale_before(as_of, rules)).alias("stale"))
        .sort("stale", "due_on", nulls_last=True, maintain_order=True)
        .group_by("person")
        .agg(pl.col("action").first().alias("next_action"), pl.col("due_on").first().alias("next_action_due"))
    )
    waiting = (
        handovers(past)
        .filter(_standing(as_of, "answer_on"))
        .group_by("person")
        .agg(pl.col("to_agency").last().alias("handover_to"), pl.col("on").last().alias("handover_since"))
    )
    expected = expected_discharges(past, as_of).select(
        "person", pl.col("expected_on").alias("discharge_expected")
    )
    kept = past.people.select("person").join(contacts(past, rules, as_of), on="person", how="left")
    for part in (leads, actions, waiting, expected):
        kept = kept.join(part, on="person", how="left")
    return kept.with_columns(
        (pl.lit(as_of) - pl.col("last_contact")).dt.total_days().alias("days_silent"),
        pl.col("lead_workers").fill_null(0),
        (pl.col("next_action_due") < as_of).fill_null(value=False).alias("overdue"),
    )
