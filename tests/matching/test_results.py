"""What a person is told of pairs that were not linked."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from bnl.matching.guard import EITHER, REASONS
from bnl.matching.linker import Linker
from bnl.matching.results import either

SEEDS = ("ashdown", "birkett", "coverdale", "dunmore", "eastlake", "farnaby", "gatcombe", "hathersage")
GIVEN = ("tobias", "percival", "lucinda", "rosalind", "barnaby", "cordelia", "ignatius", "philippa")


@pytest.mark.parametrize(
    ("pairs", "labels", "expected"),
    [
        pytest.param([(0, 1, 4.0), (1, 2, 4.0)], [0, 1, 2], [True, True], id="one record fits two"),
        pytest.param([(0, 1, 4.0), (1, 2, -1.0)], [0, 1, 2], [False, False], id="the second is unlikely"),
        pytest.param([(0, 1, 4.0), (1, 2, 4.0)], [0, 0, 2], [False, False], id="linked to one of them"),
        pytest.param([(0, 2, 4.0), (1, 2, 4.0)], [0, 0, 2], [False, False], id="two records of one person"),
        pytest.param(
            [(0, 2, 4.0), (0, 3, 4.0)], [0, 0, 2, 3], [False, False], id="a person of many met by two"
        ),
    ],
)
def test_who_fits_two(pairs: list[tuple[int, int, float]], labels: list[int], expected: list[bool]) -> None:
    left, right, weights = (np.array(side) for side in zip(*pairs, strict=True))
    got = either(left.astype(np.int32), right.astype(np.int32), weights, np.array(labels))
    assert got.tolist() == expected


def test_a_record_without_a_date_that_fits_two_people_is_linked_to_neither() -> None:
    rows: list[dict[str, str | None]] = []
    for place in range(400):
        given, family = (
            GIVEN[place % 8] + "abcdefghij"[place // 40],
            SEEDS[(place * 3) % 8] + "klmno"[place % 5],
        )
        born = f"{1940 + place % 60}-{1 + place % 12:02d}-{1 + place % 28:02d}"
        for copy in ("x", "y"):
            rows.append(
                {
                    "record_id": f"p{place:03d}{copy}",
                    "given_names": given,
                    "family_name": family,
                    "date_of_birth": born,
                    "occupation": f"{GIVEN[place % 7]} maker",
                }
            )
    for number, born in (("1", "1951-02-03"), ("2", "1987-10-21")):
        for copy in ("x", "y"):
            rows.append(
                {
                    "record_id": f"q{number}{copy}",
                    "given_names": "Zorbo",
                    "family_name": "Quillfeather",
                    "date_of_birth": born,
                    "occupation": "falconer",
                }
            )
    rows.append(
        {
            "record_id": "r",
            "given_names": "Zorbo",
            "family_name": "Quillfeather",
            "date_of_birth": None,
            "occupation": "falconer",
        }
    )
    records = pl.DataFrame(rows)
    found = Linker().fit(records).dedupe(records)
    clusters = dict(found.clusters.iter_rows())
    assert clusters["q1x"] == clusters["q1y"] != clusters["q2x"] == clusters["q2y"]
    assert clusters["r"] == "r"
    asked = found.possible_links.filter((pl.col("left") == "r") | (pl.col("right") == "r"))
    assert set(asked["left"]) == {"q1x", "q1y", "q2x", "q2y"}
    assert asked["reason"].unique().to_list() == [REASONS[EITHER]]
