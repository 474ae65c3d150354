"""Cases: one row per referral to a service, with its triage, assessment, decision, outcome and closure."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.case_facts import FLAG_UNKNOWN, NEVER, CaseFacts, Days, Rows
from bnl.indicators.history import CODE, History

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


def case_events(past: History) -> pl.DataFrame:
    """Return the events of cases, each with the key of its case.

    A case belongs to the agency that received the referral. An event without a case number belongs to the
    last referral of that person to that agency, on its day or before; without one it belongs to no case.

    Args:
        past: The history.

    Returns:
        ``row, kind, on, case_id, case`` in the order of the history: the row of the history, the key (agency,
        a slash, the agency's case number) and its place among all keys in alphabetical order.
    """
    where = past.where(*_KINDS)
    rows = past.frame.select("kind", "on", "case", "agency_id")[where].with_columns(pl.Series("row", where))
    rows = rows.with_columns(_referred(past, rows, where))
    if rows["number"].null_count():
        rows = _last_referral(past, rows)
        rows = rows.filter(pl.col("number").is_not_null())
    key = pl.concat_str("owner", pl.lit("/"), "number").alias("case_id")
    rows = rows.select("row", "kind", "on", key)
    names = pl.Enum(rows["case_id"].unique().sort())
    return rows.with_columns(pl.col("case_id").cast(names).to_physical().alias("case"))


def _referred(past: History, rows: pl.DataFrame, where: Rows) -> list[pl.Series]:
    """Return ``number`` and ``owner``: a referral's own number and receiver, else as the event says."""
    places = np.flatnonzero(past.kind[where] == CODE[EventKind.REFERRAL])
    said = past.frame.select("to_agency", "event_id")[where[places]]
    number, owner = rows["case"].alias("number"), rows["agency_id"].alias("owner")
    if said["to_agency"].null_count() < len(places):
        owner = owner.scatter(
            places, said["to_agency"].zip_with(said["to_agency"].is_not_null(), owner[places])
        )
    unnumbered = number[places].is_null()
    if unnumbered.any():
        loose = places[unnumbered.to_numpy()]
        number = number.scatter(loose, said["event_id"].filter(unnumbered))
    return [number, owner]


def _last_referral(past: History, rows: pl.DataFrame) -> pl.DataFrame:
    """Give events without a case number that of the last referral of the person to their agency."""
    rows = rows.with_columns(pl.Series("person", past.person[rows["row"].to_numpy()]))
    referrals = rows.filter(pl.col("kind") == EventKind.REFERRAL.value).select(
        "person", "owner", "on", pl.col("number").alias("last")
    )
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
        What `case_table` returns.
    """
    return case_table(CaseFacts(past, case_events(past) if events is None else events, until))


def case_table(said: CaseFacts) -> pl.DataFrame:
    """Return one row per case, in alphabetical order.

    Args:
        said: The facts of the cases.

    Returns:
        ``case_id, person, person_id, household_id, agency_id, referred_on, from_agency, band, mode, outcome,
        decided_on, reason, signposted_to, service_level, triaged_on, assessed_on, prevention, closed_on,
        planned, close_reason, died_on, opened_on``. ``opened_on`` is the day of acceptance, or of referral
        while nothing is decided; ``closed_on`` is null while the case is open or open again; ``band`` is the
        urgency at referral.
    """
    rows, referral, decision = said.rows, said.referral, said.decision
    sender = said.says(referral, "from_agency")
    return pl.DataFrame(
        {
            "case_id": said.ids,
            "person": rows.person,
            "person_id": said.says(said.begin, "person_id"),
            "household_id": said.home,
            "agency_id": said.owner,
            "referred_on": _dates(rows.referred),
            "from_agency": sender.zip_with(sender.is_not_null(), said.says(referral, "agency_id")),
            "band": said.band,
            "mode": said.says(referral, "mode"),
            "outcome": said.says(decision, "outcome"),
            "decided_on": _dates(rows.decided),
            "reason": said.says(decision, "reason"),
            "signposted_to": said.says(decision, "signposted_to"),
            "service_level": said.says(decision, "service_level"),
            "triaged_on": _dates(rows.triaged),
            "assessed_on": _dates(rows.assessed),
            "prevention": said.says(said.outcome, "outcome"),
            "closed_on": _dates(rows.closed),
            "planned": pl.Series(rows.planned).replace(FLAG_UNKNOWN, None).cast(pl.Boolean),
            "close_reason": said.says(said.closure, "reason"),
            "died_on": _dates(rows.died),
            "opened_on": _dates(rows.opened),
        }
    )


def _dates(days: Days) -> pl.Series:
    """Return day numbers as dates, `NEVER` as null."""
    return pl.Series(days, dtype=pl.Int32).replace(NEVER, None).cast(pl.Date)
