"""Explain a pair: what each comparison found and what it is worth in bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from bnl.matching.levels import LEVELS, NULL
from bnl.matching.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall.

    Args:
        column: What was compared; ``prior``, ``frequency of …`` or ``shared …`` for what is no comparison.
        level: Name of the level.
        words: The same in plain words.
        bits: What it adds to the match weight; negative speaks against.
    """

    column: str
    level: str
    words: str
    bits: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair has its weight; the bits of the steps add up to it.

    Args:
        left: Record id.
        right: Record id.
        weight: Match weight, log2 of the odds that both are one person.
        probability: The same as a probability in [0, 1].
        steps: The waterfall, prior first.
    """

    left: str
    right: str
    weight: float
    probability: float
    steps: tuple[Step, ...]

    def frame(self) -> pl.DataFrame:
        """Return the steps as a frame: column, level, words, bits, total (running sum of bits)."""
        return pl.DataFrame(
            {
                "column": [step.column for step in self.steps],
                "level": [step.level for step in self.steps],
                "words": [step.words for step in self.steps],
                "bits": [step.bits for step in self.steps],
            },
            schema={"column": pl.String, "level": pl.String, "words": pl.String, "bits": pl.Float64},
        ).with_columns(pl.col("bits").cum_sum().alias("total"))


def probability_of(weight: float) -> float:
    """Return the probability that a match weight in bits stands for."""
    return float(1.0 / (1.0 + np.exp2(-weight)))


def explain_rows(scorer: Scorer, left: int, right: int) -> Explanation:
    """Explain the weight of two rows of the scorer's table."""
    a, b = np.array([left], dtype=np.int32), np.array([right], dtype=np.int32)
    levels = scorer.kernel.levels(a, b)
    weight = float(scorer.weigh(levels, a, b)[0])
    steps = [
        Step(
            "prior",
            "prior",
            "how often two records taken at random are one person",
            scorer.match - scorer.chance,
        )
    ]
    for place, item in enumerate(scorer.kernel.comparisons):
        level = int(levels[place, 0])
        if level == NULL:
            continue
        described = LEVELS[item.kind][level]
        bits = float(scorer.m[place][level] - scorer.u[place][level])
        steps.append(Step(item.column, described.name, described.words, bits))
        rare = scorer.frequency_bits(place, levels[place], a, b)
        if rare is not None and rare[0]:
            words = "the value is rarer than most" if rare[0] < 0 else "the value is more common than most"
            steps.append(Step(f"frequency of {item.column}", described.name, words, -float(rare[0])))
    rest = weight - sum(step.bits for step in steps)
    if abs(rest) > 1e-9:
        words = "two people of one home, place or name would agree on this too"
        steps.append(Step("shared by different people", "background", words, rest))
    ids = scorer.kernel.table.ids
    return Explanation(ids[left], ids[right], weight, probability_of(weight), tuple(steps))
