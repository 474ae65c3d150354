"""The most that the names of two rows can weigh: by equality, and closer by letters, variants and sounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import F32, I32, I64, U8, Bool, unpack
from bnl.matching.derived import DerivedSets, may_be_alike
from bnl.matching.kernel import Kernel
from bnl.matching.levels import LEVELS
from bnl.matching.scorer import Scorer

_SPELT = ("different", "weak", "similar", "sound", "close")
_VARIANT = ("different", "variant", "spelling")
_EXCHANGED = ("swapped", "cross")
_NEVER = np.float32(-1e9)


class NameScreen:
    """Bounds what given, family and middle names of two rows can weigh together.

    Rows with more than a plain given and a plain family name (further names, an initial) are bounded by the
    most that any names show, and then compared: there are few of them, and many ways for them to agree.

    Args:
        scorer: Weighs pairs.
    """

    def __init__(self, scorer: Scorer) -> None:
        kernel = scorer.kernel
        blooms = _blooms(kernel.names.groups, len(kernel.table.lexicons["name"]))
        self._given = _Part(scorer, "given", blooms)
        self._family = _Part(scorer, "family", blooms)
        self._complex = _further(kernel)
        self._exchanged = _best(self._given.gains, "given", _EXCHANGED)
        self._comparer = kernel.name_comparer
        self._middle = _kind(scorer, "middle")[0]
        self._any = np.float32(self._given.most + self._family.most + max(0.0, float(self._middle.max())))

    def most(self, left: I32, right: I32) -> F32:
        """Return the most that the names of pairs can weigh by which of them are equal, in bits."""
        shown, same_given = self._given.by_equality(left, right)
        family, same_family = self._family.by_equality(left, right)
        shown += family
        np.maximum(shown, self._exchanged, out=shown, where=~(same_given | same_family))
        shown[self._complex[left] | self._complex[right]] = self._any
        return shown

    def closer(self, left: I32, right: I32, most: F32, needed: F32) -> I64:
        """Return the places of the pairs whose names may weigh what they need to.

        Names that are unequal are looked at more closely: whether their letters, or known variants, allow for
        more than that they differ.

        Args:
            left: Rows of one side.
            right: Rows of the other.
            most: What `most` says of them.
            needed: What the names of each pair need to weigh, in bits.
        """
        further = self._complex[left] | self._complex[right]
        crossed = self._given.sounds[left] == self._family.sounds[right]
        crossed |= self._family.sounds[left] == self._given.sounds[right]
        open_pairs = crossed & (self._exchanged >= needed) & ~further
        bound = most.copy()
        some = np.flatnonzero(further)
        bound[some] = self._compared(left[some], right[some])
        for part in (self._given, self._family):
            places = np.flatnonzero(~(open_pairs | further) & (bound >= needed))
            bound[places] -= part.less(left[places], right[places])
        return np.flatnonzero(open_pairs | (bound >= needed))

    def _compared(self, left: I32, right: I32) -> F32:
        """Return what the names of pairs weigh at most, now that they are compared."""
        given, family, middle = self._comparer.levels(left, right)
        shown = self._given.by_level(given, left) + self._family.by_level(family, left)
        return np.asarray(shown + self._middle[middle], dtype=np.float32)


class _Part:
    """Given or family names of all rows, as far as a bound needs them."""

    def __init__(self, scorer: Scorer, kind: str, blooms: npt.NDArray[np.uint64]) -> None:
        kernel = scorer.kernel
        codes = kernel.table.column(kind)
        self.gains, equal = _kind(scorer, kind)
        self.most = max(0.0, float(self.gains.max()), float(equal.max(initial=0.0)))
        self.sounds = kernel.names.sound.of(codes)
        self._codes = codes
        self._equal = np.append(equal, np.float32(0.0))[codes]
        # What unequal names show at most: by neither, by their letters, by a known variant, by either.
        levels = (_SPELT[:1], _SPELT, _VARIANT, (*_SPELT, *_VARIANT))
        self._apart = np.array([_best(self.gains, kind, names) for names in levels], dtype=np.float32)
        self._unlike = max(np.float32(self._apart.max()), _best(self.gains, kind, ("learned", "byname")))
        self._sketch = kernel.sketches.of(codes)
        self._groups = np.append(blooms, np.uint64(0))[codes]
        self._learned = _learned(kernel, kind)[codes]
        self._byname = _bynames(kernel, kind)[codes]

    def by_equality(self, left: I32, right: I32) -> tuple[F32, Bool]:
        """Return the most that pairs show by whether they are equal, and which are."""
        a, b = self._codes[left], self._codes[right]
        same = a == b
        shown = np.where(same, self._equal[left], self._unlike)
        shown[(a | b) < 0] = 0.0
        return shown, same

    def by_level(self, level: U8, left: I32) -> F32:
        """Return the most that pairs show whose level is known; an exact one may be that of a rare value."""
        shown = self.gains[level]
        exact = np.flatnonzero(level == self.gains.size - 1)
        shown[exact] = np.maximum(shown[exact], self._equal[left[exact]])
        return shown

    def less(self, left: I32, right: I32) -> F32:
        """Return by how much less than `by_equality` says pairs show when they are looked at closely."""
        a, b = self._codes[left], self._codes[right]
        out = np.zeros(left.size, dtype=np.float32)
        known = (self._learned[left] & self._learned[right]) | self._byname[left] | self._byname[right]
        rows = np.flatnonzero((a != b) & ((a | b) >= 0) & ~known)
        left, right = left[rows], right[rows]
        kind = may_be_alike(self._sketch.take(left), self._sketch.take(right)).astype(np.uint8)
        kind[(self._groups[left] & self._groups[right]) != 0] += 2
        out[rows] = (self._unlike - self._apart)[kind]
        return out


def _further(kernel: Kernel) -> Bool:
    """Tell which rows have further names, or an initial for a given name."""
    table, given = kernel.table, kernel.table.column("given")
    out = (given != table.column("given_joined")) | (kernel.names.single.of(given) >= 0)
    for column in ("family_part", "middle", "alt_given", "alt_family"):
        out |= table.column(column) >= 0
    return np.asarray(out, dtype=np.bool_)


def _learned(kernel: Kernel, kind: str) -> Bool:
    """Tell which names are known to stand for another in these records."""
    out = np.zeros(len(kernel.table.lexicons["name"]) + 1, dtype=np.bool_)
    if kind == "given":
        for side in unpack(kernel.name_comparer.learned):
            out[side] = True
    return out


def _bynames(kernel: Kernel, kind: str) -> Bool:
    """Tell which names are by-names, known or learned in these records."""
    values = len(kernel.table.lexicons["name"])
    out = np.zeros(values + 1, dtype=np.bool_)
    if kind == "given":
        out[:values] = kernel.names.bynames.some(np.arange(values, dtype=np.int32))
        one, two = unpack(kernel.name_comparer.learned)
        out[one[one == two]] = True
    return out


def _best(gains: F32, kind: str, names: Sequence[str]) -> np.float32:
    """Return the most that some levels of a kind show; a level the kind does not have shows nothing."""
    own = [level.name for level in LEVELS[kind]]
    return np.float32(max((gains[own.index(name)] for name in names if name in own), default=_NEVER))


def _kind(scorer: Scorer, kind: str) -> tuple[F32, F32]:
    """Return the gains of a kind of name by level, and of equality by code; zeros if it is not compared."""
    for place, item in enumerate(scorer.kernel.comparisons):
        if item.kind == kind:
            return scorer.gains(place), scorer.gains_of_equal(place)
    values = len(scorer.kernel.table.lexicons["name"])
    return np.zeros(len(LEVELS[kind]), dtype=np.float32), np.zeros(values, dtype=np.float32)


def _blooms(sets: DerivedSets, values: int) -> npt.NDArray[np.uint64]:
    """Return the set of each value as bits, 64 numbers apart sharing one; sets that meet share a bit."""
    found = sets.rows(np.arange(values, dtype=np.int32))
    bits = np.where(found >= 0, np.uint64(1) << (found & 63).astype(np.uint64), np.uint64(0))
    return np.asarray(np.bitwise_or.reduce(bits, axis=1), dtype=np.uint64)
