"""Breakdowns by community: nobody left out, small numbers suppressed, from what may be seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnl.domain.event import EventKind
from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.errors import Denied, InvalidValue
from bnl.register.attributes import ATTRIBUTES
from bnl.register.session import Session
from tests.register.county import CHARITY, CITY, HOSTEL, START, County, permit, rich

TODAY = START.date()
BASICS = frozenset({FieldCategory.IDENTITY, FieldCategory.HOUSING, FieldCategory.AGENCY_INVOLVEMENT})


def reporter(county: County) -> Session:
    return county.session(CITY, Role.MANAGER, Purpose.STATISTICS)


def people(county: County, *ethnicities: str | None) -> None:
    worker = county.worker(CHARITY)
    for number, ethnicity in enumerate(ethnicities):
        handle = worker.submit(f"C-{number}", rich(number, ethnicity=ethnicity)).handle
        worker.record_event(handle, EventKind.CONTACT, TODAY - timedelta(days=5), situation="hidden")
        worker.record_grant(handle, **permit(CHARITY, HOSTEL, categories=BASICS))


def test_everybody_is_in_one_group(county: County) -> None:
    people(county, *["A"] * 8, *["B"] * 6, *[None] * 5)
    made = reporter(county).by_attribute("ethnicity")
    assert made.cells == {"A": "8", "B": "6", "not known": "5"}
    assert made.total == "19"
    assert made.rules
    assert made.log_position > 0


def test_small_groups_are_hidden_from_everybody(county: County) -> None:
    people(county, *["A"] * 8, *["B"] * 6, *["C"] * 2)
    for session in (reporter(county), county.worker(CHARITY)):
        made = session.by_attribute("ethnicity")
        assert made.cells["C"] == "<5"
        assert list(made.cells.values()).count("*") == 1
        assert made.total == "16"


def test_who_may_not_see_the_attribute_sees_one_group(county: County) -> None:
    people(county, *["A"] * 8, *["B"] * 6)
    made = county.worker(HOSTEL).by_attribute("ethnicity")
    assert made.cells == {"not known": "14"}


def test_what_was_said_after_the_day_does_not_count(county: County) -> None:
    people(county, *["A"] * 8)
    made = reporter(county).by_attribute("ethnicity", TODAY - timedelta(days=1))
    assert made.cells == {"not known": "8"}
    assert reporter(county).by_attribute("ethnicity", TODAY - timedelta(days=6)).cells == {}


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_every_attribute_is_one(county: County, attribute: str) -> None:
    people(county, *["A"] * 5)
    assert sum(int(cell) for cell in reporter(county).by_attribute(attribute).cells.values()) == 5


def test_a_name_is_no_attribute(county: County) -> None:
    with pytest.raises(InvalidValue):
        reporter(county).by_attribute("family_name")


def test_who_may_not_report(county: County) -> None:
    with pytest.raises(Denied):
        county.session(CITY, Role.SUPPORT_WORKER, Purpose.STATISTICS).by_attribute("sex")
