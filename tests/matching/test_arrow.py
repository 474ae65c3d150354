"""Arrow batches against one run over all records, directly and inside a Spark session."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.errors import MatchingError, MissingExtra
from bnl.matching import arrow
from bnl.matching.arrow import COUNTED, SCORED, count_batches, learn_from_counts, pattern_table, score_batches
from bnl.matching.fitted import Fitted
from bnl.matching.found import Found
from bnl.matching.linker import Linker
from bnl.simulation import simulate

pa = pytest.importorskip("pyarrow", reason="Arrow batches need pyarrow")


@pytest.fixture(scope="module")
def records() -> pl.DataFrame:
    return simulate(seed=8, people=90, years=1).records()


@pytest.fixture(scope="module")
def linker(records: pl.DataFrame) -> Linker:
    return Linker().fit(records)


@pytest.fixture(scope="module")
def fitted(linker: Linker) -> Fitted:
    assert linker.fitted is not None
    return linker.fitted


@pytest.fixture(scope="module")
def found(linker: Linker, records: pl.DataFrame) -> Found:
    return linker.dedupe(records)


@pytest.fixture(scope="module")
def wide(found: Found, records: pl.DataFrame) -> pl.DataFrame:
    """The pairs that were found, with both records on each row."""
    pairs = found.pairs.select(pl.col("left").alias("record_id_l"), pl.col("right").alias("record_id_r"))
    for end in ("_l", "_r"):
        side = records.rename(lambda column, end=end: f"{column}{end}")  # type: ignore[misc]
        pairs = pairs.join(side, on=f"record_id{end}", maintain_order="left")
    return pairs.select(sorted(pairs.columns))


def cut(frame: pl.DataFrame, size: int) -> Iterator[Any]:
    for batch in frame.to_arrow().to_batches():
        for start in range(0, batch.num_rows, size):
            yield batch.slice(start, size)


@settings(max_examples=8, deadline=None)
@given(size=st.integers(1, 400))
def test_batches_of_any_size_give_the_weights_of_one_run(
    size: int, fitted: Fitted, found: Found, wide: pl.DataFrame
) -> None:
    few = wide.head(size * 5)
    scored = list(score_batches(fitted, cut(few, size)))
    assert max(batch.num_rows for batch in scored) <= size
    got = pl.DataFrame(pl.from_arrow(pa.Table.from_batches(scored)))
    expected = found.pairs.head(few.height)
    assert got["record_id_l"].to_list() == expected["left"].to_list()
    assert got["record_id_r"].to_list() == expected["right"].to_list()
    assert got["weight"].to_list() == pytest.approx(expected["weight"].to_list(), abs=1e-6)
    assert got["probability"].to_list() == pytest.approx(expected["probability"].to_list(), abs=1e-9)


def test_pattern_counts_are_those_of_the_pairs(fitted: Fitted, found: Found, wide: pl.DataFrame) -> None:
    workers = [list(count_batches(fitted, cut(part, 50))) for part in (wide.head(70), wide.slice(70))]
    assert all(len(worker) == 1 for worker in workers)
    table = pattern_table(fitted, itertools.chain.from_iterable(workers))
    columns = list(fitted.columns)
    expected = found.pairs.group_by(columns).agg(pl.len().cast(pl.Int64).alias("pairs"))
    assert table.select(*columns, "pairs").sort(columns).rows() == expected.sort(columns).rows()
    assert table["pairs"].is_sorted(descending=True)
    assert pattern_table(fitted, []).is_empty()


def test_what_is_learned_from_counts_depends_on_no_order(fitted: Fitted, wide: pl.DataFrame) -> None:
    parts = [next(count_batches(fitted, cut(part, 64))) for part in (wide.head(90), wide.slice(90))]
    total = 10_000.0
    one = learn_from_counts(fitted, parts, total)
    two = learn_from_counts(fitted, reversed(parts), total)
    assert one.to_json() == two.to_json()
    assert one.mixture.match != fitted.mixture.match
    assert one.rarity is fitted.rarity


def test_nothing_in_nothing_out(fitted: Fitted, wide: pl.DataFrame) -> None:
    assert not list(score_batches(fitted, []))
    assert not list(count_batches(fitted, []))
    (empty,) = score_batches(fitted, [wide.to_arrow().to_batches()[0].slice(0, 0)])
    assert empty.num_rows == 0
    with pytest.raises(MatchingError, match="no counts"):
        learn_from_counts(fitted, [], 10.0)


@pytest.mark.parametrize("end", ["_l", "_r"])
def test_a_side_without_ids_is_refused(end: str, fitted: Fitted, wide: pl.DataFrame) -> None:
    with pytest.raises(MatchingError, match=f"record_id{end}"):
        list(score_batches(fitted, cut(wide.drop(f"record_id{end}"), 9)))


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, fitted: Fitted) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match="spark"):
        next(score_batches(fitted, []))
    with pytest.raises(MissingExtra, match="pyarrow"):
        next(arrow.count_batches(fitted, []))


@pytest.mark.skipif(
    not (importlib.util.find_spec("pysail") and importlib.util.find_spec("pyspark")),
    reason="needs pysail and pyspark-client (extra long)",
)
@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_the_kernel_runs_inside_a_spark_session(
    fitted: Fitted, found: Found, wide: pl.DataFrame, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without a main module that is a file (a worker of xdist has none) Spark takes the run for its doctests.
    monkeypatch.setattr(sys.modules["__main__"], "__file__", __file__, raising=False)
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    path = tmp_path / "pairs.parquet"
    wide.write_parquet(path)
    server = SparkConnectServer(port=0)
    server.start()
    try:
        _, port = server.listening_address
        spark = SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()
        pairs = spark.read.parquet(str(path)).repartition(3)
        document = fitted.to_json()

        def weigh(batches: Iterator[Any]) -> Iterator[Any]:
            yield from score_batches(Fitted.from_json(document), batches)

        def count(batches: Iterator[Any]) -> Iterator[Any]:
            yield from count_batches(Fitted.from_json(document), batches)

        scored = {
            (row.record_id_l, row.record_id_r): row.weight
            for row in pairs.mapInArrow(weigh, SCORED).collect()
        }
        counted = pairs.mapInArrow(count, COUNTED).collect()
        spark.stop()
    finally:
        server.stop()
    expected = {
        (left, right): weight for left, right, weight in found.pairs.select("left", "right", "weight").rows()
    }
    assert scored == pytest.approx(expected, abs=1e-6)
    batches = [pa.RecordBatch.from_pylist([{"pattern": row.pattern, "pairs": row.pairs}]) for row in counted]
    whole = pattern_table(fitted, count_batches(fitted, cut(wide, 1000)))
    assert pattern_table(fitted, batches).rows() == whole.rows()
