"""The comparison levels of each kind of evidence, and what they mean in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison.

    Args:
        name: Short name, as in charts.
        words: Plain words for a person who reads an explanation.
        exact: Values are equal, so that the frequency of the value counts.
    """

    name: str
    words: str
    exact: bool = False


NULL, ELSE = 0, 1

_NULL = Level("missing", "not known on at least one side")

LEVELS: Final[MappingProxyType[str, tuple[Level, ...]]] = MappingProxyType(
    {
        "given": (
            _NULL,
            Level("different", "different given names"),
            Level("byname", "one given name is a by-name, used beside any other name"),
            Level("weak", "given names share a little of their spelling"),
            Level("similar", "given names are spelt similarly"),
            Level("close", "given names are spelt almost alike"),
            Level("sound", "given names sound alike"),
            Level("variant", "one given name is a known form of the other"),
            Level("spelling", "two spellings of one name from another language"),
            Level("learned", "these two given names were found to stand for each other in this data"),
            Level("initial", "an initial agrees with the other given name"),
            Level("middle", "the given name is a middle name of the other"),
            Level("alias", "the given name is an alias of the other"),
            Level("cross", "the given name is the family name of the other, which has no other part"),
            Level("swapped", "given and family name are exchanged"),
            Level("exact", "the same given name", exact=True),
        ),
        "family": (
            _NULL,
            Level("different", "different family names"),
            Level("weak", "family names share a little of their spelling"),
            Level("similar", "family names are spelt similarly"),
            Level("sound", "family names sound alike"),
            Level("close", "family names are spelt almost alike"),
            Level("spelling", "two spellings of one name from another language"),
            Level("part_sound", "one part of a family name of several parts sounds alike"),
            Level("part", "one part of a family name of several parts agrees"),
            Level("former", "the family name is a former name or alias of the other"),
            Level("exact", "the same family name", exact=True),
        ),
        "middle": (
            _NULL,
            Level("different", "different middle names"),
            Level("initial", "an initial agrees with the other middle name"),
            Level("similar", "middle names are spelt similarly"),
            Level("exact", "the same middle name", exact=True),
        ),
        "date": (
            _NULL,
            Level("different", "different dates of birth"),
            Level("decade", "dates of birth in the same ten years"),
            Level("near", "dates of birth within about a year"),
            Level("new_years", "1 January of two years that are one slip apart"),
            Level("year", "the same year of birth only"),
            Level("placeholder", "the same year, one of them entered as 1 January"),
            Level("day", "the same day and month in another year"),
            Level("month", "the same year and month, another day"),
            Level("decade_off", "the same day and month, one or ten years off"),
            Level("digit", "one digit of the date differs or two are exchanged"),
            Level("swapped", "day and month are exchanged"),
            Level("partial", "dates agree as far as both are known"),
            Level("default", "the same date, 1 January", exact=True),
            Level("exact", "the same date of birth", exact=True),
        ),
        "postcode": (
            _NULL,
            Level("different", "different postcodes"),
            Level("area", "postcodes begin with the same two characters"),
            Level("district", "the same postcode district"),
            Level("sector", "the same postcode sector"),
            Level("typo", "postcodes differ by one character"),
            Level("exact", "the same postcode", exact=True),
        ),
        "identifier": (
            _NULL,
            Level("different", "two different numbers"),
            Level("typo", "numbers differ by one digit, or two are exchanged"),
            Level("exact", "the same number", exact=True),
        ),
        "email": (
            _NULL,
            Level("different", "different e-mail addresses"),
            Level("similar", "e-mail addresses are spelt similarly"),
            Level("typo", "e-mail addresses differ by one or two characters"),
            Level("local", "the same e-mail name at another provider"),
            Level("exact", "the same e-mail address", exact=True),
        ),
        "text": (
            _NULL,
            Level("different", "different"),
            Level("similar", "spelt similarly"),
            Level("close", "spelt almost alike"),
            Level("exact", "the same", exact=True),
        ),
        "category": (
            _NULL,
            Level("different", "different"),
            Level("exact", "the same", exact=True),
        ),
    }
)


def code(kind: str, name: str) -> int:
    """Return the code of a level of a kind by its name."""
    return next(place for place, level in enumerate(LEVELS[kind]) if level.name == name)


def bits(kind: str) -> int:
    """Return how many bits hold a level of a kind."""
    return (len(LEVELS[kind]) - 1).bit_length()
