"""Quality: how right the links in force are, measured against labelled truth; aggregates only."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from bnl.domain.identifiers import AgencyId
from bnl.errors import InvalidValue
from bnl.matching.evaluate import evaluate
from bnl.register.snapshot import Snapshot

COLUMNS = ("agency", "reference", "person")


class Scores(NamedTuple):
    """How right pairs are.

    Args:
        true_pairs: Pairs of records that are one person.
        found: Of those, how many are linked.
        wrong: Pairs linked that are two people.
        precision: Share of linked pairs that are right, in [0, 1].
        recall: Share of true pairs that are linked, in [0, 1].
        f1: Their harmonic mean.
    """

    true_pairs: int
    found: int
    wrong: int
    precision: float
    recall: float
    f1: float


class LinkQuality(NamedTuple):
    """How right the links in force are.

    Args:
        records: Labelled records that the register holds.
        overall: All pairs.
        by_tag: Pairs in which a record carries a tag, by tag, worst recall first.
    """

    records: int
    overall: Scores
    by_tag: tuple[tuple[str, Scores], ...]


def link_quality(snapshot: Snapshot, truth: pl.DataFrame) -> LinkQuality:
    """Measure the links in force against truth.

    Args:
        snapshot: The state of the register.
        truth: ``agency``, ``reference``, ``person`` (who it truly is) and perhaps ``tags`` (list of strings);
            rows the register does not hold are left out.

    Raises:
        InvalidValue: A column is missing, or the register holds none of the records.
    """
    missing = [name for name in COLUMNS if name not in truth.columns]
    if missing:
        raise InvalidValue(f"The truth has no column {missing[0]}.", f"It needs {', '.join(COLUMNS)}.")
    held = _held(snapshot, truth)
    if held.is_empty():
        raise InvalidValue(
            "The register holds none of the labelled records.", "Compare agencies and references."
        )
    clusters = held.select("record_id", cluster_id="held_as")
    tags = held.select("record_id", "tags") if "tags" in held.columns else None
    measured = evaluate(clusters, held.select("record_id", entity_id="person"), tags=tags)
    counts = measured.clusters
    if counts is None:
        raise InvalidValue("There are no clusters to measure.")
    overall = _scores(measured.true_pairs, counts.counts.true_positives, counts.counts.false_positives)
    by_tag = [
        (str(row["tag"]), _scores(row["true_pairs"], row["linked"], row["false_positives"]))
        for row in measured.by_tag.iter_rows(named=True)
    ]
    return LinkQuality(held.height, overall, tuple(by_tag))


def _held(snapshot: Snapshot, truth: pl.DataFrame) -> pl.DataFrame:
    places = truth.select("agency", "reference").iter_rows()
    ids = [snapshot.by_reference.get((AgencyId(agency), reference)) for agency, reference in places]
    people = [None if record_id is None else snapshot.person(record_id) for record_id in ids]
    held = truth.drop("record_id", strict=False).with_columns(
        pl.Series("record_id", ids, dtype=pl.String), pl.Series("held_as", people, dtype=pl.String)
    )
    return held.drop_nulls("record_id").unique("record_id", keep="last", maintain_order=True)


def _scores(true_pairs: int, found: int, wrong: int) -> Scores:
    precision = found / (found + wrong) if found + wrong else 1.0
    recall = found / true_pairs if true_pairs else 1.0
    both = precision + recall
    return Scores(true_pairs, found, wrong, precision, recall, 2 * precision * recall / both if both else 0.0)
