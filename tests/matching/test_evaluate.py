"""Evaluation: errors listed to read, pitfalls scored apart, and agreement with the peer's scorer."""

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnl.errors import MatchingError
from bnl.matching import evaluate as evaluate_module
from bnl.matching.evaluate import evaluate, side_by_side
from bnl.matching.scores import Counts
from bnl.matching.truth import read_truth

TRUTH = pl.DataFrame(
    {
        "record_id": ["a1", "a2", "a3", "b1", "b2", "c1"],
        "entity_id": ["a", "a", "a", "b", "b", None],
        "source": ["x", "y", "x", "x", "y", "y"],
    }
)
PAIRS = pl.DataFrame(
    {
        "left": ["a1", "a2", "b1", "b2", "a1"],
        "right": ["a2", "a3", "a3", "c1", "a3"],
        "weight": [12.0, 2.0, 8.0, 9.0, 7.0],
        "probability": [0.99, 0.8, 0.98, 0.98, 0.97],
    }
)
CLUSTERS = pl.DataFrame(
    {"record_id": ["a1", "a2", "a3", "b1", "b2", "c1"], "cluster_id": ["a1", "a1", "a3", "a3", "b2", "b2"]}
)


@dataclass(frozen=True)
class Outcome:
    pairs: pl.DataFrame
    clusters: pl.DataFrame
    link_threshold: float = 6.0


def rows(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return [tuple(row) for row in frame.iter_rows()]


def test_a_whole_outcome_is_measured_by_pairs_and_by_clusters() -> None:
    found = evaluate(Outcome(PAIRS, CLUSTERS), TRUTH)
    assert found.true_pairs == 4
    assert found.pairs is not None
    assert found.clusters is not None
    assert (found.pairs.counts.precision, found.pairs.counts.recall) == pytest.approx((0.5, 0.5))
    assert found.pairs.recall_ceiling == pytest.approx(0.75)
    assert (found.clusters.counts.precision, found.clusters.counts.recall) == pytest.approx((1 / 3, 1 / 4))


def test_errors_of_clusters_are_listed_with_weight_and_reason() -> None:
    found = evaluate(Outcome(PAIRS, CLUSTERS), TRUTH)
    assert rows(found.false_positives) == [("b2", "c1", 9.0), ("a3", "b1", 8.0)]
    assert rows(found.false_negatives) == [
        ("a1", "a3", 7.0, "left apart by clustering"),
        ("a2", "a3", 2.0, "below the threshold"),
        ("b1", "b2", None, "never compared"),
    ]


def test_pairs_joined_only_through_others_have_no_weight() -> None:
    chained = CLUSTERS.with_columns(pl.lit("one").alias("cluster_id"))
    wrong = evaluate(Outcome(PAIRS, chained), TRUTH).false_positives
    assert wrong.height == 11
    assert wrong["weight"].null_count() == 9


def test_a_frame_of_pairs_alone_links_every_pair_unless_a_threshold_is_given() -> None:
    every = evaluate(PAIRS, TRUTH)
    assert every.clusters is None
    assert every.pairs is not None
    assert every.pairs.counts.recall == pytest.approx(0.75)
    strict = evaluate(PAIRS, TRUTH, threshold=10.0)
    assert strict.pairs is not None
    assert strict.pairs.counts.true_positives == 1
    assert set(strict.false_negatives["reason"]) == {"below the threshold", "never compared"}


def test_a_frame_of_clusters_alone_is_enough() -> None:
    found = evaluate(CLUSTERS, TRUTH)
    assert found.pairs is None
    assert found.clusters is not None
    assert found.clusters.clusters == 3
    assert set(found.false_negatives["reason"]) == {"left apart by clustering"}


def test_linking_regards_only_pairs_between_sources() -> None:
    found = evaluate(Outcome(PAIRS, CLUSTERS), TRUTH, link_type="link")
    assert found.true_pairs == 3
    assert rows(found.false_positives) == []
    assert rows(found.false_negatives.select("left", "right")) == [("a2", "a3"), ("b1", "b2")]


def test_tags_are_scored_over_the_pairs_that_carry_them() -> None:
    carried = [["typo", "alias"], ["typo"], ["alias"], ["no"]]
    tags = pl.DataFrame({"record_id": ["a3", "b1", "b2", "zz"], "tag": carried})
    found = evaluate(Outcome(PAIRS, CLUSTERS), TRUTH, tags=tags).by_tag
    by_tag = {row["tag"]: row for row in found.iter_rows(named=True)}
    assert set(by_tag) == {"typo", "alias"}
    assert by_tag["typo"]["true_pairs"] == 3
    assert by_tag["typo"]["recall"] == 0.0
    assert by_tag["typo"]["false_positives"] == 1
    assert by_tag["alias"]["false_positives"] == 2


def test_a_tag_that_no_pair_carries_scores_one() -> None:
    tags = pl.DataFrame({"record_id": ["c1"], "tag": ["lonely"]})
    only = evaluate(PAIRS.head(1), TRUTH, tags=tags).by_tag.row(0, named=True)
    assert (only["precision"], only["recall"], only["f1"]) == (1.0, 1.0, 1.0)


def test_without_tags_nothing_is_scored_by_tag() -> None:
    assert evaluate(PAIRS, TRUTH).by_tag.is_empty()


def test_clusters_too_large_to_list_are_counted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate_module, "LARGEST_LISTED", 3)
    chained = CLUSTERS.with_columns(pl.lit("one").alias("cluster_id"))
    found = evaluate(chained, TRUTH)
    assert found.unlisted_clusters == 1
    assert found.false_positives.is_empty()
    assert found.false_negatives.is_empty()
    assert found.clusters is not None
    assert found.clusters.counts.false_positives == 11


