"""Break glass: opened for one person, for a while, never past a hard refusal, always logged."""

from __future__ import annotations

import pickle
from datetime import timedelta
from typing import Any

import pytest

from bnl.domain.identifiers import TaskId
from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import FieldCategory, LawfulBasis, Purpose, Role
from bnl.errors import BnlError, Denied, InvalidValue, NotFound
from bnl.register.emergencies import Claim
from bnl.register.emergency_reviews import Outcome
from bnl.register.households import Joining
from bnl.register.release import PersonView, unknown_handle
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CITY,
    HOSTEL,
    START,
    County,
    HandClock,
    contact,
    fields,
    forbid,
    rich,
)

NOW: dict[str, Any] = {"reason": "She rang from the bridge.", "basis": LawfulBasis.VITAL_INTERESTS}
ASKED = PersonFields(
    given_names=rich(1).given_names,
    family_name=rich(1).family_name,
    date_of_birth=rich(1).date_of_birth,
)


def outreach(county: County, user: str = "user-1", role: Role = Role.OUTREACH_WORKER) -> Session:
    """Somebody of the hostel, out at night."""
    return county.session(HOSTEL, role, Purpose.OUTREACH, user)


def known(county: County, **changes: Any) -> str:
    """A person whom the charity alone knows, and what the hostel would call them."""
    handle = county.worker(CHARITY).submit("C-1", rich(1, **changes)).handle
    contact(county.worker(CHARITY), handle, START.date())
    return county.core.handles.handle(HOSTEL, county.record_of(CHARITY, handle))


def refuse(county: County, **terms: Any) -> None:
    county.worker(CHARITY).record_grants([])
    snapshot = county.core.refresh()
    handle = county.core.handles.handle(CHARITY, snapshot.by_reference[CHARITY, "C-1"])
    county.worker(CHARITY).record_grant(handle, **forbid(**terms))


def test_it_opens_what_the_agreement_lists_and_nothing_else(stored_county: County) -> None:
    county = stored_county
    handle = known(
        county, health_conditions=("asthma",), notes="likes tea", income="nil", risk_flags=("dogs",)
    )
    with pytest.raises(NotFound):
        outreach(county).person(handle)
    opened = outreach(county).break_glass(handle, **NOW)
    assert isinstance(opened.person, PersonView)
    shown = {value.field for value in opened.person.values}
    assert {"family_name", "phones", "address"} <= shown
    assert not {"notes", "income"} & shown
    # Without a condition in the clause for this agency the clause is void, and so is the emergency for it.
    assert opened.until == START + timedelta(hours=1)
    assert f"expires: {opened.until.isoformat()}" in opened.person.obligations
    assert "review" in opened.person.obligations
    assert "Emergency(" in repr(opened)
    # Afterwards it is closed to everybody again.
    with pytest.raises(NotFound):
        outreach(county).person(handle)
    assert county.register.verify().sound


def test_the_use_is_told_in_the_disclosures_and_its_reason_is_not(county: County) -> None:
    handle = known(county)
    opened = outreach(county).break_glass(handle, **NOW)
    entry = county.entries()[-1]
    assert entry.action == "break_glass.view"
    assert entry.details["task"] == opened.task_id
    assert "bridge" not in repr(entry)
    mine = county.core.handles.handle(CHARITY, county.record_of(HOSTEL, handle))
    (told,) = [one for one in county.access(CHARITY).disclosures(mine).entries if one.agency == HOSTEL]
    assert (told.action, told.override, told.basis) == (
        "break_glass.view",
        "vital_interests",
        "vital_interests",
    )
    assert "address" in told.fields


