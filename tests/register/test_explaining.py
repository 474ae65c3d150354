"""Explaining: what is told never gives away what others permitted or refused."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role
from bnl.errors import NotFound
from bnl.register.explaining import MaySee
from tests.register.county import (
    CHARITY,
    CHERWELL,
    CITY,
    HOSTEL,
    REFUGE,
    County,
    forbid,
    permit,
    rich,
)


def agencies(told: MaySee, category: FieldCategory = FieldCategory.IDENTITY) -> set[AgencyId]:
    """The agencies that may see a category."""
    usual = {Purpose.HOUSING_SUPPORT, Purpose.HOMELESSNESS_PREVENTION}
    return {one.agency_id for one in told.sights if category in one.categories and one.purpose in usual}


def test_what_i_may_see_is_what_the_clauses_cover(county: County) -> None:
    told = county.officer(CITY).what_may_i_see()
    by_action = {reach.action: reach for reach in told.reaches}
    assert FieldCategory.LOCATION in by_action[Action.VIEW].stands
    assert FieldCategory.HEALTH in by_action[Action.VIEW].with_explicit_consent
    assert Action.LINK not in by_action
    assert any("without asking the person" in text for text in told.words)
    entry = county.entries()[-1]
    assert (entry.action, entry.subject_count) == ("explain.reach", 0)


def test_a_role_without_a_clause_is_told_so(county: County) -> None:
    told = county.session(CHARITY, Role.OPERATOR, Purpose.STATISTICS).what_may_i_see()
    assert told.reaches == ()
    assert "No clause" in told.words[0]


def test_a_worker_is_told_who_may_see_what_their_own_agency_recorded(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    before = worker.who_may_see(handle)
    assert CHARITY in agencies(before)
    assert HOSTEL not in agencies(before)
    assert CHERWELL in agencies(before)  # a clause stands for housing authorities
    worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    after = worker.who_may_see(handle)
    assert HOSTEL in agencies(after)
    assert not after.whole
    assert any(text.startswith("Homeless Oxfordshire may see of this person") for text in after.words)
    worker.record_grant(handle, **forbid(agencies=frozenset({HOSTEL})))
    assert HOSTEL not in agencies(worker.who_may_see(handle))


@pytest.mark.parametrize("terms", [permit(CITY, HOSTEL), forbid(agencies=frozenset({HOSTEL}))])
def test_a_worker_learns_nothing_of_what_others_recorded(county: County, terms: dict[str, Any]) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_grant(handle, **permit(CHARITY, HOSTEL))
    other = county.officer(CITY).submit("A-1", rich(1)).handle
    county.steward().link(other, county.core.handles.handle(CITY, county.record_of(CHARITY, handle)))
    before = worker.who_may_see(handle)
    county.officer(CITY).record_grant(other, **(terms | {"categories": None} if "hard" in terms else terms))
    assert worker.who_may_see(handle) == before


def test_the_person_is_told_everything_the_asker_may_know_of(county: County) -> None:
    worker = county.worker()
    handle = worker.submit("C-1", rich(1)).handle
    worker.record_grant(handle, **permit(CHARITY, HOSTEL, REFUGE))
    other = county.officer(CITY).submit("A-1", rich(1)).handle
    county.steward().link(other, county.core.handles.handle(CITY, county.record_of(CHARITY, handle)))
    told = county.access(CITY).who_may_see(other)
    assert told.whole
    assert {CITY, CHARITY, HOSTEL, CHERWELL} <= agencies(told)
    assert REFUGE not in {one.agency_id for one in told.sights}
    assert any("may see of you" in text for text in told.words)
    # A record that is local to its own agency counts for nobody else.
    hidden = county.worker(REFUGE).submit("R-1", rich(1)).handle
    county.worker(REFUGE).record_grant(hidden, **permit(REFUGE, CHARITY, categories=frozenset(FieldCategory)))
    assert county.access(CITY).who_may_see(other) == told


def test_a_view_is_explained_to_the_worker_and_to_the_person(county: County) -> None:
    handle = county.worker(CHARITY).submit("C-1", rich(1, income="nil")).handle
    county.worker(CHARITY).record_grant(handle, **permit(CHARITY, HOSTEL))
    theirs = county.core.handles.handle(HOSTEL, county.record_of(CHARITY, handle))
    plain = county.worker(HOSTEL).explain(theirs)
    county.worker(CHARITY).record_grant(handle, **forbid(categories=frozenset({FieldCategory.FINANCE})))
    assert county.worker(HOSTEL).explain(theirs) == plain
    told = county.worker(HOSTEL).explain(theirs, to_person=True)
    assert told[0].startswith("Homeless Oxfordshire asked to")
    assert any("shared" in text for text in told)
    entry = county.entries()[-1]
    assert (entry.action, entry.subject_count) == ("explain.view", 1)


@pytest.mark.parametrize("call", ["explain", "who_may_see"])
def test_who_is_hidden_is_nobody(county: County, call: str) -> None:
    handle = county.worker(CHARITY).submit("C-1", rich(1)).handle
    theirs = county.core.handles.handle(HOSTEL, county.record_of(CHARITY, handle))
    said = set()
    for asked in (theirs, "h_none", ""):
        with pytest.raises(NotFound) as caught:
            getattr(county.worker(HOSTEL), call)(asked)
        said.add(str(caught.value))
    assert len(said) == 1
