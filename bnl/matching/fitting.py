"""Fit a model to records: chance agreement, level probabilities, the prior; without any labelled pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bnl.matching.arrays import F64, I64, Bool, count_distinct, distinct
from bnl.matching.blocking import Blocking
from bnl.matching.chance import marginals
from bnl.matching.expectation import Background, Mixture, learn, sharpen
from bnl.matching.kernel import Kernel
from bnl.matching.levels import LEVELS
from bnl.matching.model import Comparison, Model
from bnl.matching.priors import start_m

LEAST_PAIRS = 200_000
_TRAINING_PAIRS = 4_000_000
_RANDOM_PER_ROW = 40
_RANDOM_PAIRS = 1_000_000
# Levels of the given name that also say what the family name would have said.
_JOINT = frozenset({"swapped", "cross"})


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct level patterns of candidate pairs and how many pairs show each."""

    packed: I64
    counts: F64


def budget(model: Model, rows: int) -> float | None:
    """Return how many pairs one blocking rule may produce for a number of rows."""
    return None if model.pairs_per_record is None else max(model.pairs_per_record * rows, float(LEAST_PAIRS))


def count_patterns(kernel: Kernel, blocking: Blocking, limit: int = _TRAINING_PAIRS) -> Patterns:
    """Count the patterns of the candidate pairs, of an even sample of left rows if there are too many."""
    ranges = blocking.ranges(limit // 8)
    stride = max(1, -(-len(ranges) * (limit // 8) // limit))
    packed: list[I64] = []
    for first, last in ranges[::stride]:
        left, right = blocking.pairs(first, last)
        packed.append(kernel.pack(kernel.levels(left, right)))
    if not packed:
        return Patterns(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64))
    keys, counts = count_distinct(np.concatenate(packed))
    return Patterns(keys, counts.astype(np.float64) * (len(ranges) / len(ranges[::stride])))


def merge_patterns(parts: list[Patterns]) -> Patterns:
    """Add up pattern counts that were taken separately."""
    keys = distinct(np.concatenate([part.packed for part in parts]))
    counts = np.zeros(keys.size, dtype=np.float64)
    for part in parts:
        counts[np.searchsorted(keys, part.packed)] += part.counts
    return Patterns(keys, counts)


def all_pairs(rows: int, boundary: int | None) -> float:
    """Return how many pairs there are in one list, or across two."""
    return rows * (rows - 1) / 2 if boundary is None else float(boundary * (rows - boundary))


def background_masks(comparisons: tuple[Comparison, ...]) -> list[tuple[str, Bool]]:
    """Return the reasons other than chance why two people agree, and what they then agree on."""

    def mask(*reasons: str) -> Bool:
        return np.array([item.shared in reasons or item.kind in reasons for item in comparisons])

    reasons = [
        ("place", mask("place")),
        ("home", mask("place", "family")),
        ("namesake", mask("given", "family", "middle")),
        ("kin", mask("given", "family", "middle", "place")),
        ("twin", mask("family", "date", "place")),
    ]
    distinct_masks = {free.tobytes(): (name, free) for name, free in reversed(reasons)}
    return list(reversed(distinct_masks.values()))


def fit_mixture(kernel: Kernel, patterns: Patterns, rows: int, boundary: int | None, seed: int) -> Mixture:
    """Learn the mixture from pattern counts, allowing for the reasons for which two people agree."""
    total = max(all_pairs(rows, boundary), 1.0)
    wanted = int(min(_RANDOM_PAIRS, rows * _RANDOM_PER_ROW))
    marginal = marginals(kernel, rows, boundary, wanted, seed)
    rough = tuple(start_m(item.kind) for item in kernel.comparisons)
    share = min(0.1, rows / total)
    backgrounds = []
    for name, free in background_masks(kernel.comparisons):
        if 1 < free.sum() < free.size:
            tables = tuple(a if own else b for a, b, own in zip(rough, marginal, free, strict=True))
            backgrounds.append(Background(name, free, tables, share))
    start = Mixture(m=rough, u=marginal, match=share, backgrounds=tuple(backgrounds))
    levels, counts = kernel.unpack(patterns.packed), patterns.counts
    learned = learn(levels, counts, start, total, marginal)
    kept = tuple(
        np.array([level.name in _JOINT for level in LEVELS[item.kind]]) for item in kernel.comparisons
    )
    sharp = sharpen(levels, counts, learned, start, kept)
    return learn(levels, counts, sharp, total, marginal, keep_m=True)
