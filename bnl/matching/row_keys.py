"""Hashes of the blocking keys of one row: what `rule_entries` gives, for a single record in little time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from bnl.matching.derived import Derived
from bnl.matching.keys import FACTORS, OTHER_NAMES, SPREAD, Keys

_BITS = (1 << 64) - 1


class RowKeys:
    """Keys of one row as plain integers: the same numbers as `Keys.of`, without those that are missing.

    Args:
        keys: Keys of the table.
    """

    def __init__(self, keys: Keys) -> None:
        self._table = keys.table
        self._names = keys.names
        self._dates = keys.dates
        self._places = keys.places

    def of(self, row: int) -> Callable[[str], list[int]]:
        """Return a function that gives the keys of a row by name."""
        given, family = self._codes("given", row), self._codes("family", row)
        others = [code for column in OTHER_NAMES for code in self._codes(column, row)]
        heard = _derived(self._names.sound, given + family + others)
        born = self._codes("date_of_birth", row) if self._dates is not None else []

        def key(name: str) -> list[int]:
            part, _, how = name.partition("_")
            if part in {"given", "family"}:
                codes = given if part == "given" else family
                return _derived(getattr(self._names, how), codes) if how else codes
            if name == "names_crossed":
                return _paired(given, family)
            if name == "names_either_order":
                return _paired(_derived(self._names.sound, given), _derived(self._names.sound, family))
            if name == "any_name":
                return heard
            if name == "any_name_pair":
                return [number for one, two in combinations(heard, 2) for number in _paired([one], [two])]
            return self._value(name, row, born)

        return key

    def _value(self, name: str, row: int, born: list[int]) -> list[int]:
        if name.startswith("birth_") and name != "birth_place":
            return [number for code in born if (number := self._date(name, code)) >= 0]
        if name in {"district", "sector"} and self._places is not None:
            return _derived(getattr(self._places, name), self._codes("postcode", row))
        return self._codes(name, row)

    def _date(self, name: str, code: int) -> int:
        written = int(self._table.lexicons["date_of_birth"].values[code])
        year, month, day = written // 10000, written // 100 % 100, written % 100
        if name == "birth_year":
            return year
        if name == "birth_month":
            return year * 16 + month if month else -1
        return month * 32 + day if day and (month, day) != (1, 1) else -1

    def _codes(self, column: str, row: int) -> list[int]:
        return [code for code in self._table.slots(column)[row].tolist() if code >= 0]


def _derived(derived: Derived, codes: Sequence[int]) -> list[int]:
    return [found for code in codes if (found := derived.one(code)) >= 0]


def _paired(one: Sequence[int], two: Sequence[int]) -> list[int]:
    return [min(a, b) * SPREAD + max(a, b) for a, b in zip(one, two, strict=False) if a != b]


class RowHashes:
    """Hashes of single rows under blocking rules; each key is made once, whatever rules it is in.

    Args:
        keys: Keys of the table.
        rules: Blocking rules whose keys are all available.
    """

    def __init__(self, keys: Keys, rules: Sequence[tuple[str, ...]]) -> None:
        self._keys = RowKeys(keys)
        names = list(dict.fromkeys(key for rule in rules for key in rule))
        self._names = tuple(names)
        self._rules = tuple(tuple(names.index(key) for key in rule) for rule in rules)
        self._longest = max(map(len, rules), default=0)

    def of(self, row: int) -> list[list[int]]:
        """Return the distinct hashes of a row under each rule, as unsigned 64-bit integers."""
        key = self._keys.of(row)
        flat: list[int] = []
        ends = [0]
        for name in self._names:
            flat.extend(key(name))
            ends.append(len(flat))
        numbers = np.array(flat, dtype=np.int64)
        # A key hashes differently in each place of a rule.
        hashed = [(numbers * FACTORS[place]).view(np.uint64).tolist() for place in range(self._longest)]
        out: list[list[int]] = []
        for rule in self._rules:
            sums = [0]
            for place, key_place in enumerate(rule):
                more = hashed[place][ends[key_place] : ends[key_place + 1]]
                sums = [(one + other) & _BITS for one in sums for other in more]
            out.append(list(dict.fromkeys(sums)) if len(sums) > 1 else sums)
        return out
