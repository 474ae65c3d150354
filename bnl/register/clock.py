"""The one clock: UTC instants come from it, and civil days in Europe/London from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
LONDON = ZoneInfo("Europe/London")


def system_clock() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def civil_day(moment: datetime) -> date:
    """Return the day on which an instant falls in Europe/London."""
    return moment.astimezone(LONDON).date()
