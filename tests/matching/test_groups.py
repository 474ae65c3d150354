"""Error rates by group: gaps found, noise let pass, dependence within people counted."""

import itertools
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching.evaluate import evaluate
from bnl.matching.groups import by_group
from bnl.matching.intervals import wilson


@dataclass(frozen=True)
class Outcome:
    pairs: pl.DataFrame
    clusters: pl.DataFrame
    link_threshold: float = 6.0


@dataclass(frozen=True)
class World:
    truth: pl.DataFrame
    groups: pl.DataFrame
    clusters: pl.DataFrame


def make_world(
    sizes: dict[str, int], missed: dict[str, float], merged: dict[str, float], seed: int = 0
) -> World:
    """Give every person two records; miss some links and merge some neighbours, by group."""
    rng = np.random.default_rng(seed)
    rows = []
    for group, size in sizes.items():
        for number in range(size):
            person = f"{group}{number}"
            neighbour = f"{group}{number - number % 2}"
            first = neighbour if rng.random() < merged.get(group, 0) else person
            second = f"apart-{person}" if rng.random() < missed.get(group, 0) else first
            rows += [(f"{person}-1", person, group, first), (f"{person}-2", person, group, second)]
    frame = pl.DataFrame(rows, schema=["record_id", "entity_id", "group", "cluster_id"], orient="row")
    columns = (frame.select("record_id", column) for column in ("entity_id", "group", "cluster_id"))
    return World(*columns)


def measured(world: World) -> dict[str, dict[str, object]]:
    rows = by_group(world.clusters, world.truth, world.groups)
    return {str(row["group"]): row for row in rows.iter_rows(named=True)}


def test_a_true_gap_is_flagged_with_its_reason() -> None:
    found = measured(make_world({"big": 3000, "small": 600}, {"big": 0.05, "small": 0.15}, {}))
    assert found["small"]["flagged"]
    assert "recall is" in str(found["small"]["why"])
    assert found["small"]["recall_gap"] == pytest.approx(0.10, abs=0.04)
    assert not found["big"]["flagged"]


def test_the_gap_in_f1_is_that_of_the_harmonic_means() -> None:
    found = measured(make_world({"big": 3000, "small": 600}, {"big": 0.05, "small": 0.15}, {"small": 0.1}))
    for row in found.values():
        recall, precision = (float(str(row[name])) for name in ("recall", "precision"))
        assert row["f1"] == pytest.approx(2 * recall * precision / (recall + precision))
        others = [float(str(row[name])) + float(str(row[f"{name}_gap"])) for name in ("recall", "precision")]
        assert row["f1_gap"] == pytest.approx(
            2 * others[0] * others[1] / sum(others) - float(str(row["f1"])), abs=1e-9
        )
    assert float(str(found["small"]["f1_gap"])) > 0.05


def test_wrong_merges_show_in_precision() -> None:
    found = measured(make_world({"big": 2000, "small": 500}, {}, {"small": 0.3}))
    assert found["small"]["flagged"]
    assert "precision is" in str(found["small"]["why"])
    assert found["small"]["recall"] == found["big"]["recall"] == 1.0


def test_a_gap_under_two_points_is_not_flagged_however_sure() -> None:
    found = measured(make_world({"big": 60_000, "other": 60_000}, {"big": 0.05, "other": 0.062}, {}))
    assert found["other"]["recall_gap_low"] > 0  # type: ignore[operator]
    assert not found["other"]["flagged"]


def test_a_small_group_is_not_flagged_by_noise_alone() -> None:
    sizes = {"big": 1500} | {f"small{i}": 12 for i in range(8)}
    worlds = [make_world(sizes, dict.fromkeys(sizes, 0.08), {}, seed) for seed in range(25)]
    flagged = [bool(row["flagged"]) for world in worlds for row in measured(world).values()]
    assert np.mean(flagged) <= 0.02


def test_one_person_with_many_records_is_one_voice() -> None:
    many = [(f"m{i}", "m", "small", f"m{i}") for i in range(20)]
    few = [(f"{person}-{i}", person, "big", person) for person in map(str, range(300)) for i in range(2)]
    frame = pl.DataFrame(many + few, schema=["record_id", "entity_id", "group", "cluster_id"], orient="row")
    rows = by_group(*(frame.select("record_id", name) for name in ("cluster_id", "entity_id", "group")))
    small = rows.filter(pl.col("group") == "small").row(0, named=True)
    assert small["recall"] == 0.0
    assert small["recall_pairs"] == 190
    assert small["recall_high"] > 0.5


def test_rates_agree_with_the_evaluation_when_everybody_is_one_group() -> None:
    world = make_world({"a": 400}, {"a": 0.1}, {"a": 0.2})
    everybody = world.groups.with_columns(pl.lit("all").alias("group"))
    row = by_group(world.clusters, world.truth, everybody).row(0, named=True)
    whole = evaluate(world.clusters, world.truth).clusters
    assert whole is not None
    assert (row["precision"], row["recall"]) == pytest.approx((whole.counts.precision, whole.counts.recall))
    assert not row["flagged"]
    assert (row["recall_gap"], row["recall_gap_low"], row["recall_gap_high"]) == (0.0, -1.0, 1.0)


@pytest.mark.parametrize("threshold", [None, 5.0])
def test_pairs_are_measured_as_the_evaluation_measures_them(threshold: float | None) -> None:
    world = make_world({"a": 60}, {}, {})
    ids = world.truth["record_id"].to_list()
    rng = np.random.default_rng(2)
    pairs = pl.DataFrame({"left": ids, "right": rng.permutation(ids), "weight": rng.normal(5, 4, len(ids))})
    everybody = world.groups.with_columns(pl.lit("all").alias("group"))
    row = by_group(pairs, world.truth, everybody, threshold=threshold).row(0, named=True)
    scores = evaluate(pairs, world.truth, threshold=threshold).pairs
    assert scores is not None
    assert (row["precision"], row["recall"]) == pytest.approx((scores.counts.precision, scores.counts.recall))


