"""The model that ships: it can be read, and tells sure pairs from strangers in a register of few."""

from __future__ import annotations

from bnl.register.default_model import ENOUGH, PATH, default_model
from tests.register.county import CHERWELL, CITY, STEWARD, County, rich


def test_it_is_read_once() -> None:
    assert PATH.exists()
    assert default_model() is default_model()
    assert default_model().review_threshold < default_model().link_threshold
    assert ENOUGH > 100


def test_a_register_of_two_links_a_sure_pair_and_no_strangers(county: County) -> None:
    county.officer(CITY).submit("A-1", rich(1))
    county.officer(CHERWELL).submit("B-1", rich(1))
    assert county.register.dedup(by=STEWARD).people == 1
    county.officer(CHERWELL).submit("B-2", rich(2))
    assert county.register.dedup(by=STEWARD).people == 2
