"""Consents: recorded on the own record, withdrawn by who gave them, refused where they cannot stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bnl.domain.consent import Giver
from bnl.domain.identifiers import GrantId
from bnl.domain.vocabulary import Capacity, Effect, LawfulBasis
from bnl.errors import InvalidValue, NotFound
from bnl.register.consents import Given
from bnl.register.release import unknown_handle
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    START,
    County,
    HandClock,
    forbid,
    permit,
    rich,
)


def test_a_grant_is_kept_as_it_was_given(stored_county: County) -> None:
    county = stored_county
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    given = worker.record_grant(handle, **permit(CHARITY, HOSTEL, evidence=("form 9",)))
    county.reopen()
    record_id = county.record_of(CHARITY, handle)
    grant: Any = county.core.snapshot.grants[record_id][given]
    assert (grant.effect, grant.basis, grant.relying_party) == (Effect.PERMIT, LawfulBasis.CONSENT, CHARITY)
    assert grant.agencies == {HOSTEL}
    assert (grant.valid_from, grant.recorded_at, grant.evidence) == (START, START, ("form 9",))
    assert grant.given_by == Giver(reference=record_id, capacity=Capacity.SELF)
    assert grant.sequence > 0


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"effect": "perhaps"}, id="no-effect-of-ours"),
        pytest.param({}, id="no-effect"),
        pytest.param(permit(CHARITY, HOSTEL, open_ended=False), id="no-end"),
        pytest.param(permit(CHARITY, HOSTEL, agencies=frozenset()), id="empty-set"),
        pytest.param(permit(CITY, HOSTEL, basis=LawfulBasis.LEGITIMATE_INTERESTS), id="basis-not-open"),
        pytest.param(permit(CHARITY, HOSTEL, supersedes=("gra_none",)), id="supersedes-nothing"),
        pytest.param(permit(CHARITY, HOSTEL, valid_from=START.replace(tzinfo=None)), id="naive-time"),
        pytest.param(forbid(unknown=3), id="unknown-term"),
    ],
)
def test_what_cannot_stand_is_refused_and_not_recorded(county: County, terms: dict[str, Any]) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    with pytest.raises(InvalidValue):
        worker.record_grant(handle, **terms)
    assert not county.core.refresh().grants.get(county.record_of(CHARITY, handle))


def test_only_an_agency_with_a_record_of_its_own_records_a_grant(county: County) -> None:
    handle = county.officer(CITY).submit("A-1", rich(1)).handle
    theirs = county.core.handles.handle(CHERWELL, county.record_of(CITY, handle))
    for wrong in (theirs, handle, "h_none"):
        with pytest.raises(NotFound) as caught:
            county.officer(CHERWELL).record_grant(wrong, **forbid())
        assert str(caught.value) == str(unknown_handle())


def test_many_are_recorded_and_the_bad_ones_come_back(county: County) -> None:
    worker = county.worker()
    worker.submit("C-1", rich(1))
    given = [Given(forbid(), reference="C-1"), Given(forbid(), reference="C-2"), Given({}, reference="C-1")]
    done: list[int] = []
    made, failed = worker.record_grants(given, progress=done.append)
    assert (len(made), done) == (1, [3])
    assert [(one.place, type(one.error)) for one in failed] == [(1, NotFound), (2, InvalidValue)]


def test_a_withdrawal_ends_it_once_and_for_all_who_read(county: County, clock: HandClock) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    given = worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    assert len(county.worker(HOSTEL).search(rich(1))) == 1
    clock.advance(days=1)
    assert worker.withdraw_grant(given).recipients == (HOSTEL,)
    assert county.worker(HOSTEL).search(rich(1)) == []
    assert county.register.verify().sound


@pytest.mark.parametrize("agency", [HOSTEL, CITY])
def test_another_agencys_grant_is_no_grant(county: County, agency: Any) -> None:
    worker = county.worker()
    given = worker.record_grant(worker.submit("C-1", rich(1)).handle, **permit(CHARITY, HOSTEL))
    said = []
    for grant_id in (given, GrantId("gra_none")):
        with pytest.raises(NotFound) as caught:
            county.worker(agency).withdraw_grant(grant_id)
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert county.worker(HOSTEL).search(rich(1))


@pytest.mark.parametrize(
    "hours",
    [pytest.param(1, id="in-the-future"), pytest.param(-1000, id="before-it-was-given")],
)
def test_a_withdrawal_at_an_impossible_time_is_refused(county: County, clock: HandClock, hours: int) -> None:
    worker = county.worker()
    given = worker.record_grant(worker.submit("C-1", rich(1)).handle, **permit(CHARITY, HOSTEL))
    clock.advance(days=1)
    with pytest.raises(InvalidValue):
        worker.withdraw_grant(given, said_at=clock.now + timedelta(hours=hours))
    assert county.worker(HOSTEL).search(rich(1))


def test_a_hard_forbid_is_not_withdrawn_by_a_worker(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    given = worker.record_grant(handle, **forbid(hard=True))
    with pytest.raises(InvalidValue, match="two stewards"):
        worker.withdraw_grant(given)


def test_a_later_permit_lifts_a_soft_forbid_by_naming_it_and_it_stands_again_after(county: County) -> None:
    worker, hostel = county.worker(), county.worker(HOSTEL)
    handle = worker.submit("C-1", rich(1)).handle
    refusal = worker.record_grant(handle, **forbid())
    worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    assert hostel.search(rich(1)) == []
    lifting = worker.record_grant(handle, **permit(CHARITY, HOSTEL, supersedes=(refusal,)))
    assert len(hostel.search(rich(1))) == 1
    worker.withdraw_grant(lifting)
    assert hostel.search(rich(1)) == []


def test_a_giver_named_like_a_record_is_refused_whether_there_is_such_a_record_or_not(county: County) -> None:
    handle = county.worker(CHARITY).submit("C-1", rich(1)).handle
    hidden = county.worker(REFUGE).submit("R-1", rich(2)).handle
    told = set()
    for reference in (county.record_of(REFUGE, hidden), "rec_aaaaaaaaaaaaaaaaaaaaaaaa"):
        giver = Giver(reference=reference, capacity=Capacity.SELF)
        with pytest.raises(InvalidValue) as caught:
            county.worker(CHARITY).record_grant(handle, **permit(CHARITY, given_by=giver))
        told.add(str(caught.value))
    assert len(told) == 1
