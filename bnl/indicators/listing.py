"""The by-name list: everybody open at the end of a day, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from bnl.indicators.history import Events, History, Known, history
from bnl.indicators.keeping import keeping
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.states import AT_RISK_STATES, HOMELESS_STATES, State
from bnl.indicators.status import adult_days, statuses
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
    frame: Events,
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
    past = history(frame, known_as_of)
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
    full = full.join(_involved(past, as_of), on="person", how="left", maintain_order="left")
    return full.with_columns(band.alias("band")).select(COLUMNS)


def _involved(past: History, as_of: date) -> pl.DataFrame:
    """Return who has spoken of each person: agencies, source records, household last named, first day."""
    homes = past.frame.select("person", "household_id", "on").filter(
        pl.col("household_id").is_not_null() & (pl.col("on") <= as_of)
    )
    table = past.people.select("person").with_columns(
        pl.Series("first_seen", past.day[past.first]).cast(pl.Date)
    )
    for part in (
        _spoken(past, "agency", "agencies", as_of),
        _spoken(past, "record", "records", as_of),
        homes.select("person", "household_id").unique("person", keep="last"),
    ):
        table = table.join(part, on="person", how="left", maintain_order="left")
    return table


def _spoken(past: History, code: str, name: str, as_of: date) -> pl.DataFrame:
    """Return ``person`` and the sorted list of agencies or records that had spoken of them by a day.

    Codes sort as ids do, and the first row of each pair is its first day.
    """
    key = ("spoken", code)
    if key not in past.memo:
        codes = past.frame[code].to_numpy().astype(np.int64)
        first = np.unique((past.person.astype(np.int64) << 32) | codes, return_index=True)[1]
        past.memo[key] = past.frame.select("person", pl.col(f"{code}_id").alias(name), "on")[first]
    pairs: pl.DataFrame = past.memo[key]  # type: ignore[assignment]
    return pairs.filter(pl.col("on") <= as_of).group_by("person", maintain_order=True).agg(name)
