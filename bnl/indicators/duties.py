"""Duties and offers: unanswered duty-to-refer referrals, nominations, exclusions, rejections, stale plans."""

from __future__ import annotations

from datetime import date

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.answers import asked_and_answered
from bnl.indicators.calendar import working_days_between
from bnl.indicators.cases import cases
from bnl.indicators.history import Events, Known, history
from bnl.indicators.status import until


def unacknowledged(frame: Events, as_of: date, known_as_of: Known = None) -> pl.DataFrame:
    """Return the duty-to-refer referrals no housing authority has acknowledged.

    Args:
        frame: An events frame, or a history of one.
        as_of: The day.
        known_as_of: Moment of knowledge.

    Returns:
        ``person_id, from_agency, to_agency, sent_on, days, working_days, event_id``, the longest waiting
        first.

    Source: Housing Act 1996 s.213B.
    """
    past = until(history(frame, known_as_of), as_of)
    sent = asked_and_answered(
        past,
        EventKind.DUTY_TO_REFER,
        EventKind.DUTY_ACKNOWLEDGED,
        keep=("to_agency",),
        party="to_agency",
    )
    dead = past.rows(EventKind.DEATH).select("person").unique()
    waiting = sent.filter(pl.col("answer").is_null()).join(
        dead, on="person", how="anti", maintain_order="left"
    )
    worked = {day: working_days_between(day, as_of) for day in waiting["on"].unique()}
    return waiting.select(
        "person_id",
        pl.col("agency_id").alias("from_agency"),
        "to_agency",
        pl.col("on").alias("sent_on"),
        (pl.lit(as_of) - pl.col("on")).dt.total_days().alias("days"),
        pl.col("on").replace_strict(worked, return_dtype=pl.Int64).alias("working_days"),
        "event_id",
    ).sort("sent_on", "event_id")


def nominations(
    frame: Events, start: date, end: date, as_of: date | None = None, known_as_of: Known = None
) -> pl.DataFrame:
    """Return by landlord what became of the nominations of a period.

    Args:
        frame: An events frame, or a history of one.
        start: First day of nomination.
        end: Last day of nomination, included.
        as_of: Day up to which decisions count; the last day of the period if None.
        known_as_of: Moment of knowledge.

    Returns:
        ``landlord, nominated, accepted, refused, withdrawn, open, refusal_rate, reasons, excluded,
        exclusion_reasons, people_refused``: the rate is of those accepted or refused, in ``[0, 1]``;
        ``excluded`` counts people excluded by that landlord at the end.
    """
    day = end if as_of is None else as_of
    past = until(history(frame, known_as_of), day)
    made = asked_and_answered(
        past,
        EventKind.NOMINATION,
        EventKind.NOMINATION_DECIDED,
        keep=("landlord",),
        bring=("outcome", "reason", "landlord"),
    ).filter(pl.col("on").is_between(start, end))
    made = made.with_columns(
        pl.coalesce("landlord", "answer_landlord").fill_null("unknown").alias("landlord")
    )
    outcome = pl.col("answer_outcome")
    refused = outcome == "refused"
    counted = made.group_by("landlord").agg(
        pl.len().cast(pl.Int64).alias("nominated"),
        *(
            (outcome == word).sum().cast(pl.Int64).alias(word)
            for word in ("accepted", "refused", "withdrawn")
        ),
        outcome.is_null().sum().cast(pl.Int64).alias("open"),
        pl.col("answer_reason").filter(refused).fill_null("not said").sort().alias("reasons"),
        pl.col("person_id").filter(refused).unique().sort().alias("people_refused"),
    )
    out = exclusions(frame, day, known_as_of).filter(pl.col("scope") == "landlord")
    return _with_exclusions(counted, out)


def _with_exclusions(counted: pl.DataFrame, out: pl.DataFrame) -> pl.DataFrame:
    """Join what became of nominations with who is excluded, by landlord."""
    barred = out.group_by(pl.col("landlord").fill_null("unknown")).agg(
        pl.col("person_id").n_unique().cast(pl.Int64).alias("excluded"),
        pl.col("reason").fill_null("not said").sort().alias("exclusion_reasons"),
    )
    full = counted.join(barred, on="landlord", how="full", coalesce=True)
    words = ("nominated", "accepted", "refused", "withdrawn", "open", "excluded")
    decided = pl.col("accepted") + pl.col("refused")
    lists = ("reasons", "exclusion_reasons", "people_refused")
    return (
        full.with_columns(
            *(pl.col(word).fill_null(0) for word in words), *(pl.col(name).fill_null([]) for name in lists)
        )
        .with_columns(pl.when(decided > 0).then(pl.col("refused") / decided).alias("refusal_rate"))
        .sort("landlord")
        .select(
            "landlord",
            *words[:5],
            "refusal_rate",
            "reasons",
            "excluded",
            "exclusion_reasons",
            "people_refused",
        )
    )


