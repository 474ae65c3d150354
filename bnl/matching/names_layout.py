"""The names of a table laid out in memory as the compiled loops read them."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import I64
from bnl.matching.derived import Following, roomy
from bnl.matching.features import NameFeatures
from bnl.matching.lexicon import Lexicon
from bnl.matching.native_layout import address
from bnl.matching.sketches import NEEDED, NEEDED_BOOSTED, sketched
from bnl.matching.table import Table

_COLUMNS = ("given", "given_joined", "family", "family_part", "middle", "alt_given", "alt_family")

KNOWN: Final = np.dtype(
    [
        ("letters", "u8"),
        ("share", "f4"),
        ("sound", "i4"),
        ("start", "u4"),
        ("length", "i4"),
        ("flags", "u4"),
        ("spare", "u4"),
    ]
)
"""What the compiled loops read of one name.

``letters`` and ``share`` are its sketch, ``sound`` the code of its sound, ``start`` and ``length`` its place
among the characters; ``flags`` has a bit for variant groups (1), spellings (2), by-names (4), English given
names (8), Chinese family names (16) and Chinese given names (32).
"""


_NOTHING: Final = np.zeros((0, 0), dtype=np.int32)


class Column(ctypes.Structure):
    """Codes of all rows."""

    _fields_ = [("codes", ctypes.c_void_p), ("width", ctypes.c_int64)]


class Names(ctypes.Structure):
    """Names of all rows, and what is known of each name."""

    _fields_ = [
        *((name, Column) for name in _COLUMNS),
        ("learned", ctypes.c_void_p),
        ("n_learned", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("names", "text", "groups", "spellings")),
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


class KnownNames(Following):
    """What is known of each name, in one place, and the characters of all names, one after another.

    Args:
        lexicon: The names.
        features: Their sounds and variants.
    """

    def __init__(self, lexicon: Lexicon, features: NameFeatures) -> None:
        super().__init__(lexicon)
        self._features = features
        self._rows = np.zeros(1, dtype=KNOWN)
        self._text = np.zeros(1, dtype=np.uint32)
        self.longest = 0

    def table(self) -> tuple[npt.NDArray[np.void], npt.NDArray[np.uint32]]:
        """Return what is known of each name (see `KNOWN`), with rows to spare, and the characters of all."""
        self._follow()
        return self._rows, self._text

    def _work_out(self, known: int, values: Sequence[str]) -> None:
        size = known + len(values)
        codes = np.arange(known, size, dtype=np.int32)
        lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
        characters = np.frombuffer("".join(values).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        before = self._rows[known - 1] if known else np.zeros(1, dtype=KNOWN)[0]
        begin = int(before["start"]) + int(before["length"])
        table, sketch = roomy(self._rows, size, 0), sketched(values)
        fresh = table[known:size]
        fresh["letters"], fresh["share"], fresh["length"] = sketch.letters, sketch.shares, lengths
        fresh["sound"] = self._features.sound.of(codes)
        fresh["start"] = begin + np.cumsum(lengths) - lengths
        features = self._features
        sets = (features.groups, features.spellings, features.bynames)
        fresh["flags"] = sum(of.some(codes).astype(np.uint32) << place for place, of in enumerate(sets))
        fresh["flags"] |= features.adopting.marks(codes).astype(np.uint32) << len(sets)
        text = roomy(self._text, begin + characters.size, 0)
        text[begin : begin + characters.size] = characters
        self._rows, self._text = table, text
        self.longest = max(self.longest, int(lengths.max(initial=0)))


class NamesLayout:
    """The names of a table as the compiled loops read them; keeps alive what it points to.

    Args:
        table: The records.
        features: What is known of each name.
        known: What the loops read of each name.
        learned: Pairs of names that stand for each other, packed, ascending.
        least: When names are alike.
    """

    def __init__(
        self,
        table: Table,
        features: NameFeatures,
        known: KnownNames,
        learned: I64,
        least: Thresholds,
    ) -> None:
        # A column that never held a value is not looked at.
        columns = [table.slots(name) if table.has(name) else _NOTHING for name in _COLUMNS]
        names, text = known.table()
        tables = names, text, features.groups.table(), features.spellings.table()
        self._held = (*columns, *tables, learned)
        self.structure = Names(
            *(Column(address(codes), codes.shape[1]) for codes in columns),
            address(learned),
            learned.size,
            *map(address, tables),
            NEEDED,
            NEEDED_BOOSTED,
            *least,
            known.longest,
            None,
        )
