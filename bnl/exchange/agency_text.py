"""Texts that name agencies, brought to the words that tell agencies apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

_APOSTROPHES = re.compile("['’‘`´]")
_WORD = re.compile(r"[^\W_]+")
_SEGMENT = re.compile(r"\s[-–—]\s|[()/\[\],:;]")

_WRITTEN: Final = MappingProxyType(
    {
        "center": ("centre",),
        "dc": ("district", "council"),
        "dept": ("department",),
        "ha": ("housing", "association"),
        "hc": ("health", "centre"),
        "hosp": ("hospital",),
        "jobcentre": ("job", "centre"),
        "liason": ("liaison",),
        "oxon": ("oxfordshire",),
        "saint": ("st",),
        "servces": ("service",),
        "services": ("service",),
    }
)
"""Words written in several ways, and the way they are compared in."""

FILLING: Final = frozenset({"and", "department", "for", "of", "office", "service", "team", "the"})
"""Words that tell no agency from another."""

WIDE: Final = frozenset({"oxfordshire", "thames valley"})
"""Places that hold the others: an agency of the whole county is nowhere else than in one of its towns."""

_FURTHER_PLACES: Final = (
    "Abingdon",
    "Aylesbury",
    "Banbury",
    "Barton",
    "Bicester",
    "Blackbird Leys",
    "Buckinghamshire",
    "Carterton",
    "Chipping Norton",
    "Cowley",
    "Didcot",
    "East",
    "Eynsham",
    "Faringdon",
    "Headington",
    "Henley",
    "High Wycombe",
    "Kidlington",
    "London",
    "Milton Keynes",
    "North",
    "Oxford",
    "Oxfordshire",
    "Reading",
    "Rose Hill",
    "South",
    "Swindon",
    "Thame",
    "Wallingford",
    "Wantage",
    "West",
    "Witney",
    "Woodstock",
)
"""Places of the county and around it, besides those the directory's agencies are of."""


def plain_tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text: small letters, no accents, no apostrophes, one way of writing each."""
    bare = _APOSTROPHES.sub("", text.replace("&", " and ")).casefold()
    folded = "".join(char for char in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(char))
    words: list[str] = []
    for word in _WORD.findall(folded):
        words += _WRITTEN.get(word, (word,))
    return tuple(words)


def text_key(text: str) -> tuple[str, ...]:
    """Return the words that tell agencies apart, in alphabetical order; all words if there are no others."""
    words = plain_tokens(text)
    telling = [word for word in words if word not in FILLING]
    return tuple(sorted(telling or words))


def segments(text: str) -> tuple[str, ...]:
    """Return the parts of a text that brackets, commas, slashes or a dash between blanks set apart."""
    return tuple(part for part in (piece.strip() for piece in _SEGMENT.split(text)) if part)


def initials(words: Iterable[str]) -> str:
    """Return the first letters of words, those that tell nothing apart left out."""
    return "".join(word[0] for word in words if word not in FILLING or word == "service")


class Places:
    """The places that texts are searched for, longer names before shorter ones.

    Args:
        names: Names of places; empty ones are passed over.
    """

    def __init__(self, names: Iterable[str]) -> None:
        spelt = {plain_tokens(name) for name in (*names, *_FURTHER_PLACES)} - {()}
        self._names = sorted(spelt, key=lambda words: (-len(words), words))

    def within(self, words: tuple[str, ...]) -> frozenset[str]:
        """Return the places named in a text, such as East Oxford and not also Oxford."""
        return self.parted(words)[0]

    def parted(self, words: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
        """Return the places named in a text, and the words that are left without them."""
        left = list(words)
        found = set()
        for name in self._names:
            size = len(name)
            at = 0
            while at + size <= len(left):
                if tuple(left[at : at + size]) == name:
                    found.add(" ".join(name))
                    left[at : at + size] = [""]
                at += 1
        return frozenset(found), tuple(word for word in left if word)
