"""A slow, obvious scorer: one pair at a time, from strings, by the definitions of the levels."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Mapping, Sequence

from rapidfuzz.distance import OSA, JaroWinkler

from bnl.matching.expectation import Mixture
from bnl.matching.features import outward, sector
from bnl.matching.levels import LEVELS
from bnl.matching.phonetic import phonetic
from bnl.matching.traditions import SYLLABLE
from bnl.matching.variants.lookup import are_variants, describe_group, variant_groups

Names = Mapping[str, Sequence[str]]
CHINESE = "chinese, vietnamese and korean"


def sound(name: str) -> str:
    """Return the sound key as the engine cuts it."""
    return phonetic(name)[:6]


def grade(a: str, b: str) -> int:
    """Grade the spelling of two names 0 to 3."""
    score = JaroWinkler.similarity(a, b)
    return 3 if score >= 0.92 else 2 if score >= 0.85 else 1 if score >= 0.75 else 0


def alike(one: str, two: str) -> bool:
    """Tell whether two names are one, in sound or in a spelling of another language."""
    heard = bool(sound(one)) and sound(one) == sound(two)
    return one == two or heard or are_variants(one, two, "transliteration")


def given_level(a: Names, b: Names) -> str:
    """Return the level of the given name before exchanged and alternative names are looked at."""
    if not a["given"] or not b["given"]:
        return "missing"
    (one,), (two,) = a["given"], b["given"]
    if one == two or a["given_joined"] == b["given_joined"]:
        return "exact"
    level = ("different", "weak", "similar", "close")[grade(one, two)]
    if level in {"weak", "similar"} and sound(one) == sound(two):
        level = "sound"
    order = [item.name for item in LEVELS["given"]]
    if level in {"different", "weak"} and (byname([one]) != byname([two]) or adopted(a, b)):
        level = "byname"
    if are_variants(one, two):
        level = "variant"
    if are_variants(one, two, "transliteration"):
        level = "spelling"
    level = max(level, joined_level(a, b), key=order.index)
    if len(one) == 1 or len(two) == 1:
        level = "initial" if one[0] == two[0] else "different"
    crossed = any(alike(one, other) for other in b["middle"]) or any(
        alike(two, other) for other in a["middle"]
    )
    if order.index(level) < order.index("close") and crossed:
        return "middle"
    if level in {"different", "weak", "byname"} and (a["middle"] or b["middle"]):
        return "byname" if byname([one, *a["middle"]]) != byname([two, *b["middle"]]) else level
    return level


def byname(names: Sequence[str]) -> bool:
    """Tell whether any of some names is a by-name."""
    return any(variant_groups(name, "byname") for name in names)


def adopted(a: Names, b: Names) -> bool:
    """Tell whether one of two given names beside Chinese family names is English."""

    def of(name: str, community: str, field: str) -> bool:
        groups = map(describe_group, variant_groups(name))
        return any(group.community == community and group.field == field for group in groups)

    def marks(name: str) -> tuple[bool, bool]:
        english = of(name, "english", "given_names")
        listed = of(name, CHINESE, "given_names")
        spelt = bool(SYLLABLE.fullmatch(name))
        return english and not listed and not spelt, not english and (listed or (spelt and len(name) <= 6))

    families = [(*a["family"],), (*b["family"],)]
    if not all(side and of(side[0], CHINESE, "family_name") for side in families):
        return False
    one, two = marks(a["given"][0]), marks(b["given"][0])
    return (one[0] and two[1]) or (two[0] and one[1])


def joined_level(a: Names, b: Names) -> str:
    """Return what given names of several parts say as one word."""
    (one,), (two,) = a["given_joined"], b["given_joined"]
    if one == a["given"][0] and two == b["given"][0]:
        return "different"
    if are_variants(one, two, "transliteration"):
        return "spelling"
    if are_variants(one, two):
        return "variant"
    return "close" if JaroWinkler.similarity(one, two) >= 0.92 else "different"


def family_level(a: Names, b: Names) -> str:
    """Return the level of the family name before exchanged and alternative names are looked at."""
    if not a["family"] or not b["family"]:
        return "missing"
    (one,), (two,) = a["family"], b["family"]
    if one == two:
        return "exact"
    level = ("different", "weak", "similar", "close")[grade(one, two)]
    if level in {"weak", "similar"} and sound(one) == sound(two):
        level = "sound"
    if are_variants(one, two, "transliteration"):
        level = "spelling"
    own_a, own_b = [one, *a["family_part"]], [two, *b["family_part"]]
    other_a, other_b = [*a["family_part"], *a["middle"]], [*b["family_part"], *b["middle"]]
    pairs = [*itertools.product(own_a, other_b), *itertools.product(own_b, other_a)]
    if any(alike(x, y) for x, y in pairs):
        order = [item.name for item in LEVELS["family"]]
        level = max(level, "part_sound", key=order.index)
    if any(x == y for x, y in pairs):
        level = "part"
    if a["family_part"] and b["family_part"]:
        short, long = sorted((a["family_part"], b["family_part"]), key=len)
        if all(any(alike(x, y) for y in long) for x in short):
            level = "spelling"
    for one_side, other in ((a, b), (b, a)):
        whole = [*other["family"], *other["middle"]]
        lone = one_side["family_part"] and not other["family_part"] and other["middle"]
        if lone and all(any(alike(x, y) for y in whole) for x in one_side["family_part"]):
            level = "spelling"
    return level


def exchange(a: Names, b: Names, given: str, family: str) -> tuple[str, str]:
    """Return given and family level with names in each other's column recognised."""
    if given not in {"missing", "different", "byname", "weak"} or family == "exact":
        return given, family

    def elsewhere(one: Names, two: Names) -> bool:
        own = set(two["family"])
        return bool(own & {*one["given"], *one["given_joined"]})

    def heard(one: Names, two: Names) -> bool:
        theirs = {sound(part) for part in (*two["family"], *two["family_part"])}
        return any(sound(name) in theirs for name in one["given"])

    def other_form(one: Names, two: Names) -> bool:
        return any(are_variants(x, y) for x in one["given"] for y in two["family"])

    straight, back = elsewhere(a, b), elsewhere(b, a)
    other_a, other_b = (a["family"], b["given"]) if straight else (a["given"], b["family"])
    one_way = straight != back
    near = one_way and bool(other_a and other_b) and JaroWinkler.similarity(other_a[0], other_b[0]) >= 0.88
    there, here = straight or heard(a, b), back or heard(b, a)
    crosswise = (there and (here or other_form(b, a))) or (here and other_form(a, b))
    if near or crosswise:
        return "swapped", "missing"
    if one_way and not (other_a and other_b) and family in {"missing", "different", "weak"}:
        return "cross", "missing"
    return given, family


