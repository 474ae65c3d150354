"""Capacity: while a person cannot decide, what they permitted themselves is without force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bnl.domain.consent import Giver
from bnl.domain.vocabulary import Capacity, Purpose, Role
from bnl.errors import BnlError, Denied, InvalidValue, NotFound
from tests.register.county import (
    CHARITY,
    CITY,
    HOSTEL,
    START,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)

DAY = timedelta(days=1)


def agreed(county: County, **terms: Any) -> str:
    """A person whom the hostel may see because they agreed to it."""
    handle = county.worker().submit("C-1", rich(1)).handle
    county.worker().record_grant(handle, **permit(CHARITY, HOSTEL, **terms))
    return handle


def seen(county: County) -> bool:
    """Whether the hostel finds the person."""
    return bool(county.worker(HOSTEL).search(rich(1)))


def test_a_permit_sleeps_while_the_person_cannot_decide(stored_county: County, clock: HandClock) -> None:
    county = stored_county
    handle = agreed(county)
    assert seen(county)
    county.worker().record_incapacity(handle, START, START + 2 * DAY, evidence="mca-17")
    assert not seen(county)
    county.reopen()
    assert not seen(county)
    clock.now = START + 2 * DAY
    assert seen(county)
    assert county.register.verify().sound


def test_what_somebody_decided_for_them_and_every_refusal_stand(county: County) -> None:
    attorney = Giver(reference="attorney-1", capacity=Capacity.ATTORNEY_OR_DEPUTY)
    handle = agreed(county, given_by=attorney)
    county.worker().record_incapacity(handle, START, evidence="mca-17")
    assert seen(county)
    county.worker().record_grant(handle, **forbid())
    assert not seen(county)


def test_it_counts_on_every_linked_record(county: County) -> None:
    handle = agreed(county)
    other = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.core.handles.handle(CITY, county.record_of(CHARITY, handle))
    county.steward().link(other, theirs)
    county.officer(CITY).record_incapacity(other, START, evidence="mca-17")
    assert not seen(county)
    county.steward().unlink(other, theirs)
    assert seen(county)


def test_a_finding_is_corrected_and_withdrawn_by_its_own_agency_alone(county: County) -> None:
    worker = county.worker()
    handle = agreed(county)
    wrong = worker.record_incapacity(handle, START, evidence="mca-17")
    later = worker.record_incapacity(handle, START + DAY, evidence="mca-18", corrects=wrong)
    assert seen(county)
    mine = county.worker(HOSTEL).submit("H-1", rich(1)).handle
    for unknown in (later, "cap_none"):
        with pytest.raises(NotFound, match="no such finding"):
            county.worker(HOSTEL).record_incapacity(mine, START, evidence="x", corrects=unknown)
    worker.record_incapacity(handle, START, evidence="mca-19", corrects=later, withdrawn=True)
    county.clock.now = START + 3 * DAY
    assert seen(county)


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"starts": START.replace(tzinfo=None)}, id="naive"),
        pytest.param({"ends": START}, id="ends-as-it-begins"),
        pytest.param({"evidence": " "}, id="no-assessment"),
        pytest.param({"withdrawn": True}, id="withdraws-nothing"),
    ],
)
def test_what_cannot_be_is_refused(county: County, terms: dict[str, Any]) -> None:
    handle = agreed(county)
    given: dict[str, Any] = {"starts": START, "ends": None, "evidence": "mca-17"} | terms
    with pytest.raises(InvalidValue):
        county.worker().record_incapacity(handle, given.pop("starts"), given.pop("ends"), **given)
    assert seen(county)


@pytest.mark.parametrize("starts", [None, "yesterday", 3])
def test_a_time_that_is_none_is_refused(county: County, starts: datetime) -> None:
    with pytest.raises(BnlError):
        county.worker().record_incapacity(agreed(county), starts, evidence="mca-17")
    assert county.entries()[-1].action == "attempt.record_incapacity"


def test_it_needs_a_role_and_purpose_that_collect_health_data(county: County) -> None:
    handle = agreed(county)
    for role, purpose in ((Role.OPERATOR, Purpose.HOUSING_SUPPORT), (Role.MANAGER, Purpose.STATISTICS)):
        with pytest.raises(Denied):
            county.session(CHARITY, role, purpose).record_incapacity(handle, START, evidence="mca-17")


def test_nobody_elses_record_is_assessed(county: County) -> None:
    theirs = county.core.handles.handle(CITY, county.record_of(CHARITY, agreed(county)))
    with pytest.raises(NotFound):
        county.officer(CITY).record_incapacity(theirs, START, evidence="mca-17")
