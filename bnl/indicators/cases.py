"""Cases: one row per referral to a service, with its triage, assessment, decision, outcome and closure."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.history import History

_KINDS: Final = (
    EventKind.REFERRAL,
    EventKind.REFERRAL_DECIDED,
    EventKind.TRIAGE,
    EventKind.ASSESSMENT,
    EventKind.PREVENTION_OUTCOME,
    EventKind.EMPLOYMENT,
    EventKind.CLOSURE,
    EventKind.REOPENING,
)

_COLUMNS: Final = [
    *("person", "person_id", "household_id", "agency_id", "kind", "on", "event_id", "case", "from_agency"),
    *("to_agency", "homeless_on", "homeless", "outcome", "reason", "signposted_to", "service_level", "stage"),
    *("planned", "status", "eligible", "mode"),
]

CRISIS_DAYS: Final = 56


def case_events(past: History) -> pl.DataFrame:
    """Return the events of cases, each with the key of its case.

    A case belongs to the agency that received the referral. An event without a case number belongs to the
    last referral of that person to that agency, on its day or before; without one it belongs to no case.

    Args:
        past: The history.

    Returns:
        Rows of the history with ``owner`` and ``case_id`` (agency, a slash, the agency's case number).
    """
    rows = past.rows(*_KINDS, columns=_COLUMNS).with_row_index("row")
    is_referral = pl.col("kind") == EventKind.REFERRAL.value
    owner = pl.when(is_referral).then(pl.coalesce("to_agency", "agency_id")).otherwise(pl.col("agency_id"))
    rows = rows.with_columns(owner.alias("owner"))
    number = pl.when(is_referral).then(pl.coalesce("case", "event_id")).otherwise(pl.col("case"))
    rows = rows.with_columns(number.alias("number"))
    if rows["number"].null_count():
        rows = _last_referral(rows, is_referral)
    return rows.filter(pl.col("number").is_not_null()).with_columns(
        pl.concat_str("owner", pl.lit("/"), "number").alias("case_id")
    )


def _last_referral(rows: pl.DataFrame, is_referral: pl.Expr) -> pl.DataFrame:
    """Give events without a case number that of the last referral of the person to their agency."""
    referrals = rows.filter(is_referral).select("person", "owner", "on", pl.col("number").alias("last"))
    loose = rows.filter(pl.col("number").is_null()).select("row", "person", "owner", "on")
    found = loose.join_asof(referrals, on="on", by=["person", "owner"], check_sortedness=False)
    rows = rows.join(found.select("row", "last"), on="row", how="left", maintain_order="left")
    return rows.with_columns(pl.coalesce("number", "last").alias("number"))


def cases(past: History, events: pl.DataFrame | None = None, until: date | None = None) -> pl.DataFrame:
    """Return one row per case.

    Args:
        past: The history.
        events: What `case_events` gave for it, up to that day, if at hand.
        until: Last day on which a death counts, None for all.

    Returns:
        ``case_id, person_id, household_id, agency_id, referred_on, from_agency, band, outcome, decided_on,
        reason, signposted_to, service_level, opened_on, triaged_on, assessed_on, prevention, closed_on,
        planned, close_reason, died_on``. ``opened_on`` is the day of acceptance, or of referral while
        nothing is decided; ``closed_on`` is null while the case is open or open again; ``band`` is the
        urgency at referral.
    """
    rows = case_events(past) if events is None else events

    grouped = _by_case(rows)
    dead = past.rows(EventKind.DEATH, columns=("person", "on"))
    dead = dead if until is None else dead.filter(pl.col("on") <= until)
    died = dead.group_by("person").agg(pl.col("on").min().alias("died_on"))
    shut = pl.col("_last") == EventKind.CLOSURE.value
    taken = pl.when(pl.col("outcome") == "accepted").then(pl.col("decided_on"))
    return (
        grouped.join(died, on="person", how="left", maintain_order="left")
        .with_columns(
            pl.when(shut).then(pl.col("closed_on")).alias("closed_on"),
            pl.when(shut).then(pl.col("planned")).alias("planned"),
            pl.coalesce(taken, "referred_on").alias("opened_on"),
        )
        .drop("_last")
    )


def _by_case(rows: pl.DataFrame) -> pl.DataFrame:
    """Gather the events of each case into one row."""

    def of(kind: EventKind, name: str) -> pl.Expr:
        return pl.col(name).filter(pl.col("kind") == kind.value)

    full = (pl.col("kind") == EventKind.ASSESSMENT.value) & (pl.col("stage").fill_null("full") == "full")
    lasting = pl.col("kind").is_in([EventKind.CLOSURE.value, EventKind.REOPENING.value])
    return rows.group_by("case_id", maintain_order=True).agg(
        pl.col("person").first(),
        pl.col("person_id").first(),
        pl.col("household_id").drop_nulls().first(),
        pl.col("owner").first().alias("agency_id"),
        of(EventKind.REFERRAL, "on").first().alias("referred_on"),
        pl.coalesce("from_agency", "agency_id")
        .filter(pl.col("kind") == EventKind.REFERRAL.value)
        .first()
        .alias("from_agency"),
        urgency().filter(pl.col("kind") == EventKind.REFERRAL.value).first().alias("band"),
        of(EventKind.REFERRAL, "mode").first().alias("mode"),
        of(EventKind.REFERRAL_DECIDED, "outcome").last(),
        of(EventKind.REFERRAL_DECIDED, "on").last().alias("decided_on"),
        of(EventKind.REFERRAL_DECIDED, "reason").last(),
        of(EventKind.REFERRAL_DECIDED, "signposted_to").last(),
        of(EventKind.REFERRAL_DECIDED, "service_level").last(),
        of(EventKind.TRIAGE, "on").first().alias("triaged_on"),
        pl.col("on").filter(full).first().alias("assessed_on"),
        of(EventKind.PREVENTION_OUTCOME, "outcome").last().alias("prevention"),
        pl.col("kind").filter(lasting).last().alias("_last"),
        of(EventKind.CLOSURE, "on").last().alias("closed_on"),
        of(EventKind.CLOSURE, "planned").last(),
        of(EventKind.CLOSURE, "reason").last().alias("close_reason"),
    )


def urgency() -> pl.Expr:
    """Return the band of urgency of a referral: the worse of date and flag, on the day of the event.

    Source: Housing Act 1996 s.175(4) (56 days); the bands are those of the county's prevention service.
    """
    ahead = (pl.col("homeless_on") - pl.col("on")).dt.total_days()
    already = pl.col("homeless").fill_null(value=False) | (ahead < 0).fill_null(value=False)
    return (
        pl.when(already)
        .then(pl.lit("already"))
        .when(ahead > CRISIS_DAYS)
        .then(pl.lit(">56"))
        .when(ahead >= 0)
        .then(pl.lit("0–56"))
        .otherwise(pl.lit("unknown"))
    )


def closures(events: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Return every closure, those later undone by a reopening included.

    Args:
        events: What `case_events` gave.
        table: What `cases` gave.

    Returns:
        ``case_id, person_id, agency_id, opened_on, closed_on, planned, close_reason, died_on, days``, in
        order; a case reopened starts again on the day of reopening.
    """
    words = events.filter(pl.col("kind").is_in([EventKind.CLOSURE.value, EventKind.REOPENING.value]))
    reopened = pl.when(pl.col("kind") == EventKind.REOPENING.value).then(pl.col("on"))
    words = words.with_columns(reopened.forward_fill().over("case_id").alias("again"))
    shut = words.filter(pl.col("kind") == EventKind.CLOSURE.value).select(
        "case_id", "again", pl.col("on").alias("closed_on"), "planned", pl.col("reason").alias("close_reason")
    )
    known = table.select("case_id", "person_id", "household_id", "agency_id", "opened_on", "died_on", "mode")
    joined = shut.join(known, on="case_id", how="left", maintain_order="left")
    joined = joined.with_columns(pl.coalesce("again", "opened_on").alias("opened_on")).drop("again")
    return joined.with_columns((pl.col("closed_on") - pl.col("opened_on")).dt.total_days().alias("days"))
