"""Named cases of how grants and clauses are put together when several of them speak at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from bnl.consent.masks import EVERYTHING, categories_of
from bnl.consent.reasons import Reason
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    BOTH,
    DAY,
    NOW,
    ONE,
    SHARED,
    TWO,
    actor,
    agreement,
    clause,
    decided,
    forbid,
    giver,
    permit,
    person,
    policy,
    record,
    request,
    seen,
    standing,
)

OWN = request(actor("charity", "navigator"))
URGENT = {"reason": "fire", "basis": "vital_interests"}
ALL = categories_of(EVERYTHING)


def later(**fields: Any) -> Any:
    """A permit recorded after the forbids."""
    return permit(**({"valid_from": NOW - 4 * DAY, "recorded_at": NOW - 4 * DAY} | fields))


def told(found: Any, category: C, record_id: Any = ONE) -> set[tuple[Reason, str]]:
    """What the auditor is told to have decided a category of a record."""
    here = (f for f in found.findings() if f.record_id == record_id)
    return {(f.reason, f.by) for f in here if category in categories_of(f.mask)}


# --- an agency's own words -------------------------------------------------------------------------------


def named(*categories: str, **fields: Any) -> Any:
    return forbid(agencies={"charity"}, categories=set(categories), **fields)


def test_a_forbid_that_names_the_agency_stops_its_own_words_from_its_first_instant_to_its_last() -> None:
    assert C.IDENTITY not in seen(person(named("identity", valid_from=NOW, recorded_at=NOW)), OWN)
    assert C.IDENTITY in seen(person(named("identity", valid_until=NOW)), OWN)


def test_every_such_forbid_takes_its_own_categories() -> None:
    both = person(named("identity"), named("contact", grant_id="gra_g"))
    assert set(ALL) - seen(both, OWN) == {C.IDENTITY, C.CONTACT}


def test_without_existence_no_word_is_left() -> None:
    assert seen(person(named("existence")), OWN) == frozenset()


def test_what_is_stopped_as_own_words_may_still_be_permitted() -> None:
    held = person(named("identity", "contact"), later(supersedes=("gra_f",), categories={"identity"}))
    found = decided(held, OWN)
    assert set(ALL) - found.categories(ONE) == {C.CONTACT}
    assert told(found, C.IDENTITY) == {(Reason.PERMIT, "gra_p")}
    assert told(found, C.HEALTH) == {(Reason.OWN_RECORD, "")}


def test_another_agencys_record_is_nobodys_own_words() -> None:
    """The charity holds one record and sees another agency's beside it."""
    records = (record(), record(TWO, agency="hospital"))
    open_ = decided(person(permit(record_id=TWO), records=records), OWN)
    assert told(open_, C.IDENTITY, TWO) == {(Reason.PERMIT, "gra_p")}
    shut = decided(person(records=records), OWN)
    assert told(shut, C.IDENTITY, TWO) == {(Reason.NO_PERMIT, "")}


def test_a_record_that_is_anothers_alone_is_shut_by_nobody_in_particular() -> None:
    local = decided(person(permit(), records=(record(local=True),)))
    assert told(local, C.IDENTITY) == {(Reason.LOCAL_RECORD, "")}
    broken = decided(person(permit(), records=(record(corrupt=True),)))
    assert told(broken, C.IDENTITY) == {(Reason.CORRUPT, "")}


# --- several forbids -------------------------------------------------------------------------------------

STOPS = (
    forbid(grant_id="gra_h", hard=True, categories={"contact"}),
    forbid(grant_id="gra_k", hard=True, categories={"location"}),
    forbid(categories={"identity"}),
    forbid(grant_id="gra_g", categories={"housing"}),
)


@pytest.mark.parametrize("order", list(permutations(STOPS)))
def test_a_lifted_forbid_leaves_the_others_standing_in_whatever_order_they_came(order: Any) -> None:
    held = person(*order, later(supersedes=("gra_g",)))
    assert seen(held) == SHARED - {C.CONTACT, C.LOCATION, C.IDENTITY}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_hard_forbids_stop_what_either_names_of_what_is_sent(order: tuple[int, int]) -> None:
    hard = (
        forbid(hard=True, categories={"identity"}),
        forbid(grant_id="gra_g", hard=True, categories={"location"}),
    )
    asked = request(actor("charity", "navigator"), action="export", recipient="refuge")
    assert seen(person(permit(), *(hard[i] for i in order)), asked) == SHARED - BOTH


def test_two_permits_lift_each_its_own_part_of_a_forbid() -> None:
    held = person(
        forbid(categories={"identity", "contact", "housing"}),
        later(supersedes=("gra_f",), categories={"identity"}),
        later(grant_id="gra_2", supersedes=("gra_f",), categories={"contact"}),
        later(grant_id="gra_3", categories={"housing"}),
    )
    assert seen(held) == {C.EXISTENCE, C.IDENTITY, C.CONTACT}


