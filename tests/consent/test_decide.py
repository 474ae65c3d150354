"""Named cases of the rules on clauses, wildcards, forbids, lifting, time and withdrawal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import GrantId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    DAY,
    NOW,
    ONE,
    SHARED,
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

# --- default deny and the two kinds of clause ------------------------------------------------------------


def test_without_agreement_or_permit_nobody_exists() -> None:
    assert not decided(person(permit()), under=policy(agreement(clause(agencies={"refuge"})))).exists
    assert not decided(person()).exists


def test_a_clause_on_consent_needs_a_permit_and_gives_what_both_cover() -> None:
    assert seen(person(permit(categories={"identity", "health"}))) == {C.EXISTENCE, C.IDENTITY}


def test_a_permit_on_any_basis_counts_beneath_a_clause_on_consent() -> None:
    held = permit(basis="public_task", relying_party="council", given_by=giver("officer", "agency"))
    assert seen(person(held)) == SHARED


def test_a_clause_on_another_basis_stands_without_a_permit() -> None:
    assert seen(person(), under=policy(agreement(standing(categories={"housing"})))) == {
        C.EXISTENCE,
        C.HOUSING,
    }


def test_dimensions_are_never_mixed_across_clauses() -> None:
    one = standing(clause_id="a", purposes={"allocation"}, categories={"identity"})
    two = standing(clause_id="b", purposes={"housing_support"}, roles={"manager"}, categories={"identity"})
    assert not decided(person(), under=policy(agreement(one, two))).exists


def test_fields_may_lie_in_different_clauses() -> None:
    one = standing(clause_id="a", categories={"identity"})
    two = standing(clause_id="b", categories={"housing"})
    assert seen(person(), under=policy(agreement(one, two))) == {C.EXISTENCE, C.IDENTITY, C.HOUSING}


def test_agreements_in_force_count_together() -> None:
    one = agreement(standing(categories={"identity"}))
    two = agreement(standing(categories={"housing"}), agreement_id="other")
    assert seen(person(), under=policy(one, two)) == {C.EXISTENCE, C.IDENTITY, C.HOUSING}


@pytest.mark.parametrize(
    "dimension",
    [
        pytest.param({"agencies": {"refuge"}}, id="agency"),
        pytest.param({"roles": {"navigator"}}, id="role"),
        pytest.param({"purposes": {"outreach"}}, id="purpose"),
        pytest.param({"actions": {"export"}}, id="action"),
    ],
)
def test_a_clause_covers_in_every_dimension_or_not_at_all(dimension: dict[str, Any]) -> None:
    assert not decided(person(), under=policy(agreement(standing(**dimension)))).exists


# --- rule 1: asymmetric wildcards ------------------------------------------------------------------------

DIMENSIONS = ["agencies", "users", "roles", "actions", "purposes", "categories", "areas"]


@pytest.mark.parametrize("name", DIMENSIONS)
def test_a_dimension_missing_from_a_permit_matches_nothing(name: str) -> None:
    assert not decided(person(permit(**{name: None}))).exists


@pytest.mark.parametrize("name", DIMENSIONS)
def test_a_dimension_missing_from_a_forbid_matches_everything(name: str) -> None:
    held = forbid(
        **{
            "agencies": {"council"},
            "users": {"ann"},
            "roles": {"housing_officer"},
            "actions": {"view"},
            "purposes": {"housing_support"},
            "categories": {"identity"},
            "areas": {"Oxford"},
        }
        | {name: None}
    )
    asked = request(actor(area="Oxford"))
    assert C.IDENTITY not in seen(person(permit(), held), asked)


MISSES = {
    "agencies": {"refuge"},
    "users": {"bob"},
    "roles": {"navigator"},
    "actions": {"export"},
    "purposes": {"outreach"},
    "areas": {"Witney"},
}


@pytest.mark.parametrize("name", MISSES)
def test_a_permit_that_names_others_matches_nothing(name: str) -> None:
    assert not decided(person(permit(**{name: MISSES[name]})), request(actor(area="Oxford"))).exists


@pytest.mark.parametrize("name", MISSES)
def test_a_forbid_that_names_others_binds_nobody_else(name: str) -> None:
    asked = request(actor(area="Oxford"))
    assert seen(person(permit(), forbid(**{name: MISSES[name]})), asked) == SHARED


def test_a_request_without_area_matches_only_permits_for_any_area_and_every_forbid() -> None:
    assert not decided(person(permit(areas={"Oxford"}))).exists
    assert seen(person(permit(areas=ANY))) == SHARED
    assert not decided(person(permit(), forbid(areas={"Oxford"}))).exists


def test_areas_are_compared_without_regard_to_case_and_space() -> None:
    asked = request(actor(area="  OXFORD "))
    assert seen(person(permit(areas={"oxford"})), asked) == SHARED
    assert not decided(person(permit(), forbid(areas={" Oxford"})), asked).exists


# --- rule 2: deny overrides ------------------------------------------------------------------------------


@pytest.mark.parametrize("earlier", [True, False], ids=["forbid_first", "permit_first"])
def test_deny_overrides_whichever_is_newer(earlier: bool) -> None:
    when = NOW - (20 if earlier else 1) * DAY
    held = forbid(recorded_at=when, valid_from=when, categories={"location"})
    assert seen(person(permit(), held)) == SHARED - {C.LOCATION}


@pytest.mark.parametrize("hard", [True, False], ids=["hard", "soft"])
def test_a_forbid_stops_a_standing_clause(hard: bool) -> None:
    held = forbid(hard=hard, categories={"location"})
    assert C.LOCATION not in seen(person(held), under=policy(agreement(standing())))


@pytest.mark.parametrize("basis", ["legal_obligation", "vital_interests", "safeguarding"])
def test_a_clause_that_says_so_stands_against_a_soft_forbid_but_not_a_hard_one(basis: str) -> None:
    rule = policy(agreement(standing(basis=basis, stands_against_soft_forbids=True)))
    silent = policy(agreement(standing(basis=basis)))
    assert seen(person(forbid()), under=rule) == SHARED
    assert not decided(person(forbid()), under=silent).exists
    assert not decided(person(forbid(hard=True)), under=rule).exists


@pytest.mark.parametrize("purpose", ["linkage", "stewardship", "statistics"])
def test_neither_forbid_nor_corruption_reaches_internal_purposes_unless_named(purpose: str) -> None:
    rule, asked = policy(agreement(standing())), request(purpose=purpose)
    broken = CorruptGrant(grant_id=GrantId("x"), record_id=ONE)
    assert seen(person(forbid(hard=True), broken), asked, rule) == SHARED
    assert seen(person(forbid(hard=True, purposes=ANY)), asked, rule) == SHARED
    assert not decided(person(forbid(purposes={purpose})), asked, rule).exists


def test_an_objection_stands_until_the_steward_answers_it() -> None:
    held = forbid(objection=True, categories={"location"})
    rule = policy(agreement(standing()))
    answered = ending(grant_id="gra_f", kind="answered")
    assert C.LOCATION not in seen(person(held), under=rule)
    assert C.LOCATION in seen(person(held, answered), under=rule)
    assert C.LOCATION not in seen(person(forbid(categories={"location"}), answered), under=rule)


# --- rule 3: supersedes ----------------------------------------------------------------------------------


def lifting(**fields: Any) -> Any:
    return permit(**({"grant_id": "gra_l", "supersedes": ("gra_f",), "recorded_at": NOW - DAY} | fields))


@pytest.mark.parametrize(
    ("forbidder", "lifter", "lifts"),
    [
        pytest.param(giver(), giver(), True, id="same_individual"),
        pytest.param(giver("gp", "agency"), giver("gp", "agency"), True, id="same_individual_of_an_agency"),
        pytest.param(giver("mum", "attorney_or_deputy"), giver(), True, id="person_over_attorney"),
        pytest.param(giver("gp", "best_interests"), giver(), True, id="person_over_best_interests"),
        pytest.param(giver(), giver("mum", "attorney_or_deputy"), False, id="attorney_over_person"),
        pytest.param(giver("gp", "agency"), giver(), False, id="person_over_agency"),
        pytest.param(giver("him"), giver("her"), False, id="another_individual"),
    ],
)
def test_who_may_lift_a_soft_forbid(forbidder: Any, lifter: Any, lifts: bool) -> None:
    basis = {} if lifter.capacity.value != "agency" else {"basis": "public_task", "relying_party": "council"}
    facts = person(permit(), forbid(given_by=forbidder), lifting(given_by=lifter, **basis))
    assert decided(facts).exists is lifts


def test_a_hard_forbid_is_never_lifted_by_a_permit() -> None:
    assert not decided(person(permit(), forbid(hard=True), lifting())).exists


def test_lifting_holds_only_for_requests_the_permit_matches_itself() -> None:
    facts = person(permit(), forbid(), lifting(agencies={"council"}, categories={"identity"}))
    assert seen(facts) == {C.EXISTENCE, C.IDENTITY}
    assert not decided(facts, request(actor("refuge", "navigator"))).exists


def test_when_the_lifting_permit_ends_the_forbid_stands_again() -> None:
    facts = person(permit(), forbid(), lifting(valid_until=NOW))
    assert decided(facts, request(moment=NOW - timedelta(microseconds=1))).exists
    assert not decided(facts).exists


def test_an_earlier_permit_lifts_nothing_later() -> None:
    assert not decided(person(forbid(), lifting(recorded_at=NOW - 6 * DAY))).exists


def test_a_permit_parted_from_what_it_named_is_void() -> None:
    facts = person(lifting())
    decision = decided(facts)
    assert not decision.exists
    assert decision.person.void == {GrantId("gra_l"): "named_grant_elsewhere"}


def test_a_permit_lifts_for_its_own_record_only() -> None:
    two = permit(grant_id="gra_2", record_id=TWO)
    facts = person(permit(), two, forbid(), lifting(), records=(record(), record(TWO, "refuge")))
    decision = decided(facts)
    assert decision.categories(ONE) == SHARED
    assert decision.categories(TWO) == frozenset()


def test_two_stewards_lift_a_hard_forbid_and_the_person_alone_does_not() -> None:
    held = forbid(hard=True)
    assert decided(person(permit(), held, ending(grant_id="gra_f", kind="lifted"))).exists
    assert not decided(person(permit(), held, ending(grant_id="gra_f"))).exists


def test_the_steward_corrects_only_a_persons_own_soft_forbid() -> None:
    corrected = ending(grant_id="gra_f", kind="corrected")
    mums = forbid(given_by=giver("mum", "attorney_or_deputy"))
    assert decided(person(permit(), forbid(), corrected)).exists
    assert not decided(person(permit(), mums, corrected)).exists


# --- rule 4: time ----------------------------------------------------------------------------------------

TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        pytest.param(NOW - DAY - TICK, False, id="before"),
        pytest.param(NOW - DAY, True, id="first_instant"),
        pytest.param(NOW + DAY - TICK, True, id="last_instant"),
        pytest.param(NOW + DAY, False, id="end"),
    ],
)
def test_time_is_half_open(moment: Any, holds: bool) -> None:
    held = permit(valid_from=NOW - DAY, valid_until=NOW + DAY)
    assert decided(person(held), request(moment=moment)).exists is holds
    bar = forbid(valid_from=NOW - DAY, valid_until=NOW + DAY)
    assert decided(person(permit(), bar), request(moment=moment)).exists is not holds


def test_a_forbid_without_an_end_lasts() -> None:
    assert not decided(person(permit(), forbid()), request(moment=NOW + 20_000 * DAY)).exists


@pytest.mark.parametrize(
    ("moment", "holds"),
    [(NOW - TICK, False), (NOW, True), (NOW + 2 * DAY - TICK, True), (NOW + 2 * DAY, False)],
)
def test_an_agreement_is_in_force_from_its_start_until_its_end(moment: Any, holds: bool) -> None:
    paper = agreement(standing(), valid_from=NOW, valid_until=NOW + 2 * DAY, open_ended=False)
    assert decided(person(), request(moment=moment), policy(paper)).exists is holds


def test_the_next_version_of_an_agreement_takes_over_from_its_own_first_instant() -> None:
    old = agreement(standing(categories={"identity"}))
    new = agreement(standing(categories={"housing"}), version=2, valid_from=NOW)
    rule = policy(new, old)
    assert seen(person(), request(moment=NOW - TICK), rule) == {C.EXISTENCE, C.IDENTITY}
    assert seen(person(), request(moment=NOW), rule) == {C.EXISTENCE, C.HOUSING}


def test_a_version_that_ended_does_not_bring_the_one_before_back() -> None:
    old = agreement(standing())
    new = agreement(standing(), version=2, valid_from=NOW - DAY, valid_until=NOW, open_ended=False)
    assert not decided(person(), under=policy(old, new)).exists


# --- rule 5: withdrawal ----------------------------------------------------------------------------------


def test_a_withdrawal_counts_from_the_instant_it_was_said() -> None:
    facts = person(permit(), ending(said_at=NOW - 3 * DAY))
    assert decided(facts, request(moment=NOW - 3 * DAY - TICK)).exists
    assert not decided(facts, request(moment=NOW - 3 * DAY)).exists


def test_a_withdrawal_leaves_other_bases_standing() -> None:
    rule = policy(agreement(clause(), standing(categories={"housing"})))
    assert seen(person(permit(), ending()), under=rule) == {C.EXISTENCE, C.HOUSING}
