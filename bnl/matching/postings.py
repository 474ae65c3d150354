"""Postings of an index: which rows hold a blocking key, for rows that come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bnl.matching.arrays import I32, I64, Bool
from bnl.matching.blocking import UNCAPPED
from bnl.matching.keys import Keys, rule_entries

_MERGE_AT = 20_000


class _Sorted:
    """Entries of one rule in order of hash: a large part that rests and a small part that grows."""

    def __init__(self) -> None:
        empty_keys, empty_rows = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
        self.parts: list[tuple[I64, I32]] = [(empty_keys, empty_rows), (empty_keys, empty_rows)]

    def insert(self, hashes: I64, rows: I32) -> None:
        """Add entries; the small part is folded into the large one when it has grown."""
        keys = np.concatenate([self.parts[1][0], hashes])
        owners = np.concatenate([self.parts[1][1], rows])
        if keys.size > max(_MERGE_AT, self.parts[0][0].size // 20):
            keys = np.concatenate([self.parts[0][0], keys])
            owners = np.concatenate([self.parts[0][1], owners])
            self.parts = [_ordered(keys, owners), (keys[:0], owners[:0])]
        else:
            self.parts[1] = _ordered(keys, owners)

    def rows(self, wanted: I64) -> list[I32]:
        """Return the rows of each wanted hash."""
        out: list[I32] = []
        spans = [
            (rows, np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right"))
            for keys, rows in self.parts
        ]
        for place in range(wanted.size):
            found = [rows[low[place] : high[place]] for rows, low, high in spans if high[place] > low[place]]
            out.append(found[0] if len(found) == 1 else np.concatenate([self.parts[0][1][:0], *found]))
        return out


def _ordered(keys: I64, rows: I32) -> tuple[I64, I32]:
    order = np.argsort(keys, kind="stable")
    return keys[order], rows[order]


class Postings:
    """Finds the candidates of a row under the blocking rules, one block at a time.

    A pair is a candidate under a rule when both rows live and the block they share is no larger than the
    cap of that rule. That depends on which rows live, never on the order in which they came.

    Args:
        keys: Keys of the table.
        rules: Blocking rules.
        caps: Largest block of each rule (see `Blocking.caps`).
    """

    def __init__(self, keys: Keys, rules: Sequence[tuple[str, ...]], caps: Mapping[str, int]) -> None:
        self._keys = keys
        self._rules = [
            (rule, caps.get("+".join(rule), UNCAPPED), _Sorted())
            for rule in rules
            if all(keys.available(key) for key in rule)
        ]
        self._known = 0

    def extend(self, rows: int) -> None:
        """Take in the rows of the table from the last known one up to a number."""
        if rows == self._known:
            return
        for rule, _, entries in self._rules:
            entries.insert(*_distinct(*rule_entries(self._keys, rule, slice(self._known, rows))))
        self._known = rows

    def candidates(self, row: int, live: Bool, *, counted: bool = True) -> I32:
        """Return the living rows that share a block with a row of the table, ascending.

        Args:
            row: A row of the table; it need not have been taken in.
            live: Whether each row of the table lives.
            counted: Whether the row itself is in its blocks already; one that is not makes each block larger
                by one.
        """
        found: list[I32] = []
        known: dict[str, I64] = {}
        for rule, cap, entries in self._rules:
            hashes, _ = rule_entries(self._keys, rule, slice(row, row + 1), known)
            if not hashes.size:
                continue
            for block in entries.rows(np.unique(hashes)):
                living = block[live[block]]
                if living.size + (not counted) <= cap:
                    found.append(living)
        if not found:
            return np.zeros(0, dtype=np.int32)
        rows = np.unique(np.concatenate(found))
        return np.asarray(rows[rows != row], dtype=np.int32)


def _distinct(hashes: I64, rows: I32) -> tuple[I64, I32]:
    """Drop repeated entries of one row under one hash."""
    order = np.lexsort((rows, hashes))
    hashes, rows = hashes[order], rows[order]
    keep = np.ones(hashes.size, dtype=np.bool_)
    keep[1:] = (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1])
    return hashes[keep], rows[keep]
