"""The by-name list: bitemporal, computed from what the actor may see, and never longer than that."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import JsonValue

from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, Handle
from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.register.bounds import Bounds
from bnl.register.journal import REGISTER_ACTOR, Act
from bnl.register.linkage import LINK_TASK, OPEN
from bnl.register.listing import NameList
from bnl.register.session import Session
from bnl.storage.documents import Document
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    START,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)

TODAY = START.date()


def handles(names: NameList) -> set[Handle]:
    return {row.person.handle for row in names.rows}


def rough(county: County, reference: str, number: int, day: date = TODAY) -> Handle:
    """Somebody whom the city met sleeping rough."""
    officer = county.officer(CITY)
    handle = officer.submit(reference, rich(number)).handle
    officer.record_event(handle, EventKind.CONTACT, day, situation="rough_sleeping")
    return handle


def test_who_was_met_rough_is_on_it_and_who_is_housed_is_not(stored_county: County) -> None:
    county = stored_county
    one, other = rough(county, "A-1", 1), rough(county, "A-2", 2, TODAY - timedelta(days=9))
    county.officer().record_event(
        other, EventKind.ACCOMMODATION_START, TODAY - timedelta(days=1), situation="settled"
    )
    county.reopen()
    names = county.officer().by_name_list()
    assert handles(names) == {one}
    assert len(names) == len(names.rows) == 1
    assert names.rows[0].status["state"] == "rough_sleeping"
    assert names.rows[0].person.value("family_name") == rich(1).family_name
    assert "person_id" not in names.rows[0].status
    assert (names.as_of, names.log_position) == (TODAY, county.size() - 1)
    assert names.rules
    assert handles(county.officer().by_name_list(TODAY - timedelta(days=2))) == {other}


def test_an_event_known_late_changes_the_past_only_for_who_asks_with_what_is_known_now(
    county: County, clock: HandClock
) -> None:
    handle = rough(county, "A-1", 1, TODAY - timedelta(days=30))
    position, asked = county.officer().by_name_list().log_position, clock.now
    clock.advance(days=10)
    late = TODAY - timedelta(days=20)
    county.officer().record_event(handle, EventKind.ACCOMMODATION_START, late, situation="settled")
    session, day = county.officer(), TODAY - timedelta(days=15)
    assert handles(session.by_name_list(day)) == set()
    assert handles(session.by_name_list(day, known_as_of=asked)) == {handle}
    assert handles(session.by_name_list(day, known_as_of=position)) == {handle}
    assert handles(session.by_name_list(day, known_as_of=county.size())) == set()
    assert handles(session.by_name_list(late - timedelta(days=1))) == {handle}


def test_a_correction_replaces_and_a_withdrawal_removes(county: County, clock: HandClock) -> None:
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    wrong = officer.record_event(
        handle, EventKind.CONTACT, TODAY - timedelta(days=5), situation="rough_sleeping"
    )
    before = officer.by_name_list().log_position
    clock.advance(hours=1)
    right = officer.record_event(
        handle, EventKind.CONTACT, TODAY - timedelta(days=5), corrects=wrong, situation="hidden"
    )
    (row,) = officer.by_name_list().rows
    assert row.status["state"] == "hidden"
    (then,) = officer.by_name_list(known_as_of=before).rows
    assert then.status["state"] == "rough_sleeping"
    clock.advance(hours=1)
    officer.record_event(handle, EventKind.CONTACT, TODAY - timedelta(days=5), corrects=right, withdrawn=True)
    assert officer.by_name_list().rows == ()


def test_the_dead_are_not_on_it_from_the_day_they_died(county: County) -> None:
    handle = rough(county, "A-1", 1, TODAY - timedelta(days=9))
    county.officer().record_event(handle, EventKind.DEATH, TODAY - timedelta(days=3))
    assert handles(county.officer().by_name_list()) == set()
    assert handles(county.officer().by_name_list(TODAY - timedelta(days=4))) == {handle}


def test_the_same_list_differs_by_who_asks(county: County) -> None:
    one, other = rough(county, "A-1", 1), rough(county, "A-2", 2)
    officer = county.officer(CITY)
    officer.record_grant(one, **permit(CITY, HOSTEL, categories=frozenset(FieldCategory)))
    officer.record_grant(other, **forbid(hard=True))
    assert len(officer.by_name_list()) == 2
    cherwell = county.officer(CHERWELL).by_name_list()
    hostel = county.worker(HOSTEL).by_name_list()
    assert len(cherwell) == len(hostel) == 1
    assert county.record_of(CHERWELL, cherwell.rows[0].person.handle) == county.record_of(CITY, one)
    assert cherwell.rows[0].person.handle != hostel.rows[0].person.handle != one
    assert len(county.worker(CHARITY).by_name_list()) == 0


def test_a_state_is_computed_from_visible_events_only(county: County) -> None:
    """Who may see that somebody exists, and nothing of housing, learns nothing of it from the list."""
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_event(handle, EventKind.CONTACT, TODAY, situation="rough_sleeping")
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories=frozenset({FieldCategory.IDENTITY})))
    told = [str(row.status) for row in county.worker(HOSTEL).by_name_list().rows]
    assert not [text for text in told if "rough_sleeping" in text]


def test_who_is_lost_is_among_who_is_on_the_list(county: County) -> None:
    kept, lost = (
        rough(county, "A-1", 1, TODAY - timedelta(days=80)),
        rough(county, "A-2", 2, TODAY - timedelta(days=90)),
    )
    officer = county.officer()
    officer.record_event(kept, EventKind.CONTACT, TODAY)
    officer.record_event(kept, EventKind.LEAD_WORKER_ASSIGNED, TODAY, worker="usr-9")
    officer.record_event(
        kept, EventKind.NEXT_ACTION, TODAY, action="ring", due_on=(TODAY + timedelta(days=2)).isoformat()
    )
    found = officer.lost()
    assert lost in handles(found)
    assert kept not in handles(found)
    assert handles(found) <= handles(officer.by_name_list())


@pytest.mark.parametrize("people", [0, 1])
def test_reprs_tell_numbers_only(county: County, people: int) -> None:
    for number in range(people):
        rough(county, f"A-{number}", number + 1)
    names = county.officer().by_name_list()
    assert repr(names) == f"NameList({TODAY.isoformat()}, {people} people)"
    assert not [row for row in names.rows if "Brzezinski" in repr(row)]


def in_review(county: County, *pairs: tuple[Handle, Handle], agency: AgencyId = CITY) -> None:
    """Put pairs of the city's records, the second perhaps another agency's, into the review queue."""
    tasks = []
    for number, (one, other) in enumerate(pairs):
        left, right = sorted([county.record_of(CITY, one), county.record_of(agency, other)])
        data: dict[str, JsonValue] = {"kind": LINK_TASK, "state": OPEN, "left": left, "right": right}
        tasks.append(Document(key=f"tsk_{number}", data={**data, "millibits": 900, "per_myriad": 5000}))
    with county.core.change() as uow:
        uow.tasks.add_many(tasks)
        county.core.journal.write(uow, REGISTER_ACTOR, Act("test.queue"))


def linker(county: County) -> Session:
    """The steward, who may link records."""
    return county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)


def test_a_pair_in_review_makes_the_number_of_people_an_interval(county: County) -> None:
    people = [rough(county, f"A-{number}", number) for number in range(4)]
    in_review(county, (people[0], people[1]), (people[1], people[2]))
    listed = linker(county).by_name_list()
    assert len(listed) == 4
    assert listed.bounds == Bounds(2, 4, exact=True)
    assert str(listed.bounds) == "2 to 4"
    assert linker(county).by_name_list(TODAY - timedelta(days=2)).bounds == Bounds(0, 0, exact=True)


def test_the_lost_are_an_interval_as_well(county: County) -> None:
    one, other = (rough(county, f"A-{number}", number) for number in range(2))
    in_review(county, (one, other))
    listed = linker(county).lost()
    assert (len(listed), listed.bounds) == (2, Bounds(1, 2, exact=True))


def test_pairs_that_change_nothing_leave_no_doubt(county: County) -> None:
    one, other = rough(county, "A-1", 1), rough(county, "A-2", 2)
    assert linker(county).by_name_list().bounds == Bounds(2, 2, exact=True)
    county.officer().record_event(other, EventKind.ACCOMMODATION_START, TODAY, situation="settled")
    in_review(county, (one, other))
    listed = linker(county).by_name_list()
    assert (len(listed), listed.bounds) == (1, Bounds(0, 1, exact=True))


def test_who_may_not_link_is_told_of_no_pair(county: County) -> None:
    one, other = rough(county, "A-1", 1), rough(county, "A-2", 2)
    in_review(county, (one, other))
    assert county.officer().by_name_list().bounds is None
    assert county.officer().lost().bounds is None


def test_a_pair_with_somebody_hidden_from_the_linker_changes_nothing(county: County) -> None:
    one = rough(county, "A-1", 1)
    session = county.officer(HOSTEL)
    other = session.submit("H-1", rich(2)).handle
    session.record_event(other, EventKind.CONTACT, TODAY, situation="rough_sleeping")
    wholly = {"purposes": frozenset(Purpose), "categories": frozenset({FieldCategory.EXISTENCE})}
    session.record_grant(other, **forbid(hard=True, **wholly))
    in_review(county, (one, other), agency=HOSTEL)
    listed = linker(county).by_name_list()
    assert len(listed) == 1
    assert listed.bounds == Bounds(1, 1, exact=True)