def test_a_whole_outcome_is_measured_by_its_clusters() -> None:
    world = make_world({"a": 50, "b": 50}, {"a": 0.3}, {})
    outcome = Outcome(pl.DataFrame(schema={"left": pl.String, "right": pl.String}), world.clusters)
    assert by_group(outcome, world.truth, world.groups).equals(
        by_group(world.clusters, world.truth, world.groups)
    )


def test_linking_regards_only_pairs_between_sources() -> None:
    world = make_world({"a": 50, "b": 50}, {"a": 0.3}, {})
    truth = world.truth.with_columns(pl.col("record_id").str.tail(1).alias("source"))
    linked = by_group(world.clusters, truth, world.groups, link_type="link")
    assert linked.equals(by_group(world.clusters, world.truth, world.groups))
    within = truth.with_columns(pl.lit("one").alias("source"))
    assert by_group(world.clusters, within, world.groups, link_type="link")["recall_pairs"].sum() == 0


def test_records_in_no_group_count_among_the_others() -> None:
    world = make_world({"a": 300, "b": 300}, {"b": 0.2}, {})
    only = world.groups.filter(pl.col("group") == "b")
    row = by_group(world.clusters, world.truth, only).row(0, named=True)
    assert row["flagged"]


def test_groups_of_unknown_records_are_an_error() -> None:
    world = make_world({"a": 5}, {}, {})
    strangers = pl.DataFrame({"record_id": ["zz"], "group": ["a"]})
    with pytest.raises(MatchingError, match="no record is in the truth"):
        by_group(world.clusters, world.truth, strangers)


def test_independent_decisions_on_one_person_narrow_the_interval() -> None:
    rng = np.random.default_rng(6)
    apart = rng.random((200, 6)) < 0.1
    rows = [
        (f"{person}-{i}", str(person), f"x{person}-{i}" if apart[person, i] else f"c{person}")
        for person in range(200)
        for i in range(6)
    ]
    frame = pl.DataFrame(rows, schema=["record_id", "entity_id", "cluster_id"], orient="row")
    groups = frame.select("record_id", pl.lit("all").alias("group"))
    clusters, truth = (frame.select("record_id", name) for name in ("cluster_id", "entity_id"))
    row = by_group(clusters, truth, groups).row(0, named=True)
    everything_one = wilson(row["recall"] * 200, 200)
    assert everything_one.low < row["recall_low"] < row["recall"] < row["recall_high"] < everything_one.high


def test_a_gap_among_a_few_hundred_people_is_found() -> None:
    missed = {"big": 0.04, "small": 0.14}
    worlds = [make_world({"big": 4000, "small": 250}, missed, {}, seed) for seed in range(10)]
    assert all(measured(world)["small"]["flagged"] for world in worlds)


@given(
    st.lists(st.integers(0, 3), min_size=9, max_size=9),
    st.lists(st.integers(0, 3), min_size=9, max_size=9),
    st.lists(st.sampled_from(["a", "b", None]), min_size=9, max_size=9),
)
def test_rates_agree_with_a_slow_count(
    entity: list[int], cluster: list[int], group: list[str | None]
) -> None:
    assume(any(group))
    ids = [f"r{i}" for i in range(9)]
    truth = pl.DataFrame({"record_id": ids, "entity_id": entity})
    clusters = pl.DataFrame({"record_id": ids, "cluster_id": cluster})
    groups = pl.DataFrame(
        {"record_id": ids, "group": group}, schema={"record_id": pl.String, "group": pl.String}
    )
    rows = by_group(clusters, truth, groups)
    assert set(rows["group"]) == {name for name in group if name}
    for row in rows.iter_rows(named=True):
        touched = [
            (one, other)
            for one, other in itertools.combinations(range(9), 2)
            if row["group"] in (group[one], group[other])
        ]
        true = [entity[one] == entity[other] for one, other in touched]
        linked = [cluster[one] == cluster[other] for one, other in touched]
        right = sum(same and joined for same, joined in zip(true, linked, strict=True))
        assert row["records"] == group.count(row["group"])
        assert (row["recall_pairs"], row["precision_pairs"]) == (sum(true), sum(linked))
        assert row["recall"] == pytest.approx(right / sum(true) if any(true) else 1.0)
        assert row["precision"] == pytest.approx(right / sum(linked) if any(linked) else 1.0)
        assert row["recall_low"] <= row["recall"] + 1e-12
        assert row["recall"] <= row["recall_high"] + 1e-12


def test_flagged_groups_stand_with_the_largest_gap_first() -> None:
    sizes = {"big": 3000, "one": 500, "two": 500}
    rows = by_group(*world_frames(make_world(sizes, {"one": 0.1, "two": 0.3}, {})))
    assert rows["group"].to_list() == ["two", "one", "big"]
    assert rows["flagged"].to_list() == [True, True, False]


def world_frames(world: World) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    return world.clusters, world.truth, world.groups


def test_a_record_may_be_in_several_groups() -> None:
    world = make_world({"a": 200}, {"a": 0.1}, {})
    twice = pl.concat([world.groups, world.groups.with_columns(pl.lit("everyone").alias("group"))])
    rows = by_group(world.clusters, world.truth, twice)
    assert rows["recall"].n_unique() == 1
    assert rows["records"].to_list() == [400, 400]
