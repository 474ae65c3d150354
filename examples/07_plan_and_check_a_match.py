"""Match without a register: look at blocking first, match, search, and measure without labelled data."""

from __future__ import annotations

import polars as pl

from bnl.matching import Linker, analyse_blocking, by_group, estimate, evaluate, person_model, plan_review
from bnl.simulation import simulate

# Made-up people; only the last step looks at the truth behind them.
county = simulate(seed=11, people=300, years=2)
records, truth = county.records(), county.truth.rename({"person": "entity_id"})

blocking = analyse_blocking(records)
print(f"{blocking.pairs:,} candidate pairs; the rule that adds most:")
print(blocking.rules.sort("new_pairs", descending=True).select("rule", "pairs", "new_pairs").head(1))
if blocking.recall_ceiling is not None:
    print(f"blocking finds {blocking.recall_ceiling.value:.1%} of {blocking.known_pairs} pairs that share a "
          f"number ({blocking.recall_ceiling.low:.1%} to {blocking.recall_ceiling.high:.1%})")  # fmt: skip

linker = Linker(person_model()).fit(records)
found = linker.dedupe(records)
print(f"{found.clusters['cluster_id'].n_unique()} people among {records.height} records, "
      f"{found.possible_links.height} pairs for a person to judge")  # fmt: skip

# Search before create, in the same parameters: what is known of a person, and who that may be.
index = linker.index(records)
known = records.row(40, named=True)
seen = index.look({name: known[name] for name in ("given_names", "family_name", "date_of_birth")}, limit=3)
print(f"{len(seen.candidates)} candidates among {seen.compared} records compared; the first, in bits:")
for step in seen.candidates[0].explanation.steps:
    print(f"  {step.column:30s} {step.bits:+6.1f}  {step.words}")

# A person labels the pairs of a plan; here the truth does.
plan = plan_review(found, 200)
people = dict(truth.select("record_id", "entity_id").iter_rows())
labels = plan.with_columns(
    same=pl.Series(
        [people[left] == people[right] for left, right in plan.select("left", "right").iter_rows()]
    )
)
told = estimate(found, labels)
print(f"precision {told.precision.value:.3f} ({told.precision.low:.3f} to {told.precision.high:.3f}), "
      f"recall {told.recall.value:.3f} ({told.recall.low:.3f} to {told.recall.high:.3f})")  # fmt: skip

measured = evaluate(found, truth)
assert measured.clusters is not None
print(f"against the truth: cluster F1 {measured.clusters.counts.f1:.3f}")
groups = truth.select("record_id", pl.col("community").alias("group"))
print(by_group(found, truth, groups).select("group", "recall", "precision", "flagged").head(3))
