"""Exact search: whether what is visible of a person agrees with everything that was asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from bnl.consent.emergency import IDENTIFIERS
from bnl.domain.person import PersonFields

_NAMES = ("full_name", "aliases", "former_names")


def same_person(wanted: PersonFields, rows: Sequence[Mapping[str, object]]) -> bool:
    """Tell whether everything asked for is said of a person, on whichever of their records.

    Args:
        wanted: Names, birth date and identifiers; what is not given is not asked.
        rows: What may be seen of the person, record by record, by field name.

    Returns:
        Whether each identifier given is one of theirs, and name and birth date too if they are given. Case,
        accents, punctuation and the order of names do not matter; a nickname or a slip of the pen does.
    """
    asked = [name for name in IDENTIFIERS if getattr(wanted, name)]
    for name in asked:
        number = _plain(str(getattr(wanted, name)))
        if not any(_plain(str(row[name])) == number for row in rows if row.get(name)):
            return False
    words = _words(wanted.full_name or f"{wanted.given_names or ''} {wanted.family_name or ''}")
    if words and not any(words <= held for row in rows for held in _held_names(row)):
        return False
    born = wanted.date_of_birth
    if born and not any(row.get("date_of_birth") == born for row in rows):
        return False
    return bool(asked or (words and born))


def _held_names(row: Mapping[str, object]) -> Iterable[frozenset[str]]:
    yield _words(f"{row.get('given_names') or ''} {row.get('family_name') or ''}")
    for name in _NAMES:
        value = row.get(name)
        for text in value if isinstance(value, tuple) else (value,):
            if text:
                yield _words(str(text))


def _words(text: str) -> frozenset[str]:
    return frozenset(word for part in text.replace("-", " ").split() if (word := _plain(part)))


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if letter.isalnum())
