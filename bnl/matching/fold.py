"""Fold a name to the plain form that every comparison of names starts from."""

import unicodedata

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {
        "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "ng",
        "ħ": "h", "ŧ": "t", "ə": "a", "ĸ": "k", "ſ": "s",
    }
)  # fmt: skip
_APOSTROPHES = frozenset("'’‘`´ʼʻʾʿ′＇")
_TATWEEL = "\u0640"
_PLAIN = str.maketrans(
    {char: "" if char in _APOSTROPHES else " " for char in map(chr, range(128)) if not char.isalnum()}
)


def _is_mark(char: str) -> bool:
    """Say whether a character is an accent (Latin, Greek, Cyrillic) or an Arabic vowel sign."""
    code = ord(char)
    return 0x0300 <= code <= 0x036F or 0x064B <= code <= 0x065F or code == 0x0670


def fold(name: str) -> str:
    """Fold a name: case, accents, apostrophes and punctuation go; letters, digits and single spaces stay.

    Apostrophes vanish (``O'Brien`` is ``obrien``); every other mark separates (``Anne-Marie`` is
    ``anne marie``). Letters of other scripts are kept as they are. Folding twice changes nothing.

    Args:
        name: A name as written, of any script and length.

    Returns:
        The folded name; empty when nothing of the name is a letter or a digit.
    """
    if name.isascii():
        return name.lower() if name.isalpha() else " ".join(name.lower().translate(_PLAIN).split())
    text = unicodedata.normalize("NFKD", name).casefold().translate(_LETTERS)
    text = unicodedata.normalize("NFKD", text)
    kept = (
        char if char.isalnum() or unicodedata.category(char) in {"Mc", "Mn"} else " "
        for char in text
        if char not in _APOSTROPHES and char != _TATWEEL and not _is_mark(char)
    )
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
