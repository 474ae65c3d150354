"""Priority through the register: explained, monotone, from what may be seen, with an equity table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bnl.domain.event import EventKind
from bnl.domain.identifiers import Handle
from bnl.domain.vocabulary import FieldCategory, Purpose, Role
from bnl.errors import Denied, InvalidValue
from bnl.indicators.priority import COUNTY_FACTORS, YOUTH_FACTORS
from bnl.register.ranking import FACTOR_SETS
from tests.register.county import CHARITY, CHERWELL, CITY, HOSTEL, START, County, permit, rich

TODAY = START.date()
BASICS = frozenset({FieldCategory.IDENTITY, FieldCategory.HOUSING, FieldCategory.AGENCY_INVOLVEMENT})


def somebody(county: County, number: int, situation: str, days: int = 10, **fields: object) -> Handle:
    worker = county.worker(CHARITY)
    handle = worker.submit(f"C-{number}", rich(number, **fields)).handle
    worker.record_event(handle, EventKind.CONTACT, TODAY - timedelta(days=days), situation=situation)
    return handle


def test_worse_comes_first_and_every_place_is_explained(county: County) -> None:
    hidden = somebody(county, 1, "hidden")
    rough = somebody(county, 2, "rough_sleeping")
    long = somebody(county, 3, "rough_sleeping", days=400)
    made = county.worker(CHARITY).priority()
    assert [place.handle for place in made.places] == [long, rough, hidden]
    assert [place.rank for place in made.places] == [1, 2, 3]
    for place in made.places:
        assert set(place.parts) == {factor.name for factor in COUNTY_FACTORS.factors}
        assert abs(sum(part for _, _, part in place.parts.values()) - place.score) <= len(place.parts)
        assert place.changes
        assert {"health", "safety"} <= set(place.unknown)
    assert made.factors.weights == (30, 20, 10, 15, 15, 10)
    assert made.places[0].state == "rough_sleeping"


def test_what_the_person_says_counts_without_being_verified(county: County) -> None:
    plain = somebody(county, 1, "hidden")
    unwell = somebody(county, 2, "hidden", health_conditions=("asthma", "epilepsy"))
    unsafe = somebody(county, 3, "hidden", safeguarding=("fleeing abuse",))
    made = county.worker(CHARITY).priority()
    score = {place.handle: place.score for place in made.places}
    assert score[unwell] > score[plain]
    assert score[unsafe] > score[plain]
    assert {p.handle: p.parts["health"][0] for p in made.places}[unwell] == "2"


def test_what_an_asker_may_not_see_is_unknown_to_their_order(county: County) -> None:
    handle = somebody(county, 1, "hidden", health_conditions=("asthma",))
    county.worker(CHARITY).record_grant(handle, **permit(CHARITY, HOSTEL, categories=BASICS))
    (own,) = county.worker(CHARITY).priority().places
    (other,) = county.worker(HOSTEL).priority().places
    assert own.parts["health"][0] == "1"
    assert "health" in other.unknown
    assert other.score < own.score
    assert county.officer(CHERWELL).priority().places[0].handle != own.handle


@pytest.mark.parametrize(
    ("born", "young"),
    [
        pytest.param("2001-09-02", "yes", id="24 until tomorrow"),
        pytest.param("2001-09-01", "no", id="25 today"),
        pytest.param("2001", "yes", id="a year alone, perhaps 24"),
        pytest.param("2001-08", "no", id="a month alone, 25 at the latest yesterday"),
        pytest.param("2000", "no", id="25 at the latest"),
    ],
)
def test_another_set_puts_young_people_first(county: County, born: str, young: str) -> None:
    assert date(2026, 9, 1) == TODAY
    somebody(county, 1, "hidden", date_of_birth=born)
    (place,) = county.worker(CHARITY).priority(factors=YOUTH_FACTORS).places
    assert place.parts["care and youth"][0] == young


def test_who_was_in_care_counts_as_young(county: County) -> None:
    somebody(county, 1, "hidden", care_leaver="Yes", date_of_birth="1970-01-01")
    (place,) = county.worker(CHARITY).priority(factors=YOUTH_FACTORS).places
    assert place.parts["care and youth"][0] == "yes"


def test_the_sets_of_factors_have_names(county: County) -> None:
    assert set(FACTOR_SETS) == {"county", "young people"}
    somebody(county, 1, "hidden")
    for factors in FACTOR_SETS.values():
        assert county.worker(CHARITY).priority(factors=factors).factors == factors


def test_the_equity_table_hides_small_communities(county: County) -> None:
    for number in range(14):
        somebody(county, number, "hidden", ethnicity="A" if number < 12 else "B")
    made = county.worker(CHARITY).priority(first=6)
    assert set(made.equity) == {"first", "all"}
    assert made.equity["all"].cells == {"A": "*", "B": "<5"}
    # Which six come first among equals is chance. That they are six is known, so neither number may be told
    # unless one is none.
    cells = made.equity["first"].cells
    assert set(cells.values()) <= {"*", "<5"} or cells["B"] == "0"
    assert (made.attribute, made.first) == ("ethnicity", 6)


def test_a_steward_orders_those_who_may_be_named(county: County) -> None:
    somebody(county, 1, "hidden")
    steward = county.session(CITY, Role.STEWARD, Purpose.STEWARDSHIP)
    made = steward.priority()
    assert len(made) == 1
    assert made.places[0].handle


def test_an_order_is_no_official_figure(county: County) -> None:
    with pytest.raises(Denied):
        county.session(CITY, Role.MANAGER, Purpose.STATISTICS).priority()


@pytest.mark.parametrize(
    ("attribute", "first"), [("family_name", 10), ("ethnicity", 0)], ids=["a name", "nobody first"]
)
def test_what_cannot_be(county: County, attribute: str, first: int) -> None:
    with pytest.raises(InvalidValue):
        county.worker(CHARITY).priority(attribute=attribute, first=first)


def test_reading_an_order_leaves_an_entry_of_what_it_rests_on(county: County) -> None:
    handle = somebody(county, 1, "hidden", health_conditions=("asthma",))
    session = county.worker(CHARITY)
    before = county.size()
    made = session.priority()
    (entry,) = county.entries(before)
    assert entry.action == "priority"
    assert county.subjects(entry.sequence)[county.record_of(CHARITY, handle)]
    assert repr(made) == "Ranking(2026-09-01, county v1, 1 people)"
    assert handle not in repr(made.places[0])
