"""Finding a profile's columns in a file's header, and the nearest name to one that is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

from bnl.errors import InputError, ProfileError

_NEAR = 60.0
# A date, a number or an email among the names: this is a row about somebody, not a header.
_DATA = re.compile(r"\d{4}|\d[/.-]\d|@")


def nearest(name: str, present: Iterable[str]) -> str | None:
    """Return the present name most like this one, or None if none is much like it."""
    wanted = plain_name(name)
    plain = [(plain_name(other), other) for other in present]
    scored = [
        (max(fuzz.ratio(wanted, one), fuzz.token_sort_ratio(wanted, one)), other) for one, other in plain
    ]
    score, best = max(scored, key=lambda one: one[0], default=(0.0, ""))
    return best if score >= _NEAR else None


def plain_name(name: str) -> str:
    """Return a column's name as it is compared: small letters, single blanks, underscores as blanks."""
    return " ".join(name.replace("_", " ").casefold().split())


def locate(
    columns: Iterable[str], header: tuple[str, ...], *, optional: Iterable[str], file: str
) -> dict[str, int]:
    """Find the columns of a profile in the header of a file; capitals, blanks and underscores do not count.

    Args:
        columns: Columns the profile reads.
        header: The file's header.
        optional: Columns that may be missing.
        file: Name of the file, for the error.

    Returns:
        Position of each column found, counted from 0.

    Raises:
        ProfileError: If a column is missing, naming the nearest present one.
        InputError: If a column the profile reads stands in the header twice.
    """
    exact = {name: at for at, name in reversed(list(enumerate(header)))}
    folded: dict[str, list[int]] = {}
    for at, name in enumerate(header):
        folded.setdefault(plain_name(name), []).append(at)
    places = {}
    for column in columns:
        alike = folded.get(plain_name(column), [])
        if header.count(column) > 1 or (column not in exact and len(alike) > 1):
            raise InputError(
                "the header has this column twice, so it cannot be told which one is meant.",
                "Rename one of the two in the export.",
                file=file,
                column=column,
            )
        if column in exact or alike:
            places[column] = exact[column] if column in exact else alike[0]
        elif column not in optional:
            raise _missing(column, header, file)
    return places


def _missing(column: str, header: tuple[str, ...], file: str) -> ProfileError:
    hint = None if any(map(_DATA.search, header)) else nearest(column, header)
    near = f' The nearest column present is "{hint}".' if hint else ""
    return ProfileError(
        f"the profile reads this column and the header has no such column.{near}",
        "Correct the name in the profile or in the file. If there is no header row, add one; if "
        "rows stand above it, set skip_rows; if the delimiter is wrong, set it in the profile.",
        file=file,
        column=column,
    )
