"""Consent tasks: what waits, worked out from the agency's own records alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnl.domain.consent import Giver
from bnl.domain.identifiers import TaskId
from bnl.domain.vocabulary import Action, Capacity, Purpose, Role
from bnl.errors import Conflict, Denied, NotFound
from bnl.register.consent_tasks import ConsentTask
from tests.register.county import CHARITY, CITY, HOSTEL, START, County, HandClock, forbid, permit, rich

MOTHER = Giver(reference="mother-1", capacity=Capacity.PARENTAL_RESPONSIBILITY)
ATTORNEY = Giver(reference="attorney-1", capacity=Capacity.ATTORNEY_OR_DEPUTY)


def tasks(county: County) -> list[ConsentTask]:
    return county.worker().consent_tasks()


def test_a_young_person_is_asked_half_a_year_before_18(county: County, clock: HandClock) -> None:
    handle = county.worker().submit("C-1", rich(1, date_of_birth="2009-03-10")).handle
    grant = county.worker().record_grant(handle, **forbid(hard=True, given_by=MOTHER))
    assert tasks(county) == []
    clock.now = START.replace(month=9, day=10)
    assert [(t.kind, t.handle, t.grant_id) for t in tasks(county)] == [
        ("ask_the_young_person", handle, grant)
    ]
    # What a linked record of another agency says of the birth is not for this agency to learn.
    other = county.officer(CITY).submit("A-1", rich(1, date_of_birth="2007-01-01")).handle
    county.steward().link(other, county.core.handles.handle(CITY, county.record_of(CHARITY, handle)))
    assert [task.on for task in tasks(county)] == [clock.now.date()]


def test_an_objection_waits_for_its_answer(county: County) -> None:
    handle = county.worker().submit("C-1", rich(1)).handle
    grant = county.worker().record_grant(handle, **forbid(objection=True))
    (task,) = tasks(county)
    assert (task.kind, task.grant_id, task.on) == ("answer_the_objection", grant, START.date())
    assert county.entries()[-1].subject_count == 1


def test_somebody_decides_while_the_person_cannot(county: County, clock: HandClock) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    own = worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    worker.record_incapacity(handle, START, START + timedelta(days=3), evidence="mca-1")
    assert [(t.kind, t.grant_id) for t in tasks(county)] == [("decide_for_them", own)]
    for_them = worker.record_grant(handle, **permit(CHARITY, HOSTEL, given_by=ATTORNEY))
    clock.advance(days=3)
    assert [(t.kind, t.grant_id) for t in tasks(county)] == [("ask_them_again", for_them)]


def test_a_recipient_acts_on_a_withdrawal(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    grant = worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    found = county.worker(HOSTEL).search(rich(1))
    worker.withdraw_grant(grant)
    (task,) = county.worker(HOSTEL).consent_tasks()
    assert (task.kind, task.handle) == ("permit_withdrawn", found[0].person.handle)
    assert {"identity", "contact"} <= set(task.categories)
    assert task.task_id is not None
    assert tasks(county) == []
    for unknown in (task.task_id, TaskId("tsk_none")):
        with pytest.raises(NotFound):
            worker.close_notice(unknown)
    county.worker(HOSTEL).close_notice(task.task_id)
    assert county.worker(HOSTEL).consent_tasks() == []
    with pytest.raises(Conflict):
        county.worker(HOSTEL).close_notice(task.task_id)


def test_a_referral_waits_until_it_is_acknowledged(county: County) -> None:
    handle = county.worker().submit("C-1", rich(1)).handle
    sending = frozenset({Action.REFER, Action.VIEW})
    county.worker().record_grant(handle, **permit(CHARITY, CHARITY, HOSTEL, actions=sending))
    referral_id = county.worker().refer(handle, HOSTEL)
    (task,) = county.worker(HOSTEL).consent_tasks()
    assert (task.kind, task.task_id, task.handle) == ("acknowledge_referral", referral_id, None)
    county.worker(HOSTEL).acknowledge(referral_id)
    assert county.worker(HOSTEL).consent_tasks() == []


def test_it_is_for_who_records(county: County) -> None:
    session = county.session(CHARITY, Role.OPERATOR, Purpose.STATISTICS)
    with pytest.raises(Denied):
        session.consent_tasks()
    with pytest.raises(Denied):
        session.close_notice(TaskId("tsk_none"))
