"""Special-category and offence data are reached only where Articles 9 and 10 are satisfied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bnl.consent.conditions import Reach, lacks, reach
from bnl.consent.masks import CATEGORY_BIT, category_mask
from bnl.consent.reasons import Void
from bnl.consent.rules import conditions as rules
from bnl.consent.rules.conditions import (
    CONDITION_RULES,
    NEEDS_CONDITION,
    OFFENCE_CATEGORIES,
    SPECIAL_CATEGORIES,
    condition_covers,
)
from bnl.domain.agreement import Clause
from bnl.domain.vocabulary import AgencyKind, Condition, Purpose
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    actor,
    agreement,
    clause,
    decided,
    giver,
    permit,
    person,
    policy,
    request,
    seen,
    standing,
)

APD = {"policy_document": "apd"}
WHY = {"reason_not_asked": "it would warn him"}


def cited(condition: str, *categories: str, **fields: Any) -> Any:
    return ({"categories": set(categories or {"health"}), "condition": condition} | fields,)


def stands(condition: str, *categories: str, **fields: Any) -> Any:
    named = set(categories or {"health"})
    return policy(agreement(standing(categories=named, citations=cited(condition, *categories, **fields))))


@pytest.mark.parametrize("category", sorted(NEEDS_CONDITION))
def test_without_a_condition_a_clause_is_void_for_a_category_that_needs_one(category: C) -> None:
    rule = policy(agreement(standing(categories={category, "housing"})))
    assert seen(person(), under=rule) == {C.EXISTENCE, C.HOUSING}


@pytest.mark.parametrize("category", sorted(set(C) - NEEDS_CONDITION))
def test_the_other_categories_need_none(category: C) -> None:
    assert seen(person(), under=policy(agreement(standing(categories={category})))) == {C.EXISTENCE, category}


@pytest.mark.parametrize(
    ("condition", "fields", "met"),
    [
        pytest.param("vital_interests", {}, True, id="vital_interests"),
        pytest.param("legal_claims", {}, True, id="legal_claims"),
        pytest.param("sch1_2_health_or_social_care", {}, True, id="health_or_social_care"),
        pytest.param("sch1_1_social_protection", APD, True, id="social_protection"),
        pytest.param("sch1_1_social_protection", {}, False, id="social_protection_no_document"),
        pytest.param("sch1_1_social_protection", {"policy_document": "lost"}, False, id="document_unknown"),
        pytest.param("sch1_6_statutory_purposes", APD, True, id="statutory"),
        pytest.param("sch1_6_statutory_purposes", {}, False, id="statutory_no_document"),
        pytest.param("sch1_8_equality", APD, True, id="equality"),
        pytest.param("sch1_18_safeguarding", APD | WHY, True, id="safeguarding"),
        pytest.param("sch1_18_safeguarding", APD, False, id="safeguarding_no_reason"),
        pytest.param("sch1_18_safeguarding", APD | {"reason_not_asked": " "}, False, id="blank_reason"),
        pytest.param("sch1_18_safeguarding", WHY, False, id="safeguarding_no_document"),
        pytest.param("explicit_consent", {}, False, id="a_standing_permit_cannot_cite_explicit_consent"),
        pytest.param("sch1_4_statistics", {}, False, id="statistics_for_support"),
        pytest.param("sch1_16_support", APD, False, id="support_by_a_council"),
    ],
)
def test_what_each_condition_asks_of_a_standing_clause(
    condition: str, fields: dict[str, Any], met: bool
) -> None:
    assert (C.HEALTH in seen(person(), under=stands(condition, **fields))) is met


def test_support_of_people_with_a_condition_is_for_charities() -> None:
    rule = policy(
        agreement(
            standing(
                agencies={"refuge"},
                basis="legitimate_interests",
                categories={"health"},
                citations=cited("sch1_16_support", **APD),
            )
        )
    )
    assert C.HEALTH in seen(person(), request(actor("refuge", "navigator")), rule)


def test_statistics_is_a_condition_for_statistics() -> None:
    rule = stands("sch1_4_statistics")
    assert C.HEALTH in seen(person(), request(purpose="statistics", action="report"), rule)


@pytest.mark.parametrize(
    ("condition", "category", "covers"),
    [
        (Condition.SCH1_8_EQUALITY, C.EQUALITY, True),
        (Condition.SCH1_8_EQUALITY, C.CRIMINAL_JUSTICE, False),
        (Condition.SCH1_8_EQUALITY, C.SAFEGUARDING, False),
        (Condition.SCH1_16_SUPPORT, C.SUPPORT_NEEDS, True),
        (Condition.SCH1_16_SUPPORT, C.RISK, False),
        (Condition.SCH1_16_SUPPORT, C.CASE_NOTES, False),
        (Condition.VITAL_INTERESTS, C.CASE_NOTES, True),
        (Condition.SCH1_6_STATUTORY_PURPOSES, C.CRIMINAL_JUSTICE, True),
    ],
)
def test_which_categories_a_condition_can_stand_for(condition: Condition, category: C, covers: bool) -> None:
    assert condition_covers(condition, category) is covers
    asked = condition.value
    extra = APD | WHY
    agency, basis = ("refuge", "legitimate_interests") if "16" in asked else ("council", "public_task")
    rule = policy(
        agreement(
            standing(
                agencies={agency},
                basis=basis,
                categories={category},
                citations=cited(asked, category, **extra),
            )
        )
    )
    assert (category in seen(person(), request(actor(agency, "navigator")), rule)) is covers


def test_a_condition_for_offences_alone_covers_no_special_category(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rule is so today; the law knows conditions of either nature."""
    whole = CONDITION_RULES[Condition.LEGAL_CLAIMS]
    for special, offence in ((True, True), (True, False), (False, True), (False, False)):
        rule = replace(whole, special=special, offence=offence)
        monkeypatch.setattr(rules, "CONDITION_RULES", {Condition.LEGAL_CLAIMS: rule})
        assert condition_covers(Condition.LEGAL_CLAIMS, C.HOUSING)
        assert condition_covers(Condition.LEGAL_CLAIMS, C.HEALTH) is special
        assert condition_covers(Condition.LEGAL_CLAIMS, C.CRIMINAL_JUSTICE) is offence


