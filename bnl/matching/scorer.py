"""Weigh pairs: levels to match weights in bits, with term frequencies and what different people share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from bnl.matching.arrays import F32, F64, I32, I64, U8, Bool, blocks
from bnl.matching.expectation import Mixture, logs
from bnl.matching.kernel import NAME_SLOT, Kernel
from bnl.matching.levels import LEVELS
from bnl.matching.native import loaded
from bnl.matching.native_layout import Weighed
from bnl.matching.priors import chance_of_equality

_IMPOSSIBLE = -1000.0
_BLOCK = 1 << 14


class Scorer:
    """Match weights of row pairs under fitted parameters.

    Args:
        kernel: Gives levels.
        mixture: Fitted level probabilities.
        rarity: For each comparison with term frequencies, log2 of the share of records that have a value,
            by code of that value.
        parted: For each comparison whose equal values fall into several levels, the share of values that fall
            into each, by level (see `Fitted.parted`).
    """

    def __init__(
        self,
        kernel: Kernel,
        mixture: Mixture,
        rarity: Mapping[str, F64],
        parted: Mapping[str, F64] = MappingProxyType({}),
    ) -> None:
        self.kernel = kernel
        self.m = logs(mixture.m)
        self.u = logs(mixture.u)
        self.match = float(np.log2(mixture.match))
        self.chance = float(np.log2(mixture.chance))
        reasons = [(item, logs(item.tables)) for item in mixture.backgrounds]
        shares = [self.match, self.chance, *(np.log2(item.share) for item, _ in reasons)]
        self._shares = np.array(shares, dtype=np.float64)
        # For each comparison log2 likelihoods of its levels, shape (kinds of pair, levels), and in which
        # kinds of pair agreement is by chance, so that a rare value says more.
        self._tables: list[F64] = []
        self._by_chance: list[list[int]] = []
        for place in range(len(kernel.comparisons)):
            of_reasons = [tables[place] if item.free[place] else self.u[place] for item, tables in reasons]
            self._tables.append(np.vstack([self.m[place], self.u[place], *of_reasons]))
            bound = [kind for kind, (item, _) in enumerate(reasons, 2) if not item.free[place]]
            self._by_chance.append([1, *bound])
        self._rarity = dict(rarity)
        self._rarest = {column: float(shares.min(initial=0.0)) for column, shares in rarity.items()}
        self._exact = tuple(
            np.array([level.exact for level in LEVELS[item.kind]]) for item in kernel.comparisons
        )
        # Log2 chance agreement, which gives way to the frequency of the very value where two agree on it.
        self._agreeing = tuple(
            chance - _within(table, exact, parted.get(item.column))
            for chance, table, exact, item in zip(
                self.u, mixture.m, self._exact, kernel.comparisons, strict=True
            )
        )

    def learn(self, column: str, start: int, shares: F64) -> None:
        """Learn how frequent more values are.

        Args:
            column: A column with term frequencies.
            start: Code of the first of the values.
            shares: Log2 of the share of records that have each.
        """
        table, end = self._rarity[column], start + shares.size
        if end > table.size:
            # Room for more, filled with what a value never seen counts as.
            grown = np.full(end + end // 8, self._rarest[column])
            grown[: table.size] = table
            self._rarity[column] = table = grown
        table[start:end] = shares

    def frequency_bits(self, place: int, row: U8, left: I32, right: I32) -> F64 | None:
        """Return what the frequency of the agreed value adds to log2 chance agreement, None if nothing.

        Negative for values rarer than agreement in general. Of two people who agree by chance on a value both
        have it, each with its frequency; of one person's two records the second has it as often as `m` says
        of those that have any value of its level.
        """
        item = self.kernel.comparisons[place]
        rarity = self._rarity.get(item.column)
        if rarity is None:
            return None
        hits = self._exact[place][row].nonzero()[0]
        if not hits.size:
            return None
        out = np.zeros(row.size, dtype=np.float64)
        values = self.kernel.agreed_value(item, left[hits], right[hits])
        present = values >= 0
        hits, values = hits[present], values[present]
        shares = np.full(values.size, self._rarest[item.column])
        seen = values < rarity.size
        shares[seen] = rarity[values[seen]]
        out[hits] = shares - self._agreeing[place][row[hits]]
        return out

    def gains(self, place: int) -> F32:
        """Return what each level of a comparison adds to the log2 odds against unrelated people."""
        return (self.m[place] - self.u[place]).astype(np.float32)

    def gains_of_equal(self, place: int) -> F32:
        """Return, by code, the most that equality on a value adds to log2 odds against unrelated people."""
        item = self.kernel.comparisons[place]
        values = len(self.kernel.table.lexicons["name" if item.kind in NAME_SLOT else item.column])
        levels = np.flatnonzero(self._exact[place])
        rarity = self._rarity.get(item.column)
        if rarity is None:
            return np.full(values, self.gains(place)[levels].max(), dtype=np.float32)
        shares = np.full(values, self._rarest[item.column])
        known = min(values, rarity.size)
        shares[:known] = rarity[:known]
        return np.asarray(self.m[place][levels].max() - shares, dtype=np.float32)

    def weigh(self, levels: U8, left: I32, right: I32) -> F64:
        """Return the match weight of pairs: log2 of the odds that both records are one person.

        Args:
            levels: Shape (comparisons, pairs), from the kernel.
            left: Rows of one side.
            right: Rows of the other.
        """
        same, chance, reasons = self._bits(levels, left, right)
        return np.asarray(same - log_sum(np.stack([chance, reasons])), dtype=np.float64)

    def weigh_patterns(self, patterns: I64, left: I32, right: I32) -> F64:
        """Return the match weight of pairs by their packed levels, block by block (see `weigh`)."""
        out = np.empty(left.size, dtype=np.float64)
        for block in blocks(left.size, _BLOCK):
            out[block] = self.weigh(self.kernel.unpack(patterns[block]), left[block], right[block])
        return out

    def weigh_both(self, levels: U8, left: I32, right: I32) -> tuple[F64, F64]:
        """Return match weights, and the same against people who agree for a reason alone.

        Two weights far apart mean that chance is the rival; close together, that the rival is a relative or
        a namesake.
        """
        same, chance, reasons = self._bits(levels, left, right)
        return same - log_sum(np.stack([chance, reasons])), same - reasons

    def _bits(self, levels: U8, left: I32, right: I32) -> tuple[F64, F64, F64]:
        """Return log2 likelihoods and shares of one person, unrelated people and people with a reason."""
        native = loaded()
        if native is None:
            out = self._kinds(levels, left, right)
        else:
            out = native.bits(left, right, levels, self._weighed(), self._shares)
        reasons = log_sum(out[2:]) if out[2:].size else np.full(left.size, _IMPOSSIBLE)
        return out[0], out[1], reasons

    def _weighed(self) -> list[Weighed]:
        """Return what the levels of each comparison weigh, for the compiled twin of `_kinds`."""
        return [
            Weighed(
                table=self._tables[place],
                rarity=self._rarity.get(item.column),
                rarest=self._rarest.get(item.column, 0.0),
                exact=self._exact[place],
                chance=self._agreeing[place],
                slots=self.kernel.value_column(item),
                bound=self._by_chance[place],
                # Given names may be equal when joined.
                same=item.kind != "given",
            )
            for place, item in enumerate(self.kernel.comparisons)
        ]

    def _kinds(self, levels: U8, left: I32, right: I32) -> F64:
        """Return log2 likelihoods of each kind of pair, shape (kinds, pairs)."""
        out = np.tile(self._shares[:, None], left.size)
        for place, row in enumerate(levels):
            out += self._tables[place].take(row, axis=1, mode="clip")
            rare = self.frequency_bits(place, row, left, right)
            if rare is not None:
                for kind in self._by_chance[place]:
                    out[kind] += rare
        return out


def _within(m: F64, exact: Bool, shares: F64 | None) -> F64:
    """Return log2 of the share of values that fall into each level of equality, 0 for all other levels.

    The level of most values counts as having all of them. Equality on a value of another level never says
    more than equality on one of that level that is as rare.
    """
    out = np.zeros(m.size, dtype=np.float64)
    if shares is None:
        return out
    most = int(np.argmax(np.where(exact, m, -1.0)))
    for level in np.flatnonzero(exact).tolist():
        if level != most:
            out[level] = min(0.0, np.log2(max(shares[level], m[level] / m[most])))
    return out


def log_sum(bits: F64) -> F64:
    """Return log2 of the sums of powers of two over the first axis.

    Args:
        bits: Exponents, at least one of them along the first axis.
    """
    most = bits.max(axis=0)
    return np.asarray(most + np.log2(np.exp2(bits - most).sum(axis=0)), dtype=np.float64)


def rarity_tables(kernel: Kernel, county: float = 0.0) -> dict[str, F64]:
    """Return log2 value shares for each comparison with term frequencies, from the table's own records.

    Args:
        kernel: Comparisons of the records.
        county: Further records, of a whole county, in which each value is as frequent as values are there;
            a few records alone make every name look common.
    """
    out: dict[str, F64] = {}
    for item in kernel.comparisons:
        if not item.frequency:
            continue
        codes = kernel.value_column(item)
        counts = np.bincount(codes[codes >= 0], minlength=1).astype(np.float64)
        records = max(1, int((codes[:, 0] >= 0).sum()))
        elsewhere = county * chance_of_equality(item.kind)
        out[item.column] = np.log2((np.maximum(counts, 1.0) + elsewhere) / (records + county))
    return out
