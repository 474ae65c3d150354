"""The clock: instants in UTC, civil days in London."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bnl.register.clock import LONDON, civil_day, system_clock
from tests.register.county import CITY, County, HandClock, fields


def test_the_system_clock_is_in_utc() -> None:
    assert system_clock().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(datetime(2026, 1, 5, 23, 59, tzinfo=UTC), date(2026, 1, 5), id="winter-is-utc"),
        pytest.param(datetime(2026, 7, 5, 22, 59, tzinfo=UTC), date(2026, 7, 5), id="summer-before-midnight"),
        pytest.param(datetime(2026, 7, 5, 23, 0, tzinfo=UTC), date(2026, 7, 6), id="summer-after-midnight"),
        pytest.param(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 3, 29), id="clocks-go-forward"),
        pytest.param(datetime(2026, 10, 25, 0, 30, tzinfo=LONDON), date(2026, 10, 25), id="clocks-go-back"),
    ],
)
def test_civil_days_are_those_of_london(moment: datetime, day: date) -> None:
    assert civil_day(moment) == day


def test_every_instant_written_comes_from_the_one_clock(county: County, clock: HandClock) -> None:
    moment = clock.advance(days=3)
    before = county.size()
    handle = county.officer().submit("A-1", fields()).handle
    record = county.core.snapshot.records[county.record_of(CITY, handle)]
    assert record.received_at == moment
    assert {entry.time[:10] for entry in county.entries(before)} == {moment.date().isoformat()}


def test_entry_times_never_decrease_though_the_clock_goes_back(county: County, clock: HandClock) -> None:
    county.officer().submit("A-1", fields())
    clock.advance(days=-30)
    county.officer().submit("A-2", fields(1))
    times = [entry.time for entry in county.entries()]
    assert times == sorted(times)
    assert county.register.verify().sound
