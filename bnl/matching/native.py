"""The compiled loops, where the package was built with a C compiler; without them all is done in Python.

Each function has a twin in Python that gives the very same result; callers ask `loaded` which to take.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import F32, F64, I32, I64, U8, Bool
from bnl.matching.native_layout import (
    Blocks,
    ComparisonLayout,
    MergeRule,
    PostingLayout,
    Texts,
    Weighed,
    address,
    lanes,
    weighed,
)

INTERFACE: Final = 11
"""Version of what the compiled loops take; a library of another version is not used."""

PATH: Final = Path(__file__).with_name("_native.so")


def _rows(rows: I32) -> I32:
    return np.ascontiguousarray(rows, dtype=np.int32)


def _column(column: I32) -> tuple[int, int]:
    """Return where a column of int32 begins, and how many numbers apart its rows are."""
    return int(column.__array_interface__["data"][0]), int(column.strides[0]) // column.itemsize


class Native:
    """The compiled loops.

    Args:
        library: The loaded library.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        def function(name: str, arguments: str, *, counts: bool = True) -> Any:
            """Return a function of addresses (a), integers (i), single bytes (b) and floats (f)."""
            kinds = {"a": ctypes.c_void_p, "i": ctypes.c_int64, "b": ctypes.c_uint8, "f": ctypes.c_float}
            found = getattr(library, name)
            found.argtypes = [kinds[letter] for letter in arguments]
            found.restype = ctypes.c_int64 if counts else None
            return found

        self._pairs = function("bnl_pairs", "aiiiiiaiaaa")
        self._components = function("bnl_components", "iaaia", counts=False)
        self._equal = function("bnl_equal", "iaaaiaibaa")
        self._dates = function("bnl_dates", "iaaaiaaa", counts=False)
        self._bits = function("bnl_bits", "iaaaaiaiia", counts=False)
        self._entries = function("bnl_entries", "iaaiia")
        self._weights = function("bnl_weights", "aiia", counts=False)
        self._blocks = function("bnl_blocks", "aiia")
        self._posting = function("bnl_posting", "aiaiiiaaaa", counts=False)
        self.give_back = function("bnl_give_back", "", counts=False)
        self._find = function("bnl_find", "iaaaaa", counts=False)
        self._agglomerate = function("bnl_agglomerate", "iiaiaaaa")
        self._names = function("bnl_names", "iaaaaaa")
        self._alike = function("bnl_alike", "iaaaaifffa")
        self._edits = function("bnl_edits", "iaaaaiia")
        self._expect = function("bnl_expect", "iiiiaaaaaa", counts=False)
        self._sounds = function("bnl_sounds", "iaa")
        self._sketches = function("bnl_sketches", "iaafaaa", counts=False)

    def pairs(
        self,
        postings: Sequence[Blocks],
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
        layouts = (PostingLayout * max(1, len(postings)))(
            *(PostingLayout(*map(address, one)) for one in postings)
        )
        looked_at = ctypes.c_int64()
        found = self._pairs(
            ctypes.addressof(layouts),
            len(postings),
            rows,
            first,
            last,
            boundary or 0,
            None if screen is None else ctypes.addressof(screen),
            int(wanted.max(initial=0)),
            address(left),
            address(right),
            ctypes.addressof(looked_at),
        )
        if found < 0:
            raise MemoryError
        return left[:found].copy(), right[:found].copy(), looked_at.value

    def components(self, rows: int, left: I32, right: I32) -> I64:
        """Return for each row the smallest row it is connected with, itself included."""
        left, right = _rows(left), _rows(right)
        label = np.empty(rows, dtype=np.int64)
        self._components(rows, address(left), address(right), left.size, address(label))
        return label

    def equal(
        self, left: I32, right: I32, column: I32, exact: int, other: I32 | None = None
    ) -> tuple[U8, I64]:
        """Compare the codes of one column for pairs of rows.

        Args:
            left: Rows of one side.
            right: Rows of the other.
            column: Codes of all rows, -1 for missing.
            exact: Level of equal codes.
            other: Codes of which equality is enough as well, where there are any.

        Returns:
            The level of each pair (0 where a code is missing, ``exact``, else 1), and the places of the last.
        """
        left, right = _rows(left), _rows(right)
        level, rest = np.empty(left.size, dtype=np.uint8), np.empty(left.size, dtype=np.int64)
        also = (None, 0) if other is None else _column(other)
        sides = address(left), address(right)
        found = self._equal(left.size, *sides, *_column(column), *also, exact, address(level), address(rest))
        return level, rest[:found].copy()

    def dates(self, left: I32, right: I32, column: I32, parts: I32, levels: U8) -> U8:
        """Compare dates for pairs of rows.

        Args:
            left: Rows of one side.
            right: Rows of the other.
            column: Codes of all rows, -1 for missing.
            parts: Year, month and day of each code, shape (values, 3).
            levels: Codes of the levels from ``decade`` to ``exact``, in their order.
        """
        left, right = _rows(left), _rows(right)
        level = np.empty(left.size, dtype=np.uint8)
        sides = address(left), address(right)
        self._dates(left.size, *sides, *_column(column), address(parts), address(levels), address(level))
        return level

    def agglomerate(self, size: int, weights: F64, doubts: F64, settled: Bool, rule: MergeRule) -> I64:
        """Merge clusters of groups of one size.

        Args:
            size: Members of a group.
            weights: Of all pairs of a group, in the order of `numpy.triu_indices`, group after group.
            doubts: Likewise, a row for each doubt.
            settled: Likewise.
            rule: When clusters are merged.

        Returns:
            For each member the lowest of its cluster, shape (groups, size).
        """
        groups = weights.size // (size * (size - 1) // 2)
        labels = np.empty((groups, size), dtype=np.int64)
        given = [address(weights), doubts.shape[0], address(doubts), address(settled)]
        if self._agglomerate(groups, size, *given, ctypes.addressof(rule), address(labels)) < 0:
            raise MemoryError
        return labels

    def names(self, left: I32, right: I32, names: ctypes.Structure) -> tuple[U8, U8, U8]:
        """Compare the names of pairs of rows.

        Args:
            left: Rows of one side.
            right: Rows of the other.
            names: The names of all rows, and what is known of each (see `bnl.matching.names_layout`).

        Returns:
            The given, family and middle level of each pair.
        """
        left, right = _rows(left), _rows(right)
        given, family, middle = levels = tuple(np.empty(left.size, dtype=np.uint8) for _ in range(3))
        sides = address(left), address(right)
        if self._names(left.size, *sides, ctypes.addressof(names), *map(address, levels)) < 0:
            raise MemoryError
        return given, family, middle

    def alike(self, one: I32, two: I32, texts: Texts, bound: float, needed: tuple[float, float]) -> F32:
        """Return the Jaro–Winkler similarity of pairs of values, 0 where it is below a bound.

        Args:
            one: Codes of one side, none missing.
            two: Codes of the other.
            texts: The values.
            bound: At least `bnl.matching.sketches.ALIKE`.
            needed: What letters in common come to at least (see `bnl.matching.sketches.needed`).
        """
        one, two = _rows(one), _rows(two)
        scores = np.empty(one.size, dtype=np.float32)
        given = address(one), address(two), address(texts.known), address(texts.characters), texts.longest
        if self._alike(one.size, *given, bound, *needed, address(scores)) < 0:
            raise MemoryError
        return scores

    def edits(self, one: I32, two: I32, texts: Texts, bound: int) -> F32:
        """Return how many edits pairs of values are apart, one more than a bound where there are more.

        Args:
            one: Codes of one side, none missing.
            two: Codes of the other.
            texts: The values.
            bound: The bound.
        """
        one, two = _rows(one), _rows(two)
        scores = np.empty(one.size, dtype=np.float32)
        given = address(one), address(two), address(texts.known), address(texts.characters), texts.longest
        if self._edits(one.size, *given, bound, address(scores)) < 0:
            raise MemoryError
        return scores

    def expect(self, slots: I32, counts: F64, bits: F64, shares: F64) -> tuple[F64, F64]:
        """Share out pairs of patterns among the kinds of pair, and count what levels each kind then shows.

        Args:
            slots: The levels each pattern shows, numbered throughout, shape (patterns, comparisons).
            counts: Pairs of each pattern.
            bits: Log2 likelihood of each level, shape (kinds, levels).
            shares: Log2 share of each kind; there may be up to eight.

        Returns:
            Pairs of each level, shape (kinds, levels), and pairs of each kind.
        """
        kinds, levels = bits.shape
        wide, likely = lanes(shares), lanes(bits.T)
        found, sums = np.empty_like(likely), np.empty(wide.size)
        given = address(slots), address(counts), address(likely), address(wide)
        self._expect(*slots.shape, levels, kinds, *given, address(found), address(sums))
        return found.T[:kinds], sums[:kinds]

    def sounds(self, names: Sequence[str]) -> list[str]:
        """Return the sound keys of folded names of ASCII characters alone (see `bnl.matching.phonetic`)."""
        text = np.frombuffer("".join(f"{name}\n" for name in names).encode("ascii"), dtype=np.uint8)
        keys = np.empty(2 * text.size, dtype=np.uint8)
        written = self._sounds(text.size, address(text), address(keys))
        if written < 0:
            raise MemoryError
        return keys[:written].tobytes().decode("ascii").split("\n")[: len(names)]

    def sketches(self, texts: U8, lengths: I64, enough: float) -> tuple[npt.NDArray[np.uint64], F32, U8]:
        """Return the letters, shares and first characters of texts (see `bnl.matching.sketches`).

        Args:
            texts: One after another, none empty.
            lengths: Of each.
            enough: The share of what one character in common makes alike.
        """
        letters, shares = np.empty(lengths.size, dtype=np.uint64), np.empty(lengths.size, dtype=np.float32)
        firsts = np.empty(lengths.size, dtype=np.uint8)
        out = address(letters), address(shares), address(firsts)
        self._sketches(lengths.size, address(texts), address(lengths), enough, *out)
        return letters, shares, firsts

    def find(self, left: I32, right: I32, pointer: I32, others: I32) -> I64:
        """Find pairs among others that are sorted by left then right row.

        Args:
            left: Rows of one side.
            right: Rows of the other.
            pointer: Where the others of each left row begin, and where the last end.
            others: Their right rows.

        Returns:
            Where each pair is, -1 where it is not.
        """
        left, right = _rows(left), _rows(right)
        place = np.empty(left.size, dtype=np.int64)
        sides = address(left), address(right)
        self._find(left.size, *sides, address(pointer), address(others), address(place))
        return place

    def bits(self, left: I32, right: I32, levels: U8, comparisons: Sequence[Weighed], shares: F64) -> F64:
        """Return log2 likelihoods of pairs, shape (kinds of pair, pairs).

        Args:
            left: Rows of one side.
            right: Rows of the other.
            levels: Shape (comparisons, pairs).
            comparisons: What they weigh.
            shares: Log2 share of each kind of pair.
        """
        left, right, levels = _rows(left), _rows(right), np.ascontiguousarray(levels)
        wide, kinds = lanes(shares), shares.size
        laid_out = [weighed(one) for one in comparisons]
        layouts = (ComparisonLayout * max(1, len(laid_out)))(*(layout for layout, _ in laid_out))
        out = np.empty((kinds, left.size))
        self._bits(
            left.size,
            address(left),
            address(right),
            address(levels),
            ctypes.addressof(layouts),
            len(comparisons),
            address(wide),
            kinds,
            wide.size,
            address(out),
        )
        return out

    def entries(self, keys: Sequence[I64], factors: I64, mask: int) -> I64:
        """Return the entries of those rows that have all keys of a rule, unsorted.

        Args:
            keys: The keys of all rows, negative for missing.
            factors: What each key is multiplied by.
            mask: Bits of an entry that hold the row; those above hold the hash of its keys.
        """
        rows = keys[0].size
        entries = np.empty(rows, dtype=np.int64)
        held = (ctypes.c_void_p * len(keys))(*map(address, keys))
        sides = ctypes.addressof(held), address(factors), len(keys)
        written = self._entries(rows, *sides, mask, address(entries))
        return entries[:written]

    def weigh_rows(self, postings: Sequence[Blocks], first: int, last: int, weights: I64) -> None:
        """Count how many pairs each row of a range starts, repeats counted.

        Args:
            postings: For each rule its blocks.
            first: First row of the range.
            last: The row after its last.
            weights: Of all rows; those of the range are added to.
        """
        for posting in postings:
            layout = PostingLayout(*map(address, posting))
            self._weights(ctypes.addressof(layout), first, last, address(weights))

    def blocks(self, entries: I64, mask: int) -> I32:
        """Return the sizes of the blocks of sorted entries, whose keys are the bits above a mask."""
        sizes = np.empty(entries.size, dtype=np.int32)
        found = self._blocks(address(entries), entries.size, mask, address(sizes))
        return sizes[:found].copy()

    def posting(self, entries: I64, mask: int, sizes: I32, cap: int, rows: int) -> Blocks:
        """Lay out the blocks of two rows or more.

        Args:
            entries: Sorted; key above a mask, row below it.
            mask: The mask.
            sizes: Sizes of the blocks.
            cap: Largest block that is kept.
            rows: Number of rows.
        """
        kept = int(sizes[(sizes > 1) & (sizes <= cap)].sum(dtype=np.int64))
        out = Blocks(*(np.empty(size, dtype=np.int32) for size in (kept, kept, kept, rows + 1)))
        arrays = map(address, out)
        self._posting(address(entries), mask, address(sizes), sizes.size, cap, rows, *arrays)
        return out


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


def give_back() -> None:
    """Give memory that is free back to the system: what one phase needed most, the next would add to."""
    native = loaded()
    if native is not None:
        native.give_back()
