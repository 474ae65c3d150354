"""The county as files: exports with their mapping profiles, and the truth in a folder of its own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import polars as pl

from bnl.domain.identifiers import AgencyId
from bnl.simulation.county import County
from bnl.simulation.tables import answers_table, events_table, faults_table, lost_table, members_table


def profile_text(agency_id: AgencyId) -> str:
    """Return the mapping profile of one agency's export, as TOML.

    Args:
        agency_id: One of the county's agencies.

    Returns:
        The text of the profile, as a data officer would write it.
    """
    return (files("bnl.simulation") / "profiles" / f"{agency_id}.toml").read_text(encoding="utf-8")


def write(county: County, folder: Path) -> dict[AgencyId, Path]:
    """Write a county into a folder, made if need be; files of the same names are replaced.

    ``exports/`` gets what the agencies send, ``profiles/`` how to read it, ``records/`` what agencies record
    beside (``events.parquet``, ``answers.parquet``, ``members.parquet``), and ``truth/`` what no agency knows
    (``truth.parquet``, ``hard_negatives.parquet``, ``lost.parquet``, ``faults.parquet``).

    Args:
        county: The county.
        folder: Where to write.

    Returns:
        Path of each agency's export; its profile stands in ``profiles`` under the agency's id.
    """
    for part in ("exports", "profiles", "records", "truth"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    written = {}
    for agency_id, export in county.exports.items():
        written[agency_id] = folder / "exports" / export.filename
        written[agency_id].write_bytes(export.render())
        (folder / "profiles" / f"{agency_id}.toml").write_text(profile_text(agency_id), encoding="utf-8")
    for name, frame in _frames(county).items():
        frame.write_parquet(folder / f"{name}.parquet")
    return written


def _frames(county: County) -> dict[str, pl.DataFrame]:
    return {
        "records/events": events_table(county.events),
        "records/answers": answers_table(county.answers),
        "records/members": members_table(county.members),
        "truth/truth": county.truth,
        "truth/hard_negatives": county.hard_negatives,
        "truth/lost": lost_table(county.lost),
        "truth/faults": faults_table(county.exports.values()),
    }