@pytest.mark.parametrize(
    ("role", "purpose"),
    [
        pytest.param(Role.SUPPORT_WORKER, Purpose.OUTREACH, id="role-not-named"),
        pytest.param(Role.OUTREACH_WORKER, Purpose.STATISTICS, id="no-clause-for-the-purpose"),
        pytest.param(Role.DATA_OFFICER, Purpose.SUBJECT_ACCESS, id="subject-access"),
    ],
)
def test_who_may_not_is_refused_and_the_attempt_is_logged(
    county: County, role: Role, purpose: Purpose
) -> None:
    handle = known(county)
    session = county.session(HOSTEL, role, purpose)
    with pytest.raises(Denied) as caught:
        session.break_glass(handle, **NOW)
    assert caught.value.reasons == ("no_clause",)
    with pytest.raises(Denied):
        session.break_glass_search(ASKED, **NOW)
    attempts = [entry.action for entry in county.entries()[-2:]]
    assert attempts == ["attempt.break_glass", "attempt.break_glass_search"]
    assert not county.core.refresh().tasks


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param({"reason": "  "}, id="no-reason"),
        pytest.param({"reason": "x" * 2001}, id="too-long"),
        pytest.param({"reason": 7}, id="no-text"),
        pytest.param({"reason": "\ud800"}, id="half-a-character"),
        pytest.param({"basis": LawfulBasis.CONSENT}, id="basis-of-ours-but-no-emergency"),
        pytest.param({"basis": "hunger"}, id="no-basis"),
        pytest.param({"minutes": 0}, id="no-time"),
        pytest.param({"minutes": 24 * 60 + 1}, id="too-long-a-time"),
        pytest.param({"minutes": True}, id="time-that-is-no-number"),
    ],
)
def test_a_claim_that_lacks_something_opens_nothing(county: County, claim: dict[str, Any]) -> None:
    handle = known(county)
    with pytest.raises((Denied, InvalidValue)):
        outreach(county).break_glass(handle, **(NOW | claim))
    with pytest.raises((Denied, InvalidValue)):
        outreach(county).break_glass_search(ASKED, **(NOW | claim))
    assert not county.core.refresh().tasks


def test_a_soft_refusal_yields_and_a_hard_one_never_does(county: County) -> None:
    handle = known(county)
    refuse(county)
    assert outreach(county).break_glass(handle, **NOW).person is not None
    refuse(county, hard=True, categories=frozenset({FieldCategory.LOCATION}))
    opened = outreach(county).break_glass(handle, **NOW).person
    assert opened is not None
    assert opened.value("phones")
    assert opened.value("address") is None
    refuse(county, hard=True)
    with pytest.raises(NotFound) as caught:
        outreach(county).break_glass(handle, **NOW)
    assert str(caught.value) == str(unknown_handle())
    assert outreach(county).break_glass_search(ASKED, **NOW).person is None


def test_the_shared_address_of_another_member_stays_hidden(county: County) -> None:
    officer = county.officer(CITY)
    home = {"address": "1 Hidden Close", "postcode": "OX4 4AA"}
    mother, child = (officer.submit(f"A-{n}", rich(n, **home)).handle for n in (1, 2))
    officer.record_memberships([Joining("7", "main", START.date(), handle=h) for h in (mother, child)])
    officer.record_grant(mother, **forbid(hard=True, categories=frozenset({FieldCategory.LOCATION})))
    theirs = county.core.handles.handle(HOSTEL, county.record_of(CITY, child))
    opened = outreach(county).break_glass(theirs, **NOW).person
    assert opened is not None
    assert opened.value("address") is None
    assert FieldCategory.LOCATION not in opened.withheld


def test_a_search_finds_one_and_a_task_stands_whether_or_not_it_did(county: County) -> None:
    county.settle(4)
    known(county)
    assert outreach(county).search(ASKED) == []
    found = outreach(county).break_glass_search(ASKED, **NOW)
    assert found.person is not None
    assert found.person.value("family_name") == rich(1).family_name
    nobody = outreach(county).break_glass_search(fields(30), **NOW)
    assert nobody.person is None
    tasks = county.core.refresh().tasks
    assert {found.task_id, nobody.task_id} == set(tasks)
    assert [bool(tasks[one].data["record"]) for one in (found.task_id, nobody.task_id)] == [True, False]
    assert [entry.decision for entry in county.entries()[-2:]] == ["partial", "deny"]


