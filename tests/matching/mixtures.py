"""A mixture whose parameters are known, and the patterns it makes."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import F64, U8
from bnl.matching.expectation import Background, Mixture, Patterns, Tables

SIZES = (4, 3, 3, 4, 3)


def table(*shares: float) -> F64:
    return np.array([0.0, *shares]) / sum(shares)


M: Tables = (table(5, 5, 90), table(10, 90), table(10, 90), table(5, 10, 85), table(20, 80))
U: Tables = (table(98, 1, 1), table(99, 1), table(95, 5), table(97, 2, 1), table(90, 10))
HOME: Tables = (U[0], U[1], table(2, 98), U[3], table(2, 98))
FREE = np.array([False, False, True, False, True])
TOTAL = 2_000_000.0


def every_pattern() -> U8:
    grids = np.meshgrid(*[np.arange(size) for size in SIZES], indexing="ij")
    return np.stack([grid.ravel() for grid in grids]).astype(np.uint8)


def likelihood(levels: U8, tables: Tables) -> F64:
    missing = 0.1
    out = np.ones(levels.shape[1])
    for row, one in zip(levels, tables, strict=True):
        out *= np.where(row == 0, missing, (1 - missing) * one[row])
    return out


def truth() -> Mixture:
    return Mixture(m=M, u=U, match=0.001, backgrounds=(Background("home", FREE, HOME, 0.01),))


def patterns(mixture: Mixture) -> Patterns:
    levels = every_pattern()
    counts = sum(share * TOTAL * likelihood(levels, tables) for tables, share in mixture.kinds())
    return Patterns(levels, np.asarray(counts))


def start() -> Mixture:
    rough: Tables = tuple(table(*([1.0] * (size - 2)), 6.0) for size in SIZES)
    tables: Tables = tuple(a if free else b for a, b, free in zip(rough, U, FREE, strict=True))
    home = Background("home", FREE, tables, 0.001)
    return Mixture(m=rough, u=U, match=0.001, backgrounds=(home,))


def marginal(mixture: Mixture) -> Tables:
    return tuple(
        sum((share * tables[place] for tables, share in mixture.kinds()), np.zeros(size))
        for place, size in enumerate(SIZES)
    )
