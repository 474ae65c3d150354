"""A clerk's note of one person while it is being written: what slips work on."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from bnl.domain.person import PersonFields
from bnl.simulation.people import Person

_UNFOLDED = str.maketrans("łŁđĐøØ", "lLdDoO")


@dataclass(slots=True)
class Draft:
    """One note in the making.

    Args:
        given: Given names as they will be written.
        family: Family names as they will be written.
        aliases: Other names known.
        former: Former family names known.
        born: Birth date, possibly partial, ISO.
        sex: ``male``, ``female`` or nothing.
        ni_number: National Insurance number or what stands in its place.
        nhs_number: NHS number or what stands in its place.
        prison_number: Prison number.
        phones: Phone numbers.
        emails: Email addresses.
        address: Address line or the words for none.
        postcode: Postcode.
        tags: Pitfalls this note contains.
    """

    given: list[str]
    family: list[str]
    aliases: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    born: str | None = None
    sex: str | None = None
    ni_number: str | None = None
    nhs_number: str | None = None
    prison_number: str | None = None
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    address: str | None = None
    postcode: str | None = None
    extras: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)


SlipFunction = Callable[[Draft, Person, Random], bool]


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that goes wrong.

    Args:
        tag: The pitfall, as the truth names it.
        rate: How often with an ordinary clerk, in [0, 1].
        does: Changes the note; says whether there was anything to change.
        where: Field of the note without which the slip cannot happen.
    """

    tag: str
    rate: float
    does: SlipFunction
    where: str


def without_accents(text: str) -> str:
    """Return the text as a system of the last century stores it: plain letters only."""
    apart = unicodedata.normalize("NFKD", text.translate(_UNFOLDED))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def western_letters(text: str) -> str:
    """Return the text with the accents that the western code page cp1252 has, and no others."""
    return "".join(
        letter if letter.encode("cp1252", "ignore") else without_accents(letter)
        for letter in unicodedata.normalize("NFC", text)
    )


def as_fields(draft: Draft, *, upper: bool, one_name_box: bool = False) -> PersonFields:
    """Turn a finished note into what the agency says.

    Args:
        draft: The note.
        upper: Whether the agency writes names and addresses in capitals.
        one_name_box: Whether the whole name stands in one box.
    """

    def cased(text: str) -> str:
        return text.upper() if upper else text

    given, family = cased(" ".join(draft.given)), cased(" ".join(draft.family))
    whole = f"{given} {family}".strip() if one_name_box else ""
    return PersonFields(
        given_names=None if whole else given or None,
        family_name=None if whole else family or None,
        full_name=whole or None,
        aliases=tuple(cased(name) for name in draft.aliases),
        former_names=tuple(cased(name) for name in draft.former),
        date_of_birth=draft.born,
        sex=draft.sex,
        ni_number=draft.ni_number,
        nhs_number=draft.nhs_number,
        prison_number=draft.prison_number,
        phones=tuple(draft.phones),
        emails=tuple(draft.emails),
        address=cased(draft.address) if draft.address else None,
        postcode=draft.postcode,
        **cast("dict[str, Any]", draft.extras),
    )