def exclusions(frame: Events, as_of: date, known_as_of: Known = None) -> pl.DataFrame:
    """Return who is excluded from the housing register or by a landlord.

    Args:
        frame: An events frame, or a history of one.
        as_of: The day.
        known_as_of: Moment of knowledge.

    Returns:
        ``person_id, scope, landlord, reason, since, agency_id``; scope is ``register`` unless said otherwise.
    """
    past = until(history(frame, known_as_of), as_of)
    found = asked_and_answered(
        past, EventKind.EXCLUSION, EventKind.EXCLUSION_ENDED, keep=("scope", "landlord", "reason")
    )
    return (
        found.filter(pl.col("answer").is_null())
        .select(
            "person_id",
            pl.col("scope").fill_null("register"),
            "landlord",
            "reason",
            pl.col("on").alias("since"),
            "agency_id",
        )
        .sort("person_id", "scope", "since")
    )


def rejections(frame: Events, start: date, end: date, known_as_of: Known = None) -> pl.DataFrame:
    """Return referrals received in a period and rejected, by sender and reason.

    Args:
        frame: An events frame, or a history of one.
        start: First day of receipt.
        end: Last day of receipt, included.
        known_as_of: Moment of knowledge.

    Returns:
        ``from_agency, reason, referrals, people, signposted`` (how many were pointed elsewhere), sorted.
    """
    rejected = _rejected(frame, start, end, known_as_of)
    return (
        rejected.group_by("from_agency", pl.col("reason").fill_null("not said"))
        .agg(
            pl.len().cast(pl.Int64).alias("referrals"),
            pl.col("person_id").n_unique().cast(pl.Int64).alias("people"),
            pl.col("signposted_to").is_not_null().sum().cast(pl.Int64).alias("signposted"),
        )
        .sort("from_agency", "reason")
    )


def repeatedly_rejected(
    frame: Events, start: date, end: date, known_as_of: Known = None, times: int = 2
) -> pl.DataFrame:
    """Return people whose referrals were rejected again and again, so that they stay traceable.

    Args:
        frame: An events frame, or a history of one.
        start: First day of receipt.
        end: Last day of receipt, included.
        known_as_of: Moment of knowledge.
        times: Rejections from which somebody is named.

    Returns:
        ``person_id, rejections, senders, signposted_to, last_on``, most rejections first.
    """
    rejected = _rejected(frame, start, end, known_as_of)
    return (
        rejected.group_by("person_id")
        .agg(
            pl.len().cast(pl.Int64).alias("rejections"),
            pl.col("from_agency").unique().sort().alias("senders"),
            pl.col("signposted_to").drop_nulls().unique().sort(),
            pl.col("decided_on").max().alias("last_on"),
        )
        .filter(pl.col("rejections") >= times)
        .sort("rejections", "person_id", descending=[True, False])
    )


def _rejected(frame: Events, start: date, end: date, known_as_of: Known) -> pl.DataFrame:
    table = cases(history(frame, known_as_of))
    return table.filter(pl.col("referred_on").is_between(start, end) & (pl.col("outcome") == "rejected"))


def stale_plans(frame: Events, as_of: date, known_as_of: Known = None) -> pl.DataFrame:
    """Return support plans and housing-register applications whose review is overdue, or that are not live.

    Args:
        frame: An events frame, or a history of one.
        as_of: The day.
        known_as_of: Moment of knowledge.

    Returns:
        ``person_id, what, agency_id, review_on, status, days_overdue``; the last word of each agency
        counts, and nobody who died is shown.
    """
    past = until(history(frame, known_as_of), as_of)
    dead = past.rows(EventKind.DEATH).select("person").unique()
    rows = past.rows(EventKind.SUPPORT_PLAN, EventKind.REGISTER_APPLICATION).join(
        dead, on="person", how="anti", maintain_order="left"
    )
    last = rows.unique(["person", "agency_id", "kind"], keep="last", maintain_order=True)
    overdue = (pl.lit(as_of) - pl.col("review_on")).dt.total_days()
    halted = (pl.col("kind") == EventKind.REGISTER_APPLICATION.value) & (pl.col("status") == "suspended")
    stale = last.with_columns(pl.when(overdue > 0).then(overdue).alias("days_overdue")).filter(
        (pl.col("status").is_null() | (pl.col("status") != "closed"))
        & (pl.col("days_overdue").is_not_null() | halted.fill_null(value=False))
    )
    return stale.select(
        "person_id",
        pl.col("kind").cast(pl.String).alias("what"),
        "agency_id",
        "review_on",
        "status",
        "days_overdue",
    ).sort("person_id", "what", "agency_id")
