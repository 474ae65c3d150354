"""Made-up nouns for the tests of storage, and the shortest way to log and commit what was written."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from pydantic import JsonValue

from bnl.audit.log import Log
from bnl.audit.projection import Projection, StoredRow
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement
from bnl.domain.audit import MAX_ROWS, AuditEntry, instant_text
from bnl.domain.consent import Giver, Grant
from bnl.domain.event import Event, EventKind
from bnl.domain.household import Membership
from bnl.domain.identifiers import (
    AgencyId,
    AgreementId,
    EventId,
    GrantId,
    HouseholdId,
    JudgementId,
    PersonId,
    RecordId,
    SubmissionId,
    UserId,
)
from bnl.domain.judgement import Judgement, Verdict
from bnl.domain.link import Link, Tombstone
from bnl.domain.person import PersonFields
from bnl.domain.record import SourceRecord
from bnl.domain.vocabulary import AgencyKind, Capacity, Effect
from bnl.storage import rows
from bnl.storage.documents import Blob, Document
from bnl.storage.store import Store
from bnl.storage.unit_of_work import ReadUnit, UnitOfWork

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CANARIES = ("Zephyrine", "Quagmire-Oxlade", "1977-07-17", "07700900777", "zq@post.example", "QQ123456C")


def record(name: str = "rec_a", version: int = 1, **changes: Any) -> SourceRecord:
    """A source record that holds every canary."""
    given, family, born, phone, email, number = CANARIES
    fields = PersonFields(
        given_names=given,
        family_name=family,
        date_of_birth=born,
        phones=(phone,),
        emails=(email,),
        ni_number=number,
    )
    values: dict[str, Any] = {
        "record_id": RecordId(name),
        "agency_id": AgencyId("river-house"),
        "reference": f"ref {name}",
        "version": version,
        "received_at": NOW,
        "submission_id": SubmissionId("sub_a"),
        "fields": fields,
    }
    return SourceRecord(**(values | changes))


def grant(name: str = "gra_a", record_id: str = "rec_a", version: int = 1) -> Grant:
    """A soft forbid."""
    return Grant(
        grant_id=GrantId(name),
        version=version,
        record_id=RecordId(record_id),
        effect=Effect.FORBID,
        agencies=frozenset({AgencyId("north-clinic"), AgencyId("city-council")}),
        valid_from=NOW,
        recorded_at=NOW,
        given_by=Giver(reference="giver-7", capacity=Capacity.SELF),
    )


def event(name: str = "evt_a", record_id: str = "rec_a") -> Event:
    """A contact."""
    return Event(
        event_id=EventId(name),
        record_id=RecordId(record_id),
        agency_id=AgencyId("river-house"),
        kind=EventKind.CONTACT,
        occurred_on=date(2026, 2, 27),
        recorded_at=NOW,
    )


def membership(household: str = "hou_a", record_id: str = "rec_a", **changes: Any) -> Membership:
    """A place in a household."""
    values: dict[str, Any] = {
        "household_id": HouseholdId(household),
        "record_id": RecordId(record_id),
        "agency_id": AgencyId("river-house"),
        "relation": "main",
        "starts_on": date(2026, 1, 1),
        "recorded_at": NOW,
    }
    return Membership(**(values | changes))


def agency(name: str = "river-house", **changes: Any) -> Agency:
    """An agency."""
    return Agency(agency_id=AgencyId(name), name=name.title(), kind=AgencyKind.CHARITY, **changes)


def agreement(name: str = "county", version: int = 1) -> Agreement:
    """An agreement without clauses."""
    return Agreement(
        agreement_id=AgreementId(name),
        version=version,
        parties=frozenset({AgencyId("river-house"), AgencyId("north-clinic")}),
        valid_from=NOW,
        open_ended=True,
        recorded_at=NOW,
    )


def judgement(name: str = "jud_a", **changes: Any) -> Judgement:
    """A link judged by a person."""
    values: dict[str, Any] = {
        "judgement_id": JudgementId(name),
        "left": RecordId("rec_a"),
        "right": RecordId("rec_b"),
        "verdict": Verdict.LINK,
        "human": True,
        "weight": 12.25,
        "actor": UserId("usr_9"),
        "at": NOW,
    }
    return Judgement(**(values | changes))


def link(record_id: str = "rec_a", person: str = "per_a") -> Link:
    """A link."""
    return Link(record_id=RecordId(record_id), person_id=PersonId(person), at=NOW)


def tombstone(reference_hash: str = "ab" * 32) -> Tombstone:
    """What stays of an erased record."""
    return Tombstone(
        reference_hash=reference_hash, record_id=RecordId("rec_z"), agency_id=AgencyId("river-house"), at=NOW
    )


def add_one_of_each(uow: UnitOfWork) -> None:
    """Write a row into every projected table."""
    secret: dict[str, JsonValue] = {"name": CANARIES[1], "born": CANARIES[2]}
    uow.agencies.add(agency())
    uow.agreements.add(agreement())
    uow.records.add_many([record("rec_a"), record("rec_b")])
    uow.grants.add(grant())
    uow.endings.add(Document(key="gra_a", data={"by": CANARIES[1]}, parent="rec_a"))
    uow.events.add(event())
    uow.vitals.add(Document(key="evt_a", data=secret, parent="rec_a"))
    uow.memberships.add(membership())
    uow.judgements.add(judgement())
    uow.links.add(link())
    uow.submissions.add(Document(key="sub_a", data=secret))
    uow.quarantine.add(Document(key="sub_a:7", data=secret, parent="sub_a"))
    uow.tasks.add(Document(key="tsk_a", data={"left": "rec_a", "right": "rec_b"}))
    uow.returns.add(Document(key="2026-02", data={"inflow": 7}))
    uow.receipts.add(Document(key="rcp_a", data={"records": ["rec_a"]}))
    uow.tombstones.add(tombstone())
    uow.models.add(Blob(key="match", data=CANARIES[1].encode() + b"\x00\xff"))


def append(uow: UnitOfWork, **details: str | int) -> None:
    """Append the entries that answer for what was written; one at least."""
    writes = uow.take_writes()
    for _ in range(max(1, -(-len(writes) // MAX_ROWS))):
        part, writes = writes[:MAX_ROWS], writes[MAX_ROWS:]
        entry = AuditEntry(
            sequence=uow.next_sequence,
            time=instant_text(NOW),
            actor="usr_9",
            agency="register",
            action="test",
            rows=part,
            details=details,
        )
        Log(uow.log).append([entry])


def finish(uow: UnitOfWork) -> None:
    """Log and commit what was written."""
    append(uow)
    uow.commit()


def filled(store: Store) -> Store:
    """Put a row into every table of a store."""
    with UnitOfWork(store) as uow:
        add_one_of_each(uow)
        finish(uow)
    return store


def damaged_rows(unit: ReadUnit) -> list[tuple[str, str, str]]:
    """Fold the log and compare every row with it: table, name and kind of damage."""
    projection = Projection()
    found = []
    for entry in Log(unit.log).entries():
        folded = ((table, key, version, commitment.hex()) for table, key, version, commitment in entry.rows)
        found.extend(projection.fold(entry.sequence, folded))
    found.extend(projection.compare(StoredRow(*row[:5]) for row in rows.iterate(unit)))
    return [(damage.table, damage.key, damage.damage.value) for damage in found]


def batches(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Cut a sequence into pieces."""
    return [items[start : start + size] for start in itertools.islice(range(0, len(items), size), None)]
