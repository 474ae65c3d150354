"""Partial dates: a year, a month or a day, written as ISO 8601 and never padded out with guesses."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_FULL, _MONTH = 10, 7


class DatePrecision(StrEnum):
    """How much of a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


def check_partial_date(text: str) -> str:
    """Return the text if it is a possible partial date.

    Args:
        text: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Returns:
        The same text.

    Raises:
        ValueError: If it has another shape or names a day that never was, such as 1990-02-31.
    """
    found = _SHAPE.match(text)
    if not found:
        raise ValueError("a date is written YYYY-MM-DD, YYYY-MM or YYYY")
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueError("there is no such day in the calendar") from None
    return text


def precision(partial: str) -> DatePrecision:
    """Tell how much of a checked partial date is known."""
    if len(partial) == _FULL:
        return DatePrecision.DAY
    return DatePrecision.MONTH if len(partial) == _MONTH else DatePrecision.YEAR


PartialDate = Annotated[str, AfterValidator(check_partial_date)]
