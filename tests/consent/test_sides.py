"""Sides: who asks, who is to receive, and which referrals are the duty's."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.consent.masks import EXISTENCE, NO_ROLE, bit, ticks
from bnl.consent.sides import READING, is_duty_to_refer, sides
from bnl.domain.identifiers import AgencyId
from bnl.domain.request import NEEDS_RECIPIENT
from bnl.domain.vocabulary import Action, Purpose
from tests.consent.build import NOW, actor, agreement, clause, policy, request, standing

RULE = policy(agreement(clause(), standing()))


@pytest.mark.parametrize("action", list(Action))
def test_only_what_is_sent_has_a_second_side(action: Action) -> None:
    sent = action in NEEDS_RECIPIENT
    asked = request(action=action, recipient="refuge" if sent else None)
    found = sides(asked, RULE)
    assert len(found) == (2 if sent else 1)
    assert found[0].reads_back is (action in READING)
    assert found[0].passes_to == ("refuge" if sent else None)
    assert found[0].plain is (not sent)


def test_the_asker_is_matched_with_everything_the_sign_in_knows() -> None:
    (side,) = sides(request(actor(area=" Oxford ")), RULE)
    profile = side.hits.profile
    assert profile.need == bit(Action.VIEW) | bit(Purpose.HOUSING_SUPPORT) | bit(actor().role)
    assert (profile.agency, profile.user, profile.area) == ("council", "ann", "oxford")
    assert side.tick == ticks(NOW)


def test_the_recipient_views_with_no_user_role_or_area() -> None:
    _, receiver = sides(request(actor(area="Oxford"), action="export", recipient="refuge"), RULE)
    profile = receiver.hits.profile
    assert profile.need == bit(Action.VIEW) | bit(Purpose.HOUSING_SUPPORT) | NO_ROLE
    assert (profile.agency, profile.user, profile.area) == ("refuge", None, None)
    assert receiver.reads_back
    assert receiver.plain
    assert (receiver.passes_to, receiver.emergency) == (None, 0)


@pytest.mark.parametrize(
    ("sender", "recipient", "fields", "duty"),
    [
        pytest.param("hospital", "council", {}, True, id="body_to_authority"),
        pytest.param(
            "hospital", "council", {"purpose": "hospital_discharge"}, True, id="whatever_its_purpose"
        ),
        pytest.param("district", "council", {}, True, id="authority_to_authority"),
        pytest.param("hospital", "council", {"purpose": "safeguarding"}, False, id="safeguarding"),
        pytest.param("hospital", "council", {"action": "export"}, False, id="an_export"),
        pytest.param("hospital", "refuge", {}, False, id="to_a_charity"),
        pytest.param("charity", "council", {}, False, id="from_a_charity"),
        pytest.param("nobody", "council", {}, False, id="from_nobody"),
        pytest.param("hospital", "nobody", {}, False, id="to_nobody"),
    ],
)
def test_which_referral_is_the_dutys(sender: str, recipient: str, fields: dict[str, Any], duty: bool) -> None:
    given: dict[str, Any] = {"action": "refer", "purpose": "duty_to_refer", "recipient": recipient}
    asked = request(actor(sender, "navigator"), **(given | fields))
    assert is_duty_to_refer(asked, RULE) is duty
    first, second = sides(asked, RULE)
    assert first.duty_to == second.duty_to == (recipient if duty else None)


def test_under_the_duty_nothing_stands_and_a_permit_opens_what_any_clause_covers() -> None:
    paper = policy(
        agreement(clause(categories={"identity"}), standing(agencies={"hospital"}, categories={"housing"}))
    )
    asked = request(
        actor("hospital", "navigator"), action="refer", recipient="council", purpose="duty_to_refer"
    )
    side = sides(asked, paper)[0]
    assert side.stands == (0, 0)
    assert side.opens[0] == side.lens.standing | side.lens.consented
    plain = sides(request(actor("hospital", "navigator")), paper)[0]
    assert plain.stands == (plain.lens.standing, plain.lens.exempt)
    assert plain.opens == (plain.lens.consented, plain.lens.to_be_brought)


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        pytest.param({}, False, id="no_override"),
        pytest.param({"override": {"reason": "fire", "basis": "vital_interests"}}, True, id="view"),
        pytest.param(
            {"override": {"reason": "fire", "basis": "vital_interests"}, "action": "update"},
            False,
            id="update",
        ),
    ],
)
def test_an_override_opens_existence_with_what_it_opens(fields: dict[str, Any], opens: bool) -> None:
    paper = agreement(clause(), break_glass_roles={"housing_officer"}, emergency_categories={"identity"})
    side = sides(request(**fields), policy(paper))[0]
    assert bool(side.emergency & EXISTENCE) is opens
    assert bool(side.emergency) is opens


@pytest.mark.parametrize("purpose", list(Purpose))
def test_internal_purposes_are_known(purpose: Purpose) -> None:
    internal = purpose in {Purpose.LINKAGE, Purpose.STEWARDSHIP, Purpose.STATISTICS}
    assert sides(request(purpose=purpose), RULE)[0].internal is internal


def test_the_recipient_is_looked_at_as_a_viewer_for_the_same_purpose() -> None:
    paper = policy(
        agreement(
            clause(actions={"view"}, purposes={"housing_support"}, categories={"identity"}),
            clause(clause_id="c2", actions={"export"}, purposes={"housing_support"}, categories={"contact"}),
            clause(clause_id="c3", actions={"view"}, purposes={"outreach"}, categories={"location"}),
        )
    )
    sender, receiver = sides(request(action="export", recipient="refuge"), paper)
    assert [one.clause.clause_id for one in sender.lens.clauses] == ["c2"]
    assert [one.clause.clause_id for one in receiver.lens.clauses] == ["c1"]


def test_the_recipient_of_what_is_internal_is_inside_too() -> None:
    sender, receiver = sides(request(action="export", recipient="refuge", purpose="linkage"), RULE)
    assert sender.internal
    assert receiver.internal
    assert not any(side.internal for side in sides(request(action="export", recipient="refuge"), RULE))


def test_what_any_clause_covers_brings_existence_and_nothing_brings_nothing() -> None:
    (known,), (nobody,) = sides(request(), RULE), sides(request(actor("nobody")), RULE)
    assert known.reachable == known.lens.reachable | EXISTENCE
    assert nobody.reachable == 0
    void = policy(agreement(clause(categories={"health"}, citations=EXPLICIT)))
    (brought,) = sides(request(actor(str(AgencyId("council")))), void)
    assert brought.reachable == brought.lens.to_be_brought | EXISTENCE
    assert not brought.lens.to_be_brought & EXISTENCE


EXPLICIT = ({"categories": {"health"}, "condition": "explicit_consent"},)
