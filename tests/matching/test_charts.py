"""Charts: each one draws, says what it shows, and survives an empty run."""

import itertools
import sys
from collections.abc import Callable

import polars as pl
import pytest

from bnl.errors import MissingExtra
from bnl.matching.charts import (
    blocking_chart,
    calibration_chart,
    cluster_chart,
    level_chart,
    m_u_chart,
    size_chart,
    waterfall_chart,
    weight_chart,
)
from bnl.matching.drawing import Chart, to_png, to_svg
from bnl.matching.views import cluster_view

WATERFALL = pl.DataFrame(
    {
        "place": [0, 1, 2],
        "column": ["prior", "given_names", "match weight"],
        "words": ["at random", "the same", "all together"],
        "bits": [-9.0, 12.0, 3.0],
        "start": [0.0, -9.0, 0.0],
        "end": [-9.0, 3.0, 3.0],
        "speaks": ["against", "for", "total"],
    }
)
BLOCKING = pl.DataFrame(
    {"place": [0, 1], "rule": ["birth_year + sound", "phones"], "pairs": [900, 20], "largest": [9, 2],
     "capped_blocks": [1, 0], "capped_pairs": [400, 0]}
)  # fmt: skip
LEVELS = pl.DataFrame(
    {"column": ["sex", "sex"], "level": ["different", "exact"], "words": ["different", "the same"],
     "m": [0.01, 0.99], "u": [0.5, 0.5], "bits": [-5.6, 0.99]}
)  # fmt: skip
WEIGHTS = pl.DataFrame(
    {"weight_from": [-2.0, 4.0], "weight_to": [-1.0, 5.0], "decision": ["review", "link"], "pairs": [3, 9]}
)
CALIBRATION = pl.DataFrame(
    {"probability_from": [0.0, 0.9], "probability_to": [0.1, 1.0], "pairs": [40, 60],
     "given": [0.05, 0.97], "observed": [0.1, 0.95], "low": [0.03, 0.9], "high": [0.2, 0.99]}
)  # fmt: skip
SIZES = pl.DataFrame({"records": [1, 2, 7], "clusters": [50, 20, 1]})

CASES = [
    pytest.param(waterfall_chart, WATERFALL, ["given names: the same", "+12.0", "-9.0"], id="waterfall"),
    pytest.param(
        blocking_chart, BLOCKING, ["birth year + sound", "left out: block too large"], id="blocking"
    ),
    pytest.param(level_chart, LEVELS, ["sex: exact", "match weight (bits)"], id="levels"),
    pytest.param(m_u_chart, LEVELS, ["m: pairs of one person", "sex: different"], id="m-and-u"),
    pytest.param(weight_chart, WEIGHTS, ["review", "no link", "pairs"], id="weights"),
    pytest.param(
        calibration_chart, CALIBRATION, ["probability given", "share that is one person"], id="calibration"
    ),
    pytest.param(size_chart, SIZES, ["records in a cluster"], id="sizes"),
]


@pytest.mark.parametrize(("draw", "table", "words"), CASES)
def test_a_chart_draws_and_says_what_it_shows(
    draw: Callable[[pl.DataFrame], Chart], table: pl.DataFrame, words: list[str]
) -> None:
    svg = to_svg(draw(table))
    assert svg.startswith("<svg")
    assert all(word in svg for word in words)


@pytest.mark.parametrize(("draw", "table", "words"), CASES)
def test_a_chart_of_nothing_still_draws(
    draw: Callable[[pl.DataFrame], Chart], table: pl.DataFrame, words: list[str]
) -> None:
    assert words
    assert to_svg(draw(table.clear())).startswith("<svg")


def cluster(size: int) -> Chart:
    ids = [f"agency:{number}" for number in range(size)]
    clusters = pl.DataFrame({"record_id": ids, "cluster_id": [ids[0]] * size})
    pairs = pl.DataFrame(
        {"left": ids[:-1], "right": ids[1:], "weight": [7.04] * (size - 1)},
        schema={"left": pl.String, "right": pl.String, "weight": pl.Float64},
    )
    return cluster_chart(cluster_view(ids[0], clusters, pairs, 5.0))


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_cluster_shows_its_records_and_weights(size: int) -> None:
    svg = to_svg(cluster(size))
    assert all(f"agency:{number}" in svg for number in range(size))
    assert ("7.0" in svg) == (size > 1)
    assert "Cluster agency:0" in svg


def test_of_a_large_cluster_only_the_weakest_weights_are_written() -> None:
    ids = [f"r{number}" for number in range(9)]
    clusters = pl.DataFrame({"record_id": ids, "cluster_id": ["c"] * 9})
    couples = list(itertools.combinations(ids, 2))
    weights = [float(number) for number in range(len(couples))]
    pairs = pl.DataFrame(
        {"left": [a for a, _ in couples], "right": [b for _, b in couples], "weight": weights}
    )
    svg = to_svg(cluster_chart(cluster_view("c", clusters, pairs, 5.0)))
    assert ">9.0<" in svg
    assert ">10.0<" not in svg
    assert svg.count('stroke-width="1.5"') >= len(couples)


def test_a_size_that_no_cluster_has_keeps_its_place() -> None:
    table = pl.DataFrame(
        {"records": [1, 4], "clusters": [7, 2]}, schema={"records": pl.Int64, "clusters": pl.Int64}
    )
    drawn = size_chart(table).to_dict()
    values = drawn["data"]["values"]
    assert [(row["records"], row["clusters"]) for row in values] == [(1, 7), (2, 0), (3, 0), (4, 2)]


def test_a_png_is_a_png_and_larger_when_scaled() -> None:
    small, large = to_png(cluster(2), 1.0), to_png(cluster(2), 2.0)
    assert small.startswith(b"\x89PNG")
    assert int.from_bytes(large[16:20], "big") == 2 * int.from_bytes(small[16:20], "big")


@pytest.mark.parametrize(("draw", "table", "words"), CASES)
def test_without_the_extra_a_chart_says_what_to_install(
    draw: Callable[[pl.DataFrame], Chart],
    table: pl.DataFrame,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert words
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtra, match=r"pip install bnl\[report\]"):
        draw(table)


def test_without_the_drawing_library_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = size_chart(SIZES)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    for draw in (to_svg, to_png):
        with pytest.raises(MissingExtra, match=r"pip install bnl\[report\]"):
            draw(chart)
