"""The agencies of the county and their habits, read from the table beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from bnl.domain.agency import Agency
from bnl.domain.identifiers import AgencyId

_HABITS = ("care", "informal", "again", "reference", "upper", "letters", "one_name_box", "asks", "notes")


@dataclass(frozen=True)
class Service:
    """One agency and the way it writes people down.

    Args:
        agency: The agency.
        care: How many slips its clerks make beside the ordinary clerk, who is 1.0.
        informal: How often the name somebody goes by stands in place of the given name, in [0, 1].
        again: How often somebody who comes back gets a second record, in [0, 1].
        reference: Shape of its own references.
        upper: Whether it writes in capitals.
        letters: Letters its system knows: ``all``, ``western`` (cp1252) or ``plain`` (no accents).
        one_name_box: Whether it writes the whole name into one box.
        asks: How often it knows each thing it asks about, in [0, 1].
        notes: How often it writes down each of somebody's circumstances, in [0, 1].
    """

    agency: Agency
    care: float
    informal: float
    again: float
    reference: str
    upper: bool
    letters: str
    one_name_box: bool
    asks: dict[str, float]
    notes: dict[str, float]


@lru_cache(maxsize=1)
def services() -> dict[AgencyId, Service]:
    """Return the agencies of the county by id, in the order of the table."""
    document = tomllib.loads((files("bnl.simulation") / "services.toml").read_text(encoding="utf-8"))
    county = {}
    for key, table in document.items():
        about = {name: value for name, value in table.items() if name not in _HABITS}
        agency = Agency(agency_id=AgencyId(key), **about)
        county[agency.agency_id] = Service(
            agency=agency,
            care=table["care"],
            informal=table["informal"],
            again=table["again"],
            reference=table["reference"],
            upper=table.get("upper", False),
            letters=table.get("letters", "all"),
            one_name_box=table.get("one_name_box", False),
            asks=table["asks"],
            notes=table["notes"],
        )
    return county
