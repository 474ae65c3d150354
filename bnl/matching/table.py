"""Records as integer columns over lexicons, growable row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from bnl.matching.arrays import I32
from bnl.matching.assemble import assemble
from bnl.matching.columns import VALUE_COLUMNS
from bnl.matching.lexicon import Lexicon
from bnl.matching.record_ids import RecordIds
from bnl.matching.sources import Coded, RawRecord, from_frame, from_records

_SPARE = 64

# Number of rows, and of the values of each lexicon.
Mark = tuple[int, dict[str, int]]


class Table:
    """Records by row number: integer columns of shape (rows, slots), -1 for missing.

    Args:
        columns: Standard columns that may hold evidence; any other is not read.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self.ids = RecordIds(pl.Series(dtype=pl.String))
        self.lexicons = {name: Lexicon() for name in ("name", *(c for c in columns if c in VALUE_COLUMNS))}
        self._data: dict[str, I32] = {
            name: np.zeros((0, 1), dtype=np.int32) for name in self.lexicons if name != "name"
        }
        self._views: dict[str, I32] = {}
        self._held: set[str] = set()

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
        table.ids = RecordIds(frame.get_column("record_id"))
        table._append(from_frame(frame), 0, frame.height)
        return table

    def extend(self, ids: Sequence[str], records: Sequence[RawRecord]) -> None:
        """Encode a few more records, given as mappings, at the end; none, if one of them cannot be read."""
        columns = from_records(records, self.columns)
        start = len(self.ids)
        self.ids.extend(ids)
        self._append(columns, start, len(ids))

    def _append(self, columns: Mapping[str, Coded], start: int, count: int) -> None:
        fresh = assemble(columns, count, self.lexicons)
        for name, codes in fresh.items():
            self._place(name, codes, start)
        self._close(start, fresh)

    def _place(self, name: str, codes: I32, start: int) -> None:
        if name not in self._held and (codes >= 0).any():
            self._held.add(name)
        end = start + codes.shape[0]
        if not start:
            self._data[name] = np.ascontiguousarray(codes)
            return
        data = self._data[name]
        if end > data.shape[0] or codes.shape[1] > data.shape[1]:
            self._widen(name, max(end, data.shape[0]), codes.shape[1], start)
            data = self._data[name]
        data[start:end, : codes.shape[1]] = codes
        data[start:end, codes.shape[1] :] = -1

    def _widen(self, name: str, rows: int, slots: int, used: int) -> None:
        """Make room for rows and slots, and for some rows more, so that a row more does not copy all."""
        data = self._data[name]
        more = rows if rows <= data.shape[0] else rows + rows // 8 + _SPARE
        grown = np.full((more, max(data.shape[1], slots)), -1, dtype=np.int32)
        grown[:used, : data.shape[1]] = data[:used]
        self._data[name] = grown

    def _close(self, start: int, placed: Iterable[str]) -> None:
        """Show the rows there are; a column that new rows lack is missing there."""
        end = len(self.ids)
        for name in self._data.keys() - set(placed):
            if end > self._data[name].shape[0]:
                self._widen(name, end, 1, start)
            self._data[name][start:end] = -1
        self._views = {name: data[:end] for name, data in self._data.items()}

    def reserve(self) -> None:
        """Make room for rows to come, now rather than when the first of them comes."""
        for name in self._data:
            self._widen(name, len(self.ids) + 1, 1, len(self.ids))
        self._close(len(self.ids), self._data)

    def mark(self) -> Mark:
        """Return what there is now, to return to (see `restore`)."""
        return len(self.ids), {name: len(lexicon) for name, lexicon in self.lexicons.items()}

    def restore(self, mark: Mark) -> None:
        """Forget the rows, and the values, that came after a mark."""
        rows, values = mark
        self.ids.truncate(rows)
        for name, size in values.items():
            self.lexicons[name].forget(size)
        self._views = {name: data[:rows] for name, data in self._data.items()}

    def has(self, name: str) -> bool:
        """Tell whether a column is there and ever held a value."""
        return name in self._held

    def filled(self) -> dict[str, int]:
        """Return in how many rows each column that is not part of a name holds a value."""
        named = (name for name in VALUE_COLUMNS if name in self._views)
        return {name: int((self._views[name][:, 0] >= 0).sum()) for name in named}

    def exists(self, name: str) -> bool:
        """Tell whether a column is there, even if it holds nothing."""
        return name in self._views

    def slots(self, name: str) -> I32:
        """Return a column with all its slots, shape (rows, slots)."""
        return self._views[name]

    def column(self, name: str) -> I32:
        """Return the first slot of a column, one code per row."""
        return self._views[name][:, 0]