def alternates(a: Names, b: Names, given: str, family: str) -> tuple[str, str]:
    """Return given and family level with aliases and former names heard."""
    order = [item.name for item in LEVELS["given"]]
    if order.index(given) < order.index("close") and _other(a, b, "alt_given", "given"):
        given = "alias"
    order = [item.name for item in LEVELS["family"]]
    if order.index(family) < order.index("close") and _other(a, b, "alt_family", "family"):
        family = "former"
    return given, family


def _other(a: Names, b: Names, other: str, base: str) -> bool:
    one, two = set(a[other]), set(b[other])
    heard = any(alike(x, y) for own, names in ((one, b[base]), (two, a[base])) for x in own for y in names)
    return heard or bool(one & two)


def middle_level(a: Names, b: Names) -> str:
    """Return the level of middle names."""
    if not a["middle"] or not b["middle"]:
        return "missing"
    if set(a["middle"]) & set(b["middle"]):
        return "exact"
    one, two = a["middle"][0], b["middle"][0]
    if len(one) == 1 or len(two) == 1:
        level = "initial" if one[0] == two[0] else "different"
    else:
        level = "similar" if JaroWinkler.similarity(one, two) >= 0.85 else "different"
    return "missing" if level == "different" and (byname([one]) or byname([two])) else level


def name_levels(a: Names, b: Names) -> tuple[str, str, str]:
    """Return the given, family and middle level of two people's names."""
    given, family = exchange(a, b, given_level(a, b), family_level(a, b))
    given, family = alternates(a, b, given, family)
    return given, family, middle_level(a, b)


