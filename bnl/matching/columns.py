"""The columns a record may have: the roles, the names other systems give them, and how each is read."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import polars as pl

from bnl.errors import MatchingError
from bnl.matching.record_ids import repeats

NAME_COLUMNS: Final = (
    "given_names",
    "middle_names",
    "family_name",
    "full_name",
    "aliases",
    "former_names",
)

# How the values of each column that is not part of a name are read (a key of `NORMALISERS`).
VALUE_COLUMNS: Final = MappingProxyType(
    {
        "date_of_birth": "date",
        "sex": "sex",
        "ni_number": "ni",
        "nhs_number": "nhs",
        "prison_number": "reference",
        "person_number": "reference",
        "other_references": "reference",
        "phones": "phone",
        "emails": "email",
        "street_number": "text",
        "address": "text",
        "address_2": "text",
        "suburb": "text",
        "city": "text",
        "state": "text",
        "postcode": "postcode",
        "birth_place": "text",
        "occupation": "text",
    }
)

LIST_COLUMNS: Final = frozenset({"aliases", "former_names", "other_references", "phones", "emails"})

SYNONYMS: Final = MappingProxyType(
    {
        "unique_id": "record_id",
        "id": "record_id",
        "source_dataset": "agency",
        "agency_id": "agency",
        "given_name": "given_names",
        "first_name": "given_names",
        "forename": "given_names",
        "forenames": "given_names",
        "middle_name": "middle_names",
        "middle_initial": "middle_names",
        "surname": "family_name",
        "last_name": "family_name",
        "name": "full_name",
        "alias": "aliases",
        "known_as": "aliases",
        "former_name": "former_names",
        "maiden_name": "former_names",
        "dob": "date_of_birth",
        "birth_date": "date_of_birth",
        "gender": "sex",
        "nino": "ni_number",
        "soc_sec_id": "person_number",
        "ssn": "person_number",
        "phone": "phones",
        "mobile": "phones",
        "email": "emails",
        "address_1": "address",
        "street": "address",
        "street_name": "address",
        "zipcode": "postcode",
        "zip": "postcode",
        "town": "city",
        "place_of_birth": "birth_place",
    }
)


# Beyond this a decimal number no longer holds every whole one.
_WHOLE: Final = 2.0**53


def role_of(column: str) -> str:
    """Return the standard name of a column, or the name itself if it has none."""
    return SYNONYMS.get(column, column)


def readable(values: pl.Series) -> pl.Series:
    """Return a column of a kind that can be read as text.

    Whole numbers that a spreadsheet or another library made decimal, because some are missing, are whole
    again.

    Args:
        values: A column.

    Raises:
        MatchingError: If it holds bytes or objects.
    """
    inner = values.dtype.inner if isinstance(values.dtype, pl.List | pl.Array) else values.dtype
    if inner in (pl.Binary, pl.Object):
        raise MatchingError(
            f"The column {values.name} holds no text but values of the type {inner}.",
            "Write them as text first.",
        )
    if not values.dtype.is_float():
        return values
    values = values.fill_nan(None)
    held = values.drop_nulls()
    if not held.is_finite().all() or (held.abs() >= _WHOLE).any() or (held != held.floor()).any():
        return values
    return values.cast(pl.Int64)


def standard_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Rename columns to their standard names and check the record ids.

    Args:
        frame: One row per record; columns without a role are left out.

    Returns:
        A frame with ``record_id`` (String, unique, no nulls) and the known columns that are there.

    Raises:
        MatchingError: If ``record_id`` is missing, null or repeated, two columns have one role, or one holds
            no text.
    """
    known = {"record_id", "agency", *NAME_COLUMNS, *VALUE_COLUMNS}
    taken: dict[str, str] = {column: column for column in frame.columns if column in known}
    for column in frame.columns:
        role = role_of(column)
        if column in taken or role not in known:
            continue
        if role in taken:
            if role in frame.columns:
                continue
            raise MatchingError(
                f"Two columns, {taken[role]} and {column}, have the role {role}.",
                "Rename or drop one of them.",
            )
        taken[role] = column
    if "record_id" not in taken:
        raise MatchingError(
            "The records have no column record_id.", "Name the column that identifies a record."
        )
    out = frame.select(pl.col(column).alias(role) for role, column in taken.items())
    out = out.select(readable(series) for series in out)
    ids = out.get_column("record_id").cast(pl.String)
    if ids.null_count() or repeats(ids):
        raise MatchingError(
            "The column record_id has nulls or repeated values.", "Give each record an id of its own."
        )
    return out.with_columns(ids)
