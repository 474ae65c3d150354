"""Compare dates of birth of row pairs by their parts, without reading a string."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import I32, U8, Bool
from bnl.matching.features import DateFeatures
from bnl.matching.levels import ELSE, LEVELS, NULL
from bnl.matching.native import loaded
from bnl.matching.table import Table

_D = {level.name: place for place, level in enumerate(LEVELS["date"])}
_EVERY = np.arange(len(_D), dtype=np.uint8)
# Levels without those of 1 January.
PLAIN = _EVERY.copy()
PLAIN[_D["default"]], PLAIN[_D["placeholder"]], PLAIN[_D["new_years"]] = _D["exact"], _D["year"], _D["digit"]
_YEAR_DAYS = 366
_DECADE = 10


def _digits(table: I32) -> I32:
    """Return the eight digits of dates, shape (values, 8)."""
    year, month, day = table.T
    parts = [year // 1000, year // 100 % 10, year // 10 % 10, year % 10, month // 10, month % 10]
    return np.column_stack([*parts, day // 10, day % 10]).astype(np.int32)


def one_slip(a: I32, b: I32) -> Bool:
    """Tell which pairs of full dates differ by one digit, or by two neighbouring digits exchanged.

    Args:
        a: Year, month, day, shape (pairs, 3).
        b: The same of the other side.
    """
    da, db = _digits(a), _digits(b)
    differ = da != db
    count = differ.sum(axis=1)
    first = differ.argmax(axis=1)
    rows = np.arange(first.size)
    second = np.minimum(first + 1, 7)
    exchanged = (da[rows, first] == db[rows, second]) & (da[rows, second] == db[rows, first])
    return np.asarray((count == 1) | ((count == 2) & differ[rows, second] & exchanged), dtype=np.bool_)


class DateComparer:
    """Levels of the date of birth of row pairs of a table.

    Args:
        table: The records.
        features: Parts of its dates.
        placeholders: Whether 1 January has levels of its own, because it often stands for an unknown day.
    """

    def __init__(self, table: Table, features: DateFeatures, placeholders: bool = True) -> None:
        self._table = table
        self._features = features
        self._placeholders = placeholders

    def levels(self, left: I32, right: I32) -> U8:
        """Return the level of each pair of rows."""
        column = self._table.column("date_of_birth")
        native = loaded()
        if native is not None:
            levels = (_EVERY if self._placeholders else PLAIN)[_D["decade"] :]
            return native.dates(left, right, column, self._features.table(), levels)
        return self._levels(column, left, right)

    def _levels(self, column: I32, left: I32, right: I32) -> U8:
        a, b = column[left], column[right]
        parts = self._features.table()
        out = np.full(a.size, ELSE, dtype=np.uint8)
        missing = (a < 0) | (b < 0)
        same = np.flatnonzero((a == b) & ~missing)
        day = parts[a[same]]
        level = np.full(same.size, _D["exact"], dtype=np.uint8)
        level[(day[:, 1] == 1) & (day[:, 2] == 1)] = _D["default"]
        level[day[:, 2] == 0] = _D["partial"]
        out[same] = level
        out[missing] = NULL
        rest = np.flatnonzero((a != b) & ~missing)
        out[rest] = unequal_dates(parts[a[rest]], parts[b[rest]])
        return out if self._placeholders else PLAIN[out]


def unequal_dates(a: I32, b: I32) -> U8:
    """Return the levels of pairs of unequal dates.

    Args:
        a: Year, month, day, 0 where not known, shape (pairs, 3).
        b: The same of the other side.
    """
    (ya, ma, da), (yb, mb, db) = a.T, b.T
    out = np.full(ya.size, ELSE, dtype=np.uint8)
    whole = (da > 0) & (db > 0)
    year, month, day = ya == yb, ma == mb, da == db
    gap = np.abs(ya - yb)
    days = np.abs((ya - yb) * 365 + (ma - mb) * 30 + (da - db))
    new_year = ((ma == 1) & (da == 1)) | ((mb == 1) & (db == 1))
    # Later lines are stronger evidence and overrule earlier ones.
    out[gap <= _DECADE] = _D["decade"]
    out[days <= _YEAR_DAYS] = _D["near"]
    out[whole & month & day & ~new_year] = _D["day"]
    out[year] = _D["year"]
    out[whole & year & month] = _D["month"]
    out[year & new_year & whole] = _D["placeholder"]
    out[whole & month & day & ((gap == 1) | (gap == _DECADE))] = _D["decade_off"]
    slip = np.flatnonzero(whole & ((year.astype(np.int8) + month + day) >= 1))
    out[slip[one_slip(a[slip], b[slip])]] = _D["digit"]
    # Where many are born on 1 January two of them are often one digit apart.
    out[new_year & month & day & ((out == _D["digit"]) | (out == _D["decade_off"]))] = _D["new_years"]
    out[whole & year & (ma == db) & (da == mb)] = _D["swapped"]
    out[~whole & year & (month | (ma == 0) | (mb == 0))] = _D["partial"]
    return out
