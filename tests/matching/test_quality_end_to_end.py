"""From records to measured, estimated and reported quality, on a made-up county and its truth."""

from functools import cache

import polars as pl
import pytest

from bnl.matching.charts import calibration_chart, cluster_chart, level_chart, m_u_chart, waterfall_chart
from bnl.matching.drawing import to_svg
from bnl.matching.evaluate import Evaluation, evaluate, side_by_side
from bnl.matching.explain_text import explain_words
from bnl.matching.found import Found
from bnl.matching.groups import by_group
from bnl.matching.linker import Linker
from bnl.matching.quality import estimate, plan_review
from bnl.matching.report import ReportData, match_report
from bnl.matching.runs import MatchPlan, match_tables, run_document
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
from bnl.simulation import County, simulate


@cache
def county() -> County:
    return simulate(seed=5, people=500)


@cache
def linker() -> Linker:
    return Linker().fit(county().records())


@cache
def found() -> Found:
    return linker().dedupe(county().records())


@cache
def measured() -> Evaluation:
    return evaluate(found(), county().truth, tags=county().truth)


@cache
def person() -> dict[str, str]:
    return dict(county().truth.select("record_id", "person").rows())


def labels(pairs: pl.DataFrame) -> pl.DataFrame:
    same = [person()[left] == person()[right] for left, right in pairs.select("left", "right").rows()]
    return pairs.with_columns(pl.Series("same", same, dtype=pl.Boolean))


def test_pairs_clusters_and_tags_are_all_measured() -> None:
    scores = measured()
    assert scores.records == county().records().height
    assert scores.pairs is not None
    assert scores.clusters is not None
    assert scores.pairs.counts.recall <= scores.pairs.recall_ceiling <= 1
    assert scores.pairs.best.f1 >= scores.pairs.counts.f1
    assert scores.clusters.counts.precision > 0.9
    assert scores.clusters.counts.recall > 0.8
    assert scores.false_positives.height == scores.clusters.counts.false_positives
    assert scores.false_negatives.height == scores.clusters.counts.false_negatives
    assert scores.by_tag.height > 10
    assert scores.by_tag["recall"].is_sorted()


def test_the_errors_can_be_read_side_by_side() -> None:
    columns = ["given_names", "family_name", "date_of_birth"]
    read = side_by_side(measured().false_negatives.head(5), county().records(), columns)
    assert read.height == 5
    assert read.columns[-2:] == ["date_of_birth_left", "date_of_birth_right"]


def test_a_review_of_two_hundred_pairs_covers_the_truth() -> None:
    truth = measured().pairs
    assert truth is not None
    covered = []
    for seed in range(20):
        told = estimate(found(), labels(plan_review(found(), 200, seed)).select("left", "right", "same"))
        covered += [
            told.precision.low <= truth.counts.precision <= told.precision.high,
            told.recall.low <= truth.counts.recall <= told.recall.high,
        ]
    # Too few reviews to tell 93% from 95%: the long tests count 500; this one would catch a broken interval.
    assert sum(covered) >= 35


def test_a_review_reaches_pairs_joined_only_through_a_third_record() -> None:
    plan = plan_review(found(), 300)
    assert "only through a third record" in set(plan["kind"])
    assert plan.height == 300


def test_groups_are_measured_over_everybody() -> None:
    groups = county().truth.select("record_id", pl.col("community").alias("group"))
    rows = by_group(found(), county().truth, groups)
    assert rows["records"].sum() == county().records().height
    assert set(rows["group"]) == set(county().truth["community"])
    assert (rows["recall_low"] <= rows["recall_high"]).all()


def test_probabilities_are_compared_with_what_was_observed() -> None:
    table = calibration(labels(found().pairs))
    assert table["pairs"].sum() == found().pairs.filter(pl.col("probability") >= 0.01).height
    assert 0 <= calibration_error(table) <= 1
    assert to_svg(calibration_chart(table)).startswith("<svg")


@pytest.mark.parametrize("place", [0, -1])
def test_explanations_add_up_in_chart_and_words(place: int) -> None:
    pair = found().pairs.sort("weight", "left", "right").row(place, named=True)
    explained = found().explain(pair["left"], pair["right"])
    table = waterfall(explained.steps)
    assert table["end"][-1] == pytest.approx(pair["weight"], abs=1e-6)
    assert f"{pair['weight']:+.1f} bits" in explain_words(explained.steps)
    assert to_svg(waterfall_chart(table)).startswith("<svg")


def test_what_was_learned_can_be_drawn() -> None:
    fitted = linker().fitted
    assert fitted is not None
    table = level_table(fitted)
    for draw in (level_chart, m_u_chart):
        assert "date of birth: exact" in to_svg(draw(table))


def test_the_largest_cluster_can_be_drawn() -> None:
    sizes = found().clusters.group_by("cluster_id").len().sort("len", "cluster_id", descending=True)
    largest = sizes.row(0, named=True)
    view = cluster_view(largest["cluster_id"], found().clusters, found().pairs, found().link_threshold)
    assert view.nodes.height == largest["len"]
    assert to_svg(cluster_chart(view)).startswith("<svg")


def test_the_report_of_the_whole_run_shows_no_value_of_a_record() -> None:
    fitted = linker().fitted
    assert fitted is not None
    plan = MatchPlan(
        {"given_names": ("given_names",), "family_name": ("family_name",)}, id_column="record_id"
    )
    data = ReportData(
        title="County",
        run=run_document(found(), plan, county().records().height, {"match": 1.0}, 250.0),
        weights=weight_histogram(found().pairs, found().link_threshold, found().review_threshold),
        sizes=cluster_sizes(found().clusters),
        blocking=blocking_table(found().blocking),
        levels=level_table(fitted),
        review=match_tables(found()).review,
        evaluation=measured(),
    )
    page = match_report(data)
    dates = set(county().records()["date_of_birth"].drop_nulls())
    numbers = set(county().records()["ni_number"].drop_nulls())
    assert len(page) > 10_000
    assert not any(value in page for value in dates | numbers if len(value) > 7)


def test_a_review_of_clusters_covers_what_the_clusters_are_worth() -> None:
    truth = measured().clusters
    assert truth is not None
    covered = []
    for seed in range(20):
        plan = plan_review(found(), 200, seed, links="clusters")
        told = estimate(found(), labels(plan).select("left", "right", "same"), links="clusters")
        covered += [
            told.precision.low <= truth.counts.precision <= told.precision.high,
            told.recall.low <= truth.counts.recall <= told.recall.high,
        ]
        assert told.links == truth.counts.true_positives + truth.counts.false_positives
    # Too few reviews to tell 93% from 95%: the long tests count 500; this one would catch a broken interval.
    assert sum(covered) >= 35
