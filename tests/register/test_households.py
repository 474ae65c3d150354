"""Households: who lives with whom, as each agency says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.register.facts import person_facts
from bnl.register.households import Joining
from tests.register.county import CHERWELL, CITY, START, County, forbid, rich

DAY = START.date()


def test_a_membership_is_kept_and_replaced_by_what_is_said_later(stored_county: County) -> None:
    county = stored_county
    officer = county.officer()
    handle = officer.submit("A-1", rich(1)).handle
    (household,), failed = officer.record_memberships([Joining("7", "main", DAY, handle=handle)])
    assert failed == []
    until = DAY + timedelta(days=30)
    officer.record_memberships([Joining("7", "main", DAY, until, False, reference="A-1")])
    county.reopen()
    (kept,) = county.core.snapshot.memberships[county.record_of(CITY, handle)].values()
    assert (kept.household_id, kept.relation, kept.starts_on, kept.ends_on) == (household, "main", DAY, until)
    assert not kept.beneficiary
    assert county.register.verify().sound


@pytest.mark.parametrize(
    ("joining", "error"),
    [
        pytest.param(Joining("7", "main", DAY, DAY, reference="A-1"), InvalidValue, id="ends-as-it-begins"),
        pytest.param(
            Joining("7", "main", DAY, DAY - timedelta(1), reference="A-1"), InvalidValue, id="ends-before"
        ),
        pytest.param(Joining("7", "main", DAY, reference="A-9"), NotFound, id="unknown-reference"),
        pytest.param(Joining("7", "main", DAY, handle="h_none"), NotFound, id="unknown-handle"),
    ],
)
def test_what_cannot_be_comes_back(county: County, joining: Joining, error: type[Exception]) -> None:
    county.officer().submit("A-1", rich(1))
    made, failed = county.officer().record_memberships([joining])
    assert made == []
    assert [type(one.error) for one in failed] == [error]


def test_what_may_not_be_collected_is_denied(county: County) -> None:
    county.officer().submit("A-1", rich(1))
    session = county.session(CITY, Role.MANAGER, Purpose.MORTALITY_REVIEW)
    _, failed = session.record_memberships([Joining("7", "main", DAY, reference="A-1")])
    assert [type(one.error) for one in failed] == [Denied]


@pytest.mark.parametrize(
    ("mine", "theirs", "shared"),
    [
        pytest.param((0, None), (0, None), True, id="together-now"),
        pytest.param((0, 10), (5, None), True, id="overlapped"),
        pytest.param((0, 5), (5, None), False, id="one-left-as-the-other-came"),
        pytest.param((9, None), (0, 3), False, id="long-before"),
    ],
)
def test_only_stays_that_overlapped_share_an_address(
    county: County, mine: tuple[int, Any], theirs: tuple[int, Any], shared: bool
) -> None:
    officer = county.officer()
    first = DAY - timedelta(days=60)
    home = {"address": "1 Hidden Close", "postcode": "OX4 4AA"}
    handles = [officer.submit(f"A-{number}", rich(number, **home)).handle for number in (1, 2)]
    joinings = [
        Joining(
            "7",
            "member",
            first + timedelta(days=starts),
            None if ends is None else first + timedelta(days=ends),
            handle=handle,
        )
        for handle, (starts, ends) in zip(handles, (mine, theirs), strict=True)
    ]
    assert officer.record_memberships(joinings)[1] == []
    officer.record_grant(handles[1], **forbid(hard=True, categories=frozenset({FieldCategory.LOCATION})))
    snapshot = county.core.refresh()
    facts = person_facts(snapshot, county.person_of(CITY, handles[0]))
    assert bool(facts.household) == shared
    if shared:
        (member,) = facts.household
        assert len(member.forbids) == 1
        assert "1 Hidden Close" in member.stays[0].places


def test_households_of_two_agencies_do_not_mix(county: County) -> None:
    for agency in (CITY, CHERWELL):
        county.officer(agency).submit("1", rich(1))
        county.officer(agency).record_memberships([Joining("7", "main", DAY, reference="1")])
    assert sorted(len(members) for members in county.core.refresh().households.values()) == [1, 1]
