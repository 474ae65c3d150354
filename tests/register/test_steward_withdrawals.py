"""Withdrawals by the steward: they bind like any other, are told to whom they concern, and can be undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnl.domain.consent import Giver
from bnl.domain.identifiers import AgencyId, GrantId, Handle, TaskId
from bnl.domain.vocabulary import Capacity, EndingKind, Purpose, Role
from bnl.errors import Conflict, Denied, InvalidValue, NotFound
from bnl.register.consent_tasks import ConsentTask
from bnl.register.session import Session
from tests.register.county import CHARITY, CHERWELL, CITY, HOSTEL, County, HandClock, forbid, permit, rich

WHY = "She rang the register: the charity has closed for the winter."


def steward(county: County, agency: AgencyId = CITY) -> Session:
    return county.session(agency, Role.STEWARD, Purpose.STEWARDSHIP, "steward-1")


def shown(county: County) -> tuple[Handle, GrantId]:
    """The charity's person, whom the hostel was shown under a permit."""
    handle = county.worker().submit("C-1", rich(1)).handle
    grant = county.worker().record_grant(handle, **permit(CHARITY, HOSTEL))
    assert county.worker(HOSTEL).search(rich(1))
    return handle, grant


def notice(county: County, agency: AgencyId = CHARITY) -> ConsentTask:
    (task,) = county.worker(agency).consent_tasks()
    return task


def test_it_binds_and_whoever_was_shown_something_and_whose_it_was_are_told(stored_county: County) -> None:
    county = stored_county
    handle, grant = shown(county)
    before = county.size()
    steward(county).withdraw_for_agency(grant, reason=WHY)
    (entry,) = county.entries(before)
    assert (entry.action, entry.agency, entry.grants) == ("consent.withdraw", CITY, (grant,))
    assert entry.details["recipients"] == 1
    assert set(county.subjects(entry.sequence)) == {county.record_of(CHARITY, handle)}
    assert county.worker(HOSTEL).search(rich(1)) == []
    county.reopen()
    assert county.worker(HOSTEL).search(rich(1)) == []
    theirs, ours = notice(county, HOSTEL), notice(county)
    assert (theirs.kind, theirs.grant_id, theirs.reason) == ("permit_withdrawn", grant, "")
    assert {"identity", "contact"} <= set(theirs.categories)
    assert (ours.kind, ours.grant_id, ours.handle, ours.reason) == (
        "withdrawn_by_steward",
        grant,
        handle,
        WHY,
    )
    assert ours.categories == ()
    assert WHY not in repr(county.entries()) + repr(ours)
    assert county.worker().person(handle).value("family_name") == rich(1).family_name
    assert county.register.verify().sound


def test_the_agency_whose_it_was_records_it_anew_once(stored_county: County, clock: HandClock) -> None:
    county = stored_county
    handle, grant = shown(county)
    steward(county).withdraw_for_agency(grant, reason=WHY)
    clock.advance(hours=1)
    task_id = notice(county).task_id
    assert task_id is not None
    for stranger in (county.worker(HOSTEL), county.officer(CITY)):
        with pytest.raises(NotFound):
            stranger.restore_permit(task_id)
    with pytest.raises(Denied):
        county.session(CHARITY, Role.HOUSING_OFFICER, Purpose.STATISTICS).restore_permit(task_id)
    assert county.worker(HOSTEL).search(rich(1)) == []
    again = county.worker().restore_permit(task_id)
    county.reopen()
    assert again != grant
    assert county.worker(HOSTEL).search(rich(1))
    held = county.core.snapshot.grants[county.record_of(CHARITY, handle)]
    old, new = held[grant], held[again]
    same = {
        "categories",
        "purposes",
        "actions",
        "agencies",
        "given_by",
        "basis",
        "valid_until",
        "relying_party",
    }
    assert all(getattr(old, name) == getattr(new, name) for name in same)
    assert (new.version, new.valid_from) == (1, clock.now)  # type: ignore[union-attr]
    assert county.worker().consent_tasks() == []
    with pytest.raises(Conflict):
        county.worker().restore_permit(task_id)
    assert county.register.verify().sound


