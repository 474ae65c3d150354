"""The screen: no pair that reaches the floor is left out, whatever was learned; most that cannot are."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.matching.arrays import I32
from bnl.matching.columns import standard_frame
from bnl.matching.expectation import Mixture
from bnl.matching.kernel import Kernel
from bnl.matching.levels import LEVELS, code
from bnl.matching.linker import Linker
from bnl.matching.model import person_model
from bnl.matching.preparing import scorer_of
from bnl.matching.priors import start_m, start_u
from bnl.matching.scorer import Scorer, rarity_tables
from bnl.matching.screen import Screen
from bnl.matching.table import Table

GIVEN = [
    "john",
    "jon",
    "jonathan",
    "jack",
    "mohammed",
    "muhammad",
    "mohd",
    "bill",
    "william",
    "smith",
    "j",
    "lee",
    "yare",
    "scouse",
    "ka ho",
]
FAMILY = [
    "smith",
    "smyth",
    "schmidt",
    "jones",
    "john",
    "jon",
    "lee",
    "muhammad",
    "smith-jones",
    "de la cruz",
    "bill",
]
# Two names that stand for each other, a by-name (paired with itself), or both.
LEARNED = [[], [1], [0], [0, 1], [1, 1 + (1 << 32)]]
word = st.text("abcdeinorst", min_size=1, max_size=6)
day = st.dates().map(str)
known_day = st.sampled_from(
    ["1969-01-29", "1969-10-29", "1979-01-29", "1970-01-29", "1969-01-01", "1969-01", "1969", "1969-12-11",
     "1969-11-12", "1958-01-29", "2069-01-29", "1980-10-29", "1981-00-29", "1999-03-04", "2000-03-04"]
)  # fmt: skip

plain = st.fixed_dictionaries(
    {
        "given_names": st.sampled_from([*GIVEN, None]) | word,
        "family_name": st.sampled_from([*FAMILY, None]) | word,
        "middle_names": st.sampled_from([None, None, None, "lee", "j"]),
        "aliases": st.sampled_from([[], [], [], ["jack"], ["smith"]]),
        "date_of_birth": known_day | day | st.none(),
        "sex": st.sampled_from(["m", "f", None]),
        "ni_number": st.sampled_from(["GS123457A", "GS123475A", "GS999998B", None]),
        "phones": st.lists(st.sampled_from(["07700900123", "07700900124", "01184960123"]), max_size=2),
        "postcode": st.sampled_from(["OX1 1AA", "OX1 1AB", "OX2 9ZZ", "SW1A 1AA", None]),
    }
)
SCHEMA = {
    name: pl.List(pl.String) if name in {"aliases", "phones"} else pl.String
    for name in (
        "given_names", "family_name", "middle_names", "aliases", "date_of_birth", "sex", "ni_number",
        "phones",
        "postcode",
    )
}  # fmt: skip


def kernel_of(records: list[dict[str, object]], placeholders: bool) -> Kernel:
    frame = pl.DataFrame(records, schema=SCHEMA)
    frame = frame.with_columns(record_id=pl.int_range(pl.len()).cast(pl.String))
    return Kernel(Table.from_frame(standard_frame(frame)), person_model(placeholders=placeholders))


def taught_kernel_of(records: list[dict[str, object]], placeholders: bool, learned: int) -> Kernel:
    """Return a kernel whose first two names stand for each other (1, 3), or the first is a by-name (2, 3)."""
    kernel = kernel_of(records, placeholders)
    if learned and len(kernel.table.lexicons["name"]) > 1:
        kernel.name_comparer.learned = np.array([[1], [0], [0, 1]][learned - 1], dtype=np.int64)
    return kernel


def pairs_of(rows: int) -> tuple[I32, I32]:
    pairs = np.array(list(itertools.combinations(range(rows), 2)), dtype=np.int32)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def mixture_of(kernel: Kernel, seed: int | None) -> Mixture:
    """Return parameters as learning begins with, or any at all."""
    if seed is None:
        kinds = [item.kind for item in kernel.comparisons]
        return Mixture(m=tuple(map(start_m, kinds)), u=tuple(map(start_u, kinds)), match=1e-4)
    rng = np.random.default_rng(seed)
    sides: list[tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]] = []
    for _ in range(2):
        tables = [rng.dirichlet(np.full(len(LEVELS[item.kind]), 0.3)) for item in kernel.comparisons]
        sides.append(tuple(np.where(np.arange(table.size) > 0, table, 0.0) for table in tables))
    return Mixture(m=sides[0], u=sides[1], match=0.01)


def dates_parted(january: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    shares = np.zeros(len(LEVELS["date"]))
    shares[[code("date", "default"), code("date", "exact")]] = january, 1.0 - january
    return shares


@settings(max_examples=100, deadline=None)
@given(
    st.lists(plain, min_size=2, max_size=9),
    st.none() | st.integers(0, 10_000),
    st.floats(0, 1),
    st.integers(0, 3),
    st.none() | st.floats(0, 1),
)
def test_no_pair_that_reaches_the_floor_is_left_out(
    records: list[dict[str, object]], seed: int | None, part: float, learned: int, january: float | None
) -> None:
    kernel = taught_kernel_of(records, january is not None, learned)
    parted = {} if january is None else {"date_of_birth": dates_parted(january)}
    scorer = Scorer(kernel, mixture_of(kernel, seed), rarity_tables(kernel), parted)
    left, right = pairs_of(len(records))
    weights = scorer.weigh(kernel.levels(left, right), left, right)
    floor = float(np.quantile(weights, part))
    reached = set(np.flatnonzero(weights >= floor).tolist())
    assert reached <= set(Screen(scorer, floor).possible(left, right).tolist())


def test_most_pairs_of_strangers_are_left_out() -> None:
    rng = np.random.default_rng(5)
    letters = np.array(list("abcdefghiklmnoprstuvw"))
    words = ["".join(rng.choice(letters, 7)) for _ in range(400)]
    frame = pl.DataFrame(
        {
            "record_id": [str(row) for row in range(900)],
            "given_names": rng.choice(words[:200], 900),
            "family_name": rng.choice(words[200:], 900),
            "date_of_birth": [f"{year}-{month:02d}-15" for year, month in zip(
                rng.integers(1940, 2005, 900), rng.integers(1, 13, 900), strict=True)],
            "postcode": rng.choice(["OX1 1AA", "OX4 2BB", "RG1 3CC", "SW1A 1AA"], 900),
        }
    )  # fmt: skip
    linker = Linker().fit(pl.concat([frame, frame.head(300).with_columns(pl.col("record_id") + "b")]))
    assert linker.fitted is not None
    table = Table.from_frame(standard_frame(frame))
    kernel = Kernel(table, linker.model)
    scorer = scorer_of(linker.fitted, kernel)
    left, right = pairs_of(300)
    assert Screen(scorer, -4.0).possible(left, right).size < 0.05 * left.size
