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
from bnl.matching.compare_codes import compare_codes
from bnl.matching.components import components
from bnl.matching.known_pairs import KnownPairs
from bnl.matching.linker import Linker
from bnl.matching.native import Native, loaded
from bnl.matching.native_layout import address
from bnl.matching.phonetic import phonetics
from bnl.matching.scorer import Scorer, rarity_tables
from bnl.matching.screen import Screen
from bnl.matching.screen_layout import ScreenLayout
from bnl.matching.sketches import sketched
from tests.matching.test_screen import (
    dates_parted,
    kernel_of,
    mixture_of,
    pairs_of,
    plain,
    taught_kernel_of,
)

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
    for module in (
        "agglomerate",
        "blocking",
        "compare_codes",
        "compare_dates",
        "compare_names",
        "components",
        "known_pairs",
        "pairing",
        "phonetic",
        "scorer",
        "sketches",
    ):
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
@settings(max_examples=100, deadline=None)
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
    kernel = taught_kernel_of(records, placeholders, learned)
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


days = st.sampled_from(
    ["1969-01-29", "1969-10-29", "1979-01-29", "1970-01-29", "1969-01-01", "1970-01-01", "1969-01", "1969-02",
     "1969", "1969-12-11", "1969-11-12", "1968-12-30", "2069-01-29", "1980-10-29", "1999-12-31", "2000-01-01"]
) | st.dates().map(str) | st.none()  # fmt: skip


@compiled
@settings(deadline=None)
@given(st.lists(days, min_size=2, max_size=14), st.booleans())
def test_dates_are_compared_as_by_the_twin(written: list[str | None], placeholders: bool) -> None:
    kernel = kernel_of([{"given_names": "ann", "date_of_birth": day} for day in written], placeholders)
    assume(kernel.dates is not None)
    comparer = kernel._dates
    assert comparer is not None
    left, right = pairs_of(len(written))
    found = comparer.levels(left, right)
    with pytest.MonkeyPatch.context() as patch:
        without(patch)
        assert found.tolist() == comparer.levels(left, right).tolist()


@compiled
@settings(deadline=None)
@given(
    st.lists(st.integers(-1, 3), min_size=2, max_size=12),
    st.none() | st.lists(st.integers(-1, 3), min_size=12, max_size=12),
    st.integers(1, 3),
)
def test_codes_are_compared_as_by_the_twin(codes: list[int], other: list[int] | None, slots: int) -> None:
    column = np.repeat(np.array(codes, dtype=np.int32), slots).reshape(-1, slots)[:, 0]
    also = None if other is None else np.array(other[: len(codes)], dtype=np.int32)
    left, right = pairs_of(len(codes))
    level, rest = compare_codes(left, right, column, 9, also)
    with pytest.MonkeyPatch.context() as patch:
        without(patch)
        one, two = compare_codes(left, right, column, 9, also)
    assert (level.tolist(), rest.tolist()) == (one.tolist(), two.tolist())


@compiled
@settings(deadline=None)
@given(
    st.lists(plain, min_size=2, max_size=10),
    st.none() | st.integers(0, 10_000),
    st.booleans(),
    st.floats(0, 1),
)
def test_pairs_weigh_what_they_do_by_the_twin(
    records: list[dict[str, object]], seed: int | None, unseen: bool, january: float
) -> None:
    kernel = kernel_of(records, True)
    rarity = rarity_tables(kernel)
    if unseen:
        rarity = {column: shares[:1] for column, shares in rarity.items()}
    scorer = Scorer(kernel, mixture_of(kernel, seed), rarity, {"date_of_birth": dates_parted(january)})
    left, right = pairs_of(len(records))
    levels = kernel.levels(left, right)
    weights = scorer.weigh_both(levels, left, right)
    with pytest.MonkeyPatch.context() as patch:
        without(patch)
        plainly = scorer.weigh_both(kernel.levels(left, right), left, right)
    assert [side.tolist() for side in weights] == [side.tolist() for side in plainly]


@compiled
@settings(deadline=None)
@given(
    st.lists(plain, min_size=1, max_size=12),
    st.lists(st.sampled_from(RULES), min_size=1, max_size=4, unique=True),
    st.none() | st.integers(1, 20),
)
def test_blocks_are_those_of_the_twin(
    records: list[dict[str, object]], rules: list[tuple[str, ...]], budget: int | None
) -> None:
    kernel = kernel_of(records, True)
    found = Blocking(kernel.keys, rules, len(records), budget)
    with pytest.MonkeyPatch.context() as patch:
        without(patch)
        other = Blocking(kernel.keys, rules, len(records), budget)
    assert found.reports == other.reports
    for one, two in zip(found._postings, other._postings, strict=True):
        assert [part.tolist() for part in one] == [part.tolist() for part in two]


@compiled
@given(
    st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8))),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8))),
)
def test_known_pairs_are_found_as_by_the_twin(
    known: set[tuple[int, int]], wanted: list[tuple[int, int]]
) -> None:
    have = np.array(sorted(known), dtype=np.int32).reshape(-1, 2)
    ask = np.array(wanted, dtype=np.int32).reshape(-1, 2)
    pairs = KnownPairs(have[:, 0].copy(), have[:, 1].copy(), 9)
    found = pairs.find(ask[:, 0].copy(), ask[:, 1].copy())
    assert found.tolist() == [sorted(known).index(pair) if pair in known else -1 for pair in wanted]
    with pytest.MonkeyPatch.context() as patch:
        without(patch)
        assert found.tolist() == pairs.find(ask[:, 0], ask[:, 1]).tolist()


# What the rules of sound look for, what they look at beside it, and what stands alone.
SPELLINGS = """
kn gn ng wr ps pf wh x mac eau eaux ieux dzh dsch dj zh schtsch shch szcz tsch tsh tch sch sh sz ch cz tj
augh ough eigh igh ugh gh kh ck cq qu q ph bh mh th dh tt dd ts tz ds dz c g ou u y i j w h a e o r l m n
t s k v d f ael iel 1
"""


@compiled
@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([*SPELLINGS.split(), " ", "al ", "el "]), max_size=7).map("".join)
        | st.text(max_size=8)
        | st.text("aeiouychgtsw", max_size=9),
        max_size=12,
    )
)
def test_names_sound_as_by_the_twin(names: list[str]) -> None:
    found = phonetics(names)
    with pytest.MonkeyPatch.context() as patch:
        without(patch)
        assert found == phonetics(names)


@compiled
@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text("aab1éx李 ", min_size=1, max_size=12) | st.text(min_size=1, max_size=300), max_size=9)
)
def test_sketches_are_those_of_the_twin(texts: list[str]) -> None:
    found = sketched(texts)
    with pytest.MonkeyPatch.context() as patch:
        without(patch)
        plainly = sketched(texts)
    assert [part.tolist() for part in found] == [part.tolist() for part in plainly]
    assert [part.dtype for part in found] == [part.dtype for part in plainly]


def test_an_array_with_gaps_is_refused() -> None:
    with pytest.raises(ValueError, match="gaps"):
        address(np.arange(10)[::2])


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
