"""Dictionary encoding: each distinct value of a column gets one small integer, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from bnl.matching.arrays import I32, I64

# Room for values to come, so that a value more does not copy all.
_SPARE = 64
# Values from which finding the new ones among all is cheaper than one by one.
_FEW = 1000
LONGEST = 200
"""Characters of a cell that are read; what is longer is no name, address or number but a pasted document."""


class Lexicon:
    """The distinct values of one kind, in order of arrival; missing is -1.

    Codes are stable: a value keeps its code until it is forgotten, so that a growing index never has to be
    coded again. A code that was forgotten is given to another value later: whoever keeps something by code
    watches (see `watch`).
    """

    def __init__(self) -> None:
        self.values: list[str] = []
        # The empty string comes first, so that a value's place among the keys gives its code.
        self._codes: dict[str, int] = {"": -1}
        self._array = np.zeros(0, dtype=np.object_)
        self._filled = 0
        self._watchers: list[Callable[[int], None]] = []

    def __len__(self) -> int:
        return len(self.values)

    def code(self, value: str) -> int:
        """Return the code of a value, giving it one if it is new; the empty string is missing."""
        found = self._codes.get(value)
        if found is None:
            found = self._codes[value] = len(self.values)
            self.values.append(value)
        return found

    def find(self, value: str) -> int:
        """Return the code of a value, or -1 if the lexicon does not hold it."""
        return self._codes.get(value, -1)

    def codes(self, values: Iterable[str]) -> I32:
        """Return the codes of many values, giving those that are new the next ones."""
        values = list(values)
        if len(values) < _FEW:
            return np.array([self.code(value) for value in values], dtype=np.int32)
        known, first = self._codes, len(self.values)
        fresh = [value for value in dict.fromkeys(values) if value not in known]
        known.update(zip(fresh, range(first, first + len(fresh)), strict=True))
        self.values += fresh
        if len(fresh) == len(values):
            return np.arange(first, len(self.values), dtype=np.int32)
        return np.fromiter(map(known.__getitem__, values), np.int32, len(values))

    def take(self, codes: Sequence[int] | I32) -> list[str]:
        """Return the values of codes that are not missing."""
        values = self.values
        return [values[code] for code in codes]

    def array(self, codes: I32) -> npt.NDArray[np.object_]:
        """Return the values of many codes that are not missing, as an array of strings."""
        size = len(self.values)
        if self._filled < size:
            self._fill(size)
        return np.asarray(self._array[codes], dtype=np.object_)

    def _fill(self, size: int) -> None:
        known, filled = self._array, self._filled
        if known.size < size:
            grown = np.empty(size + size // 8 + _SPARE, dtype=np.object_)
            grown[:filled] = known[:filled]
            known = grown
        known[filled:size] = self.values[filled:size]
        # A thread that sees the new number sees the new array.
        self._array = known
        self._filled = size

    def watch(self, forgotten: Callable[[int], None]) -> None:
        """Be told, with the number of values left, whenever values are forgotten."""
        self._watchers.append(forgotten)

    def forget(self, size: int) -> None:
        """Forget the values that came after the first so many; not to be called while others read."""
        if len(self.values) <= size:
            return
        for value in self.values[size:]:
            del self._codes[value]
        del self.values[size:]
        self._array[size : self._filled] = None
        self._filled = min(self._filled, size)
        for forgotten in self._watchers:
            forgotten(size)


def split_distinct(columns: Sequence[pl.Series]) -> list[tuple[I32, list[str]]]:
    """Split string columns into row codes and their distinct values, in order of first appearance.

    Args:
        columns: Of the same length; columns are coded side by side on all cores.

    Returns:
        For each column one code per row (-1 for null), and the values the codes stand for.
    """
    if not columns:
        return []
    frame = pl.DataFrame([series.cast(pl.String).alias(str(place)) for place, series in enumerate(columns)])
    coded = frame.select(
        pl.all().cast(pl.Categorical(pl.Categories.random())).to_physical().cast(pl.Int32).fill_null(-1)
    )
    numbered = [_renumbered(codes.to_numpy()) for codes in coded]
    values = frame.select(
        pl.col(name).gather(pl.lit(pl.Series(first))).str.head(LONGEST).implode()
        for name, (_, first) in zip(frame.columns, numbered, strict=True)
    )
    return [(codes, held[0].to_list()) for (codes, _), held in zip(numbered, values, strict=True)]


def _renumbered(codes: I32) -> tuple[I32, I64]:
    """Number codes by first appearance, whatever order they were given in, and return where each first is."""
    first = np.full(int(codes.max(initial=-1)) + 2, codes.size, dtype=np.int64)
    # Of several rows with one code the last assignment holds; the last slot takes the nulls.
    first[codes[::-1]] = np.arange(codes.size - 1, -1, -1)
    first = first[:-1]
    if not (first[1:] > first[:-1]).all():
        order = np.argsort(first, kind="stable")
        number = np.empty(order.size, dtype=np.int32)
        number[order] = np.arange(order.size, dtype=np.int32)
        codes, first = through(codes, number), first[order]
    return codes, first[first < codes.size]


def through(codes: I32, table: I32) -> I32:
    """Map codes through a table, keeping missing missing."""
    # The code of what is missing, -1, looks up the last place.
    return np.append(table, np.int32(-1)).astype(np.int32, copy=False)[codes]
