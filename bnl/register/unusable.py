"""What callers hand over that no call can use, told as the library's own error and without its content."""

from __future__ import annotations

from bnl.errors import InvalidValue

UNUSABLE = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
"""Errors by which Python and pydantic tell of a value that cannot be right."""


def unusable(error: Exception) -> InvalidValue:
    """Return the library's error for a value that a call cannot use.

    Args:
        error: How the value failed; its text may quote the value, so that only its kind is passed on.
    """
    return InvalidValue(
        f"Something given cannot be used ({type(error).__name__}).",
        "Check the types, the ids, the dates, and that texts hold no broken characters.",
    )
