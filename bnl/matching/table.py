"""Records as integer columns over lexicons, growable row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from bnl.matching.arrays import I32
from bnl.matching.assemble import assemble
from bnl.matching.columns import VALUE_COLUMNS
from bnl.matching.lexicon import Lexicon
from bnl.matching.sources import Coded, RawRecord, from_frame, from_records


class Table:
    """Records by row number: integer columns of shape (rows, slots), -1 for missing.

    Args:
        columns: Standard columns that may hold evidence; any other is not read.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self.ids: list[str] = []
        self.lexicons = {name: Lexicon() for name in ("name", *(c for c in columns if c in VALUE_COLUMNS))}
        self._data: dict[str, I32] = {}
        self._views: dict[str, I32] = {}

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, also: Sequence[str] = ()) -> Table:
        """Encode a standard frame (see `standard_frame`).

        Args:
            frame: One row per record.
            also: Columns that are to exist even if the frame lacks them, for records that come later.
        """
        given = [column for column in frame.columns if column not in {"record_id", "agency"}]
        lacking = [column for column in also if column not in given]
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(column) for column in lacking)
        table = cls([*given, *lacking])
        table._extend(frame.get_column("record_id").to_list(), from_frame(frame))
        return table

    def extend(self, ids: Sequence[str], records: Sequence[RawRecord]) -> None:
        """Encode a few more records, given as mappings, at the end."""
        self._extend(ids, from_records(records, self.columns))

    def _extend(self, ids: Sequence[str], columns: Mapping[str, Coded]) -> None:
        fresh = assemble(columns, len(ids), self.lexicons)
        start = len(self.ids)
        self.ids.extend(ids)
        for name, codes in fresh.items():
            self._place(name, codes, start)
        self._views = {name: data[: len(self.ids)] for name, data in self._data.items()}

    def _place(self, name: str, codes: I32, start: int) -> None:
        data = self._data.get(name)
        end = start + codes.shape[0]
        if data is None:
            self._data[name] = np.ascontiguousarray(codes)
            return
        if end > data.shape[0] or codes.shape[1] > data.shape[1]:
            rows = data.shape[0] if end <= data.shape[0] else max(end, data.shape[0] * 3 // 2)
            grown = np.full((rows, max(data.shape[1], codes.shape[1])), -1, dtype=np.int32)
            grown[:start, : data.shape[1]] = data[:start]
            self._data[name] = data = grown
        data[start:end] = -1
        data[start:end, : codes.shape[1]] = codes

    def truncate(self, rows: int) -> None:
        """Forget the rows from a number on; lexicons keep their values."""
        del self.ids[rows:]
        self._views = {name: data[:rows] for name, data in self._data.items()}

    def has(self, name: str) -> bool:
        """Tell whether a column is there and holds at least one value."""
        return name in self._views and bool((self._views[name][:, 0] >= 0).any())

    def exists(self, name: str) -> bool:
        """Tell whether a column is there, even if it holds nothing."""
        return name in self._views

    def slots(self, name: str) -> I32:
        """Return a column with all its slots, shape (rows, slots)."""
        return self._views[name]

    def column(self, name: str) -> I32:
        """Return the first slot of a column, one code per row."""
        return self._views[name][:, 0]
