"""Books of cases: which were open, which opened and which ended, balanced as those of people are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from bnl.domain.event import EventKind
from bnl.errors import InputError
from bnl.indicators.casework import Casework

_TURNING: Final = (
    EventKind.REFERRAL,
    EventKind.REFERRAL_DECIDED,
    EventKind.CLOSURE,
    EventKind.REOPENING,
)


@dataclass(frozen=True)
class CaseReturn:
    """The cases of a period.

    Args:
        start: First day.
        end: Last day, included.
        opening: Cases open at the end of the day before.
        closing: Cases open at the end of the last day.
        opened: ``case_id, person_id, on``: every opening and reopening of the period.
        ended: ``case_id, person_id, on``: every end of the period: closed, turned away, withdrawn, died.
        log_position: Highest log sequence known.
    """

    start: date
    end: date
    opening: frozenset[str]
    closing: frozenset[str]
    opened: pl.DataFrame
    ended: pl.DataFrame
    log_position: int

    @property
    def residual(self) -> int:
        """Return what the balance leaves unexplained: always 0."""
        return len(self.opening) + self.opened.height - self.ended.height - len(self.closing)


def case_return(work: Casework, start: date, end: date) -> CaseReturn:
    """Return the books of cases over a period.

    A case is open from its referral (its acceptance, if no referral is known) until it is closed, rejected or
    withdrawn, or the person dies; accepting or reopening it opens it again.

    Args:
        work: The casework.
        start: First day.
        end: Last day, included.

    Returns:
        The books; ``opening + opened - ended == closing`` holds exactly.

    Raises:
        InputError: If the period ends before it starts.
    """
    if end < start:
        raise InputError("the period ends before it starts.", "Give start <= end.")
    turns = case_turns(work)
    within = turns.filter(pl.col("on").is_between(start, end))
    columns = ("case_id", "person_id", "on")
    return CaseReturn(
        start=start,
        end=end,
        opening=frozenset(_standing(turns, start - timedelta(days=1))["case_id"]),
        closing=frozenset(_standing(turns, end)["case_id"]),
        opened=within.filter(pl.col("change") > 0).select(columns),
        ended=within.filter(pl.col("change") < 0).select(columns),
        log_position=work.past.log_position,
    )


def open_cases(work: Casework, on: date) -> pl.DataFrame:
    """Return ``case_id, person_id`` of every case open at the end of a day, by case."""
    return _standing(case_turns(work), on).select("case_id", "person_id").sort("case_id")


def case_turns(work: Casework) -> pl.DataFrame:
    """Return every opening and every end of every case in order: ``case_id, person_id, on, change``."""
    kind, outcome = pl.col("kind").cast(pl.String), pl.col("outcome")
    decided = kind == EventKind.REFERRAL_DECIDED.value
    opens = kind.is_in([EventKind.REFERRAL.value, EventKind.REOPENING.value])
    opens |= decided & (outcome == "accepted").fill_null(value=False)
    ends = (kind == EventKind.CLOSURE.value) | (decided & outcome.is_in(["rejected", "withdrawn"]))
    told = work.told(_TURNING, "kind", "on", "person_id", "outcome")
    words = told.select(
        "case_id",
        "person_id",
        "on",
        pl.when(opens).then(1).when(ends.fill_null(value=False)).then(-1).alias("change"),
    ).filter(pl.col("change").is_not_null())
    deaths = work.past.rows(EventKind.DEATH, columns=("person_id", "on"))
    died = deaths.group_by("person_id").agg(pl.col("on").min().alias("died"))
    words = words.join(died, on="person_id", how="left", maintain_order="left")
    last = words.filter(pl.col("died").is_not_null()).unique("case_id", maintain_order=True)
    ended = last.with_columns(pl.col("died").alias("on"), pl.lit(-1, dtype=pl.Int32).alias("change"))
    words = pl.concat([words.filter((pl.col("on") <= pl.col("died")).fill_null(value=True)), ended])
    words = words.sort("case_id", "on", maintain_order=True)
    before = pl.col("change").shift(1).over("case_id").fill_null(-1)
    return words.filter(pl.col("change") != before).drop("died")


def _standing(turns: pl.DataFrame, on: date) -> pl.DataFrame:
    last = turns.filter(pl.col("on") <= on).unique("case_id", keep="last", maintain_order=True)
    return last.filter(pl.col("change") > 0)
