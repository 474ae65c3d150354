"""The agencies file: which organisations take part, as a TOML file that a person can write."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from bnl.domain.agency import Agency
from bnl.errors import InputError


def load_agencies(path: str | Path) -> list[Agency]:
    """Read agencies from a TOML file with one ``[[agency]]`` table each.

    Args:
        path: The file; the keys of a table are the fields of `bnl.domain.agency.Agency`.

    Returns:
        The agencies, in the order of the file.

    Raises:
        InputError: The file is not TOML in UTF-8, or an agency in it is not one.
    """
    place = Path(path)
    try:
        data = tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(
            "The file cannot be read.", "Check its path and permissions.", file=place.name
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"The file is not TOML in UTF-8: {error}.", file=place.name) from None
    tables = data.get("agency")
    if not isinstance(tables, list) or not tables:
        raise InputError(
            "There is no [[agency]] in the file.", "Write one table per agency.", file=place.name
        )
    return [_agency(table, number, place.name) for number, table in enumerate(tables, 1)]


def _agency(table: object, number: int, name: str) -> Agency:
    try:
        return Agency.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"agency {number}, {where}: {first['msg']}.", "See bnl.domain.agency for its fields.", file=name
        ) from None
