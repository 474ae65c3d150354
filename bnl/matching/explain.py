"""Explain a pair: what each comparison found and what it is worth in bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bnl.errors import MatchingError
from bnl.matching.arrays import F64, I32, U8
from bnl.matching.levels import LEVELS, NULL
from bnl.matching.scorer import Scorer

_PRIOR = "how often two records taken at random are one person"
_RARE = "the value is rarer than most"
_COMMON = "the value is more common than most"
_USUAL = "the value is about as common as most"
_SLIGHT = 0.05
_SHARED = "two people of one home, place or name would agree on this too"


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
    # Beyond a thousand bits the quotient is nought anyway, and the power no number.
    return float(1.0 / (1.0 + 2.0 ** min(-weight, 1000.0)))


def explain_levels(scorer: Scorer, levels: U8, left: I32, right: I32, weights: F64) -> list[Explanation]:
    """Explain pairs whose levels and weights are known.

    Args:
        scorer: What weighed the pairs.
        levels: Shape (comparisons, pairs).
        left: Rows of one side.
        right: Rows of the other.
        weights: In bits.
    """
    frequency = [scorer.frequency_bits(place, row, left, right) for place, row in enumerate(levels)]
    ids = scorer.kernel.table.ids
    out: list[Explanation] = []
    for pair in range(left.size):
        steps = [Step("prior", "prior", _PRIOR, scorer.match - scorer.chance)]
        for place, item in enumerate(scorer.kernel.comparisons):
            level = int(levels[place, pair])
            if level == NULL:
                continue
            described = LEVELS[item.kind][level]
            bits = float(scorer.m[place][level] - scorer.u[place][level])
            steps.append(Step(item.column, described.name, described.words, bits))
            rare = frequency[place]
            if rare is not None and rare[pair]:
                more = -float(rare[pair])
                words = _USUAL if abs(more) < _SLIGHT else _RARE if more > 0 else _COMMON
                steps.append(Step(f"frequency of {item.column}", described.name, words, more))
        weight = float(weights[pair])
        rest = weight - sum(step.bits for step in steps)
        if abs(rest) > 1e-9:
            steps.append(Step("shared by different people", "background", _SHARED, rest))
        out.append(
            Explanation(ids[left[pair]], ids[right[pair]], weight, probability_of(weight), tuple(steps))
        )
    return out


def explainer(ids: Sequence[str], scorer: Scorer) -> Callable[[str, str], Explanation]:
    """Return a function that explains a pair of record ids."""

    def explain(left: str, right: str) -> Explanation:
        try:
            a, b = ids.index(left), ids.index(right)
        except ValueError:
            raise MatchingError("There is no record of that id.", "Ask for records of this run.") from None
        one, two = np.array([a], dtype=np.int32), np.array([b], dtype=np.int32)
        levels = scorer.kernel.levels(one, two)
        return explain_levels(scorer, levels, one, two, scorer.weigh(levels, one, two))[0]

    return explain
