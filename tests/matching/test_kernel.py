"""The kernel against the slow reference: every level, and the weight to 1e-6 bits, on random records."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnl.matching.arrays import I32
from bnl.matching.columns import standard_frame
from bnl.matching.expectation import Background, Mixture
from bnl.matching.kernel import NAME_SLOT, Kernel, exact_level, frequencies
from bnl.matching.levels import LEVELS, bits
from bnl.matching.model import COMPARISONS, Model, person_model
from bnl.matching.scorer import Scorer, rarity_tables
from bnl.matching.table import Table
from tests.matching import reference

GIVEN = ["john", "jon", "jack", "jonathan", "mohammed", "muhammad", "mary jane", "mary-jane", "j", "maria"]
FAMILY = ["smith", "smyth", "smith-jones", "jones", "de la cruz", "al hassan", "mary", "john", "kowalska"]
WHOLE = ["john smith", "SMITH, Mary (known as May)", "ann de la cruz"]
OTHER = ["bob", "bob brown", "jack", "smyth"]
DATES = ["1969-01-29", "1969-01-01", "1969", "1969-10-29", "1979-01-29", "1969-01-28", "1950-05-05"]
PLACES = ["12 mill lane", "12 mill lne", "mill house", "14 high street", "nfa"]
POSTCODES = ["OX1 1AA", "OX1 1AB", "OX1 2AA", "OX2 9ZZ", "SW1A 1AA", "3172"]
PHONES = ["07700900123", "07700900124", "01184960123"]
EMAILS = ["jo@example.org", "jo@example.com", "joe@example.org", "zed@example.net"]
NUMBERS = ["GS123457A", "GS123475A", "GS999998B"]

record = st.fixed_dictionaries(
    {
        "given_names": st.sampled_from([*GIVEN, None]),
        "middle_names": st.sampled_from(["lee", "l", "leigh", "ann", None]),
        "family_name": st.sampled_from([*FAMILY, None]),
        "full_name": st.sampled_from(
            ["john smith", "SMITH, Mary (known as May)", "ann de la cruz", None, None]
        ),
        "aliases": st.lists(st.sampled_from(OTHER), max_size=2),
        "former_names": st.lists(st.sampled_from(OTHER), max_size=1),
        "date_of_birth": st.sampled_from([*DATES, None]),
        "sex": st.sampled_from(["m", "f", None]),
        "ni_number": st.sampled_from([*NUMBERS, None]),
        "phones": st.lists(st.sampled_from(PHONES), max_size=3),
        "emails": st.lists(st.sampled_from(EMAILS), max_size=2),
        "address": st.sampled_from([*PLACES, None]),
        "postcode": st.sampled_from([*POSTCODES, None]),
    }
)

SCHEMA = {
    name: pl.List(pl.String) if name in {"aliases", "former_names", "phones", "emails"} else pl.String
    for name in (
        "given_names", "middle_names", "family_name", "full_name", "aliases", "former_names", "date_of_birth",
        "sex", "ni_number", "phones", "emails", "address", "postcode",
    )
}  # fmt: skip


def table_of(records: list[dict[str, object]]) -> Table:
    frame = pl.DataFrame(records, schema=SCHEMA).with_columns(
        record_id=pl.int_range(pl.len()).cast(pl.String)
    )
    return Table.from_frame(standard_frame(frame))


def all_pairs(rows: int) -> tuple[I32, I32]:
    pairs = np.array(list(itertools.combinations(range(rows), 2)), dtype=np.int32).reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def values(table: Table, column: str, row: int) -> list[str]:
    lexicon = table.lexicons["name" if column in _NAMES else column]
    return lexicon.take([code for code in table.slots(column)[row] if code >= 0])


_NAMES = ("given", "given_joined", "family", "family_part", "middle", "alt_given", "alt_family")


def expected_levels(kernel: Kernel, left: int, right: int) -> list[str]:
    table = kernel.table
    one, two = ({name: values(table, name, row) for name in _NAMES} for row in (left, right))
    names = dict(zip(("given", "family", "middle"), reference.name_levels(one, two), strict=True))
    out = []
    for item in kernel.comparisons:
        if item.kind in names:
            out.append(names[item.kind])
            continue
        a, b = values(table, item.column, left), values(table, item.column, right)
        if item.kind == "date":
            out.append(reference.date_level("".join(a), "".join(b)))
        else:
            out.append(reference.value_level(item.kind, a, b))
    return out


@settings(max_examples=150, deadline=None)
@given(st.lists(record, min_size=2, max_size=7))
def test_levels_are_those_of_the_reference(records: list[dict[str, object]]) -> None:
    kernel = Kernel(table_of(records), person_model())
    left, right = all_pairs(len(records))
    got = kernel.levels(left, right)
    for place, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        names = [
            LEVELS[item.kind][int(level)].name
            for item, level in zip(kernel.comparisons, got[:, place], strict=True)
        ]
        assert names == expected_levels(kernel, a, b)


@settings(max_examples=60, deadline=None)
@given(st.lists(record, min_size=2, max_size=6))
def test_left_and_right_can_be_exchanged(records: list[dict[str, object]]) -> None:
    kernel = Kernel(table_of(records), person_model())
    left, right = all_pairs(len(records))
    assert kernel.levels(left, right).tolist() == kernel.levels(right, left).tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(record, min_size=2, max_size=6))
def test_packing_levels_is_undone(records: list[dict[str, object]]) -> None:
    kernel = Kernel(table_of(records), person_model())
    levels = kernel.levels(*all_pairs(len(records)))
    packed = kernel.pack(levels)
    assert kernel.unpack(packed).tolist() == levels.tolist()
    for place in range(len(kernel.comparisons)):
        assert kernel.level_of(packed, place).tolist() == levels[place].tolist()


def random_mixture(kernel: Kernel, seed: int) -> Mixture:
    rng = np.random.default_rng(seed)

    def tables() -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
        out = []
        for item in kernel.comparisons:
            table = rng.dirichlet(np.ones(len(LEVELS[item.kind])))
            table[0] = 0.0
            out.append(table / table.sum())
        return tuple(out)

    u = tables()
    free = rng.random(len(kernel.comparisons)) < 0.5
    own = tuple(a if mine else b for a, b, mine in zip(tables(), u, free, strict=True))
    return Mixture(m=tables(), u=u, match=0.01, backgrounds=(Background("home", free, own, 0.02),))


@settings(max_examples=100, deadline=None)
@given(st.lists(record, min_size=2, max_size=7), st.integers(0, 1000))
def test_weights_are_those_of_the_reference_to_a_millionth_of_a_bit(
    records: list[dict[str, object]], seed: int
) -> None:
    kernel = Kernel(table_of(records), person_model())
    mixture = random_mixture(kernel, seed)
    scorer = Scorer(kernel, mixture, rarity_tables(kernel))
    left, right = all_pairs(len(records))
    got = scorer.weigh(kernel.levels(left, right), left, right)
    kinds = [item.kind for item in kernel.comparisons]
    for place, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        levels = expected_levels(kernel, a, b)
        rare = [rarity(kernel, at, level, a, b) for at, level in enumerate(levels)]
        assert got[place] == pytest.approx(reference.weight(mixture, kinds, levels, rare), abs=1e-6)


def rarity(kernel: Kernel, place: int, level: str, left: int, right: int) -> float | None:
    item = kernel.comparisons[place]
    described = next(one for one in LEVELS[item.kind] if one.name == level)
    if not item.frequency or not described.exact:
        return None
    column = NAME_SLOT.get(item.kind, item.column)
    theirs = values(kernel.table, column, right)
    shared = [value for value in values(kernel.table, column, left) if value in theirs]
    if not shared:
        return None
    every = [values(kernel.table, column, row) for row in range(len(kernel.table))]
    count = sum(value == shared[-1] for row in every for value in row)
    return count / sum(bool(row) for row in every)


def test_a_column_without_a_value_is_not_compared() -> None:
    empty = dict.fromkeys(SCHEMA)
    kernel = Kernel(
        table_of([{**empty, "given_names": "ann"}, {**empty, "given_names": "bob"}]), person_model()
    )
    assert [item.column for item in kernel.comparisons] == ["given_names"]


def test_all_default_comparisons_fit_one_pattern() -> None:
    assert sum(bits(item.kind) for item in COMPARISONS) <= 63


def test_the_highest_level_of_every_kind_is_equality() -> None:
    for kind, levels in LEVELS.items():
        assert levels[exact_level(kind)].exact, kind


def test_frequencies_are_shares_of_the_known() -> None:
    codes = np.array([0, 0, 1, -1], dtype=np.int32)
    assert frequencies(codes, 3).tolist() == pytest.approx([2 / 3, 1 / 3, 0.0])


def test_sex_can_be_left_out() -> None:
    assert "sex" not in {item.column for item in person_model(sex=False).comparisons}
    assert "sex" in {item.column for item in person_model().comparisons}


def test_a_model_comes_back_from_its_document() -> None:
    model = person_model()
    assert Model.from_json(model.to_json()) == model
