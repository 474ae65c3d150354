"""Policies: which versions are in force, which bases are open to whom, and what a lens shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bnl.consent.masks import categories_of
from bnl.consent.policy import BLIND, Asked, Policy, compile_policy
from bnl.consent.rules.bases import BASIS_RULES, open_since, stands_for
from bnl.consent.rules.rulebook import RULEBOOK, Retired
from bnl.consent.shapes import Profile
from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, AgencyKind, LawfulBasis, Purpose, Role
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    AGENCIES,
    DAY,
    NOW,
    actor,
    agreement,
    clause,
    decided,
    forbid,
    permit,
    person,
    policy,
    request,
    seen,
    standing,
)

ASKED = Asked(AgencyId("council"), Role.MANAGER, Action.VIEW, Purpose.OUTREACH)
RECOGNISED = datetime(2026, 2, 5, tzinfo=UTC)

PUBLIC = {
    AgencyKind.LOCAL_AUTHORITY,
    AgencyKind.HEALTH,
    AgencyKind.CRIMINAL_JUSTICE,
    AgencyKind.POLICE,
    AgencyKind.EDUCATION,
}
PRIVATE = {AgencyKind.CHARITY, AgencyKind.HOUSING_PROVIDER}
ANYBODY = PUBLIC | PRIVATE | {AgencyKind.OTHER}


@pytest.mark.parametrize(
    ("basis", "kinds"),
    [
        (LawfulBasis.CONSENT, ANYBODY),
        (LawfulBasis.CONTRACT, ANYBODY),
        (LawfulBasis.LEGAL_OBLIGATION, ANYBODY),
        (LawfulBasis.VITAL_INTERESTS, ANYBODY),
        (LawfulBasis.PUBLIC_TASK, PUBLIC),
        (LawfulBasis.LEGITIMATE_INTERESTS, PRIVATE),
        (LawfulBasis.RECOGNISED_LEGITIMATE_INTERESTS, PRIVATE),
        (LawfulBasis.SAFEGUARDING, PUBLIC | PRIVATE),
    ],
)
def test_which_basis_is_open_to_which_kind_of_agency(basis: LawfulBasis, kinds: set[AgencyKind]) -> None:
    assert {kind for kind in AgencyKind if stands_for(basis, kind, NOW)} == kinds
    assert {kind for kind in AgencyKind if open_since(basis, kind)} == kinds


@pytest.mark.parametrize(
    ("moment", "kind", "means"),
    [
        (NOW, AgencyKind.HEALTH, LawfulBasis.PUBLIC_TASK),
        (NOW, AgencyKind.CHARITY, LawfulBasis.RECOGNISED_LEGITIMATE_INTERESTS),
        (RECOGNISED, AgencyKind.CHARITY, LawfulBasis.RECOGNISED_LEGITIMATE_INTERESTS),
        (RECOGNISED - timedelta(microseconds=1), AgencyKind.CHARITY, LawfulBasis.LEGITIMATE_INTERESTS),
        (NOW, AgencyKind.OTHER, None),
        (NOW, AgencyKind.NON_AGENCY, None),
    ],
)
def test_safeguarding_stands_for_the_basis_open_to_the_agency(
    moment: datetime, kind: AgencyKind, means: LawfulBasis | None
) -> None:
    assert stands_for(LawfulBasis.SAFEGUARDING, kind, moment) is means


def test_recognised_legitimate_interests_begin_on_5_february_2026() -> None:
    early = RECOGNISED - timedelta(microseconds=1)
    rule = policy(
        agreement(
            standing(agencies={"refuge"}, basis="recognised_legitimate_interests"), valid_from=early - DAY
        )
    )
    who = actor("refuge", "navigator")
    assert not decided(person(), request(who, moment=early), rule).exists
    assert decided(person(), request(who, moment=RECOGNISED), rule).exists
    held = permit(basis="recognised_legitimate_interests", valid_from=early - DAY)
    older = policy(agreement(clause(), valid_from=early - DAY))
    assert not decided(person(held), request(moment=early), older).exists
    assert decided(person(held), request(moment=RECOGNISED), older).exists


def test_every_line_of_the_table_has_a_source() -> None:
    assert all("GDPR" in rule.source for rule in BASIS_RULES)
    assert {rule.basis for rule in BASIS_RULES} == set(LawfulBasis)


@pytest.mark.parametrize(
    ("agency", "basis"),
    [
        ("council", "legitimate_interests"),
        ("charity", "public_task"),
        ("friend", "consent"),
        ("stranger", "safeguarding"),
    ],
)
def test_a_clause_on_a_basis_not_open_to_the_agency_is_void_for_it(agency: str, basis: str) -> None:
    rule = policy(agreement(standing(agencies={agency}, basis=basis)))
    facts = person(permit())
    who = actor(agency, "navigator")
    assert not decided(facts, request(who, action="link"), rule).exists


def test_any_party_means_parties_only() -> None:
    rule = policy(agreement(clause(), parties={"charity"}))
    assert not decided(person(permit()), under=rule).exists


def test_a_lens_shows_what_the_clauses_reach() -> None:
    rule = policy(
        agreement(
            standing(categories={"housing"}, basis="safeguarding", stands_against_soft_forbids=True),
            clause(categories={"identity"}),
        )
    )
    lens = rule.lens(ASKED, NOW)
    assert lens.standing == lens.exempt
    assert lens.reachable == lens.standing | lens.consented
    assert len(lens.clauses) == 2
    assert rule.lens(ASKED._replace(agency=AgencyId("nobody")), NOW) == BLIND


def test_a_lens_is_the_same_asked_twice_and_after_many_others() -> None:
    rule = policy(agreement(standing()))
    first = rule.lens(ASKED, NOW)
    for role in Role:
        for action in Action:
            for purpose in Purpose:
                for agency in AGENCIES:
                    rule.lens(Asked(agency, role, action, purpose), NOW)
    assert rule.lens(ASKED, NOW) == first
    assert rule.lens(ASKED, NOW) is rule.lens(ASKED, NOW)


def test_agreements_of_any_order_make_the_same_policy() -> None:
    papers = [
        agreement(standing(categories={"housing"}), version=v, valid_from=NOW - (9 - v) * DAY)
        for v in (1, 2, 3)
    ]
    for order in (papers, papers[::-1]):
        assert [a.version for a in policy(*order).in_force(NOW)] == [3]
        assert [a.version for a in policy(*order).in_force(NOW - 7 * DAY)] == [2]
        assert policy(*order).in_force(NOW - 9 * DAY) == ()


def retiring(**values: Any) -> Policy:
    rules = replace(RULEBOOK, retired=Retired(**{name: frozenset(some) for name, some in values.items()}))
    return compile_policy(
        [agreement(clause(), standing(clause_id="s", agencies={"refuge"}))], AGENCIES, rules
    )


@pytest.mark.parametrize(
    ("retired", "permitted", "asked"),
    [
        pytest.param(
            {"purposes": {Purpose.OUTREACH}},
            {"purposes": {"outreach"}},
            {"purpose": "outreach"},
            id="purpose",
        ),
        pytest.param(
            {"actions": {Action.SEARCH}}, {"actions": {"search"}}, {"action": "search"}, id="action"
        ),
        pytest.param({"roles": {Role.NAVIGATOR}}, {"roles": {"navigator"}}, {}, id="role"),
    ],
)
def test_retired_values_bind_in_a_forbid_and_match_nothing_in_a_permit(
    retired: dict[str, Any], permitted: dict[str, Any], asked: dict[str, Any]
) -> None:
    rule = retiring(**retired)
    question = request(actor(role="navigator"), **asked)
    assert decided(person(permit(**permitted)), question).exists
    assert not decided(person(permit(**permitted)), question, rule).exists
    assert not decided(person(permit()), question, rule).exists
    with_another = {
        name: values | {"view", "outreach", "manager", "housing_support"} & _words(name)
        for name, values in permitted.items()
    }
    assert decided(person(permit(**with_another)), request(actor(role="manager")), rule).exists
    forbids = policy(agreement(clause()))
    assert not decided(person(permit(), forbid(**permitted)), question, forbids).exists


def _words(name: str) -> set[str]:
    return {str(value) for value in {"purposes": Purpose, "actions": Action, "roles": Role}[name]}


def test_a_retired_category_is_permitted_no_more() -> None:
    rule = retiring(categories={C.HOUSING})
    assert C.HOUSING not in seen(person(permit()), under=rule)
    assert not decided(person(permit(categories={"housing"})), under=rule).exists


def test_a_word_retired_in_one_dimension_lives_on_in_another() -> None:
    rule = retiring(categories={C.SAFEGUARDING})
    assert decided(person(permit(purposes={"safeguarding"})), request(purpose="safeguarding"), rule).exists


def test_the_rulebook_says_when_it_was_read() -> None:
    assert RULEBOOK.stated_on <= date(2026, 12, 31)
    assert RULEBOOK.internal == {Purpose.LINKAGE, Purpose.STEWARDSHIP, Purpose.STATISTICS}


def test_what_was_worked_out_is_kept_and_not_for_ever() -> None:
    rule = policy()
    profile = Profile(1, "council", "ann", None)
    assert rule.hits(profile) is rule.hits(profile)
    shape = rule.shape(1, None, None, None)
    assert rule.shape(1, None, None, None) is shape
    assert rule.shape(2, None, None, None) is not shape
    for i in range(200):
        rule.hits(profile._replace(user=f"u{i}"))
        assert len(rule._hits) <= 64
    for i in range(4200):
        rule.lens(ASKED._replace(agency=AgencyId(f"a{i}")), NOW)
        assert len(rule._lenses) <= 4096


def test_other_agreements_are_read_by_the_same_rules() -> None:
    rule = retiring(categories={C.HOUSING})
    assert rule.with_agreements([agreement()]).rulebook is rule.rulebook


def test_a_policy_forgets_what_it_knew_when_an_agreement_ends_or_begins() -> None:
    end = NOW + DAY
    rule = policy(
        agreement(standing(), open_ended=False, valid_until=end),
        agreement(standing(categories={"contact"}), agreement_id="later", valid_from=end + DAY),
    )
    seen_at = [
        seen(person(), request(moment=at), rule)
        for at in (end - timedelta(microseconds=1), end, end + DAY - timedelta(microseconds=1), end + DAY)
    ]
    assert [C.HOUSING in one for one in seen_at] == [True, False, False, False]
    assert seen_at[1] == seen_at[2] == frozenset()
    assert seen_at[3] == {C.EXISTENCE, C.CONTACT}


def test_all_clauses_add_up() -> None:
    sensitive = [
        ({"categories": {name}, "condition": "explicit_consent"},) for name in ("health", "equality")
    ]
    paper = agreement(
        clause(categories={"health"}, citations=sensitive[0]),
        clause(clause_id="c2", categories={"equality"}, citations=sensitive[1]),
        standing(categories={"housing"}, basis="safeguarding", stands_against_soft_forbids=True),
        standing(
            clause_id="s2", categories={"contact"}, basis="safeguarding", stands_against_soft_forbids=True
        ),
        standing(clause_id="s3", categories={"location"}),
    )
    lens = policy(paper).lens(ASKED, NOW)
    assert categories_of(lens.to_be_brought) == {C.HEALTH, C.EQUALITY}
    assert categories_of(lens.exempt) == {C.EXISTENCE, C.HOUSING, C.CONTACT}
    assert categories_of(lens.standing) == {C.EXISTENCE, C.HOUSING, C.CONTACT, C.LOCATION}
    assert [(one.name, against) for one, _, against in lens.standing_clauses] == [
        ("county/1/s1", True),
        ("county/1/s2", True),
        ("county/1/s3", False),
    ]


def test_a_retired_category_is_opened_by_no_emergency_and_no_clause() -> None:
    rules = replace(RULEBOOK, retired=Retired(categories=frozenset({C.HOUSING})))
    paper = agreement(
        standing(categories={"housing", "contact"}),
        break_glass_roles={"manager"},
        emergency_categories={"housing", "contact"},
    )
    lens = compile_policy([paper], AGENCIES, rules).lens(ASKED, NOW)
    assert categories_of(lens.emergency) == categories_of(lens.standing) == {C.EXISTENCE, C.CONTACT}
    opened = agreement(
        clause(categories=ANY), break_glass_roles={"manager"}, emergency_categories={"housing"}
    )
    assert compile_policy([opened], AGENCIES, rules).lens(ASKED, NOW).emergency == 0


def test_profiles_are_forgotten_and_worked_out_again() -> None:
    rule = policy()
    facts = person(permit(users={"u7"}))
    for i in range(200):
        assert decided(facts, request(actor(user_id=f"u{i}")), rule).exists is (i == 7)
    assert decided(facts, request(actor(user_id="u7")), rule).exists