def test_a_search_that_two_match_finds_nobody(county: County) -> None:
    county.settle(4)
    known(county)
    county.worker(CHARITY).submit("C-2", fields(1))
    assert outreach(county).break_glass_search(ASKED, **NOW).person is None
    number = PersonFields(ni_number=rich(1).ni_number)
    assert outreach(county).break_glass_search(number, **NOW).person is not None


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(PersonFields(family_name="Abernathy", date_of_birth="1980-01-01"), id="no-given-name"),
        pytest.param(PersonFields(full_name="Amara Abernathy"), id="no-birth-date"),
        pytest.param(PersonFields(full_name="Amara Abernathy", date_of_birth="1980"), id="a-year-only"),
        pytest.param(PersonFields(phones=("07700 900001",)), id="a-telephone"),
        pytest.param(PersonFields(), id="nothing"),
    ],
)
def test_a_search_that_names_no_one_person_is_refused(county: County, wanted: PersonFields) -> None:
    with pytest.raises(InvalidValue, match="name one person"):
        outreach(county).break_glass_search(wanted, **NOW)


def test_the_same_user_looks_again_until_the_limit(county: County, clock: HandClock) -> None:
    opened = outreach(county).break_glass(known(county), **NOW, minutes=30)
    clock.advance(minutes=30, microseconds=-1)
    again = outreach(county).look_again(opened.task_id)
    assert again.person is not None
    assert again.until == opened.until
    assert f"expires: {opened.until.isoformat()}" in again.person.obligations
    assert county.entries()[-1].details["override"] == "vital_interests"
    others = (outreach(county, "user-2"), outreach(county, role=Role.MANAGER), county.worker(HOSTEL))
    for other in others:
        with pytest.raises(NotFound):
            other.look_again(opened.task_id)
    clock.advance(microseconds=1)
    with pytest.raises(NotFound):
        outreach(county).look_again(opened.task_id)


def test_a_review_and_a_hard_refusal_end_it_before_the_limit(county: County) -> None:
    handle = known(county)
    one, other = (outreach(county).break_glass(handle, **NOW).task_id for _ in range(2))
    manager = county.session(HOSTEL, Role.MANAGER, Purpose.OUTREACH, "manager-1")
    manager.close_emergency(one, Outcome.NOT_JUSTIFIED, note="Nobody was in danger.")
    with pytest.raises(NotFound):
        outreach(county).look_again(one)
    assert outreach(county).look_again(other).person is not None
    refuse(county, hard=True)
    with pytest.raises(NotFound):
        outreach(county).look_again(other)


@pytest.mark.parametrize("task_id", ["tsk_none", "", 7, None, ["x"]])
def test_no_task_is_no_emergency(county: County, task_id: Any) -> None:
    with pytest.raises(BnlError):
        outreach(county).look_again(TaskId(task_id) if isinstance(task_id, str) else task_id)


def test_a_hidden_person_is_nobody_and_leaves_the_same_trace(county: County) -> None:
    hidden = known(county)
    refuse(county, hard=True)
    told = []
    for handle in (hidden, "h_nobody"):
        since = county.size()
        with pytest.raises(NotFound) as caught:
            outreach(county).break_glass(handle, **NOW)
        (entry,) = county.entries(since)
        told.append((str(caught.value), entry.action, entry.decision, entry.subject_count, len(entry.rows)))
    assert told[0] == told[1]


def test_neither_the_claim_nor_the_view_is_pickled() -> None:
    claim = Claim("She rang.", LawfulBasis.VITAL_INTERESTS)
    assert repr(claim) == "Claim(…)"
    with pytest.raises(TypeError):
        pickle.dumps(claim)
