"""Restrictions, duplicates reported, and an agency's own record read back."""

from __future__ import annotations

import pytest

from bnl.domain.identifiers import TaskId
from bnl.domain.vocabulary import Purpose, Role
from bnl.errors import Conflict, Denied, InvalidValue, NotFound
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    STEWARD,
    County,
    forbid,
    permit,
    rich,
)


def manager(county: County, user: str = "manager-1", role: Role = Role.MANAGER) -> Session:
    return county.session(CITY, role, Purpose.HOMELESSNESS_PREVENTION, user)


def people(county: County) -> int:
    county.register.dedup(by=STEWARD)
    return len(county.core.refresh().people())


def test_no_machine_links_a_restricted_person_until_two_people_lift_it(stored_county: County) -> None:
    county = stored_county
    county.settle(6)
    officer = county.officer(CITY)
    one = officer.submit("A-1", rich(11)).handle
    county.officer(CHERWELL).submit("B-1", rich(11))
    officer.restrict(one)
    officer.restrict(one)
    apart = people(county)
    officer.submit("A-1", rich(11))  # sent again without the mark it stays
    assert people(county) == apart
    task_id = manager(county).ask_to_lift_restriction(one, evidence="The threat is over: letter 4.")
    with pytest.raises(Denied) as caught:
        manager(county).agree_to_lift_restriction(task_id)
    assert caught.value.reasons == ("second_person",)
    with pytest.raises(NotFound):
        county.session(CHERWELL, Role.MANAGER, Purpose.OUTREACH).agree_to_lift_restriction(task_id)
    assert people(county) == apart
    manager(county, "manager-2").agree_to_lift_restriction(task_id)
    county.reopen()
    assert people(county) == apart - 1
    with pytest.raises(Conflict):
        manager(county, "manager-2").agree_to_lift_restriction(task_id)
    assert "letter" not in repr(county.entries())
    assert county.register.verify().sound


def test_who_may_lift_and_what(county: County) -> None:
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    with pytest.raises(Conflict):
        manager(county).ask_to_lift_restriction(handle, evidence="x")
    county.officer(CITY).restrict(handle)
    with pytest.raises(Denied):
        county.officer(CITY).ask_to_lift_restriction(handle, evidence="x")
    with pytest.raises(InvalidValue):
        manager(county).ask_to_lift_restriction(handle, evidence=" ")
    theirs = county.core.handles.handle(CHERWELL, county.record_of(CITY, handle))
    other = county.session(CHERWELL, Role.MANAGER, Purpose.HOMELESSNESS_PREVENTION)
    with pytest.raises(NotFound):
        other.ask_to_lift_restriction(theirs, evidence="x")
    with pytest.raises(NotFound):
        other.restrict(theirs)
    with pytest.raises(NotFound):
        manager(county).agree_to_lift_restriction(TaskId("tsk_none"))
    with pytest.raises(Denied):
        county.session(CITY, Role.OPERATOR, Purpose.STATISTICS).restrict(handle)


def test_a_reported_duplicate_goes_to_the_steward_and_tells_nothing(county: County) -> None:
    officer = county.officer(CITY)
    one, other = (officer.submit(f"A-{n}", rich(n)).handle for n in (1, 2))
    officer.report_duplicate(one, other)
    (task,) = county.steward().review_queue()
    assert task.reason == "reported"
    assert {task.left.handle, task.right.handle} == {one, other}
    officer.report_duplicate(other, one)
    assert len(county.steward().review_queue()) == 1
    # Looking at a pair is an act on both people, and told to them.
    acts = [entry.action for entry in county.access(CITY).disclosures(one).entries]
    assert {"duplicate.report", "review.queue"} <= set(acts)


@pytest.mark.parametrize("kind", ["hidden", "none", "same"])
def test_nobody_reports_whom_they_may_not_know_of(county: County, kind: str) -> None:
    mine = county.worker(HOSTEL).submit("H-1", rich(1)).handle
    hidden = county.worker(REFUGE).submit("R-1", rich(2)).handle
    other = {
        "hidden": county.core.handles.handle(HOSTEL, county.record_of(REFUGE, hidden)),
        "none": "h_none",
        "same": mine,
    }[kind]
    with pytest.raises(NotFound) as caught:
        county.worker(HOSTEL).report_duplicate(mine, other)
    assert "nobody under this handle" in str(caught.value)
    assert not county.core.refresh().tasks


def test_a_submission_tells_nothing_of_possible_duplicates(county: County) -> None:
    county.settle(4)
    county.worker(REFUGE).submit("R-1", rich(9))
    first = county.worker(HOSTEL).submit("H-1", rich(9))
    second = county.worker(HOSTEL).submit("H-2", rich(20))
    assert (first.status, first.row) == (second.status, second.row)
    with pytest.raises(NotFound):
        county.worker(HOSTEL).judge(TaskId("tsk_none"), "link")  # type: ignore[arg-type]


def test_an_agency_reads_its_own_record_back_and_nobody_elses(county: County) -> None:
    worker = county.worker()
    said = rich(1, notes="likes tea", income="nil")
    handle = worker.submit("C-1", said).handle
    other = county.officer(CITY).submit("A-1", rich(1, phones=("07700 900999",))).handle
    county.steward().link(other, county.core.handles.handle(CITY, county.record_of(CHARITY, handle)))
    worker.record_grant(handle, **forbid(hard=True))
    for role in (Role.SUPPORT_WORKER, Role.DATA_OFFICER, Role.OPERATOR):
        view = county.session(CHARITY, role, Purpose.STATISTICS).own_record("C-1")
        assert {value.field: value.value for value in view.values} == said.present()
        assert {value.handle for value in view.values} == {handle}
    for agency, reference in ((HOSTEL, "C-1"), (CHARITY, "A-1"), (CHARITY, "C-2")):
        with pytest.raises(NotFound):
            county.worker(agency).own_record(reference)


def test_a_refusal_that_named_the_agency_before_any_link_stops_its_reading(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    worker.record_grant(handle, **forbid(agencies=frozenset({CHARITY})))
    with pytest.raises(NotFound):
        worker.own_record("C-1")
