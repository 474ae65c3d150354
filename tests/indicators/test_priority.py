"""Priority: explained, reproducible, monotone, and never in need of verification."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bnl.indicators.history import history
from bnl.indicators.institutions import discharge_watch
from bnl.indicators.ledger import ledger
from bnl.indicators.listing import by_name_list
from bnl.indicators.priority import (
    COUNTY_FACTORS,
    YOUTH_FACTORS,
    Factor,
    FactorSet,
    equity,
    facts_of,
    prioritise,
)
from bnl.indicators.rules import COUNTY
from bnl.indicators.track import track
from tests.happenings import day, ev, frame

SETS = [pytest.param(COUNTY_FACTORS, id="county"), pytest.param(YOUTH_FACTORS, id="young people")]


def facts(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return a facts frame."""
    return pl.DataFrame(list(rows), infer_schema_length=None)


@st.composite
def person(draw: st.DrawFn, factors: FactorSet, name: str) -> dict[str, Any]:
    """Return a row of facts, some of them unknown."""
    row: dict[str, Any] = {"person_id": name}
    for factor in factors.factors:
        if draw(st.integers(0, 4)):
            row[factor.fact] = (
                draw(st.integers(0, 500)) if factor.numeric else draw(st.sampled_from(factor.levels))
            )
        else:
            row[factor.fact] = None
    return row


@pytest.mark.parametrize("factors", SETS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_worse_never_ranks_lower(factors: FactorSet, data: st.DataObject) -> None:
    others = [data.draw(person(factors, f"o{number}")) for number in range(3)]
    me = data.draw(person(factors, "me"))
    factor = data.draw(st.sampled_from(factors.factors))
    if factor.numeric:
        worse: Any = (me[factor.fact] or 0) + data.draw(st.integers(0, 400))
    else:
        level = factor.level(me[factor.fact]) or 0
        worse = factor.levels[data.draw(st.integers(level, len(factor.levels) - 1))]
    rank = {place.person_id: place.rank for place in prioritise(facts(me, *others), factors)}["me"]
    changed = {**me, factor.fact: worse}
    now = {place.person_id: place.rank for place in prioritise(facts(changed, *others), factors)}["me"]
    assert now <= rank


@pytest.mark.parametrize("factors", SETS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_order_depends_on_the_facts_alone(factors: FactorSet, data: st.DataObject) -> None:
    rows = [data.draw(person(factors, name)) for name in "abcd"]
    one = prioritise(facts(*rows), factors)
    other = prioritise(facts(*data.draw(st.permutations(rows))), factors)
    assert one == other
    assert [place.rank for place in one] == [1, 2, 3, 4]
    assert [place.score for place in one] == sorted((place.score for place in one), reverse=True)


@pytest.mark.parametrize("factors", SETS)
def test_no_factor_reads_verification(factors: FactorSet) -> None:
    words = ("verif", "sighting", "witness", "proof")
    for factor in factors.factors:
        assert not any(word in factor.fact.lower() for word in words)


@pytest.mark.parametrize("factors", SETS)
def test_scores_lie_between_nought_and_a_hundred(factors: FactorSet) -> None:
    worst = {factor.fact: 10_000 if factor.numeric else factor.levels[-1] for factor in factors.factors}
    best = {factor.fact: 0 if factor.numeric else factor.levels[0] for factor in factors.factors}
    places = prioritise(facts({"person_id": "worst", **worst}, {"person_id": "best", **best}), factors)
    assert [place.person_id for place in places] == ["worst", "best"]
    assert [place.score for place in places] == [Fraction(100), Fraction(0)]


def test_a_place_is_explained() -> None:
    place = prioritise(
        facts({"person_id": "p", "situation": "hidden", "days_homeless": 100, "unsafe": "yes"})
    )[0]
    assert place.parts["where they live"] == ("hidden", 60, Fraction(18))
    assert place.parts["time without a home"] == ("100", 50, Fraction(10))
    assert place.parts["safety"] == ("yes", 100, Fraction(10))
    assert place.score == sum((part for _, _, part in place.parts.values()), Fraction(0)) == 38
    assert place.unknown == ("returns", "discharge", "health")
    assert "time without a home worse (180): 43.0" in place.changes
    assert "safety better (no): 28.0" in place.changes
    assert not any("safety worse" in change for change in place.changes)


def test_what_would_change_a_place_is_true() -> None:
    row = {"person_id": "p", "situation": "hidden", "days_homeless": 100, "returns": 1}
    place = prioritise(facts(row))[0]
    moved = prioritise(facts(row | {"days_homeless": 180}))[0]
    assert f"time without a home worse (180): {float(moved.score):.1f}" in place.changes


def test_equal_scores_stand_by_waiting_time_then_id() -> None:
    rows: list[dict[str, Any]] = [
        {"person_id": "b", "since": day("2024-01-02")},
        {"person_id": "d", "since": None},
        {"person_id": "c", "since": day("2024-01-01")},
        {"person_id": "a", "since": day("2024-01-02")},
    ]
    assert [place.person_id for place in prioritise(facts(*rows))] == ["c", "a", "b", "d"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"points": (1,)}, "one number of points", id="a level without points"),
        pytest.param({"points": (5, 1)}, "must not fall", id="points that fall"),
        pytest.param({"points": (-1, 1)}, "must not fall", id="negative points"),
        pytest.param({"levels": (), "points": ()}, "one number of points", id="no levels"),
        pytest.param({"levels": (5, 1), "numeric": True}, "must rise", id="thresholds that fall"),
        pytest.param(
            {"levels": ("a", "b"), "numeric": True}, "must rise", id="thresholds that are no numbers"
        ),
    ],
)
def test_a_factor_that_could_rank_worse_lower_cannot_be_made(changes: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"name": "f", "fact": "f", "says": "f", "levels": ("no", "yes"), "points": (0, 1)}
    Factor(**good)
    with pytest.raises(ValidationError, match=message):
        Factor(**(good | changes))


