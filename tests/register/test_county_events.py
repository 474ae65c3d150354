"""The county's events in one frame: as they are known now, and as they and the links were known then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnl.domain.event import EventKind
from bnl.domain.identifiers import Handle
from bnl.indicators.history import History, Known
from bnl.register.county_events import MOST_KEPT, CountyEvents
from bnl.register.households import Joining
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import START, County, HandClock, rich

TODAY = START.date()


def past(county: County, known_as_of: Known = None) -> History:
    core = county.core
    core.refresh(events=True)
    with ReadUnit(core.store) as unit:
        return core.county_events.past(core.snapshot, unit, known_as_of)


def met(county: County, reference: str, number: int) -> Handle:
    officer = county.officer()
    handle = officer.submit(reference, rich(number)).handle
    officer.record_event(handle, EventKind.CONTACT, TODAY, situation="hidden")
    return handle


def people(history: History) -> int:
    return history.people.height


@pytest.mark.parametrize("by", ["position", "instant"])
def test_links_are_as_they_were_known_then(county: County, clock: HandClock, by: str) -> None:
    one, other = met(county, "A-1", 1), met(county, "A-2", 30)
    moments: list[tuple[Known, int]] = []
    for change, expected in ((None, 2), ("link", 1), ("unlink", 2)):
        clock.advance(hours=1)
        if change:
            getattr(county.steward(), change)(one, other)
        moments.append((county.size() - 1 if by == "position" else clock.now, expected))
    assert people(past(county)) == 2
    for moment, expected in moments:
        assert people(past(county, moment)) == expected
    county.core.county_events = CountyEvents()
    for moment, expected in moments:
        assert people(past(county, moment)) == expected


def test_nothing_is_laid_out_anew_while_nothing_happened(county: County) -> None:
    met(county, "A-1", 1)
    first = past(county)
    county.officer().by_name_list()
    assert past(county) is first
    met(county, "A-2", 2)
    assert past(county) is not first
    assert people(past(county)) == 2


def test_few_moments_are_kept_and_now_is_always_one(county: County) -> None:
    met(county, "A-1", 1)
    now = past(county)
    for position in range(MOST_KEPT * 3):
        past(county, position)
    assert past(county) is now


def test_households_stand_beside_the_events_and_are_known_from_when_they_were_told(
    county: County, clock: HandClock
) -> None:
    handle = met(county, "A-1", 1)
    before = clock.now
    clock.advance(hours=1)
    joining = Joining("7", "main", TODAY - timedelta(days=9), handle=handle)
    _, failed = county.officer().record_memberships([joining])
    assert not failed
    core = county.core
    core.refresh(events=True)
    with ReadUnit(core.store) as unit:
        assert core.county_events.memberships(core.snapshot, unit).height == 1
        assert core.county_events.memberships(core.snapshot, unit, before).height == 0
        assert core.county_events.memberships(core.snapshot, unit, clock.now).height == 1
        assert core.county_events.memberships(core.snapshot, unit, core.snapshot.position).height == 1
    assert past(county).frame["household_id"].null_count() == 0


def test_a_county_without_events_has_an_empty_history(county: County) -> None:
    assert people(past(county)) == 0
    assert people(past(county, 0)) == 0
