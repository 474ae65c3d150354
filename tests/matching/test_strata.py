"""Strata: every pair in one, the same for every order of the same run."""

import itertools
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching.strata import BELOW, INDIRECT, JOINED, LINKED, UNSEEN, divide


@dataclass(frozen=True)
class Run:
    pairs: pl.DataFrame
    clusters: pl.DataFrame
    link_threshold: float = 6.0


def make_run(number: int = 400, seed: int = 3) -> Run:
    rng = np.random.default_rng(seed)
    ids = [f"r{i:04d}" for i in range(2 * number)]
    bits = rng.normal(5, 8, number)
    pairs = pl.DataFrame({"left": ids[:number], "right": ids[number:], "weight": bits})
    return Run(pairs, pl.DataFrame({"record_id": ids}))


def test_bands_lie_by_weight_and_hold_every_pair_once() -> None:
    run = make_run()
    strata = divide(run)
    assert strata.pairs.height == 400
    assert strata.table["pairs"].sum() == 800 * 799 // 2
    linked = strata.table.filter(pl.col("kind") == LINKED)
    below = strata.table.filter(pl.col("kind") == BELOW)
    assert (linked.height, below.height) == (2, 3)
    assert linked["weight_from"].min() >= 6.0 > below["weight_to"].max()  # type: ignore[operator]
    for rows in (linked.rows(named=True), below.rows(named=True)):
        assert all(one["weight_from"] >= other["weight_to"] for one, other in itertools.pairwise(rows))


def test_the_stratum_of_a_pair_is_where_its_weight_lies() -> None:
    strata = divide(make_run())
    placed = strata.pairs.join(strata.table, on="stratum").filter(pl.col("kind") != INDIRECT)
    assert placed.filter(~pl.col("weight").is_between(pl.col("weight_from"), pl.col("weight_to"))).is_empty()


def test_the_order_of_pairs_and_of_their_sides_does_not_matter() -> None:
    run = make_run()
    turned = run.pairs.select(
        pl.col("right").alias("left"), pl.col("left").alias("right"), "weight"
    ).reverse()
    other = divide(Run(turned, run.clusters.reverse()))
    assert other.pairs.equals(divide(run).pairs)
    assert other.table.equals(divide(run).table)


def test_probabilities_follow_from_weights_where_none_are_given() -> None:
    run = make_run(60)
    given = run.pairs.with_columns((1 / (1 + (-pl.col("weight") * np.log(2)).exp())).alias("probability"))
    assert divide(run).pairs["probability"].to_list() == pytest.approx(
        divide(Run(given, run.clusters)).pairs["probability"].to_list()
    )


def test_few_pairs_make_one_stratum_a_side() -> None:
    strata = divide(make_run(20))
    assert strata.table["kind"].to_list() == [LINKED, BELOW, INDIRECT, UNSEEN]


def linked(pairs: list[tuple[str, str]]) -> Run:
    frame = pl.DataFrame(pairs, schema=["left", "right"], orient="row")
    records = sorted({record for pair in pairs for record in pair})
    return Run(frame.with_columns(pl.lit(9.0).alias("weight")), pl.DataFrame({"record_id": records}))


def test_pairs_joined_through_a_third_record_are_a_stratum() -> None:
    run = linked([("a", "b"), ("b", "c"), ("d", "e"), ("g", "h"), ("g", "i"), ("h", "i")])
    strata = divide(run)
    indirect = strata.pairs.filter(pl.col("weight").is_null())
    assert indirect.select("left", "right").rows() == [("a", "c")]
    assert strata.table.filter(pl.col("kind") == UNSEEN).item(0, "pairs") == 28 - 6 - 1


def test_a_weak_pair_joins_nothing() -> None:
    run = linked([("a", "b"), ("b", "c"), ("g", "h"), ("g", "i"), ("h", "i")])
    weak = run.pairs.with_columns(
        pl.when(pl.col("left") == "b").then(1.0).otherwise("weight").alias("weight")
    )
    assert divide(Run(weak, run.clusters)).pairs["weight"].null_count() == 0


def test_two_lists_linked_have_no_pairs_joined_through_a_third_record() -> None:
    run = linked([("a1", "b1"), ("a2", "b1"), ("a3", "b2")])
    assert divide(run).pairs.height == 3