@pytest.mark.parametrize("weights", [pytest.param((1, 2), id="too many"), pytest.param((-1,), id="negative")])
def test_a_set_needs_one_weight_per_factor(weights: tuple[int, ...]) -> None:
    factor = Factor(name="f", fact="f", says="f", levels=("no", "yes"), points=(0, 1))
    with pytest.raises(ValidationError, match="one weight"):
        FactorSet(name="s", version=1, factors=(factor,), weights=weights)


def test_sets_are_named_and_versioned() -> None:
    assert COUNTY_FACTORS.label == "county v1"
    assert YOUTH_FACTORS.label == "young people v1"
    assert sum(COUNTY_FACTORS.weights) == sum(YOUTH_FACTORS.weights) == 100


@pytest.mark.parametrize(
    ("value", "level"),
    [
        pytest.param(None, None, id="unknown"),
        pytest.param(0, 0, id="the first"),
        pytest.param(27, 0, id="below the next"),
        pytest.param(28, 1, id="at the next"),
        pytest.param(-5, 0, id="below all"),
        pytest.param(9999, 4, id="beyond all"),
        pytest.param("many", None, id="no number"),
    ],
)
def test_levels_of_numbers(value: object, level: int | None) -> None:
    factor = next(factor for factor in COUNTY_FACTORS.factors if factor.fact == "days_homeless")
    assert factor.level(value) == level


def test_the_list_knows_its_own_facts() -> None:
    on = day("2024-03-01")
    table = frame(
        ev("p", "sighting", "2023-01-01"),
        ev("p", "accommodation_start", "2023-06-01", situation="settled"),
        ev("p", "sighting", "2024-02-01", verified="self_reported"),
        ev("q", "accommodation_start", "2024-02-20", situation="hidden"),
        ev("r", "institution_admission", "2024-02-01", entry_situation="hidden", expected_on="2024-03-10"),
        ev("s", "contact", "2024-02-10"),
    )
    past = history(table)
    books = ledger(past, track(past, COUNTY), COUNTY).table(past)
    known = facts_of(by_name_list(past, on), books, discharge_watch(past, on), on)
    assert known.select("person_id", "situation", "days_homeless", "returns", "discharge").rows() == [
        ("p", "rough_sleeping", 29, 1, "none"),
        ("q", "hidden", 10, 0, "none"),
        ("r", "unknown", 0, 0, "due"),
        ("s", "unknown", 0, 0, "none"),
    ]
    assert [place.person_id for place in prioritise(known)] == ["p", "r", "q", "s"]


@pytest.mark.parametrize("verified", ["verified", "unverified", "self_reported", None])
def test_verification_changes_no_place(verified: str | None) -> None:
    on = day("2024-03-01")
    table = frame(ev("p", "sighting", "2024-02-01", verified=verified), ev("q", "sighting", "2024-02-02"))
    past = history(table)
    books = ledger(past, track(past, COUNTY), COUNTY).table(past)
    places = prioritise(facts_of(by_name_list(past, on), books, discharge_watch(past, on), on))
    assert [(place.person_id, place.score) for place in places] == [("p", Fraction(35)), ("q", Fraction(35))]


def test_the_equity_table_gives_nobody_away() -> None:
    rows = [{"person_id": f"p{number:02}", "returns": number % 3} for number in range(20)]
    community = {f"p{number:02}": "x" if number < 12 else "y" for number in range(18)}
    table = equity(prioritise(facts(*rows)), community, 10)
    assert set(table) == {"first", "all"}
    assert table["all"].cells["not known"] == "<5"
    assert list(table["all"].cells) == ["not known", "x", "y"]
