"""The record id of each row: a column as long as nobody asks for single ids, a list from then on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np
import polars as pl

from bnl.matching.arrays import I64


class RecordIds(Sequence[str]):
    """Record ids by row number.

    Args:
        series: Ids of the rows there are; a million of them as Python strings would cost more than the rest.
    """

    def __init__(self, series: pl.Series) -> None:
        self._series: pl.Series | None = series.rename("id")
        self._list: list[str] | None = None
        self._ranks: I64 | None = None

    def __len__(self) -> int:
        held = self._series if self._list is None else self._list
        return 0 if held is None else len(held)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: int | slice) -> str | list[str]:
        return self._listed()[row]

    def column(self) -> pl.Series:
        """Return the ids as a column."""
        if self._series is None:
            self._series = pl.Series("id", self._list, dtype=pl.String)
        return self._series

    def ranks(self) -> I64:
        """Return the place of each row's id among all, in order of their characters."""
        if self._ranks is None:
            order = self.column().arg_sort().to_numpy()
            self._ranks = np.empty(order.size, dtype=np.int64)
            self._ranks[order] = np.arange(order.size)
        return self._ranks

    def extend(self, ids: Iterable[str]) -> None:
        """Add the ids of rows at the end."""
        self._listed().extend(ids)
        self._series = self._ranks = None

    def truncate(self, rows: int) -> None:
        """Forget the ids of the rows from a number on."""
        del self._listed()[rows:]
        self._series = self._ranks = None

    def _listed(self) -> list[str]:
        if self._list is None:
            self._list = self.column().to_list()
        return self._list


def repeats(ids: pl.Series) -> bool:
    """Tell whether a column of record ids, none of them null, holds one more than once."""
    # Hashes are sorted faster than strings are told apart; where two are equal, the strings decide.
    hashes = np.sort(ids.hash().to_numpy())
    return bool((hashes[1:] == hashes[:-1]).any()) and ids.n_unique() != len(ids)
