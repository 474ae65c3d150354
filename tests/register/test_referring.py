"""Referrals: sent on the basis there is, seen as sent, closed when the basis ends, acknowledged or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bnl.domain.consent import ReferralConsent
from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, TaskId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role
from bnl.errors import Conflict, Denied, NotFound
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSPITAL,
    HOSTEL,
    REFUGE,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)

SENDING = frozenset({Action.REFER, Action.VIEW})
BASICS = frozenset({FieldCategory.IDENTITY, FieldCategory.CONTACT, FieldCategory.LOCATION})


def agreed(county: County, **changes: Any) -> str:
    """A person of the charity who agreed to be referred to the hostel."""
    handle = county.worker().submit("C-1", rich(1, income="nil")).handle
    county.worker().record_grant(handle, **permit(CHARITY, CHARITY, HOSTEL, actions=SENDING), **changes)
    return handle


def ward(county: County) -> Session:
    return county.session(HOSPITAL, Role.DISCHARGE_COORDINATOR, Purpose.DUTY_TO_REFER)


def office(county: County, agency: AgencyId = CITY) -> Session:
    return county.session(agency, Role.HOUSING_OFFICER, Purpose.DUTY_TO_REFER)


def patient(county: County, **referral: Any) -> str:
    """A patient with the permit of a duty to refer."""
    handle = ward(county).submit("N-1", rich(1)).handle
    conditions: dict[str, Any] = {"to_refer": True, "contact_details": True, "authority": CITY} | referral
    terms = permit(
        HOSPITAL,
        HOSPITAL,
        actions=SENDING,
        categories=BASICS,
        purposes=frozenset({Purpose.DUTY_TO_REFER}),
        referral=ReferralConsent(**conditions),
    )
    ward(county).record_grant(handle, **terms)
    return handle


def test_a_referral_reaches_its_recipient_with_what_was_agreed(stored_county: County) -> None:
    county = stored_county
    handle = agreed(county)
    referral_id = county.worker().refer(handle, HOSTEL)
    county.reopen()
    (received,) = county.worker(HOSTEL).referrals_received()
    assert (received.referral_id, received.sender, received.recipient) == (referral_id, CHARITY, HOSTEL)
    assert received.person is not None
    shown = {value.field for value in received.person.values}
    assert {"family_name", "phones"} <= shown
    assert not {"address", "income"} & shown
    assert received.person.handle == county.core.handles.handle(HOSTEL, county.record_of(CHARITY, handle))
    assert (received.acknowledged_at, received.duty, received.handle) == ("", False, None)
    told = county.access(CHARITY).disclosures(handle).entries
    assert [(one.action, one.recipient) for one in told if one.action.startswith("refer")] == [
        ("refer", HOSTEL),
        ("referral.received", ""),
    ]
    events = county.worker().timeline(handle).events
    assert [(one.event.kind, one.event.data["to_agency"]) for one in events] == [(EventKind.REFERRAL, HOSTEL)]
    assert county.register.verify().sound


def test_the_sender_sees_whether_it_is_acknowledged(county: County, clock: HandClock) -> None:
    handle = agreed(county)
    referral_id = county.worker().refer(handle, HOSTEL)
    (sent,) = county.worker().referrals_sent()
    assert (sent.handle, sent.acknowledged_at, sent.person) == (handle, "", None)
    clock.advance(days=2)
    county.worker(HOSTEL).acknowledge(referral_id)
    (sent,) = county.worker().referrals_sent()
    assert sent.acknowledged_at == clock.now.isoformat()
    with pytest.raises(Conflict):
        county.worker(HOSTEL).acknowledge(referral_id)
    assert county.worker(HOSTEL).referrals_sent() == []
    assert county.worker().referrals_received() == []


def test_it_is_noted_on_the_recipients_own_record(county: County) -> None:
    referral_id = county.worker().refer(agreed(county), HOSTEL)
    mine = county.worker(HOSTEL).submit("H-1", rich(1)).handle
    theirs = county.worker(CHARITY).submit("C-2", rich(2)).handle
    for wrong in ("h_none", theirs):
        with pytest.raises(NotFound):
            county.worker(HOSTEL).acknowledge(referral_id, handle=wrong)
    county.worker(HOSTEL).acknowledge(referral_id, handle=mine)
    (event,) = county.worker(HOSTEL).timeline(mine).events
    assert (event.event.kind, event.event.data["from_agency"]) == (EventKind.REFERRAL, CHARITY)


@pytest.mark.parametrize(
    ("agency", "purpose"),
    [
        pytest.param(CHERWELL, Purpose.HOUSING_SUPPORT, id="another-agency"),
        pytest.param(HOSTEL, Purpose.OUTREACH, id="another-purpose"),
    ],
)
def test_nobody_else_sees_or_acknowledges_it(county: County, agency: AgencyId, purpose: Purpose) -> None:
    referral_id = county.worker().refer(agreed(county), HOSTEL)
    session = county.session(agency, Role.SUPPORT_WORKER, purpose)
    assert session.referrals_received() == []
    for unknown in (referral_id, TaskId("tsk_none")):
        with pytest.raises(NotFound, match="no such referral"):
            session.acknowledge(unknown)


@pytest.mark.parametrize("how", ["withdrawn", "refused", "ended"])
def test_what_it_rested_on_ends_and_the_data_is_closed(county: County, clock: HandClock, how: str) -> None:
    handle = county.worker().submit("C-1", rich(1)).handle
    until = clock.now + timedelta(days=5)
    terms = permit(CHARITY, CHARITY, HOSTEL, actions=SENDING, open_ended=False, valid_until=until)
    grant = county.worker().record_grant(handle, **terms)
    county.worker().refer(handle, HOSTEL)
    if how == "withdrawn":
        county.worker().withdraw_grant(grant)
    elif how == "refused":
        county.worker().record_grant(handle, **forbid(agencies=frozenset({HOSTEL})))
    else:
        clock.now = until
    (received,) = county.worker(HOSTEL).referrals_received()
    assert received.person is None


def test_what_is_said_afterwards_was_not_sent(county: County) -> None:
    handle = agreed(county)
    county.worker().refer(handle, HOSTEL)
    county.worker().submit("C-1", rich(1, phones=("07700 900999",), emails=("a@b.example",)))
    (received,) = county.worker(HOSTEL).referrals_received()
    assert received.person is not None
    shown = {value.field for value in received.person.values}
    assert "family_name" in shown
    assert not {"phones", "emails"} & shown


def test_only_the_fields_asked_for_are_sent(county: County) -> None:
    county.worker().refer(agreed(county), HOSTEL, fields=["family_name"])
    (received,) = county.worker(HOSTEL).referrals_received()
    assert received.person is not None
    assert {value.field for value in received.person.values} == {"family_name"}


@pytest.mark.parametrize(
    ("recipient", "reason"),
    [
        pytest.param(CITY, "not_shared", id="not-agreed"),
        pytest.param(CHARITY, "unknown_value", id="to-itself"),
        pytest.param("nobody", "unknown_value", id="no-agency"),
    ],
)
def test_what_may_not_be_sent_is_not(county: County, recipient: str, reason: str) -> None:
    handle = agreed(county)
    before = county.size()
    with pytest.raises(Denied) as caught:
        county.worker().refer(handle, AgencyId(recipient))
    assert caught.value.reasons == (reason,)
    assert [entry.action for entry in county.entries(before)] == ["attempt.refer"]
    assert not county.core.refresh().tasks
    assert not county.core.refresh().receipts


def test_nobody_refers_whom_they_hold_no_record_of(county: County) -> None:
    theirs = county.core.handles.handle(HOSTEL, county.record_of(CHARITY, agreed(county)))
    for handle in (theirs, "h_none"):
        with pytest.raises(NotFound):
            county.worker(HOSTEL).refer(handle, CITY)


def test_a_local_record_is_referred_to_nobody(county: County) -> None:
    handle = county.worker(REFUGE).submit("R-1", rich(1)).handle
    terms = permit(REFUGE, REFUGE, HOSTEL, actions=SENDING)
    county.worker(REFUGE).record_grant(handle, **terms)
    with pytest.raises(Denied):
        county.worker(REFUGE).refer(handle, HOSTEL)


def test_the_duty_to_refer_needs_its_three_conditions_and_the_chosen_authority(county: County) -> None:
    handle = patient(county)
    referral_id = ward(county).refer(handle, CITY)
    (received,) = office(county).referrals_received()
    assert received.duty
    assert received.person is not None
    assert received.person.value("phones") == rich(1).phones
    with pytest.raises(Denied, match="three conditions"):
        ward(county).refer(handle, CHERWELL)
    (event,) = ward(county).timeline(handle).events
    assert event.event.kind is EventKind.DUTY_TO_REFER
    mine = office(county).submit("A-1", rich(1)).handle
    office(county).acknowledge(referral_id, handle=mine)
    (answer,) = office(county).timeline(mine).events
    assert (answer.event.kind, answer.event.data["ref"]) == (EventKind.DUTY_ACKNOWLEDGED, referral_id)


def test_an_ordinary_permit_is_no_duty_to_refer(county: County) -> None:
    handle = ward(county).submit("N-1", rich(1)).handle
    purposes = frozenset({Purpose.DUTY_TO_REFER})
    terms = permit(HOSPITAL, HOSPITAL, CITY, actions=SENDING, purposes=purposes)
    ward(county).record_grant(handle, **terms)
    with pytest.raises(Denied, match="three conditions"):
        ward(county).refer(handle, CITY)


def test_a_safeguarding_referral_asks_no_consent(county: County) -> None:
    lead = county.session(CHARITY, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING)
    handle = lead.submit("C-1", rich(1, risk_flags=("threats",))).handle
    lead.refer(handle, CITY)
    city = county.session(CITY, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING)
    (received,) = city.referrals_received()
    assert received.person is not None
    assert received.person.value("risk_flags") == ("threats",)
