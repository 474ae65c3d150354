"""HMIS CSV: the profile for Client.csv of an export in the format of the United States' HUD."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bnl.domain.identifiers import AgencyId
from bnl.errors import InputError
from bnl.exchange.profile import Profile
from bnl.exchange.rules import FieldRule
from bnl.exchange.source import Source, source_of

CLIENTS: Final = "Client.csv"
_UNKNOWN: Final = {"8": "", "9": "", "99": ""}


def hmis_profile(agency: AgencyId) -> Profile:
    """Return the profile for ``Client.csv``: names, date of birth, sex and veteran status.

    The Social Security number has no use in England and is not read. Codes 8, 9 and 99 mean that the client
    does not know, prefers not to answer, or that nothing was collected.

    Args:
        agency: The agency whose export it is.

    Source: HMIS CSV Format Specifications, FY 2026, file Client.csv.
    """
    return Profile(
        agency=agency,
        format="hmis",
        delimiter=",",
        reference=("PersonalID",),
        fields={
            "given_names": FieldRule(column=("FirstName", "MiddleName")),
            "family_name": FieldRule(column=("LastName", "NameSuffix")),
            "date_of_birth": FieldRule(column=("DOB",)),
            "sex": FieldRule(column=("Sex",), codes={"0": "female", "1": "male", **_UNKNOWN}),
            "veteran": FieldRule(column=("VeteranStatus",), codes={"0": "no", "1": "yes", **_UNKNOWN}),
        },
        date_formats=("yyyy-mm-dd", "mm/dd/yyyy"),
        optional=("MiddleName", "NameSuffix", "Sex", "VeteranStatus"),
    )


def client_file(source: Source) -> Source:
    """Return Client.csv of an export's folder, or the file itself if it is one.

    Raises:
        InputError: If the folder has no such file.
    """
    if source.path is None or not source.path.is_dir():
        return source
    found: list[Path] = [path for path in source.path.iterdir() if path.name.lower() == CLIENTS.lower()]
    if not found:
        raise InputError(
            f"the folder has no {CLIENTS}.", "Name the unpacked folder of the export.", file=source.name
        )
    return source_of(found[0])
