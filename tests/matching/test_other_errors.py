"""Errors of other kinds than those of the made-up county: misread letters, slips of the hand, moved days."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from bnl.matching.evaluate import evaluate
from bnl.matching.found import Found
from bnl.matching.linker import Linker
from tests.matching.test_linker import febrl

Slip = Callable[[random.Random, str], str]

COLUMNS = ["given_name", "surname", "street_number", "address_1", "suburb", "postcode", "date_of_birth"]
MISREAD = [("rn", "m"), ("m", "rn"), ("cl", "d"), ("i", "l"), ("l", "1"), ("o", "0"), ("s", "5"), ("e", "c")]
BESIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuiopqsdfghjklaxcvbnmz", strict=True))


def misread(rng: random.Random, text: str) -> str:
    """Read one sign for another, as a scanner does."""
    possible = [(seen, read) for seen, read in MISREAD if seen in text]
    if not possible:
        return text
    return text.replace(*rng.choice(possible), 1)


def slipped(rng: random.Random, text: str) -> str:
    """Miss a key, hit the one beside it, hit one twice or two in the wrong order."""
    place = rng.randrange(len(text))
    sign, before, after = text[place], text[:place], text[place + 1 :]
    return rng.choice(
        [
            before + after,
            before + BESIDE.get(sign, sign) + after,
            before + sign + sign + after,
            before + after[:1] + sign + after[1:],
        ]
    )


def exchanged(_: random.Random, date: str) -> str:
    """Exchange day and month of eight digits, where that makes a date."""
    return date[:4] + date[6:] + date[4:6] if date[6:] <= "12" else date


def copies(seed: int, slip: Slip, often: float, missing: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Copy people one to three times, each copy with its own errors.

    Returns:
        Records in random order, and the truth.
    """
    rng = random.Random(seed)
    people = febrl("dataset2").filter(pl.col("record_id").str.ends_with("-org")).head(1500)
    rows: list[dict[str, str | None]] = []
    for person in people.select("entity", *COLUMNS).iter_rows(named=True):
        for _ in range(rng.choice((1, 1, 2, 2, 3))):
            row = dict(person)
            for column in COLUMNS:
                value = row[column]
                if value and rng.random() < missing:
                    row[column] = None
                elif value and rng.random() < often:
                    row[column] = (exchanged if column == "date_of_birth" else slip)(rng, value)
            rows.append(row)
    rng.shuffle(rows)
    frame = pl.DataFrame(rows).with_columns(record_id=pl.int_range(pl.len()).cast(pl.String))
    return frame.drop("entity"), frame.select("record_id", entity_id="entity")


def calibration(found: Found, truth: pl.DataFrame) -> float:
    """Return the mean distance of stated and true shares over ten bins of the pairs above one per cent."""
    entity = dict(truth.select("record_id", "entity_id").iter_rows())
    pairs = found.pairs.filter(pl.col("probability") > 0.01)
    true = np.array([entity[a] == entity[b] for a, b in pairs.select("left", "right").iter_rows()])
    stated = pairs["probability"].to_numpy()
    bins = np.minimum((stated * 10).astype(np.int64), 9)
    return float(np.abs(np.bincount(bins, weights=stated - true)).sum() / stated.size)


@pytest.mark.parametrize(
    ("slip", "often", "missing", "precision", "recall"),
    [
        pytest.param(misread, 0.2, 0.05, 0.995, 0.98, id="misread"),
        pytest.param(slipped, 0.1, 0.05, 0.995, 0.98, id="slips"),
        pytest.param(slipped, 0.05, 0.25, 0.99, 0.90, id="a quarter of the fields missing"),
    ],
)
def test_records_of_one_list_with_other_errors(
    slip: Slip, often: float, missing: float, precision: float, recall: float
) -> None:
    records, truth = copies(5, slip, often, missing)
    found = Linker().fit(records).dedupe(records)
    measured = evaluate(found, truth).clusters
    assert measured is not None
    assert measured.counts.precision >= precision
    assert measured.counts.recall >= recall
    assert calibration(found, truth) <= 0.05


@pytest.mark.parametrize("one_to_one", [None, False])
def test_two_lists_with_other_errors(one_to_one: bool | None) -> None:
    records, truth = copies(6, slipped, 0.12, 0.1)
    truth = truth.with_columns(
        source=pl.when(pl.int_range(pl.len()).over("entity_id") == 0).then(pl.lit("a")).otherwise(pl.lit("b"))
    )
    truth = truth.unique(["entity_id", "source"], keep="first", maintain_order=True)
    left, right = (
        records.join(truth.filter(source=name), on="record_id", how="semi", maintain_order="left")
        for name in ("a", "b")
    )
    found = Linker().fit(left, right).link(left, right, one_to_one=one_to_one)
    measured = evaluate(found, truth, link_type="link").clusters
    assert measured is not None
    assert measured.counts.precision >= 0.99
    assert measured.counts.recall >= 0.97
    assert calibration(found, truth) <= 0.05
