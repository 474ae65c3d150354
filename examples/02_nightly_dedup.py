"""A nightly dedup job: take in what agencies sent, find who is who, report what waits for a person."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bnl import Actor, Purpose, Register, Role
from bnl.domain.identifiers import AgencyId, UserId
from bnl.register.county import county_agreement_path
from bnl.simulation import simulate, write

STEWARD = Actor(agency_id=AgencyId("oxford-city-council"), user_id=UserId("steward"), role=Role.STEWARD)


def nightly(register: Register, inbox: dict[AgencyId, Path], profiles: Path) -> None:
    """Run the night's job; running it twice changes nothing."""
    for agency_id, file in inbox.items():
        officer = Actor(agency_id=agency_id, user_id=UserId("nightly"), role=Role.DATA_OFFICER)
        session = register.session(officer, Purpose.HOUSING_SUPPORT)
        report = session.ingest(file, profiles / f"{agency_id}.toml")
        statuses = dict(report.statuses)
        print(f"{agency_id}: {report.accepted} accepted {statuses}, {report.quarantined} kept aside")
    done = register.dedup(by=STEWARD)
    print(
        f"{done.records} records are {done.people} people; {done.joined} joined, {done.queued} new to review"
    )


with tempfile.TemporaryDirectory() as folder:
    county = simulate(seed=3, people=120)  # made-up people, standing in for the agencies' files
    inbox = write(county, Path(folder))
    with Register.open(f"sqlite:///{folder}/register.db", keyring=f"{folder}/keys") as register:
        register.enrol(county.agencies, by=STEWARD)
        register.adopt(county_agreement_path(), by=STEWARD)
        nightly(register, inbox, Path(folder) / "profiles")
        print("— the next night, the same files —")
        nightly(register, inbox, Path(folder) / "profiles")
        session = register.session(STEWARD, Purpose.LINKAGE)
        for task in session.review_queue(limit=3):
            left, right = (side.value("family_name") for side in (task.left, task.right))
            print(f"{task.weight:+.1f} bits: {left} / {right}")
