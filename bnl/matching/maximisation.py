"""Run expectation–maximisation on the kinds of pair, leaping along the way the rounds lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bnl.matching.arrays import F64, Bool
from bnl.matching.expectation import Mixture, Patterns, Tables, posterior, weighed
from bnl.matching.native import loaded

_TINY = 1e-12
_ROUNDS = 80
_TOLERANCE = 1e-5
_PULL = 20.0
_LEAST_SHARE = 0.05
_MOST_MATCH = 0.2
_LONGEST_LEAP = 16.0
# Kinds of pair that the compiled loop can tell.
_FEW = 8
_SAME, _CHANCE, _REASONS = 0, 1, 2


class _Estimate(NamedTuple):
    """A mixture as two arrays; kinds of pair: same person, unrelated people, then the backgrounds.

    Args:
        tables: Probability of each level, the comparisons side by side, shape (kinds, levels).
        shares: Share of each kind of all pairs.
    """

    tables: F64
    shares: F64


class _Rounds:
    """Rounds of expectation–maximisation on the same patterns.

    Args:
        patterns: Distinct patterns and their counts.
        start: What is expected, towards which little evidence is pulled.
        total: All pairs there are.
        marginal: Level shares among all pairs, matches included.
        keep_m: Leave the probabilities among matches as they are.
    """

    def __init__(
        self, patterns: Patterns, start: Mixture, total: float, marginal: Tables, *, keep_m: bool
    ) -> None:
        self._sizes = np.array([table.size for table in marginal], dtype=np.int64)
        # Each comparison begins with the level of a missing value, which says nothing.
        self._starts = np.cumsum(self._sizes) - self._sizes
        self._patterns = patterns
        self._slots = np.ascontiguousarray((patterns.levels + self._starts[:, None]).T, dtype=np.int32)
        self._total = total
        self._marginal = _side_by_side(marginal)
        self._expected = np.vstack([_side_by_side(tables) for tables, _ in start.kinds()])
        self._kept = self._expected[_SAME] if keep_m else None
        # A comparison that follows no reason agrees by chance.
        free = [np.repeat(item.free, self._sizes) for item in start.backgrounds]
        self._free: Bool = np.vstack([np.zeros((0, self._marginal.size), dtype=np.bool_), *free])
        self._least = min(0.1 / total, 0.01)

    def estimate(self, mixture: Mixture) -> _Estimate:
        """Return a mixture as arrays."""
        kinds = mixture.kinds()
        tables = np.vstack([_side_by_side(tables) for tables, _ in kinds])
        return _Estimate(tables, np.array([share for _, share in kinds]))

    def mixture(self, estimate: _Estimate, like: Mixture) -> Mixture:
        """Return an estimate as a mixture of the same backgrounds as another."""
        cuts = self._starts[1:]
        same, chance, *reasons = (
            tuple(np.split(row, cuts)) if self._sizes.size else () for row in estimate.tables
        )
        shares = estimate.shares[_REASONS:].tolist()
        backgrounds = tuple(
            replace(item, tables=tables, share=share)
            for item, tables, share in zip(like.backgrounds, reasons, shares, strict=True)
        )
        return Mixture(m=same, u=chance, match=float(estimate.shares[_SAME]), backgrounds=backgrounds)

    def next(self, now: _Estimate) -> _Estimate:
        """Return what is expected of the pairs if an estimate is right."""
        bits = np.log2(np.maximum(now.tables, _TINY))
        bits[:, self._starts] = 0.0
        native = loaded()
        if native is not None and now.shares.size <= _FEW:
            found, pairs = native.expect(self._slots, self._patterns.counts, bits, np.log2(now.shares))
        else:
            found, pairs = self._expect(bits, now.shares)
        return self._sound(found + _PULL * self._expected, pairs / self._total)

    def _expect(self, bits: F64, shares: F64) -> tuple[F64, F64]:
        """Return the pairs of each level, shape (kinds, levels), and of each kind."""
        shown, counts = self._patterns.shown(self._sizes.tolist()), self._patterns.counts
        weights = posterior(weighed(shown, bits, shares))
        weights[:, : counts.size] *= counts
        weights[:, counts.size :] = 0.0
        blocks = weights.reshape(weights.shape[0], *shown.shape[:2]).swapaxes(0, 1)
        return np.asarray((blocks @ shown).sum(axis=0), dtype=np.float64), weights.sum(axis=1)

    def leap(self, before: _Estimate, now: _Estimate, after: _Estimate) -> _Estimate:
        """Return where three estimates in a row lead.

        Source: R. Varadhan, C. Roland, Simple and globally convergent methods for accelerating the
        convergence of any EM algorithm, Scandinavian Journal of Statistics 35 (2008), scheme S3.
        """
        one, two = (_differences(*sides) for sides in ((now, before), (after, now)))
        bend = [b - a for a, b in zip(one, two, strict=True)]
        own = self._own()
        turned = _length(bend[0][own], np.delete(bend[1], _CHANCE))
        if turned == 0.0:
            return after
        length = min(max(_length(one[0][own], np.delete(one[1], _CHANCE)) / turned, 1.0), _LONGEST_LEAP)
        tables, shares = (
            np.maximum(start + 2.0 * length * step + length**2 * turn, _TINY)
            for start, step, turn in zip(before, one, bend, strict=True)
        )
        return self._sound(tables, np.minimum(shares, np.maximum(after.shares, _MOST_MATCH)))

    def change(self, before: _Estimate, now: _Estimate) -> float:
        """Return how far two estimates are apart."""
        tables, shares = _differences(now, before)
        # Shares settle last and matter least: a tenth of the care is enough for them.
        far = 0.1 * np.delete(np.abs(shares), _CHANCE).max() / now.shares[_SAME]
        return float(max(far, np.abs(tables[_SAME]).max(initial=0.0)))

    def _own(self) -> Bool:
        """Return which probabilities are estimated, not worked out from others."""
        same = np.full((1, self._marginal.size), self._kept is None)
        return np.vstack([same, np.zeros_like(same), self._free])

    def _sound(self, tables: F64, shares: F64) -> _Estimate:
        """Make shares of levels add up, bound shares of kinds, and work out what follows from the rest."""
        out = self._shares(tables)
        if self._kept is not None:
            out[_SAME] = self._kept
        shares = np.maximum(shares, self._least)
        shares[_SAME] = match = min(float(shares[_SAME]), _MOST_MATCH)
        # The matches are taken out of the level shares of all pairs, leaving at least a twentieth of each.
        rest = (self._marginal - match * out[_SAME]) / (1.0 - match)
        out[_CHANCE] = self._shares(np.maximum(rest, self._marginal * _LEAST_SHARE)[None])[0]
        out[_REASONS:] = np.where(self._free, out[_REASONS:], out[_CHANCE])
        shares[_CHANCE] = max(1.0 - float(np.delete(shares, _CHANCE).sum()), _TINY)
        return _Estimate(out, shares)

    def _shares(self, tables: F64) -> F64:
        if not self._sizes.size:
            return tables
        tables = tables.copy()
        tables[:, self._starts] = 0.0
        sums = np.add.reduceat(tables, self._starts, axis=1)
        return np.asarray(tables / np.repeat(np.maximum(sums, _TINY), self._sizes, axis=1), dtype=np.float64)


def _side_by_side(tables: Sequence[F64]) -> F64:
    return np.concatenate([*tables, np.zeros(0)])


def _differences(one: _Estimate, two: _Estimate) -> tuple[F64, F64]:
    return one.tables - two.tables, one.shares - two.shares


def _length(*parts: F64) -> float:
    return float(np.sqrt(sum(float(np.square(part).sum()) for part in parts)))


def learn(
    patterns: Patterns,
    start: Mixture,
    total: float,
    marginal: Tables,
    *,
    begin: Mixture | None = None,
    keep_m: bool = False,
) -> Mixture:
    """Run expectation–maximisation on distinct patterns.

    The patterns come from blocking, but chance agreement ``u`` and the shares refer to all pairs: the
    likelihood ratio of a pattern does not depend on how its pairs were found.

    Args:
        patterns: Distinct patterns and their counts.
        start: What is expected, towards which little evidence is pulled; where to begin, unless told.
        total: All pairs there are.
        marginal: Level shares among all pairs, matches included.
        begin: Where to begin, nearer to the end.
        keep_m: Leave the probabilities among matches as they are.

    Returns:
        The mixture that was learned.
    """
    rounds = _Rounds(patterns, start, total, marginal, keep_m=keep_m)
    now = after = rounds.estimate(begin or start)
    before: _Estimate | None = None
    for _ in range(_ROUNDS):
        after = rounds.next(now)
        if rounds.change(now, after) < _TOLERANCE:
            break
        if keep_m or before is None:
            before, now = now, after
        else:
            now = rounds.leap(before, now, after)
            before = None
    return rounds.mixture(after, begin or start)
