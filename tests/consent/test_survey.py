"""Surveys say in general what decisions say in particular."""

from __future__ import annotations

import pytest

from bnl.consent.survey import compare, matrix, void_parts, what_may_i_see, who_may_see
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import Action, Purpose, Role
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
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
OFFICER = actor()


def test_what_may_i_see_tells_what_stands_and_what_needs_a_permit() -> None:
    view, update = sorted(
        what_may_i_see(OFFICER, Purpose.OUTREACH, policy(PAPER), NOW),
        key=lambda one: one.action,
        reverse=True,
    )
    assert (view.action, update.action) == (Action.VIEW, Action.UPDATE)
    assert view.stands == {C.EXISTENCE, C.HOUSING}
    assert view.with_permit == {C.IDENTITY}
    assert view.with_explicit_consent == {C.HEALTH}
    assert view.emergency == {C.EXISTENCE, C.IDENTITY}
    assert view.clauses == ("county/1/c1", "county/1/c2", "county/1/s1")
    assert (update.with_permit, update.emergency) == (frozenset(), frozenset())


def test_nobody_may_do_what_no_clause_covers() -> None:
    assert what_may_i_see(actor(role="navigator"), Purpose.OUTREACH, policy(PAPER), NOW) == ()
    assert what_may_i_see(actor("nobody"), Purpose.OUTREACH, policy(PAPER), NOW) == ()


def test_the_matrix_holds_what_everybody_would_see() -> None:
    cells = matrix(policy(PAPER), NOW)
    # Consent is open to every agency but a source that is none.
    assert {cell.agency_id for cell in cells} == {
        "council", "district", "charity", "refuge", "hospital", "landlord", "stranger"
    }  # fmt: skip
    assert {cell.role for cell in cells} == {Role.HOUSING_OFFICER}
    mine = [cell for cell in cells if cell.agency_id == "council" and cell.purpose is Purpose.OUTREACH]
    assert mine == list(what_may_i_see(OFFICER, Purpose.OUTREACH, policy(PAPER), NOW))


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
    assert (found.agency_id, found.category, found.why) == ("charity", None, "basis_not_open")
    assert void_parts(policy(agreement(clause(basis="public_task"))), NOW) == ()
    gone = agreement(standing(agencies={"nobody"}), parties={"nobody"})
    assert void_parts(policy(gone), NOW) == ()


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


@pytest.mark.parametrize(
    "held", [(permit(),), (permit(), forbid(agencies={"refuge"})), (), (forbid(hard=True),)]
)
def test_who_may_see_says_what_each_decision_would(held: tuple[object, ...]) -> None:
    facts, rule = person(*held), policy(PAPER)
    told = {(one.agency_id, one.role, one.purpose): one.categories for one in who_may_see(facts, rule, NOW)}
    for agency in ("council", "refuge", "charity"):
        for role in (Role.HOUSING_OFFICER, Role.NAVIGATOR):
            asked = request(actor(agency, role.value), purpose="outreach")
            categories = decided(facts, asked, rule).categories(facts.records[0].record_id)
            assert told.get((AgencyId(agency), role, Purpose.OUTREACH), frozenset()) == categories
