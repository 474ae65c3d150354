"""Seeded random streams: each part of the county draws from its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, *labels: str | int) -> Random:
    """Open the random stream of one part of the county.

    Args:
        seed: The county's seed.
        labels: What the stream is for, such as ``"slips", "P00017"``.

    Returns:
        A generator that is the same in every process, on every machine, for the same arguments.
    """
    return Random("/".join(str(part) for part in (seed, *labels)))


class Choice(Generic[T]):
    """A weighted choice, prepared once and drawn from often."""

    def __init__(self, options: Sequence[T], weights: Sequence[float]) -> None:
        self.options = tuple(options)
        self._cumulative = tuple(accumulate(weights))

    def draw(self, rng: Random) -> T:
        """Draw one option."""
        return rng.choices(self.options, cum_weights=self._cumulative)[0]


def by_rank(options: Sequence[T], head: float) -> Choice[T]:
    """Weigh options by their place in a list, commonest first, as names are spread.

    Args:
        options: Commonest first.
        head: How flat the list begins; weight is ``1 / (place + head)``.

    Returns:
        The prepared choice.
    """
    return Choice(options, [1.0 / (place + head) for place in range(1, len(options) + 1)])
