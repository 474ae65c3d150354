"""Short words for writing down what happened to whom, in tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

import polars as pl

from bnl.indicators.frame import MEMBERSHIPS, frame_from_columns

_numbers = count(1)


def day(text: str) -> date:
    """Return a day written as ISO text."""
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """Return midnight UTC of a day, or the moment written with a time."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC)


def ev(
    person: str,
    kind: str,
    on: str | date,
    *,
    agency: str = "a",
    record: str | None = None,
    known: str | None = None,
    sequence: int | None = None,
    **data: Any,
) -> dict[str, Any]:
    """Return one event as a row.

    Args:
        person: Its person.
        kind: Its kind.
        on: Its day.
        agency: Who records it.
        record: Its source record; one per person and agency unless named.
        known: When it became known; the evening of its day unless said.
        sequence: Its place in the log; counts up unless said.
        data: Its data keys, ``event_id``, ``corrects``, ``withdrawn`` and ``household_id``.
    """
    number = next(_numbers) if sequence is None else sequence
    when = day(on) if isinstance(on, str) else on
    learned = at(known) if known else datetime.combine(when, time(20), UTC)
    row = {
        "event_id": f"evt_{number:06}",
        "person_id": person,
        "record_id": record or f"rec_{person}_{agency}",
        "agency_id": agency,
        "kind": kind,
        "occurred_on": when,
        "recorded_at": learned,
        "sequence": number,
    }
    dates = ("expected_on", "homeless_on", "due_on", "review_on")
    row.update(
        {key: day(value) if key in dates and isinstance(value, str) else value for key, value in data.items()}
    )
    return row


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return the events frame of some rows."""
    columns = {key for row in rows for key in row}
    core = [
        "event_id",
        "person_id",
        "record_id",
        "agency_id",
        "kind",
        "occurred_on",
        "recorded_at",
        "sequence",
    ]
    schema: dict[str, Any] = {
        "occurred_on": pl.Date,
        "recorded_at": pl.Datetime("us", "UTC"),
        "sequence": pl.Int64,
    }
    names = sorted(columns | set(core))
    table = {
        name: pl.Series(name, [row.get(name) for row in rows], dtype=schema.get(name), strict=False)
        for name in names
    }
    if not rows:
        table = {name: pl.Series(name, [], dtype=schema.get(name, pl.String)) for name in names}
    return frame_from_columns(pl.DataFrame(table))


def home(
    person: str,
    household: str,
    since: str,
    until: str | None = None,
    *,
    beneficiary: bool = True,
    known: str = "2000-01-01",
) -> tuple[str, str, bool, date, date | None, datetime]:
    """Return one membership as a row."""
    return person, household, beneficiary, day(since), day(until) if until else None, at(known)


def homes(*rows: tuple[str, str, bool, date, date | None, datetime]) -> pl.DataFrame:
    """Return the memberships frame of some rows."""
    return pl.DataFrame(list(rows), schema=dict(MEMBERSHIPS), orient="row")


def after(on: str, days: int) -> str:
    """Return the day so many days after a day, as ISO text."""
    return (day(on) + timedelta(days=days)).isoformat()
