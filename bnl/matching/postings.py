"""Postings of an index: which rows hold a blocking key, for rows that come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from bnl.matching.arrays import I32, I64, Bool, distinct
from bnl.matching.blocking import UNCAPPED
from bnl.matching.keys import Keys, rule_entries
from bnl.matching.row_keys import RowHashes

MERGE_AT = 65_536
_PART = 16


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A block that a row shares and that was too large to be looked at.

    Args:
        rule: Keys of the blocking rule.
        records: Records in the block; some that were removed may still be counted.
        cap: Largest block that is looked at under the rule.
    """

    rule: tuple[str, ...]
    records: int
    cap: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows that share a block with a row.

    Args:
        rows: The rows, ascending, the row itself not among them.
        left_out: Blocks that were too large to be looked at.
    """

    rows: I32
    left_out: tuple[LeftOut, ...]


@dataclass(slots=True)
class _Rule:
    """Entries of one rule: most at rest, sorted by hash then row in packed integers, and some fresh ones."""

    keys: tuple[str, ...]
    cap: int
    rest: I64
    fresh: dict[int, list[int]] = field(default_factory=dict)
    grown: int = 0


class Postings:
    """Finds the candidates of a row under the blocking rules.

    A pair is a candidate under a rule when both rows live and the block they share is no larger than the
    cap of that rule. That depends on which rows live, never on the order in which they came.

    Args:
        keys: Keys of the table.
        rules: Blocking rules.
        caps: Largest block of each rule (see `Blocking.caps`).
        rows: Rows of the table to take in now.
    """

    def __init__(
        self, keys: Keys, rules: Sequence[tuple[str, ...]], caps: Mapping[str, int], rows: int = 0
    ) -> None:
        self._keys = keys
        usable = [rule for rule in rules if all(keys.available(key) for key in rule)]
        self._hashes = RowHashes(keys, usable)
        # One bit more than the rows need, so that they may double before the entries are packed anew.
        self._width = max(1, rows.bit_length()) + 1
        self.known = rows
        self._rules = []
        known: dict[str, I64] = {}
        for rule in usable:
            hashes, owners = rule_entries(keys, rule, slice(0, rows), known)
            rest = _packed(hashes, owners, self._width)
            self._rules.append(_Rule(rule, caps.get("+".join(rule), UNCAPPED), rest))

    def extend(self, rows: int, live: Bool) -> None:
        """Take in the rows of the table from the last known one up to a number, and let go of dead ones."""
        if rows == self.known:
            return
        if rows >= 1 << (self._width - 1):
            self._repack(rows, live)
        few = rows - self.known < MERGE_AT // 4
        for rule in self._rules:
            hashes, owners = rule_entries(self._keys, rule.keys, slice(self.known, rows))
            if few:
                self._insert(rule, hashes, owners)
            else:
                self._merge(rule, _packed(hashes, owners, self._width), live)
        self.known = rows
        fullest = max(self._rules, key=lambda rule: rule.grown, default=None)
        # One rule at a time: no single addition waits for all.
        if fullest is not None and fullest.grown > max(MERGE_AT, fullest.rest.size // _PART):
            self._merge(fullest, np.zeros(0, dtype=np.int64), live)

    def _insert(self, rule: _Rule, hashes: I64, owners: I32) -> None:
        fresh = rule.fresh
        for key, owner in zip((hashes >> self._width).tolist(), owners.tolist(), strict=True):
            block = fresh.setdefault(key, [])
            # Owners come in order: a row that comes twice under one key comes twice in a row.
            if not block or block[-1] != owner:
                block.append(owner)
        rule.grown += owners.size

    def _merge(self, rule: _Rule, more: I64, live: Bool) -> None:
        parts = [rule.rest, more]
        if rule.fresh:
            sizes = np.fromiter(map(len, rule.fresh.values()), dtype=np.int64, count=len(rule.fresh))
            keys = np.fromiter(rule.fresh, dtype=np.int64, count=len(rule.fresh)) << self._width
            owners = np.fromiter(chain.from_iterable(rule.fresh.values()), dtype=np.int64)
            parts.append(np.repeat(keys, sizes) | owners)
        whole = np.concatenate(parts)
        rule.rest = np.sort(whole[live[whole & np.int64((1 << self._width) - 1)]], kind="stable")
        rule.fresh, rule.grown = {}, 0

    def _repack(self, rows: int, live: Bool) -> None:
        """Give rows more of the bits, and hashes fewer."""
        for rule in self._rules:
            self._merge(rule, np.zeros(0, dtype=np.int64), live)
        width = rows.bit_length() + 1
        low = np.int64((1 << self._width) - 1)
        for rule in self._rules:
            rule.rest = np.sort((rule.rest >> width << width) | (rule.rest & low), kind="stable")
        self._width = width

    def candidates(self, row: int, live: Bool, dead: int, *, counted: bool = True) -> Candidates:
        """Return the living rows that share a block with a row of the table.

        Args:
            row: A row of the table; it need not have been taken in.
            live: Whether each row of the table lives.
            dead: How many rows taken in do not.
            counted: Whether the row itself is in its blocks already; one that is not makes each block larger
                by one.
        """
        width, mask = self._width, np.int64((1 << self._width) - 1)
        groups = self._hashes.of(row)
        hashes = np.array([one for group in groups for one in group], dtype=np.uint64).view(np.int64)
        short = (hashes >> width).tolist()
        # No row has the number of all bits set, so both ends are sought in one way.
        ends = np.column_stack([hashes & ~mask, hashes | mask])
        found: list[I64] = []
        later: list[int] = []
        left_out: list[LeftOut] = []
        place = 0
        for rule, group in zip(self._rules, groups, strict=True):
            if not group:
                continue
            spans = rule.rest.searchsorted(ends[place : place + len(group)]).tolist()
            for (low, high), key in zip(spans, short[place : place + len(group)], strict=True):
                fresh = rule.fresh.get(key, ()) if rule.fresh else ()
                size = high - low + len(fresh)
                if not size:
                    continue
                if size + (not counted) > rule.cap:
                    if size - dead + (not counted) <= rule.cap:
                        rows = np.concatenate([rule.rest[low:high] & mask, np.array(fresh, dtype=np.int64)])
                        size = int(live[rows].sum())
                    if size + (not counted) > rule.cap:
                        left_out.append(LeftOut(rule.keys, size, rule.cap))
                        continue
                if high > low:
                    found.append(rule.rest[low:high])
                later.extend(fresh)
            place += len(group)
        found.append(np.array(later, dtype=np.int64))
        rows = distinct(np.concatenate(found) & mask)
        rows = rows[live[rows] & (rows != row)]
        return Candidates(rows.astype(np.int32), tuple(left_out))


def _packed(hashes: I64, owners: I32, width: int) -> I64:
    """Pack hashes and the rows they belong to into integers that sort by hash, then row; each once."""
    return distinct((hashes >> width << width) | owners.astype(np.int64))
