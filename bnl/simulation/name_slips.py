"""What goes wrong with names on the way from a mouth into a computer."""

from __future__ import annotations

from random import Random
from typing import Final

from bnl.simulation.drafts import Draft, Slip, western_letters, without_accents
from bnl.simulation.people import Person

_NEAR = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo",
    "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et",
    "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
_SHORTEST = 3


def mistyped(text: str, rng: Random) -> str:
    """Return the text with one typing error: a letter dropped, doubled, transposed or hit beside."""
    if len(text) < _SHORTEST:
        return text + text[-1:]
    letters = [at for at in range(1, len(text) - 1) if text[at].isalpha()]
    at = rng.choice(letters or [1])
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2 and text[at + 1].isalpha() and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    near = _NEAR.get(text[at].lower(), "e")
    return text[:at] + rng.choice(near) + text[at + 1 :]


def nickname(draft: Draft, person: Person, rng: Random) -> bool:
    """Write the name everybody uses in place of the given name."""
    if not person.goes_by:
        return False
    draft.given = [person.goes_by]
    return True


def alias(draft: Draft, person: Person, rng: Random) -> bool:
    """Write the other name somebody uses with some services."""
    if not person.alias:
        return False
    draft.given, draft.family = [person.alias[0]], [person.alias[1]]
    return True


def married_name(draft: Draft, person: Person, rng: Random) -> bool:
    """Write the family name from before the marriage, sometimes with the newer one noted beside."""
    if not person.former_family:
        return False
    draft.family = [person.former_family.text]
    return True


def transliterated(draft: Draft, person: Person, rng: Random) -> bool:
    """Spell a name as this clerk hears it."""
    done = False
    for words, names in ((draft.given, person.given), (draft.family, person.family)):
        for at, name in enumerate(names[: len(words)]):
            if name.spellings and words[at] == name.text and rng.random() < 0.6:
                words[at] = rng.choice(name.spellings)
                done = True
    return done


def typo_in_given(draft: Draft, person: Person, rng: Random) -> bool:
    """Mistype a given name."""
    draft.given[0] = mistyped(draft.given[0], rng)
    return True


def typo_in_family(draft: Draft, person: Person, rng: Random) -> bool:
    """Mistype a family name."""
    draft.family[-1] = mistyped(draft.family[-1], rng)
    return True


def swapped(draft: Draft, person: Person, rng: Random) -> bool:
    """Put the given name into the family name's box and the other way round."""
    draft.given, draft.family = draft.family, draft.given
    return True


def initial_only(draft: Draft, person: Person, rng: Random) -> bool:
    """Write only the first letter of the given name."""
    draft.given = [draft.given[0][:1]]
    return True


def given_missing(draft: Draft, person: Person, rng: Random) -> bool:
    """Leave the given name out."""
    draft.given = []
    return True


def family_missing(draft: Draft, person: Person, rng: Random) -> bool:
    """Leave the family name out."""
    draft.family = []
    return True


def part_missing(draft: Draft, person: Person, rng: Random) -> bool:
    """Keep one part of a name that has several."""
    if len(draft.family) > 1:
        draft.family = [rng.choice(draft.family)]
    elif "-" in draft.family[0] and not draft.family[0].lower().startswith(("al-", "el-")):
        draft.family = [rng.choice(draft.family[0].split("-"))]
    elif person.community == "pakistani_bangladeshi" and len(draft.given) > 1:
        draft.given = draft.given[1:]
    else:
        return False
    return True


def middle_first(draft: Draft, person: Person, rng: Random) -> bool:
    """Write a middle name as if it were the first."""
    if len(person.given) == 1:
        return False
    draft.given = [person.given[1].text]
    return True


def accents_lost(draft: Draft, letters: str) -> bool:
    """Write the letters an agency's system does not know as those it knows.

    Args:
        draft: The note.
        letters: ``western`` keeps the accents of cp1252, ``plain`` none.

    Returns:
        Whether that changed the name.
    """
    known = western_letters if letters == "western" else without_accents
    before = (*draft.given, *draft.family)
    draft.aliases = [known(name) for name in draft.aliases]
    draft.former = [known(name) for name in draft.former]
    draft.given = [known(name) for name in draft.given]
    draft.family = [known(name) for name in draft.family]
    return before != (*draft.given, *draft.family)


NAME_SLIPS: Final = (
    Slip("middle_name_first", 0.012, middle_first, "given"),
    Slip("name_part_missing", 0.22, part_missing, "family"),
    Slip("typo_given", 0.030, typo_in_given, "given"),
    Slip("typo_family", 0.038, typo_in_family, "family"),
    Slip("initial_only", 0.006, initial_only, "given"),
    Slip("given_missing", 0.004, given_missing, "given"),
    Slip("family_missing", 0.007, family_missing, "family"),
)
"""Slips with names, in the order in which they happen."""
