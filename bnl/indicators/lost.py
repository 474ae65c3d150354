"""Lost: every open person whom nobody keeps, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.history import Events, History, Known, history
from bnl.indicators.keeping import keeping
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.states import State
from bnl.indicators.status import adult_days, statuses, until
from bnl.indicators.track import track

REASONS: Final = {
    "no_lead_worker": "nobody is the lead worker",
    "no_next_action": "there is no next action with a date",
    "action_overdue": "the next action is long overdue",
    "handover_unanswered": "a handover has waited too long for its answer",
    "handover_declined": "a handover was declined and nobody has taken over since",
    "silent": "there was no contact for longer than allowed, and no formal decision",
    "inactive_without_attempts": "made inactive without logged attempts to make contact",
    "discharge_without_lead": "a discharge is due or overdue and nobody prepares it",
}
"""Why somebody is on the list of the lost, in words."""

_EXITED: Final = frozenset({State.HOUSED, State.HOUSED_WITH_SUPPORT, State.LEFT_AREA, State.DECEASED})


def lost(
    frame: Events,
    as_of: date,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
    born_on: Mapping[str, date] | None = None,
) -> pl.DataFrame:
    """Return every open person who is neither kept, nor in handover, nor formally inactive, nor gone.

    Kept means a lead worker and a next action with a date that is not long overdue. A handover keeps
    somebody while its clock runs. Silence beyond the limit loses anybody who is open, kept or not. A person
    in an institution is open when a discharge is near or overdue.

    Args:
        frame: An events frame, or a history of one.
        as_of: The day.
        known_as_of: Moment of knowledge.
        rules: The rule set, which holds the limits.
        born_on: Birthdays by person id, for rules that count adults only.

    Returns:
        ``person_id, state, since, reasons, last_contact, days_silent, lead_worker, next_action_due``,
        sorted by ``person_id``; reasons are keys of `REASONS`.
    """
    whole = history(frame, known_as_of)
    now = statuses(whole, track(whole, rules, adult_days(born_on)), as_of, rules)
    past = until(whole, as_of)
    kept = now.join(keeping(whole, as_of, rules), on="person", how="left", maintain_order="left")
    kept = kept.join(_void_decisions(past, now), on="person", how="left", maintain_order="left")
    kept = kept.join(_declined(past), on="person", how="left", maintain_order="left")
    flags = _flags(as_of, rules)
    found = (
        kept.filter(_open(as_of, rules))
        .with_columns(**flags)
        .with_columns(
            pl.concat_list([pl.when(name).then(pl.lit(name)) for name in flags])
            .list.drop_nulls()
            .alias("reasons")
        )
    )
    return found.filter(pl.col("reasons").list.len() > 0).select(
        "person_id",
        "state",
        "since",
        "reasons",
        "last_contact",
        "days_silent",
        "lead_worker",
        "next_action_due",
    )


def _open(as_of: date, rules: StatusRules) -> pl.Expr:
    state = pl.col("state").cast(pl.String)
    near = pl.col("discharge_expected") <= pl.lit(as_of).dt.offset_by(f"{rules.discharge_days}d")
    closed = [*(one.value for one in _EXITED), State.INACTIVE.value, State.INSTITUTION.value]
    return ~state.is_in(closed) | ((state == State.INSTITUTION.value) & near.fill_null(value=False))


def _flags(as_of: date, rules: StatusRules) -> dict[str, pl.Expr]:
    """Return one condition per reason."""
    inside = pl.col("state").cast(pl.String) == State.INSTITUTION.value
    led, due = pl.col("lead_workers") > 0, pl.col("next_action_due")
    stale = (due < pl.lit(as_of).dt.offset_by(f"-{rules.overdue_days}d")).fill_null(value=False)
    waited = (pl.lit(as_of) - pl.col("handover_since")).dt.total_days()
    running = (waited <= rules.handover_days).fill_null(value=False)
    kept = led & due.is_not_null() & ~stale
    alone = ~kept & ~running
    silent = pl.col("days_silent").fill_null(_EVER) > rules.lost_after_days
    return {
        "no_lead_worker": alone & ~led & ~inside,
        "no_next_action": alone & due.is_null() & ~inside,
        "action_overdue": alone & stale & ~inside,
        "handover_unanswered": ~kept & (waited > rules.handover_days).fill_null(value=False),
        "handover_declined": alone & pl.col("declined").fill_null(value=False),
        "silent": silent & ~inside,
        "inactive_without_attempts": pl.col("void").fill_null(value=False),
        "discharge_without_lead": inside & alone,
    }


_EVER: Final = 10**6


def _void_decisions(past: History, now: pl.DataFrame) -> pl.DataFrame:
    """Return whose last formal decision had no attempts behind it: ``person, void``."""
    decided = past.rows(EventKind.INACTIVE).group_by("person").agg(pl.col("on").max().alias("decided"))
    open_now = now.filter(pl.col("state").cast(pl.String) != State.INACTIVE.value).select(
        "person", "since", "state"
    )
    both = open_now.join(decided, on="person")
    alive = (
        past.rows(EventKind.CONTACT, EventKind.SIGHTING)
        .group_by("person")
        .agg(pl.col("on").max().alias("seen"))
    )
    both = both.join(alive, on="person", how="left")
    void = pl.col("seen").is_null() | (pl.col("seen") < pl.col("decided"))
    return both.select("person", (void & (pl.col("since") < pl.col("decided"))).alias("void"))


def _declined(past: History) -> pl.DataFrame:
    """Return whose last handover was declined: ``person, declined``."""
    answers = past.rows(EventKind.HANDOVER_SENT, EventKind.HANDOVER_ACCEPTED, EventKind.HANDOVER_DECLINED)
    last = answers.unique("person", keep="last", maintain_order=True)
    return last.select("person", (pl.col("kind") == EventKind.HANDOVER_DECLINED.value).alias("declined"))
