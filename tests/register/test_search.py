"""Search before create: finds who may be known, by values the actor may see and no others."""

from __future__ import annotations

import pytest

from bnl.domain.person import PersonFields
from bnl.domain.vocabulary import FieldCategory
from bnl.errors import InvalidValue
from bnl.register.match_index import MatchIndex
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import CHARITY, CHERWELL, CITY, HOSTEL, STEWARD, County, forbid, permit, rich


def test_it_finds_the_likeliest_first_with_its_evidence(stored_county: County) -> None:
    county = stored_county
    handles = [county.officer().submit(f"A-{number}", rich(number)).handle for number in range(12)]
    county.reopen()
    found = county.officer(CITY).search(rich(5))
    assert found[0].person.handle == handles[5]
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)
    assert found[0].probability > 0.9
    assert found[0].explanation.steps
    assert repr(found[0]) == f"Candidate({handles[5]}, …)"


def test_a_register_of_one_is_searched_too(county: County) -> None:
    assert county.officer().search(rich(1)) == []
    county.officer(CITY).submit("A-1", rich(1))
    assert len(county.officer(CHERWELL).search(rich(1))) == 1


def test_the_index_keeps_up_with_what_came_changed_and_went(county: County) -> None:
    county.settle(8)
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    assert officer.search(rich(1))[0].person.handle == handle
    officer.submit("A-1", rich(30))
    assert officer.search(rich(30))[0].person.handle == handle
    assert handle not in {one.person.handle for one in officer.search(rich(1))}
    county.core.snapshot.forget_record(county.record_of(CITY, handle))
    with ReadUnit(county.core.store) as unit:
        index = county.core.index(unit)
        assert not [one for one in index.search(rich(30).present(), limit=None) if one.weight > 0]


def test_an_index_holds_each_record_once(county: County) -> None:
    county.settle(6)
    with ReadUnit(county.core.store) as unit:
        county.core.index(unit)
        made = county.core._match_index
    assert isinstance(made, MatchIndex)
    assert set(made._versions) == set(county.core.snapshot.records)
    assert made.bring_up(county.core.snapshot) is made.bring_up(county.core.snapshot)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_limits_out_of_range_are_refused(county: County, limit: int) -> None:
    with pytest.raises(InvalidValue, match="between 1 and 100"):
        county.officer().search(rich(1), limit=limit)


def test_a_limit_is_kept(county: County) -> None:
    for number in range(6):
        county.officer().submit(f"A-{number}", rich(1))
    assert len(county.officer().search(rich(1), limit=2)) == 2
    assert len(county.officer().search(rich(1))) == 6


def test_nothing_to_search_by_is_refused(county: County) -> None:
    with pytest.raises(InvalidValue, match="nothing to search by"):
        county.officer().search(PersonFields())


def test_hidden_values_never_speak_for_a_candidate(county: County) -> None:
    """Searching by a telephone number that is not the asker's to see finds nobody by it."""
    county.settle(6)
    worker, hostel = county.worker(CHARITY), county.worker(HOSTEL)
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories=frozenset({FieldCategory.IDENTITY})))
    by_phone = PersonFields(phones=rich(1).phones, address=rich(1).address, postcode=rich(1).postcode)
    assert hostel.search(by_phone) == []
    (found,) = [one for one in hostel.search(rich(1)) if one.weight > 0]
    columns = {step.column for step in found.explanation.steps if step.bits}
    assert "phones" not in columns
    assert "address" not in columns
    with_all = [one.weight for one in worker.search(rich(1)) if one.person.handle == handle]
    assert found.weight < with_all[0]


def test_the_entry_names_those_shown_and_how_many(county: County) -> None:
    handle = county.officer().submit("A-1", rich(1)).handle
    hidden = county.officer().submit("A-2", rich(1)).handle
    county.officer().record_grant(hidden, **forbid(hard=True))
    before = county.size()
    assert len(county.officer(CHERWELL).search(rich(1))) == 1
    (entry,) = county.entries(before)
    assert (entry.action, entry.details) == ("search", {"role": "housing_officer", "shown": 1})
    assert set(county.subjects(before)) == {county.record_of(CITY, handle)}


def test_one_person_of_several_records_is_one_candidate(county: County) -> None:
    mine = county.officer(CITY).submit("A-1", rich(1)).handle
    county.officer(CHERWELL).submit("B-1", rich(1))
    for number in range(2, 9):
        county.officer(CITY).submit(f"A-{number}", rich(number))
    county.register.dedup(by=STEWARD)
    (found,) = [one for one in county.officer(CITY).search(rich(1)) if one.weight > 0]
    assert found.person.handle == mine
