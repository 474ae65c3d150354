"""Random logs of events: late news, corrections, withdrawals, links, un-links and erasures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from bnl.indicators.frame import relink
from tests.happenings import ev, frame, home, homes

MONTHS = 4
START = date(2024, 1, 1)
PERIODS = [
    (date(2024, 1, 1), date(2024, 1, 31)),
    (date(2024, 2, 1), date(2024, 2, 29)),
    (date(2024, 3, 1), date(2024, 3, 31)),
    (date(2024, 4, 1), date(2024, 4, 30)),
]
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("sighting", {}),
    ("contact", {}),
    ("accommodation_start", {"situation": "settled"}),
    ("accommodation_start", {"situation": "temporary"}),
    ("accommodation_end", {"reason": "evicted"}),
    ("inactive", {"attempts": 2}),
    ("left_area", {}),
    ("moved_in", {}),
    ("institution_admission", {}),
    ("institution_discharge", {}),
    ("risk_of_homelessness", {"homeless": True}),
    ("death", {}),
]


@dataclass
class Log:
    """A random log: its rows, and to whom each record belongs at the end of each month's reporting."""

    rows: list[dict[str, Any]]
    persons: list[dict[str, str]]
    erased: list[set[str]]
    memberships: pl.DataFrame


@st.composite
def logs(draw: st.DrawFn) -> Log:
    """Return a log of up to six records: late news, corrections, withdrawals, links, un-links, erasures."""
    records = [f"rec_{number}" for number in range(draw(st.integers(1, 6)))]
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 18))):
        kind, data = draw(st.sampled_from(KINDS))
        happened = START + timedelta(days=draw(st.integers(-40, 125)))
        learned = happened + timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 20, 45, 80])))
        extra: dict[str, Any] = {}
        if rows and draw(st.integers(0, 4)) == 0:
            old = draw(st.sampled_from(rows))
            extra = {"corrects": old["event_id"], "withdrawn": draw(st.booleans())}
            learned = max(learned, old["recorded_at"].date())
            record = old["record_id"]
        else:
            record = draw(st.sampled_from(records))
        row = ev(record, kind, happened, record=record, sequence=number + 1, **data, **extra)
        row["recorded_at"] = datetime.combine(learned, datetime.min.time(), UTC)
        rows.append(row)
    persons, erased, gone = [], [], set[str]()
    for _ in range(MONTHS):
        persons.append({record: draw(st.sampled_from(records)) for record in records})
        if draw(st.integers(0, 5)) == 0:
            gone = gone | {draw(st.sampled_from(records))}
        erased.append(set(gone))
    members = []
    for record in records:
        if draw(st.booleans()):
            since = START + timedelta(days=draw(st.integers(-30, 90)))
            members.append(home(record, draw(st.sampled_from(["h1", "h2"])), since.isoformat()))
    return Log(rows, persons, erased, homes(*members))


def as_of_month(log: Log, number: int) -> pl.DataFrame:
    """Return the frame as it stands when a month is reported: links in force, erased records gone."""
    rows = [row for row in log.rows if row["record_id"] not in log.erased[number]]
    return relink(frame(*rows), log.persons[number])  # type: ignore[arg-type]


def reported(number: int) -> datetime:
    """Return when a month is reported: ten days after its end."""
    return datetime.combine(PERIODS[number][1] + timedelta(days=10), datetime.min.time(), UTC)


def together(many: list[Log]) -> Log:
    """Return several logs as one; ``rec_1`` of log 3 is ``3/rec_1``, and so are its events and households."""
    rows: list[dict[str, Any]] = []
    members = []
    for number, log in enumerate(many):
        for row in log.rows:
            named = {
                key: f"{number}/{row[key]}"
                for key in ("event_id", "record_id", "person_id", "corrects")
                if row.get(key)
            }
            rows.append({**row, **named, "sequence": len(rows) + 1})
        names = pl.lit(f"{number}/") + pl.col("person_id", "household_id")
        members.append(log.memberships.with_columns(names.name.keep()))
    persons = [
        {
            f"{n}/{record}": f"{n}/{owner}"
            for n, log in enumerate(many)
            for record, owner in log.persons[month].items()
        }
        for month in range(MONTHS)
    ]
    erased = [
        {f"{n}/{record}" for n, log in enumerate(many) for record in log.erased[month]}
        for month in range(MONTHS)
    ]
    return Log(rows, persons, erased, pl.concat(members))
