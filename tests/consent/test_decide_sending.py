"""Named cases of the rules on break glass, sending, duty to refer and local records; and the guard."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.consent.decide import ask, decide, decide_many, require, visible
from bnl.consent.facts import PersonFacts
from bnl.consent.masks import EVERYTHING
from bnl.consent.reasons import Reason, View
from bnl.consent.trail import Finding
from bnl.domain.identifiers import AgencyId, RecordId
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, Purpose
from bnl.domain.vocabulary import FieldCategory as C
from bnl.errors import Denied
from tests.consent.build import (
    BOTH,
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
    permit,
    person,
    policy,
    record,
    request,
    seen,
    standing,
)

# --- rule 15: break glass --------------------------------------------------------------------------------


def glass(**fields: Any) -> Any:
    given = {"break_glass_roles": {"housing_officer"}, "emergency_categories": {"identity", "location"}}
    return policy(agreement(clause(), **(given | fields)))


URGENT = {"reason": "collapsed in the street", "basis": "vital_interests"}


@pytest.mark.parametrize(
    ("asked", "rule", "opens"),
    [
        pytest.param(
            {"override": URGENT}, glass(), BOTH | {C.EXISTENCE}, id="opens_emergency_fields_in_a_clause"
        ),
        pytest.param({"override": URGENT, "action": "search"}, glass(), BOTH | {C.EXISTENCE}, id="search"),
        pytest.param({"override": URGENT, "action": "update"}, glass(), frozenset(), id="not_update"),
        pytest.param({"override": URGENT, "action": "report"}, glass(), frozenset(), id="not_report"),
        pytest.param({}, glass(), frozenset(), id="not_without_override"),
        pytest.param(
            {"override": URGENT}, glass(break_glass_roles={"manager"}), frozenset(), id="role_may_not"
        ),
        pytest.param(
            {"override": URGENT},
            glass(emergency_categories={"finance"}),
            frozenset({C.EXISTENCE}),
            id="no_clause",
        ),
    ],
)
def test_break_glass(asked: dict[str, Any], rule: Any, opens: frozenset[C]) -> None:
    decision = decided(person(forbid()), request(**asked), rule)
    assert decision.categories(ONE) == opens
    assert decision.overridden is ("override" in asked)


def test_break_glass_stops_at_a_hard_forbid() -> None:
    held = forbid(hard=True, categories={"location"})
    assert seen(person(held), request(override=URGENT), glass()) == {C.EXISTENCE, C.IDENTITY}


def test_break_glass_on_a_basis_not_open_to_the_agency_opens_nothing() -> None:
    safe = {"reason": "at risk", "basis": "safeguarding"}
    asked = request(actor("stranger", "housing_officer"), override=safe)
    assert not decided(person(), asked, glass()).exists


def test_break_glass_opens_what_a_condition_would_have_kept() -> None:
    paper = agreement(
        clause(
            categories={"health"}, citations=({"categories": {"health"}, "condition": "explicit_consent"},)
        ),
        break_glass_roles={"housing_officer"},
        emergency_categories={"health"},
    )
    assert seen(person(), request(override=URGENT), policy(paper)) == {C.EXISTENCE, C.HEALTH}


# --- rule 16: export and referral ------------------------------------------------------------------------


def sent(to: str = "refuge", **fields: Any) -> Any:
    who = actor("charity", "navigator")
    return request(who, **({"action": "export", "recipient": to} | fields))


def test_sending_is_decided_for_the_sender_and_for_the_recipients_view() -> None:
    assert seen(person(permit()), sent()) == SHARED
    assert not decided(person(permit(actions={"export"})), sent()).exists
    assert not decided(person(permit(actions={"view"})), sent()).exists
    assert seen(person(permit(actions={"export", "view"})), sent()) == SHARED
    assert not decided(person(permit(agencies={"charity"})), sent()).exists


@pytest.mark.parametrize("name", ["roles", "users"])
def test_the_recipients_view_has_no_user_and_no_role(name: str) -> None:
    values = {"roles": {"navigator"}, "users": {"ann"}}[name]
    assert not decided(person(permit(**{name: values})), sent()).exists
    stops = forbid(**{name: {"roles": {"steward"}, "users": {"bob"}}[name]})
    assert not decided(person(permit(), stops), sent()).exists


def test_a_clause_for_named_roles_does_not_receive() -> None:
    rule = policy(agreement(clause(roles={"navigator"})))
    assert not decided(person(permit()), sent(), rule).exists


def test_own_words_are_not_sent_without_clause_and_permit() -> None:
    assert not decided(person(), sent()).exists


@pytest.mark.parametrize(
    ("receipts", "onward", "passes"),
    [
        pytest.param({"rct"}, {"refuge"}, True, id="receipt_and_named"),
        pytest.param({"rct"}, ANY, True, id="receipt_and_any"),
        pytest.param({"rct"}, {"hospital"}, False, id="another_named"),
        pytest.param({"rct"}, None, False, id="none_named"),
        pytest.param({"other"}, {"refuge"}, False, id="another_receipt"),
        pytest.param(set(), {"refuge"}, False, id="no_receipt"),
    ],
)
@pytest.mark.parametrize("action", ["export", "refer"])
def test_passing_on_needs_the_receipt_and_the_recipient_among_onward(
    action: str, receipts: set[str], onward: Any, passes: bool
) -> None:
    held = permit(onward_recipients=onward)
    facts = person(held, records=(record(agency="hospital", receipts=frozenset({"rct"})),))
    assert decided(facts, sent(action=action, receipts=receipts)).exists is passes


def test_sending_an_agency_its_own_words_is_not_passing_on() -> None:
    facts = person(permit(), records=(record(agency="refuge"),))
    assert decided(facts, sent()).exists


@pytest.mark.parametrize(("onward", "passes"), [(None, False), ({"refuge"}, True), ({"council"}, False)])
def test_a_standing_clause_passes_on_only_to_those_it_names(onward: Any, passes: bool) -> None:
    law = standing(agencies=ANY, basis="legal_obligation", onward_recipients=onward)
    facts = person(records=(record(agency="hospital", receipts=frozenset({"rct"})),))
    asked = sent(receipts={"rct"})
    assert decided(facts, asked, policy(agreement(law))).exists is passes
    assert not decided(facts, sent(), policy(agreement(law))).exists


# --- rule 17: duty to refer ------------------------------------------------------------------------------


def referral(to: str = "council", **fields: Any) -> Any:
    who = actor("hospital", "discharge_coordinator")
    return request(who, **({"action": "refer", "recipient": to, "purpose": "duty_to_refer"} | fields))


def agreed(authority: str = "council", **fields: Any) -> Any:
    conditions = {"to_refer": True, "contact_details": True, "authority": authority}
    return permit(referral=conditions, agencies={"hospital"}, **fields)


def patient(*held: Any) -> PersonFacts:
    return person(*held, records=(record(agency="hospital"),))


DUTY = policy(agreement(clause(), standing(agencies=ANY, basis="legal_obligation")))


def test_a_duty_to_refer_rests_on_its_three_conditions_for_both_sides() -> None:
    assert seen(patient(agreed()), referral(), DUTY) == SHARED
    assert not decided(patient(agreed("district")), referral(), DUTY).exists
    assert not decided(patient(permit()), referral(), DUTY).exists
    assert not decided(patient(), referral(), DUTY).exists


def test_a_duty_to_refer_keeps_to_the_categories_and_the_time_of_the_permit() -> None:
    assert seen(patient(agreed(categories={"contact"})), referral(), DUTY) == {C.EXISTENCE, C.CONTACT}
    assert not decided(patient(agreed(categories=None)), referral(), DUTY).exists
    assert not decided(patient(agreed(), ending()), referral(), DUTY).exists


def test_a_duty_to_refer_is_stopped_by_a_forbid_and_needs_a_clause() -> None:
    assert not decided(patient(agreed(), forbid()), referral(), DUTY).exists
    assert not decided(patient(agreed()), referral(), policy(agreement(clause(actions={"view"})))).exists


def test_a_safeguarding_referral_asks_no_consent() -> None:
    assert seen(patient(), referral(purpose="safeguarding"), DUTY) == SHARED


@pytest.mark.parametrize("to", ["landlord", "refuge"])
def test_any_other_referral_is_an_ordinary_one(to: str) -> None:
    assert seen(patient(permit()), referral(to), policy()) == SHARED
    assert not decided(patient(agreed(to)), referral(to), policy()).exists


def test_a_body_not_named_in_the_regulations_refers_ordinarily() -> None:
    asked = sent("council", action="refer", purpose="duty_to_refer")
    assert seen(person(permit()), asked) == SHARED


# --- rule 18: local records ------------------------------------------------------------------------------


def test_a_local_record_exists_for_its_own_agency_only() -> None:
    facts = person(permit(), records=(record(local=True),))
    assert not decided(facts).exists
    assert not decided(facts, sent("council")).exists
    assert seen(facts, request(actor("charity", "navigator"))) == frozenset(C)


def test_a_local_record_hides_itself_and_not_the_others() -> None:
    two = permit(grant_id="gra_2", record_id=TWO)
    decision = decided(person(permit(), two, records=(record(local=True), record(TWO, "refuge"))))
    assert decision.records == (TWO,)


# --- unknown values, many people, the guard --------------------------------------------------------------


def test_a_request_with_an_unknown_field_or_agency_is_denied_whole() -> None:
    facts = person(permit())
    for asked in (
        request(fields={"given_names", "shoe_size"}),
        request(actor("nobody", "navigator")),
        sent("nobody"),
    ):
        decision = decided(facts, asked)
        assert not decision.exists
        assert decision.reasons() == decision.reasons(View.AUDITOR) == (Reason.UNKNOWN_VALUE,)
        assert decision.findings() == (Finding(None, EVERYTHING, False, Reason.UNKNOWN_VALUE, ""),)
        # What is denied whole is still about somebody, asked by somebody: nothing that is asked of it fails.
        assert decision.records == ()
        assert decision.hidden_places == ()
        assert not decision.reads_back(ONE)
        assert decision.withheld == frozenset()


def test_a_request_may_name_every_field() -> None:
    asked = request(fields=frozenset(FIELD_CATEGORY))
    assert seen(person(permit()), asked) == seen(person(permit()))


def test_many_people_are_each_denied_what_is_denied_whole() -> None:
    people = [person(permit()), person(permit(), records=(record(), record(TWO)))]
    found = decide_many(request(actor("nobody", "navigator")), people, policy())
    assert [decision.allowed for decision in found] == [(0,), (0, 0)]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"action": "peep"}, id="action"),
        pytest.param({"purpose": "curiosity"}, id="purpose"),
        pytest.param({"action": "export"}, id="no_recipient"),
        pytest.param({"recipient": "refuge"}, id="needless_recipient"),
        pytest.param({"moment": NOW.replace(tzinfo=None)}, id="naive_time"),
        pytest.param({"override": {"reason": " ", "basis": "safeguarding"}}, id="no_reason"),
        pytest.param({"shoe": "size"}, id="unknown_word"),
    ],
)
def test_asking_with_an_unknown_value_is_denied(values: dict[str, Any]) -> None:
    given: dict[str, Any] = {"action": Action.VIEW, "purpose": Purpose.HOUSING_SUPPORT, "moment": NOW}
    assert ask(actor(), **given).action is Action.VIEW
    with pytest.raises(Denied) as caught:
        ask(actor(), **(given | values))
    assert caught.value.reasons == ("unknown_value",)


def test_many_people_are_decided_as_each_alone() -> None:
    people = [person(permit()), person(), person(permit(), forbid()), person(permit(categories={"housing"}))]
    asked, rule = request(), policy()
    together = [decision.allowed for decision in decide_many(asked, people, rule)]
    assert together == [decide(asked, one, rule).allowed for one in people]
    assert visible(asked, people, rule) == [True, False, False, True]


def test_the_guard_returns_the_decision_or_raises() -> None:
    facts, rule = person(permit(categories={"identity"})), policy()
    assert require(request(), facts, rule).exists
    assert require(request(fields={"given_names"}), facts, rule).exists
    assert require(request(fields={"given_names"}), facts, rule, record_id=ONE).exists
    with pytest.raises(Denied) as caught:
        require(request(fields={"given_names", "phones"}), facts, rule)
    assert caught.value.reasons == ("not_shared", "no_clause")
    with pytest.raises(Denied):
        require(request(fields={"given_names"}), facts, rule, record_id=RecordId("rec_9"))
    with pytest.raises(Denied):
        require(request(fields={"given_names", "phones"}), facts, rule, record_id=ONE)
    with pytest.raises(Denied):
        require(request(), facts, rule, record_id=RecordId("rec_9"))
    with pytest.raises(Denied) as hidden:
        require(request(), person(), rule)
    assert hidden.value.reasons == ("not_found",)
    assert AgencyId("charity") not in str(hidden.value)
