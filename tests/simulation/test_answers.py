"""Answers: every one makes a valid grant, withdrawals name their giver, and refusals of each kind occur."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from bnl.domain.consent import Grant
from bnl.domain.identifiers import AgencyId, GrantId, RecordId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Capacity, Effect, EndingKind, FieldCategory, Purpose
from bnl.simulation.answers import Answer, answers, as_ending, as_grant
from bnl.simulation.county import County
from bnl.simulation.people import Person
from bnl.simulation.statements import Statement

LAST = date(2026, 3, 31)


def grant(answer: Answer) -> Grant:
    return as_grant(answer, GrantId("gra_a"), RecordId("rec_a"))


@pytest.fixture
def yes() -> Answer:
    return Answer(
        "G000001",
        AgencyId("soha"),
        "T-1",
        Effect.PERMIT,
        date(2025, 1, 6),
        categories=frozenset({FieldCategory.IDENTITY}),
        purposes=frozenset({Purpose.OUTREACH}),
    )


def test_every_answer_of_the_county_makes_a_valid_grant(county: County) -> None:
    for answer in county.answers:
        made = grant(answer)
        assert made.effect is answer.effect
        assert made.hard is answer.hard
        assert made.given_by.capacity is answer.capacity


def test_answers_stand_on_records_and_bear_unique_keys(county: County) -> None:
    records = {(one.agency_id, one.reference): one for one in county.statements}

    assert len({one.key for one in county.answers}) == len(county.answers)
    assert all(one.given_on == records[one.agency_id, one.reference].on for one in county.answers)


def test_every_kind_of_refusal_occurs(county: County) -> None:
    refusals = [one for one in county.answers if one.effect is Effect.FORBID]

    assert any(one.hard and one.categories and FieldCategory.LOCATION in one.categories for one in refusals)
    assert any(one.objection for one in refusals)
    assert any(one.agencies for one in refusals)
    assert any(one.categories == frozenset({FieldCategory.EXISTENCE}) for one in refusals)
    assert any(one.categories == frozenset({FieldCategory.AGENCY_INVOLVEMENT}) for one in refusals)


def test_permits_of_every_kind_occur(county: County) -> None:
    permits = [one for one in county.answers if one.effect is Effect.PERMIT]

    assert any(one.withdrawn_on for one in permits)
    assert any(one.years == 1 for one in permits)
    assert any(one.years == 0 for one in permits)
    assert any(one.to_council for one in permits)
    assert any(one.capacity is Capacity.PARENTAL_RESPONSIBILITY for one in permits)


def test_the_yes_and_no_of_exports_are_the_ones_on_file(county: County) -> None:
    said = {(one.agency_id, one.reference): one.consent for one in county.statements}
    stated = Counter((one.agency_id, one.reference) for one in county.answers if one.in_export)

    assert {agency for agency, _ in stated} == {"connection-support", "homeless-oxfordshire"}
    assert set(stated.values()) == {1}
    assert all(said[key] in {"yes", "no"} for key in stated)
    expected = sum(
        1
        for (agency, _), word in said.items()
        if word and agency in {"connection-support", "homeless-oxfordshire"}
    )
    assert len(stated) == expected


def test_a_permit_on_consent_relies_on_the_agency_that_asked(yes: Answer) -> None:
    made = grant(yes)

    assert made.relying_party == "soha"
    assert made.agencies is ANY
    assert made.open_ended
    assert made.evidence == ("form G000001",)


def test_a_permit_with_years_ends(yes: Answer) -> None:
    made = grant(replace(yes, years=3))

    assert not made.open_ended
    assert made.valid_until is not None
    assert (made.valid_until - made.valid_from).days == 3 * 365


def test_a_forbid_says_nothing_of_what_was_not_said() -> None:
    no = Answer("G2", AgencyId("soha"), "T-1", Effect.FORBID, date(2025, 1, 6), hard=True)

    made = grant(no)

    assert made.hard
    assert (made.categories, made.purposes, made.actions, made.agencies) == (None, None, None, None)
    assert made.relying_party is None


def test_a_duty_to_refer_permit_names_the_authority(yes: Answer) -> None:
    made = grant(replace(yes, to_council=AgencyId("oxford-city-council")))

    assert made.referral is not None
    assert made.referral.authority == "oxford-city-council"


def test_a_withdrawal_names_the_giver_of_the_grant(yes: Answer) -> None:
    ending = as_ending(replace(yes, withdrawn_on=date(2025, 6, 1)), GrantId("gra_a"))

    assert ending is not None
    assert ending.kind is EndingKind.WITHDRAWN
    assert ending.given_by == grant(yes).given_by
    assert ending.said_at.date() == date(2025, 6, 1)


def test_what_stands_has_no_ending(yes: Answer) -> None:
    assert as_ending(yes, GrantId("gra_a")) is None


@pytest.mark.parametrize(
    ("born", "capacity"),
    [
        pytest.param(date(2012, 1, 1), Capacity.PARENTAL_RESPONSIBILITY, id="13"),
        pytest.param(date(2009, 1, 8), Capacity.PARENTAL_RESPONSIBILITY, id="two days short of 16"),
        pytest.param(date(2009, 1, 6), Capacity.SELF, id="16 today"),
        pytest.param(date(1984, 1, 1), Capacity.SELF, id="grown up"),
    ],
)
def test_parents_answer_for_children_under_sixteen(
    person: Person, record: Statement, born: date, capacity: Capacity
) -> None:
    somebody = replace(person, born=born)
    asked = replace(record, consent="yes")

    said = answers([somebody], [asked], LAST, Random(1))

    assert said[0].capacity is capacity


@pytest.mark.parametrize("word", ["yes", "no", ""])
def test_an_answer_follows_the_word_on_file(person: Person, record: Statement, word: str) -> None:
    somebody = replace(person, path="prevention")
    effects = {
        one.effect
        for seed in range(5)
        for one in answers([somebody], [replace(record, consent=word)], LAST, Random(seed))
    }

    assert effects == {"yes": {Effect.PERMIT}, "no": {Effect.FORBID}, "": set()}[word]


def test_nothing_is_withdrawn_after_the_period(county: County) -> None:
    assert all(one.withdrawn_on <= LAST for one in county.answers if one.withdrawn_on)
    assert all(one.withdrawn_on > one.given_on for one in county.answers if one.withdrawn_on)
