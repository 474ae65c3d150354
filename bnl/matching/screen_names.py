"""The most that the names of two rows can weigh, by equality, letters, known variants and sounds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import F32, I32, I64, U8, Bool, mix, unpack
from bnl.matching.derived import DerivedSets
from bnl.matching.kernel import Kernel
from bnl.matching.levels import LEVELS
from bnl.matching.scorer import Scorer
from bnl.matching.sketches import LETTERS_NEEDED, letter_bits
from bnl.matching.traditions import ENGLISH, FAMILY

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

_SPELT = ("different", "weak", "similar", "sound", "close")
_VARIANT = ("different", "variant", "spelling")
_EXCHANGED = ("swapped", "cross")
_NEVER = np.float32(-1e9)
_HALF, _LOW = 32, np.uint64(0xFFFFFFFF)
# Flags of a row, above five bits each for the lengths and first letters of its names.
FURTHER, LEARNED, BYNAME, NO_GIVEN, NO_FAMILY, INITIAL = (1 << bit for bit in range(20, 26))


class NameScreen:
    """Bounds what given, family and middle names of two rows can weigh together.

    What a bound needs of the names of a row is packed into five integers: little is fetched for a pair.
    Rows with more than one given and one family name are bounded by the most that any names show, and then
    compared: there are few of them, and many ways for them to agree.

    Args:
        scorer: Weighs pairs.
    """

    def __init__(self, scorer: Scorer) -> None:
        kernel = scorer.kernel
        given, family = kernel.table.column("given"), kernel.table.column("family")
        self._given, self._family = _Part(scorer, "given"), _Part(scorer, "family")
        self._comparer = kernel.name_comparer
        self._middle = _kind(scorer, "middle")[0]
        self.any = np.float32(self._given.most + self._family.most + max(0.0, float(self._middle.max())))
        self._exchanged = _best(self._given.gains, "given", _EXCHANGED)
        bits, lengths, firsts, long = letter_bits(kernel.table.lexicons["name"].values)
        self._letters = _halves(bits, given, family)
        self._groups = _halves(_blooms(kernel.names.groups, bits.size), given, family)
        # Sixteen bits of each: codes that are equal are equal in these, and few others are.
        self._codes = _quarters(given, family)
        self._sounds = _quarters(kernel.names.sound.of(given), kernel.names.sound.of(family))
        flags = lengths[given] | lengths[family] << 5 | firsts[given] << 10 | firsts[family] << 15
        flags[_further(kernel) | long[given] | long[family]] |= FURTHER
        flags[_learned(kernel)[given]] |= LEARNED
        adopting = kernel.names.adopting
        adopted = (adopting.marks(given) & ENGLISH != 0) & (adopting.marks(family) & FAMILY != 0)
        flags[_bynames(kernel)[given] | adopted] |= BYNAME
        flags[given < 0] |= NO_GIVEN
        flags[kernel.names.single.of(given) >= 0] |= INITIAL
        flags[family < 0] |= NO_FAMILY
        self.flags = flags
        apart, gains = self._given.apart, self._given.gains
        self.by_resemblance = self._table(apart)
        # An initial is compared with the first letter of the other name alone.
        same = max(apart[0], _best(gains, "given", ("initial",)))
        self.by_initial = self._table(np.array([apart[0], same, apart[0], same], dtype=np.float32))

    def _table(self, apart: F32) -> F32:
        """Return what names show at most, but for equal ones, by eight bits: how they resemble each other.

        Bits: given names alike by letters, sharing variants, equal or missing; the same of family names;
        given names learned to go together or by-names; sounds crossed.
        """
        out = np.zeros(256, dtype=np.float32)
        for place in range(256):
            bits = [bool(place >> bit & 1) for bit in range(8)]
            given = 0.0 if bits[2] else float(apart[bits[0] + 2 * bits[1]])
            if bits[6] and not bits[2]:
                given = max(given, float(self._given.learned))
            family = 0.0 if bits[5] else float(self._family.apart[bits[3] + 2 * bits[4]])
            out[place] = given + family
            if bits[7]:
                out[place] = max(out[place], float(self._exchanged))
        return out

    def most(self, left: I32, right: I32) -> F32:
        """Return the most that the names of pairs can weigh, in bits; that of further names is wide."""
        one, two = self.flags[left], self.flags[right]
        either, differ = one | two, one ^ two
        codes = self._codes[left] ^ self._codes[right]
        letters = self._letters[left] & self._letters[right]
        groups = self._groups[left] & self._groups[right]
        given, other = self._sounds[left], self._sounds[right]
        crossed = (given & 0xFFFF) == (other >> 16)
        crossed |= (given >> 16) == (other & 0xFFFF)
        same_given, same_family = (codes & 0xFFFF) == 0, (codes >> 16) == 0
        same_first = (differ >> 10 & 31) == 0
        needed = ((one & 31) << 5 | (two & 31)) + same_first * np.int32(1024)
        place = (np.bitwise_count(letters & _LOW) >= LETTERS_NEEDED[needed]).astype(np.uint8)
        place |= ((groups & _LOW) != 0).view(np.uint8) << 1
        place |= (same_given | ((either & NO_GIVEN) != 0)).view(np.uint8) << 2
        needed = (one & 0x3E0 | (two >> 5 & 31)) + ((differ >> 15 & 31) == 0) * np.int32(1024)
        place |= (np.bitwise_count(letters >> np.uint64(_HALF)) >= LETTERS_NEEDED[needed]).view(np.uint8) << 3
        place |= (groups > _LOW).view(np.uint8) << 4
        place |= (same_family | ((either & NO_FAMILY) != 0)).view(np.uint8) << 5
        place |= (((one & two & LEARNED) | (either & BYNAME)) != 0).view(np.uint8) << 6
        place |= crossed.view(np.uint8) << 7
        out = self.by_resemblance[place]
        rows = np.flatnonzero(either & INITIAL)
        out[rows] = self.by_initial[place[rows] & 0xFE | same_first[rows]]
        for same, part in ((same_given, self._given), (same_family, self._family)):
            rows = np.flatnonzero(same)
            out[rows] += part.equal[left[rows]]
        out[(either & FURTHER) != 0] = self.any
        return np.asarray(out, dtype=np.float32)

    def with_further(self, left: I32, right: I32) -> I64:
        """Return the places of the pairs of which either row has further names."""
        return np.flatnonzero(((self.flags[left] | self.flags[right]) & FURTHER) != 0)

    def shown(self, left: I32, right: I32) -> F32:
        """Compare names now; return the most that they weigh, in bits."""
        given, family, middle = self._comparer.levels(left, right)
        shown = self._given.by_level(given, left) + self._family.by_level(family, left)
        return np.asarray(shown + self._middle[middle], dtype=np.float32)

    def words(self) -> list[I32]:
        """Return what `most` needs of each row, one column for each word of 32 bits."""
        pairs = (self._letters, self._groups)
        halves = [part.view(np.int32)[half::2] for part in pairs for half in (0, 1)]
        single = [self._codes.view(np.int32), self._sounds.view(np.int32), self.flags]
        return [*halves, *single, *(part.equal.view(np.int32) for part in (self._given, self._family))]

    def most_plain(self) -> float:
        """Return the most that two rows without further names show, in bits."""
        either = max(self.by_resemblance.max(), self.by_initial.max())
        for part in (self._given, self._family):
            either += max(np.float32(0.0), part.equal.max(initial=0.0))
        return float(either)


class _Part:
    """What given or family names show at most."""

    def __init__(self, scorer: Scorer, kind: str) -> None:
        self.gains, equal = _kind(scorer, kind)
        self.most = max(0.0, float(self.gains.max()), float(equal.max(initial=0.0)))
        # What unequal names show at most: by neither, by their letters, by a known variant, by either.
        levels = (_SPELT[:1], _SPELT, _VARIANT, (*_SPELT, *_VARIANT))
        self.apart = np.array([_best(self.gains, kind, names) for names in levels], dtype=np.float32)
        self.learned = _best(self.gains, kind, ("learned", "byname"))
        # What seems equal may still be unequal.
        unlike = max(np.float32(self.apart.max()), self.learned)
        codes = scorer.kernel.table.column(kind)
        self.equal = np.append(np.maximum(equal, unlike), np.float32(0.0))[codes]

    def by_level(self, level: U8, left: I32) -> F32:
        """Return the most that pairs show whose level is known; an exact one may be that of a rare value."""
        shown = self.gains[level]
        exact = np.flatnonzero(level == self.gains.size - 1)
        shown[exact] = np.maximum(shown[exact], self.equal[left[exact]])
        return shown


def _halves(values: U32, given: I32, family: I32) -> U64:
    """Return values of both names of each row in one integer, the given name's in the lower half."""
    table = np.append(values, np.uint32(0)).astype(np.uint64)
    return table[given] | table[family] << np.uint64(_HALF)


