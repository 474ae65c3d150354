"""Reviews of broken glass: a second person of the agency, or the steward, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.domain.identifiers import AgencyId, TaskId
from bnl.domain.vocabulary import LawfulBasis, Purpose, Role
from bnl.errors import Conflict, Denied, InvalidValue, NotFound
from bnl.register.emergency_reviews import Outcome
from bnl.register.session import Session
from tests.register.county import CHARITY, CITY, HOSTEL, REFUGE, START, County, rich

NOW: dict[str, Any] = {"reason": "She rang from the bridge.", "basis": LawfulBasis.VITAL_INTERESTS}


def used(county: County, agency: AgencyId = HOSTEL, user: str = "user-1") -> TaskId:
    """Somebody breaks the glass."""
    handle = county.worker(CHARITY).submit("C-1", rich(1)).handle
    theirs = county.core.handles.handle(agency, county.record_of(CHARITY, handle))
    worker = county.session(agency, Role.OUTREACH_WORKER, Purpose.OUTREACH, user)
    return worker.break_glass(theirs, **NOW).task_id


def manager(county: County, agency: AgencyId = HOSTEL, user: str = "manager-1") -> Session:
    return county.session(agency, Role.MANAGER, Purpose.OUTREACH, user)


def test_a_reviewer_sees_who_when_and_why_and_nothing_of_the_person(stored_county: County) -> None:
    county = stored_county
    task_id = used(county)
    county.reopen()
    (use,) = manager(county).emergency_uses()
    assert (use.task_id, use.agency, use.user, use.role) == (task_id, HOSTEL, "user-1", "outreach_worker")
    assert (use.purpose, use.action, use.basis, use.found) == ("outreach", "view", "vital_interests", True)
    assert (use.at, use.reason) == (START.isoformat(), NOW["reason"])
    text = repr([getattr(use, name) for name in type(use).__slots__]) + repr(use)
    assert not [value for value in (rich(1).family_name, "rec_", " h_") if str(value) in text]
    mine = county.core.handles.handle(CHARITY, county.core.snapshot.by_reference[CHARITY, "C-1"])
    told = county.access(CHARITY).disclosures(mine).entries
    assert [one.action for one in told if one.agency == HOSTEL] == ["break_glass.view", "break_glass.reviews"]


@pytest.mark.parametrize(
    ("agency", "role", "purpose", "user", "sees"),
    [
        pytest.param(HOSTEL, Role.MANAGER, Purpose.OUTREACH, "m", True, id="manager"),
        pytest.param(HOSTEL, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING, "m", True, id="safeguarding-lead"),
        pytest.param(CITY, Role.STEWARD, Purpose.STEWARDSHIP, "m", True, id="steward-of-the-register"),
        pytest.param(HOSTEL, Role.MANAGER, Purpose.OUTREACH, "user-1", False, id="the-same-person"),
        pytest.param(HOSTEL, Role.SUPPORT_WORKER, Purpose.OUTREACH, "m", False, id="a-colleague"),
        pytest.param(CHARITY, Role.MANAGER, Purpose.OUTREACH, "m", False, id="another-agencys-manager"),
        pytest.param(CHARITY, Role.STEWARD, Purpose.STEWARDSHIP, "m", False, id="steward-of-nothing"),
    ],
)
def test_who_reviews(
    county: County, agency: AgencyId, role: Role, purpose: Purpose, user: str, sees: bool
) -> None:
    task_id = used(county)
    session = county.session(agency, role, purpose, user)
    assert [use.task_id for use in session.emergency_uses()] == [task_id] * sees
    if sees:
        session.close_emergency(task_id, Outcome.JUSTIFIED, note="She was in danger.")
        assert session.emergency_uses() == []
        return
    with pytest.raises((NotFound, Denied)) as caught:
        session.close_emergency(task_id, Outcome.JUSTIFIED, note="All well.")
    assert isinstance(caught.value, Denied) == (user == "user-1")
    assert county.core.refresh().tasks[task_id].data["state"] == "open"


def test_what_a_refuge_did_is_reviewed_within_the_refuge(county: County) -> None:
    task_id = used(county, REFUGE)
    steward = county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)
    assert steward.emergency_uses() == []
    with pytest.raises(NotFound):
        steward.close_emergency(task_id, Outcome.JUSTIFIED, note="x")
    assert len(manager(county, REFUGE).emergency_uses()) == 1


def test_a_review_is_closed_once_and_its_note_is_sealed(county: County) -> None:
    task_id = used(county)
    manager(county).close_emergency(task_id, Outcome.REFERRED_ON, note="Told the safeguarding board.")
    entry = county.entries()[-1]
    assert (entry.action, entry.details["outcome"]) == ("break_glass.close", "referred_on")
    assert "board" not in repr(entry)
    closed = county.core.refresh().tasks[task_id].data
    assert (closed["state"], closed["closed_by"]) == ("closed", "manager-1")
    assert "board" not in str(closed)
    with pytest.raises(Conflict):
        manager(county, user="manager-2").close_emergency(task_id, Outcome.JUSTIFIED, note="again")


@pytest.mark.parametrize(
    ("outcome", "note"),
    [
        pytest.param("fine", "A note.", id="no-outcome"),
        pytest.param(Outcome.JUSTIFIED, "", id="no-note"),
        pytest.param(Outcome.JUSTIFIED, "x" * 2001, id="too-long"),
    ],
)
def test_a_review_that_lacks_something_is_none(county: County, outcome: Any, note: str) -> None:
    task_id = used(county)
    with pytest.raises(InvalidValue):
        manager(county).close_emergency(task_id, outcome, note=note)
    assert len(manager(county).emergency_uses()) == 1


def test_a_doubtful_pair_is_no_emergency(county: County) -> None:
    for unknown in ("tsk_none", ""):
        with pytest.raises(NotFound):
            manager(county).close_emergency(TaskId(unknown), Outcome.JUSTIFIED, note="x")
