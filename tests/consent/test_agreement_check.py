"""Checking agreements: void parts are told with their reason, differences with who gains and loses."""

from __future__ import annotations

import pytest

from bnl.consent.agreement_check import Change, VoidPart, compare, void_parts
from bnl.consent.policy import compile_policy
from bnl.consent.reasons import Void
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import Action, Purpose, Role
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    AGENCIES,
    NOW,
    agreement,
    clause,
    policy,
    standing,
)

EXPLICIT = ({"categories": {"health"}, "condition": "explicit_consent"},)
PAPER = agreement(
    clause(roles={"housing_officer"}, actions={"view"}, categories={"identity", "housing"}),
    clause(
        clause_id="c2", roles={"housing_officer"}, actions={"view"}, categories={"health"}, citations=EXPLICIT
    ),
    standing(roles={"housing_officer"}, actions={"view", "update"}, categories={"housing"}),
    break_glass_roles={"housing_officer"},
    emergency_categories={"identity"},
)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({}, "condition_missing", id="no_condition"),
        pytest.param({"condition": "sch1_1_social_protection"}, "document_missing", id="no_document"),
        pytest.param(
            {"condition": "sch1_18_safeguarding", "policy_document": "apd"}, "reason_missing", id="reason"
        ),
        pytest.param(
            {"condition": "sch1_16_support", "policy_document": "apd"}, "condition_not_open", id="kind"
        ),
        pytest.param({"condition": "sch1_4_statistics"}, "condition_not_open", id="purpose"),
        pytest.param(
            {"condition": "explicit_consent"}, "condition_not_open", id="explicit_consent_on_public_task"
        ),
        pytest.param({"condition": "legal_claims"}, None, id="whole"),
    ],
)
def test_what_a_clause_names_without_effect_is_told(fields: dict[str, str], why: str | None) -> None:
    citations = ({"categories": {"health"}} | fields,) if fields else ()
    paper = agreement(standing(categories={"health", "housing"}, purposes={"outreach"}, citations=citations))
    found = void_parts(policy(paper), NOW)
    assert [(one.clause, one.agency_id, one.category, one.why) for one in found] == (
        [] if why is None else [("county/1/s1", "council", C.HEALTH, why)]
    )


def test_a_clause_on_a_basis_not_open_is_told_whole() -> None:
    paper = agreement(standing(agencies={"council", "charity"}, categories={"housing"}))
    (found,) = void_parts(policy(paper), NOW)
    assert found == VoidPart("county/1/s1", AgencyId("charity"), None, Void.BASIS_NOT_OPEN)
    assert void_parts(policy(agreement(clause(basis="public_task"))), NOW) == ()
    gone = agreement(standing(agencies={"nobody"}), parties={"nobody"})
    assert void_parts(policy(gone), NOW) == ()


def test_every_agency_is_looked_at_whatever_is_wrong_with_those_before_it() -> None:
    named = {"a-stranger", "charity", "hospital", "refuge"}
    voids = standing(agencies=named, categories={"housing", "health"}, purposes={"outreach"})
    paper = agreement(voids, clause(basis="public_task"), parties=frozenset(AGENCIES) | named)
    assert [(one.agency_id, one.category, one.why) for one in void_parts(policy(paper), NOW)] == [
        ("charity", None, "basis_not_open"),
        ("hospital", C.HEALTH, "condition_missing"),
        ("refuge", None, "basis_not_open"),
    ]


def test_a_clause_for_any_agency_is_not_looked_into_though_agencies_bear_its_letters() -> None:
    letters = {AgencyId(name): AGENCIES[AgencyId("charity")] for name in "any"}
    paper = agreement(clause(basis="public_task"), parties=frozenset("any"))
    assert void_parts(compile_policy([paper], letters), NOW) == ()


def test_who_had_nothing_gains_all_and_who_keeps_nothing_loses_all() -> None:
    named = {"roles": {"manager"}, "purposes": {"outreach"}, "actions": {"view"}, "categories": {"housing"}}
    council, hospital = standing(**named), standing(agencies={"hospital"}, **named)
    what = ("existence", "housing")
    assert compare([agreement(council)], [agreement(hospital)], policy(), NOW) == (
        Change(AgencyId("council"), Role.MANAGER, Purpose.OUTREACH, Action.VIEW, (), what),
        Change(AgencyId("hospital"), Role.MANAGER, Purpose.OUTREACH, Action.VIEW, what, ()),
    )


def test_every_kind_of_reach_is_told_apart() -> None:
    only = {"roles": {"housing_officer"}, "purposes": {"outreach"}, "actions": {"view"}}
    paper = agreement(
        clause(agencies={"council"}, categories={"identity"}, **only),
        clause(clause_id="c2", agencies={"council"}, categories={"health"}, citations=EXPLICIT, **only),
        standing(categories={"housing"}, **only),
        break_glass_roles={"housing_officer"},
        emergency_categories={"identity"},
    )
    (change,) = compare([], [paper], policy(), NOW)
    assert change.gained == (
        "existence",
        "existence: in an emergency",
        "health: with explicit consent",
        "housing",
        "identity: in an emergency",
        "identity: with a permit",
    )
    assert change.lost == ()


def test_comparing_an_agreement_with_itself_finds_nothing() -> None:
    assert compare([PAPER], [PAPER], policy(), NOW) == ()


def test_comparing_two_versions_tells_who_gains_and_loses_what() -> None:
    after = agreement(
        standing(agencies={"council"}, roles={"manager"}, purposes={"outreach"}, actions={"view"})
    )
    before = agreement(
        standing(
            agencies={"council"},
            roles={"manager"},
            purposes={"outreach"},
            actions={"view"},
            categories={"existence", "housing", "finance"},
        )
    )
    (change,) = compare([before], [after], policy(), NOW)
    assert (change.agency_id, change.role, change.purpose, change.action) == (
        "council",
        Role.MANAGER,
        Purpose.OUTREACH,
        Action.VIEW,
    )
    assert change.lost == ("finance",)
    assert "location" in change.gained
    (back,) = compare([after], [before], policy(), NOW)
    assert (back.gained, back.lost) == (change.lost, change.gained)


def test_a_clause_that_asks_for_a_permit_instead_is_a_loss_and_a_gain() -> None:
    strict = agreement(clause(agencies={"council"}, categories={"housing"}, purposes={"outreach"}))
    loose = agreement(standing(categories={"housing"}, purposes={"outreach"}))
    changes = compare([loose], [strict], policy(), NOW)
    assert {change.lost for change in changes} == {("existence", "housing")}
    assert {change.gained for change in changes} == {("existence: with a permit", "housing: with a permit")}
