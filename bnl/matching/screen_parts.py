"""The most that two rows can show in one comparison: bounds that follow from a few integers of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import numpy as np

from bnl.matching.arrays import F32, I32, U8, Bool
from bnl.matching.compare_dates import PLAIN, unequal_dates
from bnl.matching.kernel import NAME_SLOT
from bnl.matching.levels import ELSE, LEVELS
from bnl.matching.scorer import Scorer

FEW_VALUES = 8
_DAYS = 512
_TURN = 1999
# Years apart that stand for all that give the same levels, and which of them each number of years is.
_APART = (0, 1, 2, 10, 11)
_KIND_OF_YEARS = np.array([0, 1, *[2] * 8, 3, 4], dtype=np.int32) * _DAYS * _DAYS
_D = {level.name: place for place, level in enumerate(LEVELS["date"])}


class Part(Protocol):
    """What two rows can show at most in one comparison."""

    def add(self, bound: F32, left: I32, right: I32) -> None:
        """Add it to a bound for each pair of rows."""

    def words(self) -> list[I32]:
        """Return what it takes to know of each row, one column for each word of 32 bits."""


@dataclass(frozen=True)
class ValuePart:
    """A column of one value per row: equal values show their own frequency.

    Args:
        codes: Of all rows, -1 for missing.
        own: What equality on the value of each row shows.
        unequal: The most that unequal values show.
        kin: If given, codes that unequal values must share to show more than ``far``.
        far: What unequal values show that share no such code.
    """

    codes: I32
    own: F32
    unequal: np.float32
    kin: I32 | None = None
    far: np.float32 = field(default=np.float32(0.0))

    def add(self, bound: F32, left: I32, right: I32) -> None:
        """Add it to a bound for each pair of rows."""
        a, b = self.codes[left], self.codes[right]
        other: F32 | np.float32 = self.unequal
        if self.kin is not None:
            other = np.where(self.kin[left] == self.kin[right], other, self.far)
        shown = np.where(a == b, self.own[left], other)
        # Either code is negative if the bits of both together are.
        bound += np.where((a | b) < 0, np.float32(0.0), shown)

    def words(self) -> list[I32]:
        """Return what it takes to know of each row: code, what equality shows, and kin if they matter."""
        kin = [] if self.kin is None else [self.kin]
        return [self.codes, self.own.view(np.int32), *kin]


@dataclass(frozen=True)
class FewPart:
    """A column of few values: one table tells what each two of them show.

    Args:
        short: Of all rows; the last value stands for a missing one.
        table: Flat, of shape (`FEW_VALUES`, `FEW_VALUES`).
    """

    short: U8
    table: F32

    def add(self, bound: F32, left: I32, right: I32) -> None:
        """Add it to a bound for each pair of rows."""
        bound += self.table[(self.short[left] << 3) + self.short[right]]

    def words(self) -> list[I32]:
        """Return what it takes to know of each row: its value."""
        return [self.short.astype(np.int32)]


@dataclass(frozen=True)
class HeldPart:
    """A column of several values per row, bounded by the most that any two values show.

    Args:
        held: Which rows have a value.
        most: What any two values show at most.
    """

    held: Bool
    most: np.float32

    def add(self, bound: F32, left: I32, right: I32) -> None:
        """Add it to a bound for each pair of rows."""
        bound += np.where(self.held[left] & self.held[right], self.most, np.float32(0.0))

    def words(self) -> list[I32]:
        """Return what it takes to know of each row: whether it has a value."""
        return [self.held.astype(np.int32)]


@dataclass(frozen=True)
class DatePart:
    """Dates of birth, by the days and months of both and by how far apart their years are.

    Args:
        dates: Of all rows, year above nine bits for month and day; -1 where nothing is known.
        own: What equality on the date of each row shows.
        most: What unequal dates show at most (see `date_bounds`).
    """

    dates: I32
    own: F32
    most: F32

    def add(self, bound: F32, left: I32, right: I32) -> None:
        """Add it to a bound for each pair of rows."""
        a, b = self.dates[left], self.dates[right]
        apart = np.abs((a >> 9) - (b >> 9))
        one, two = a & (_DAYS - 1), b & (_DAYS - 1)
        place = _KIND_OF_YEARS[np.minimum(apart, _KIND_OF_YEARS.size - 1)]
        place += one * np.int32(_DAYS)
        place += two
        shown = self.most[place]
        equals = np.flatnonzero(a == b)
        shown[equals] = self.own[left[equals]]
        shown[(a | b) < 0] = 0.0
        bound += shown

    def words(self) -> list[I32]:
        """Return what it takes to know of each row: its date and what equality shows."""
        return [self.dates, self.own.view(np.int32)]


def part(scorer: Scorer, place: int) -> Part:
    """Return the bound of a comparison, one of names apart.

    Args:
        scorer: Weighs pairs.
        place: Which of its comparisons.
    """
    kernel, item = scorer.kernel, scorer.kernel.comparisons[place]
    slots = kernel.value_column(item)
    gains, equal = scorer.gains(place), scorer.gains_of_equal(place)
    if slots.shape[1] > 1:
        most = max(float(gains[ELSE:].max()), float(equal.max(initial=0.0)))
        return HeldPart(slots[:, 0] >= 0, np.float32(most))
    codes = slots[:, 0]
    if item.kind == "date" and kernel.dates is not None:
        return _date(gains if kernel.placeholders else gains[PLAIN], equal, codes, kernel.dates.table())
    unequal, own = np.float32(gains[ELSE:-1].max()), np.append(equal, np.float32(0.0))[codes]
    if item.kind == "postcode" and kernel.places is not None:
        return ValuePart(codes, own, unequal, kernel.places.area.of(codes), np.float32(gains[ELSE]))
    if equal.size < FEW_VALUES:
        return _few(codes, equal, unequal)
    return ValuePart(codes, own, unequal)


def others(scorer: Scorer) -> list[Part]:
    """Return the bounds of all comparisons but those of names."""
    comparisons = scorer.kernel.comparisons
    return [part(scorer, place) for place, item in enumerate(comparisons) if item.kind not in NAME_SLOT]


def _few(codes: I32, equal: F32, unequal: np.float32) -> FewPart:
    table = np.full((FEW_VALUES, FEW_VALUES), unequal, dtype=np.float32)
    table[np.arange(equal.size), np.arange(equal.size)] = equal
    table[FEW_VALUES - 1], table[:, FEW_VALUES - 1] = 0.0, 0.0
    return FewPart(np.where(codes < 0, FEW_VALUES - 1, codes).astype(np.uint8), table.ravel())


def _date(gains: F32, equal: F32, codes: I32, table: I32) -> DatePart:
    """Bound dates of birth.

    Args:
        gains: What each level shows.
        equal: What equality shows, by code.
        codes: Of all rows.
        table: Year, month and day of each code.
    """
    own = np.append(np.maximum(equal, gains[_D["partial"]]), np.float32(0.0))[codes]
    parts = np.append(table[:, 0] << 9 | table[:, 1] << 5 | table[:, 2], -1).astype(np.int32)
    return DatePart(parts[codes], own, date_bounds(gains))


def date_bounds(gains: F32) -> F32:
    """Return the most that unequal dates show, by years apart and by the days and months of both.

    Levels depend on the years themselves through their digits alone: a slip in one of these, or in the last
    one exchanged with the first of the month, leaves the day as it is, and then counts as possible.

    Args:
        gains: What each level shows, in bits.

    Returns:
        Bits, flat, of shape (kinds of years apart, days, days).
    """
    same_year, others, may_slip = _unequal_levels()
    slip = np.where(may_slip, gains[_D["digit"]], np.float32(-np.inf))
    out = [gains[same_year]]
    for one_way, other_way in others:
        # No single digit turns one of these years into the other.
        out.append(np.maximum(np.maximum(gains[one_way], gains[other_way]), slip))
    return np.concatenate(out)


@cache
def _unequal_levels() -> tuple[U8, tuple[tuple[U8, U8], ...], Bool]:
    """Return the levels of unequal dates by the days and months of both.

    Returns:
        Those of one year; those of years some way apart, either way round; and which days may be one slip
        from each other.
    """
    codes = np.arange(_DAYS, dtype=np.int32)
    one, two = (side.ravel() for side in np.meshgrid(codes, codes, indexing="ij"))

    def levels(first: int, second: int) -> U8:
        sides = [
            np.column_stack([np.full(days.size, year, dtype=np.int32), days // 32, days % 32])
            for year, days in ((first, one), (second, two))
        ]
        return unequal_dates(*sides)

    others = tuple((levels(_TURN, _TURN + apart), levels(_TURN + apart, _TURN)) for apart in _APART[1:])
    return levels(_TURN, _TURN), others, (one % 32 == two % 32) & (one % 32 > 0)
