"""Find the pairs worth looking at: sort hashed keys once, then stream distinct pairs in bounded chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ctypes import Structure
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from bnl.matching.arrays import I32, I64, Bool, distinct, expand, pack, unpack
from bnl.matching.keys import FACTORS, Keys, rule_entries, rule_keys
from bnl.matching.native import Native, loaded
from bnl.matching.native_layout import Blocks

UNCAPPED = 1 << 62


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one blocking rule produced.

    Args:
        rule: Its keys.
        pairs: Pairs it produced, those of earlier rules included.
        largest: Rows in its largest block kept.
        capped_blocks: Blocks left out because they were too large.
        capped_pairs: Pairs left out with them.
        cap: Rows from above which a block is left out.
    """

    rule: tuple[str, ...]
    pairs: int
    largest: int
    capped_blocks: int
    capped_pairs: int
    cap: int


def sort_by_key(hashes: I64, rows: I32, count: int) -> tuple[I64, I32]:
    """Sort entries by hash, then row, in one sort of packed integers; repeated entries become one.

    Args:
        hashes: 64-bit hashes; as many high bits are kept as the row numbers leave free. Two keys that then
            collide only add pairs, which are scored and rejected.
        rows: Row of each entry.
        count: Number of rows there are.

    Returns:
        The shortened hashes and the rows, sorted.
    """
    packed, mask = _packed(hashes, rows, count)
    rows = (packed & mask).astype(np.int32)
    packed &= ~mask
    return packed, rows


def _packed(hashes: I64, rows: I32, count: int) -> tuple[I64, np.int64]:
    """Return distinct entries in order, hash above a mask and row below it, and the mask."""
    mask = _mask(count)
    return distinct((hashes & ~mask) | rows), mask


def _mask(count: int) -> np.int64:
    """Return the low bits that hold any of so many rows."""
    return np.int64((1 << max(1, int(count).bit_length())) - 1)


def _block_sizes(keys: I64) -> I64:
    if not keys.size:
        return np.zeros(0, dtype=np.int64)
    ends = np.flatnonzero(np.append(keys[1:] != keys[:-1], True)) + 1
    return np.diff(ends, prepend=0)


def _blocks(packed: I64, mask: np.int64) -> I64:
    """Return the sizes of the blocks of packed entries."""
    native = loaded()
    if native is None:
        return _block_sizes(packed & ~mask)
    return native.blocks(packed, int(mask)).astype(np.int64)


def _posting(packed: I64, mask: np.int64, sizes: I64, cap: int, count: int) -> Blocks:
    """Lay out the blocks of two rows or more, but not more than a cap.

    Args:
        packed: Sorted entries, hash above a mask and row below it.
        mask: The mask.
        sizes: Rows in each block.
        cap: Largest block that is kept.
        count: Number of rows there are.
    """
    native = loaded()
    if native is not None:
        return native.posting(packed, int(mask), sizes.astype(np.int32), cap, count)
    useful = (sizes > 1) & (sizes <= cap)
    rows = (packed & mask).astype(np.int32)
    rows = rows if useful.all() else rows[np.repeat(useful, sizes)]
    kept = sizes[useful]
    ends = np.repeat(np.cumsum(kept).astype(np.int32), kept)
    held = np.bincount(rows, minlength=count)
    pointer = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(held, out=pointer[1:], dtype=np.int32)
    order = np.arange(rows.size, dtype=np.int32)
    if held.max(initial=0) <= 1:
        places = np.empty(rows.size, dtype=np.int32)
        places[pointer[rows]] = order
    else:
        places = unpack(np.sort(pack(rows, order)))[1]
    return Blocks(rows, ends, places, pointer)


