"""Tables that follow a lexicon: what is derived of each of its values, filled in as values come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import I32, Bool, distinct
from bnl.matching.lexicon import Lexicon

_MAX_GROUPS = 16
_UNKNOWN = -2
T = TypeVar("T", bound=np.generic)


class Following:
    """What has to be worked out for each value of a lexicon, once."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._known = 0
        self._lock = threading.Lock()
        lexicon.watch(self._forget)

    def _forget(self, size: int) -> None:
        """Work out anew what stands behind a number of values, when it is asked for again."""
        self._known = min(self._known, size)

    def _follow(self) -> None:
        if self._known < len(self._lexicon):
            with self._lock:
                known, size = self._known, len(self._lexicon)
                self._work_out(known, self._lexicon.values[known:size])
                self._known = size

    def _work_out(self, known: int, values: Sequence[str]) -> None:
        raise NotImplementedError


def roomy(table: npt.NDArray[T], size: int, fill: int) -> npt.NDArray[T]:
    """Return a table with room for more rows than a size; the last is spare, and so answers for code -1."""
    if size < table.shape[0]:
        return table
    out = np.full((size + size // 4 + 1, *table.shape[1:]), fill, dtype=table.dtype)
    out[: table.shape[0] - 1] = table[:-1]
    return out


class Derived(Following):
    """A string derived of each value, as codes of a lexicon of its own.

    Args:
        lexicon: The values.
        derive: Gives a string for each of many values; an empty string is missing.
        ahead: Derive all values at once; else each when it is first asked for, because it costs much.
    """

    def __init__(
        self, lexicon: Lexicon, derive: Callable[[Sequence[str]], Sequence[str]], *, ahead: bool = True
    ) -> None:
        super().__init__(lexicon)
        self._derive = derive
        self._ahead = ahead
        self._table = np.full(1, -1, dtype=np.int32)
        self.inner = Lexicon()

    def of(self, codes: I32) -> I32:
        """Return the derived code of each value code, of any shape; missing stays missing."""
        self._follow()
        out = self._table[codes]
        if not self._ahead and (out == _UNKNOWN).any():
            with self._lock:
                # Another thread may have worked some of them out meanwhile.
                wanted = distinct(codes[self._table[codes] == _UNKNOWN].astype(np.int64))
                self._table[wanted] = self.inner.codes(self._derive(self._lexicon.take(wanted.tolist())))
                out = self._table[codes]
        return out

    def one(self, code: int) -> int:
        """Return the derived code of one present value code."""
        self._follow()
        found = int(self._table[code])
        return found if found != _UNKNOWN else int(self.of(np.array([code], dtype=np.int32))[0])

    def complete(self) -> None:
        """Derive from all values now, and from now on from each new one, so that less is checked later."""
        self._follow()
        if not self._ahead:
            self.of(np.arange(len(self._lexicon), dtype=np.int32))
            self._ahead = True

    def _work_out(self, known: int, values: Sequence[str]) -> None:
        size = known + len(values)
        table = roomy(self._table, size, -1)
        table[known:size] = self.inner.codes(self._derive(values)) if self._ahead else _UNKNOWN
        self._table = table


class DerivedSets(Following):
    """Sets of small integers derived of each value.

    Args:
        lexicon: The values.
        sets: The set of each value that has one, ascending; of a large one only the first are kept.
    """

    def __init__(self, lexicon: Lexicon, sets: Mapping[str, tuple[int, ...]]) -> None:
        super().__init__(lexicon)
        self._sets = sets
        self._table = np.full((1, _MAX_GROUPS), -1, dtype=np.int16)

    def rows(self, codes: I32) -> npt.NDArray[np.int16]:
        """Return the sets of codes, shape (codes, width), -1 where a set ends; missing has none."""
        self._follow()
        return self._table[codes]

    def table(self) -> npt.NDArray[np.int16]:
        """Return the sets of all values, in their order, and more rows to spare (see `rows`)."""
        self._follow()
        return self._table

    def some(self, codes: I32) -> Bool:
        """Tell which codes have a set that is not empty."""
        self._follow()
        return np.asarray(self._table[codes, 0] >= 0, dtype=np.bool_)

    def _work_out(self, known: int, values: Sequence[str]) -> None:
        table = roomy(self._table, known + len(values), -1)
        table[known : known + len(values)] = -1
        for code, found in enumerate(map(self._sets.get, values), known):
            if found:
                table[code, : len(found)] = found[:_MAX_GROUPS]
        self._table = table
