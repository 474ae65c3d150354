"""Weights given a peer's m, u and term frequencies are the peer's weights."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from bnl.matching.columns import standard_frame
from bnl.matching.expectation import Mixture
from bnl.matching.kernel import Kernel
from bnl.matching.levels import LEVELS, code
from bnl.matching.model import Comparison, Model
from bnl.matching.scorer import Scorer, rarity_tables
from bnl.matching.table import Table

PRIOR = 0.01
M = (0.1, 0.05, 0.15, 0.7)  # different, similar, close, exact
U = (0.9, 0.04, 0.03, 0.03)
PLACES = ["stockton-on-tees", "stockton on tees", "stocktn", "london", "londn", "hull", "hull", "leeds", None]
WORKS = ["painter", "painters", "paynter", "cook", "baker", "bakers", "cook", "smith", "painter", None]


def frame() -> pl.DataFrame:
    rng = np.random.default_rng(3)
    return pl.DataFrame(
        {
            "record_id": [f"r{row:03d}" for row in range(60)],
            "birth_place": [PLACES[place] for place in rng.integers(0, len(PLACES), 60)],
            "occupation": [WORKS[place] for place in rng.integers(0, len(WORKS), 60)],
        }
    )


def our_weights() -> dict[tuple[str, str], float]:
    model = Model((Comparison("birth_place", "text"), Comparison("occupation", "text")), ())
    # Hyphens are folded before comparing; the peer is given what was folded.
    table = Table.from_frame(standard_frame(folded()))
    kernel = Kernel(table, model)
    tables = (np.array([0.0, *M]), np.array([0.0, *M]))
    chance = (np.array([0.0, *U]), np.array([0.0, *U]))
    scorer = Scorer(kernel, Mixture(m=tables, u=chance, match=PRIOR), rarity_tables(kernel))
    left, right = np.triu_indices(60, 1)
    a, b = left.astype(np.int32), right.astype(np.int32)
    weights = scorer.weigh(kernel.levels(a, b), a, b)
    ids = table.ids
    return {(ids[int(x)], ids[int(y)]): float(w) for x, y, w in zip(a, b, weights, strict=True)}


def folded() -> pl.DataFrame:
    return frame().with_columns(pl.col("birth_place").str.replace_all("-", " "))


def test_weights_are_those_of_the_peer_to_a_thousandth_of_a_bit() -> None:
    splink = pytest.importorskip("splink", reason="the peer engine is in the extra 'bench'")
    duckdb = pytest.importorskip("duckdb", reason="the peer engine is in the extra 'bench'")

    def comparison(column: str) -> dict[str, object]:
        jaro = f"jaro_winkler_similarity({column}_l, {column}_r)"
        null = f"{column}_l IS NULL OR {column}_r IS NULL"
        exact = {
            "sql_condition": f"{column}_l = {column}_r",
            "m_probability": M[3],
            "u_probability": U[3],
            "tf_adjustment_column": column,
            "tf_adjustment_weight": 1.0,
            "label_for_charts": "exact",
        }
        levels: list[dict[str, object]] = [
            {"sql_condition": null, "is_null_level": True, "label_for_charts": "null"},
            exact,
        ]
        for place, threshold in ((2, 0.92), (1, 0.82)):
            condition = {"sql_condition": f"{jaro} >= {threshold}", "label_for_charts": f"jw {threshold}"}
            levels.append({**condition, "m_probability": M[place], "u_probability": U[place]})
        last = {"sql_condition": "ELSE", "label_for_charts": "else"}
        levels.append({**last, "m_probability": M[0], "u_probability": U[0]})
        return {"output_column_name": column, "comparison_levels": levels}

    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        probability_two_random_records_match=PRIOR,
        comparisons=[comparison("birth_place"), comparison("occupation")],
        blocking_rules_to_generate_predictions=["1=1"],
    )
    connection = duckdb.connect()
    connection.register("given", folded().to_arrow())
    connection.execute("create table records as select * from given")
    database = splink.DuckDBAPI(connection=connection)
    linker = splink.Linker(
        database.register(connection.sql("select * from records")), settings, log_level="ERROR"
    )
    predicted = linker.inference.predict().physical_name
    rows = connection.execute(f"select record_id_l, record_id_r, match_weight from {predicted}").fetchall()
    ours = our_weights()
    assert len(rows) == len(ours)
    for left, right, weight in rows:
        assert ours[min(left, right), max(left, right)] == pytest.approx(weight, abs=1e-3)


def test_a_rare_value_weighs_more_than_a_common_one() -> None:
    weights = our_weights()
    places = dict(folded().select("record_id", "birth_place").iter_rows())
    works = dict(folded().select("record_id", "occupation").iter_rows())
    counts = folded()["birth_place"].value_counts()
    share = dict(counts.iter_rows())
    alike = sorted(
        (share[places[a]], weight)
        for (a, b), weight in weights.items()
        if places[a] == places[b] is not None and (works[a] is None or works[b] is None)
    )
    assert len({count for count, _ in alike}) > 1
    for (few, high), (many, low) in pairwise(alike):
        assert high > low if few < many else high == pytest.approx(low)


def test_missing_on_one_side_says_nothing() -> None:
    weights = our_weights()
    values = {row[0]: row[1:] for row in folded().iter_rows()}
    prior = float(np.log2(PRIOR / (1 - PRIOR)))
    silent = [
        weight
        for (a, b), weight in weights.items()
        if all(one is None or two is None for one, two in zip(values[a], values[b], strict=True))
    ]
    assert silent
    assert silent == pytest.approx([prior] * len(silent))


YEARS = [f"19{year}-03-02" for year in range(50, 81)]
DATES = ["1980-01-01"] * 4 + ["1975-01-01"] + ["1990-06-15"] * 4 + YEARS
DEFAULT, EXACT = code("date", "default"), code("date", "exact")


def date_bits(m: dict[int, float], january: float) -> dict[str, float]:
    """Weigh each date against itself, less the prior."""
    table = Table.from_frame(
        standard_frame(
            pl.DataFrame({"record_id": [f"r{row}" for row in range(40)], "date_of_birth": DATES[:40]})
        )
    )
    kernel = Kernel(table, Model((Comparison("date_of_birth", "date"),), ()))
    size = len(LEVELS["date"])
    same, chance, shares = np.zeros(size), np.full(size, 0.01), np.zeros(size)
    same[list(m)] = list(m.values())
    shares[DEFAULT], shares[EXACT] = january, 1.0 - january
    mixture = Mixture(m=(same,), u=(chance,), match=PRIOR)
    scorer = Scorer(kernel, mixture, rarity_tables(kernel), {"date_of_birth": shares})
    rows = np.arange(40, dtype=np.int32)
    weights = scorer.weigh(kernel.levels(rows, rows), rows, rows) - np.log2(PRIOR / (1 - PRIOR))
    return dict(zip(DATES, weights.tolist(), strict=False))


def test_a_date_of_a_level_of_its_own_weighs_by_how_often_its_level_agrees() -> None:
    # An eighth of all dates are of 1 January, and half of those stay what they are in the other record.
    bits = date_bits({DEFAULT: 1 / 16, EXACT: 7 / 8}, january=1 / 8)
    assert bits["1980-01-01"] == pytest.approx(np.log2((1 / 2) / (4 / 40)))
    assert bits["1975-01-01"] == pytest.approx(np.log2((1 / 2) / (1 / 40)))
    assert bits["1990-06-15"] == pytest.approx(np.log2((7 / 8) / (4 / 40)))


@pytest.mark.parametrize("january", [0.0, 0.01, 0.1])
def test_new_year_never_says_more_than_another_date_as_frequent(january: float) -> None:
    bits = date_bits({DEFAULT: 0.1, EXACT: 0.8}, january)
    assert bits["1980-01-01"] == pytest.approx(bits["1990-06-15"])
