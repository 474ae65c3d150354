"""What is due: asking the young person six months before 18, answering an objection."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bnl.consent.due import Due, DueKind, due
from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import GrantId
from tests.consent.build import NOW, ONE, ending, forbid, giver, permit, person, record

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
