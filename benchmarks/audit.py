"""The audit trail and the keys at work: writes against plain inserts, verification, proofs, opening.

Usage: ``python -m benchmarks.audit [--events 4000] [--entries 1000000] [--people 20000] [--rounds 3]``.
Writes are compared in one run with what SQLModel alone needs to insert the same events, unencrypted,
unaudited, with the same durability. ``store`` is encryption, commitment, log and signed checkpoint;
``register`` adds sign-in, decision and the person's pseudonym. Every time is given by the clock and in
processor seconds (``_cpu``), for machines that are shared. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, create_engine

from bnl.audit.log import Log
from bnl.audit.verify import inclusion_holds
from bnl.domain.actor import Actor
from bnl.domain.audit import AuditEntry
from bnl.domain.event import Event, EventKind
from bnl.domain.identifiers import EVENT, AgencyId, EventId, RecordId, UserId, new_id
from bnl.domain.person import PersonFields
from bnl.domain.record import Submission
from bnl.domain.vocabulary import Purpose, Role
from bnl.exchange.outcomes import Accepted
from bnl.register.core import Core
from bnl.register.county import county_agreement_path
from bnl.register.events import Happening
from bnl.register.intake import take_in
from bnl.register.journal import Act
from bnl.register.register import Register
from bnl.register.verification import verify_database
from bnl.simulation.county import simulate
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork

CITY = AgencyId("oxford-city-council")
STEWARD = Actor(agency_id=CITY, user_id=UserId("steward"), role=Role.STEWARD)
OFFICER = Actor(agency_id=CITY, user_id=UserId("officer"), role=Role.HOUSING_OFFICER)
BATCH = 100
DAY = date(2026, 1, 31)
NOW = datetime(2026, 1, 31, 9, tzinfo=UTC)
Figures = dict[str, float]


class PlainEvent(SQLModel, table=True):
    """An event without encryption or audit: the floor."""

    key: str = Field(primary_key=True)
    record_id: str = Field(index=True)
    agency_id: str
    kind: str
    occurred_on: str
    recorded_at: str
    data: str


def timed(name: str, work: Callable[[], object], count: int = 1) -> Figures:
    """Run something once; return seconds, or how many a second, by the clock and by the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if count == 1:
        return {f"{name}_s": wall, f"{name}_s_cpu": cpu}
    return {f"{name}_per_s": count / wall, f"{name}_per_s_cpu": count / cpu}


