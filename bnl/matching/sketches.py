"""Sketches of texts: the letters of each as bits, from which follows how alike two can be at most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import F32, I32, U8, Bool, count_distinct
from bnl.matching.derived import Following, roomy
from bnl.matching.lexicon import Lexicon
from bnl.matching.native import loaded

_LETTERS, _NONE, _LONG = 26, 62, 255
_ONE = np.uint64(1)
_FURTHER, _SHORT = 6, 31
ALIKE = 0.75
_ENOUGH, _SLACK = 1e6, 1e-4
_BOOSTED_FROM, _MOST_BOOST = 0.7, 0.4


class Needed(NamedTuple):
    """What the letters in common, over either length, come to at least if two texts are alike.

    Args:
        any: Of any two texts.
        boosted: Of two that begin with the same character, to which Winkler's bonus is given.
    """

    any: float
    boosted: float


def needed(bound: float) -> Needed:
    """Return what the letters in common come to at least if two texts are as alike as a bound.

    Jaro similarity is a third of the letters in common over either length and of one at most. Above 0.7
    Winkler adds a tenth of what it lacks of one for each of up to four characters with which both begin.

    Args:
        bound: Jaro–Winkler similarity, at least `ALIKE`.
    """
    boosted = max(_BOOSTED_FROM, (bound - _MOST_BOOST) / (1 - _MOST_BOOST))
    return Needed(3 * bound - 1 - _SLACK, 3 * boosted - 1 - _SLACK)


NEEDED = needed(ALIKE)


def _bits() -> npt.NDArray[np.uint64]:
    bit = np.full(256, _NONE, dtype=np.uint64)
    bit[ord("a") : ord("z") + 1] = np.arange(_LETTERS)
    bit[ord("0") : ord("9") + 1] = np.arange(2 * _LETTERS, _NONE)
    return bit


_BIT = _bits()


class Sketches(Following):
    """The letters of each value as bits of one integer, from which follows how alike two can be at most.

    Two values are alike only if their Jaro–Winkler similarity is at least `ALIKE`.

    Args:
        lexicon: The values.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._letters = np.zeros(1, dtype=np.uint64)
        self._shares = np.zeros(1, dtype=np.float32)
        self._firsts = np.zeros(1, dtype=np.uint8)

    def of(self, codes: I32) -> Sketch:
        """Return the sketches of codes; a missing value is like no other."""
        self._follow()
        return Sketch(self._letters[codes], self._shares[codes], self._firsts[codes])

    def _work_out(self, known: int, values: Sequence[str]) -> None:
        size = known + len(values)
        fresh = sketched(values)
        letters, shares = roomy(self._letters, size, 0), roomy(self._shares, size, 0)
        firsts = roomy(self._firsts, size, 0)
        letters[known:size], shares[known:size], firsts[known:size] = fresh
        self._letters, self._shares, self._firsts = letters, shares, firsts


class Sketch(NamedTuple):
    """What is kept of the letters of values.

    Args:
        letters: Which characters occur.
        shares: What one character in common adds to twice the Jaro similarity.
        firsts: The first character.
    """

    letters: npt.NDArray[np.uint64]
    shares: F32
    firsts: U8


def may_be_alike(one: Sketch, two: Sketch, least: Needed = NEEDED) -> Bool:
    """Tell which pairs of values may be alike; what is not told to be so surely is not.

    Letters that match are in both values, and Jaro similarity is largest if all of these match, in order.
    Winkler's bonus for agreeing first letters is given above 0.7 only.

    Source: Winkler, String Comparator Metrics and Enhanced Decision Rules in the Fellegi–Sunter Model of
    Record Linkage (1990), with the threshold of the bonus as in rapidfuzz.
    """
    common = np.bitwise_count(one.letters & two.letters)
    found = common * (one.shares + two.shares)
    return np.asarray(
        (found >= least.any) | ((found >= least.boosted) & (one.firsts == two.firsts)), dtype=np.bool_
    )


def fewest_edits(one: Sketch, two: Sketch) -> U8:
    """Return how many edits pairs of values are apart at least.

    An insertion or deletion changes one bit of the letters at most, a substitution two, a transposition none.
    """
    return np.asarray((np.bitwise_count(one.letters ^ two.letters) + 1) // 2, dtype=np.uint8)


def sketched(values: Sequence[str]) -> Sketch:
    """Return sketches of texts, none of them empty.

    Each letter a to z has a bit for its first and one for its second occurrence, each digit one bit. Other
    characters, and what occurs more often, have a bit for the first and one for the second of them all; if
    there are more, or the text is very long, one character in common is enough to be alike.
    """
    texts = np.frombuffer("".join(values).encode("ascii", "replace"), dtype=np.uint8)
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    native = loaded()
    if native is not None:
        return Sketch(*native.sketches(texts, lengths, _ENOUGH))
    owner = np.repeat(np.arange(lengths.size), lengths)
    keys, counts = count_distinct(owner << 8 | texts)
    owner, bit = keys >> 8, _BIT[keys & 0xFF]
    has, again = bit < _NONE, (bit < _LETTERS) & (counts > 1)
    rest = np.bincount(owner, weights=counts - has - again, minlength=lengths.size)
    bits = np.where(has, _ONE << bit, 0) | np.where(again, _ONE << (bit + np.uint64(_LETTERS)), 0)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    letters = np.zeros(lengths.size, dtype=np.uint64)
    if starts.size:
        letters |= np.bitwise_or.reduceat(bits, starts)
    letters |= np.where(rest > 0, _ONE << np.uint64(_NONE), 0)
    letters |= np.where(rest > 1, _ONE << np.uint64(_NONE + 1), 0)
    shares = np.where((rest > 2) | (lengths > _LONG), _ENOUGH, 1.0 / np.maximum(lengths, 1))
    return Sketch(letters, shares.astype(np.float32), texts[np.cumsum(lengths) - lengths])


def letter_bits(values: Sequence[str]) -> tuple[npt.NDArray[np.uint32], I32, I32, Bool]:
    """Return short sketches of names.

    Args:
        values: Texts, none empty.

    Returns:
        For each name 32 bits, of which two names never share fewer than characters: one for each letter a to
        z in it and one for each further character, up to six; its length, up to 31; its first character, in
        five bits; and whether it is too long, or has too many further characters, for all that to hold. What
        follows the last value stands for a missing one.
    """
    sketches = sketched(values)
    letters = sketches.letters & np.uint64((1 << _LETTERS) - 1)
    lengths = np.fromiter(map(len, values), dtype=np.int32, count=len(values))
    further = lengths - np.bitwise_count(letters)
    few = np.minimum(further, _FURTHER)
    bits = letters.astype(np.uint32) | ((np.uint32(1) << few.astype(np.uint32)) - np.uint32(1)) << np.uint32(
        _LETTERS
    )
    long = (lengths > _SHORT) | (further > _FURTHER)
    firsts = (sketches.firsts & _SHORT).astype(np.int32)
    return bits, np.append(np.minimum(lengths, _SHORT), 0), np.append(firsts, 0), np.append(long, False)


def _letters_needed() -> U8:
    lengths = np.maximum(np.arange(_SHORT + 1), 1)
    shares = 1.0 / lengths[:, None] + 1.0 / lengths[None, :]
    least = np.array(NEEDED)
    return np.ceil(least[:, None, None] / shares).astype(np.uint8).ravel()


LETTERS_NEEDED = _letters_needed()
"""How many bits of `letter_bits` two names must share to be alike (see `may_be_alike`).

Flat, of shape (whether they begin alike, lengths, lengths)."""
