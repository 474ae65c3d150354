"""What the engine knows of each distinct value: sound, initial, prefix, date parts, postcode parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bnl.matching.arrays import I32
from bnl.matching.derived import Derived, DerivedSets
from bnl.matching.lexicon import Lexicon
from bnl.matching.phonetic import folded_phonetics
from bnl.matching.traditions import Adopting
from bnl.matching.variants.lookup import groups_by_name

_SOUND = 6
_INWARD = 3


def _sounds(names: Sequence[str]) -> list[str]:
    return [sound[:_SOUND] for sound in folded_phonetics(names)]


class Features:
    """Derived tables that belong together."""

    def complete(self) -> None:
        """Derive everything from all values, now and as they come (see `Derived.complete`)."""
        for derived in vars(self).values():
            if isinstance(derived, Derived):
                derived.complete()


class NameFeatures(Features):
    """Sound, initial, prefixes, variant groups of name parts, and whether one is a by-name."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.sound = Derived(lexicon, _sounds, ahead=False)
        self.initial = Derived(lexicon, lambda names: [name[:1] for name in names], ahead=False)
        self.prefix = Derived(lexicon, lambda names: [name[:3] for name in names])
        self.single = Derived(lexicon, lambda names: ["1" if len(name) == 1 else "" for name in names])
        self.groups = DerivedSets(lexicon, groups_by_name())
        self.spellings = DerivedSets(lexicon, groups_by_name("transliteration"))
        self.adopting = Adopting(lexicon)
        self.bynames = DerivedSets(lexicon, groups_by_name("byname"))


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
        self.district = Derived(lexicon, lambda codes: [outward(code) for code in codes])
        self.sector = Derived(lexicon, lambda codes: [sector(code) for code in codes])
        self.area = Derived(lexicon, lambda codes: [code[:2] for code in codes])
