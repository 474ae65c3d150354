"""Leave out pairs that cannot reach a weight: a bound from cheap columns, closer by the letters of names."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bnl.matching.arrays import F32, I32, I64
from bnl.matching.compare_dates import PLAIN, unequal_dates
from bnl.matching.kernel import NAME_SLOT
from bnl.matching.levels import ELSE, LEVELS
from bnl.matching.scorer import Scorer
from bnl.matching.screen_names import NameScreen

# Adds what two rows can weigh at most in one comparison to a bound for each pair.
Part = Callable[[F32, I32, I32], None]

# Single precision carries bounds; what it may lose is added back.
_SLACK = 0.01
_FEW = 8
_DAYS = 512
_TURN = 1999
# Years apart that stand for all that give the same levels, and which of them each number of years is.
_APART = (0, 1, 2, 10, 11)
_KIND_OF_YEARS = np.array([0, 1, *[2] * 8, 3, 4], dtype=np.int32) * _DAYS * _DAYS
_D = {level.name: place for place, level in enumerate(LEVELS["date"])}


class Screen:
    """Tells which pairs may reach a weight.

    A weight compares the likelihood of a pattern among one person's records with that among all other kinds
    of pair. It is never more than the comparison with unrelated people alone, and there comparisons add up.
    For each of them the most that two rows can show follows from integers: equal codes show their own
    frequency, unequal ones the best level that can be.

    Args:
        scorer: Weighs pairs.
        floor: Weight that is to be reached, in bits.
    """

    def __init__(self, scorer: Scorer, floor: float) -> None:
        self._floor = np.float32(floor - (scorer.match - scorer.chance) - _SLACK)
        self._names = NameScreen(scorer)
        self._parts = [
            _part(scorer, place)
            for place, item in enumerate(scorer.kernel.comparisons)
            if item.kind not in NAME_SLOT
        ]

    def possible(self, left: I32, right: I32) -> I64:
        """Return the places of the pairs of rows whose weight may reach the floor."""
        bound = np.zeros(left.size, dtype=np.float32)
        for add in self._parts:
            add(bound, left, right)
        names = self._names.most(left, right)
        needed = self._floor - bound
        places = np.flatnonzero(names >= needed)
        kept = self._names.closer(left[places], right[places], needed[places])
        return places[kept]


def _part(scorer: Scorer, place: int) -> Part:
    kernel, item = scorer.kernel, scorer.kernel.comparisons[place]
    slots = kernel.value_column(item)
    if slots.shape[1] > 1:
        return _many(scorer, place, slots)
    codes = slots[:, 0]
    gains = scorer.gains(place)
    equal = scorer.gains_of_equal(place)
    if item.kind == "date" and kernel.dates is not None:
        gains = gains if kernel.placeholders else gains[PLAIN]
        return _date(gains, equal, codes, kernel.dates.table())
    unequal = float(gains[ELSE:-1].max())
    if item.kind == "postcode" and kernel.places is not None:
        return _value(codes, equal, unequal, kernel.places.area.of(codes), float(gains[ELSE]))
    return _value(codes, equal, unequal)


def _value(codes: I32, equal: F32, unequal: float, kin: I32 | None = None, far: float = 0.0) -> Part:
    """Bound a column of one value per row.

    Args:
        codes: Of all rows.
        equal: What equality shows, by code.
        unequal: The most that unequal values show.
        kin: If given, codes that unequal values must share to show more than ``far``.
        far: What unequal values show that share no such code.
    """
    own = np.append(equal, np.float32(0.0))[codes]

    def add(bound: F32, left: I32, right: I32) -> None:
        a, b = codes[left], codes[right]
        other: F32 | np.float32 = np.float32(unequal)
        if kin is not None:
            other = np.where(kin[left] == kin[right], other, np.float32(far))
        shown = np.where(a == b, own[left], other)
        # Either code is negative if the bits of both together are.
        bound += np.where((a | b) < 0, np.float32(0.0), shown)

    def add_few(bound: F32, left: I32, right: I32) -> None:
        bound += few[(short[left] << 3) + short[right]]

    if kin is None and equal.size < _FEW:
        # Few values: one table tells what each two of them show; the last place is that of a missing one.
        table = np.full((_FEW, _FEW), unequal, dtype=np.float32)
        table[np.arange(equal.size), np.arange(equal.size)] = equal
        table[_FEW - 1], table[:, _FEW - 1] = 0.0, 0.0
        few, short = table.ravel(), np.where(codes < 0, _FEW - 1, codes).astype(np.uint8)
        return add_few
    return add


def _many(scorer: Scorer, place: int, slots: I32) -> Part:
    """Bound a column of several values per row by the most that any two values show."""
    gains, equal = scorer.gains(place), scorer.gains_of_equal(place)
    most = np.float32(max(float(gains[ELSE:].max()), float(equal.max(initial=0.0))))
    held = slots[:, 0] >= 0

    def add(bound: F32, left: I32, right: I32) -> None:
        bound += np.where(held[left] & held[right], most, np.float32(0.0))

    return add


def _date(gains: F32, equal: F32, codes: I32, table: I32) -> Part:
    """Bound dates of birth, by the days and months of both and by how far apart their years are.

    Args:
        gains: What each level shows.
        equal: What equality shows, by code.
        codes: Of all rows.
        table: Year, month and day of each code.
    """
    own = np.append(np.maximum(equal, gains[_D["partial"]]), np.float32(0.0))[codes]
    parts = np.vstack([table, np.zeros((1, 3), dtype=table.dtype)])[codes]
    # Year above nine bits for month and day, so that a row is one number; -1 where nothing is known.
    dates = np.where(codes < 0, -1, parts[:, 0] << 9 | parts[:, 1] << 5 | parts[:, 2]).astype(np.int32)
    most = _date_bounds(gains)

    def add(bound: F32, left: I32, right: I32) -> None:
        a, b = dates[left], dates[right]
        apart = np.abs((a >> 9) - (b >> 9))
        one, two = a & 511, b & 511
        place = _KIND_OF_YEARS[np.minimum(apart, _KIND_OF_YEARS.size - 1)]
        place += one * np.int32(_DAYS)
        place += two
        shown = most[place]
        equals = np.flatnonzero(a == b)
        shown[equals] = own[left[equals]]
        shown[(a | b) < 0] = 0.0
        bound += shown

    return add


def _date_bounds(gains: F32) -> F32:
    """Return the most that unequal dates show, by years apart and by the days and months of both.

    Levels depend on the years themselves through their digits alone: a slip in one of these, or in the last
    one exchanged with the first of the month, leaves the day as it is, and then counts as possible.

    Returns:
        Bits, flat, of shape (kinds of years apart, days, days).
    """
    codes = np.arange(_DAYS, dtype=np.int32)
    one, two = (side.ravel() for side in np.meshgrid(codes, codes, indexing="ij"))
    may_slip = (one % 32 == two % 32) & (one % 32 > 0)
    slip = np.where(may_slip, gains[_D["digit"]], np.float32(-np.inf))

    def shown(first: int, second: int) -> F32:
        sides = [
            np.column_stack([np.full(days.size, year, dtype=np.int32), days // 32, days % 32])
            for year, days in ((first, one), (second, two))
        ]
        return np.asarray(gains[unequal_dates(*sides)], dtype=np.float32)

    out = [shown(_TURN, _TURN)]
    for apart in _APART[1:]:
        # No single digit turns one of these years into the other.
        later = np.maximum(shown(_TURN, _TURN + apart), shown(_TURN + apart, _TURN))
        out.append(np.maximum(later, slip))
    return np.concatenate(out)
