"""The kernel: two arrays of row numbers in, one level per comparison and pair out."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import F64, I32, I64, U8, blocks
from bnl.matching.compare_dates import DateComparer
from bnl.matching.compare_names import WEAK, NameComparer
from bnl.matching.compare_values import (
    EMAIL_SIMILAR,
    SIMILAR,
    SLIP,
    SLIPS,
    EmailComparer,
    IdentifierComparer,
    PostcodeComparer,
    TextComparer,
    ValueComparer,
)
from bnl.matching.features import DateFeatures, NameFeatures, PlaceFeatures
from bnl.matching.keys import Keys
from bnl.matching.levels import LEVELS, bits
from bnl.matching.model import Comparison, Model
from bnl.matching.similarity import PairScores
from bnl.matching.table import Table

NAME_SLOT = {"given": "given", "family": "family", "middle": "middle"}


class Kernel:
    """Comparers of a table for the comparisons of a model whose columns hold something.

    Args:
        table: The records.
        model: The model.
        only: Columns to compare, if fewer than the model names.
    """

    def __init__(self, table: Table, model: Model, only: frozenset[str] | None = None) -> None:
        self.table = table
        self.names = NameFeatures(table.lexicons["name"])
        self.dates = DateFeatures(table.lexicons["date_of_birth"]) if table.exists("date_of_birth") else None
        self.places = PlaceFeatures(table.lexicons["postcode"]) if table.exists("postcode") else None
        self.keys = Keys(table, self.names, self.dates, self.places)
        alike = PairScores(table.lexicons["name"], "jaro_winkler", WEAK)
        self.name_comparer = NameComparer(table, self.names, alike)
        self.comparisons = tuple(item for item in model.comparisons if self._usable(item, only))
        self.placeholders = model.placeholders
        self._dates = DateComparer(table, self.dates, model.placeholders) if self.dates else None
        self._values = {
            item.column: self._comparer(item)
            for item in self.comparisons
            if item.kind not in NAME_SLOT and item.kind != "date"
        }
        self.shifts = np.cumsum([0, *(bits(item.kind) for item in self.comparisons)])[:-1].astype(np.int64)

    def _usable(self, item: Comparison, only: frozenset[str] | None) -> bool:
        column = NAME_SLOT.get(item.kind, item.column)
        return self.table.has(column) if only is None else item.column in only and self.table.exists(column)

    def _comparer(self, item: Comparison) -> ValueComparer:
        lexicon = self.table.lexicons[item.column]
        if item.kind == "identifier":
            return IdentifierComparer(self.table, item.column, PairScores(lexicon, "edits", SLIP))
        if item.kind == "email":
            return EmailComparer(
                self.table,
                item.column,
                PairScores(lexicon, "jaro_winkler", EMAIL_SIMILAR),
                PairScores(lexicon, "edits", SLIPS),
            )
        if item.kind == "postcode" and self.places is not None:
            return PostcodeComparer(self.table, item.column, self.places, PairScores(lexicon, "edits", SLIP))
        if item.kind == "text":
            return TextComparer(self.table, item.column, PairScores(lexicon, "jaro_winkler", SIMILAR))
        return ValueComparer(self.table, item.column)

    def levels(self, left: I32, right: I32) -> U8:
        """Return the level of every comparison for pairs of rows, shape (comparisons, pairs)."""
        out = np.zeros((len(self.comparisons), left.size), dtype=np.uint8)
        names = dict(zip(("given", "family", "middle"), self.name_comparer.levels(left, right), strict=True))
        for place, item in enumerate(self.comparisons):
            if item.kind in names:
                out[place] = names[item.kind]
            elif item.kind == "date" and self._dates is not None:
                out[place] = self._dates.levels(left, right)
            else:
                out[place] = self._values[item.column].levels(left, right)
        return out

    def patterns(self, left: I32, right: I32) -> I64:
        """Return the packed levels of pairs of rows, block by block."""
        out = np.empty(left.size, dtype=np.int64)
        for block in blocks(left.size):
            out[block] = self.pack(self.levels(left[block], right[block]))
        return out

    def pack(self, levels: U8) -> I64:
        """Pack the levels of each pair into one integer, its pattern."""
        out = np.zeros(levels.shape[1], dtype=np.int64)
        for row, shift in zip(levels, self.shifts, strict=True):
            out |= row.astype(np.int64) << shift
        return out

    def unpack(self, patterns: I64) -> U8:
        """Undo `pack`."""
        out = np.zeros((len(self.comparisons), patterns.size), dtype=np.uint8)
        for place in range(len(self.comparisons)):
            out[place] = self.level_of(patterns, place)
        return out

    def level_of(self, patterns: I64, place: int) -> U8:
        """Return the level of one comparison in packed patterns."""
        mask = np.int64((1 << bits(self.comparisons[place].kind)) - 1)
        return np.asarray((patterns >> self.shifts[place]) & mask, dtype=np.uint8)

    def value_column(self, item: Comparison) -> I32:
        """Return the codes whose frequency matters to a comparison, shape (rows, slots)."""
        return self.table.slots(NAME_SLOT.get(item.kind, item.column))

    def agreed_value(self, item: Comparison, left: I32, right: I32) -> I32:
        """Return the code two rows agree on, -1 if it is not the very same code."""
        slots = self.value_column(item)
        if slots.shape[1] == 1:
            one, two = slots[left, 0], slots[right, 0]
            return np.where(one == two, one, np.int32(-1))
        a, b = slots[left], slots[right]
        out = np.full(left.size, -1, dtype=np.int32)
        for one in a.T:
            for two in b.T:
                hit = (one == two) & (one >= 0)
                out[hit] = one[hit]
        return out


def exact_level(kind: str) -> int:
    """Return the code of the highest level of a kind, which is equality."""
    return len(LEVELS[kind]) - 1


def frequencies(codes: I32, values: int) -> F64:
    """Return the share of each value among the rows that have one."""
    present = codes[codes >= 0]
    counts = np.bincount(present, minlength=values).astype(np.float64)
    return counts / max(1, present.size)
