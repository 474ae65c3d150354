"""The compiled loops give what their twins in Python give, number for number."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnl.matching import native
from bnl.matching.blocking import Blocking
from bnl.matching.components import components
from bnl.matching.linker import Linker
from bnl.matching.native import Native, loaded
from bnl.matching.scorer import Scorer, rarity_tables
from bnl.matching.screen import Screen
from bnl.matching.screen_layout import ScreenLayout
from tests.matching.test_screen import kernel_of, mixture_of, plain

RULES = [
    ("given",),
    ("family",),
    ("birth_year",),
    ("postcode",),
    ("any_name_pair",),
    ("given_initial", "sex"),
]
compiled = pytest.mark.skipif(loaded() is None, reason="bnl was built without a C compiler")


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
def test_where_there_is_a_compiler_the_loops_are_built() -> None:
    assert loaded() is not None, "build them: python -m tools.native_hook"


def ours() -> Native:
    found = loaded()
    assert found is not None
    return found


def without(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("blocking", "components", "pairing"):
        monkeypatch.setattr(f"bnl.matching.{module}.loaded", lambda: None)


@compiled
@settings(deadline=None)
@given(
    st.lists(plain, min_size=2, max_size=12),
    st.lists(st.sampled_from(RULES), min_size=1, max_size=4, unique=True),
    st.none() | st.integers(0, 12),
    st.none() | st.integers(1, 20),
    st.integers(1, 12),
)
def test_candidate_pairs_are_those_of_the_twin(
    records: list[dict[str, object]],
    rules: list[tuple[str, ...]],
    boundary: int | None,
    budget: int | None,
    chunk: int,
) -> None:
    kernel, rows = kernel_of(records, True), len(records)
    edge = None if boundary is None else min(boundary, rows)
    blocking = Blocking(kernel.keys, rules, rows, budget, edge)
    for cut in blocking.ranges(chunk):
        left, right = blocking.pairs(*cut)
        one, two = blocking._pairs(*cut)
        assert (left.tolist(), right.tolist()) == (one.tolist(), two.tolist())
        assert left.dtype == right.dtype == np.int32


@compiled
@settings(deadline=None)
@given(
    st.lists(plain, min_size=2, max_size=12),
    st.none() | st.integers(0, 10_000),
    st.floats(0, 1),
    st.integers(0, 3),
    st.booleans(),
)
def test_the_screen_lets_through_what_its_twin_does(
    records: list[dict[str, object]], seed: int | None, part: float, learned: int, placeholders: bool
) -> None:
    kernel = kernel_of(records, placeholders)
    names = kernel.table.lexicons["name"]
    if learned and len(names) > 1:
        kernel.name_comparer.learned = np.array([[1], [0], [0, 1]][learned - 1], dtype=np.int64)
    scorer = Scorer(kernel, mixture_of(kernel, seed), rarity_tables(kernel))
    blocking = Blocking(kernel.keys, RULES, len(records))
    left, right = blocking._pairs(0, len(records))
    assume(left.size)
    weights = scorer.weigh(kernel.levels(left, right), left, right)
    screen = Screen(scorer, float(np.quantile(weights, part)))
    layout = ScreenLayout(screen.packed())
    one, two, looked_at = blocking.screened(ours(), (0, len(records)), layout.structure)
    places = screen.first(left, right)
    assert (one.tolist(), two.tolist()) == (left[places].tolist(), right[places].tolist())
    assert looked_at == left.size


def county(people: int, seed: int) -> pl.DataFrame:
    """Return people, a third of them recorded again, with a slip of the pen, some with further names."""
    rng = np.random.default_rng(seed)
    letters = np.array(list("aeilnorstmk"))
    words = np.array(["".join(rng.choice(letters, size)) for size in rng.integers(3, 8, 150)])
    first = rng.choice(words[:60], people).astype(object)
    twice = rng.random(people) < 0.1
    first[twice] += " " + rng.choice(words[:60], int(twice.sum())).astype(object)
    frame = pl.DataFrame(
        {
            "given_names": first.tolist(),
            "family_name": rng.choice(words[60:], people),
            "date_of_birth": [f"{year}-{month:02d}-{day:02d}" for year, month, day in zip(
                rng.integers(1960, 2000, people), rng.integers(1, 13, people), rng.integers(1, 29, people),
                strict=True)],
            "sex": rng.choice(["m", "f", ""], people),
            "postcode": rng.choice(["OX1 1AA", "OX1 1AB", "OX4 2BB", "SW1A 1AA", ""], people),
        }
    )  # fmt: skip
    again = frame.head(people // 3).with_columns(pl.col("family_name").str.slice(0, 6))
    return pl.concat([frame, again]).with_columns(record_id=pl.int_range(pl.len()).cast(pl.String))


@compiled
def test_a_whole_run_finds_the_same_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = county(1500, 4)
    linker = Linker(threads=2).fit(frame)
    assert linker.fitted is not None
    with_loops = Linker(fitted=linker.fitted, threads=2).dedupe(frame)
    without(monkeypatch)
    again = Linker(threads=2).fit(frame)
    assert again.fitted is not None
    assert again.fitted.to_json() == linker.fitted.to_json()
    plain_found = Linker(fitted=again.fitted, threads=2).dedupe(frame)
    assert plain_found.pairs.equals(with_loops.pairs)
    assert plain_found.clusters.equals(with_loops.clusters)
    assert plain_found.pairs_scored == with_loops.pairs_scored
    assert with_loops.pairs.height > 400


@compiled
@given(st.integers(1, 40), st.data())
def test_components_are_those_of_the_twin(rows: int, data: st.DataObject) -> None:
    row = st.integers(0, rows - 1)
    edges = np.array(data.draw(st.lists(st.tuples(row, row), min_size=1, max_size=60)), dtype=np.int32)
    left, right = edges.T
    found = ours().components(rows, left, right)
    with pytest.MonkeyPatch.context() as patch:
        without(patch)
        assert found.tolist() == components(rows, left, right).tolist()


def test_without_the_library_or_with_another_version_python_does_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loaded.cache_clear()
    monkeypatch.setattr(native, "PATH", tmp_path / "none.so")
    assert loaded() is None
    loaded.cache_clear()
    monkeypatch.undo()
    monkeypatch.setattr(native, "INTERFACE", -1)
    assert loaded() is None
    monkeypatch.undo()
    loaded.cache_clear()
