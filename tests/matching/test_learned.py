"""Names found to stand for each other: only across families, and only beyond chance."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest

from bnl.matching.levels import LEVELS
from bnl.matching.linker import Linker

FAMILIES = ["ashdown", "birkett", "coverdale", "dunmore", "eastlake", "farnaby", "gatcombe", "hathersage"]
OTHERS = ["tobias", "percival", "lucinda", "rosalind", "barnaby", "cordelia", "ignatius", "philippa"]


def people(pairs: int) -> pl.DataFrame:
    """Make people of whom some use two names that no table knows."""
    rows = []
    numbers = itertools.count()
    for place, family in enumerate(FAMILIES):
        born = f"19{60 + place}-0{1 + place}-1{place}"
        first, second = ("zorbo", "quill") if place < pairs else (OTHERS[place], OTHERS[place])
        for name in (first, second, first):
            rows.append(
                {
                    "record_id": f"r{next(numbers):04d}",
                    "given_names": name,
                    "family_name": family,
                    "date_of_birth": born,
                    "ni_number": f"GS{100000 + place * 1117:06d}A",
                    "emails": f"{family}{place}@example.org",
                }
            )
    for place in range(300):
        rows.append(
            {
                "record_id": f"s{place:04d}",
                "given_names": OTHERS[place % 8] + "abcdefgh"[place // 40],
                "family_name": FAMILIES[(place * 3) % 8] + "ijklmnop"[place // 38],
                "date_of_birth": f"19{40 + place % 55}-1{place % 3}-2{place % 9}",
                "ni_number": f"GR{200000 + place * 733:06d}A",
                "emails": f"s{place}@example.org",
            }
        )
    return pl.DataFrame(rows)


@pytest.mark.parametrize(
    ("families", "learned"),
    [
        pytest.param(6, True, id="six families"),
        pytest.param(1, False, id="one family proves nothing"),
        pytest.param(0, False, id="nobody"),
    ],
)
def test_names_used_for_one_person_in_several_families_are_learned(families: int, learned: bool) -> None:
    linker = Linker().fit(people(families))
    assert linker.fitted is not None
    pairs = {frozenset(pair) for pair in linker.fitted.variants}
    assert (frozenset({"zorbo", "quill"}) in pairs) == learned


def twins(ways: int) -> pl.DataFrame:
    """Make the people of `people`, two of them twins of names no table knows, spelt in some ways."""
    rows = people(0).to_dicts()
    for place, family in enumerate(("zerai awet", "zerai", "awet", "zeray", "zerei", "awett")[:ways]):
        for name in ("zorbo", "quill"):
            shared = {
                "family_name": family,
                "date_of_birth": "1987-04-27",
                "emails": "zerai.awet@example.org",
            }
            rows.append({**rows[0], **shared, "record_id": f"t{place}{name}", "given_names": name})
    return pl.DataFrame(rows)


@pytest.mark.parametrize("ways", [2, 6])
def test_twins_whose_family_name_is_spelt_in_many_ways_teach_nothing(ways: int) -> None:
    linker = Linker().fit(twins(ways))
    assert linker.fitted is not None
    assert linker.fitted.variants == ()


def test_a_learned_name_has_its_own_level_in_every_later_run() -> None:
    records = people(6)
    linker = Linker().fit(records)
    for found in (linker.dedupe(records), Linker(fitted=linker.fitted).dedupe(records.clone())):
        levels = found.pairs.filter(pl.col("left") == "r0000", pl.col("right") == "r0001")["given_names"]
        assert levels.to_list() == ["learned"]
    step = next(step for step in found.explain("r0000", "r0001").steps if step.column == "given_names")
    assert step.level == "learned"
    assert step.words == next(level.words for level in LEVELS["given"] if level.name == "learned")
    assert np.isfinite(step.bits)


def with_bynames(shown: int) -> pl.DataFrame:
    """Make the people of `people`, some of whom are also called ``stumpy`` whatever their name."""
    rows = people(0).to_dicts()
    own = [row for row in rows if str(row["record_id"]).startswith("r")]
    for row in own[2::3][:shown]:
        row["given_names"] = "stumpy"
    return pl.DataFrame(rows)


@pytest.mark.parametrize(
    ("shown", "learned"),
    [
        pytest.param(8, True, id="many people"),
        pytest.param(3, False, id="three people"),
        pytest.param(0, False, id="none"),
    ],
)
def test_a_name_used_beside_many_others_is_a_byname(shown: int, learned: bool) -> None:
    records = with_bynames(shown)
    linker = Linker().fit(records)
    assert linker.fitted is not None
    assert (("stumpy", "stumpy") in linker.fitted.variants) == learned
    assert all(a != b or a == "stumpy" for a, b in linker.fitted.variants)
    for found in (linker.dedupe(records), Linker(fitted=linker.fitted).dedupe(records.clone())):
        levels = found.pairs.filter(pl.col("left") == "r0000", pl.col("right") == "r0002")["given_names"]
        assert levels.to_list() == ["byname" if learned else "different" if shown else "exact"]
