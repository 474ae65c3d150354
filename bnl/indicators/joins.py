"""Joins: what happens to people handed from one agency to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.history import Events, History, Known, history
from bnl.indicators.keeping import handovers
from bnl.indicators.status import until

BACK_DAYS = 90


@dataclass(frozen=True)
class Joins:
    """Performance at the joins between services.

    Args:
        pairs: One row per pair of agencies: ``from_agency, to_agency, sent, accepted, declined, waiting,
            acceptance`` (accepted of those answered, in ``[0, 1]``), ``answer_median, answer_p90,
            contact_median, contact_p90`` (days), ``no_contact`` (accepted, nobody reached yet), ``dropped,
            back_and_forth``.
        handovers: One row per handover: ``person_id, from_agency, to_agency, sent_on, answer, answered_on,
            reason, first_contact_on, days_to_answer, days_to_contact, dropped, back_and_forth, event_id``.
        log_position: Highest log sequence known.
    """

    pairs: pl.DataFrame
    handovers: pl.DataFrame
    log_position: int


def joins(
    frame: Events,
    start: date,
    end: date,
    as_of: date | None = None,
    known_as_of: Known = None,
    drop_days: int = 14,
) -> Joins:
    """Return the joins report for handovers sent in a period.

    A handover is dropped if it has no answer, or no contact by the receiver, within ``drop_days`` of being
    sent or accepted, and that time has run. It went back and forth if the receiver sent the same person
    back to the sender within 90 days, or had been sent them by the sender within 90 days before.

    Args:
        frame: An events frame, or a history of one.
        start: First day of sending.
        end: Last day of sending, included.
        as_of: Day up to which answers and contacts count; the last day of the period if None.
        known_as_of: Moment of knowledge.
        drop_days: Days allowed for an answer, and again for the first contact.

    Returns:
        The report. Medians lie between the two middle values of an even number; p90 is the smallest value
        that nine in ten do not exceed. An unanswered handover has no days to answer and is in neither.
    """
    day = end if as_of is None else as_of
    past = until(history(frame, known_as_of), day)
    sent = handovers(past).with_columns(
        pl.col("answer").replace_strict(_WORDS, default=None, return_dtype=pl.String)
    )
    met = _first_contacts(past, sent)
    rows = sent.join(met, on="event_id", how="left", maintain_order="left")
    rows = rows.join(_back_and_forth(sent), on="event_id", how="left", maintain_order="left")
    answer_late = pl.col("answer").is_null() & ((pl.lit(day) - pl.col("on")).dt.total_days() > drop_days)
    slow = (pl.lit(day) - pl.col("answer_on")).dt.total_days() > drop_days
    unmet = (pl.col("answer") == "accepted") & pl.col("first").is_null() & slow
    table = rows.filter(pl.col("on").is_between(start, end)).select(
        "person_id",
        "from_agency",
        "to_agency",
        pl.col("on").alias("sent_on"),
        "answer",
        pl.col("answer_on").alias("answered_on"),
        pl.col("answer_reason").alias("reason"),
        pl.col("first").alias("first_contact_on"),
        (pl.col("answer_on") - pl.col("on")).dt.total_days().alias("days_to_answer"),
        (pl.col("first") - pl.col("on")).dt.total_days().alias("days_to_contact"),
        (answer_late | unmet).fill_null(value=False).alias("dropped"),
        pl.col("back_and_forth").fill_null(value=False),
        "event_id",
    )
    return Joins(_pairs(table), table.sort("sent_on", "event_id"), past.log_position)


def _first_contacts(past: History, sent: pl.DataFrame) -> pl.DataFrame:
    """Return the first contact by the receiver from acceptance on: ``event_id, first``."""
    reached = past.rows(EventKind.CONTACT).filter(pl.col("answered").fill_null(value=True))
    reached = reached.select(
        "person", pl.col("agency_id").alias("to_agency"), "on", pl.col("on").alias("first")
    )
    accepted = sent.filter(pl.col("answer") == "accepted").with_columns(pl.col("answer_on").alias("from"))
    met = accepted.sort("from").join_asof(
        reached.sort("on"),
        left_on="from",
        right_on="on",
        by=["person", "to_agency"],
        strategy="forward",
        check_sortedness=False,
    )
    return met.select("event_id", "first")


_WORDS = {EventKind.HANDOVER_ACCEPTED.value: "accepted", EventKind.HANDOVER_DECLINED.value: "declined"}


def _back_and_forth(sent: pl.DataFrame) -> pl.DataFrame:
    """Return ``event_id, back_and_forth`` for handovers that met one the other way within 90 days."""
    there = sent.select("person", "from_agency", "to_agency", "on", "event_id")
    other = there.select(
        "person",
        pl.col("from_agency").alias("to_agency"),
        pl.col("to_agency").alias("from_agency"),
        pl.col("on").alias("back"),
    )
    met = there.join(other, on=["person", "from_agency", "to_agency"]).filter(
        (pl.col("back") - pl.col("on")).dt.total_days().abs() <= BACK_DAYS
    )
    return met.select("event_id").unique().with_columns(pl.lit(value=True).alias("back_and_forth"))


def _ninth_decile(name: str) -> pl.Expr:
    known = pl.col(name).drop_nulls().sort()
    return known.get((known.len() * 9 + 9) // 10 - 1, null_on_oob=True)


def _pairs(table: pl.DataFrame) -> pl.DataFrame:
    accepted, declined = pl.col("answer") == "accepted", pl.col("answer") == "declined"
    days = {"answer": "days_to_answer", "contact": "days_to_contact"}
    measures = [pl.col(name).median().alias(f"{word}_median") for word, name in days.items()]
    measures += [_ninth_decile(name).alias(f"{word}_p90") for word, name in days.items()]
    counted = table.group_by("from_agency", "to_agency").agg(
        pl.len().cast(pl.Int64).alias("sent"),
        accepted.sum().cast(pl.Int64).alias("accepted"),
        declined.sum().cast(pl.Int64).alias("declined"),
        pl.col("answer").is_null().sum().cast(pl.Int64).alias("waiting"),
        *measures,
        (accepted & pl.col("first_contact_on").is_null()).sum().cast(pl.Int64).alias("no_contact"),
        pl.col("dropped").sum().cast(pl.Int64),
        pl.col("back_and_forth").sum().cast(pl.Int64),
    )
    answered = pl.col("accepted") + pl.col("declined")
    share = pl.when(answered > 0).then(pl.col("accepted") / answered).alias("acceptance")
    return counted.with_columns(share).sort("from_agency", "to_agency")
