"""Explanations in plain words: complete for the auditor, discreet for the worker, kind to the person."""

from __future__ import annotations

from typing import Any

import pytest

from bnl.consent.explain import explain, explain_grant, explain_to_auditor, explain_to_person
from bnl.consent.facts import HouseholdFacts, Stay
from bnl.consent.reasons import ObligationKind, Reason
from bnl.consent.rules import words
from bnl.domain.vocabulary import Action, Capacity, LawfulBasis, Purpose
from bnl.domain.vocabulary import FieldCategory as C
from tests.consent.build import (
    AGENCIES,
    DAY,
    NOW,
    ONE,
    TWO,
    actor,
    agreement,
    clause,
    decided,
    forbid,
    giver,
    permit,
    person,
    policy,
    record,
    request,
    standing,
)

URGENT = {"reason": "fire", "basis": "vital_interests"}


def test_a_worker_is_told_what_is_shared_what_not_and_what_it_binds_to() -> None:
    told = explain(
        decided(person(permit(categories={"identity", "contact"}), forbid(categories={"contact"})))
    )
    assert told[0] == "Being on the list at all; name, date of birth and numbers: shared with you."
    assert any(line.startswith("Phone, email and language;") and "not yours to see" in line for line in told)
    assert "Use it for supporting somebody with their housing only." in told
    assert told[-1] == "Do not pass it on."


NOT_COVERED = (
    "Risks; support needs; health; offences, prison and probation; safeguarding; nationality and immigration "
    "status; money and benefits; work; ethnicity, religion and other equality information; case notes: "
)
OTHERS = "address and where somebody stays; family and household; housing situation; "
INVOLVED = "which agencies are involved, and since when"


def test_a_worker_is_told_just_this() -> None:
    held = person(permit(categories={"contact"}), forbid(categories={"identity"}))
    assert explain(decided(held)) == (
        "Being on the list at all; phone, email and language: shared with you.",
        f"Name, date of birth and numbers; {OTHERS}{INVOLVED}: not yours to see.",
        f"{NOT_COVERED}not yours to see: the agreement does not cover it for your role and purpose.",
        "Use it for supporting somebody with their housing only.",
        "Do not pass it on.",
    )


def test_what_is_shared_comes_first_wherever_it_stands_in_the_list() -> None:
    """Existence is shared with whatever is, so that only the order of the reasons can put it behind."""
    told = explain(decided(person(permit(categories={"agency_involvement"}))))
    assert told[0] == f"Being on the list at all; {INVOLVED}: shared with you."
    assert [line.rpartition(": ")[2] for line in told[:2]] == ["shared with you.", "not yours to see."]


def test_an_auditor_is_told_just_this() -> None:
    told = explain_to_auditor(
        decided(person(permit(categories={"contact"}), forbid(categories={"identity"})))
    )
    assert told == (
        "Rec_1: being on the list at all; phone, email and language: permitted, a permit lets it (gra_p).",
        "Rec_1: name, date of birth and numbers: denied, somebody has forbidden it (gra_f).",
        f"Rec_1: r{NOT_COVERED[1:]}denied, no clause of the agreement covers it.",
        f"Rec_1: name, date of birth and numbers; {OTHERS}{INVOLVED}: denied, a clause covers it, but no "
        "permit in force.",
    )


def test_an_auditor_is_told_what_hides_a_place_on_every_record() -> None:
    home = HouseholdFacts(stays=(Stay(NOW.date()),), corrupt=True)
    told = explain_to_auditor(decided(person(permit(), household=(home,))))
    assert told[-1].startswith("Every record: address and where somebody stays: denied, ")


def test_a_worker_hears_the_same_whatever_hides_a_field() -> None:
    silent = explain(decided(person(permit(categories={"identity"}))))
    hard = explain(
        decided(person(permit(categories={"identity"}), forbid(hard=True, categories={"contact"})))
    )
    assert silent == hard


NOBODY = "There is nobody by this description."


@pytest.mark.parametrize(
    ("facts", "asked", "says"),
    [
        pytest.param(person(forbid(hard=True)), request(), NOBODY, id="hidden"),
        pytest.param(person(), request(), NOBODY, id="no_permit"),
        pytest.param(
            person(permit()),
            request(actor("nobody")),
            "The request names something that does not exist.",
            id="unknown",
        ),
    ],
)
def test_of_somebody_hidden_a_worker_is_told_nothing(facts: Any, asked: Any, says: str) -> None:
    assert explain(decided(facts, asked)) == (says,)


def test_an_auditor_is_told_every_decider_by_id() -> None:
    told = "\n".join(explain_to_auditor(decided(person(permit(), forbid(categories={"contact"})))))
    assert "permitted, a permit lets it (gra_p)" in told
    assert "denied, somebody has forbidden it (gra_f)" in told
    assert "no clause of the agreement covers it" in told
    assert "Rec_1" in told