def test_every_condition_has_a_rule_with_its_source() -> None:
    assert set(CONDITION_RULES) == set(Condition)
    assert all("GDPR" in rule.source for rule in CONDITION_RULES.values())
    assert SPECIAL_CATEGORIES | OFFENCE_CATEGORIES == NEEDS_CONDITION
    consents = [name for name, rule in CONDITION_RULES.items() if rule.consent]
    assert consents == [Condition.EXPLICIT_CONSENT]


def test_a_citation_speaks_only_for_the_categories_it_names() -> None:
    rule = policy(
        agreement(standing(categories={"health", "equality"}, citations=cited("legal_claims", "health")))
    )
    assert seen(person(), under=rule) == {C.EXISTENCE, C.HEALTH}


# --- beneath a clause on consent ---------------------------------------------------------------------------

ASKS = policy(agreement(clause(categories={"health", "identity"}, citations=cited("explicit_consent"))))


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        pytest.param({"condition": "explicit_consent"}, True, id="explicit_consent"),
        pytest.param({}, False, id="consent_that_is_not_explicit"),
        pytest.param({"condition": "vital_interests"}, True, id="another_condition_of_its_own"),
        pytest.param({"condition": "sch1_6_statutory_purposes"}, False, id="document_missing"),
        pytest.param({"condition": "sch1_6_statutory_purposes"} | APD, True, id="document"),
        pytest.param({"condition": "sch1_18_safeguarding"} | APD | WHY, True, id="reason_and_document"),
        pytest.param(
            {"condition": "sch1_18_safeguarding", "reason_not_asked": " "} | APD, False, id="a_blank_reason"
        ),
        pytest.param({"condition": "sch1_16_support"} | APD, True, id="support_by_a_charity"),
        pytest.param(
            {"condition": "sch1_16_support", "relying_party": "council"} | APD, False, id="by_council"
        ),
        pytest.param({"condition": "sch1_4_statistics"}, False, id="statistics_for_any_purpose"),
    ],
)
def test_a_clause_may_leave_the_condition_to_the_permit(fields: dict[str, Any], opens: bool) -> None:
    found = seen(person(permit(**fields)), under=ASKS)
    assert (C.HEALTH in found) is opens
    assert C.IDENTITY in found


def test_a_permit_for_statistics_alone_may_bring_that_condition() -> None:
    held = permit(condition="sch1_4_statistics", purposes={"statistics"})
    assert C.HEALTH in seen(person(held), request(purpose="statistics"), ASKS)


def test_a_permit_on_another_basis_brings_a_condition_but_never_explicit_consent() -> None:
    held = permit(
        basis="public_task",
        relying_party="council",
        given_by=giver("gp", "best_interests"),
        condition="vital_interests",
    )
    assert C.HEALTH in seen(person(held), under=ASKS)


def test_a_clause_with_its_own_condition_asks_none_of_the_permit() -> None:
    rule = policy(
        agreement(clause(categories={"health"}, citations=cited("sch1_1_social_protection", **APD)))
    )
    assert seen(person(permit()), under=rule) == {C.EXISTENCE, C.HEALTH}


def test_a_relying_party_nobody_knows_brings_nothing() -> None:
    held = permit(relying_party="nobody", condition="explicit_consent")
    assert not decided(person(held), under=ASKS).exists


# --- what a clause reaches, to the bit ---------------------------------------------------------------------

