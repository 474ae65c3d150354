"""Read the parts of a written name: given names, family name, and what a person is also known as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from bnl.matching.normalise import MISSING
from bnl.matching.normalise import name as fold_name
from bnl.matching.unspaced import family_and_given

_KNOWN_AS = re.compile(
    r"""\(\s*(?:known\s+as|aka|a\.k\.a\.?|nickname|née|nee|formerly)?\s*:?\s*([^)]*)\)"""
    r"""|\b(?:known\s+as|aka|a\.k\.a\.?|alias)\b\s*:?\s*(.+)$"""
    r"""|["“”‘]\s*([^"“”’]+?)\s*["“”’]""",
    re.IGNORECASE,
)
# What is also said begins with one of these, whatever the case.
_MARKS: Final = ("(", '"', "“", "”", "‘", "known", "aka", "a.k.a", "alias")
_TITLES: Final = frozenset(
    [
        "mr",
        "mrs",
        "miss",
        "ms",
        "mx",
        "dr",
        "sir",
        "dame",
        "lord",
        "lady",
        "hon",
        "honourable",
        "rt",
        "right",
        "rev",
        "revd",
        "reverend",
        "the",
        "very",
        "fr",
        "father",
        "sister",
        "brother",
        "prof",
        "professor",
        "master",
        "captain",
        "capt",
        "major",
        "maj",
        "colonel",
        "col",
        "lieutenant",
        "lieut",
        "lt",
        "general",
        "gen",
        "admiral",
        "sergeant",
        "sgt",
        "cpl",
        "pte",
        "baron",
        "baroness",
        "count",
        "earl",
        "duke",
        "bt",
        "1st",
        "2nd",
        "3rd",
        "4th",
        "5th",
        "6th",
        "jr",
        "jnr",
        "sr",
        "snr",
        "esq",
    ]
)
_PARTICLES: Final = frozenset(
    [
        "al",
        "el",
        "bin",
        "ibn",
        "bint",
        "abu",
        "da",
        "das",
        "de",
        "del",
        "della",
        "der",
        "den",
        "di",
        "do",
        "dos",
        "du",
        "la",
        "le",
        "mac",
        "mc",
        "o",
        "st",
        "ter",
        "van",
        "von",
    ]
)
_NOT_NAMES: Final = _TITLES | MISSING
_MANY = 1000


class WrittenName(NamedTuple):
    """The parts of one written name, folded; an absent part is empty."""

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


def _tokens(written: str) -> tuple[str, ...]:
    return tuple(token for token in fold_name(written).split() if token not in _TITLES)


def plain_word(written: str) -> str | None:
    """Return a name that is one word of plain letters, as most are, folded; None if it must be read.

    Returns:
        The word in lower case, empty if it says nothing.
    """
    if not (written.isascii() and written.isalpha()):
        return None
    word = written.lower()
    return "" if word in _NOT_NAMES else word


def plain_words(values: Sequence[str]) -> list[str | None]:
    """Return what `plain_word` makes of each of many names."""
    if len(values) < _MANY:
        return [plain_word(value) for value in values]
    written = pl.Series(values, dtype=pl.String)
    plain = written.str.contains(r"^[A-Za-z]+$")
    words = written.str.to_lowercase().set(~plain, None)
    return words.set(words.is_in(sorted(_NOT_NAMES)), "").to_list()


def _words(written: str) -> tuple[str, ...]:
    word = plain_word(written)
    return (word,) if word else ()


def _without_aliases(written: str) -> tuple[str, tuple[str, ...]]:
    if not any(map(written.lower().__contains__, _MARKS)):
        return written, ()
    aliases: list[str] = []
    for found in _KNOWN_AS.finditer(written):
        alias = next((part for part in found.groups() if part), "")
        if folded := fold_name(alias):
            aliases.append(folded)
    return (_KNOWN_AS.sub(" ", written) if aliases else written), tuple(aliases)


def read_given(written: str) -> WrittenName:
    """Read a column of given names, such as ``Mary Jane`` or ``Robert (known as Bob)``."""
    if plain_word(written) is not None:
        return WrittenName(given=_words(written))
    plain, aliases = _without_aliases(written)
    return WrittenName(given=_tokens(plain), aliases=aliases)


def read_family(written: str) -> WrittenName:
    """Read a column of family names, such as ``Smith-Jones`` or ``de la Cruz``."""
    if plain_word(written) is not None:
        return WrittenName(family=_words(written))
    plain, aliases = _without_aliases(written)
    return WrittenName(family=_tokens(plain), aliases=aliases)


def read_full(written: str) -> WrittenName:
    """Read a whole name, ``SURNAME, Forename (known as X)`` or in natural order.

    In natural order the last word is the family name, with the particles before it (``van``, ``de la``,
    ``al``); a single word is taken as a given name. A Chinese or Korean name in its own script has the family
    name first, with or without a space after it.
    """
    plain, aliases = _without_aliases(written)
    family, comma, given = plain.partition(",")
    if comma:
        return WrittenName(given=_tokens(given), family=_tokens(family), aliases=aliases)
    tokens = _tokens(plain)
    if parted := family_and_given("".join(tokens)):
        return WrittenName(given=parted[1:], family=parted[:1], aliases=aliases)
    if len(tokens) <= 1:
        return WrittenName(given=tokens, aliases=aliases)
    cut = len(tokens) - 1
    while cut > 1 and tokens[cut - 1] in _PARTICLES:
        cut -= 1
    return WrittenName(given=tokens[:cut], family=tokens[cut:], aliases=aliases)


def read_other(written: str, *, former: bool) -> WrittenName:
    """Read an alias or a former name; one word alone is a given name, or a family name if it is former."""
    whole = read_full(written)
    if former and not whole.family:
        return WrittenName(family=whole.given)
    return whole