@pytest.mark.parametrize(("tick", "own"), [(-1, False), (0, True)])
def test_on_the_16th_birthday_ones_own_permit_prevails_from_midnight_on(tick: int, own: bool) -> None:
    birthday = datetime(2026, 6, 14, 23, tzinfo=UTC) + tick * timedelta(microseconds=1)
    held = person(
        permit(given_by=giver(competence="assessed")),
        forbid(given_by=giver("mum", "parental_responsibility")),
        records=(record(born="2010-06-15"),),
    )
    assert seen(held, request(moment=birthday)) == (SHARED if own else frozenset())


def test_the_auditor_is_told_of_a_forbid_from_its_first_instant_and_not_at_its_end() -> None:
    begun = decided(person(permit(), forbid(valid_from=NOW, recorded_at=NOW)))
    assert told(begun, C.IDENTITY) == {(Reason.SOFT_FORBID, "gra_f")}
    over = decided(person(permit(), forbid(valid_until=NOW)))
    assert told(over, C.FINANCE) == {(Reason.NO_CLAUSE, "")}


# --- several clauses -------------------------------------------------------------------------------------


def law(name: str, category: str, **fields: Any) -> Any:
    """A standing clause for sender and recipient, under which the recipient may be sent others' values."""
    given = {
        "clause_id": name,
        "agencies": {"charity", "refuge"},
        "basis": "vital_interests",
        "categories": {category},
        "onward_recipients": {"refuge"},
    }
    return standing(**(given | fields))


PAST = {"stands_against_soft_forbids": True}
PASSED_ON = request(
    actor("charity", "navigator"), action="export", recipient="refuge", receipts=frozenset({"rct"})
)


@pytest.mark.parametrize(
    ("laws", "stops", "passes"),
    [
        pytest.param(
            [law("s1", "identity"), law("s2", "contact")],
            [],
            {C.EXISTENCE, C.IDENTITY, C.CONTACT},
            id="what_either_covers",
        ),
        pytest.param(
            [law("s1", "identity", **PAST), law("s2", "contact", **PAST), law("s3", "housing")],
            [forbid()],
            {C.EXISTENCE, C.IDENTITY, C.CONTACT},
            id="past_a_soft_forbid_what_says_so",
        ),
        pytest.param([law("s3", "housing")], [forbid()], set(), id="what_does_not_say_so_is_not_even_there"),
        pytest.param(
            [law("s1", "identity", **PAST), law("s3", "housing")],
            [forbid(agencies={"charity"})],
            {C.EXISTENCE, C.IDENTITY},
            id="past_a_forbid_that_names_the_sender",
        ),
        pytest.param(
            [law("s3", "housing")], [forbid(agencies={"charity"})], set(), id="a_forbid_that_names_the_sender"
        ),
        pytest.param(
            [law("s1", "identity", **PAST), law("s2", "contact", onward_recipients={"council"})],
            [],
            {C.EXISTENCE, C.IDENTITY},
            id="onward_to_others_only",
        ),
    ],
)
def test_standing_clauses_add_up_when_anothers_values_are_passed_on(
    laws: Any, stops: Any, passes: set[C]
) -> None:
    held = person(*stops, records=(record(agency="hospital", receipts=frozenset({"rct"})),))
    for order in permutations(laws):
        assert seen(held, PASSED_ON, policy(agreement(*order))) == passes


def test_a_clause_that_yields_to_a_forbid_did_not_decide_beside_one_that_does_not() -> None:
    clauses = (standing(), standing(clause_id="s2", basis="vital_interests", **PAST))
    found = decided(person(forbid()), under=policy(agreement(*clauses)))
    assert found.decided_by == ((Reason.STANDING_CLAUSE, "county/1/s2"),)


@pytest.mark.parametrize(
    ("held", "clauses"),
    [
        pytest.param(
            [permit(categories={"identity"}), permit(grant_id="gra_2", categories={"contact"})],
            [clause()],
            id="two_permits",
        ),
        pytest.param(
            [],
            [standing(categories={"identity"}), standing(clause_id="s2", categories={"contact"})],
            id="two_clauses",
        ),
    ],
)
def test_what_stands_anyway_was_not_opened_by_an_emergency(held: Any, clauses: Any) -> None:
    rule = policy(
        agreement(
            *clauses,
            clause(clause_id="c9", categories={"location"}),
            break_glass_roles={"housing_officer"},
            emergency_categories={"identity", "contact", "location"},
        )
    )
    found = decided(person(*held), request(override=URGENT), rule)
    assert told(found, C.LOCATION) == {(Reason.OVERRIDDEN, "")}
    for category in (C.IDENTITY, C.CONTACT):
        assert not {reason for reason, _ in told(found, category)} & {Reason.OVERRIDDEN, Reason.NO_PERMIT}


def test_ones_own_record_is_not_sent_for_want_of_a_permit() -> None:
    """Of a third agency's the sender hears that it may not be passed on; of its own, that nobody permits."""
    asked = request(actor("charity", "navigator"), action="export", recipient="refuge")
    assert (Reason.NO_PERMIT, "") in told(decided(person(), asked), C.IDENTITY)
    third = decided(person(records=(record(agency="hospital"),)), asked)
    assert (Reason.NOT_PASSED_ON, "") in told(third, C.IDENTITY)