def date_level(a: str, b: str) -> str:
    """Return the level of two dates of birth spelt YYYYMMDD, zeros for what is not known."""
    if not a or not b:
        return "missing"
    if a == b:
        return "partial" if a.endswith("00") else "default" if a.endswith("0101") else "exact"
    ya, ma, da = int(a[:4]), int(a[4:6]), int(a[6:])
    yb, mb, db = int(b[:4]), int(b[4:6]), int(b[6:])
    whole = bool(da and db)
    if not whole and ya == yb and (ma == mb or not ma or not mb):
        return "partial"
    if whole:
        level = _whole_dates(a, b)
        if level:
            return level
    if ya == yb:
        return "year"
    if abs((ya - yb) * 365 + (ma - mb) * 30 + (da - db)) <= 366:
        return "near"
    return "decade" if abs(ya - yb) <= 10 else "different"


def _whole_dates(a: str, b: str) -> str:
    new_year = a.endswith("0101") or b.endswith("0101")
    if a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]:
        return "swapped"
    shared = sum((a[:4] == b[:4], a[4:6] == b[4:6], a[6:] == b[6:]))
    differ = [place for place in range(8) if a[place] != b[place]]
    exchanged = len(differ) == 2 and differ[1] == differ[0] + 1
    exchanged = exchanged and a[differ[0]] == b[differ[1]] and a[differ[1]] == b[differ[0]]
    both_new_years = a.endswith("0101") and b.endswith("0101")
    if shared and (len(differ) == 1 or exchanged):
        return "new_years" if both_new_years else "digit"
    if a[4:] == b[4:] and abs(int(a[:4]) - int(b[:4])) in {1, 10}:
        return "new_years" if both_new_years else "decade_off"
    if a[:4] == b[:4] and new_year:
        return "placeholder"
    if a[:6] == b[:6]:
        return "month"
    if a[:4] != b[:4] and a[4:] == b[4:] and not new_year:
        return "day"
    return ""


def value_level(kind: str, a: Sequence[str], b: Sequence[str]) -> str:
    """Return the best level over all pairs of values."""
    names = [item.name for item in LEVELS[kind]]
    found = [single_level(kind, one, two) for one in a for two in b]
    return max(found, key=names.index, default="missing")


def single_level(kind: str, a: str, b: str) -> str:
    """Return the level of two values of one kind."""
    if a == b:
        return "exact"
    edits, score = OSA.distance(a, b), JaroWinkler.similarity(a, b)
    if kind == "identifier":
        return "typo" if edits <= 1 else "different"
    if kind == "text":
        return "close" if score >= 0.92 else "similar" if score >= 0.82 else "different"
    if kind == "email":
        if a.partition("@")[0] == b.partition("@")[0]:
            return "local"
        return "typo" if score >= 0.9 and edits <= 2 else "similar" if score >= 0.9 else "different"
    if kind == "postcode":
        level = "area" if a[:2] == b[:2] else "different"
        level = "district" if outward(a) == outward(b) else level
        level = "sector" if sector(a) == sector(b) else level
        return "typo" if level != "different" and edits <= 1 else level
    return "different"


def weight(
    mixture: Mixture,
    kinds: Sequence[str],
    levels: Sequence[str],
    rare: Sequence[float | None],
) -> float:
    """Return the match weight in bits of one pair.

    Args:
        mixture: Fitted probabilities.
        kinds: Kind of each comparison.
        levels: Level name of each comparison.
        rare: Share of records with the agreed value, where frequency counts and the very value agrees.
    """
    same, chance = mixture.match, mixture.chance
    others = [item.share for item in mixture.backgrounds]
    for place, (kind, level) in enumerate(zip(kinds, levels, strict=True)):
        code = [item.name for item in LEVELS[kind]].index(level)
        if code == 0:
            continue
        own = rare[place]
        u = own if own is not None else max(float(mixture.u[place][code]), 1e-12)
        same *= max(float(mixture.m[place][code]), 1e-12)
        chance *= u
        for at, item in enumerate(mixture.backgrounds):
            others[at] *= max(float(item.tables[place][code]), 1e-12) if item.free[place] else u
    return math.log2(same) - math.log2(chance + sum(others))


def is_day(text: str) -> bool:
    """Tell whether eight digits are a day of the calendar."""
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
