"""Two lists: rivals, doubts and human decisions hold in both ways of linking."""

from __future__ import annotations

import random

import polars as pl
import pytest

from bnl.errors import MatchingError
from bnl.matching.evaluate import evaluate
from bnl.matching.found import Found
from bnl.matching.linker import Linker
from bnl.simulation import simulate

Lists = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]
WAYS = [pytest.param(True, id="one to one"), pytest.param(False, id="several to several")]


@pytest.fixture(scope="module")
def lists() -> Lists:
    """Two agencies' records of one county, and who is who."""
    county = simulate(seed=5, people=1200, years=1)
    records = county.records()
    left, right = (
        records.filter(agency=name) for name in records["agency"].value_counts(sort=True)["agency"][:2]
    )
    both = pl.concat([left, right]).select("record_id", source="agency")
    truth = county.truth.select("record_id", entity_id="person").join(both, on="record_id")
    return left, right, truth


@pytest.fixture(scope="module")
def linker(lists: Lists) -> Linker:
    return Linker().fit(lists[0], lists[1])


@pytest.fixture(scope="module", params=WAYS)
def found(request: pytest.FixtureRequest, linker: Linker, lists: Lists) -> Found:
    return linker.link(lists[0], lists[1], one_to_one=request.param)


def test_relatives_in_two_lists_are_not_joined(found: Found, lists: Lists) -> None:
    measured = evaluate(found, lists[2], link_type="link").clusters
    assert measured is not None
    assert measured.counts.precision >= 0.99
    assert measured.counts.recall >= 0.8


def test_doubtful_pairs_wait_for_a_person(found: Found) -> None:
    doubted = {
        "same date of birth and family name, different given names: twins?",
        "same date of birth, family name and home or phone, different given names: twins?",
    }
    twins = found.possible_links.filter(pl.col("reason").is_in(doubted))
    assert twins.height
    assert not twins["linked"].any()


def test_an_explanation_adds_up_to_the_weight_in_the_list_of_pairs(found: Found) -> None:
    for left, right, weight in found.pairs.select("left", "right", "weight").head(400).iter_rows():
        explained = found.explain(left, right)
        assert explained.weight == pytest.approx(weight, abs=1e-9)
        assert sum(step.bits for step in explained.steps) == pytest.approx(weight, abs=1e-6)
        assert explained == found.explain(left, right)


@pytest.mark.parametrize("one_to_one", WAYS)
def test_the_order_of_the_records_plays_no_part(lists: Lists, linker: Linker, one_to_one: bool) -> None:
    left, right, _ = lists
    one = linker.link(left, right, one_to_one=one_to_one)
    mixed = [side.sample(fraction=1.0, shuffle=True, seed=4) for side in (left, right)]
    other = linker.link(*mixed, one_to_one=one_to_one)
    exchanged = linker.link(right, left, one_to_one=one_to_one)
    for again in (other, exchanged):
        assert again.clusters.equals(one.clusters)
        assert again.pairs.drop("weight", "probability").equals(one.pairs.drop("weight", "probability"))


def person(record_id: str, given: str, ni: str | None, born: str = "1969-01-29") -> dict[str, str | None]:
    return {
        "record_id": record_id,
        "given_names": given,
        "family_name": "Quill",
        "date_of_birth": born,
        "ni_number": ni,
    }


LEFT = pl.DataFrame([person("a", "Zebedee", "GS123457A"), person("b", "Ottoline", None, "1988-03-04")])
RIGHT = pl.DataFrame(
    [
        person("x", "Zebedee", "GS123457A"),
        person("y", "Zebedee", "GS999998B"),
        person("z", "Ottoline", None, "1988-03-04"),
        person("w", "Barnaby", None, "1955-12-30"),
    ]
)


def joined(one_to_one: bool, **decisions: list[tuple[str, str]]) -> set[frozenset[str]]:
    """Return the clusters of more than one record."""
    small = Linker().fit(LEFT, RIGHT).link(LEFT, RIGHT, one_to_one=one_to_one, **decisions)  # type: ignore[arg-type]
    groups = small.clusters.group_by("cluster_id").agg("record_id")["record_id"].to_list()
    return {frozenset(group) for group in groups if len(group) > 1}


