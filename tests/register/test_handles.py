"""Handles: what an agency knows a person by, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bnl.domain.identifiers import AgencyId, RecordId
from bnl.errors import NotFound
from bnl.register.handles import HandleBook
from bnl.register.release import unknown_handle
from bnl.register.snapshot import Snapshot
from tests.register.county import CHERWELL, CITY, County, fields


def test_a_handle_is_stable_opaque_and_different_for_each_agency(county: County) -> None:
    mine = county.officer(CITY).submit("A-1", fields())
    again = county.officer(CITY).submit("A-1", fields())
    assert mine.handle == again.handle
    record_id = county.record_of(CITY, mine.handle)
    theirs = county.core.handles.handle(CHERWELL, record_id)
    assert theirs != mine.handle
    assert record_id not in mine.handle
    assert mine.handle.startswith("h_")
    assert len(mine.handle) == len("h_") + 32


def test_a_handle_of_another_agency_does_not_work(county: County) -> None:
    county.settle()
    mine = county.officer(CITY).submit("A-1", fields()).handle
    theirs = county.officer(CHERWELL).search(fields())[0].person.handle
    assert county.officer(CHERWELL).person(theirs).value("family_name") == fields().family_name
    for session, handle in ((county.officer(CHERWELL), mine), (county.officer(CITY), theirs)):
        with pytest.raises(NotFound) as caught:
            session.person(handle)
        assert str(caught.value) == str(unknown_handle())


def test_registers_with_other_keys_make_other_handles(make_county: Callable[[], County]) -> None:
    one, other = make_county(), make_county()
    record_id = RecordId("rec_0000")
    assert one.core.handles.handle(CITY, record_id) != other.core.handles.handle(CITY, record_id)


def test_handles_survive_a_link_and_an_unlink(county: County) -> None:
    county.settle()
    county.officer(CITY).submit("A-1", fields(0))
    county.officer(CHERWELL).submit("B-1", fields(1))
    steward = county.steward()
    city, cherwell = county.officer(CITY), county.officer(CHERWELL)
    one, other = city.search(fields(0))[0].person.handle, city.search(fields(1))[0].person.handle
    theirs = cherwell.search(fields(1))[0].person.handle
    steward.link(one, other)
    assert city.person(one).handle == city.person(other).handle == one
    assert cherwell.person(theirs).handle == theirs
    steward.unlink(one, other)
    assert city.person(one).handle == one
    assert city.person(other).handle == other
    assert cherwell.person(theirs).value("family_name") == fields(1).family_name


def test_handles_survive_reopening(file_county: County) -> None:
    handle = file_county.officer().submit("A-1", fields()).handle
    file_county.reopen()
    assert file_county.officer().person(handle).handle == handle


def test_the_book_knows_only_records_that_are_there(county: County) -> None:
    snapshot = Snapshot()
    book = HandleBook(county.core.handles._key, snapshot)
    record_id, agency = RecordId("rec_1"), AgencyId("one")
    handle = book.handle(agency, record_id)
    assert book.record(agency, handle) is None
    snapshot.arrival[record_id] = 4
    assert book.record(agency, handle) == record_id
    assert book.record(AgencyId("two"), handle) is None
    book.forget(record_id)
    del snapshot.arrival[record_id]
    assert book.record(agency, handle) is None


def test_household_numbers_of_two_agencies_are_two_households(county: County) -> None:
    book = county.core.handles
    assert book.household(CITY, "7") == book.household(CITY, "7")
    assert book.household(CITY, "7") != book.household(CHERWELL, "7")
    assert book.household(CITY, "7") != book.household(CITY, "8")
    assert book.household(CITY, "7").startswith("hou_")


@pytest.mark.parametrize("handle", ["", "h_", "h_nobody", "rec_1", "🙂", "h_" + "a" * 10_000])
def test_nonsense_is_nobody(county: County, handle: str) -> None:
    county.officer().submit("A-1", fields())
    with pytest.raises(NotFound) as caught:
        county.officer().person(handle)
    assert str(caught.value) == str(unknown_handle())