FAULTY = cited("sch1_16_support")[0]
WHOLE = cited("legal_claims")[0]
EXPLICIT = cited("explicit_consent")[0]
HEALTH, EQUALITY, EXISTS = (CATEGORY_BIT[c] for c in (C.HEALTH, C.EQUALITY, C.EXISTENCE))


@pytest.mark.parametrize(
    ("made", "covered", "brought"),
    [
        pytest.param(standing(categories={"health"}), 0, 0, id="void"),
        pytest.param(standing(categories={"health"}, citations=(WHOLE,)), HEALTH | EXISTS, 0, id="whole"),
        pytest.param(
            standing(categories={"health"}, citations=(FAULTY, WHOLE)), HEALTH | EXISTS, 0, id="the_second"
        ),
        pytest.param(standing(categories={"health"}, citations=(EXPLICIT,)), 0, 0, id="explicit_standing"),
        pytest.param(clause(categories={"health"}, citations=(EXPLICIT,)), 0, HEALTH, id="explicit"),
        pytest.param(
            clause(
                categories={"health", "equality"},
                citations=(EXPLICIT, cited("explicit_consent", "equality")[0]),
            ),
            0,
            HEALTH | EQUALITY,
            id="explicit_twice",
        ),
        pytest.param(
            clause(categories={"health"}, citations=(EXPLICIT, WHOLE)), HEALTH | EXISTS, 0, id="better_whole"
        ),
    ],
)
def test_what_a_clause_reaches(made: Clause, covered: int, brought: int) -> None:
    found = reach(
        made, category_mask(made.categories), AgencyKind.LOCAL_AUTHORITY, frozenset(), Purpose.OUTREACH
    )
    assert found == Reach(covered, brought)


# --- what a lead is told of a clause that is void in part --------------------------------------------------

COUNCIL, CHARITY = AgencyKind.LOCAL_AUTHORITY, AgencyKind.CHARITY


def lacking(
    *citations: Any, kind: AgencyKind = COUNCIL, made: Any = standing, **fields: Any
) -> dict[str, Void]:
    """What a clause lacks under an agreement with one policy document."""
    clause_ = made(**{"categories": {"health"}, "citations": citations} | fields)
    return {category.value: why for category, why in lacks(clause_, kind, frozenset({"apd"})).items()}


def test_a_category_cited_nowhere_lacks_its_condition() -> None:
    assert lacking() == {"health": Void.CONDITION_MISSING}
    assert lacking(cited("legal_claims", "equality")[0]) == {"health": Void.CONDITION_MISSING}


@pytest.mark.parametrize(
    ("citation", "kind", "why"),
    [
        pytest.param(cited("sch1_1_social_protection"), COUNCIL, Void.DOCUMENT_MISSING, id="no_document"),
        pytest.param(cited("sch1_18_safeguarding", **APD), COUNCIL, Void.REASON_MISSING, id="no_reason"),
        pytest.param(
            cited("sch1_16_support", **APD), COUNCIL, Void.CONDITION_NOT_OPEN, id="not_for_councils"
        ),
        pytest.param(cited("sch1_16_support"), CHARITY, Void.DOCUMENT_MISSING, id="a_charity_may_mend_it"),
        pytest.param(cited("explicit_consent"), COUNCIL, Void.CONDITION_NOT_OPEN, id="consent_cannot_stand"),
    ],
)
def test_what_a_citation_lacks_is_told(citation: Any, kind: AgencyKind, why: Void) -> None:
    assert lacking(*citation, kind=kind) == {"health": why}


def test_of_several_citations_the_first_fault_is_told() -> None:
    explicit, undocumented = cited("explicit_consent")[0], cited("sch1_1_social_protection")[0]
    unreasoned = cited("sch1_18_safeguarding", **APD)[0]
    assert lacking(explicit, undocumented, unreasoned) == {"health": Void.DOCUMENT_MISSING}
    assert lacking(unreasoned, undocumented) == {"health": Void.REASON_MISSING}


def test_a_category_that_is_whole_does_not_hide_what_the_next_one_lacks() -> None:
    whole = cited("legal_claims", "equality")[0]
    assert lacking(whole, categories={"equality", "health"}) == {"health": Void.CONDITION_MISSING}
    both = cited("legal_claims", "equality", "health")[0]
    assert lacking(both, categories={"equality", "health", "identity"}) == {}


def test_one_purpose_for_which_a_condition_is_open_is_enough() -> None:
    statistics = cited("sch1_4_statistics")[0]
    assert lacking(statistics, purposes={"outreach"}) == {"health": Void.CONDITION_NOT_OPEN}
    assert lacking(statistics, purposes={"outreach", "statistics"}) == {}
    assert lacking(statistics, purposes="any") == {}


def test_what_the_permit_is_to_bring_is_not_lacking() -> None:
    assert lacking(cited("explicit_consent")[0], made=clause) == {}


def test_a_clause_for_any_category_is_taken_at_its_word() -> None:
    assert lacking(cited("sch1_18_safeguarding")[0], categories="any") == {}
