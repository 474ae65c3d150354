"""Chance agreement: how often two records taken at random show each level."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import F64, I32, I64, distinct, pack, unpack
from bnl.matching.kernel import Kernel, exact_level, frequencies
from bnl.matching.levels import ELSE, LEVELS, code
from bnl.matching.priors import start_u

_LEAST = 0.25
_TWO = 2
_DIFFERENT, _LEARNED, _BYNAME = ELSE, code("given", "learned"), code("given", "byname")
_ROWS = 15_000
_PART = 50_000
_COUNTY_PAIRS = 5_000.0


def random_pairs(rows: int, boundary: int | None, wanted: int, seed: int) -> tuple[I32, I32]:
    """Draw distinct pairs of rows at random, across the boundary of two lists if there is one.

    The pairs are drawn among some rows only, so that few values need to be known for many pairs.
    """
    rng = np.random.default_rng(seed)
    if rows < _TWO or boundary in {0, rows}:
        none = np.zeros(0, dtype=np.int32)
        return none, none
    if boundary is None:
        some = _some_rows(rng, 0, rows)
        a, b = rng.choice(some, wanted), rng.choice(some, wanted)
    else:
        a = rng.choice(_some_rows(rng, 0, boundary), wanted)
        b = rng.choice(_some_rows(rng, boundary, rows), wanted)
    differ = a != b
    return unpack(distinct(pack(np.minimum(a, b)[differ], np.maximum(a, b)[differ])))


def _some_rows(rng: np.random.Generator, first: int, last: int) -> I64:
    rows = np.arange(first, last, dtype=np.int64)
    return rows if rows.size <= _ROWS else np.sort(rng.choice(rows, _ROWS, replace=False))


def marginals(kernel: Kernel, rows: int, boundary: int | None, wanted: int, seed: int) -> tuple[F64, ...]:
    """Return the share of each level among all pairs for which both values are known.

    Equality is counted in closed form from the frequencies of values; other levels come from a sample of
    random pairs, each given a quarter of a pair so that none is impossible.
    """
    left, right = random_pairs(rows, boundary, wanted, seed)
    parts = [slice(first, first + _PART) for first in range(0, left.size, _PART)]
    found = [kernel.levels(left[part], right[part]) for part in parts]
    levels = np.hstack([kernel.levels(left[:0], right[:0]), *found])
    out: list[F64] = []
    for row, item in zip(levels, kernel.comparisons, strict=True):
        size = len(LEVELS[item.kind])
        counts = np.bincount(row, minlength=size).astype(np.float64)
        counts[0] = 0.0
        shares = (counts + _LEAST) / (counts.sum() + _LEAST * (size - 1))
        shares[0] = 0.0
        if item.kind != "date" and item.kind != "middle":
            shares = _with_exact(
                shares, exact_level(item.kind), _agreement(kernel, place_of(kernel, item.column), boundary)
            )
        # Few pairs say little: they are joined by some from a county.
        known = float(((kernel.value_column(item)[:, 0] >= 0).mean() * rows) ** 2 / 2)
        shares = (shares * known + start_u(item.kind) * _COUNTY_PAIRS) / (known + _COUNTY_PAIRS)
        out.append(shares)
    return tuple(out)


def with_variants(kernel: Kernel, shares: tuple[F64, ...], variants: I64) -> tuple[F64, ...]:
    """Return shares in which pairs of given names that stand for each other have their own level.

    Args:
        kernel: Comparisons of the records.
        shares: Level shares from before the names were learned.
        variants: Pairs of given names, packed.
    """
    place = place_of(kernel, "given_names")
    names = kernel.table.column("given")
    known = frequencies(names, int(names.max(initial=-1)) + 1)
    one, two = unpack(variants)
    same = one == two
    bynames = float(known[one[same]].sum())
    found = float((2.0 * known[one[~same]] * known[two[~same]]).sum())
    beside = 2.0 * bynames * (1.0 - bynames)
    given = shares[place].copy()
    given[_LEARNED] += found
    given[_BYNAME] += beside
    given[_DIFFERENT] = max(given[_DIFFERENT] - found - beside, found)
    return (*shares[:place], given / given.sum(), *shares[place + 1 :])


def place_of(kernel: Kernel, column: str) -> int:
    """Return the place of a column among the comparisons in use."""
    return next(place for place, item in enumerate(kernel.comparisons) if item.column == column)


def _agreement(kernel: Kernel, place: int, boundary: int | None) -> float:
    """Return the share of pairs with both values known that agree on the first slot."""
    codes = kernel.value_column(kernel.comparisons[place])[:, 0]
    values = int(codes.max(initial=-1)) + 1
    if boundary is None:
        present = codes[codes >= 0]
        counts = np.bincount(present, minlength=values).astype(np.float64)
        pairs = present.size * (present.size - 1) / 2
        return float((counts * (counts - 1) / 2).sum() / max(pairs, 1.0))
    return float((frequencies(codes[:boundary], values) * frequencies(codes[boundary:], values)).sum())


def _with_exact(shares: F64, exact: int, agreement: float) -> F64:
    agreement = min(max(agreement, 1e-9), 0.999)
    others = shares.copy()
    others[exact] = 0.0
    out = others / others.sum() * (1.0 - agreement)
    out[exact] = agreement
    return out  # type: ignore[no-any-return]