def plain_writes(folder: Path, events: int, batch: int) -> Callable[[], None]:
    """Return the insertion of plain events, a commit per batch, as durable as the register's."""
    engine = create_engine(f"sqlite:///{folder / f'plain-{batch}.db'}")

    @sa.event.listens_for(engine, "connect")
    def _durable(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    SQLModel.metadata.create_all(engine, tables=[PlainEvent.__table__])  # type: ignore[attr-defined]

    def write() -> None:
        for at in range(0, events, batch):
            with Session(engine) as session:
                session.add_all(
                    PlainEvent(
                        key=new_id(EVENT),
                        record_id=f"rec_{number % 50}",
                        agency_id=CITY,
                        kind=EventKind.CONTACT.value,
                        occurred_on=DAY.isoformat(),
                        recorded_at=NOW.isoformat(),
                        data='{"mode": "phone", "answered": true}',
                    )
                    for number in range(at, min(at + batch, events))
                )
                session.commit()

    return write


def store_writes(core: Core, records: Sequence[RecordId], events: int, batch: int) -> Callable[[], None]:
    """Return the writing of events with encryption, log and checkpoint, a commit per batch."""

    def write() -> None:
        for at in range(0, events, batch):
            with UnitOfWork(core.store) as uow:
                uow.events.add_many(
                    [
                        Event(
                            event_id=EventId(new_id(EVENT)),
                            record_id=records[number % len(records)],
                            agency_id=CITY,
                            kind=EventKind.CONTACT,
                            occurred_on=DAY,
                            recorded_at=NOW,
                            data={"mode": "phone", "answered": True},
                        )
                        for number in range(at, min(at + batch, events))
                    ]
                )
                core.journal.write(uow, OFFICER, Act("event.record", "housing_support"))
                core.journal.checkpoint(uow)
                uow.commit()

    return write


def register_writes(
    register: Register, handles: Sequence[str], events: int, batch: int
) -> Callable[[], None]:
    """Return the recording of events through a session, a call per batch."""
    session = register.session(OFFICER, Purpose.HOMELESSNESS_PREVENTION)

    def write() -> None:
        for at in range(0, events, batch):
            made, failed = session.record_events(
                Happening(
                    handles[n % len(handles)], EventKind.CONTACT, DAY, {"mode": "phone", "answered": True}
                )
                for n in range(at, min(at + batch, events))
            )
            if failed or len(made) != min(batch, events - at):
                raise SystemExit(f"not recorded: {failed[:1]}")

    return write


def made(folder: Path) -> Register:
    """Make a register with the worked agreement in force."""
    register = Register.open(f"sqlite:///{folder / 'register.db'}", keyring=folder / "keys")
    register.enrol(simulate(seed=1, people=10).agencies, by=STEWARD)
    register.adopt(county_agreement_path(), by=STEWARD)
    return register


def write_figures(folder: Path, events: int) -> Figures:
    """Measure writes, one commit per event and in batches, against the plain floor of the same round."""
    figures: Figures = {}
    with made(folder) as register:
        session = register.session(OFFICER, Purpose.HOMELESSNESS_PREVENTION)
        fields = PersonFields(given_names="Ada", family_name="Brook")
        handles = [session.submit(f"A-{number}", fields).handle for number in range(50)]
        core = register._core
        records = list(core.snapshot.arrival)
        for name, batch, count in (("single", 1, events // 4), ("batched", BATCH, events)):
            floor = timed(f"plain_{name}", plain_writes(folder, count, batch), count)
            figures |= floor
            for layer, write in (
                ("store", store_writes(core, records, count, batch)),
                ("register", register_writes(register, handles, count, batch)),
            ):
                own = timed(f"{layer}_{name}", write, count)
                figures |= own
                for unit in ("per_s", "per_s_cpu"):
                    ratio = own[f"{layer}_{name}_{unit}"] / floor[f"plain_{name}_{unit}"]
                    figures[f"{layer}_{name}_to_plain{unit.removeprefix('per_s')}"] = ratio
        if not register.verify().sound:
            raise SystemExit("the register does not verify")
    return figures


def log_figures(folder: Path, entries: int) -> Figures:
    """Measure the verification of a long log from its file, and proofs out of it."""
    with made(folder) as register:
        core, key = register._core, register.public_key
        with UnitOfWork(core.store) as uow:
            log = Log(uow.log)
            while (size := log.head().size) < entries:
                log.append([_entry(n) for n in range(size, min(size + 2_000, entries))])
            core.journal.checkpoint(uow)
            uow.commit()
        reports = []
        figures = timed("verify", lambda: reports.append(verify_database(core.store.url_shown, key)))
        if not reports[0].sound or reports[0].size != entries:
            raise SystemExit("the log does not verify")
        with ReadUnit(core.store) as unit:
            log, proofs = Log(unit.log), 200

            def prove() -> None:
                for number in range(proofs):
                    sequence = number * entries // proofs
                    proof = log.inclusion_proof(sequence, entries)
                    (hashed,) = unit.log.hashes(0, sequence, sequence + 1)
                    if not inclusion_holds(sequence, entries, hashed, proof, reports[0].root):
                        raise SystemExit("a proof does not hold")

            proved = timed("proof", prove)
    return figures | {f"proof_ms{n.removeprefix('proof_s')}": s / proofs * 1000 for n, s in proved.items()}


def _entry(number: int) -> AuditEntry:
    return AuditEntry(
        sequence=number,
        time="2099-01-31T09:30:00.000000Z",
        actor="officer",
        agency=CITY,
        action="view",
        purpose="housing_support",
        lawful_basis="public_task",
        grants=("oxfordshire-by-name-list/1/housing-authorities",),
    )


def opening_figures(folder: Path, people: int, rounds: int) -> Figures:
    """Measure the opening of a large register with its index of every identity in memory."""
    county = simulate(seed=1, people=people)
    seen: dict[str, PersonFields] = {}
    for statement in county.statements:
        seen.setdefault(f"{statement.agency_id}/{statement.reference}", statement.fields)
    chosen = dict(list(seen.items())[:people])
    with made(folder) as register:
        session = register.session(OFFICER, Purpose.HOMELESSNESS_PREVENTION)
        outcomes = (
            Accepted(file="", row=0, submission=Submission(reference=name, fields=fields), grants=())
            for name, fields in chosen.items()
        )
        report = take_in(register._core, session.actor, session.purpose, outcomes)
        url = register._core.store.url_shown
    opened: list[Figures] = []
    for _ in range(rounds):
        opened.append(timed("open", lambda: _open(url, folder)))
    return _medians(opened) | {"records": float(len(report.receipts))}


def _open(url: str, folder: Path) -> None:
    with Register.open(url, keyring=folder / "keys") as register:
        core = register._core
        with ReadUnit(core.store) as unit:
            core.index(unit)


def _medians(rounds: Sequence[Figures]) -> Figures:
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def main() -> None:
    """Measure, print a table, and end with JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=4_000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    writes = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            writes.append(write_figures(Path(folder), options.events))
    figures = _medians(writes)
    with tempfile.TemporaryDirectory() as folder:
        figures |= log_figures(Path(folder), options.entries)
    with tempfile.TemporaryDirectory() as folder:
        figures |= opening_figures(Path(folder), options.people, options.rounds)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name, value in figures.items():
        print(f"{name:34s} {value:14,.3f}")
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
