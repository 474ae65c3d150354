"""What is due: asking the young person six months before 18, answering an objection."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from bnl.consent.due import Due, DueKind, due
from bnl.consent.facts import PersonFacts
from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import GrantId
from tests.consent.build import DAY, NOW, ONE, TWO, ending, forbid, giver, permit, person, record

MUM = giver("mum", "parental_responsibility")
HERS = forbid(hard=True, given_by=MUM)


@pytest.mark.parametrize(
    ("born", "first_day"),
    [
        pytest.param("2008-12-20", date(2026, 6, 20), id="day"),
        pytest.param("2009-02-28", date(2026, 8, 28), id="february"),
        pytest.param("2008-08-31", date(2026, 2, 28), id="short_month"),
        pytest.param("2008-02-29", date(2025, 9, 1), id="leap_day"),
        pytest.param("2009", date(2026, 7, 1), id="year_only"),
        pytest.param("2009-03", date(2026, 9, 1), id="month_only"),
    ],
)
def test_the_young_person_is_asked_six_months_before_18(born: str, first_day: date) -> None:
    facts = person(HERS, records=(record(born=born),))
    assert due(facts, date.fromordinal(first_day.toordinal() - 1)) == ()
    assert due(facts, first_day) == (Due(DueKind.ASK_THE_YOUNG_PERSON, GrantId("gra_f"), first_day),)


@pytest.mark.parametrize(
    "held",
    [
        pytest.param((forbid(hard=True),), id="their_own"),
        pytest.param((HERS, ending(grant_id="gra_f", kind="lifted")), id="lifted"),
        pytest.param((CorruptGrant(grant_id=GrantId("x"), record_id=ONE),), id="corrupt"),
        pytest.param((permit(given_by=MUM), ending()), id="withdrawn"),
    ],
)
def test_nothing_is_due(held: Any) -> None:
    assert due(person(*held, records=(record(born="2008-01-01"),)), date(2026, 6, 15)) == ()


def test_without_a_birth_date_nobody_can_be_asked_in_time() -> None:
    assert due(person(HERS), date(2026, 6, 15)) == ()


def test_an_objection_is_due_until_it_is_answered() -> None:
    objects = forbid(objection=True)
    (found,) = due(person(objects), date(2026, 6, 15))
    assert (found.kind, found.on) == (DueKind.ANSWER_THE_OBJECTION, date(2026, 6, 10))
    assert due(person(objects, ending(grant_id="gra_f", kind="answered")), date(2026, 6, 15)) == ()


def test_the_oldest_comes_first() -> None:
    objects = forbid(grant_id="gra_o", objection=True, recorded_at=NOW)
    facts = person(objects, HERS, records=(record(born="2008-10-01"),))
    assert [one.grant_id for one in due(facts, date(2026, 6, 15))] == ["gra_f", "gra_o"]


# --- while somebody cannot decide --------------------------------------------------------------------------

TODAY = NOW.date()
THEIRS = permit(grant_id="gra_s")
DEPUTY = permit(grant_id="gra_d", given_by=giver("deputy", "attorney_or_deputy"))
GP = forbid(grant_id="gra_b", given_by=giver("gp", "best_interests"))
HER = permit(grant_id="gra_m", given_by=MUM)
HELD = (THEIRS, forbid(grant_id="gra_t"), DEPUTY, GP, HER)


def at(days: int) -> datetime:
    return NOW + days * DAY


def lacking(*stretches: tuple[int, int | None]) -> PersonFacts:
    terms = tuple((at(start), None if end is None else at(end)) for start, end in stretches)
    return person(*HELD, records=(record(lacks_capacity=terms[:1]), record(TWO, lacks_capacity=terms[1:])))


@pytest.mark.parametrize(
    ("stretches", "since"),
    [
        pytest.param([(-3, None)], -3, id="lasting"),
        pytest.param([(-3, 2)], -3, id="until_a_day_to_come"),
        pytest.param([(-3, 1)], -3, id="until_tomorrow"),
        pytest.param([(0, None)], 0, id="from_today"),
        pytest.param([(-3, None), (-9, None)], -9, id="the_earlier_of_two"),
        pytest.param([(-9, -5), (-3, None)], -3, id="again"),
        pytest.param([(2, None), (-3, None)], -3, id="one_to_come"),
    ],
)
def test_somebody_must_decide_for_who_cannot(stretches: Any, since: int) -> None:
    wanted = (Due(DueKind.DECIDE_FOR_THEM, GrantId("gra_s"), at(since).date()),)
    assert due(lacking(*stretches), TODAY) == wanted


@pytest.mark.parametrize(
    ("stretches", "since"),
    [
        pytest.param([(-9, -3)], -3, id="over"),
        pytest.param([(-9, 0)], 0, id="over_today"),
        pytest.param([(-9, -3), (-20, -15)], -3, id="the_later_of_two"),
        pytest.param([(-9, -3), (2, None)], -3, id="one_to_come"),
    ],
)
def test_who_can_decide_again_is_asked_about_what_others_decided(stretches: Any, since: int) -> None:
    day = at(since).date()
    assert due(lacking(*stretches), TODAY) == (
        Due(DueKind.ASK_THEM_AGAIN, GrantId("gra_b"), day),
        Due(DueKind.ASK_THEM_AGAIN, GrantId("gra_d"), day),
    )


@pytest.mark.parametrize("stretches", [[], [(1, None)], [(1, 5)]])
def test_nothing_is_due_before_somebody_cannot_decide(stretches: Any) -> None:
    assert due(lacking(*stretches), TODAY) == ()


def test_what_has_ended_or_is_corrupt_hides_nothing_behind_it() -> None:
    objects = forbid(grant_id="gra_o", objection=True)
    broken = CorruptGrant(grant_id=GrantId("x"), record_id=ONE)
    gone = permit(grant_id="gra_g")
    (found,) = due(person(broken, gone, ending(grant_id="gra_g"), objects), TODAY)
    assert found.grant_id == "gra_o"
