"""Surveys say in general what decisions say in particular."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bnl.consent.survey import matrix, what_may_i_see, who_may_see
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import Action, Purpose, Role
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    NOW,
    TWO,
    actor,
    agreement,
    clause,
    decided,
    forbid,
    permit,
    person,
    policy,
    record,
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


def test_each_purpose_is_asked_for_itself() -> None:
    rule = policy(agreement(standing(purposes={"outreach"}, roles={"housing_officer"}, actions={"view"})))
    assert what_may_i_see(OFFICER, Purpose.ALLOCATION, rule, NOW) == ()
    (mine,) = what_may_i_see(OFFICER, Purpose.OUTREACH, rule, NOW)
    assert (mine.agency_id, mine.role, mine.purpose) == ("council", Role.HOUSING_OFFICER, Purpose.OUTREACH)
    assert matrix(rule, NOW) == (mine,)


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


def test_what_any_record_shows_is_seen() -> None:
    facts = person(permit(record_id=TWO, categories={"contact"}), records=(record(), record(TWO)))
    for records in (facts.records, facts.records[::-1]):
        told = {one.categories for one in who_may_see(replace(facts, records=records), policy(), NOW)}
        assert frozenset({C.EXISTENCE, C.CONTACT}) in told
    own = who_may_see(person(records=(record(), record(TWO, "refuge"))), policy(), NOW)
    assert {one.agency_id for one in own} == {"charity", "refuge"}
