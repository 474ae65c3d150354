"""Named cases of the rules on provenance, own words, existence, collecting, givers and corruption."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bnl.consent.decide import decide_collect
from bnl.consent.reasons import Reason
from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import GrantId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    DAY,
    NOW,
    ONE,
    SHARED,
    THREE,
    TWO,
    actor,
    agreement,
    clause,
    decided,
    ending,
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

# --- rule 6: merge by provenance -------------------------------------------------------------------------


def test_a_value_is_visible_only_under_grants_that_cover_its_own_record() -> None:
    decision = decided(person(permit(), records=(record(), record(TWO, "refuge"))))
    assert decision.categories(ONE) == SHARED
    assert decision.categories(TWO) == frozenset()
    assert decision.records == (ONE,)


def test_a_forbid_binds_every_linked_record() -> None:
    two = permit(grant_id="gra_2", record_id=TWO)
    bar = forbid(record_id=THREE, categories={"location"})
    facts = person(permit(), two, bar, records=(record(), record(TWO, "refuge"), record(THREE, "hospital")))
    decision = decided(facts)
    assert decision.categories(ONE) == decision.categories(TWO) == SHARED - {C.LOCATION}
    assert decision.categories(THREE) == frozenset()


# --- rule 7: own words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["view", "search"])
def test_an_agency_reads_back_its_own_record_without_clause_or_permit(action: str) -> None:
    asked = request(actor("charity", "navigator"), action=action)
    decision = decided(person(forbid(hard=True), records=(record(), record(TWO))), asked, policy())
    assert decision.categories(ONE) == frozenset(C)
    assert decision.reads_back(ONE)
    assert not decided(person(forbid(hard=True)), request()).reads_back(ONE)


@pytest.mark.parametrize("action", ["update", "link", "report", "collect"])
def test_reading_back_is_reading_and_nothing_else(action: str) -> None:
    asked = request(actor("charity", "navigator"), action=action)
    assert not decided(person(forbid()), asked, policy()).exists


@pytest.mark.parametrize(
    ("named", "linked", "sees"),
    [
        pytest.param({"agencies": {"charity"}}, None, False, id="agency_never_linked"),
        pytest.param({"users": {"ann"}}, None, False, id="user_never_linked"),
        pytest.param({"agencies": {"charity"}}, NOW - 4 * DAY, False, id="before_link"),
        pytest.param({"agencies": {"charity"}}, NOW - 5 * DAY, True, id="at_link"),
        pytest.param({"agencies": {"charity"}}, NOW - 6 * DAY, True, id="after_link"),
        pytest.param({"agencies": {"refuge"}}, None, True, id="another_agency"),
        pytest.param({"agencies": ANY}, None, True, id="any_is_no_name"),
        pytest.param({}, None, True, id="unsaid_is_no_name"),
        pytest.param({"agencies": {"charity"}, "purposes": {"outreach"}}, None, True, id="other_purpose"),
    ],
)
def test_only_a_forbid_that_named_the_agency_before_any_link_stops_its_own_words(
    named: dict[str, Any], linked: Any, sees: bool
) -> None:
    asked = request(actor("charity", "navigator"))
    facts = person(forbid(**named), records=(record(first_linked=linked),))
    assert decided(facts, asked).exists is sees


def test_a_forbid_on_a_linked_record_never_stops_own_words() -> None:
    facts = person(forbid(record_id=TWO, agencies={"charity"}), records=(record(), record(TWO, "refuge")))
    assert decided(facts, request(actor("charity", "navigator"))).categories(ONE) == frozenset(C)


def test_a_named_forbid_takes_only_its_categories_from_own_words() -> None:
    facts = person(forbid(agencies={"charity"}, categories={"location"}))
    assert seen(facts, request(actor("charity", "navigator"))) == frozenset(C) - {C.LOCATION}


# --- rule 9: existence -----------------------------------------------------------------------------------


def test_a_permit_for_any_category_includes_existence() -> None:
    assert seen(person(permit(categories={"location"}))) == {C.EXISTENCE, C.LOCATION}


def test_a_forbid_on_existence_denies_everything() -> None:
    assert not decided(person(permit(), forbid(categories={"existence"}))).exists


def test_a_clause_void_for_all_it_names_says_nothing_of_existence() -> None:
    rule = policy(agreement(standing(categories={"health"})))
    assert not decided(person(), under=rule).exists
    named = policy(agreement(standing(categories={"health", "existence"})))
    assert seen(person(), under=named) == {C.EXISTENCE}


def test_a_requester_is_told_nothing_of_somebody_hidden() -> None:
    decision = decided(person(forbid(hard=True)))
    assert decision.reasons() == (Reason.NOT_FOUND,)
    assert decision.withheld == frozenset()
    assert decision.obligations == ()
    assert decision.records == ()


# --- rule 11: collecting ---------------------------------------------------------------------------------


def test_collecting_looks_only_at_what_the_submission_carries() -> None:
    asked = request(actor("charity", "navigator"), action="collect")
    rule = policy(agreement(clause(actions={"collect"})))
    assert decide_collect(asked, record(), (permit(),), rule).exists
    assert not decide_collect(asked, record(), (), rule).exists
    assert not decide_collect(asked, record(), (permit(), forbid()), rule).exists
    assert not decide_collect(asked, record(), (permit(),), rule, (ending(),)).exists


def test_a_clause_not_on_consent_needs_no_permit_to_collect() -> None:
    asked = request(action="collect")
    assert decide_collect(asked, record(agency="council"), (), policy(agreement(standing()))).exists


# --- rule 12: who gave it --------------------------------------------------------------------------------

YOUNG = record(born="2011-06-15")


@pytest.mark.parametrize(
    ("moment", "competence", "holds"),
    [
        pytest.param(NOW, None, False, id="under_16_without_assessment"),
        pytest.param(NOW, "form 7", True, id="under_16_assessed"),
        pytest.param(NOW.replace(year=2027, day=14, hour=22, minute=59), None, False, id="just_before"),
        pytest.param(NOW.replace(year=2027, day=14, hour=23, minute=0), None, True, id="birthday_in_london"),
    ],
)
def test_under_16_an_own_permit_needs_an_assessment(moment: Any, competence: str | None, holds: bool) -> None:
    held = permit(given_by=giver(competence=competence))
    assert decided(person(held, records=(YOUNG,)), request(moment=moment)).exists is holds


def test_where_records_differ_on_birth_the_least_permitting_reading_counts() -> None:
    two = record(TWO, "refuge", born="2011-01-01")
    assert not decided(person(permit(), records=(record(born="1990-01-01"), two))).exists
    mums = permit(given_by=giver("mum", "parental_responsibility"))
    assert not decided(person(mums, records=(record(born="2012-01-01"), record(TWO, born="1990")))).exists


def test_what_a_parent_gave_ends_at_18() -> None:
    held = permit(given_by=giver("mum", "parental_responsibility"))
    child = record(born="2008-06-16")
    assert decided(person(held, records=(child,))).exists
    assert not decided(person(held, records=(child,)), request(moment=NOW + DAY)).exists


def test_a_parents_permit_without_a_birth_date_is_void() -> None:
    held = permit(given_by=giver("mum", "parental_responsibility"))
    assert not decided(person(held)).exists


def test_born_on_29_february_a_person_is_18_on_1_march() -> None:
    held = permit(given_by=giver("mum", "parental_responsibility"), valid_from=NOW - 2000 * DAY)
    child = record(born="2008-02-29")
    before, after = NOW.replace(month=2, day=28), NOW.replace(month=3, day=1)
    rule = policy(agreement(clause(), valid_from=NOW - 3000 * DAY))
    assert decided(person(held, records=(child,)), request(moment=before), rule).exists
    assert not decided(person(held, records=(child,)), request(moment=after), rule).exists


@pytest.mark.parametrize(
    ("hard", "exists"),
    [pytest.param(False, True, id="soft_ends"), pytest.param(True, False, id="hard_stays")],
)
def test_a_parents_forbid_at_18(hard: bool, exists: bool) -> None:
    held = forbid(hard=hard, given_by=giver("mum", "parental_responsibility"))
    assert decided(person(permit(), held, records=(record(born="2008-06-15"),))).exists is exists


@pytest.mark.parametrize(
    ("born", "prevails"),
    [("2010-06-15", True), ("2010-06-16", False), ("2009-01-01", True), (None, False)],
    ids=["sixteen_today", "fifteen", "seventeen", "unknown"],
)
def test_at_16_and_17_the_young_persons_own_permit_prevails_over_a_parents_soft_forbid(
    born: str | None, prevails: bool
) -> None:
    own = permit(given_by=giver(competence="form"))
    mums = forbid(given_by=giver("mum", "parental_responsibility"))
    assert decided(person(own, mums, records=(record(born=born),))).exists is prevails


def test_at_16_the_young_persons_own_forbid_prevails_over_a_parents_permit() -> None:
    mums = permit(given_by=giver("mum", "parental_responsibility"))
    assert not decided(person(mums, forbid(), records=(record(born="2010-01-01"),))).exists


@pytest.mark.parametrize(
    ("basis", "exists"),
    [pytest.param("consent", False, id="lapses"), pytest.param("vital_interests", True, id="stays")],
)
def test_at_death_consent_permits_lapse(basis: str, exists: bool) -> None:
    held = permit(basis=basis)
    assert decided(person(held, records=(record(died=date(2026, 6, 15)),))).exists is exists
    assert decided(person(held, records=(record(died=date(2026, 6, 16)),))).exists


def test_death_on_a_linked_record_counts_and_forbids_stay() -> None:
    two = record(TWO, "refuge", died=date(2026, 6, 1))
    assert not decided(person(permit(), records=(record(), two))).exists
    rule = policy(agreement(standing()))
    assert not decided(person(forbid(), records=(record(died=date(2026, 6, 1)),)), under=rule).exists


def test_an_own_permit_is_void_while_the_person_lacks_capacity() -> None:
    facts = person(permit(), records=(record(lacks_capacity=((NOW - DAY, NOW + DAY),)),))
    assert decided(facts, request(moment=NOW - 2 * DAY)).exists
    assert not decided(facts).exists
    assert decided(facts, request(moment=NOW + DAY)).exists
    for_good = person(permit(), records=(record(), record(TWO, lacks_capacity=((NOW, None),))))
    assert not decided(for_good, request(moment=NOW + 900 * DAY)).exists


# --- rule 13: corrupt and void ---------------------------------------------------------------------------

BROKEN = CorruptGrant(grant_id=GrantId("gra_x"), record_id=TWO)


def test_anything_corrupt_denies_the_whole_person_break_glass_included() -> None:
    rule = policy(
        agreement(standing(), break_glass_roles={"housing_officer"}, emergency_categories={"identity"})
    )
    urgent = request(override={"reason": "fire", "basis": "vital_interests"})
    two = (record(), record(TWO, "refuge"))
    assert not decided(person(BROKEN, records=two), urgent, rule).exists
    assert not decided(person(records=(record(corrupt=True),)), urgent, rule).exists


def test_corruption_elsewhere_leaves_an_agencys_own_words() -> None:
    asked = request(actor("charity", "navigator"))
    two = (record(), record(TWO, "refuge"))
    assert decided(person(BROKEN, records=two), asked).categories(ONE) == frozenset(C)
    here = CorruptGrant(grant_id=GrantId("gra_x"), record_id=ONE)
    assert not decided(person(here, records=two), asked).exists
    assert not decided(person(records=(record(corrupt=True),)), asked).exists


def test_a_grant_on_a_stranger_record_is_corrupt() -> None:
    assert not decided(person(permit(), permit(grant_id="gra_2", record_id=THREE))).exists


def test_two_statements_under_one_id_and_version_are_corrupt() -> None:
    assert not decided(person(permit(), permit(categories={"identity"}))).exists
    assert decided(person(permit(), permit())).exists


def test_the_last_version_of_a_grant_counts_in_any_order() -> None:
    new = permit(version=2, categories={"identity"}, repaired_by=("s1",))
    assert seen(person(permit(), new)) == seen(person(new, permit())) == {C.EXISTENCE, C.IDENTITY}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"relying_party": "nobody"}, "relying_party_unknown", id="relying_party"),
        pytest.param(
            {"basis": "legitimate_interests", "relying_party": "council"}, "basis_not_open", id="li"
        ),
        pytest.param({"basis": "public_task", "relying_party": "charity"}, "basis_not_open", id="task"),
    ],
)
def test_a_void_permit_has_no_force(fields: dict[str, Any], why: str) -> None:
    decision = decided(person(permit(**fields)))
    assert not decision.exists
    assert list(decision.person.void.values()) == [why]


def test_a_forbid_binds_whatever_its_basis_and_giver() -> None:
    held = forbid(basis="legitimate_interests", relying_party="nobody", given_by=giver("x", "agency"))
    assert not decided(person(permit(), held, records=(record(born="2020"),))).exists
