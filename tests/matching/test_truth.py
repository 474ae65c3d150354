"""Reading truth, pairs and clusters: column names, missing values, and errors that say what to do."""

import math

import polars as pl
import pytest

from bnl.errors import MatchingError
from bnl.matching.truth import count_pairs, place_clusters, rank_pairs, read_truth, relabel

TRUTH = pl.DataFrame(
    {
        "unique_id": [10, 11, 12, 13],
        "entity_id": ["a", "a", None, None],
        "source_dataset": ["x", "y", "x", "y"],
    }
)


def test_ids_are_strings_and_a_record_without_entity_is_its_own() -> None:
    truth = read_truth(TRUTH)
    assert truth.records.get_column("record_id").to_list() == ["10", "11", "12", "13"]
    assert truth.entity[0] == truth.entity[1]
    assert len(set(truth.entity.tolist())) == 3
    assert truth.true_pairs == 1


def test_linking_counts_only_pairs_between_sources() -> None:
    assert read_truth(TRUTH, "link").true_pairs == 1
    same = TRUTH.with_columns(pl.lit("x").alias("source_dataset"))
    assert read_truth(same, "link").true_pairs == 0
    assert read_truth(same, "both").true_pairs == 1


@pytest.mark.parametrize(
    ("frame", "link_type", "message"),
    [
        pytest.param(TRUTH, "merge", "link type 'merge'", id="unknown-link-type"),
        pytest.param(
            TRUTH.drop("entity_id"), "dedupe", "no column entity_id or person_id or person", id="no-entity"
        ),
        pytest.param(TRUTH.drop("unique_id"), "dedupe", "no column record_id or unique_id", id="no-id"),
        pytest.param(TRUTH.drop("source_dataset"), "link", "no column source", id="link-needs-source"),
        pytest.param(pl.concat([TRUTH, TRUTH]), "dedupe", "stands twice", id="repeated-id"),
        pytest.param(pl.DataFrame(), "dedupe", "there are no columns", id="no-columns"),
    ],
)
def test_truth_that_cannot_be_read(frame: pl.DataFrame, link_type: str, message: str) -> None:
    with pytest.raises(MatchingError, match=message):
        read_truth(frame, link_type)


def test_a_pair_given_twice_counts_once_with_its_higher_weight() -> None:
    pairs = pl.DataFrame({"left": ["10", "11", "12"], "right": ["11", "10", "12"], "weight": [1.0, 4.0, 9.0]})
    ranked = rank_pairs(read_truth(TRUTH), pairs)
    assert ranked.weight.tolist() == [4.0]
    assert ranked.hit.tolist() == [True]


def test_probabilities_become_bits() -> None:
    pairs = pl.DataFrame(
        {"unique_id_l": [10, 10, 10], "unique_id_r": [11, 12, 13], "match_probability": [0.8, 0.5, 1.0]}
    )
    weights = rank_pairs(read_truth(TRUTH), pairs).weight.tolist()
    assert math.isinf(weights[0])
    assert weights[1:] == pytest.approx([2.0, 0.0])


def test_pairs_without_weight_weigh_nothing() -> None:
    ranked = rank_pairs(read_truth(TRUTH), pl.DataFrame({"left": ["10"], "right": ["12"]}))
    assert ranked.weight.tolist() == [0.0]


def test_pairs_within_a_source_do_not_count_when_linking() -> None:
    pairs = pl.DataFrame({"left": ["10", "10"], "right": ["11", "12"], "weight": [1.0, 2.0]})
    ranked = rank_pairs(read_truth(TRUTH, "link"), pairs)
    assert [(ranked.left[i], ranked.right[i]) for i in range(len(ranked.left))] == [(0, 1)]


def test_a_pair_outside_the_truth_is_an_error_that_counts_them() -> None:
    pairs = pl.DataFrame({"left": ["10", "99"], "right": ["98", "97"], "weight": [1.0, 2.0]})
    with pytest.raises(MatchingError, match="1 record ids are not in the truth"):
        rank_pairs(read_truth(TRUTH), pairs)


def test_records_without_a_cluster_stand_alone() -> None:
    clusters = pl.DataFrame({"record_id": ["10", "11", "77"], "cluster_id": ["c", "c", "c"]})
    placed = place_clusters(read_truth(TRUTH), clusters)
    assert placed[0] == placed[1]
    assert len(set(placed.tolist())) == 3


def test_a_record_in_two_clusters_is_an_error() -> None:
    clusters = pl.DataFrame({"record_id": ["10", "10"], "cluster_id": ["c", "d"]})
    with pytest.raises(MatchingError, match="two rows"):
        place_clusters(read_truth(TRUTH), clusters)


def test_counting_and_relabelling() -> None:
    codes = relabel(read_truth(TRUTH).entity * 7)
    assert sorted(set(codes.tolist())) == [0, 1, 2]
    assert count_pairs(codes) == 1
