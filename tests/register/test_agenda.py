"""The agenda: whom to talk about and why, and nothing that somebody in the room may not see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bnl.domain.actor import Actor
from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, Handle, UserId
from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.register.agenda import STUCK_DAYS, Agenda
from bnl.register.journal import REGISTER_ACTOR
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CITY,
    HOSPITAL,
    HOSTEL,
    START,
    County,
    contact,
    forbid,
    permit,
    rich,
)

TODAY = START.date()
EVERYTHING = frozenset(FieldCategory)
NAVIGATOR = Actor(agency_id=HOSTEL, user_id=UserId("navigator-1"), role=Role.NAVIGATOR)
NURSE = Actor(agency_id=HOSPITAL, user_id=UserId("nurse-1"), role=Role.DISCHARGE_COORDINATOR)


def convener(county: County) -> Session:
    return county.session(CHARITY, Role.SUPPORT_WORKER, Purpose.CASE_CONFERENCE, "convener-1")


def shared(county: County, number: int, *agencies: AgencyId, **changes: Any) -> Handle:
    """Somebody the charity knows, who agreed that some agencies see the basics for a case conference."""
    worker = county.worker(CHARITY)
    handle = worker.submit(f"C-{number}", rich(number)).handle
    terms = permit(
        CHARITY,
        *(agencies or (HOSTEL,)),
        purposes=frozenset({Purpose.CASE_CONFERENCE}),
        categories=frozenset(
            {
                FieldCategory.IDENTITY,
                FieldCategory.HOUSING,
                FieldCategory.AGENCY_INVOLVEMENT,
                FieldCategory.LOCATION,
            }
        ),
    )
    worker.record_grant(handle, **(terms | changes))
    return handle


def on_agenda(made: Agenda, handle: Handle) -> tuple[str, ...]:
    """Why somebody is on an agenda; nothing if they are not."""
    return next((one.reasons for one in made.items if one.handles[CHARITY] == handle), ())


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_somebody_new_is_on_it(county: County) -> None:
    handle = shared(county, 1)
    contact(county.worker(CHARITY), handle, ago(3), situation="hidden")
    made = convener(county).agenda([NAVIGATOR])
    assert "new" in on_agenda(made, handle)
    (item,) = made.items
    assert set(item.handles) == {CHARITY, HOSTEL}
    assert item.handles[CHARITY] != item.handles[HOSTEL]
    assert item.status["state"] == "hidden"
    assert "person_id" not in item.status
    assert item.values["family_name"] == rich(1).family_name
    assert (made.as_of, made.since, made.agencies) == (TODAY, ago(28), (CHARITY, HOSTEL))
    assert len(made) == 1


@pytest.mark.parametrize(
    ("days", "stuck"),
    [
        pytest.param(STUCK_DAYS, False, id="day 90"),
        pytest.param(STUCK_DAYS + 1, True, id="day 91"),
    ],
)
def test_who_is_stuck(county: County, days: int, stuck: bool) -> None:
    handle = shared(county, 1)
    contact(county.worker(CHARITY), handle, ago(days), situation="hidden")
    assert ("stuck" in on_agenda(convener(county).agenda([NAVIGATOR]), handle)) is stuck


def test_who_is_lost_with_the_reason(county: County) -> None:
    handle = shared(county, 1)
    contact(county.worker(CHARITY), handle, ago(40), situation="hidden")
    made = convener(county).agenda([NAVIGATOR])
    assert "lost" in on_agenda(made, handle)
    assert "no_lead_worker" in made.items[0].details["lost"]


@pytest.mark.parametrize(("days", "there"), [(28, True), (29, False)], ids=["day 28", "day 29"])
def test_a_refused_nomination(county: County, days: int, there: bool) -> None:
    worker, handle = county.worker(CHARITY), shared(county, 1)
    contact(worker, handle, ago(60), situation="hidden")
    worker.record_event(handle, EventKind.NOMINATION, ago(days + 5), ref="n1", landlord="soha")
    worker.record_event(
        handle, EventKind.NOMINATION_DECIDED, ago(days), ref="n1", outcome="refused", reason="arrears"
    )
    made = convener(county).agenda([NAVIGATOR])
    assert ("nomination refused" in on_agenda(made, handle)) is there
    assert not there or "arrears" in made.items[0].details["nomination refused"]


def test_a_discharge_that_is_due_if_all_may_know_of_the_stay(county: County) -> None:
    worker = county.worker(CHARITY)
    handles = [shared(county, 1, categories=EVERYTHING), shared(county, 2)]
    for handle in handles:
        contact(worker, handle, ago(60), situation="rough_sleeping")
        worker.record_event(
            handle,
            EventKind.INSTITUTION_ADMISSION,
            ago(20),
            institution="hospital",
            entry_situation="rough_sleeping",
        )
        worker.record_event(
            handle,
            EventKind.DISCHARGE_EXPECTED,
            ago(2),
            institution="hospital",
            expected_on=(TODAY + timedelta(days=7)).isoformat(),
        )
    made = convener(county).agenda([NAVIGATOR])
    assert "discharge due" in on_agenda(made, handles[0])
    assert "discharge due" not in on_agenda(made, handles[1])


def test_only_who_exists_for_everybody_in_the_room_is_on_it(county: County) -> None:
    both, one = shared(county, 1, HOSTEL, HOSPITAL), shared(county, 2)
    for handle in (both, one):
        contact(county.worker(CHARITY), handle, ago(3), situation="hidden")
    alone, two = convener(county).agenda([]), convener(county).agenda([NAVIGATOR])
    three = convener(county).agenda([NAVIGATOR, NURSE])
    assert {item.handles[CHARITY] for item in alone.items} == {both, one}
    assert {item.handles[CHARITY] for item in two.items} == {both, one}
    assert {item.handles[CHARITY] for item in three.items} == {both}


def test_no_field_and_no_event_is_there_that_one_of_them_may_not_see(county: County) -> None:
    handle = shared(county, 1)
    worker = county.worker(CHARITY)
    contact(worker, handle, ago(3), situation="hidden")
    secret = shared(county, 2, categories=frozenset({FieldCategory.IDENTITY}))
    contact(worker, secret, ago(3), situation="rough_sleeping", area="Cowley")
    mine = {item.handles[CHARITY]: item for item in convener(county).agenda([]).items}
    ours = {item.handles[CHARITY]: item for item in convener(county).agenda([NAVIGATOR]).items}
    assert mine[secret].status["state"] == "rough_sleeping"
    assert "phones" in mine[handle].values
    assert "phones" not in ours[handle].values
    assert secret not in ours or ours[secret].status["state"] != "rough_sleeping"


def test_a_refusal_takes_somebody_off_it_at_once(county: County) -> None:
    handle = shared(county, 1)
    contact(county.worker(CHARITY), handle, ago(3), situation="hidden")
    assert on_agenda(convener(county).agenda([NAVIGATOR]), handle)
    county.worker(CHARITY).record_grant(handle, **forbid(agencies=frozenset({HOSTEL})))
    assert not on_agenda(convener(county).agenda([NAVIGATOR]), handle)
    assert on_agenda(convener(county).agenda([]), handle)


def test_two_who_know_different_records_of_one_person_learn_nothing_of_each_other(county: County) -> None:
    """The charity and the hostel each know somebody; that the two are one person is neither's to learn."""
    county.settle()
    own = county.worker(CHARITY).submit("C-1", rich(1)).handle
    theirs = county.worker(HOSTEL).submit("H-1", rich(1)).handle
    for agency, handle in ((CHARITY, own), (HOSTEL, theirs)):
        contact(county.worker(agency), handle, ago(3), situation="hidden")
    records = [county.record_of(CHARITY, own), county.record_of(HOSTEL, theirs)]
    county.steward().link(*(county.core.handles.handle(CITY, record) for record in records))
    assert county.person_of(CHARITY, own) == county.person_of(HOSTEL, theirs)
    assert len(convener(county).agenda([NAVIGATOR])) == 0


