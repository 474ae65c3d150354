"""The register on a made-up county: intake with encryption and audit, then dedup, against plain inserts.

Usage: ``python -m benchmarks.register [--people 6000] [--rounds 3]``. Each round makes a register from the
same files. The floor is what SQLModel alone needs to insert the same rows, unencrypted and unaudited, in the
same batches. The last line is JSON: medians, ratios and peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Field, Session, SQLModel, create_engine

from bnl import Actor, Purpose, Register, Role
from bnl.domain.identifiers import AgencyId, UserId
from bnl.register.county import county_agreement_path
from bnl.simulation.county import County, simulate
from bnl.simulation.files import write

STEWARD = Actor(agency_id=AgencyId("oxford-city-council"), user_id=UserId("steward"), role=Role.STEWARD)
BATCH = 400


class PlainRow(SQLModel, table=True):
    """A row without encryption or audit: the floor."""

    key: str = Field(primary_key=True)
    agency: str
    fields: str


def floor_seconds(rows: Sequence[tuple[str, str, str]], folder: Path) -> float:
    """Return the seconds SQLModel alone needs for the rows, a commit per batch."""
    engine = create_engine(f"sqlite:///{folder / 'plain.db'}")
    SQLModel.metadata.create_all(engine, tables=[PlainRow.__table__])  # type: ignore[attr-defined]
    began = time.perf_counter()
    for at in range(0, len(rows), BATCH):
        with Session(engine) as session:
            session.add_all(PlainRow(key=k, agency=a, fields=f) for k, a, f in rows[at : at + BATCH])
            session.commit()
    seconds = time.perf_counter() - began
    engine.dispose()
    return seconds


def one_round(county: County, folder: Path) -> dict[str, float]:
    """Make a register from the files and measure it."""
    files = write(county, folder)
    rows = [
        (f"{s.agency_id}/{s.reference}", s.agency_id, s.fields.model_dump_json()) for s in county.statements
    ]
    plain = floor_seconds(list({row[0]: row for row in rows}.values()), folder)
    with Register.open(f"sqlite:///{folder / 'register.db'}", keyring=folder / "keys") as register:
        register.enrol(county.agencies, by=STEWARD)
        register.adopt(county_agreement_path(), by=STEWARD)
        began, taken = time.perf_counter(), 0
        for agency_id, path in files.items():
            officer = Actor(agency_id=agency_id, user_id=UserId("bench"), role=Role.DATA_OFFICER)
            session = register.session(officer, Purpose.HOUSING_SUPPORT)
            taken += session.ingest(path, folder / "profiles" / f"{agency_id}.toml").rows
        ingested = time.perf_counter()
        report = register.dedup(by=STEWARD)
        done = time.perf_counter()
        sound = register.verify().sound
    if not sound:
        raise SystemExit("the register does not verify")
    return {
        "rows": taken,
        "records": report.records,
        "people": report.people,
        "ingest_per_s": taken / (ingested - began),
        "dedup_s": done - ingested,
        "plain_insert_per_s": len(rows) / plain,
        "ingest_to_plain": (taken / (ingested - began)) / (len(rows) / plain),
    }


def main() -> None:
    """Measure, print a table, and end with JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    county = simulate(seed=1, people=options.people)
    rounds = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(one_round(county, Path(folder)))
    result = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name, value in result.items():
        print(f"{name:20s} {value:12,.2f}")
    print(json.dumps({name: round(value, 3) for name, value in result.items()}))


if __name__ == "__main__":
    main()