def _limit(sizes: I64, budget: float | None) -> int:
    """Return the largest block size whose inclusion keeps the pairs within the budget."""
    if not sizes.size or budget is None:
        return UNCAPPED
    ordered = np.sort(sizes)
    pairs = np.cumsum(ordered * (ordered - 1) // 2)
    fits = int(np.searchsorted(pairs, budget, side="right"))
    if fits == ordered.size:
        return UNCAPPED
    # All blocks of one size are kept or left out together, so that order plays no part.
    return int(ordered[fits]) - 1


class Blocking:
    """The postings of all usable rules over the rows of a table.

    Args:
        keys: Keys of the table.
        rules: Blocking rules; one whose keys the records lack is left out.
        rows: Rows in the table.
        budget: Pairs one rule may produce, or None for no limit.
        caps: Largest block of each rule, where that was settled before; it overrules the budget.
        live: Which rows take part; None: all.
        boundary: With two lists, the row at which the second begins: only pairs across it are produced.
        threads: Worker threads.
    """

    def __init__(
        self,
        keys: Keys,
        rules: Sequence[tuple[str, ...]],
        rows: int,
        budget: float | None = None,
        boundary: int | None = None,
        caps: Mapping[str, int] | None = None,
        live: Bool | None = None,
        threads: int = 1,
    ) -> None:
        self.rows = rows
        self._live = live
        self._threads = threads
        self.boundary = boundary
        usable = [rule for rule in rules if all(keys.available(key) for key in rule)]
        known: dict[str, I64] = {}

        def build(rule: tuple[str, ...]) -> tuple[RuleReport, Blocks]:
            return self._build(keys, rule, budget, (caps or {}).get("+".join(rule)), known)

        with ThreadPoolExecutor(threads) as pool:
            built = list(pool.map(build, usable))
        self.reports: list[RuleReport] = [report for report, _ in built]
        self._postings: list[Blocks] = [posting for _, posting in built]

    def caps(self) -> dict[str, int]:
        """Return the largest block of each rule that was let through, for use on other records."""
        return {"+".join(report.rule): report.cap for report in self.reports}

    def _build(
        self,
        keys: Keys,
        rule: tuple[str, ...],
        budget: float | None,
        fixed: int | None,
        known: dict[str, I64],
    ) -> tuple[RuleReport, Blocks]:
        packed, mask = self._entries(keys, rule, known)
        sizes = _blocks(packed, mask)
        cap = _limit(sizes, budget) if fixed is None else fixed
        kept = sizes <= cap
        useful = kept & (sizes > 1)
        over = sizes[~kept]
        report = RuleReport(
            rule=rule,
            pairs=int((sizes[useful] * (sizes[useful] - 1) // 2).sum()),
            largest=int(sizes[useful].max(initial=0)),
            capped_blocks=int(over.size),
            capped_pairs=int((over * (over - 1) // 2).sum()),
            cap=cap,
        )
        return report, _posting(packed, mask, sizes, cap, self.rows)

    def _entries(self, keys: Keys, rule: tuple[str, ...], known: dict[str, I64]) -> tuple[I64, np.int64]:
        """Return the sorted entries of the rows that take part, hash above a mask and row below it."""
        native, every = loaded(), slice(0, self.rows)
        if native is not None and self._live is None and self.rows:
            held = rule_keys(keys, rule, every, known)
            if all(codes.shape[1] == 1 for codes in held):
                mask = _mask(self.rows)
                packed = native.entries([codes[:, 0] for codes in held], FACTORS, int(mask))
                packed.sort()
                return packed, mask
        hashes, entries = rule_entries(keys, rule, every, known)
        if self._live is not None:
            alive = self._live[entries]
            hashes, entries = hashes[alive], entries[alive]
        return _packed(hashes, entries, self.rows)

    def _lefts(self) -> int:
        return self.rows if self.boundary is None else self.boundary

    @cached_property
    def weights(self) -> I64:
        """The pairs each left row starts, repeats counted."""
        native = loaded()
        if native is not None:
            weights = np.zeros(self.rows, dtype=np.int64)
            cuts = np.linspace(0, self.rows, self._threads + 1, dtype=np.int64).tolist()

            def weigh(first: int, last: int) -> None:
                native.weigh_rows(self._postings, first, last, weights)

            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(weigh, cuts, cuts[1:]))
            return weights[: self._lefts()]
        total = np.zeros(self.rows + 1, dtype=np.int64)
        for posting in self._postings:
            fresh = posting.ends[posting.places] - posting.places - 1
            sums = np.append(0, np.cumsum(fresh, dtype=np.int64))
            total += sums[np.append(posting.pointer, posting.pointer[-1])[1:]]
        return np.diff(total, prepend=0)[: self._lefts()]

    def ranges(self, chunk: int) -> list[tuple[int, int]]:
        """Cut the left rows into ranges that produce about a chunk of pairs each."""
        weights = self.weights
        if not weights.size:
            return []
        sums = np.cumsum(weights)
        cuts = [0]
        while cuts[-1] < weights.size:
            base = int(sums[cuts[-1] - 1]) if cuts[-1] else 0
            cuts.append(max(cuts[-1] + 1, int(np.searchsorted(sums, base + chunk, side="right"))))
        cuts[-1] = weights.size
        return list(pairwise(cuts))

    def pairs(self, first: int, last: int) -> tuple[I32, I32]:
        """Return the distinct candidate pairs whose left row is in a range, sorted by left then right."""
        native = loaded()
        if native is not None:
            return self.screened(native, (first, last), None)[:2]
        return self._pairs(first, last)

    def screened(
        self, native: Native, cut: tuple[int, int], screen: Structure | None
    ) -> tuple[I32, I32, int]:
        """Return those distinct candidate pairs of a range of left rows that a screen lets through.

        Args:
            native: The compiled loops.
            cut: First left row, and the one after the last.
            screen: The screen (see `bnl.matching.screen_layout`); None lets all through.

        Returns:
            Left rows, right rows, sorted, and how many candidate pairs there are in the range.
        """
        return native.pairs(self._postings, cut, self.weights, self.rows, self.boundary, screen)

    def _pairs(self, first: int, last: int) -> tuple[I32, I32]:
        found: list[I64] = []
        for posting in self._postings:
            places = posting.places[posting.pointer[first] : posting.pointer[last]].astype(np.int64)
            counts = posting.ends[places] - places - 1
            left = np.repeat(posting.rows[places], counts)
            right = posting.rows[expand(places + 1, counts)]
            if self.boundary is not None:
                across = right >= self.boundary
                left, right = left[across], right[across]
            found.append(pack(left, right))
        if not found:
            empty = np.zeros(0, dtype=np.int32)
            return empty, empty
        return unpack(distinct(np.concatenate(found)))

    def stream(self, chunk: int = 2_000_000) -> Iterator[tuple[I32, I32]]:
        """Yield all distinct candidate pairs, a chunk at a time."""
        for first, last in self.ranges(chunk):
            yield self.pairs(first, last)
