"""Explanations: they add up, they have words, and they know only records of the run."""

from __future__ import annotations

import polars as pl
import pytest

from bnl.errors import MatchingError
from bnl.matching.explain import probability_of
from bnl.matching.found import Found
from bnl.matching.levels import LEVELS
from bnl.matching.linker import Linker
from bnl.simulation import simulate


@pytest.fixture(scope="module")
def found() -> Found:
    records = simulate(seed=31, people=120, years=1).records()
    return Linker().fit(records).dedupe(records)


def test_every_pair_is_explained_to_its_weight(found: Found) -> None:
    for left, right, weight, probability in found.pairs.select(
        "left", "right", "weight", "probability"
    ).iter_rows():
        explained = found.explain(left, right)
        assert explained.weight == pytest.approx(weight)
        assert explained.probability == pytest.approx(probability)
        assert sum(step.bits for step in explained.steps) == pytest.approx(weight)
        assert all(step.words for step in explained.steps)


def test_the_levels_explained_are_those_of_the_pair(found: Found) -> None:
    names = {level.name for levels in LEVELS.values() for level in levels}
    for row in found.pairs.head(20).iter_rows(named=True):
        for step in found.explain(row["left"], row["right"]).steps:
            if step.column in row:
                assert row[step.column] == step.level
                assert step.level in names


def test_the_waterfall_begins_with_the_prior_and_ends_at_the_weight(found: Found) -> None:
    left, right = found.pairs.select("left", "right").row(0)
    explained = found.explain(left, right)
    frame = explained.frame()
    assert frame["column"][0] == "prior"
    assert frame["total"][-1] == pytest.approx(explained.weight)
    assert frame.schema["bits"] == pl.Float64


def test_records_that_are_no_candidates_are_explained_too(found: Found) -> None:
    ids = found.clusters["record_id"]
    candidates = set(found.pairs.select("left", "right").iter_rows())
    pair = next((a, b) for a in ids for b in ids if a < b and (a, b) not in candidates)
    assert found.explain(*pair).weight < found.link_threshold


def test_a_stranger_is_not_explained(found: Found) -> None:
    with pytest.raises(MatchingError):
        found.explain("nobody", found.pairs["left"][0])


@pytest.mark.parametrize(("bits", "expected"), [(0.0, 0.5), (1.0, 2 / 3), (-1.0, 1 / 3), (50.0, 1.0)])
def test_bits_are_odds(bits: float, expected: float) -> None:
    assert probability_of(bits) == pytest.approx(expected)
