"""The names of a table laid out in memory as the compiled loops read them."""

from __future__ import annotations

import ctypes
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import I32, I64
from bnl.matching.features import NameFeatures
from bnl.matching.lexicon import Lexicon
from bnl.matching.native_layout import address
from bnl.matching.sketches import NEEDED
from bnl.matching.table import Table
from bnl.matching.texts_layout import KnownTexts

_COLUMNS = ("given", "given_joined", "family", "family_part", "middle", "alt_given", "alt_family")

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


class KnownNames(KnownTexts):
    """What is known of each name, its sounds and variants too.

    Args:
        lexicon: The names.
        features: Their sounds and variants.
    """

    def __init__(self, lexicon: Lexicon, features: NameFeatures) -> None:
        super().__init__(lexicon)
        self._features = features

    def _add(self, fresh: npt.NDArray[np.void], codes: I32) -> None:
        features = self._features
        sets = (features.groups, features.spellings, features.bynames)
        fresh["sound"] = features.sound.of(codes)
        fresh["flags"] = sum(of.some(codes).astype(np.uint32) << place for place, of in enumerate(sets))
        fresh["flags"] |= features.adopting.marks(codes).astype(np.uint32) << len(sets)


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
        texts = known.texts()
        tables = texts.known, texts.characters, features.groups.table(), features.spellings.table()
        self._held = (*columns, *tables, learned)
        self.structure = Names(
            *(Column(address(codes), codes.shape[1]) for codes in columns),
            address(learned),
            learned.size,
            *map(address, tables),
            *NEEDED,
            *least,
            texts.longest,
            None,
        )
