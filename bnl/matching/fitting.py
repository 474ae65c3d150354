"""Fit a model to records: chance agreement, level probabilities, the prior; without any labelled pair."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from bnl.matching.arrays import F64, I64, Bool, count_distinct
from bnl.matching.blocking import Blocking
from bnl.matching.chance import marginals, with_variants
from bnl.matching.expectation import Background, Mixture, Patterns, Tables, sharpen
from bnl.matching.kernel import Kernel
from bnl.matching.learned import learn_variants, relabel
from bnl.matching.levels import ELSE, LEVELS
from bnl.matching.maximisation import learn
from bnl.matching.model import Comparison, Model
from bnl.matching.pairing import CHUNK, Compared, Cut, compare
from bnl.matching.priors import start_m

LEAST_PAIRS = 200_000
_TRAINING_PAIRS = 4_000_000
_MOST_PATTERNS = 60_000
_LEAST_REASON = 0.005
_RANDOM_PER_ROW = 10
_LEAST_RANDOM = 100_000
_RANDOM_PAIRS = 200_000
# Levels of the given name that also say what the family name would have said.
_JOINT = frozenset({"swapped", "cross"})


def budget(model: Model, rows: int) -> float | None:
    """Return how many pairs one blocking rule may produce for a number of rows."""
    return None if model.pairs_per_record is None else max(model.pairs_per_record * rows, float(LEAST_PAIRS))


def chance_beside(
    kernel: Kernel, blocking: Blocking, boundary: int | None, seed: int, threads: int
) -> tuple[tuple[F64, ...], dict[Cut, Compared], float]:
    """Compare random pairs and, beside them, those to learn from.

    Args:
        kernel: Comparisons of the records.
        blocking: Gives the candidates.
        boundary: Row at which the second of two lists begins.
        seed: Seed of the random pairs.
        threads: Worker threads; the result does not depend on it.

    Returns:
        The share of each level among all pairs (see `marginals`), and what `training_pairs` returns.
    """
    rows = len(kernel.table)
    wanted = int(np.clip(rows * _RANDOM_PER_ROW, _LEAST_RANDOM, _RANDOM_PAIRS))
    with ThreadPoolExecutor(1) as beside:
        chance = beside.submit(marginals, kernel, rows, boundary, wanted, seed)
        parts, share = training_pairs(kernel, blocking, threads)
        return chance.result(), parts, share


def training_pairs(kernel: Kernel, blocking: Blocking, threads: int) -> tuple[dict[Cut, Compared], float]:
    """Compare the candidate pairs, or those of an even sample of left rows if there are too many.

    Returns:
        The pairs by range of left rows, and the share of all candidates that they are.
    """
    weights, ranges = blocking.weights, blocking.ranges(CHUNK)
    wanted = max(1, round(len(ranges) * min(1.0, _TRAINING_PAIRS / max(1, int(weights.sum())))))
    chosen = [ranges[place * len(ranges) // wanted] for place in range(wanted)] if ranges else []
    parts = dict(zip(chosen, compare(blocking, kernel, chosen, threads), strict=True))
    looked_at = sum(int(weights[first:last].sum()) for first, last in chosen)
    return parts, looked_at / max(1, int(weights.sum()))


def count_patterns(
    kernel: Kernel, parts: list[Compared], share: float, threads: int = 1
) -> tuple[I64, Patterns]:
    """Count the patterns of compared pairs, packed and laid out; beyond a bound the rarest are left out."""
    with ThreadPoolExecutor(threads) as pool:
        counted = list(pool.map(lambda part: count_distinct(part.patterns), parts))
    every = np.concatenate([np.zeros(0, dtype=np.int64), *(keys for keys, _ in counted)])
    keys, place = np.unique(every, return_inverse=True)
    sums = np.concatenate([np.zeros(0, dtype=np.int64), *(counts for _, counts in counted)])
    counts = np.bincount(place, weights=sums, minlength=keys.size).astype(np.int64)
    if keys.size > _MOST_PATTERNS:
        kept = np.sort(np.lexsort((keys, -counts))[:_MOST_PATTERNS])
        keys, counts = keys[kept], counts[kept]
    return keys, Patterns(kernel.unpack(keys), counts.astype(np.float64) / share)


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
    return [(name, free) for name, free in reversed(distinct_masks.values()) if 1 < free.sum() < free.size]


def _rough(kernel: Kernel, marginal: Tables, total: float, rows: int) -> Mixture:
    """Return where learning starts."""
    rough = tuple(start_m(item.kind) for item in kernel.comparisons)
    share = min(0.1, max(rows, 1) / total)

    def begin(name: str, free: Bool) -> Background:
        tables = tuple(a if own else b for a, b, own in zip(rough, marginal, free, strict=True))
        return Background(name, free, tables, share)

    backgrounds = tuple(begin(name, free) for name, free in background_masks(kernel.comparisons))
    return Mixture(m=rough, u=marginal, match=share, backgrounds=backgrounds)


def _allowing(shares: F64, item: Comparison) -> F64:
    """Return level shares among matches of which at least as many differ as a comparison allows for."""
    rest = 1.0 - shares[ELSE]
    if shares[ELSE] >= item.differs or not rest:
        return shares
    out: F64 = shares * (1.0 - item.differs) / rest
    out[ELSE] = item.differs
    return out


def fit_mixture(
    kernel: Kernel,
    parts: list[Compared],
    share: float,
    marginal: tuple[F64, ...],
    boundary: int | None,
    threads: int = 1,
) -> tuple[Mixture, list[Compared]]:
    """Learn the mixture from compared pairs, allowing for the reasons for which two people agree.

    Names that prove to stand for each other are learned on the way: the kernel's comparer knows them
    afterwards.

    Args:
        kernel: Comparisons of the records.
        parts: Compared candidate pairs.
        share: Share of all candidates that they are.
        marginal: Share of each level among all pairs.
        boundary: Row at which the second of two lists begins.
        threads: Worker threads; the result does not depend on it.

    Returns:
        The mixture, and the pairs with learned names recognised.
    """
    rows = len(kernel.table)
    total = max(all_pairs(rows, boundary), 1.0)
    start = _rough(kernel, marginal, total, rows)
    keys, patterns = count_patterns(kernel, parts, share, threads)
    learned = learn(patterns, start, total, marginal)
    variants = learn_variants(kernel, parts, keys, patterns, learned, threads)
    if variants.size:
        kernel.name_comparer.learned = variants
        parts = relabel(kernel, parts, variants, threads)
        marginal = with_variants(kernel, marginal, variants)
        keys, patterns = count_patterns(kernel, parts, share, threads)
        learned = learn(patterns, replace(start, u=marginal), total, marginal, begin=learned)
    kept = tuple(
        np.array([level.name in _JOINT for level in LEVELS[item.kind]]) for item in kernel.comparisons
    )
    # A reason that explains next to nothing was learned from next to nothing.
    reasons = tuple(item for item in learned.backgrounds if item.share >= _LEAST_REASON * learned.match)
    sharp = sharpen(patterns, replace(learned, backgrounds=reasons), start, kept)
    sharp = replace(sharp, m=tuple(map(_allowing, sharp.m, kernel.comparisons)))
    return learn(patterns, sharp, total, marginal, keep_m=True).rounded(), parts
