"""What the engine knows of each distinct value: sound, initial, prefix, date parts, postcode parts."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bnl.matching.arrays import I32, I64, distinct
from bnl.matching.lexicon import Lexicon
from bnl.matching.phonetic import phonetic
from bnl.matching.variants.lookup import variant_groups

_MAX_GROUPS = 16
_SOUND = 6
_INWARD = 3
_UNKNOWN = -2
# Room for values to come, so that a value more does not copy all.
_SPARE = 64


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
        # Beyond the codes there is at least one row more: what -1 gives.
        self._table = np.full((1, width), -1, dtype=np.int32)
        self._first: I32 = self._table[:, 0].copy()
        self._lock = threading.Lock()
        self.inner = Lexicon()
        self._eager = False
        self._complete = 0
        lexicon.watch(self._forget)

    def rows(self, codes: I32) -> I32:
        """Return what is derived of present codes, shape (codes, width), -1 for none."""
        self.of(codes)
        return self._table[codes]

    def of(self, codes: I32) -> I32:
        """Return the first derived code of each value code, of any shape; missing stays missing."""
        size = len(self._lexicon)
        if size > self._complete:
            self._prepare(size, codes)
        return self._first[codes]

    def one(self, code: int) -> int:
        """Return the first derived code of one present value code."""
        if len(self._lexicon) > self._complete:
            self._prepare(len(self._lexicon), np.array([code]))
        return int(self._first[code])

    def complete(self) -> None:
        """Derive from all values now, and from now on from each new one, so that less is checked later."""
        self._eager = True
        self._prepare(len(self._lexicon), np.zeros(0, dtype=np.int64))

    def _prepare(self, size: int, codes: NDArray[np.integer]) -> None:
        if size >= self._first.size:
            self._grow()
        if self._eager:
            self._fill(np.arange(self._complete, size))
            self._complete = size
            return
        out = self._first[codes]
        if out.size and out.min() == _UNKNOWN:
            self._fill(distinct(codes[out == _UNKNOWN].astype(np.int64)))

    def _grow(self) -> None:
        with self._lock:
            known = self._first.size - 1
            size = len(self._lexicon)
            if size <= known:
                return
            table = np.full((size + size // 8 + _SPARE, self._width), _UNKNOWN, dtype=np.int32)
            table[:known] = self._table[:known]
            table[-1] = -1
            # Readers take the length from the first column, so the table is there before it.
            self._table = table
            self._first = table[:, 0].copy()

    def _fill(self, wanted: I64) -> None:
        if not wanted.size:
            return
        with self._lock:
            self._table[wanted] = self._derived(wanted.tolist())
            self._first[wanted] = self._table[wanted, 0]

    def _forget(self, size: int) -> None:
        """Forget what was derived of codes from a number on."""
        self._complete = min(self._complete, size)
        if self._eager:
            return
        self._table[size:-1] = _UNKNOWN
        self._first[size:-1] = _UNKNOWN

    def _derived(self, codes: list[int]) -> I32:
        found = [self._derive(self._lexicon.values[code])[: self._width] for code in codes]
        out = np.full((len(codes), self._width), -1, dtype=np.int32)
        for slot in range(max(map(len, found))):
            out[:, slot] = [self.inner.code(item[slot]) if slot < len(item) else -1 for item in found]
        return out


def _groups(name: str) -> tuple[str, ...]:
    return tuple(str(group) for group in variant_groups(name))


def _spellings(name: str) -> tuple[str, ...]:
    return tuple(str(group) for group in variant_groups(name, "transliteration"))


class Features:
    """Derived tables that belong together."""

    def complete(self) -> None:
        """Derive everything from all values, now and as they come (see `Derived.complete`)."""
        for derived in vars(self).values():
            if isinstance(derived, Derived):
                derived.complete()


class NameFeatures(Features):
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
        lexicon.watch(self._forget)

    def _forget(self, size: int) -> None:
        self._table = self._table[:size]

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


class PlaceFeatures(Features):
    """District, sector and area of coded postcodes."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.district = Derived(lexicon, lambda code: (outward(code),))
        self.sector = Derived(lexicon, lambda code: (sector(code),))
        self.area = Derived(lexicon, lambda code: (code[:2],))
