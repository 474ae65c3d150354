"""The compiled loops, where the package was built with a C compiler; without them all is done in Python.

Each function has a twin in Python that gives the very same result; callers ask `loaded` which to take.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from bnl.matching.arrays import I32, I64

INTERFACE: Final = 1
"""Version of what the compiled loops take; a library of another version is not used."""

PATH: Final = Path(__file__).with_name("_native.so")


class _Posting(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ("rows", "ends", "places", "pointer")]


class Native:
    """The compiled loops.

    Args:
        library: The loaded library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        big, address = ctypes.c_int64, ctypes.c_void_p
        self._pairs = library.bnl_pairs
        self._pairs.argtypes = [address, big, big, big, big, big, address, big, address, address, address]
        self._pairs.restype = big
        self._components = library.bnl_components
        self._components.argtypes = [big, address, address, big, address]
        self._components.restype = None

    def pairs(
        self,
        postings: Sequence[tuple[I32, I32, I32, I32]],
        cut: tuple[int, int],
        weights: I64,
        rows: int,
        boundary: int | None,
        screen: ctypes.Structure | None,
    ) -> tuple[I32, I32, int]:
        """Find the distinct candidate pairs whose left row is in a range, sorted by left then right row.

        Args:
            postings: For each rule its rows sorted by key then row, the end of each row's block, the places
                where each row stands, row after row, and where those of each row begin.
            cut: First left row, and the one after the last.
            weights: The pairs each left row starts, repeats counted.
            rows: Number of rows.
            boundary: Lowest right row that counts.
            screen: Which of them may reach a weight (see `bnl.matching.screen_layout`); None for all.

        Returns:
            Left rows, right rows, and the number of pairs there were before the screen.
        """
        first, last = cut
        wanted = weights[first:last]
        room = int(wanted.sum())
        left, right = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
        layouts = (_Posting * max(1, len(postings)))(
            *(_Posting(*(part.ctypes.data for part in posting)) for posting in postings)
        )
        looked_at = ctypes.c_int64()
        found = self._pairs(
            layouts,
            len(postings),
            rows,
            first,
            last,
            boundary or 0,
            None if screen is None else ctypes.addressof(screen),
            int(wanted.max(initial=0)),
            left.ctypes.data,
            right.ctypes.data,
            ctypes.addressof(looked_at),
        )
        if found < 0:
            raise MemoryError
        return left[:found].copy(), right[:found].copy(), looked_at.value

    def components(self, rows: int, left: I32, right: I32) -> I64:
        """Return for each row the smallest row it is connected with, itself included."""
        left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
        label = np.empty(rows, dtype=np.int64)
        self._components(rows, left.ctypes.data, right.ctypes.data, left.size, label.ctypes.data)
        return label


@cache
def loaded() -> Native | None:
    """Return the compiled loops, None where there are none of this version."""
    try:
        library = ctypes.CDLL(str(PATH))
    except OSError:
        return None
    if library.bnl_interface() != INTERFACE:
        return None
    return Native(library)
