"""Dictionary encoding: each distinct value of a column gets one small integer, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from bnl.matching.arrays import I32

# Room for values to come, so that a value more does not copy all.
_SPARE = 64


class Lexicon:
    """The distinct values of one kind, in order of arrival; missing is -1.

    Codes are stable: a value keeps its code until it is forgotten, so that a growing index never has to be
    coded again. A code that was forgotten is given to another value later: whoever keeps something by code
    watches (see `watch`).
    """

    def __init__(self) -> None:
        self.values: list[str] = []
        self._codes: dict[str, int] = {}
        self._array = np.zeros(0, dtype=np.object_)
        self._filled = 0
        self._watchers: list[Callable[[int], None]] = []

    def __len__(self) -> int:
        return len(self.values)

    def code(self, value: str) -> int:
        """Return the code of a value, giving it one if it is new; the empty string is missing."""
        if not value:
            return -1
        found = self._codes.get(value)
        if found is None:
            found = len(self.values)
            self._codes[value] = found
            self.values.append(value)
        return found

    def find(self, value: str) -> int:
        """Return the code of a value, or -1 if the lexicon does not hold it."""
        return self._codes.get(value, -1)

    def codes(self, values: Iterable[str]) -> I32:
        """Return the codes of many values."""
        return np.fromiter((self.code(value) for value in values), dtype=np.int32)

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


def split_distinct(series: pl.Series) -> tuple[I32, list[str]]:
    """Split a string column into row codes and its distinct values, in order of first appearance.

    Returns:
        One code per row (-1 for null) and the values the codes stand for.
    """
    frame = series.cast(pl.String).to_frame("value")
    distinct = frame.drop_nulls().unique(maintain_order=True)
    coded = frame.join(
        distinct.with_row_index("code"), on="value", how="left", maintain_order="left"
    ).get_column("code")
    return coded.cast(pl.Int32).fill_null(-1).to_numpy(), distinct.get_column("value").to_list()


def through(codes: I32, table: I32) -> I32:
    """Map codes through a table, keeping missing missing."""
    if table.size == 0:
        return np.full(codes.shape, -1, dtype=np.int32)
    return np.where(codes >= 0, table[codes], np.int32(-1)).astype(np.int32)


def encode(series: pl.Series, lexicon: Lexicon, normalise: Callable[[str], str]) -> I32:
    """Normalise and encode a string column, calling the normaliser once for each distinct value."""
    codes, values = split_distinct(series)
    return through(codes, lexicon.codes(normalise(value) for value in values))
