"""Places: recognising a shared address that is hidden for another household member's sake.

When in doubt a place is the hidden one: it is shown only where a full postcode proves it to be another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_POSTCODE: Final = re.compile(
    r"(?<![A-Z0-9])([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})(?![A-Z0-9])", re.ASCII
)


class Hideout(NamedTuple):
    """What is known of a hidden place: its postcodes; none known means any place may be it."""

    postcodes: frozenset[str]


EVERYWHERE: Final = Hideout(frozenset())


def postcodes(texts: Iterable[str]) -> frozenset[str]:
    """Return the full UK postcodes that occur in some texts, without their space."""
    return frozenset(
        outward + inward for text in texts for outward, inward in _POSTCODE.findall(text.upper())
    )


def hideout(places: Iterable[str]) -> Hideout:
    """Return what is known of a hidden place from everything anybody wrote of it.

    A place written anywhere without its postcode may be written so elsewhere too, so it counts as unknown
    unless some text of it has one.
    """
    return Hideout(postcodes(places))


def may_be(hidden: Hideout, texts: Iterable[str]) -> bool:
    """Tell whether what some texts say may be the hidden place.

    Args:
        hidden: The place.
        texts: Everything one record or event says of one place.

    Returns:
        False only if the texts name postcodes, the hidden place is known by postcodes, and none is shared.
    """
    named = postcodes(texts)
    return not named or not hidden.postcodes or bool(named & hidden.postcodes)
