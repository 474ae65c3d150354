"""Agency names: enrolled ones first, then the directory; what only a person can tell waits in a queue."""

from __future__ import annotations

from datetime import timedelta

import pytest

import bnl
from bnl.domain.agency import Agency
from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import AgencyKind, Purpose, Role
from bnl.errors import Denied
from bnl.exchange.directory import Why, county_directory
from tests.register.county import CHARITY, CITY, HOSTEL, REFUGE, START, STEWARD, County, forbid, rich

TODAY = START.date()


@pytest.mark.parametrize(
    ("text", "agency", "why"),
    [
        pytest.param(CITY, CITY, Why.NAME, id="an id"),
        pytest.param("OXFORD CITY COUNCIL", CITY, Why.NAME, id="an enrolled name"),
        pytest.param("The Hostel Next Door", None, Why.UNKNOWN, id="nobody's name"),
        pytest.param("", None, Why.EMPTY, id="nothing"),
    ],
)
def test_which_agency_a_text_means(county: County, text: str, agency: str | None, why: Why) -> None:
    found = county.worker(CHARITY).resolve_agency(text)
    assert (found.agency.agency_id if found.agency else None) == agency
    assert found.why is why or (agency is None and found.agency is None)


def test_an_acronym_of_the_directory_is_resolved_in_the_register_and_outside_it(county: County) -> None:
    inside = county.worker(CHARITY).resolve_agency("Multi Agency Safeguarding Hub").agency
    outside = bnl.resolve_agency("MASH").agency
    assert inside is not None
    assert outside is not None
    assert inside.agency_id == outside.agency_id
    assert outside in county_directory().agencies


def test_an_alias_that_is_enrolled_resolves_from_then_on(county: County) -> None:
    assert county.worker(CHARITY).resolve_agency("Willow Night Shelter").agency is None
    shelter = Agency(
        agency_id=AgencyId("willow"),
        name="Willow",
        kind=AgencyKind.CHARITY,
        aliases=("Willow Night Shelter",),
    )
    county.register.enrol([shelter], by=STEWARD)
    found = county.worker(CHARITY).resolve_agency("willow night shelter")
    assert found.agency is not None
    assert (found.agency.agency_id, found.why) == ("willow", Why.ALIAS)


def test_a_name_two_enrolled_agencies_share_is_ambiguous(county: County) -> None:
    twins = [
        Agency(agency_id=AgencyId(one), name="The Twin Trust", kind=AgencyKind.CHARITY)
        for one in ("t1", "t2")
    ]
    county.register.enrol(twins, by=STEWARD)
    found = county.worker(CHARITY).resolve_agency("Twin Trust")
    assert found.agency is None
    assert found.why is Why.AMBIGUOUS
    assert {one.agency_id for one in found.candidates} == {"t1", "t2"}


def test_names_nobody_can_tell_wait_until_they_are_enrolled(county: County) -> None:
    worker = county.worker(CHARITY)
    handle = worker.submit("C-1", rich(1)).handle
    for text in ("Willow Night Shelter", "Willow Night Shelter", HOSTEL, "Zzyzx"):
        worker.record_event(handle, EventKind.HANDOVER_SENT, TODAY - timedelta(days=3), to_agency=text)
    waiting = worker.agency_queue()
    assert [(one.text, one.times) for one in waiting] == [("Willow Night Shelter", 2), ("Zzyzx", 1)]
    assert "Willow" not in repr(waiting[0])
    shelter = Agency(agency_id=AgencyId("willow"), name="Willow Night Shelter", kind=AgencyKind.CHARITY)
    county.register.enrol([shelter], by=STEWARD)
    assert [one.text for one in worker.agency_queue()] == ["Zzyzx"]


def test_the_queue_holds_only_what_its_reader_may_see(county: County) -> None:
    refuge = county.worker(REFUGE)
    hidden = refuge.submit("R-1", rich(1)).handle
    refuge.record_event(hidden, EventKind.HANDOVER_SENT, TODAY, to_agency="Zzyzx")
    refuge.record_grant(hidden, **forbid(hard=True))
    keeper = county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)
    for session in (county.officer(), county.worker(CHARITY), keeper):
        assert session.agency_queue() == []
    with pytest.raises(Denied):
        county.session(CITY, Role.MANAGER, Purpose.STATISTICS).agency_queue()


def test_the_directory_tells_apart_what_looks_alike() -> None:
    north, south = (bnl.resolve_agency(f"Connection {side}").agency for side in ("North", "South"))
    assert north is None or south is None or north.agency_id != south.agency_id
