"""Names of the communities of the county, read from the lists beside this file, and how clerks write them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any

from bnl.simulation.streams import Choice, by_rank

COMMUNITIES = (
    "english",
    "traveller",
    "polish",
    "romanian",
    "portuguese",
    "pakistani_bangladeshi",
    "arabic",
    "eritrean",
    "somali",
    "kurdish_iranian_afghan",
    "chinese",
)
_FLAT_GIVEN, _FLAT_FAMILY = 20.0, 30.0
_STEM_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Name:
    """One name with the other ways it is spelled and the short forms people go by.

    Args:
        text: The commonest spelling.
        spellings: Other spellings and transliterations of the same name.
        short: Nicknames, pet forms and English forms that bearers use.
    """

    text: str
    spellings: tuple[str, ...] = ()
    short: tuple[str, ...] = ()

    def written(self, spelling: str) -> Name:
        """Return the same name for a bearer whose own spelling is another one."""
        others = tuple(one for one in (self.text, *self.spellings) if one != spelling)
        return Name(spelling, others, self.short)


@dataclass(frozen=True)
class NameBook:
    """The names of one community and the customs its names follow.

    Args:
        community: Its key, one of ``COMMUNITIES``.
        share: Share of the county's people, in [0, 1].
        given: Choice of given names by sex (``male``, ``female``).
        family: Choice of family names; in patronymic communities, of fathers' given names.
        language: Language most speak at home.
        nationality: Commonest nationality.
        ethnicity: Commonest ethnic group as services record it.
        customs: Rates in [0, 1] of the customs that matter to matching, by name.
        nicknames: Public by-names used instead of short forms.
    """

    community: str
    share: float
    given: dict[str, Choice[Name]]
    family: Choice[Name]
    language: str
    nationality: str
    ethnicity: str
    customs: dict[str, float]
    prefix: Name | None
    nicknames: tuple[str, ...]

    def custom(self, name: str) -> float:
        """Return the rate of a custom, 0 where the community does not have it."""
        return self.customs.get(name, 0.0)


def parse_name(entry: str) -> Name:
    """Read ``"Name; other, spellings; short, forms"``."""
    text, *rest = (part.strip() for part in entry.split(";"))
    lists = [tuple(one.strip() for one in part.split(",") if one.strip()) for part in rest]
    return Name(text, *lists)


def for_sex(name: Name, sex: str) -> Name:
    """Return the form of a family name that a man or a woman bears, such as Kowalski and Kowalska."""
    if "/" not in name.text:
        return name
    side = 0 if sex == "male" else 1
    return Name(name.text.split("/")[side], tuple(one.split("/")[side] for one in name.spellings))


def own_spelling(name: Name, rng: Random, rate: float) -> Name:
    """Let a bearer settle on a spelling of their own, at a rate in [0, 1]."""
    if name.spellings and rng.random() < rate:
        return name.written(rng.choice(name.spellings))
    return name


def _family(document: dict[str, Any]) -> Choice[Name]:
    listed = [parse_name(one) for one in document["family"] or document["male"]]
    common = by_rank(listed, _FLAT_FAMILY)
    if "family_stems" not in document:
        return common
    known = {name.text for name in listed}
    made = (stem + end for stem in document["family_stems"] for end in document["family_ends"])
    coined = [Name(text) for text in dict.fromkeys(made) if text not in known]
    weights = [1.0 / (place + _FLAT_FAMILY) for place in range(1, len(listed) + 1)]
    tail = sum(weights) * _STEM_SHARE / (1 - _STEM_SHARE) / len(coined)
    return Choice([*listed, *coined], [*weights, *([tail] * len(coined))])


def _book(community: str) -> NameBook:
    text = (files("bnl.simulation") / "names" / f"{community}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    customs = {key: float(value) for key, value in document.items() if isinstance(value, bool | float)}
    prefix = document.get("prefix")
    by_text = {name.text: name for name in map(parse_name, document["male"])}
    return NameBook(
        community=community,
        share=document["share"],
        given={
            sex: by_rank([parse_name(one) for one in document[sex]], _FLAT_GIVEN)
            for sex in ("male", "female")
        },
        family=_family(document),
        language=document["language"],
        nationality=document["nationality"],
        ethnicity=document["ethnicity"],
        customs=customs,
        prefix=by_text[prefix] if prefix else None,
        nicknames=tuple(document.get("nicknames", ())),
    )


@lru_cache(maxsize=1)
def name_books() -> tuple[NameBook, ...]:
    """Return the name books of all communities, in the order of ``COMMUNITIES``."""
    return tuple(_book(community) for community in COMMUNITIES)
