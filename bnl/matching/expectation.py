"""Learn level probabilities and shares of the kinds of pair by expectation–maximisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bnl.matching.arrays import F64, U8, Bool

_TINY = 1e-12
_SURE = 0.999
_ENOUGH = 200.0
_DIGITS = 10
# Patterns multiplied at once: so few that the product is worked out on one core, and always in one order.
_BLOCK = 256

Tables = tuple[F64, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """A kind of pair of two different people who agree for a reason other than chance.

    Args:
        name: Why they agree, for example ``home``.
        free: Which comparisons follow the reason; the others agree by chance.
        tables: Level probabilities, one array per comparison.
        share: Share of all pairs.
    """

    name: str
    free: Bool
    tables: Tables
    share: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """Probabilities of each level among the kinds of pair; level 0 (missing) has none.

    Args:
        m: Same person, one array of probabilities per comparison.
        u: Two unrelated people.
        match: Share of all pairs that are one person.
        backgrounds: Other kinds of pair of two people.
    """

    m: Tables
    u: Tables
    match: float
    backgrounds: tuple[Background, ...] = ()

    @property
    def chance(self) -> float:
        """Share of all pairs that are unrelated people."""
        return max(1.0 - self.match - sum(item.share for item in self.backgrounds), _TINY)

    def kinds(self) -> list[tuple[Tables, float]]:
        """Return tables and share of each kind of pair: same person, unrelated, then the backgrounds."""
        return [
            (self.m, self.match),
            (self.u, self.chance),
            *((item.tables, item.share) for item in self.backgrounds),
        ]

    def rounded(self) -> Mixture:
        """Return the mixture to ten significant digits, so that no order of summation shows."""

        def short(table: F64) -> F64:
            return np.array([float(f"{value:.{_DIGITS}g}") for value in table])

        return Mixture(
            m=tuple(short(table) for table in self.m),
            u=tuple(short(table) for table in self.u),
            match=float(f"{self.match:.{_DIGITS}g}"),
            backgrounds=tuple(
                replace(
                    item,
                    tables=tuple(short(table) for table in item.tables),
                    share=float(f"{item.share:.{_DIGITS}g}"),
                )
                for item in self.backgrounds
            ),
        )


def logs(tables: Tables) -> Tables:
    """Return log2 of probabilities; missing counts for nothing."""
    out = []
    for table in tables:
        bits = np.log2(np.maximum(table, _TINY))
        bits[0] = 0.0
        out.append(bits)
    return tuple(out)


class Patterns:
    """Distinct level patterns with their counts.

    Args:
        levels: Distinct patterns, shape (comparisons, patterns).
        counts: Pairs of each pattern.
    """

    def __init__(self, levels: U8, counts: F64) -> None:
        self.levels = levels
        self.counts = counts
        self._shown: F64 | None = None

    def shown(self, sizes: Sequence[int]) -> F64:
        """Return which levels of all comparisons, side by side, each pattern shows.

        Args:
            sizes: Levels of each comparison.

        Returns:
            Ones and zeros, shape (blocks, patterns of a block, levels), filled up with zeros.
        """
        if self._shown is None:
            starts = np.cumsum([0, *sizes])
            blocks = -(-self.counts.size // _BLOCK)
            shown = np.zeros((blocks * _BLOCK, int(starts[-1])), dtype=np.float64)
            for start, row in zip(starts.tolist(), self.levels, strict=False):
                shown[np.arange(row.size), start + row] = 1.0
            self._shown = shown.reshape(blocks, _BLOCK, shown.shape[1])
        return self._shown

    def bits(self, mixture: Mixture) -> F64:
        """Return log2 likelihood and share of each kind of pair for each pattern, shape (kinds, patterns)."""
        kinds = mixture.kinds()
        tables = np.vstack([np.concatenate([*logs(tables), np.zeros(0)]) for tables, _ in kinds])
        shown = self.shown([table.size for table in mixture.m])
        return weighed(shown, tables, np.array([share for _, share in kinds]))[:, : self.counts.size]


def weighed(shown: F64, bits: F64, shares: F64) -> F64:
    """Return log2 likelihood and share of each kind of pair for each pattern.

    Args:
        shown: Which levels each pattern shows (see `Patterns.shown`).
        bits: Log2 likelihood of each level, shape (kinds, levels).
        shares: Of each kind.

    Returns:
        Shape (kinds, patterns), filled up as ``shown`` is.
    """
    found = (shown @ np.ascontiguousarray(bits.T)).reshape(-1, bits.shape[0])
    return np.ascontiguousarray(found.T) + np.log2(shares)[:, None]


def posterior(bits: F64) -> F64:
    """Return the probability of each kind of pair from log2 likelihoods, shape (kinds, patterns)."""
    powers = np.exp2(bits - bits.max(axis=0))
    return np.asarray(powers / powers.sum(axis=0), dtype=np.float64)


def sharpen(patterns: Patterns, mixture: Mixture, start: Mixture, kept: tuple[Bool, ...]) -> Mixture:
    """Learn each comparison's probabilities among matches from pairs that the other comparisons make sure of.

    A pair of twins or namesakes agrees on much, and so leaks into the probabilities of the very levels on
    which twins and namesakes differ. Evidence from the other comparisons alone cannot leak.

    Args:
        patterns: Distinct patterns and their counts.
        mixture: What was learned from all comparisons.
        start: Where learning began; a comparison with too few sure pairs is left as it was learned.
        kept: Levels of each comparison that keep what was learned, because they speak for another comparison.
    """
    bits = patterns.bits(mixture)
    kinds = [logs(tables) for tables, _ in mixture.kinds()]
    out: list[F64] = []
    for place, (learned, rough, keep) in enumerate(zip(mixture.m, start.m, kept, strict=True)):
        row = patterns.levels[place]
        sure = posterior(bits - np.vstack([tables[place][row] for tables in kinds]))[0]
        weights = np.where((sure >= _SURE) & (row > 0), patterns.counts * sure, 0.0)
        if weights.sum() < _ENOUGH:
            out.append(learned)
            continue
        found = np.bincount(row, weights=weights, minlength=learned.size) + rough
        found[0] = 0.0
        found[keep] = 0.0
        out.append(np.where(keep, learned, found / found.sum() * (1.0 - learned[keep].sum())))
    return replace(mixture, m=tuple(out))
