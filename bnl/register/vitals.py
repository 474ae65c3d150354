"""Vitals: the few facts on a record that every decision needs: a death, and times without capacity."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from bnl.storage.documents import Document

CAPACITY = "capacity"
DEATH = "death"

Stretch = tuple[datetime, datetime | None]


class Vital(NamedTuple):
    """What decisions need of a death event without opening the others.

    Args:
        event_id: The event.
        occurred_on: Day of death.
        corrects: The event it replaces; empty if none.
        withdrawn: The event it replaces is withdrawn and nothing stands in its place.
    """

    event_id: str
    occurred_on: date
    corrects: str
    withdrawn: bool


class Incapacity(NamedTuple):
    """A stretch of time in which a person could not decide for themselves, as one agency assessed it.

    Args:
        finding_id: The finding.
        starts: First instant (UTC).
        ends: First instant after the last; None while it lasts.
        corrects: The finding it replaces; empty if none.
        withdrawn: The finding it replaces is withdrawn and nothing stands in its place.
    """

    finding_id: str
    starts: datetime
    ends: datetime | None
    corrects: str
    withdrawn: bool


def read_vital(key: str, document: Document) -> Vital | Incapacity | None:
    """Read a stored vital.

    Args:
        key: Its id.
        document: What is stored.

    Returns:
        The vital; None if it is of a kind that is not known, so that its record counts as damaged.
    """
    data = document.data
    kind = data.get("kind", DEATH)
    corrects, withdrawn = str(data.get("corrects", "")), bool(data.get("withdrawn", False))
    if kind == DEATH:
        return Vital(key, date.fromisoformat(str(data["occurred_on"])), corrects, withdrawn)
    if kind == CAPACITY:
        ends = str(data.get("ends") or "")
        starts = datetime.fromisoformat(str(data["starts"]))
        return Incapacity(key, starts, datetime.fromisoformat(ends) if ends else None, corrects, withdrawn)
    return None


def day_of_death(vitals: Iterable[Vital]) -> date | None:
    """Return the earliest day of death that stands, of those stated on one record."""
    stated = list(vitals)
    replaced = {vital.corrects for vital in stated}
    standing = [v.occurred_on for v in stated if not v.withdrawn and v.event_id not in replaced]
    return min(standing, default=None)


def without_capacity(findings: Iterable[Incapacity]) -> tuple[Stretch, ...]:
    """Return the stretches without capacity that stand, of those found on one record, in order."""
    stated = list(findings)
    replaced = {finding.corrects for finding in stated}
    standing = [f for f in stated if not f.withdrawn and f.finding_id not in replaced]
    return tuple((f.starts, f.ends) for f in sorted(standing, key=lambda f: (f.starts, f.finding_id)))
