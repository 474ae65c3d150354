"""Blocking keys: integer keys of each record, of which two records of one person should share some."""

from __future__ import annotations

import numpy as np

from bnl.errors import MatchingError
from bnl.matching.arrays import I32, I64, Bool, mix
from bnl.matching.columns import VALUE_COLUMNS
from bnl.matching.derived import Derived
from bnl.matching.features import DateFeatures, NameFeatures, PlaceFeatures
from bnl.matching.table import Table

NAME_KEYS = frozenset(
    [
        "given",
        "given_initial",
        "given_prefix",
        "given_sound",
        "family",
        "family_initial",
        "family_prefix",
        "family_sound",
        "any_name",
        "names_crossed",
        "names_either_order",
        "any_name_pair",
    ]
)
DATE_KEYS = frozenset({"birth_day", "birth_month", "birth_year"})
PLACE_KEYS = frozenset({"district", "sector"})
SPREAD = 1 << 31
OTHER_NAMES = ("family_part", "alt_given", "alt_family", "middle")
_KEPT_SLOTS = 2
FACTORS = mix(np.arange(1, 9), 1) | np.int64(1)


class Keys:
    """Keys of the rows of a table, by name; every key is an array (rows, slots) with -1 for missing."""

    def __init__(
        self, table: Table, names: NameFeatures, dates: DateFeatures | None, places: PlaceFeatures | None
    ) -> None:
        self.table = table
        self.names = names
        self.dates = dates
        self.places = places

    def available(self, key: str) -> bool:
        """Tell whether the records have what a key is made of.

        Raises:
            MatchingError: If there is no such key.
        """
        if key in NAME_KEYS:
            return True
        if key in DATE_KEYS:
            return self.dates is not None
        if key in PLACE_KEYS:
            return self.places is not None
        if key not in VALUE_COLUMNS:
            raise MatchingError(
                f"There is no blocking key {key!r}.", "Use a column or a key named in bnl.matching.keys."
            )
        return self.table.exists(key)

    def of(self, key: str, rows: slice) -> I64:
        """Return a key of some rows, shape (rows, slots)."""
        if key in NAME_KEYS:
            return self._name_key(key, rows)
        if key in DATE_KEYS:
            return self._date_key(key, rows)
        if key in PLACE_KEYS and self.places is not None:
            derived: Derived = getattr(self.places, key)
            return derived.of(self.table.slots("postcode")[rows]).astype(np.int64)
        return self.table.slots(key)[rows].astype(np.int64)

    def _name_key(self, key: str, rows: slice) -> I64:
        given, family = self.table.slots("given")[rows], self.table.slots("family")[rows]
        part, _, how = key.partition("_")
        if part in {"given", "family"}:
            codes = given if part == "given" else family
            if how:
                derived: Derived = getattr(self.names, how)
                codes = derived.of(codes)
            return codes.astype(np.int64)
        sound = self.names.sound
        if key == "names_crossed":
            return _unordered(given, family)
        if key == "names_either_order":
            return _unordered(sound.of(given), sound.of(family))
        every = np.hstack([given, family, *(self.table.slots(column)[rows] for column in OTHER_NAMES)])
        sounds = sound.of(every)
        if key == "any_name":
            return sounds.astype(np.int64)
        width = sounds.shape[1]
        return np.hstack(
            [_unordered(sounds[:, i : i + 1], sounds[:, j : j + 1]) for i in range(width) for j in range(i)]
        )

    def _date_key(self, key: str, rows: slice) -> I64:
        codes = self.table.slots("date_of_birth")[rows]
        if self.dates is None or not len(self.dates.table()):
            return np.full(codes.shape, -1, dtype=np.int64)
        year, month, day = self.dates.table().astype(np.int64).T
        if key == "birth_year":
            out = year
        elif key == "birth_month":
            out = np.where(month > 0, year * 16 + month, -1)
        else:
            new_year = (month == 1) & (day == 1)
            out = np.where((day > 0) & ~new_year, month * 32 + day, -1)
        # A missing code takes the last place.
        return np.append(out, -1)[codes]


def _unordered(a: I32, b: I32) -> I64:
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    return np.where((low >= 0) & (low != high), low * SPREAD + high, -1)


def rule_keys(
    keys: Keys, rule: tuple[str, ...], rows: slice, known: dict[str, I64] | None = None
) -> list[I64]:
    """Return the keys that a blocking rule combines, each of shape (rows, slots) (see `rule_entries`)."""
    out = []
    for key in rule:
        codes = keys.of(key, rows) if known is None or key not in known else known[key]
        # What has many slots is large, and few rules use it.
        if known is not None and codes.shape[1] <= _KEPT_SLOTS:
            known[key] = codes
        out.append(codes)
    return out


def rule_entries(
    keys: Keys, rule: tuple[str, ...], rows: slice, known: dict[str, I64] | None = None
) -> tuple[I64, I32]:
    """Return the hashes of a blocking rule and the rows they belong to.

    A row with several values of a key has several entries; a row that lacks a key has none.

    Args:
        keys: Keys of the table.
        rule: The keys that are combined.
        rows: Which rows, start and stop given.
        known: Keys of these rows made before, filled in as more are; None keeps none.
    """
    count = rows.stop - rows.start
    if not count:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    total, present = np.zeros((count, 1), dtype=np.int64), np.ones((count, 1), dtype=np.bool_)
    for place, codes in enumerate(rule_keys(keys, rule, rows, known)):
        total, present = _combined(total, present, codes, FACTORS[place])
    if total.shape[1] == 1:
        row = np.flatnonzero(present[:, 0])
        hashes = total[:, 0] if row.size == count else total[row, 0]
    else:
        row, slot = np.nonzero(present)
        hashes = total[row, slot]
    return hashes, (row + rows.start).astype(np.int32)


def _combined(total: I64, present: Bool, codes: I64, factor: np.int64) -> tuple[I64, Bool]:
    """Add one more key to the hashes: every combination of slots has a hash of its own.

    Each key is multiplied by an odd constant of its own, modulo 2**64. Sums of few small integers so
    scattered practically never meet by accident; where they do a pair is looked at in vain.
    """
    if total.shape[1] == codes.shape[1] == 1:
        return total + codes * factor, present & (codes >= 0)
    count = codes.shape[0]
    total = (total[:, :, None] + (codes * factor)[:, None, :]).reshape(count, -1)
    return total, (present[:, :, None] & (codes >= 0)[:, None, :]).reshape(count, -1)
