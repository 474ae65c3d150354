"""A sound key for names that survives transliteration: Yousef, Yusuf and Joussef share one."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress
from typing import Final

from bnl.matching.fold import fold
from bnl.matching.native import loaded

# Rules of spelling, applied in order to folded names without spaces; first the letters without which a rule
# finds nothing. Names are read as lines of one text, so no class of letters takes a line end. Capitals in the
# replacement are sounds that later rules leave alone: X is sh/ch, J is j/y before a vowel, K is k/q/hard c,
# F is f/v/w, S is s/z.
_RULES: Final = tuple(
    (tuple(needles.split()), re.compile(pattern, re.MULTILINE), sound)
    for needles, pattern, sound in (
        ("kn gn ng", r"^(?:kn|gn|ng)", "n"),
        ("wr", r"^wr", "r"),
        ("ps", r"^ps", "s"),
        ("pf", r"^pf", "f"),
        ("wh", r"^wh", "w"),
        ("x", r"^x(?=[aeiouy])", "S"),
        ("mac", r"^mac(?=[^aeiouykh\n])", "mk"),
        ("eau ieux", r"eaux?$|ieux$", "o"),
        ("zh dsch dj", r"dzh|dsch|dj|zh", "J"),
        ("tsch shch szcz tsh tch", r"schtsch|shch|szcz|tsch|tsh|tch", "X"),
        ("sch", r"sch(?=[rlmnw])", "X"),
        ("sch sh sz", r"sch|sh|sz", "X"),
        ("ch", r"ch(?=[rlnmt])|ch(?=ael|ail|iel)", "K"),
        ("cz ch tj", r"cz|ch|tj(?=[aeiou])", "X"),
        ("gh", r"augh|ough|eigh|igh(?=$|[tns])", "a"),
        ("ugh", r"ugh$", "u"),
        ("gh", r"gh", "g"),
        ("kh ck q", r"kh|ck|cq|qu|q", "K"),
        ("ph bh mh", r"ph|bh(?=$|[^aeiouy\n])|mh(?=$|[^aeiouy\n])", "F"),
        ("th dh tt dd", r"th|dh|tt|dd", "t"),
        ("ts tz ds dz", r"ts|tz|ds|dz", "S"),
        ("x", r"x", "KS"),
        ("c", r"c(?=[eiy])", "S"),
        ("c", r"c", "K"),
        ("g", r"g(?=[eiy])", "J"),
        ("gn", r"gn", "n"),
        ("u", r"^(?:ou|u)(?=[aei])", "w"),
        ("y i j", r"^(?:y|i|j)(?=[aeou])", "J"),
        ("w", r"(?<=[aeiou])w(?=$|[^aeiouy\n])", ""),
        ("j", r"j(?=[aeiouy])", "J"),
    )
)
_SOUNDS: Final = str.maketrans({"k": "K", "f": "F", "v": "F", "w": "F", "s": "S", "z": "S", "d": "t"})
_FIRST_H: Final = re.compile("^h", re.MULTILINE)
_FIRST_VOWEL: Final = re.compile("^[aeiouyj]", re.MULTILINE)
_SILENT: Final = re.compile("[aeiouyhj]+")
_REPEATED: Final = re.compile(r"([^\n])\1+")
_ARTICLES: Final = frozenset({"al", "el", "ul"})


def _spoken(name: str) -> str:
    """Join the words of a folded name, without a leading Arabic article."""
    words = name.split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return "".join(words)


def phonetics(names: Sequence[str]) -> list[str]:
    """Return the sound keys of many names, see `phonetic`; each rule is applied to all of them at once.

    Args:
        names: Names, folded or not.
    """
    return folded_phonetics([fold(name) for name in names])


def folded_phonetics(folded: Sequence[str]) -> list[str]:
    """Return the sound keys of folded names (see `phonetics`)."""
    native = loaded()
    if native is None:
        return _keys(folded)
    plain = [name.isascii() for name in folded]
    if all(plain):
        return native.sounds(folded)
    keys = iter(native.sounds(list(compress(folded, plain))))
    others = iter(_keys([name for name in folded if not name.isascii()]))
    return [next(keys if ascii_alone else others) for ascii_alone in plain]


def _keys(folded: Sequence[str]) -> list[str]:
    """Return the sound keys of folded names; the twin of the compiled loop."""
    if not folded:
        return []
    spoken = [_spoken(name) for name in folded]
    text = "\n".join(spoken)
    for needles, pattern, sound in _RULES:
        if any(needle in text for needle in needles):
            text = pattern.sub(sound, text)
    text = _REPEATED.sub(r"\1", _FIRST_VOWEL.sub("A", _FIRST_H.sub("H", text.translate(_SOUNDS))))
    keys = _SILENT.sub("", text).upper().split("\n")
    return [
        "D" + key[1:] if name.startswith("d") and key.startswith("T") else key
        for name, key in zip(spoken, keys, strict=True)
    ]


@lru_cache(maxsize=65_536)
def phonetic(name: str) -> str:
    """Return the sound key of a name.

    The key keeps the order of the consonant sounds and drops what transliterators disagree on: vowels (one
    ``A`` stands for any vowel at the beginning), h inside a name, doubled letters, k for q and kh, f for v, w
    and ph, s for z and c, d for t, j for y and dj. It is coarse: equal keys suggest one name,
    they do not show it.

    Args:
        name: A name, folded or not, of any number of words; spaces and hyphens do not matter.

    Returns:
        Capital letters, and letters of other scripts as they are; empty only for an empty name.
    """
    return phonetics([name])[0]
