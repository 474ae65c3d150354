"""Tell English given names and Chinese family names: many Chinese people in Britain have an English name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np

from bnl.matching.arrays import I32, Bool
from bnl.matching.derived import Derived
from bnl.matching.lexicon import Lexicon
from bnl.matching.variants.lookup import groups_of

_CHINESE: Final = "chinese, vietnamese and korean"
_LONGEST: Final = 6
ENGLISH, FAMILY, CHINESE = 1, 2, 4
_INITIAL: Final = "(?:zh|ch|sh|hs|ts|tz|kw|gw|ng|[bcdfghjklmnpqrstwxyz])?"
_FINAL: Final = (
    "[iuw]?(?:[aeiou]ng?|[aiueo]m|[aeiou][ktp]|ien|ian|iang|iong|uan|uang|eung|ueng|a[iouy]|e[ieuy]|i[aeu]"
    "|o[iouwy]|u[aeio]|iao|uai|[aei]h|[aeiou])"
)
SYLLABLE: Final = re.compile(_INITIAL + _FINAL)
"""A syllable of Chinese in the usual romanisations: what is one may be a Chinese given name as well."""


@cache
def _listed() -> Mapping[str, int]:
    """Return what the names of the tables are, as bits; a name both English and Chinese is neither."""
    english, chinese = groups_of("english", "given_names"), groups_of(_CHINESE, "given_names")
    marks = {name: 0 if name in chinese or SYLLABLE.fullmatch(name) else ENGLISH for name in english}
    marks |= {name: CHINESE for name in chinese if name not in english}
    for name in groups_of(_CHINESE, "family_name"):
        marks[name] = FAMILY | (marks[name] if name in marks else _by_syllable(name))
    return marks


def _by_syllable(name: str) -> int:
    return CHINESE if len(name) <= _LONGEST and SYLLABLE.fullmatch(name) else 0


def _marked(names: Sequence[str]) -> list[str]:
    listed = _listed().get
    found = (listed(name) for name in names)
    return [
        str(_by_syllable(name) if mark is None else mark) for name, mark in zip(names, found, strict=True)
    ]


class Adopting(Derived):
    """Which names are English given names, Chinese family names, and Chinese given names.

    Args:
        lexicon: The names.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon, _marked)
        # The code of a mark is the mark itself.
        self.inner.codes(map(str, range(2 * CHINESE)))

    def marks(self, codes: I32) -> I32:
        """Return what names are: the sum of `ENGLISH`, `FAMILY` and `CHINESE`; 0 for missing."""
        return np.maximum(self.of(codes), 0)

    def adopted(self, given: tuple[I32, I32], family: tuple[I32, I32]) -> Bool:
        """Tell where an English given name meets a Chinese one, beside a Chinese family name each.

        Args:
            given: Given names of both sides.
            family: Family names of both sides.
        """
        one, two = map(self.marks, given)
        apart = ((one & ENGLISH) & (two >> 2)) | ((two & ENGLISH) & (one >> 2))
        beside = self.marks(family[0]) & self.marks(family[1]) & FAMILY
        return np.asarray((apart != 0) & (beside != 0), dtype=np.bool_)