def test_a_run_without_pairs_has_only_unseen_ones() -> None:
    empty = pl.DataFrame(schema={"left": pl.String, "right": pl.String, "weight": pl.Float64})
    strata = divide(Run(empty, pl.DataFrame({"record_id": ["a", "b", "c"]})))
    assert strata.table["kind"].to_list() == [INDIRECT, UNSEEN]
    assert strata.table["pairs"].to_list() == [0, 3]


@given(
    st.sets(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]), min_size=1
    )
)
def test_pairs_joined_through_a_third_agree_with_a_slow_search(found: set[tuple[int, int]]) -> None:
    run = linked([(f"r{a}", f"r{b}") for a, b in sorted(found)])
    near = {
        (a, b)
        for a, b in itertools.combinations(range(8), 2)
        if any(
            {tuple(sorted((a, third))), tuple(sorted((b, third)))} <= found
            for third in range(8)
            if third not in (a, b)
        )
    }
    expected = near - found if near & found else set()
    listed = divide(run).pairs.filter(pl.col("weight").is_null()).select("left", "right").rows()
    assert set(listed) == {(f"r{a}", f"r{b}") for a, b in expected}


@given(st.lists(st.floats(-20, 20), max_size=300), st.floats(-5, 5))
def test_every_pair_is_in_one_stratum_of_its_side(weights: list[float], threshold: float) -> None:
    ids = [f"r{i:04d}" for i in range(2 * len(weights) + 2)]
    left, right = ids[: len(weights)], ids[len(weights) : 2 * len(weights)]
    schema = {"left": pl.String, "right": pl.String, "weight": pl.Float64}
    pairs = pl.DataFrame({"left": left, "right": right, "weight": weights}, schema=schema)
    strata = divide(Run(pairs, pl.DataFrame({"record_id": ids}), threshold))
    assert strata.pairs.height == len(weights)
    placed = strata.pairs.join(strata.table.select("stratum", "kind"), on="stratum")
    assert ((placed["weight"] >= threshold) == (placed["kind"] == LINKED)).all()
    counted = placed.group_by("stratum").len().sort("stratum")
    sizes = strata.table.filter(pl.col("stratum").is_in(counted["stratum"].implode())).sort("stratum")
    assert counted["len"].to_list() == sizes["pairs"].to_list()


def clustered(pairs: list[tuple[str, str]], homes: dict[str, str]) -> Run:
    clusters = pl.DataFrame({"record_id": list(homes), "cluster_id": list(homes.values())})
    return Run(linked(pairs).pairs, clusters)


def test_by_clusters_a_link_is_a_pair_in_one_cluster_compared_or_not() -> None:
    homes = {"a": "A", "b": "A", "c": "A", "d": "D", "e": "E", "f": "E"}
    run = clustered([("a", "b"), ("b", "c"), ("c", "d"), ("b", "d")], homes)
    strata = divide(run, "clusters")
    kinds = strata.pairs.join(strata.table.select("stratum", "kind"), on="stratum")
    placed = {(left, right): kind for left, right, kind in kinds.select("left", "right", "kind").rows()}
    assert placed == {
        ("a", "b"): LINKED,
        ("b", "c"): LINKED,
        ("c", "d"): BELOW,
        ("b", "d"): BELOW,
        ("a", "c"): JOINED,
        ("e", "f"): JOINED,
        ("a", "d"): INDIRECT,
    }
    assert strata.table["pairs"].sum() == 15


def test_what_a_link_is_must_be_known() -> None:
    with pytest.raises(MatchingError, match="Use weight or clusters"):
        divide(make_run(), "luck")


@given(
    st.lists(st.integers(0, 3), min_size=8, max_size=8),
    st.sets(st.sampled_from(list(itertools.combinations(range(8), 2)))),
)
def test_by_clusters_every_pair_in_a_cluster_is_a_link(homes: list[int], found: set[tuple[int, int]]) -> None:
    frame = pl.DataFrame(
        [(f"r{a}", f"r{b}", 1.0) for a, b in sorted(found)],
        schema={"left": pl.String, "right": pl.String, "weight": pl.Float64},
        orient="row",
    )
    clusters = pl.DataFrame({"record_id": [f"r{i}" for i in range(8)], "cluster_id": homes})
    table = divide(Run(frame, clusters), "clusters").table
    together = sum(homes[a] == homes[b] for a, b in itertools.combinations(range(8), 2))
    assert table.filter(pl.col("kind").is_in([LINKED, JOINED]))["pairs"].sum() == together
    assert table["pairs"].sum() == 28
