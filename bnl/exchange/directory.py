"""The agency directory: which agency a text means, decided by curated names only; the rest asks a person."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from pydantic import ValidationError
from rapidfuzz import fuzz

from bnl.domain.agency import Agency
from bnl.errors import InputError
from bnl.exchange.agency_text import FILLING, WIDE, Places, initials, plain_tokens, segments, text_key

_SIMILAR: Final = 75.0
_MOST_CANDIDATES: Final = 6
_ACRONYM_SCORE: Final = 95.0


class Why(StrEnum):
    """How a text was resolved, or why it was not."""

    NAME = "name"
    ALIAS = "alias"
    BOTH_NAMES = "both_names"
    AMBIGUOUS = "ambiguous"
    SIMILAR = "similar"
    UNKNOWN = "unknown"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a text was taken for.

    Args:
        agency: The agency, if the text alone tells it.
        candidates: Agencies a person may choose from, the likeliest first; empty if the agency is known.
        why: How it was resolved, or why it was not.
    """

    agency: Agency | None
    candidates: tuple[Agency, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the directory.

    Args:
        agency: The agency.
        ambiguous: Whether its names, read alone, may mean another agency as well.
        may_be: Ids of the agencies they may mean.
    """

    agency: Agency
    ambiguous: bool = False
    may_be: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and its aliases."""
        return (self.agency.name, *self.agency.aliases)


@dataclass(frozen=True, slots=True)
class _Name:
    """The words of a name, the words without places, and their first letters."""

    words: tuple[str, ...]
    bare: tuple[str, ...]
    letters: str


@dataclass(frozen=True, slots=True)
class _Spelt:
    """The names of an entry made ready for comparing, and the places it is of."""

    names: tuple[_Name, ...]
    places: frozenset[str]


class Directory:
    """Agencies by their curated names.

    Args:
        entries: The lines of the directory.

    Raises:
        InputError: If an id stands twice, a parent or a possible meaning is not listed, or two agencies share
            a name while neither is marked as ambiguous.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[str, Entry] = {}
        self._by_key: dict[tuple[str, ...], str] = {}
        for entry in entries:
            if entry.agency.agency_id in self._entries:
                raise _broken(f'the id "{entry.agency.agency_id}" stands twice')
            self._entries[entry.agency.agency_id] = entry
        for entry in self._entries.values():
            self._list(entry)
        self._places = Places(entry.agency.place for entry in self._entries.values())
        self._spelt = {one: self._spell(entry) for one, entry in self._entries.items()}

    def _list(self, entry: Entry) -> None:
        named = [*entry.may_be, *([entry.agency.parent] if entry.agency.parent else [])]
        if missing := [one for one in named if one not in self._entries]:
            raise _broken(f'"{entry.agency.agency_id}" names "{missing[0]}", which is not listed')
        for name in entry.names:
            owner = self._by_key.setdefault(text_key(name), entry.agency.agency_id)
            if owner != entry.agency.agency_id:
                raise _broken(f'"{owner}" and "{entry.agency.agency_id}" share a name')

    @property
    def agencies(self) -> tuple[Agency, ...]:
        """All agencies, in the order of the directory."""
        return tuple(entry.agency for entry in self._entries.values())

    @property
    def ambiguous(self) -> tuple[Agency, ...]:
        """The agencies whose names, read alone, do not tell who is meant."""
        return tuple(entry.agency for entry in self._entries.values() if entry.ambiguous)

    def resolve(self, text: str) -> Resolution:
        """Tell which agency a text means.

        Only a curated name or alias decides, read without regard to capitals, accents, punctuation, the order
        of words and words such as "the" and "service". Likeness never decides: it ranks the candidates, and a
        candidate in another place than the text names is none.

        Args:
            text: What somebody wrote for an agency.
        """
        key = text_key(text)
        if not key:
            return Resolution(None, (), Why.EMPTY)
        if set(key) <= FILLING:
            return Resolution(None, (), Why.UNKNOWN)
        if key in self._by_key:
            return self._named(self._entries[self._by_key[key]], key)
        parts = [self._by_key.get(text_key(part)) for part in segments(text)]
        if len(parts) > 1 and None not in parts and len(set(parts)) == 1:
            entry = self._entries[str(parts[0])]
            return self._meant(entry, Why.BOTH_NAMES)
        candidates = self._similar(text)
        return Resolution(None, candidates, Why.SIMILAR if candidates else Why.UNKNOWN)

    def _named(self, entry: Entry, key: tuple[str, ...]) -> Resolution:
        return self._meant(entry, Why.NAME if key == text_key(entry.agency.name) else Why.ALIAS)

    def _meant(self, entry: Entry, why: Why) -> Resolution:
        if not entry.ambiguous:
            return Resolution(entry.agency, (), why)
        return Resolution(None, self._meanings(entry), Why.AMBIGUOUS)

    def _meanings(self, entry: Entry) -> tuple[Agency, ...]:
        """Return what an ambiguous entry may mean, itself last: it stands for one nobody has named."""
        return (*(self._entries[one].agency for one in entry.may_be), entry.agency)

    def _similar(self, text: str) -> tuple[Agency, ...]:
        tokens = plain_tokens(text)
        places, bare = self._places.parted(tokens)
        scored = []
        for order, entry in enumerate(self._entries.values()):
            if places and self._elsewhere(entry, places):
                continue
            score = max(_likeness(tokens, bare, name) for name in self._spelt[entry.agency.agency_id].names)
            if score >= _SIMILAR:
                scored.append((-score, order, entry))
        ranked: dict[str, Agency] = {}
        for _, _, entry in sorted(scored, key=lambda one: one[:2]):
            for one in (entry, *(self._entries[meaning] for meaning in entry.may_be)):
                if not (places and self._elsewhere(one, places)):
                    ranked.setdefault(one.agency.agency_id, one.agency)
        return tuple(ranked.values())[:_MOST_CANDIDATES]

    def _spell(self, entry: Entry) -> _Spelt:
        places = self._places.within(plain_tokens(entry.agency.place))
        names = []
        for name in entry.names:
            words = plain_tokens(name)
            found, bare = self._places.parted(words)
            places |= found
            names.append(_Name(words, bare, initials(words)))
        return _Spelt(tuple(names), places)

    def _elsewhere(self, entry: Entry, places: frozenset[str]) -> bool:
        """Tell whether an agency is of other places than these; one of no place, or of all, is everywhere."""
        own = self._spelt[entry.agency.agency_id].places
        return bool(own - WIDE) and not own & places


def _likeness(words: tuple[str, ...], bare: tuple[str, ...], name: _Name) -> float:
    """Return how alike a text and a name are, in [0, 100]: with their places, or a little less without."""
    if words == (name.letters,) or name.words == (initials(words),):
        return _ACRONYM_SCORE
    alike = _ratio(words, name.words)
    return max(alike, 0.95 * _ratio(bare, name.bare)) if bare and name.bare else alike


def _ratio(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    left, right = " ".join(one), " ".join(other)
    return max(fuzz.token_sort_ratio(left, right), 0.9 * fuzz.token_set_ratio(left, right))


def _broken(what: str) -> InputError:
    return InputError(f"the agency directory is wrong: {what}.", "Correct that entry.", file="agencies.toml")


def parse_directory(text: str) -> Directory:
    """Make a directory of its TOML text.

    Args:
        text: Tables ``[[agency]]`` with ``id``, ``name``, ``kind`` and the other fields of an agency, and
            ``ambiguous`` and ``may_be``.

    Raises:
        InputError: If it is no TOML, or an entry is wrong.
    """
    try:
        listed = tomllib.loads(text).get("agency", [])
        return Directory(_entry(said) for said in listed)
    except (tomllib.TOMLDecodeError, RecursionError, TypeError) as failure:
        raise _broken(f"it is not TOML of the right shape ({type(failure).__name__})") from None
    except ValidationError as failure:
        first = failure.errors(include_url=False, include_input=False, include_context=False)[0]
        raise _broken(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _entry(said: Mapping[str, Any]) -> Entry:
    fields = dict(said)
    ambiguous, may_be = bool(fields.pop("ambiguous", False)), tuple(fields.pop("may_be", ()))
    agency = Agency.model_validate(
        {"agency_id" if name == "id" else name: value for name, value in fields.items()}
    )
    if may_be and not ambiguous:
        raise _broken(f'"{agency.agency_id}" has other meanings and is not marked as ambiguous')
    return Entry(agency, ambiguous, may_be)


@lru_cache(maxsize=1)
def county_directory() -> Directory:
    """Return the county's own directory, read once from the package."""
    return parse_directory(
        resources.files("bnl.exchange").joinpath("data", "agencies.toml").read_text("utf-8")
    )


def resolve_agency(text: str, directory: Directory | None = None) -> Resolution:
    """Tell which agency a text means.

    Args:
        text: What somebody wrote for an agency.
        directory: The directory to look in; the county's own if not given.
    """
    return (county_directory() if directory is None else directory).resolve(text)
