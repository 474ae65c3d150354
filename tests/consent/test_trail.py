"""The trail names everything that decided, agrees with the masks, and tells the requester nothing hidden."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from bnl.consent.decide import decide
from bnl.consent.facts import HouseholdFacts, Stay
from bnl.consent.masks import EVERYTHING, categories_of
from bnl.consent.policy import compile_policy
from bnl.consent.reasons import ObligationKind, Reason, View
from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import GrantId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import FieldCategory as C
from bnl.domain.vocabulary import LawfulBasis
from tests.consent.build import (
    DAY,
    NOW,
    ONE,
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
    standing,
)
from tests.consent.worlds import AGENCIES, make_world

URGENT = {"reason": "fire", "basis": "vital_interests"}
SENT = request(actor("charity", "navigator"), action="export", recipient="refuge", receipt_id="rct_9")


def reasons(found: Any, category: C) -> set[Reason]:
    return {f.reason for f in found.findings() if category in categories_of(f.mask)}


@pytest.mark.parametrize(
    ("facts", "asked", "under", "category", "expected"),
    [
        pytest.param(person(permit()), request(), policy(), C.IDENTITY, {Reason.PERMIT}, id="permit"),
        pytest.param(
            person(),
            request(),
            policy(agreement(standing())),
            C.HOUSING,
            {Reason.STANDING_CLAUSE},
            id="clause",
        ),
        pytest.param(
            person(),
            request(actor("charity", "navigator")),
            policy(),
            C.HEALTH,
            {Reason.OWN_RECORD},
            id="own",
        ),
        pytest.param(person(permit()), request(), policy(), C.FINANCE, {Reason.NO_CLAUSE}, id="no_clause"),
        pytest.param(person(), request(), policy(), C.IDENTITY, {Reason.NO_PERMIT}, id="no_permit"),
        pytest.param(
            person(permit(), forbid()), request(), policy(), C.IDENTITY, {Reason.SOFT_FORBID}, id="soft"
        ),
        pytest.param(
            person(permit(), forbid(hard=True), forbid(grant_id="gra_g")),
            request(),
            policy(),
            C.IDENTITY,
            {Reason.HARD_FORBID, Reason.SOFT_FORBID},
            id="both_forbids",
        ),
        pytest.param(
            person(permit(), CorruptGrant(grant_id=GrantId("x"), record_id=ONE)),
            request(),
            policy(),
            C.IDENTITY,
            {Reason.CORRUPT},
            id="corrupt",
        ),
        pytest.param(
            person(permit(), records=(record(local=True),)),
            request(),
            policy(),
            C.IDENTITY,
            {Reason.LOCAL_RECORD},
            id="local",
        ),
        pytest.param(
            person(),
            request(override=URGENT),
            policy(
                agreement(clause(), break_glass_roles={"housing_officer"}, emergency_categories={"identity"})
            ),
            C.IDENTITY,
            {Reason.OVERRIDDEN},
            id="overridden",
        ),
        pytest.param(
            person(permit(), records=(record(agency="hospital"),)),
            SENT,
            policy(),
            C.IDENTITY,
            {Reason.NOT_PASSED_ON},
            id="not_passed_on",
        ),
    ],
)
def test_what_decided_a_category(
    facts: Any, asked: Any, under: Any, category: C, expected: set[Reason]
) -> None:
    assert reasons(decided(facts, asked, under), category) == expected


def test_a_permit_that_is_stopped_did_not_decide() -> None:
    law = standing(basis="legal_obligation", stands_against_soft_forbids=True, categories={"identity"})
    found = decided(person(permit(), forbid()), under=policy(agreement(clause(), law)))
    assert found.decided_by == ((Reason.STANDING_CLAUSE, "county/1/s1"),)
    assert found.clause_ids == ("county/1/s1",)
    assert found.grant_ids == ()


def test_the_ids_of_what_decided() -> None:
    found = decided(person(permit(), permit(grant_id="gra_2", categories={"health"})))
    assert found.grant_ids == ("gra_p", "gra_2")
    assert found.bases == (LawfulBasis.CONSENT,)
    assert found.basis is LawfulBasis.CONSENT
    own = decided(person(), request(actor("charity", "navigator")))
    assert (own.grant_ids, own.clause_ids, own.bases, own.basis) == ((), (), (), None)
    hidden = decided(person())
    assert (hidden.bases, hidden.obligations) == ((), ())


def test_what_the_recipient_may_not_see_is_said() -> None:
    found = decided(person(permit(actions={"export"})), SENT)
    assert Reason.RECIPIENT in reasons(found, C.IDENTITY)
    (finding,) = [f for f in found.findings() if f.reason is Reason.RECIPIENT]
    assert finding.by == "refuge"


@pytest.mark.parametrize(("corrupt", "by"), [(False, "gra_f"), (True, "")])
def test_a_hidden_address_is_said_to_the_auditor_alone(corrupt: bool, by: str) -> None:
    hard = () if corrupt else (forbid(hard=True, categories={"location"}),)
    home = HouseholdFacts(stays=(Stay(NOW.date()),), forbids=hard, corrupt=corrupt)
    found = decided(person(permit(), household=(home,)))
    (told,) = [f for f in found.findings() if f.reason is Reason.HOUSEHOLD]
    assert categories_of(told.mask) == {C.LOCATION}
    assert (told.record_id, told.by, told.permitted) == (None, by, False)
    assert Reason.HOUSEHOLD in found.reasons(View.AUDITOR)
    assert set(found.reasons()) == {Reason.SHARED, Reason.NO_CLAUSE}


def test_the_requester_hears_the_same_whatever_hides_a_field() -> None:
    clauses = policy(agreement(clause(), standing(categories={"housing"})))
    silent = decided(person(), under=clauses)
    forbidden = decided(person(forbid(categories={"identity", "contact"}, hard=True)), under=clauses)
    assert silent.reasons() == forbidden.reasons()
    assert silent.withheld == forbidden.withheld
    assert forbidden.reason(C.IDENTITY) is Reason.NOT_SHARED
    assert forbidden.reason(C.HOUSING) is Reason.SHARED
    assert forbidden.reason(C.FINANCE) is Reason.NO_CLAUSE


@pytest.mark.parametrize("chunk", range(4))
def test_the_trail_agrees_with_the_masks(chunk: int) -> None:
    """Everything permitted is permitted by something, everything denied is denied by something."""
    for i in range(250):
        made = make_world(Random(f"trail {chunk} {i}"))
        found = decide(made.request, made.facts, compile_policy(made.agreements, AGENCIES))
        if found.refusal is not None:
            continue
        for one, mask in zip(made.facts.records, found.allowed, strict=True):
            here = [f for f in found.findings() if f.record_id == one.record_id]
            permitted = denied = 0
            for finding in here:
                assert finding.mask
                if finding.permitted:
                    permitted |= finding.mask
                    assert not finding.mask & ~mask
                else:
                    denied |= finding.mask
                    assert not finding.mask & mask
            assert permitted == mask
            assert denied == EVERYTHING & ~mask


# --- obligations -------------------------------------------------------------------------------------------


def duties(found: Any) -> dict[ObligationKind, str]:
    return {one.kind: one.value for one in found.obligations}


def test_what_is_released_is_for_its_purpose_and_not_to_be_passed_on() -> None:
    assert duties(decided(person(permit()))) == {
        ObligationKind.PURPOSE: "housing_support",
        ObligationKind.NO_ONWARD_DISCLOSURE: "",
    }


def test_own_words_bind_an_agency_to_nothing_but_the_purpose() -> None:
    assert duties(decided(person(), request(actor("charity", "navigator")))) == {
        ObligationKind.PURPOSE: "housing_support"
    }


@pytest.mark.parametrize(
    ("one", "two", "onward"),
    [
        pytest.param({"refuge", "council"}, {"refuge"}, "refuge", id="common"),
        pytest.param({"refuge"}, {"council"}, None, id="nothing_in_common"),
        pytest.param({"refuge"}, None, None, id="one_names_none"),
        pytest.param(ANY, {"refuge", "council"}, "council refuge", id="any_and_some"),
    ],
)
def test_onward_is_what_everything_that_decided_allows(one: Any, two: Any, onward: str | None) -> None:
    held = (permit(onward_recipients=one), permit(grant_id="gra_2", onward_recipients=two))
    found = duties(decided(person(*held)))
    assert found.get(ObligationKind.ONWARD_ONLY_TO) == onward
    assert (ObligationKind.NO_ONWARD_DISCLOSURE in found) is (onward is None)


def test_a_standing_clause_names_its_own_onward_recipients() -> None:
    rule = policy(agreement(standing(onward_recipients={"refuge"})))
    assert duties(decided(person(), under=rule))[ObligationKind.ONWARD_ONLY_TO] == "refuge"


def test_it_expires_with_the_first_end_of_what_decided() -> None:
    early, late = NOW + 3 * DAY, NOW + 9 * DAY
    held = (permit(valid_until=late), permit(grant_id="gra_2", valid_until=early))
    assert duties(decided(person(*held)))[ObligationKind.EXPIRES] == early.isoformat()
    rule = policy(agreement(standing(), valid_until=early, open_ended=False))
    assert duties(decided(person(), under=rule))[ObligationKind.EXPIRES] == early.isoformat()
    adult = person(
        permit(given_by=giver("mum", "parental_responsibility")), records=(record(born="2008-07-01"),)
    )
    assert duties(decided(adult))[ObligationKind.EXPIRES] == "2026-06-30T23:00:00+00:00"
    later = ending(said_at=NOW - DAY)
    found = duties(decided(person(permit(), later), request(moment=NOW - 9 * DAY)))
    assert found[ObligationKind.EXPIRES] == (NOW - DAY).isoformat()


def test_it_expires_from_the_first_instant_on() -> None:
    held = permit(valid_from=NOW, recorded_at=NOW, valid_until=NOW + DAY)
    assert duties(decided(person(held)))[ObligationKind.EXPIRES] == (NOW + DAY).isoformat()


def test_every_basis_relied_on_is_named_once_in_the_order_of_the_enum() -> None:
    vital = standing(clause_id="s2", basis="vital_interests", categories={"contact"})
    rule = policy(agreement(clause(), vital, standing(categories={"housing"})))
    found = decided(person(permit(categories={"identity"})), under=rule)
    assert found.bases == (LawfulBasis.CONSENT, LawfulBasis.VITAL_INTERESTS, LawfulBasis.PUBLIC_TASK)


def test_an_override_that_opened_nothing_is_no_basis() -> None:
    rule = policy(
        agreement(clause(), break_glass_roles={"housing_officer"}, emergency_categories={"identity"})
    )
    found = decided(person(permit()), request(override=URGENT), rule)
    assert found.bases == (LawfulBasis.CONSENT,)


def test_exports_carry_their_receipt_and_overrides_their_review() -> None:
    assert duties(decided(person(permit()), SENT))[ObligationKind.RECEIPT] == "rct_9"
    rule = policy(
        agreement(clause(), break_glass_roles={"housing_officer"}, emergency_categories={"identity"})
    )
    found = decided(person(), request(override=URGENT), rule)
    assert ObligationKind.REVIEW in duties(found)
    assert ObligationKind.NO_ONWARD_DISCLOSURE in duties(found)
    assert found.bases == (LawfulBasis.VITAL_INTERESTS,)


def test_a_record_that_is_not_the_persons_permits_nothing() -> None:
    found = decided(person(permit()))
    assert found.mask(TWO) == 0
    assert found.categories(TWO) == frozenset()
    assert not found.permits(TWO, C.EXISTENCE)


def test_what_only_the_override_opened_is_named_so_though_a_permit_opens_more() -> None:
    rule = policy(
        agreement(
            clause(), break_glass_roles={"housing_officer"}, emergency_categories={"identity", "contact"}
        )
    )
    held = person(permit(), forbid(categories={"contact"}))
    found = decided(held, request(override=URGENT), rule)
    assert found.permits(ONE, C.CONTACT)
    assert reasons(found, C.CONTACT) == {Reason.OVERRIDDEN}
    assert reasons(found, C.IDENTITY) == {Reason.PERMIT}


def test_permits_are_weighed_for_their_own_record_in_whatever_order_they_come() -> None:
    held = (permit(grant_id="gra_2", record_id=TWO), permit(), permit(grant_id="gra_3", record_id=TWO))
    found = decided(person(*held, records=(record(), record(TWO))))
    named = [(f.record_id, f.by) for f in found.findings() if f.permitted]
    assert named == [(ONE, "gra_p"), (TWO, "gra_2"), (TWO, "gra_3")]