def test_no_pairs_and_no_truth_are_no_error() -> None:
    nothing = evaluate(PAIRS.clear(), TRUTH.clear())
    assert nothing.pairs is not None
    assert nothing.pairs.counts.f1 == 1.0


def test_an_unknown_record_is_an_error() -> None:
    with pytest.raises(MatchingError, match="not in the truth"):
        evaluate(PAIRS, TRUTH.head(3))


def test_errors_are_read_side_by_side() -> None:
    records = pl.DataFrame({"record_id": ["b2", "c1"], "name": ["Ann", "Anne"], "year": [1980, 1981]})
    wrong = evaluate(Outcome(PAIRS, CLUSTERS), TRUTH).false_positives.head(1)
    shown = side_by_side(wrong, records, ["name", "year"])
    assert shown.columns == ["left", "right", "weight", "name_left", "name_right", "year_left", "year_right"]
    assert shown.row(0) == ("b2", "c1", 9.0, "Ann", "Anne", 1980, 1981)


def peer_scorer() -> ModuleType:
    shared = Path(os.environ.get("BNL_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    script = shared / "peers" / "score.py"
    if not script.exists():
        pytest.skip("the scorer of the peer comparison is not beside this checkout (BNL_SHARED)")
    spec = importlib.util.spec_from_file_location("peer_score", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agree(ours: Counts, theirs: dict[str, float]) -> None:
    counts = [ours.true_positives, ours.false_positives, ours.false_negatives]
    assert counts == [int(theirs[name]) for name in ("tp", "fp", "fn")]
    rates = (ours.precision, ours.recall, ours.f1)
    assert rates == pytest.approx((theirs["precision"], theirs["recall"], theirs["f1"]))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), link_type=st.sampled_from(["dedupe", "link", "both"]))
def test_agrees_with_the_scorer_of_the_peer_comparison(
    tmp_path_factory: pytest.TempPathFactory, seed: int, link_type: str
) -> None:
    peer = peer_scorer()
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 40))
    truth = pl.DataFrame(
        {
            "unique_id": [f"u{i}" for i in range(size)],
            "source_dataset": rng.integers(0, 2, size).astype(str),
            "entity_id": [f"e{e}" if e else None for e in rng.integers(0, size // 2 + 1, size)],
        }
    )
    number = int(rng.integers(1, 120))
    bits = rng.integers(-8, 9, number) + rng.permutation(number) / number
    pairs = pl.DataFrame(
        {
            "unique_id_l": [f"u{i}" for i in rng.integers(0, size, number)],
            "unique_id_r": [f"u{i}" for i in rng.integers(0, size, number)],
            "match_weight": bits,
            "match_probability": 1 / (1 + np.exp2(-bits)),
        }
    )
    clusters = pl.DataFrame(
        {"unique_id": truth["unique_id"], "cluster_id": rng.integers(0, size // 2 + 1, size).astype(str)}
    )
    assume(read_truth(truth, link_type).true_pairs > 0)
    path = tmp_path_factory.mktemp("peer") / "truth.parquet"
    truth.write_parquet(path)
    peer_type = {"dedupe": "dedupe_only", "link": "link_only", "both": "link_and_dedupe"}[link_type]
    theirs = peer.evaluate(peer.load_truth(path, peer_type), pairs, clusters, [0.5], grid=False)
    ours = evaluate(pairs, truth, link_type=link_type, threshold=0.0)
    assert ours.pairs is not None
    agree(ours.pairs.counts, theirs["pairs"]["at_0.5"])
    if "best" in theirs["pairs"]:
        agree(ours.pairs.best, theirs["pairs"]["best"])
    assert ours.pairs.recall_ceiling == pytest.approx(theirs["pairs"]["blocking_recall"])
    assert ours.pairs.average_precision == pytest.approx(theirs["pairs"].get("average_precision", 0.0))
    grouped = evaluate(clusters, truth, link_type=link_type).clusters
    assert grouped is not None
    other = theirs["clusters"]
    agree(grouped.counts, other)
    assert (grouped.b3_precision, grouped.b3_recall, grouped.b3_f1) == pytest.approx(
        (other["bcubed_precision"], other["bcubed_recall"], other["bcubed_f1"])
    )
    assert (grouped.clusters, grouped.true_clusters, grouped.exactly_right, grouped.largest) == (
        other["clusters"],
        other["true_clusters"],
        other["clusters_exactly_right"],
        other["largest"],
    )


SIZE = 8


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[int], list[int], dict[tuple[int, int], float]]:
    """Draw who is who, a clustering, and found pairs with their weights."""
    codes = st.lists(st.integers(0, 3), min_size=SIZE, max_size=SIZE)
    every = [(a, b) for a in range(SIZE) for b in range(a + 1, SIZE)]
    found = draw(st.dictionaries(st.sampled_from(every), st.sampled_from([-2.0, 3.0, 9.0]), max_size=12))
    return draw(codes), draw(codes), found


def frames(
    entity: list[int], clusters: list[int], found: dict[tuple[int, int], float]
) -> tuple[pl.DataFrame, Outcome]:
    ids = [f"r{i}" for i in range(SIZE)]
    rows = [(f"r{a}", f"r{b}", weight) for (a, b), weight in found.items()]
    schema = {"left": pl.String, "right": pl.String, "weight": pl.Float64}
    pairs = pl.DataFrame(rows, schema=schema, orient="row")
    outcome = Outcome(pairs, pl.DataFrame({"record_id": ids, "cluster_id": [f"c{c}" for c in clusters]}))
    return pl.DataFrame({"record_id": ids, "entity_id": entity}), outcome


@given(worlds())
def test_listed_errors_are_those_a_slow_count_finds(
    world: tuple[list[int], list[int], dict[tuple[int, int], float]],
) -> None:
    entity, clusters, found = world
    truth, outcome = frames(*world)
    measured = evaluate(outcome, truth)
    wrong, missed = {}, {}
    for a in range(SIZE):
        for b in range(a + 1, SIZE):
            weight = found.get((a, b))
            if clusters[a] == clusters[b] and entity[a] != entity[b]:
                wrong[f"r{a}", f"r{b}"] = weight
            if clusters[a] != clusters[b] and entity[a] == entity[b]:
                below = "never compared" if weight is None else "below the threshold"
                apart = weight is not None and weight >= outcome.link_threshold
                missed[f"r{a}", f"r{b}"] = (weight, "left apart by clustering" if apart else below)
    assert {(a, b): weight for a, b, weight in measured.false_positives.rows()} == wrong
    assert {(a, b): (weight, why) for a, b, weight, why in measured.false_negatives.rows()} == missed
    assert measured.clusters is not None
    assert measured.clusters.counts.false_positives == len(wrong)
    assert measured.clusters.counts.false_negatives == len(missed)


@given(worlds(), st.lists(st.sets(st.sampled_from(["typo", "alias", "twin"])), min_size=SIZE, max_size=SIZE))
def test_tags_agree_with_a_slow_count(
    world: tuple[list[int], list[int], dict[tuple[int, int], float]], carried: list[set[str]]
) -> None:
    entity, clusters, _ = world
    truth, outcome = frames(*world)
    tags = pl.DataFrame(
        {"record_id": [f"r{i}" for i in range(SIZE)], "tags": [sorted(names) for names in carried]},
        schema={"record_id": pl.String, "tags": pl.List(pl.String)},
    )
    measured = {row["tag"]: row for row in evaluate(outcome, truth, tags=tags).by_tag.iter_rows(named=True)}
    assert set(measured) == set().union(*carried)
    for tag, row in measured.items():
        touched = [
            (a, b) for a in range(SIZE) for b in range(a + 1, SIZE) if tag in carried[a] or tag in carried[b]
        ]
        true = [(a, b) for a, b in touched if entity[a] == entity[b]]
        assert row["true_pairs"] == len(true)
        assert row["linked"] == sum(clusters[a] == clusters[b] for a, b in true)
        assert row["false_positives"] == sum(
            clusters[a] == clusters[b] and entity[a] != entity[b] for a, b in touched
        )


@given(worlds())
def test_errors_are_listed_strongest_first_with_the_unweighed_last(
    world: tuple[list[int], list[int], dict[tuple[int, int], float]],
) -> None:
    truth, outcome = frames(*world)
    measured = evaluate(outcome, truth)
    for listed in (measured.false_positives, measured.false_negatives):
        weights = listed["weight"].to_list()
        known = [weight for weight in weights if weight is not None]
        assert known == sorted(known, reverse=True)
        assert weights[: len(known)] == known