def test_a_permit_whose_time_is_over_is_not_recorded_anew(county: County, clock: HandClock) -> None:
    handle = county.worker().submit("C-1", rich(1)).handle
    terms = permit(CHARITY, HOSTEL, open_ended=False, valid_until=clock.now + timedelta(days=2))
    grant = county.worker().record_grant(handle, **terms)
    steward(county).withdraw_for_agency(grant, reason=WHY)
    clock.advance(days=3)
    task_id = notice(county).task_id
    assert task_id is not None
    with pytest.raises(InvalidValue):
        county.worker().restore_permit(task_id)
    county.worker().close_notice(task_id)
    assert county.worker().consent_tasks() == []
    with pytest.raises(Conflict):
        county.worker().restore_permit(task_id)


def test_it_counts_from_when_it_was_said_and_names_who_said_it(county: County, clock: HandClock) -> None:
    handle, grant = shown(county)
    clock.advance(hours=3)
    mother = Giver(reference="mother-1", capacity=Capacity.PARENTAL_RESPONSIBILITY)
    said = clock.now - timedelta(hours=1)
    steward(county).withdraw_for_agency(grant, reason=WHY, said_at=said, giver=mother)
    ending = county.core.snapshot.endings[county.record_of(CHARITY, handle)][grant]
    assert (ending.kind, ending.said_at, ending.given_by) == (EndingKind.WITHDRAWN, said, mother)
    assert ending.stewards == (f"{CITY}/steward-1",)


@pytest.mark.parametrize("hours", [pytest.param(1, id="in the future"), pytest.param(-9999, id="before")])
def test_it_cannot_have_been_said_then(county: County, clock: HandClock, hours: int) -> None:
    _, grant = shown(county)
    with pytest.raises(InvalidValue):
        steward(county).withdraw_for_agency(grant, reason=WHY, said_at=clock.now + timedelta(hours=hours))
    assert county.worker(HOSTEL).search(rich(1))


def test_it_takes_a_steward_a_permit_and_a_reason_and_is_done_once(county: County) -> None:
    handle, grant = shown(county)
    refusal = county.worker().record_grant(handle, **forbid(purposes=frozenset({Purpose.OUTREACH})))
    for session in (
        county.worker(),
        county.officer(CITY),
        county.session(HOSTEL, Role.STEWARD, Purpose.STEWARDSHIP),
        county.session(CITY, Role.STEWARD, Purpose.MORTALITY_REVIEW),
        county.steward(),
    ):
        for one in (grant, GrantId("gra_none")):
            with pytest.raises(Denied) as caught:
                session.withdraw_for_agency(one, reason=WHY)
            assert caught.value.reasons == ("no_clause",)
    for reason in ("", "  ", "x" * 2001):
        with pytest.raises(InvalidValue):
            steward(county).withdraw_for_agency(grant, reason=reason)
    for none in (refusal, GrantId("gra_none"), GrantId("")):
        with pytest.raises(NotFound):
            steward(county).withdraw_for_agency(none, reason=WHY)
    with pytest.raises(NotFound):
        county.worker().restore_permit(TaskId("tsk_none"))
    assert county.worker(HOSTEL).search(rich(1))
    steward(county, CHERWELL).withdraw_for_agency(grant, reason=WHY)
    for again in (
        lambda: steward(county).withdraw_for_agency(grant, reason=WHY),
        lambda: county.worker().withdraw_grant(grant),
    ):
        with pytest.raises(Conflict):
            again()


def test_a_notice_of_another_kind_is_no_permit_to_restore(county: County) -> None:
    _, grant = shown(county)
    county.worker().withdraw_grant(grant)
    task_id = notice(county, HOSTEL).task_id
    assert task_id is not None
    with pytest.raises(NotFound):
        county.worker(HOSTEL).restore_permit(task_id)
