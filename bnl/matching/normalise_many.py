"""Many values normalised at once: what is plainly written all together, the rest one by one."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import polars as pl

from bnl.matching.normalise import MAX_PHONE, MAX_YEAR, MIN_PHONE, MIN_YEAR, MISSING, NHS_LENGTH, NORMALISERS

_MANY = 1000
_ASCII = r"^[\x00-\x7F]*$"
_SPACES = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
"""What Python strips of a text that is ASCII."""


def normalised(kind: str, values: Sequence[str]) -> list[str]:
    """Bring many values of one kind to the form in which they are compared.

    Args:
        kind: A key of `NORMALISERS`.
        values: Values as written.

    Returns:
        What the normaliser of the kind makes of each; what is plainly written is read all at once.
    """
    normalise = NORMALISERS[kind]
    if len(values) < _MANY or kind not in _AT_ONCE:
        return [normalise(value) for value in values]
    found = _AT_ONCE[kind](pl.Series(values, dtype=pl.String))
    return [
        many if many is not None else normalise(value)
        for many, value in zip(found.to_list(), values, strict=True)
    ]


def _whole_dates(written: pl.Series) -> pl.Series:
    """Return ISO dates as eight digits, null for whatever else is written."""
    whole = written.str.contains(r"^\d{4}-\d\d-\d\d$") & (written != "1900-01-01")
    days = written.set(~whole, None).str.to_date("%Y-%m-%d", strict=False)
    return days.set(~days.dt.year().is_between(MIN_YEAR, MAX_YEAR), None).dt.strftime("%Y%m%d")


def _plain_postcodes(written: pl.Series) -> pl.Series:
    """Return postcodes of plain letters, digits and spaces, null for whatever else is written."""
    plain = written.str.contains(r"^[A-Za-z0-9 ]+$") & written.str.contains(r"[0-9]")
    return written.set(~plain, None).str.to_uppercase().str.replace_all(" ", "", literal=True)


def _plain_texts(written: pl.Series) -> pl.Series:
    """Return folded texts, null for those with a letter beyond ASCII."""
    plain = written.set(~written.str.contains(_ASCII), None).str.to_lowercase().str.strip_chars(_SPACES)
    folded = plain.str.replace_all(r"['`]", "").str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars(" ")
    return folded.set(plain.is_in(list(MISSING)).fill_null(value=False), "")


def _plain_phones(written: pl.Series) -> pl.Series:
    """Return telephone numbers as `phone` does, null for those with a sign beyond ASCII."""
    ascii_only = written.set(~written.str.contains(_ASCII), None)
    frame = ascii_only.str.replace_all(r"[^0-9]+", "").str.strip_prefix("00").alias("d").to_frame()
    digits, rest = pl.col("d"), pl.col("d").str.slice(2)
    abroad = digits.str.starts_with("44") & (digits.str.len_bytes() > NHS_LENGTH)
    frame = frame.with_columns(
        pl.when(abroad).then("0" + rest.str.strip_prefix("0")).otherwise(digits).alias("d")
    )
    usable = digits.str.len_bytes().is_between(MIN_PHONE, MAX_PHONE)
    repeated = rest.str.strip_chars_start(rest.str.slice(0, 1)) == ""
    return frame.select(
        pl.when(usable & ~repeated).then(digits).when(digits.is_not_null()).then(pl.lit(""))
    ).to_series()


_AT_ONCE: Final = MappingProxyType(
    {"date": _whole_dates, "postcode": _plain_postcodes, "text": _plain_texts, "phone": _plain_phones}
)
