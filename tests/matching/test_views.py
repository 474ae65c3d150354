"""What charts show: sums, order and edges of the frames behind them."""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching.linker import Linker
from bnl.matching.views import (
    blocking_table,
    calibration,
    calibration_error,
    cluster_sizes,
    cluster_view,
    level_table,
    waterfall,
    weight_histogram,
)


@dataclass(frozen=True)
class Step:
    column: str
    words: str
    bits: float


@dataclass(frozen=True)
class Rule:
    rule: tuple[str, ...]
    pairs: int
    largest: int = 3
    capped_blocks: int = 0
    capped_pairs: int = 0


bits = st.floats(-30, 30, allow_nan=False)


@given(st.lists(bits, max_size=8))
def test_a_waterfall_steps_from_the_last_end_and_totals_the_bits(steps: list[float]) -> None:
    table = waterfall([Step("name", "same", step) for step in steps])
    rows = table.rows(named=True)
    assert [row["start"] for row in rows[:-1]] == [0.0, *(row["end"] for row in rows[:-2])][: len(steps)]
    assert rows[-1]["speaks"] == "total"
    assert rows[-1]["bits"] == rows[-1]["end"] == pytest.approx(sum(steps))
    assert all((row["speaks"] == "for") == (row["bits"] >= 0) for row in rows[:-1])


def test_blocking_rules_stand_by_the_pairs_they_gave() -> None:
    table = blocking_table([Rule(("a", "b"), 5), Rule(("c",), 90, 40, 2, 1000)])
    assert table["rule"].to_list() == ["c", "a + b"]
    assert table.row(0, named=True) == {
        "place": 0,
        "rule": "c",
        "pairs": 90,
        "largest": 40,
        "capped_blocks": 2,
        "capped_pairs": 1000,
    }
    assert blocking_table([]).is_empty()


def small_run() -> pl.DataFrame:
    given_names = ["Ann", "Ann", "Ben", "Ben", "Cara", "Dora", "Eve", "Finn"] * 4
    return pl.DataFrame(
        {
            "record_id": [f"r{i:02d}" for i in range(32)],
            "given_names": given_names,
            "family_name": ["Lark", "Lark", "Moss", "Mosse", "Nye", "Oak", "Pike", "Reed"] * 4,
            "date_of_birth": [f"19{60 + i % 9}-0{1 + i % 8}-1{i % 7}" for i in range(32)],
        }
    )


def test_levels_carry_probabilities_that_sum_to_one_and_their_bits() -> None:
    fitted = Linker().fit(small_run()).fitted
    assert fitted is not None
    table = level_table(fitted)
    assert set(table["column"]) == set(fitted.columns)
    assert "missing" not in table["level"]
    for side in ("m", "u"):
        assert table[side].is_between(0, 1).all()
    expected = np.log2(np.clip(table["m"], 1e-12, 1)) - np.log2(np.clip(table["u"], 1e-12, 1))
    assert table["bits"].to_list() == pytest.approx(expected.tolist())
    assert table["bits"].is_finite().all()


@given(st.lists(bits, max_size=40), st.floats(-5, 5), st.floats(0, 10))
def test_a_histogram_counts_every_pair_once_with_its_decision(
    weights: list[float], review: float, apart: float
) -> None:
    pairs = pl.DataFrame({"weight": weights}, schema={"weight": pl.Float64})
    link = review + apart
    table = weight_histogram(pairs, link, review)
    assert table["pairs"].sum() == len(weights)
    counted = {
        decision: table.filter(pl.col("decision") == decision)["pairs"].sum()
        for decision in ("link", "review", "no link")
    }
    assert counted["link"] == sum(weight >= link for weight in weights)
    assert counted["no link"] == sum(weight < review for weight in weights)
    assert (table["weight_from"] <= table["weight_to"]).all()
    for row in table.iter_rows(named=True):
        inside = [weight for weight in weights if row["weight_from"] <= weight <= row["weight_to"]]
        assert len(inside) >= row["pairs"]


def test_bars_break_at_the_thresholds() -> None:
    table = weight_histogram(pl.DataFrame({"weight": [2.2, 2.7]}), 2.5, 0.0)
    assert table.select("weight_from", "weight_to", "decision").rows() == [
        (2.0, 2.5, "review"),
        (2.5, 3.0, "link"),
    ]


def test_calibration_compares_given_and_observed_by_bin() -> None:
    labelled = pl.DataFrame(
        {"probability": [0.001, 0.05, 0.15, 0.15, 0.95, 1.0], "same": [True, False, True, False, True, True]}
    )
    table = calibration(labelled)
    assert table["pairs"].to_list() == [1, 2, 2]
    assert table["observed"].to_list() == [0.0, 0.5, 1.0]
    assert table["given"].to_list() == pytest.approx([0.05, 0.15, 0.975])
    assert table["probability_to"].to_list() == pytest.approx([0.1, 0.2, 1.0])
    assert calibration_error(table) == pytest.approx((0.05 + 2 * 0.35 + 2 * 0.025) / 5)


def test_pairs_nobody_labelled_do_not_count() -> None:
    labelled = pl.DataFrame({"probability": [0.5, 0.5], "same": [True, None]})
    assert calibration(labelled)["pairs"].to_list() == [1]


def test_without_pairs_there_is_no_calibration_error() -> None:
    table = calibration(pl.DataFrame(schema={"probability": pl.Float64, "same": pl.Boolean}))
    assert table.is_empty()
    assert calibration_error(table) == 0.0


@given(st.integers(0, 2**32 - 1))
def test_probabilities_that_are_true_are_calibrated(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chance = rng.random(4000)
    table = calibration(pl.DataFrame({"probability": chance, "same": rng.random(4000) < chance}))
    assert calibration_error(table) < 0.05


def test_cluster_sizes() -> None:
    clusters = pl.DataFrame({"record_id": list("abcdef"), "cluster_id": list("aabbcd")})
    assert cluster_sizes(clusters).rows() == [(1, 2), (2, 2)]


CLUSTERS = pl.DataFrame({"record_id": ["a", "b", "c", "d"], "cluster_id": ["a", "a", "a", "d"]})
PAIRS = pl.DataFrame({"left": ["a", "b", "c"], "right": ["b", "c", "d"], "weight": [9.0, 1.0, 8.0]})


def test_a_cluster_lies_on_a_circle_with_its_own_pairs_only() -> None:
    view = cluster_view("a", CLUSTERS, PAIRS, 5.0)
    assert view.nodes["record_id"].to_list() == ["a", "b", "c"]
    assert [math.hypot(x, y) for x, y in view.nodes.select("x", "y").rows()] == pytest.approx([1.0] * 3)
    assert view.edges.select("left", "right", "link").rows() == [("a", "b", True), ("b", "c", False)]
    where = {record: (x, y) for record, x, y in view.nodes.select("record_id", "x", "y").rows()}
    for row in view.edges.iter_rows(named=True):
        assert (row["x"], row["y"]) == where[row["left"]]
        assert (row["x2"], row["y2"]) == where[row["right"]]


def test_a_record_alone_lies_in_the_middle_under_the_text_given() -> None:
    view = cluster_view("d", CLUSTERS, PAIRS, 5.0, {"d": "somebody"})
    assert view.nodes.row(0) == ("d", 0.0, 0.0, "somebody")
    assert view.edges.is_empty()


def test_an_unknown_cluster_is_an_error() -> None:
    with pytest.raises(MatchingError, match="no such cluster"):
        cluster_view("z", CLUSTERS, PAIRS, 5.0)
