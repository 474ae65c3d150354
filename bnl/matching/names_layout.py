"""The names of a table laid out in memory as the compiled loops read them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import I64
from bnl.matching.derived import Following, roomy
from bnl.matching.features import NameFeatures
from bnl.matching.lexicon import Lexicon
from bnl.matching.native_layout import address
from bnl.matching.sketches import NEEDED, NEEDED_BOOSTED, Sketches
from bnl.matching.table import Table

_COLUMNS = ("given", "given_joined", "family", "family_part", "middle", "alt_given", "alt_family")
_DERIVED = ("sound", "initial", "single", "groups", "spellings", "bynames")


class Column(ctypes.Structure):
    """Codes of all rows."""

    _fields_ = [("codes", ctypes.c_void_p), ("width", ctypes.c_int64)]


class Names(ctypes.Structure):
    """Names of all rows, and what is known of each name."""

    _fields_ = [
        *((name, Column) for name in _COLUMNS),
        *((name, ctypes.c_void_p) for name in ("learned",)),
        ("n_learned", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("start", "text", "letters", "shares", "firsts", *_DERIVED)),
        *((name, ctypes.c_float) for name in ("needed", "boosted", "weak", "similar", "close", "exchanged")),
        ("longest", ctypes.c_int64),
        ("spare", ctypes.c_void_p),
    ]


class Thresholds(NamedTuple):
    """Jaro–Winkler similarities from which names are weakly alike, similar, close, or close if exchanged."""

    weak: float
    similar: float
    close: float
    exchanged: float


class Texts(Following):
    """The characters of all values of a lexicon, one value after another.

    Args:
        lexicon: The values.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._ends = np.zeros(1, dtype=np.int64)
        self._text = np.zeros(1, dtype=np.uint32)
        self.longest = 0

    def table(self) -> tuple[I64, npt.NDArray[np.uint32]]:
        """Return where each value begins, one place more, and the characters."""
        self._follow()
        return self._ends, self._text

    def _work_out(self, known: int, values: Sequence[str]) -> None:
        lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
        characters = np.frombuffer("".join(values).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        begin, size = int(self._ends[known]), known + len(values)
        # The place after the last value is filled as well: room for one more.
        ends, text = roomy(self._ends, size + 1, 0), roomy(self._text, begin + characters.size, 0)
        ends[known + 1 : size + 1] = begin + np.cumsum(lengths)
        text[begin : begin + characters.size] = characters
        self._ends, self._text = ends, text
        self.longest = max(self.longest, int(lengths.max(initial=0)))


class NamesLayout:
    """The names of a table as the compiled loops read them; keeps alive what it points to.

    Args:
        table: The records.
        features: What is known of each name.
        sketches: The letters of each.
        texts: The characters of each.
        learned: Pairs of names that stand for each other, packed, ascending.
        least: When names are alike.
    """

    def __init__(
        self,
        table: Table,
        features: NameFeatures,
        sketches: Sketches,
        texts: Texts,
        learned: I64,
        least: Thresholds,
    ) -> None:
        columns = [table.slots(name) for name in _COLUMNS]
        known = [*texts.table(), *sketches.table(), *(getattr(features, name).table() for name in _DERIVED)]
        self._held = (*columns, *known, learned)
        self.structure = Names(
            *(Column(address(codes), codes.shape[1]) for codes in columns),
            address(learned),
            learned.size,
            *map(address, known),
            NEEDED,
            NEEDED_BOOSTED,
            *least,
            texts.longest,
            None,
        )
