"""What the engine knows of each distinct value: sound, initial, prefix, date parts, postcode parts."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from bnl.matching.arrays import I32, distinct
from bnl.matching.lexicon import Lexicon
from bnl.matching.phonetic import phonetic
from bnl.matching.variants.lookup import variant_groups

_MAX_GROUPS = 16
_SOUND = 6
_INWARD = 3
_UNKNOWN = -2


class Derived:
    """A table from the codes of a lexicon to small sets of integers, filled in as codes are asked for.

    Args:
        lexicon: The values.
        derive: Gives one or more strings for a value, whose codes in a lexicon of their own are kept; an
            empty string is missing.
        width: How many strings a value may give.
    """

    def __init__(self, lexicon: Lexicon, derive: Callable[[str], tuple[str, ...]], width: int = 1) -> None:
        self._lexicon = lexicon
        self._derive = derive
        self._width = width
        self._table = np.zeros((0, width), dtype=np.int32)
        self._lock = threading.Lock()
        self.inner = Lexicon()

    def rows(self, codes: I32) -> I32:
        """Return what is derived of present codes, shape (codes, width), -1 for none."""
        with self._lock:
            missing = len(self._lexicon) - self._table.shape[0]
            if missing:
                fresh = np.full((missing, self._width), _UNKNOWN, dtype=np.int32)
                self._table = np.vstack([self._table, fresh])
            table = self._table
            out = table[codes]
            unknown = out[:, 0] == _UNKNOWN
            if unknown.any():
                wanted = distinct(codes[unknown].astype(np.int64))
                table[wanted] = self._derived(wanted.tolist())
                out = table[codes]
        return out

    def _derived(self, codes: list[int]) -> I32:
        found = [self._derive(self._lexicon.values[code])[: self._width] for code in codes]
        out = np.full((len(codes), self._width), -1, dtype=np.int32)
        for slot in range(max(map(len, found))):
            out[:, slot] = [self.inner.code(item[slot]) if slot < len(item) else -1 for item in found]
        return out

    def of(self, codes: I32) -> I32:
        """Return the first derived code of each value code, of any shape; missing stays missing."""
        flat = codes.ravel()
        present = flat >= 0
        out = np.full(flat.size, -1, dtype=np.int32)
        out[present] = self.rows(flat[present])[:, 0]
        return out.reshape(codes.shape)


def _groups(name: str) -> tuple[str, ...]:
    return tuple(str(group) for group in variant_groups(name))


def _spellings(name: str) -> tuple[str, ...]:
    return tuple(str(group) for group in variant_groups(name, "transliteration"))


class NameFeatures:
    """Sound, initial, prefixes and variant groups of name parts."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.sound = Derived(lexicon, lambda name: (phonetic(name)[:_SOUND],))
        self.initial = Derived(lexicon, lambda name: (name[:1],))
        self.prefix = Derived(lexicon, lambda name: (name[:3],))
        self.single = Derived(lexicon, lambda name: ("1" if len(name) == 1 else "",))
        self.groups = Derived(lexicon, _groups, _MAX_GROUPS)
        self.spellings = Derived(lexicon, _spellings, _MAX_GROUPS)


class DateFeatures:
    """Year, month and day of coded dates of birth (0 where not known)."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._table = np.zeros((0, 3), dtype=np.int32)

    def table(self) -> I32:
        """Return year, month and day of all values now in the lexicon, shape (values, 3)."""
        missing = len(self._lexicon) - self._table.shape[0]
        if missing:
            numbers = np.array([int(value) for value in self._lexicon.values[-missing:]], dtype=np.int32)
            fresh = np.column_stack([numbers // 10000, numbers // 100 % 100, numbers % 100]).astype(np.int32)
            self._table = np.vstack([self._table, fresh])
        return self._table


def outward(postcode: str) -> str:
    """Return the postcode district, or the first three characters of any other kind of code."""
    if len(postcode) > _INWARD + 1 and postcode[-_INWARD].isdigit() and not postcode.isdigit():
        return postcode[:-_INWARD]
    return postcode[:3]


def sector(postcode: str) -> str:
    """Return the postcode sector (district and the next digit); a code without one gives itself."""
    if len(postcode) > _INWARD + 1 and not postcode.isdigit():
        return postcode[: -_INWARD + 1]
    return postcode[:4]


class PlaceFeatures:
    """District, sector and area of coded postcodes."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.district = Derived(lexicon, lambda code: (outward(code),))
        self.sector = Derived(lexicon, lambda code: (sector(code),))
        self.area = Derived(lexicon, lambda code: (code[:2],))
