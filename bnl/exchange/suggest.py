"""A first draft of a mapping profile, made of a file's headings and a sample of its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from bnl.domain.identifiers import AgencyId
from bnl.errors import InputError
from bnl.exchange.dates import DateReader, ReadDate
from bnl.exchange.headings import HEADINGS, REFERENCES
from bnl.exchange.names import name_pattern
from bnl.exchange.profile import Profile
from bnl.exchange.reading import open_table
from bnl.exchange.rows import Table
from bnl.exchange.rules import FieldRule, NameRule
from bnl.exchange.source import Source, source_of

_SAMPLE = 200
_ENOUGH = 0.9
_NO_LETTERS = re.compile(r"[\W_]+")
_FORMATS: Final = (
    "dd/mm/yyyy", "yyyy-mm-dd", "mm/dd/yyyy", "dd/mm/yy", "dd mmm yyyy", "dd mmm yy", "yyyymmdd", "ddmmyyyy",
    "mm/yyyy", "yyyy",
)  # fmt: skip
_NAME_PATTERNS: Final = ("SURNAME, Forename (known as X)", "Forename SURNAME (known as X)")

Kind = Literal["csv", "excel", "jsonl", "parquet"]
_KINDS: Final[dict[str, Kind]] = {
    ".xlsx": "excel",
    ".xls": "excel",
    ".xlsb": "excel",
    ".ods": "excel",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A draft for a person to correct.

    Args:
        profile: The draft.
        unused: Columns of the file that the draft does not read.
        remarks: What was guessed and should be looked at.
    """

    profile: Profile
    unused: tuple[str, ...]
    remarks: tuple[str, ...]


def suggest_profile(
    given: str | Path | bytes, agency: AgencyId, today: date, *, name: str | None = None
) -> Suggestion:
    """Draft a profile for a file.

    Args:
        given: A path, or the bytes of the file.
        agency: The agency whose file it is.
        today: The civil date in London.
        name: Name of the file; its ending tells the format where the path does not.

    Returns:
        The draft, what it leaves unread, and what it had to guess.

    Raises:
        InputError: If the file cannot be read at all, or none of its columns is recognised.
    """
    source = source_of(given, name)
    table = _open(source, agency)
    sample = [row.cells for row in islice(table.rows, _SAMPLE) if row.broken is None]
    columns = {
        column: [text for cells in sample if isinstance(text := cells[at], str) and text.strip()]
        for at, column in enumerate(table.header)
        if column
    }
    remarks = list(table.notes)
    reference = _reference(columns, remarks)
    fields: dict[str, FieldRule] = {}
    names: list[NameRule] = []
    formats: tuple[str, ...] = ()
    for field, found in _recognised([column for column in columns if column != reference]).items():
        pattern = _pattern(columns[found[0]]) if field == "full_name" else None
        if pattern is not None:
            names.append(NameRule(column=found[0], pattern=pattern))
            continue
        fields[field] = FieldRule(column=found)
        if field == "date_of_birth":
            formats = _date_format(columns[found[0]], today, remarks)
    if not fields and not names:
        raise InputError(
            "no column of the file is recognised.",
            "Write the profile by hand, or check that the first row holds the column names.",
            file=source.name,
        )
    draft = Profile(
        agency=agency,
        format=_kind(source),
        reference=(reference,),
        fields=fields,
        names=tuple(names),
        date_formats=formats or ("dd/mm/yyyy",),
    )
    unused = tuple(column for column in columns if column not in draft.columns())
    return Suggestion(draft, unused, tuple(remarks))


def _kind(source: Source) -> Kind:
    suffix = Path(source.name).suffix.lower()
    if suffix in _KINDS:
        return _KINDS[suffix]
    magic = source.signature() or ""
    return "excel" if "Excel" in magic else "parquet" if "Parquet" in magic else "csv"


def _open(source: Source, agency: AgencyId) -> Table:
    anything = {"notes": FieldRule(constant="-")}
    return open_table(source, Profile(agency=agency, format=_kind(source), reference=("-",), fields=anything))


def _plain(heading: str) -> str:
    return " ".join(_NO_LETTERS.sub(" ", heading.replace("(s)", "s")).casefold().split())


def _reference(columns: dict[str, list[str]], remarks: list[str]) -> str:
    """Return the column of the agency's own reference: by its heading, or the first without a repeat."""
    by_name = {_plain(column): column for column in reversed(list(columns))}
    for heading in REFERENCES.split(";"):
        if heading in by_name:
            return by_name[heading]
    unique = (name for name, texts in columns.items() if texts and len(set(texts)) == len(texts))
    guess = next(unique, next(iter(columns), ""))
    remarks.append(f'no heading says which column is your own reference; "{guess}" was taken, check it')
    return guess


def _recognised(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the columns of each field."""
    meaning = {heading: field for field, listed in HEADINGS.items() for heading in listed.split(";")}
    found: dict[str, list[str]] = {}
    for column in columns:
        plain = re.sub(r" \d+$", "", _plain(column))
        field = meaning.get(_plain(column)) or meaning.get(plain)
        if field is not None:
            found.setdefault(field, []).append(column)
    if {"given_names", "family_name"} & set(found):
        found.pop("full_name", None)
    return {field: tuple(listed) for field, listed in found.items()}


def _pattern(texts: list[str]) -> str | None:
    """Return the pattern that fits nearly all names of a sample."""
    for pattern in _NAME_PATTERNS:
        reader = name_pattern(pattern)
        fitting = sum(reader.read(text.strip()) is not None for text in texts)
        if texts and fitting >= _ENOUGH * len(texts):
            return pattern
    return None


def _date_format(texts: list[str], today: date, remarks: list[str]) -> tuple[str, ...]:
    """Return the format that reads most dates of a sample; day first where both orders read the same."""
    if not texts:
        return ()
    read = {
        pattern: sum(isinstance(DateReader((pattern,), today).read(text.strip()), ReadDate) for text in texts)
        for pattern in _FORMATS
    }
    best = max(_FORMATS, key=lambda pattern: read[pattern])
    if read[best] < len(texts):
        remarks.append(
            f"{len(texts) - read[best]} of {len(texts)} dates sampled are not in the format {best}"
        )
    return (best,)