def _quarters(given: I32, family: I32) -> U32:
    """Return sixteen scattered bits of a code of the given and of the family name of each row."""
    low = mix(given, 1) & 0xFFFF
    return np.asarray(low | (mix(family, 1) & 0xFFFF) << 16, dtype=np.uint32)


def _further(kernel: Kernel) -> Bool:
    """Tell which rows have further names."""
    table = kernel.table
    out = table.column("given") != table.column("given_joined")
    for column in ("family_part", "middle", "alt_given", "alt_family"):
        out |= table.column(column) >= 0
    return np.asarray(out, dtype=np.bool_)


def _learned(kernel: Kernel) -> Bool:
    """Tell which names are known to stand for another in these records."""
    out = np.zeros(len(kernel.table.lexicons["name"]) + 1, dtype=np.bool_)
    for side in unpack(kernel.name_comparer.learned):
        out[side] = True
    return out


def _bynames(kernel: Kernel) -> Bool:
    """Tell which names are by-names, known or learned in these records."""
    values = len(kernel.table.lexicons["name"])
    out = np.zeros(values + 1, dtype=np.bool_)
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


def _blooms(sets: DerivedSets, values: int) -> U32:
    """Return the set of each value as bits, 32 numbers apart sharing one; sets that meet share a bit."""
    found = sets.rows(np.arange(values, dtype=np.int32))
    bits = np.where(found >= 0, np.uint32(1) << (found & 31).astype(np.uint32), np.uint32(0))
    return np.asarray(np.bitwise_or.reduce(bits, axis=1), dtype=np.uint32)
