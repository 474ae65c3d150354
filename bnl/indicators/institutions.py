"""Institutions: who is about to be discharged without a home, and who left as they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

import numpy as np
import polars as pl

from bnl.domain.event import EventKind, Situation
from bnl.indicators.history import Events, History, Known, history
from bnl.indicators.keeping import keeping
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.status import statuses, until
from bnl.indicators.stays import NEVER, long_stays
from bnl.indicators.track import track

NO_HOME: Final = frozenset(
    {
        Situation.ROUGH_SLEEPING,
        Situation.EMERGENCY,
        Situation.TEMPORARY,
        Situation.HIDDEN,
        Situation.SUPPORTED,
        Situation.HOMELESS,
    }
)
"""Situations without a home of one's own."""


def stays(past: History) -> pl.DataFrame:
    """Return every stay in an institution.

    Args:
        past: The history.

    Returns:
        ``person, person_id, institution, admitted_on, ended_on, entry, exit``: where the person lived
        before and where they went; what nobody said is ``unknown``. A transfer on the same day continues
        the stay.
    """
    found = long_stays(past)
    admitted = past.frame.select("person", "person_id", "institution", "entry_situation")[found.rows]
    ended = pl.Series("ended_on", np.where(found.over == NEVER, 0, found.over)).cast(pl.Int32).cast(pl.Date)
    lasts = pl.Series("lasts", found.over == NEVER)
    closing = past.frame.select("kind", "situation")[np.maximum(found.closed_by, 0)]
    seen = pl.col("kind") == EventKind.SIGHTING.value
    gone = pl.when(seen).then(pl.lit("rough_sleeping")).otherwise(pl.col("situation").cast(pl.String))
    exits = closing.select(gone.fill_null("unknown").alias("exit"))["exit"]
    return admitted.with_columns(
        pl.Series("admitted_on", found.admitted).cast(pl.Int32).cast(pl.Date), ended, lasts, exits
    ).select(
        "person",
        "person_id",
        pl.col("institution").fill_null("unknown"),
        "admitted_on",
        pl.when(~pl.col("lasts")).then(pl.col("ended_on")).alias("ended_on"),
        pl.col("entry_situation").cast(pl.String).fill_null("unknown").alias("entry"),
        pl.when(~pl.col("lasts")).then(pl.col("exit")).alias("exit"),
    )


def discharge_watch(
    frame: Events, as_of: date, known_as_of: Known = None, rules: StatusRules = COUNTY
) -> pl.DataFrame:
    """Return everybody in an institution who may be discharged without a home.

    On the list is who came without a home, whose home is unknown, or who is homeless or at risk on the
    register. Those known to be housed are not.

    Args:
        frame: An events frame, or a history of one.
        as_of: The day.
        known_as_of: Moment of knowledge.
        rules: The rule set; its ``discharge_days`` say what is near.

    Returns:
        ``person_id, institution, admitted_on, entry, state, expected_on, days_left, urgency, lead_worker,
        next_action_due``, the most urgent first; urgency is ``overdue``, ``due``, ``later`` or ``no date``.
    """
    past = until(history(frame, known_as_of), as_of)
    inside = stays(past).filter(pl.col("ended_on").is_null())
    now = statuses(past, track(past, rules), as_of, rules).select("person", "state")
    kept = keeping(past, as_of, rules).select(
        "person", "lead_worker", "next_action_due", "discharge_expected"
    )
    table = inside.join(now, on="person", how="left").join(kept, on="person", how="left")
    homeless = pl.col("entry").is_in([one.value for one in NO_HOME])
    housed = pl.col("state").cast(pl.String).is_in(["housed", "housed_with_support"])
    home = housed | pl.col("entry").is_in([Situation.SETTLED.value, Situation.SETTLED_WITH_SUPPORT.value])
    left = (pl.col("discharge_expected") - pl.lit(as_of)).dt.total_days()
    gone = pl.col("state").cast(pl.String) == "deceased"
    table = table.filter(~gone & (homeless | ~home)).with_columns(
        left.alias("days_left"),
        pl.when(left < 0)
        .then(pl.lit("overdue"))
        .when(left <= rules.discharge_days)
        .then(pl.lit("due"))
        .when(left.is_not_null())
        .then(pl.lit("later"))
        .otherwise(pl.lit("no date"))
        .alias("urgency"),
    )
    return table.sort("days_left", "person_id", nulls_last=True).select(
        "person_id",
        "institution",
        "admitted_on",
        "entry",
        "state",
        pl.col("discharge_expected").alias("expected_on"),
        "days_left",
        "urgency",
        "lead_worker",
        "next_action_due",
    )


@dataclass(frozen=True)
class InOut:
    """Where people lived before a stay and where they went after it.

    Args:
        table: ``institution, entry, exit, stays, people``, one row per combination that occurred.
        stays: ``person_id, institution, admitted_on, ended_on, entry, exit``: the stays counted.
        no_home_in: Stays of people who came without a home.
        no_home_out: Those of them who left without one.
        unknown_out: Those of them of whom it is not known where they went.
    """

    table: pl.DataFrame
    stays: pl.DataFrame
    no_home_in: int
    no_home_out: int
    unknown_out: int

    @property
    def share(self) -> Fraction | None:
        """Return the share of those who came without a home and left without one, the unknown left out."""
        known = self.no_home_in - self.unknown_out
        return Fraction(self.no_home_out, known) if known else None

    @property
    def share_with_unknown(self) -> Fraction | None:
        """Return the share of those who came without a home and are not known to have left with one."""
        whole = self.no_home_out + self.unknown_out
        return Fraction(whole, self.no_home_in) if self.no_home_in else None


def in_out(frame: Events, start: date, end: date, known_as_of: Known = None) -> InOut:
    """Return accommodation at entry against accommodation at exit, for stays that ended in a period.

    Args:
        frame: An events frame, or a history of one.
        start: First day of discharge.
        end: Last day of discharge, included.
        known_as_of: Moment of knowledge.

    Returns:
        The matrix and the people in it.
    """
    past = history(frame, known_as_of)
    ended = stays(past).filter(pl.col("ended_on").is_between(start, end))
    table = (
        ended.group_by("institution", "entry", "exit")
        .agg(
            pl.len().cast(pl.Int64).alias("stays"), pl.col("person").n_unique().cast(pl.Int64).alias("people")
        )
        .sort("institution", "entry", "exit")
    )
    no_home = [one.value for one in NO_HOME]
    came = ended.filter(pl.col("entry").is_in(no_home))
    return InOut(
        table=table,
        stays=ended.drop("person").sort("person_id", "admitted_on"),
        no_home_in=came.height,
        no_home_out=came.filter(pl.col("exit").is_in(no_home)).height,
        unknown_out=came.filter(pl.col("exit") == "unknown").height,
    )