def test_the_person_is_told_who_asked_for_what_and_why_it_was_shared() -> None:
    asked = request(actor("charity", "navigator"), action="export", recipient="refuge")
    told = explain_to_person(decided(person(permit(categories={"contact"})), asked), AGENCIES)
    assert told == (
        "Charity asked to send on what is held about you, for supporting somebody with their housing, "
        "to send it to Refuge.",
        "This was shared: being on the list at all; phone, email and language.",
        "Because the person agreed.",
    )


def test_the_person_is_told_when_nothing_was_shared() -> None:
    told = explain_to_person(decided(person(), request(actor("nobody"))), AGENCIES)
    assert told == (
        "Nobody asked to see what is held about you, for supporting somebody with their housing.",
        "Nothing was shared.",
    )


def test_the_person_is_told_every_basis_and_what_any_record_showed() -> None:
    rule = policy(agreement(clause(), standing(categories={"housing"})))
    for which in (ONE, TWO):
        held = person(permit(record_id=which, categories={"contact"}), records=(record(), record(TWO)))
        assert explain_to_person(decided(held, under=rule), AGENCIES) == (
            "Council asked to see what is held about you, for supporting somebody with their housing.",
            "This was shared: being on the list at all; phone, email and language; housing situation.",
            "Because the person agreed, and because it is part of a public body's task.",
        )
    own = decided(person(), request(actor("charity", "navigator")), rule)
    assert len(explain_to_person(own, AGENCIES)) == 2


def test_the_person_is_told_of_an_emergency() -> None:
    rule = policy(
        agreement(clause(), break_glass_roles={"housing_officer"}, emergency_categories={"contact"})
    )
    told = explain_to_person(decided(person(), request(override=URGENT), rule), AGENCIES)
    assert told[-1] == "An emergency was claimed, which somebody else reviews."
    assert "a life may depend on it" in told[-2]


@pytest.mark.parametrize(
    ("grant", "says"),
    [
        pytest.param(
            permit(), "Any agency may use this: everything; for any purpose; from 05 June 2026", id="any"
        ),
        pytest.param(
            permit(agencies={"refuge"}, categories={"contact"}, actions={"view"}, purposes={"outreach"}),
            "Refuge may see this: phone, email and language; for reaching people who sleep rough;",
            id="narrow",
        ),
        pytest.param(permit(agencies=None, categories=None), "Nobody may use this: nothing;", id="silent"),
        pytest.param(forbid(), "Any agency must not use this: everything; for any purpose;", id="forbid"),
        pytest.param(forbid(hard=True), "nothing overrides this.", id="hard"),
        pytest.param(
            permit(valid_until=NOW + DAY), "until 16 June 2026; said by the person themselves.", id="end"
        ),
        pytest.param(
            forbid(given_by=giver("m", "parental_responsibility")), "parental responsibility", id="mum"
        ),
        pytest.param(forbid(agencies={"gone"}), "Gone must not", id="unknown_agency"),
    ],
)
def test_a_grant_in_part_of_a_sentence(grant: Any, says: str) -> None:
    assert says in explain_grant(grant, AGENCIES)


@pytest.mark.parametrize(
    ("grant", "sentence"),
    [
        pytest.param(
            permit(
                agencies={"refuge", "council"},
                categories={"contact", "identity"},
                actions={"view", "search"},
                purposes={"outreach", "allocation"},
                valid_until=NOW + DAY,
            ),
            "Council, Refuge may search for, see this: phone, email and language, name, date of birth and "
            "numbers; for letting social housing, reaching people who sleep rough; from 05 June 2026 until "
            "16 June 2026; said by the person themselves.",
            id="some",
        ),
        pytest.param(
            permit(agencies=None, categories=None, actions=None, purposes=None),
            "Nobody may do nothing with this: nothing; for no purpose; from 05 June 2026 with no end; "
            "said by the person themselves.",
            id="silent_permit",
        ),
        pytest.param(
            forbid(hard=True),
            "Any agency must not use this: everything; for any purpose; from 10 June 2026 with no end; "
            "said by the person themselves; nothing overrides this.",
            id="silent_forbid",
        ),
    ],
)
def test_a_grant_in_one_sentence(grant: Any, sentence: str) -> None:
    assert explain_grant(grant, AGENCIES) == sentence


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (words.CATEGORY_WORDS, C),
        (words.PURPOSE_WORDS, Purpose),
        (words.ACTION_WORDS, Action),
        (words.BASIS_WORDS, LawfulBasis),
        (words.CAPACITY_WORDS, Capacity),
        (words.OBLIGATION_WORDS, ObligationKind),
    ],
)
def test_there_are_words_for_everything(table: Any, values: Any) -> None:
    assert set(table) == set(values)
    assert len(set(table.values())) == len(table)


def test_there_are_words_for_every_reason() -> None:
    told = set(words.REQUESTER_WORDS) | set(words.AUDITOR_WORDS)
    assert told == set(Reason)
