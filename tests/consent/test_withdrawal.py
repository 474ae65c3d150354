"""What a withdrawal brings about, and what an un-link would release."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.consent.withdrawal import Disclosure, forbids_released, permits_voided, withdrawal_effect
from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import GrantId
from bnl.domain.vocabulary import FieldCategory as C
from bnl.domain.vocabulary import Purpose
from tests.consent.build import (
    DAY,
    NOW,
    ONE,
    THREE,
    TWO,
    actor,
    agreement,
    clause,
    ending,
    forbid,
    permit,
    person,
    policy,
    record,
    standing,
)

GONE = ending(said_at=NOW - 3 * DAY, recorded_at=NOW - DAY)
RULE = policy(agreement(clause(), standing(categories={"housing"})))


def shown(agency: str = "refuge", days: int = 5, **fields: Any) -> Disclosure:
    given: dict[str, Any] = {
        "actor": actor(agency, "navigator"),
        "purpose": Purpose.HOUSING_SUPPORT,
        "at": NOW - days * DAY,
        "record_id": ONE,
        "categories": frozenset({C.IDENTITY, C.HOUSING}),
        "grant_ids": (GrantId("gra_p"),),
    }
    return Disclosure(**given | fields)


def effect(*disclosures: Disclosure, grants: Any = ()) -> Any:
    return withdrawal_effect(GONE, person(permit(), *grants, GONE), disclosures, RULE)


def test_those_who_were_shown_anything_under_it_are_told() -> None:
    found = effect(shown(), shown("landlord"), shown(), shown("hospital", grant_ids=(GrantId("gra_o"),)))
    assert found.recipients == ("landlord", "refuge")


def test_the_agency_that_said_it_is_not_told_its_own_words() -> None:
    found = effect(shown("charity"))
    assert found.recipients == ()
    assert found.without_basis == {}


def test_what_was_sent_is_held_by_whom_it_was_sent_to() -> None:
    sent = shown("charity", recipient="hospital")
    assert sent.holder == "hospital"
    assert effect(sent).recipients == ("hospital",)
    assert effect(sent).without_basis == {"hospital": sent.categories}


@pytest.mark.parametrize(
    ("days", "between"),
    [
        pytest.param(4, False, id="before"),
        pytest.param(3, True, id="at_once"),
        pytest.param(2, True, id="between"),
        pytest.param(1, False, id="recorded"),
    ],
)
def test_what_was_shown_between_said_and_recorded(days: int, between: bool) -> None:
    one = shown(days=days)
    assert effect(one).between == ((one,) if between else ())


def test_what_an_agency_may_still_see_it_holds_on_that_basis() -> None:
    assert effect(shown()).without_basis == {"refuge": {C.IDENTITY, C.HOUSING}}
    assert effect(shown("council")).without_basis == {"council": {C.IDENTITY}}
    other = permit(grant_id="gra_o", agencies={"refuge"}, categories={"identity"})
    assert effect(shown(), grants=(other,)).without_basis == {"refuge": {C.HOUSING}}


def test_disclosures_add_up_by_agency() -> None:
    more = shown(categories=frozenset({C.CONTACT}))
    assert effect(shown(), more).without_basis == {"refuge": {C.IDENTITY, C.HOUSING, C.CONTACT}}


def test_the_steward_is_shown_each_forbid_that_will_cease_to_bind_a_part() -> None:
    broken = CorruptGrant(grant_id=GrantId("gra_x"), record_id=THREE)
    facts = person(
        permit(),
        forbid(),
        forbid(grant_id="gra_g", record_id=TWO),
        broken,
        records=(record(), record(TWO), record(THREE)),
    )
    assert forbids_released(facts, [TWO]) == ("gra_f", "gra_x")
    assert forbids_released(facts, [ONE, THREE]) == ("gra_g",)
    assert forbids_released(facts, [ONE, TWO, THREE]) == ()


def test_permits_parted_from_what_they_named_are_told() -> None:
    far = permit(grant_id="gra_l", record_id=TWO, supersedes=("gra_f",))
    near = permit(supersedes=("gra_f",))
    facts = person(forbid(), far, near, records=(record(), record(TWO)))
    assert permits_voided(facts, [TWO]) == ("gra_l",)
    assert permits_voided(facts, [ONE]) == ("gra_l",)
    assert permits_voided(facts, [ONE, TWO]) == ()
