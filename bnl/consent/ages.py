"""Ages: birthdays and deaths as instants, read so that what is not known exactly permits least."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from bnl.consent.facts import RecordFacts
from bnl.consent.masks import FOREVER, ticks
from bnl.domain.dates import check_partial_date

LONDON: Final = ZoneInfo("Europe/London")
COMPETENT_AGE: Final = 16
ADULT_AGE: Final = 18


def midnight(day: date) -> datetime:
    """Return the first instant of a civil day in Europe/London, in UTC."""
    return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)


def civil_day(moment: datetime) -> date:
    """Return the civil day in Europe/London on which a moment falls."""
    return moment.astimezone(LONDON).date()


def birthday(born: date, years: int) -> date:
    """Return the day somebody reaches an age; born on 29 February, 1 March where there is no such day."""
    year = born.year + years
    if year > date.max.year:
        return date.max
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def birth_span(partial: str) -> tuple[date, date]:
    """Return the first and the last day a checked partial date of birth can mean."""
    year, month, day = (*(int(part) for part in partial.split("-")), 0, 0)[:3]
    first = date(year, month or 1, day or 1)
    last_month = month or 12
    return first, date(year, last_month, day or monthrange(year, last_month)[1])


def is_readable(partial: str | None) -> bool:
    """Tell whether a birth is either not stated or a date there can be; anything else is corrupt."""
    try:
        return not partial or bool(check_partial_date(partial))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What all linked records together say of birth and death, widest apart.

    Args:
        earliest: First day the person can have been born; None if no record says.
        latest: Last day the person can have been born; None if no record says.
        died: First instant of the earliest day of death stated, in ticks; for ever if none is.
    """

    earliest: date | None
    latest: date | None
    died: int

    def reaches(self, years: int) -> tuple[int, int]:
        """Return the first and the last instant, in ticks, at which the person can reach an age.

        Unknown birth gives the beginning of time and for ever: no reading is ruled out.
        """
        if self.earliest is None or self.latest is None:
            return -FOREVER, FOREVER
        first, last = birthday(self.earliest, years), birthday(self.latest, years)
        return ticks(midnight(first)), ticks(midnight(last))


def lifetime(records: Iterable[RecordFacts]) -> Lifetime:
    """Read birth and death from all linked records; where they differ, both readings count."""
    spans, deaths = [], []
    for record in records:
        if record.born and is_readable(record.born):
            spans.append(birth_span(record.born))
        if record.died:
            deaths.append(ticks(midnight(record.died)))
    return Lifetime(
        earliest=min((first for first, _ in spans), default=None),
        latest=max((last for _, last in spans), default=None),
        died=min(deaths, default=FOREVER),
    )