def test_everybody_in_the_room_has_an_entry_that_names_what_they_were_handed(county: County) -> None:
    handle = shared(county, 1)
    contact(county.worker(CHARITY), handle, ago(3), situation="hidden")
    session = convener(county)
    before = county.size()
    session.agenda([NAVIGATOR])
    first, second = county.entries(before)
    assert (first.agency, second.agency) == (CHARITY, HOSTEL)
    assert {one.action for one in (first, second)} == {"agenda"}
    assert {one.details["convened_by"] for one in (first, second)} == {"convener-1"}
    record = county.record_of(CHARITY, handle)
    masks = [county.subjects(one.sequence)[record] for one in (first, second)]
    assert masks[0] == masks[1] != 0


@pytest.mark.parametrize(
    ("group", "since", "error"),
    [
        pytest.param([REGISTER_ACTOR], None, Denied, id="the register itself"),
        pytest.param(
            [NAVIGATOR.model_copy(update={"agency_id": AgencyId("elsewhere")})],
            None,
            NotFound,
            id="an agency that is not enrolled",
        ),
        pytest.param([NAVIGATOR], TODAY + timedelta(days=1), InvalidValue, id="after its day"),
    ],
)
def test_what_cannot_be(
    county: County, group: list[Actor], since: date | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        convener(county).agenda(group, since=since)


@pytest.mark.parametrize("purpose", [Purpose.STATISTICS, Purpose.SUBJECT_ACCESS], ids=str)
def test_purposes_of_no_room(county: County, purpose: Purpose) -> None:
    with pytest.raises(Denied):
        county.session(CITY, Role.MANAGER, purpose).agenda([])


def test_it_prints_nothing_of_anybody(county: County) -> None:
    handle = shared(county, 1)
    contact(county.worker(CHARITY), handle, ago(3), situation="hidden")
    made = convener(county).agenda([NAVIGATOR])
    for text in (repr(made), repr(made.items[0])):
        assert str(rich(1).family_name) not in text
        assert handle not in text


def test_the_register_convenes_the_first_of_a_group(county: County) -> None:
    handle = shared(county, 1)
    contact(county.worker(CHARITY), handle, ago(3), situation="hidden")
    first = convener(county).actor
    made = county.register.agenda([first, NAVIGATOR])
    assert on_agenda(made, handle)
    assert made.agencies == (CHARITY, HOSTEL)
    with pytest.raises(InvalidValue):
        county.register.agenda([])
