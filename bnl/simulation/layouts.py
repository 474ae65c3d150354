"""How each agency lays out its export: file format, columns, and how a cell is written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from bnl.domain.identifiers import AgencyId
from bnl.domain.person import PersonFields
from bnl.simulation.statements import Statement

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR, _FULL = 4, 10


@dataclass(frozen=True)
class Layout:
    """How one agency's export looks.

    Args:
        filename: Name of the file.
        columns: Column names and what stands in them.
        format: ``csv``, ``excel`` or ``jsonl``.
        encoding: Of a text file.
        delimiter: Of a CSV file.
        sheet: Of a workbook.
    """

    filename: str
    columns: tuple[tuple[str, str], ...]
    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = "Sheet1"


def cell(source: str, statement: Statement, fields: PersonFields) -> str:
    """Write one cell.

    Args:
        source: What stands in the column: a name of this file's table, or a standard field; a list field's
            values are joined by what follows the colon.
        statement: The record.
        fields: What it says, now or in an earlier row.

    Returns:
        The cell's text, empty where nothing is said.
    """
    if source in _WRITERS:
        return _WRITERS[source](statement, fields)
    name, _, joined = source.partition(":")
    value = getattr(fields, name)
    if isinstance(value, tuple):
        return (joined or "; ").join(value)
    return value or ""


def _slashes(_: Statement, fields: PersonFields) -> str:
    born = fields.date_of_birth or ""
    return "/".join(reversed(born.split("-"))) if len(born) == _FULL else born


def _dots(statement: Statement, fields: PersonFields) -> str:
    return _slashes(statement, fields).replace("/", ".")


def _month_words(_: Statement, fields: PersonFields) -> str:
    born = fields.date_of_birth or ""
    if len(born) != _FULL:
        return born
    return f"{born[8:]}-{_MONTHS[int(born[5:7]) - 1]}-{born[:4]}"


def _together(born: str) -> str:
    return born.replace("-", "")


def _comma_name(_: Statement, fields: PersonFields) -> str:
    family, given = (fields.family_name or "").upper(), fields.given_names or ""
    known = f" (known as {fields.aliases[0]})" if fields.aliases else ""
    return f"{family}, {given}{known}" if family and given else f"{family}{given}{known}"


def _sex(letters: dict[str, str]) -> Callable[[Statement, PersonFields], str]:
    return lambda _, fields: letters.get(fields.sex or "", "")


def _spaced_ni(_: Statement, fields: PersonFields) -> str:
    number = fields.ni_number or ""
    if len(number) != len("AA000000A") or not number[2:8].isdigit():
        return number
    return " ".join((number[:2], number[2:4], number[4:6], number[6:8], number[8:]))


def _spaced_nhs(_: Statement, fields: PersonFields) -> str:
    number = fields.nhs_number or ""
    return f"{number[:3]} {number[3:6]} {number[6:]}" if number.isdigit() and len(number) == _FULL else number


def _abroad(place: int) -> Callable[[Statement, PersonFields], str]:
    def write(_: Statement, fields: PersonFields) -> str:
        return "".join(f"+44 {phone.removeprefix('0')}" for phone in fields.phones[place : place + 1])

    return write


def _opened(statement: Statement, _: PersonFields) -> str:
    return f"{statement.on:%d/%m/%Y}"


_WRITERS: Final[dict[str, Callable[[Statement, PersonFields], str]]] = {
    "reference": lambda statement, _: statement.reference,
    "opened": _opened,
    "opened_iso": lambda statement, _: statement.on.isoformat(),
    "consent": lambda statement, _: statement.consent,
    "born dd/mm/yyyy": _slashes,
    "born dd.mm.yyyy": _dots,
    "born dd-mmm-yyyy": _month_words,
    "born yyyymmdd": lambda _, fields: _together(fields.date_of_birth or ""),
    "name": _comma_name,
    "sex M/F": _sex({"male": "M", "female": "F"}),
    "sex 1/2": _sex({"male": "1", "female": "2"}),
    "sex Male/Female": _sex({"male": "Male", "female": "Female"}),
    "ni spaced": _spaced_ni,
    "nhs spaced": _spaced_nhs,
    "first phone abroad": _abroad(0),
    "second phone abroad": _abroad(1),
}


@lru_cache(maxsize=1)
def layouts() -> dict[AgencyId, Layout]:
    """Return the layouts of all exports by agency, read from the table beside this file."""
    document = tomllib.loads((files("bnl.simulation") / "layouts.toml").read_text(encoding="utf-8"))
    return {
        AgencyId(key): Layout(
            **{**table, "columns": tuple((name, source) for name, source in table["columns"])}
        )
        for key, table in document.items()
    }
