"""The by-name list: everybody open at the end of a day, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from bnl.indicators.history import History, Known, history
from bnl.indicators.keeping import keeping
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.states import AT_RISK_STATES, HOMELESS_STATES, State
from bnl.indicators.status import adult_days, statuses, until
from bnl.indicators.track import track

BANDS: Final = {
    **dict.fromkeys(HOMELESS_STATES, "already"),
    State.AT_RISK_OVER_56: ">56",
    State.AT_RISK_WITHIN_56: "0–56",
    State.AT_RISK_UNKNOWN: "unknown",
}
"""Band of urgency each state stands for; other states have none."""

OPEN_STATES: Final = HOMELESS_STATES | AT_RISK_STATES | {State.UNKNOWN, State.INACTIVE, State.INSTITUTION}
"""States shown on the list; housed, gone and deceased people are shown on request."""

COLUMNS: Final = (
    "person_id",
    "household_id",
    "state",
    "active",
    "since",
    "band",
    "last_contact",
    "days_silent",
    "agencies",
    "records",
    "lead_worker",
    "lead_agency",
    "lead_workers",
    "next_action",
    "next_action_due",
    "overdue",
    "handover_to",
    "handover_since",
    "discharge_expected",
    "first_seen",
    "event_id",
)


def by_name_list(
    frame: pl.DataFrame,
    as_of: date,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
    born_on: Mapping[str, date] | None = None,
    *,
    all_states: bool = False,
) -> pl.DataFrame:
    """Return the list at the end of a day.

    Args:
        frame: An events frame, whole or filtered to what an actor may see.
        as_of: The day (Europe/London).
        known_as_of: Moment of knowledge: UTC time, log position or None for all.
        rules: The rule set.
        born_on: Birthdays by person id, for rules that count adults only.
        all_states: Whether to show people who are housed, have left the area or died as well.

    Returns:
        The columns of `COLUMNS`, one row per person, sorted by ``person_id``.
    """
    past = until(history(frame, known_as_of), as_of)
    now = statuses(past, track(past, rules, adult_days(born_on)), as_of, rules)
    if not all_states:
        now = now.filter(pl.col("state").is_in([state.value for state in OPEN_STATES]))
    band = (
        pl.col("state")
        .cast(pl.String)
        .replace_strict(
            {state.value: band for state, band in BANDS.items()}, default=None, return_dtype=pl.String
        )
    )
    full = now.join(keeping(past, as_of, rules), on="person", how="left", maintain_order="left")
    full = full.join(_involved(past), on="person", how="left", maintain_order="left")
    return full.with_columns(band.alias("band")).select(COLUMNS)


def _involved(past: History) -> pl.DataFrame:
    """Return who has spoken of each person: agencies, source records, household last named, first day."""
    return past.frame.group_by("person").agg(
        pl.col("agency_id").unique().sort().alias("agencies"),
        pl.col("record_id").unique().sort().alias("records"),
        pl.col("household_id").drop_nulls().last(),
        pl.col("on").min().alias("first_seen"),
    )
