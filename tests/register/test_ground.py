"""The ground of figures: how far each purpose reaches, who may be named, and what is noted as handed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, Handle, PersonId
from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.errors import Denied, InvalidValue
from bnl.register.ground import Reach, grounded, require_reporter, require_steward
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    START,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)

TODAY = START.date()


def met(county: County, number: int, session: Session | None = None) -> Handle:
    worker = session or county.worker(CHARITY)
    handle = worker.submit(f"C-{number}", rich(number)).handle
    worker.record_event(handle, EventKind.CONTACT, TODAY - timedelta(days=5), situation="hidden")
    return handle


def person(county: County, handle: Handle, agency: AgencyId = CHARITY) -> PersonId:
    """The person behind a handle, told without opening the store: the ground has it open."""
    record_id = county.core.handles.record(agency, handle)
    assert record_id is not None
    return county.core.snapshot.person(record_id)


@pytest.mark.parametrize(
    ("role", "purpose", "reach"),
    [
        pytest.param(Role.MANAGER, Purpose.STATISTICS, Reach.OFFICIAL, id="statistics"),
        pytest.param(Role.STEWARD, Purpose.STEWARDSHIP, Reach.COUNTY, id="stewardship"),
        pytest.param(Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION, Reach.SEEN, id="work"),
        pytest.param(Role.SUPPORT_WORKER, Purpose.CASE_CONFERENCE, Reach.SEEN, id="a conference"),
    ],
)
def test_how_far_each_purpose_reaches(county: County, role: Role, purpose: Purpose, reach: Reach) -> None:
    session = county.session(CITY, role, purpose)
    with grounded(county.core, session.actor, purpose, "test") as ground:
        assert ground.reach is reach
        assert ground.official is (reach is Reach.OFFICIAL)
        assert ground.today == TODAY


@pytest.mark.parametrize(
    ("role", "purpose"),
    [
        pytest.param(Role.SUPPORT_WORKER, Purpose.STATISTICS, id="who may not report"),
        pytest.param(Role.MANAGER, Purpose.STEWARDSHIP, id="who keeps no list"),
        pytest.param(Role.DATA_OFFICER, Purpose.SUBJECT_ACCESS, id="a person's own access"),
    ],
)
def test_who_gets_no_ground_leaves_no_entry_of_a_reading(
    county: County, role: Role, purpose: Purpose
) -> None:
    session = county.session(CITY, role, purpose)
    before = county.size()
    with pytest.raises(Denied), grounded(county.core, session.actor, purpose, "test"):
        pytest.fail("a ground was given")
    assert county.size() == before


def test_verdicts_of_the_two_guards(county: County) -> None:
    manager = county.session(CITY, Role.MANAGER, Purpose.STATISTICS).actor
    steward = county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP).actor
    require_reporter(county.core, manager)
    require_steward(county.core, steward)
    for guard, actor in ((require_steward, manager), (require_reporter, county.worker(HOSTEL).actor)):
        with pytest.raises(Denied) as caught:
            guard(county.core, actor)
        assert caught.value.reasons == ("no_clause",)


def test_a_moment_without_a_zone_is_none(county: County) -> None:
    officer = county.officer()
    naive = datetime(2026, 8, 1, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(InvalidValue), grounded(county.core, officer.actor, officer.purpose, "test", naive):
        pytest.fail("a ground was given")


def test_whoever_is_named_is_noted_and_nobody_else(county: County) -> None:
    one, other = met(county, 1), met(county, 2)
    worker = county.worker(CHARITY)
    before = county.size()
    with grounded(county.core, worker.actor, worker.purpose, "test") as ground:
        assert ground.name(person(county, one)) == one
        assert ground.names([person(county, one)] * 2) == (one, one)
        assert ground.name("per_nobody") is None
    (entry,) = county.entries(before)
    subjects = county.subjects(entry.sequence)
    assert set(subjects) == {county.record_of(CHARITY, one)}
    assert county.record_of(CHARITY, other) not in subjects


def test_nobody_is_named_in_official_figures(county: County) -> None:
    handle = met(county, 1)
    manager = county.session(CITY, Role.MANAGER, Purpose.STATISTICS)
    before = county.size()
    with grounded(county.core, manager.actor, Purpose.STATISTICS, "test") as ground:
        assert ground.name(person(county, handle)) is None
        assert ground.past.people.height == 1
    (entry,) = county.entries(before)
    assert entry.subject_count == 0


def test_what_is_said_is_what_may_be_seen_of_it(county: County) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1, ethnicity="A", sex="f")).handle
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories=frozenset({FieldCategory.IDENTITY})))
    who = person(county, handle)
    for agency, ethnicity in ((CHARITY, ["A"]), (HOSTEL, []), (CHERWELL, [])):
        session = county.worker(agency)
        with grounded(county.core, session.actor, session.purpose, "test") as ground:
            assert [value for _, value in ground.said(who, "ethnicity")] == ethnicity
            sex = [value for _, value in ground.said(who, "sex")]
            assert sex == (["f"] if agency in (CHARITY, HOSTEL) else [])
    manager = county.session(CITY, Role.MANAGER, Purpose.STATISTICS)
    with grounded(county.core, manager.actor, Purpose.STATISTICS, "test") as ground:
        assert ground.said(who, "ethnicity") == [(TODAY, "A")]


def test_the_day_something_was_said_is_told_only_with_who_said_it(county: County) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1, sex="f")).handle
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories=frozenset({FieldCategory.IDENTITY})))
    hostel = county.worker(HOSTEL)
    with grounded(county.core, hostel.actor, hostel.purpose, "test") as ground:
        ((day, _),) = ground.said(person(county, handle), "sex")
    assert day < TODAY


def test_pairs_in_review_are_known_to_those_who_may_link(county: County) -> None:
    shows = {
        Purpose.STATISTICS: (Role.MANAGER, True),
        Purpose.STEWARDSHIP: (Role.STEWARD, True),
        Purpose.HOMELESSNESS_PREVENTION: (Role.HOUSING_OFFICER, False),
    }
    for purpose, (role, known) in shows.items():
        actor = county.session(CITY, role, purpose).actor
        with grounded(county.core, actor, purpose, "test") as ground:
            assert (ground.pairs is not None) is known


def test_a_steward_counts_whom_they_may_not_name(county: County, clock: HandClock) -> None:
    hidden = met(county, 20, county.worker(REFUGE))
    county.worker(REFUGE).record_grant(hidden, **forbid(hard=True))
    clock.advance(hours=1)
    steward = county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)
    with grounded(county.core, steward.actor, Purpose.STEWARDSHIP, "test") as ground:
        assert ground.past.people.height == 1
        assert ground.name(person(county, hidden, REFUGE)) is None
        assert ground.decision(person(county, hidden, REFUGE)) is None


def test_a_failure_within_leaves_nothing(county: County) -> None:
    worker = county.worker(CHARITY)
    before = county.size()
    with pytest.raises(RuntimeError), grounded(county.core, worker.actor, worker.purpose, "test"):
        raise RuntimeError
    assert county.size() == before
