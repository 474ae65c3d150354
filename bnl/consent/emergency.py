"""Break-glass searches: they name one person, return at most one, and nobody if two match."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from bnl.domain.dates import DatePrecision, precision
from bnl.domain.person import PersonFields

T = TypeVar("T")

IDENTIFIERS: Final = ("ni_number", "nhs_number", "prison_number")


def names_one_person(query: PersonFields) -> bool:
    """Tell whether a query may be searched by an override.

    Args:
        query: What is searched for.

    Returns:
        Whether it gives a full name with a full date of birth, or an identifier.
    """
    if any(getattr(query, name) for name in IDENTIFIERS):
        return True
    full_name = bool(query.given_names and query.family_name) or len((query.full_name or "").split()) > 1
    born = query.date_of_birth
    return full_name and born is not None and precision(born) is DatePrecision.DAY


def the_one(found: Sequence[T]) -> T | None:
    """Return what was found if it is one, and nothing if it is none or several."""
    return found[0] if len(found) == 1 else None
