"""Name patterns: one column such as "SURNAME, Forename (known as X)" taken apart into its names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WORDS: Final = {
    "surname": "family",
    "family name": "family",
    "last name": "family",
    "forenames": "given",
    "forename": "given",
    "first names": "given",
    "first name": "given",
    "given names": "given",
    "given name": "given",
    "title": "title",
    "alias": "alias",
    "x": "alias",
}
_WORD = re.compile(r"\b(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_KNOWN_AS = re.compile(r"\b(?:also |formerly )?known as\b|\ba\.?k\.?a\.?(?!\w)", re.IGNORECASE)
_KNOWN_AS_WRITTEN = r"(?:also\s+known\s+as|known\s+as|a\.?\s?k\.?\s?a\.?|alias|called)\s*:?"
_PART: Final = {
    "family": r"(?P<family>[^,()]+?)",
    "given": r"(?P<given>[^,()]+?)",
    "title": r"(?:(?P<title>(?:Mr|Mrs|Ms|Miss|Mx|Dr|Rev)\b\.?)\s*)?",
    "alias": r"(?P<alias>[^()]+?)",
}
_ALIASES = re.compile(r"\s*(?:[;/|,]|\bor\b)\s*")


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name taken apart; what the pattern does not name is absent."""

    given_names: str | None
    family_name: str | None
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A pattern made ready for reading.

    Args:
        expression: The pattern as a regular expression.
        side_by_side: Whether forename and surname stand side by side with only a blank between them.
        surname_first: Whether the surname is the first of the two.
    """

    expression: re.Pattern[str]
    side_by_side: bool
    surname_first: bool

    def read(self, text: str) -> NameParts | None:
        """Take a name apart.

        Args:
            text: The cell, trimmed, blanks collapsed.

        Returns:
            Its parts, or None if the name does not fit the pattern or could be parted in more than one way.
        """
        found = self.expression.match(text)
        if not found:
            return None
        parts = found.groupdict()
        given, family = parts.get("given"), parts.get("family")
        if self.side_by_side and given and family:
            both = (family, given) if self.surname_first else (given, family)
            parted = _part(" ".join(both), surname_first=self.surname_first)
            if parted is None:
                return None
            given, family = parted
        aliases = tuple(piece for piece in _ALIASES.split((parts.get("alias") or "").strip()) if piece)
        return NameParts(given or None, family or None, aliases)


def name_pattern(text: str) -> NamePattern:
    """Make a pattern ready.

    ``SURNAME``, ``Forename``, ``Title`` and ``X`` stand for the names; what is in round brackets may be
    missing; "known as" also reads "aka", "alias" and "called"; all else stands for itself.

    Args:
        text: The pattern as a data officer writes it.

    Raises:
        ValueError: If it names neither surname nor forename, or one twice, or its brackets do not match.
    """
    names = [_WORDS[found.group(1).lower()] for found in _WORD.finditer(_KNOWN_AS.sub(" ", text))]
    if len(set(names)) != len(names) or not {"family", "given"} & set(names):
        raise ValueError('a name pattern names each name once, such as "SURNAME, Forename (known as X)"')
    if re.sub(r"[^()]", "", text).replace("()", ""):
        raise ValueError("the round brackets of a name pattern come in pairs and are not nested")
    expression = "".join(_piece(piece) for piece in re.split(r"(\s*\([^()]*\))", text.strip()) if piece)
    adjacent = re.search(r"(?:sur|fore|last|first|given|family)\s?(?:names?)\s+\w+", text, re.IGNORECASE)
    between = "," not in text and {"family", "given"} <= set(names) and adjacent is not None
    return NamePattern(
        re.compile(expression + r"\s*\Z", re.IGNORECASE),
        side_by_side=between,
        surname_first=between and names.index("family") < names.index("given"),
    )


def _piece(text: str) -> str:
    stripped = text.strip()
    if stripped.startswith("(") and stripped.endswith(")"):
        return r"(?:\s*\(\s*" + _plain(stripped[1:-1].strip()) + r"\s*\))?"
    return _plain(text)


def _plain(text: str) -> str:
    """Write the words of a pattern as an expression; blanks are loose, and none is needed at a comma."""
    out, at = [], 0
    marks = [(m.start(), m.end(), _KNOWN_AS_WRITTEN) for m in _KNOWN_AS.finditer(text)]
    marks += [(m.start(), m.end(), _PART[_WORDS[m.group(1).lower()]]) for m in _WORD.finditer(text)]
    for start, end, expression in sorted(marks):
        out += [_literal(text[at:start]), expression]
        at = end
    return "".join([*out, _literal(text[at:])])


def _literal(text: str) -> str:
    pieces = [re.escape(piece) for piece in re.split(r"\s+", text)]
    return re.sub(r"(?:\\s\+)?,(?:\\s\+)?", r"\\s*,\\s*", r"\s+".join(pieces))


def _part(text: str, *, surname_first: bool) -> tuple[str, str] | None:
    """Part a name without a comma into given names and family name.

    Two words part in the middle. More are parted only where the surname alone is in capitals; anything else
    would be a guess at where a surname of two words begins.
    """
    words = text.split()
    if len(words) == 2:
        first, second = words
        return (second, first) if surname_first else (first, second)
    ordered = words if surname_first else words[::-1]
    capitals = 0
    while capitals < len(ordered) and _capitals(ordered[capitals]):
        capitals += 1
    if not 0 < capitals < len(words):
        return None
    cut = capitals if surname_first else len(words) - capitals
    head, tail = " ".join(words[:cut]), " ".join(words[cut:])
    return (tail, head) if surname_first else (head, tail)


def _capitals(word: str) -> bool:
    return word.isupper() and sum(map(str.isalpha, word)) > 1
