"""The arithmetic of quality agrees with counting by hand, pair by pair and record by record."""

import itertools
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.scores import Counts, score_clusters, score_pairs
from bnl.matching.truth import RankedPairs, Truth, rank_pairs, read_truth

SIZE = 9
labels = st.lists(st.integers(0, 4), min_size=SIZE, max_size=SIZE)
sources = st.lists(st.integers(0, 2), min_size=SIZE, max_size=SIZE)
link_types = st.sampled_from(["dedupe", "link", "both"])
weights = st.dictionaries(
    st.sampled_from(list(itertools.combinations(range(SIZE), 2))), st.sampled_from([-3.0, 0.0, 1.5, 1.5, 8.0])
)


def make_truth(entity: list[int], source: list[int], link_type: str) -> Truth:
    frame = pl.DataFrame(
        {"record_id": [f"r{i}" for i in range(len(entity))], "entity_id": entity, "source": source},
        schema={"record_id": pl.String, "entity_id": pl.Int64, "source": pl.Int64},
    )
    return read_truth(frame, link_type)


def make_ranked(truth: Truth, found: dict[tuple[int, int], float]) -> RankedPairs:
    rows = [{"left": f"r{a}", "right": f"r{b}", "weight": weight} for (a, b), weight in found.items()]
    schema = {"left": pl.String, "right": pl.String, "weight": pl.Float64}
    return rank_pairs(truth, pl.DataFrame(rows, schema=schema))


def counted_pairs(source: list[int], link_type: str) -> list[tuple[int, int]]:
    return [
        (a, b)
        for a, b in itertools.combinations(range(len(source)), 2)
        if link_type != "link" or source[a] != source[b]
    ]


def count_slowly(linked: set[tuple[int, int]], entity: list[int], pairs: list[tuple[int, int]]) -> Counts:
    true = {(a, b) for a, b in pairs if entity[a] == entity[b]}
    linked = linked & set(pairs)
    return Counts(len(linked & true), len(linked - true), len(true - linked))


@given(labels, sources, link_types, weights, st.sampled_from([-5.0, 0.0, 1.5, 9.0]))
def test_pair_scores_agree_with_counting(
    entity: list[int], source: list[int], link_type: str, found: dict[tuple[int, int], float], cut: float
) -> None:
    truth = make_truth(entity, source, link_type)
    pairs = counted_pairs(source, link_type)
    scores = score_pairs(truth, make_ranked(truth, found), cut)
    by_cut = {
        level: count_slowly({pair for pair, weight in found.items() if weight >= level}, entity, pairs)
        for level in {cut, *found.values()}
    }
    assert scores.counts == by_cut[cut]
    levels = sorted({weight for pair, weight in found.items() if pair in pairs}, reverse=True)
    gains = [by_cut[level].true_positives for level in levels]
    area = sum(
        (gain - before) * by_cut[level].precision
        for level, gain, before in zip(levels, gains, [0, *gains], strict=False)
    )
    true = {(a, b) for a, b in pairs if entity[a] == entity[b]}
    assert scores.average_precision == pytest.approx(area / len(true) if true else 1.0)
    assert truth.true_pairs == len(true)
    assert scores.recall_ceiling == pytest.approx(len(true & set(found)) / len(true) if true else 1.0)
    reached = [by_cut[weight].f1 for pair, weight in found.items() if pair in pairs]
    if reached and true:
        assert scores.best.f1 == pytest.approx(max(reached))


@given(labels, labels, sources, link_types)
def test_cluster_scores_agree_with_counting(
    clusters: list[int], entity: list[int], source: list[int], link_type: str
) -> None:
    truth = make_truth(entity, source, link_type)
    scores = score_clusters(truth, np.array(clusters, dtype=np.int64))
    pairs = counted_pairs(source, link_type)
    together = {(a, b) for a, b in pairs if clusters[a] == clusters[b]}
    assert scores.counts == count_slowly(together, entity, pairs)
    members = {label: {i for i in range(SIZE) if clusters[i] == label} for label in clusters}
    people = {label: {i for i in range(SIZE) if entity[i] == label} for label in entity}
    shared = [members[clusters[i]] & people[entity[i]] for i in range(SIZE)]
    assert scores.b3_precision == pytest.approx(
        sum(len(shared[i]) / len(members[clusters[i]]) for i in range(SIZE)) / SIZE
    )
    assert scores.b3_recall == pytest.approx(
        sum(len(shared[i]) / len(people[entity[i]]) for i in range(SIZE)) / SIZE
    )
    assert scores.clusters == len(members)
    assert scores.true_clusters == len(people)
    assert scores.largest == max(len(group) for group in members.values())
    whole = {frozenset(group) for group in members.values()} & {frozenset(group) for group in people.values()}
    assert scores.exactly_right == len(whole)


@given(labels)
def test_the_truth_scores_one_against_itself(entity: list[int]) -> None:
    scores = score_clusters(make_truth(entity, entity, "dedupe"), np.array(entity, dtype=np.int64))
    assert (scores.counts.f1, scores.b3_f1) == (1.0, 1.0)
    assert scores.exactly_right == scores.clusters == scores.true_clusters


@pytest.mark.parametrize(
    ("counts", "rates"),
    [
        pytest.param(Counts(0, 0, 0), (1.0, 1.0, 1.0), id="nothing-to-link-nothing-linked"),
        pytest.param(Counts(0, 0, 5), (1.0, 0.0, 0.0), id="nothing-linked"),
        pytest.param(Counts(0, 5, 0), (0.0, 1.0, 0.0), id="nothing-to-link"),
        pytest.param(Counts(0, 2, 5), (0.0, 0.0, 0.0), id="all-wrong"),
        pytest.param(Counts(3, 1, 3), (0.75, 0.5, 0.6), id="some"),
    ],
)
def test_rates(counts: Counts, rates: tuple[float, float, float]) -> None:
    assert (counts.precision, counts.recall, counts.f1) == pytest.approx(rates)


def test_average_precision_counts_true_pairs_never_found_as_nothing() -> None:
    truth = make_truth([0, 0, 0, 1], [0, 0, 0, 0], "dedupe")
    scores = score_pairs(truth, make_ranked(truth, {(0, 1): 9.0, (0, 3): 5.0, (1, 2): 1.0}), 0.0)
    assert scores.average_precision == pytest.approx((1 + 2 / 3) / 3)
    assert scores.best_threshold == 1.0


def test_without_any_pair_the_best_threshold_is_infinite() -> None:
    truth = make_truth([0, 0], [0, 0], "dedupe")
    scores = score_pairs(truth, make_ranked(truth, {}), 0.0)
    assert math.isinf(scores.best_threshold)
    assert scores.recall_ceiling == scores.average_precision == 0.0


def test_no_records_make_no_clusters() -> None:
    scores = score_clusters(make_truth([], [], "dedupe"), np.array([], dtype=np.int64))
    assert (scores.clusters, scores.largest, scores.b3_f1) == (0, 0, 1.0)


def test_clusters_all_wrong_have_no_b3_recall_beyond_the_record_itself() -> None:
    scores = score_clusters(
        make_truth([0, 0, 1, 1], [0] * 4, "dedupe"), np.array([0, 1, 0, 1], dtype=np.int64)
    )
    assert scores.b3_f1 == pytest.approx(0.5)
    assert scores.counts.f1 == 0.0
