"""Before two people are told apart the steward sees every refusal that will bind one part alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnl.domain.consent import CorruptGrant, Grant
from bnl.domain.identifiers import GrantId, RecordId
from bnl.domain.vocabulary import Effect, EndingKind, Purpose, Role
from bnl.errors import Denied, NotFound
from bnl.register.facts import person_facts
from bnl.register.session import Session
from tests.register.county import CHARITY, CHERWELL, CITY, HOSTEL, REFUGE, County, forbid, permit, rich

NOBODY = "There are no two people under these handles. Search again."


def keeper(county: County) -> Session:
    return county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)


@pytest.fixture
def joined(county: County) -> list[str]:
    """Two records of the city and one of Cherwell that are one person, in the order in which they came."""
    city, cherwell = county.officer(CITY), county.officer(CHERWELL)
    handles = [city.submit("A-1", rich(0)).handle, city.submit("A-2", rich(1)).handle]
    theirs = county.record_of(CHERWELL, cherwell.submit("B-1", rich(2)).handle)
    handles.append(county.core.handles.handle(CITY, theirs))
    county.steward().link(handles[0], handles[1])
    county.steward().link(handles[1], handles[2])
    return [str(handle) for handle in handles]


def refusals(county: County, record_id: RecordId) -> set[GrantId]:
    """Return the refusals that bind the person of a record now."""
    facts = person_facts(county.core.refresh(), county.core.snapshot.person(record_id))
    ended = {ending.grant_id for ending in facts.endings}
    return {
        one.grant_id for one in facts.grants if isinstance(one, Grant) and one.effect is Effect.FORBID
    } - ended


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0), (0, 2), (2, 1)])
def test_what_is_foretold_is_what_ceases(county: County, joined: list[str], first: int, second: int) -> None:
    officer = county.officer(CITY)
    officer.record_grant(joined[0], **forbid(agencies=frozenset({HOSTEL})))
    officer.record_grant(joined[1], **forbid(agencies=frozenset({CHARITY}), hard=True))
    officer.record_grant(joined[1], **permit(CITY, CHARITY))
    cherwell = county.officer(CHERWELL)
    cherwell.record_grant(county.core.handles.handle(CHERWELL, county.record_of(CITY, joined[2])), **forbid())
    before = refusals(county, county.record_of(CITY, joined[0]))
    told = keeper(county).preview_unlink(joined[first], joined[second])
    assert len(told) == len(before) == 3
    county.steward().unlink(joined[first], joined[second])
    for here, there in ((first, second), (second, first)):
        left = refusals(county, county.record_of(CITY, joined[here]))
        assert left == {one.grant_id for one in told if one.stays_with == joined[here]}
        assert before - left == {one.grant_id for one in told if one.stays_with == joined[there]}
    assert [one.hard for one in told].count(True) == 1
    assert not any(one.damaged for one in told)


def test_only_what_binds_or_will_is_foretold(county: County, joined: list[str]) -> None:
    officer, steward = county.officer(CITY), keeper(county)
    now = county.clock()
    over = officer.record_grant(joined[0], **forbid(valid_until=now + timedelta(days=1)))
    answered = officer.record_grant(joined[0], **forbid(agencies=frozenset({HOSTEL}), objection=True))
    coming = officer.record_grant(joined[0], **forbid(valid_from=now + timedelta(days=30)))
    assert {one.grant_id for one in steward.preview_unlink(joined[0], joined[1])} == {over, answered, coming}
    steward.end_refusal(answered, EndingKind.ANSWERED, evidence="letter 4")
    county.clock.now += timedelta(days=1)
    assert [one.grant_id for one in steward.preview_unlink(joined[0], joined[1])] == [coming]


def test_a_refusal_nobody_can_read_is_foretold_as_a_hard_one(county: County, joined: list[str]) -> None:
    grant_id, record_id = GrantId("gra_torn"), county.record_of(CITY, joined[1])
    torn = CorruptGrant(grant_id=grant_id, record_id=record_id)
    county.core.refresh().grants.setdefault(record_id, {})[grant_id] = torn
    (told,) = keeper(county).preview_unlink(joined[0], joined[1])
    assert (told.grant_id, told.hard, told.damaged, told.stays_with) == (grant_id, True, True, joined[1])
    assert repr(told) == "CeasingRefusal(gra_torn, …)"


def test_nothing_ceases_between_two_people(county: County, joined: list[str]) -> None:
    other = county.officer(CITY).submit("A-9", rich(9)).handle
    county.officer(CITY).record_grant(joined[0], **forbid())
    assert keeper(county).preview_unlink(joined[0], other) == ()


def test_looking_changes_nothing_and_is_logged(county: County, joined: list[str]) -> None:
    county.officer(CITY).record_grant(joined[0], **forbid())
    size, people = county.size(), dict(county.core.refresh().person_of)
    keeper(county).preview_unlink(joined[0], joined[1])
    assert dict(county.core.refresh().person_of) == people
    (entry,) = county.entries(size)
    assert (entry.action, entry.purpose) == ("link.preview", "stewardship")
    assert set(county.subjects(size)) == {county.record_of(CITY, handle) for handle in joined[:2]}


@pytest.mark.parametrize(
    ("role", "purpose"),
    [
        pytest.param(Role.HOUSING_OFFICER, Purpose.STEWARDSHIP, id="no-steward"),
        pytest.param(Role.STEWARD, Purpose.LINKAGE, id="another-purpose"),
    ],
)
def test_only_a_steward_at_work_on_consent_is_told(
    county: County, joined: list[str], role: Role, purpose: Purpose
) -> None:
    with pytest.raises(Denied):
        county.session(CITY, role, purpose).preview_unlink(joined[0], joined[1])


def test_somebody_hidden_answers_as_nobody(county: County, joined: list[str]) -> None:
    hidden = county.worker(REFUGE).submit("R-1", rich(0)).handle
    refused = county.core.handles.handle(CITY, county.record_of(REFUGE, hidden))
    for one, other in ((joined[0], refused), ("h_none", joined[0]), (joined[0], joined[0])):
        with pytest.raises(NotFound) as caught:
            keeper(county).preview_unlink(one, other)
        assert str(caught.value) == NOBODY
