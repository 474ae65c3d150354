"""What a partner that means ill tries over time: each attack is refused, and the refusal holds."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bnl.domain.identifiers import AgencyId, GrantId, TaskId
from bnl.domain.vocabulary import Action, EndingKind, Purpose, Role
from bnl.errors import Conflict, Denied, InputError, NotFound
from bnl.exchange.profile import parse_profile
from bnl.register.session import Session
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    County,
    contact,
    forbid,
    permit,
    rich,
)

PROFILE = f'agency = "{HOSTEL}"\nreference = "handle"\n[fields]\nfamily_name = "family_name"\n'


def handle_at(county: County, agency: AgencyId, holder: AgencyId, handle: str) -> str:
    return county.core.handles.handle(agency, county.record_of(holder, handle))


def said(county: County, **terms: Any) -> tuple[str, GrantId]:
    """Somebody the charity knows, shared with the hostel; the charity's handle, and the permit."""
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    return handle, worker.record_grant(handle, **permit(CHARITY, HOSTEL, **terms))


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.SAFEGUARDING_LEAD, Role.SYSTEM)])
def test_no_other_role_lists_the_county_by_signing_in_for_safeguarding(role: Role, county: County) -> None:
    officer = county.officer(CITY)
    handle = officer.submit("A-1", rich(1)).handle
    contact(officer, handle, date(2026, 8, 20))
    theirs = handle_at(county, HOSTEL, CITY, handle)
    intruder = county.session(HOSTEL, role, Purpose.SAFEGUARDING)
    assert len(intruder.by_name_list()) == 0
    with pytest.raises(NotFound):
        intruder.person(theirs)
    lead = county.session(HOSTEL, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING)
    assert len(lead.by_name_list()) == 1
    assert lead.person(theirs).value("postcode") == rich(1).postcode


def test_what_a_safeguarding_referral_holds_still_arrives(county: County) -> None:
    lead = county.session(CITY, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING)
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    lead.refer(handle, HOSTEL)
    (received,) = county.session(HOSTEL, Role.SUPPORT_WORKER, Purpose.SAFEGUARDING).referrals_received()
    assert received.person is not None
    assert received.person.value("family_name") == rich(1).family_name


def hidden_by_charity(county: County) -> tuple[str, str, GrantId]:
    """Somebody a hard refusal hides: Cherwell's handle, the charity's, the refusal."""
    ours = county.officer(CITY).submit("A-1", rich(1)).handle
    worker = county.worker(CHARITY)
    theirs = worker.submit("C-1", rich(1)).handle
    refusal = worker.record_grant(theirs, **forbid(hard=True))
    county.steward().link(ours, handle_at(county, CITY, CHARITY, theirs))
    return handle_at(county, CHERWELL, CITY, ours), theirs, refusal


def test_nobody_lifts_a_hard_refusal_by_erasing_the_record_it_stands_on(county: County) -> None:
    seen_as, theirs, refusal = hidden_by_charity(county)
    eraser = county.session(CHARITY, Role.DATA_OFFICER, Purpose.SUBJECT_ACCESS)
    stewards = [county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP, user) for user in ("s-1", "s-2")]
    for session, handle in ((eraser, theirs), (stewards[0], handle_at(county, CITY, CHARITY, theirs))):
        with pytest.raises(Denied) as caught:
            session.erase(handle, confirm=[handle], reason="consent_withdrawn")
        assert caught.value.reasons == ("hard_refusal",)
    with pytest.raises(NotFound):
        county.officer(CHERWELL).person(seen_as)
    task = stewards[0].end_refusal(refusal, EndingKind.LIFTED, evidence="Letter 7.")
    stewards[1].agree_to_end(task or TaskId(""))
    assert len(eraser.erase(theirs, confirm=[theirs], reason="consent_withdrawn").erased) == 1


def test_what_is_linked_does_not_change_whether_a_record_may_be_erased(county: County) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_grant(handle, **forbid(hard=True))
    eraser = county.session(CHARITY, Role.DATA_OFFICER, Purpose.SUBJECT_ACCESS)
    with pytest.raises(Denied):
        eraser.erase(handle, confirm=[handle], reason="consent_withdrawn")


def test_an_old_request_does_not_lift_the_next_restriction(county: County) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    one, two = (
        county.session(CHARITY, Role.MANAGER, Purpose.HOUSING_SUPPORT, user) for user in ("m-1", "m-2")
    )
    worker.restrict(handle)
    asked = [one.ask_to_lift_restriction(handle, evidence=f"Letter {number}.") for number in range(2)]
    two.agree_to_lift_restriction(asked[0])
    worker.restrict(handle)
    with pytest.raises(Conflict):
        two.agree_to_lift_restriction(asked[1])
    assert county.core.refresh().records[county.record_of(CHARITY, handle)].restricted


@pytest.mark.parametrize("kind", ["excel", "parquet"])
def test_an_export_saved_in_another_format_is_nobodys_own_statement(
    kind: str, county: County, tmp_path: Path
) -> None:
    sending = {Action.VIEW, Action.EXPORT}
    handle, _ = said(county, agencies={CHARITY, HOSTEL}, actions=sending)
    frame = pl.read_csv(county.worker(CHARITY).export(HOSTEL, handles=[handle]).csv().encode())
    place = tmp_path / {"excel": "a.xlsx", "parquet": "a.parquet"}[kind]
    if kind == "excel":
        frame.write_excel(place)
    else:
        frame.write_parquet(place, compression="zstd")
    profile = f'format = "{kind}"\n{PROFILE}'
    with pytest.raises(InputError, match="not your agency's own"):
        county.worker(HOSTEL).ingest(place, parse_profile(profile))


def reads(session: Session, theirs: str, position: int) -> list[object]:
    """Every way back to what was seen before."""
    found: list[object] = [
        len(session.by_name_list(known_as_of=position)),
        len(session.search(rich(1))),
        session.referrals_received(),
    ]
    try:
        found.append(session.person(theirs))
    except NotFound:
        found.append(None)
    return found


def test_asking_as_it_was_known_before_brings_nothing_back_after_a_withdrawal(county: County) -> None:
    handle, permitted = said(county)
    theirs = handle_at(county, HOSTEL, CHARITY, handle)
    open_session = county.worker(HOSTEL)
    assert open_session.person(theirs).handle == theirs
    position = county.size()
    county.worker(CHARITY).withdraw_grant(permitted)
    county.worker(CHARITY).submit("C-1", rich(1))
    assert reads(open_session, theirs, position) == [0, 0, [], None]


def test_a_permit_ends_at_its_instant_and_not_a_microsecond_later(county: County) -> None:
    end = county.clock() + timedelta(hours=1)
    handle, _ = said(county, open_ended=False, valid_until=end)
    theirs = handle_at(county, HOSTEL, CHARITY, handle)
    county.clock.now = end - timedelta(microseconds=1)
    assert county.worker(HOSTEL).person(theirs).handle == theirs
    county.clock.now = end
    with pytest.raises(NotFound):
        county.worker(HOSTEL).person(theirs)