@pytest.mark.parametrize("one_to_one", WAYS)
@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        pytest.param({}, {"ax", "bz"}, id="no decision, and two numbers are two people"),
        pytest.param({"cannot_link": [("x", "a")]}, {"bz"}, id="a pair parted"),
        pytest.param({"must_link": [("w", "b")], "cannot_link": [("z", "b")]}, {"ax", "bw"}, id="joined"),
        pytest.param({"must_link": [("a", "w")], "cannot_link": [("a", "w")]}, {"ax", "bz"}, id="both"),
    ],
)
def test_decisions_hold_between_two_lists(
    one_to_one: bool, decisions: dict[str, list[tuple[str, str]]], expected: set[str]
) -> None:
    assert joined(one_to_one, **decisions) == {frozenset(pair) for pair in expected}


def test_a_record_that_a_person_joined_to_another_has_its_partner() -> None:
    assert joined(True, must_link=[("b", "w")]) == {frozenset("ax"), frozenset("bw")}


@pytest.mark.parametrize("one_to_one", WAYS)
def test_a_decision_about_an_unknown_record_is_refused(one_to_one: bool) -> None:
    with pytest.raises(MatchingError, match="not there"):
        joined(one_to_one, cannot_link=[("a", "nobody")])


def test_a_parted_pair_is_not_asked_about_again() -> None:
    linker = Linker().fit(LEFT, RIGHT)
    pairs = {("a", "x"), ("b", "z")}
    found = linker.link(LEFT, RIGHT, cannot_link=[(right, left) for left, right in pairs])
    assert not pairs & set(found.possible_links.select("left", "right").iter_rows())
    again = pl.concat([LEFT, RIGHT])
    whole = Linker().fit(again).dedupe(again, cannot_link=list(pairs))
    assert not pairs & set(whole.possible_links.select("left", "right").iter_rows())
    assert pairs <= set(whole.pairs.select("left", "right").iter_rows())


def two_lists(shared: int, alone: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return lists that share some people and have some of their own; the last of each may be twins."""
    rng = random.Random(8)
    given = ["Ada", "Basil", "Cora", "Dylan", "Edith", "Felix", "Greta", "Hugo", "Ines", "Jonas"]
    family = [first + last for first in ("Nor", "Sut", "Wes", "Mid") for last in ("ton", "ley", "combe")]

    def somebody() -> dict[str, str]:
        born = f"19{rng.randrange(50, 99)}-{rng.randrange(2, 13):02}-{rng.randrange(2, 29):02}"
        names = {"given_names": rng.choice(given), "family_name": rng.choice(family)}
        return {**names, "date_of_birth": born}

    def listed(mark: str, people: list[dict[str, str]], last: str) -> pl.DataFrame:
        twin = {"given_names": last, "family_name": "Quill", "date_of_birth": "1969-03-29"}
        rows = [*people, twin]
        return pl.DataFrame([{"record_id": f"{mark}{place}", **row} for place, row in enumerate(rows)])

    both, one, other = ([somebody() for _ in range(size)] for size in (shared, alone, alone))
    return listed("l", both + one, "Ottoline"), listed("r", both + other, "Barnaby")


@pytest.mark.parametrize(
    ("shared", "alone", "one_person"),
    [
        pytest.param(400, 0, True, id="everybody-else-has-a-partner"),
        pytest.param(200, 200, False, id="half-have-none"),
        pytest.param(3, 0, False, id="of-few-nothing-is-known"),
    ],
)
def test_who_has_no_partner_where_nearly_all_have_one_is_no_twin(
    shared: int, alone: int, one_person: bool
) -> None:
    left, right = two_lists(shared, alone)
    found = Linker().fit(left, right).link(left, right, one_to_one=True)
    cluster = dict(found.clusters.iter_rows())
    assert (cluster[left["record_id"][-1]] == cluster[right["record_id"][-1]]) is one_person
