"""Flows through the register: balanced in people, households and cases, by handle, or suppressed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pydantic import JsonValue

from bnl.domain.event import EventKind
from bnl.domain.identifiers import Handle
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Denied, InvalidValue
from bnl.indicators.rules import ROUGH_SLEEPING
from bnl.register.flow_figures import FlowFigures
from bnl.register.ground import Reach
from bnl.register.households import Joining
from bnl.register.journal import REGISTER_ACTOR, Act
from bnl.register.linkage import LINK_TASK, OPEN
from bnl.register.session import Session
from bnl.storage.documents import Document
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    REFUGE,
    START,
    County,
    HandClock,
    forbid,
    rich,
)

TODAY = START.date()
AUGUST = (date(2026, 8, 1), date(2026, 8, 31))
FLOWS = (
    "newly_identified",
    "returned_from_housing",
    "returned_from_inactive",
    "housed",
    "inactive",
    "no_longer_meets",
    "deceased",
)


def met(county: County, number: int, day: date, session: Session | None = None) -> Handle:
    worker = session or county.officer()
    handle = worker.submit(f"A-{number}", rich(number)).handle
    worker.record_event(handle, EventKind.CONTACT, day, situation="hidden")
    return handle


def housed(county: County, handle: Handle, day: date) -> None:
    county.officer().record_event(handle, EventKind.ACCOMMODATION_START, day, situation="settled")


def reporter(county: County) -> Session:
    return county.session(CITY, Role.MANAGER, Purpose.STATISTICS)


def keeper(county: County) -> Session:
    return county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)


def counts(made: FlowFigures) -> dict[str, object]:
    return {line.name: line.count for line in made.lines}


def test_a_month_in_people_households_and_cases(county: County) -> None:
    days = ((1, -9), (2, 3), (3, 3))
    old, couple_1, couple_2 = (met(county, n, AUGUST[0] + timedelta(days=d)) for n, d in days)
    housed(county, old, date(2026, 8, 9))
    officer = county.officer()
    for handle in (couple_1, couple_2):
        _, failed = officer.record_memberships([Joining("7", "main", date(2026, 8, 2), handle=handle)])
        assert not failed
    officer.record_event(couple_1, EventKind.REFERRAL, date(2026, 8, 4), case="77")
    made = county.officer().flows(*AUGUST)
    assert counts(made) == dict.fromkeys(("opening", *FLOWS, "closing"), 0) | {
        "opening": 1,
        "newly_identified": 2,
        "housed": 1,
        "closing": 2,
    }
    assert made["newly_identified"].households == made["closing"].households == 1
    assert made["closing"].size.households == 1
    assert made["closing"].size.cases == 1
    assert made.cases == {"opening": 0, "opened": 1, "ended": 0, "closing": 1}
    assert made["closing"].people == tuple(sorted((couple_1, couple_2)))
    assert [(one.handle, one.flow) for one in made.movements if one.change < 0] == [(old, "housed")]
    assert made.residual == 0
    assert made.reach is Reach.SEEN
    assert made["closing"].size.bounds is None


def test_everybody_counts_for_officials_and_nobody_is_named(county: County) -> None:
    for number in range(6):
        met(county, number, date(2026, 7, 9))
    for number in range(20, 25):
        hidden = met(county, number, date(2026, 7, 9), county.worker(REFUGE))
        county.worker(REFUGE).record_grant(hidden, **forbid(hard=True))
    made = reporter(county).flows(*AUGUST)
    assert made["opening"].count == made["closing"].count == 11
    assert made.movements == ()
    assert not any(line.people for line in made.lines)
    assert county.officer().flows(*AUGUST)["closing"].count == 6
    exact = keeper(county).flows(*AUGUST)
    assert exact["closing"].count == 11
    assert len(exact["closing"].people) == 6


@pytest.mark.parametrize("made_up", [0, 1, 4, 5, 9])
def test_made_up_people_bring_no_small_flow_to_light(make_county: Callable[[], County], made_up: int) -> None:
    """Whoever pads a figure knows what they added: two, three or four people of others must look alike."""
    told = []
    for others in (2, 3, 4):
        county = make_county()
        for host, first, count in ((county.worker(REFUGE), 0, others), (county.officer(), 10, made_up)):
            for number in range(first, first + count):
                handle = met(county, number, date(2026, 7, 9), host)
                host.record_event(handle, EventKind.REFERRAL, date(2026, 8, 4), case=f"{number}")
                if number % 10 == 0:
                    host.record_event(
                        handle, EventKind.ACCOMMODATION_START, date(2026, 8, 9), situation="settled"
                    )
        made = reporter(county).flows(*AUGUST)
        told.append((made.lines, made.cases, reporter(county).monthly_flows(AUGUST[1]).table.rows()))
    assert told[0] == told[1] == told[2]
    assert not isinstance(told[0][0][0].count, int)


def test_small_flows_and_their_households_are_hidden(county: County) -> None:
    handles = [met(county, number, date(2026, 7, 9)) for number in range(9)]
    for handle in handles[:2]:
        housed(county, handle, date(2026, 8, 9))
    made = reporter(county).flows(*AUGUST)
    assert (made["opening"].count, made["closing"].count) == (9, 7)
    assert made["housed"].count in ("<5", "*")
    shown = [made["housed"].size.people, made["housed"].size.households, made["housed"].households]
    assert not [one for one in shown if isinstance(one, int) and one]


def test_late_news_is_told_apart_by_what_was_known(county: County, clock: HandClock) -> None:
    handle = met(county, 1, date(2026, 7, 9))
    then = county.size() - 1
    clock.advance(days=1)
    housed(county, handle, date(2026, 8, 9))
    assert counts(county.officer().flows(*AUGUST))["housed"] == 1
    assert counts(county.officer().flows(*AUGUST, known_as_of=then))["housed"] == 0
    assert counts(county.officer().flows(*AUGUST, known_as_of=START))["housed"] == 0
    with pytest.raises(InvalidValue):
        county.officer().flows(*AUGUST, known_as_of=START.replace(tzinfo=None))


def in_review(county: County, one: Handle, other: Handle) -> None:
    """Put a pair into the review queue."""
    left, right = sorted(county.record_of(CITY, handle) for handle in (one, other))
    data: dict[str, JsonValue] = {
        "kind": LINK_TASK,
        "state": OPEN,
        "left": left,
        "right": right,
        "millibits": 900,
    }
    with county.core.change() as uow:
        uow.tasks.add_many([Document(key="tsk_1", data={**data, "millibits": 900, "per_myriad": 5000})])
        county.core.journal.write(uow, REGISTER_ACTOR, Act("test.queue"))


def test_a_pair_in_review_makes_every_headcount_an_interval(county: County) -> None:
    handles = [met(county, number, date(2026, 8, 9)) for number in range(8)]
    in_review(county, handles[0], handles[1])
    for session in (reporter(county), keeper(county)):
        made = session.flows(*AUGUST)
        bounds = made["closing"].size.bounds
        assert bounds is not None
        assert (bounds.low, bounds.high, bounds.exact) == (7, 8, True)
        new = made["newly_identified"].size.bounds
        assert new is not None
        assert (new.low, new.high) == (7, 8)
    assert county.officer().flows(*AUGUST)["closing"].size.bounds is None


def test_other_rules(county: County) -> None:
    met(county, 1, date(2026, 7, 9))
    assert counts(county.officer().flows(*AUGUST, rules=ROUGH_SLEEPING))["closing"] == 0


def test_months_join_and_the_last_is_counted_to_the_day(county: County) -> None:
    met(county, 1, date(2026, 7, 9))
    handle = met(county, 2, date(2026, 8, 9))
    made = county.officer().monthly_flows(date(2026, 8, 8), months=3)
    assert made.table["active_end"].to_list() == [0, 1, 1]
    made = county.officer().monthly_flows(date(2026, 8, 9), months=3)
    assert made.table["active_end"].to_list() == [0, 1, 2]
    assert made.table["active_start"].to_list()[1:] == made.table["active_end"].to_list()[:-1]
    assert reporter(county).monthly_flows(date(2026, 8, 9)).table.columns == [
        "month",
        "active_start",
        "inflow",
        "outflow",
        "active_end",
    ]
    assert county.officer().monthly_flows().as_of == TODAY
    assert handle


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(AUGUST[1], AUGUST[0], id="the wrong way round"),
        pytest.param(date(1899, 12, 31), AUGUST[0], id="before anything was known"),
    ],
)
def test_periods_that_are_none(county: County, start: date, end: date) -> None:
    with pytest.raises(InvalidValue):
        county.officer().flows(start, end)


@pytest.mark.parametrize("months", [0, 601, -1])
def test_numbers_of_months_that_are_none(county: County, months: int) -> None:
    with pytest.raises(InvalidValue):
        county.officer().monthly_flows(months=months)


def test_who_may(county: County) -> None:
    with pytest.raises(Denied):
        county.session(CITY, Role.SUPPORT_WORKER, Purpose.STATISTICS).flows(*AUGUST)
    with pytest.raises(Denied):
        county.session(CHARITY, Role.MANAGER, Purpose.STEWARDSHIP).flows(*AUGUST)
    with pytest.raises(Denied):
        county.access().flows(*AUGUST)


def test_a_reading_names_whose_events_it_rests_on(county: County) -> None:
    handle = met(county, 1, date(2026, 8, 9))
    other = county.officer(CHERWELL)
    before = county.size()
    made = other.flows(*AUGUST)
    (entry,) = county.entries(before)
    assert (entry.action, entry.decision) == ("flows", "permit")
    assert entry.lawful_basis == "public_task"
    assert set(county.subjects(entry.sequence)) == {county.record_of(CITY, handle)}
    assert repr(made) == "FlowFigures(2026-08-01 to 2026-08-31)"
    assert "h_" not in repr(made.lines)


def test_a_link_made_edited_reported_and_undone_leaves_no_trace_in_any_report(
    county: County, clock: HandClock
) -> None:
    """See `tests.register.test_unlink_exact`; here the smallest case, by hand."""
    one, other = met(county, 1, date(2026, 7, 9)), met(county, 2, date(2026, 8, 9))
    before = county.officer().flows(*AUGUST)
    clock.advance(hours=1)
    steward = county.steward()
    steward.link(one, other)
    assert counts(county.officer().flows(*AUGUST))["newly_identified"] == 0
    steward.unlink(one, other)
    after = county.officer().flows(*AUGUST)
    assert (after.lines, after.cases, after.movements) == (before.lines, before.cases, before.movements)
