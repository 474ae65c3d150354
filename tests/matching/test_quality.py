"""Quality without truth: plans that can be trusted, and intervals that cover what they promise."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching.quality import estimate, plan_review, plan_searches
from bnl.matching.strata import UNSEEN


@dataclass(frozen=True)
class Run:
    pairs: pl.DataFrame
    clusters: pl.DataFrame
    link_threshold: float = 6.0


@dataclass(frozen=True)
class World:
    """A match run and the truth behind it, pair by pair."""

    run: Run
    same: frozenset[tuple[str, str]]

    @property
    def precision(self) -> float:
        links = self.run.pairs.filter(pl.col("weight") >= 6.0).select("left", "right").rows()
        return sum(pair in self.same for pair in links) / len(links)

    @property
    def recall(self) -> float:
        links = set(self.run.pairs.filter(pl.col("weight") >= 6.0).select("left", "right").rows())
        return len(links & self.same) / len(self.same)

    def label(self, plan: pl.DataFrame) -> pl.DataFrame:
        same = [pair in self.same for pair in plan.select("left", "right").iter_rows()]
        return plan.select("left", "right").with_columns(pl.Series("same", same, dtype=pl.Boolean))


def make_world(seed: int, number: int = 800, apart: float = 9.0, true: float = 0.4, unseen: int = 0) -> World:
    rng = np.random.default_rng(seed)
    ids = [f"r{i:05d}" for i in range(2 * (number + unseen))]
    one, other = ids[::2], ids[1::2]
    hit = rng.random(number) < true
    bits = np.where(hit, rng.normal(apart, 5, number), rng.normal(-apart, 5, number))
    chance = 1 / (1 + np.exp2(-bits))
    pairs = pl.DataFrame(
        {"left": one[:number], "right": other[:number], "weight": bits, "probability": chance}
    )
    same = {(one[i], other[i]) for i in range(number) if hit[i]} | set(
        zip(one[number:], other[number:], strict=True)
    )
    return World(Run(pairs, pl.DataFrame({"record_id": ids})), frozenset(same))


def coverage(world: World, labels: int, reviews: int) -> tuple[float, float]:
    precision, recall = [], []
    for seed in range(reviews):
        found = estimate(world.run, world.label(plan_review(world.run, labels, seed)))
        precision.append(found.precision.low <= world.precision <= found.precision.high)
        recall.append(found.recall.low <= world.recall <= found.recall.high)
    return float(np.mean(precision)), float(np.mean(recall))


@pytest.mark.parametrize(
    ("apart", "true"),
    [
        pytest.param(9.0, 0.4, id="a-good-run"),
        pytest.param(4.0, 0.3, id="a-poor-run"),
    ],
)
def test_intervals_cover_the_truth_in_simulated_reviews(apart: float, true: float) -> None:
    precision, recall = coverage(make_world(7, apart=apart, true=true), 150, 120)
    assert precision >= 0.93
    assert recall >= 0.93


@pytest.mark.long
@pytest.mark.parametrize("labels", [120, 300])
@pytest.mark.parametrize(
    ("apart", "true"),
    [
        pytest.param(14.0, 0.5, id="excellent"),
        pytest.param(9.0, 0.4, id="good"),
        pytest.param(4.0, 0.3, id="poor"),
        pytest.param(9.0, 0.02, id="few-true-pairs"),
        pytest.param(1.0, 0.2, id="useless"),
    ],
)
def test_intervals_cover_the_truth_in_500_simulated_reviews(apart: float, true: float, labels: int) -> None:
    precision, recall = coverage(make_world(11, number=4000, apart=apart, true=true), labels, 500)
    assert precision >= 0.93
    assert recall >= 0.93


def test_a_plan_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    world = make_world(1)
    assert plan_review(world.run, 100, 5).equals(plan_review(world.run, 100, 5))
    assert not plan_review(world.run, 100, 5).equals(plan_review(world.run, 100, 6))


@settings(max_examples=15, deadline=None)
@given(number=st.integers(1, 400), seed=st.integers(0, 99), size=st.integers(1, 300))
def test_a_plan_holds_as_many_distinct_pairs_as_asked_for(number: int, seed: int, size: int) -> None:
    world = make_world(seed, size)
    plan = plan_review(world.run, number, seed)
    every = size * 2 * (size * 2 - 1) // 2
    assert plan.select("left", "right").n_unique() == plan.height <= number
    assert plan.height >= min(number, size, every) - round(0.05 * number)
    assert (plan["left"] < plan["right"]).all()


def test_a_plan_reaches_both_sides_of_the_threshold_and_beyond_what_was_compared() -> None:
    plan = plan_review(make_world(2).run, 200)
    assert set(plan["kind"]) == {"linked", "below the threshold", "never compared"}
    assert plan.group_by("stratum").len()["len"].min() >= 10  # type: ignore[operator]
    never = plan.filter(pl.col("kind") == UNSEEN)
    compared = set(make_world(2).run.pairs.select("left", "right").rows())
    assert not compared & set(never.select("left", "right").rows())
    assert never["weight"].null_count() == never.height == 10


def test_a_plan_of_everything_leaves_no_doubt_about_what_was_compared() -> None:
    world = make_world(3, number=60)
    plan = plan_review(world.run, 100_000)
    found = estimate(world.run, world.label(plan))
    assert found.precision.low == found.precision.high == pytest.approx(world.precision)
    assert found.recall.low == pytest.approx(world.recall)
    assert found.recall.high == pytest.approx(world.recall)


@pytest.mark.parametrize("number", [0, -3])
def test_a_review_of_nothing_is_an_error(number: int) -> None:
    with pytest.raises(MatchingError, match="tells nothing"):
        plan_review(make_world(1).run, number)


def test_without_labels_nothing_is_known() -> None:
    world = make_world(4)
    none = world.label(plan_review(world.run, 50)).clear()
    found = estimate(world.run, none)
    assert (found.precision.low, found.precision.high) == (0.0, 1.0)
    assert (found.recall.low, found.labelled) == (0.0, 0)


def test_labels_nobody_could_give_do_not_count() -> None:
    world = make_world(4)
    labels = world.label(plan_review(world.run, 50))
    unsure = labels.with_columns(
        pl.when(pl.int_range(pl.len()) < 8).then(None).otherwise("same").alias("same")
    )
    assert estimate(world.run, unsure).labelled == labels.height - 8


def test_labels_in_the_other_order_say_the_same() -> None:
    world = make_world(5)
    labels = world.label(plan_review(world.run, 120))
    turned = labels.select(pl.col("right").alias("left"), pl.col("left").alias("right"), "same").reverse()
    one, other = estimate(world.run, labels), estimate(world.run, turned)
    assert one.by_stratum.equals(other.by_stratum)
    assert (one.precision, one.recall) == (other.precision, other.recall)


@pytest.mark.parametrize("missing", ["left", "right", "same"])
def test_labels_without_a_column_are_an_error(missing: str) -> None:
    world = make_world(4)
    with pytest.raises(MatchingError, match=f"no column {missing}"):
        estimate(world.run, world.label(plan_review(world.run, 20)).drop(missing))


def test_a_pair_labelled_twice_is_an_error() -> None:
    world = make_world(4)
    labels = world.label(plan_review(world.run, 20))
    with pytest.raises(MatchingError, match="labelled twice"):
        estimate(world.run, pl.concat([labels, labels.head(1)]))


def test_strata_are_told_one_by_one() -> None:
    world = make_world(6)
    found = estimate(world.run, world.label(plan_review(world.run, 200)))
    table = found.by_stratum
    assert table["labelled"].sum() == found.labelled == 200
    assert (table["low"] <= table["rate"]).all()
    assert (table["rate"] <= table["high"]).all()
    assert found.links == world.run.pairs.filter(pl.col("weight") >= 6.0).height


def test_pairs_never_compared_are_bounded_though_not_seen() -> None:
    world = make_world(8, unseen=40)
    found = estimate(world.run, world.label(plan_review(world.run, 200)))
    assert found.unseen.value == 0.0
    assert found.unseen.high > 40
    assert found.recall_at_worst <= world.recall < found.recall.high


def test_a_true_pair_met_among_those_never_compared_enters_recall() -> None:
    world = make_world(8, number=100)
    plan = plan_review(world.run, 200)
    labels = world.label(plan).with_columns((pl.col("same") | (plan["kind"] == UNSEEN)).alias("same"))
    found = estimate(world.run, labels)
    assert found.unseen.value > 0
    assert found.recall.value < estimate(world.run, world.label(plan)).recall.value


def test_true_pairs_joined_through_a_third_record_are_missed_and_hint_at_others() -> None:
    triples = [(f"a{i}", f"b{i}", f"c{i}") for i in range(200)]
    pairs = [pair for a, b, c in triples for pair in ((a, b), (b, c), (a, c))]
    dropped = {(a, c) for a, _, c in triples[:40]}
    kept = [pair for pair in pairs if pair not in dropped]
    frame = pl.DataFrame(kept, schema=["left", "right"], orient="row")
    records = pl.DataFrame({"record_id": [record for triple in triples for record in triple]})
    world = World(Run(frame.with_columns(pl.lit(9.0).alias("weight")), records), frozenset(pairs))
    found = estimate(world.run, world.label(plan_review(world.run, 10_000)))
    assert found.missed.value == 40
    assert (found.beyond.low, found.beyond.value, found.beyond.high) == (0.0, 20.0, 40.0)
    assert found.recall.low == pytest.approx(560 / 640)
    assert found.recall.high == pytest.approx(560 / 600)


def test_searches_bound_what_was_never_compared_far_tighter() -> None:
    world = make_world(9, unseen=100)
    labels = world.label(plan_review(world.run, 300))
    partner = {one: other for pair in world.same for one, other in (pair, pair[::-1])}
    seen = {record for pair in world.run.pairs.select("left", "right").rows() for record in pair}
    covered = []
    for seed in range(40):
        chosen = plan_searches(world.run, 300, seed)
        missed = [int(record in partner and record not in seen) for record in chosen]
        found = estimate(world.run, labels, searches=pl.DataFrame({"record_id": chosen, "missed": missed}))
        covered.append(found.unseen.low <= 100 <= found.unseen.high)
        assert found.unseen.high < estimate(world.run, labels).unseen.high / 20
        assert found.recall.low <= world.recall <= found.recall.high
    assert np.mean(covered) >= 0.9


def test_searches_are_distinct_records_and_no_more_than_there_are() -> None:
    world = make_world(1, number=20)
    assert len(set(plan_searches(world.run, 500))) == 40
    assert plan_searches(world.run, 5, 1) == plan_searches(world.run, 5, 1)


def test_a_run_that_linked_nothing_is_never_wrong() -> None:
    run = Run(make_world(1).run.pairs, make_world(1).run.clusters, link_threshold=1e9)
    plan = plan_review(run, 50)
    found = estimate(run, plan.select("left", "right", pl.lit(value=False).alias("same")))
    assert found.precision.value == 1.0
    assert found.links == 0


@pytest.mark.parametrize("confidence", [0.0, 1.0, 1.5, -0.1, float("nan")])
def test_a_confidence_that_is_no_probability_is_an_error(confidence: float) -> None:
    run = make_world(4).run
    plan = plan_review(run, 20)
    with pytest.raises(MatchingError, match="no probability"):
        estimate(run, plan.select("left", "right", same=True), confidence=confidence)


def test_labels_in_words_are_an_error() -> None:
    run = make_world(4).run
    plan = plan_review(run, 20)
    with pytest.raises(MatchingError, match="same holds String"):
        estimate(run, plan.select("left", "right", same=pl.lit("yes")))
    assert estimate(run, plan.select("left", "right", same=pl.lit(1))).labelled == plan.height


def test_fewer_than_no_searches_are_an_error() -> None:
    with pytest.raises(MatchingError, match="-1 searches"):
        plan_searches(make_world(4).run, -1)
