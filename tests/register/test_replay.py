"""Every decision that was logged is made again, from the store alone, with the knowledge of its moment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

import pytest

from bnl.audit.log import Log
from bnl.consent.decide import ask
from bnl.domain.actor import Actor
from bnl.domain.audit import AuditEntry
from bnl.domain.event import EventKind
from bnl.domain.identifiers import AgencyId, Handle, RecordId, UserId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role
from bnl.errors import BnlError
from bnl.register.core import Core
from bnl.register.handles import HandleBook
from bnl.register.release import Exit, events_of, opens, person_behind
from bnl.register.snapshot import Snapshot
from bnl.storage.keys import SYSTEM_HANDLES, record_key
from bnl.storage.kind import Loaded
from bnl.storage.unit_of_work import ReadUnit
from tests.register.county import CHARITY, CHERWELL, CITY, HOSPITAL, HOSTEL, County, forbid, permit, rich

WHO = {
    "officer": (CITY, Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION),
    "district": (CHERWELL, Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION),
    "worker": (CHARITY, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT),
    "hostel": (HOSTEL, Role.SUPPORT_WORKER, Purpose.HOUSING_SUPPORT),
    "ward": (HOSPITAL, Role.DISCHARGE_COORDINATOR, Purpose.HOSPITAL_DISCHARGE),
    "lead": (CHARITY, Role.SAFEGUARDING_LEAD, Purpose.SAFEGUARDING),
}
"""Who signs in: the log names users by opaque ids, and their agencies know their roles."""
RECORDERS = {CITY: "officer", CHERWELL: "district", CHARITY: "worker", HOSTEL: "hostel"}
READS = {"view": False, "timeline": True}


class Asked(NamedTuple):
    """What is not in the log: the handle that was asked for, by the sequence of the entry."""

    sequence: int
    handle: Handle


def actor(user: str) -> Actor:
    agency, role, _ = WHO[user]
    return Actor(agency_id=agency, user_id=UserId(user), role=role)


class Life:
    """A county in which people come, permit, forbid, take back, are linked and parted, and are looked at."""

    def __init__(self, county: County, rng: Random) -> None:
        self.county, self.rng = county, rng
        self.records: list[tuple[AgencyId, Handle]] = []
        self.grants: list[tuple[AgencyId, Any]] = []
        self.asked: list[Asked] = []

    def session(self, user: str) -> Any:
        return self.county.register.session(actor(user), WHO[user][2])

    def live(self, reads: int) -> None:
        """Go on until so many reads are logged."""
        changes = (
            self.told,
            self.told,
            self.granted,
            self.granted,
            self.withdrawn,
            self.happened,
            self.linked,
        )
        for _ in range(4):
            self.told()
        while len(self.asked) < reads:
            self.county.clock.advance(hours=self.rng.randint(0, 30))
            try:
                self.rng.choice(changes)()
            except BnlError:
                continue
            for _ in range(self.rng.randint(4, 12)):
                self.read()

    def told(self) -> None:
        agency = self.rng.choice(list(RECORDERS))
        number = self.rng.randint(0, 12)
        said = rich(number, notes=f"said {self.rng.randint(0, 9)}")
        receipt = self.session(RECORDERS[agency]).submit(f"{agency[:2]}-{number}", said)
        if (agency, receipt.handle) not in self.records:
            self.records.append((agency, receipt.handle))

    def granted(self) -> None:
        agency, handle = self.rng.choice(self.records)
        others = frozenset(self.rng.sample([who[0] for who in WHO.values()], 3))
        some = frozenset(self.rng.sample(list(FieldCategory), 5))
        terms = (
            permit(agency, *others, categories=some, purposes="any")
            if self.rng.random() < 0.7
            else forbid(agencies=others, categories=some, hard=self.rng.random() < 0.2)
        )
        self.grants.append((agency, self.session(RECORDERS[agency]).record_grant(handle, **terms)))

    def withdrawn(self) -> None:
        if not self.grants:
            return
        agency, grant_id = self.rng.choice(self.grants)
        self.session(RECORDERS[agency]).withdraw_grant(grant_id)

    def happened(self) -> None:
        agency, handle = self.rng.choice(self.records)
        kind = self.rng.choice([EventKind.CONTACT, EventKind.SIGHTING, EventKind.EMPLOYMENT, EventKind.DEATH])
        day = self.county.clock.now.date()
        self.session(RECORDERS[agency]).record_event(handle, kind, day)

    def linked(self) -> None:
        some = self.rng.sample(self.records, 2)
        one, other = (self.county.core.handles.handle(CITY, self.county.record_of(*each)) for each in some)
        steward = self.county.steward()
        (steward.link if self.rng.random() < 0.7 else steward.unlink)(one, other)

    def read(self) -> None:
        """Look at somebody, whether they may be seen or not."""
        user = self.rng.choice(list(WHO))
        record_id = self.county.record_of(*self.rng.choice(self.records))
        handle = self.county.core.handles.handle(WHO[user][0], record_id)
        self.asked.append(Asked(self.county.size(), handle))
        session = self.session(user)
        try:
            (session.timeline if self.rng.random() < 0.4 else session.person)(handle)
        except BnlError:
            return


class Table:
    """Rows of one table, given out up to a position of the log."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = sorted(rows, key=lambda row: row.sequence)
        self.places = [row.sequence for row in self.rows]
        self.upto = 0

    def since(self, position: int) -> Loaded[Any]:
        first, last = bisect_left(self.places, position), bisect_left(self.places, self.upto)
        return Loaded(self.rows[first:last], [])

    documents_since = since


class Past:
    """What the store held before a position of its log, read once and then given out as time goes on."""

    KEPT = (
        "agencies", "agreements", "records", "links", "grants", "endings", "vitals", "memberships",
        "judgements", "tasks", "submissions", "tombstones", "events",
    )  # fmt: skip

    def __init__(self, unit: ReadUnit) -> None:
        self._unit, self._tables = unit, {}  # type: ignore[var-annotated]
        self.position = 0

    def __getattr__(self, name: str) -> Table:
        tables: dict[str, Table] = self.__dict__["_tables"]
        if name not in tables:
            tables[name] = Table(getattr(self.__dict__["_unit"], name).since(0).rows)
        tables[name].upto = self.__dict__["position"]
        return tables[name]


def entries_to_replay(unit: ReadUnit) -> Iterator[AuditEntry]:
    return (entry for entry in Log(unit.log).entries() if entry.action in READS)


def replay(core: Core, handles: dict[int, Handle]) -> tuple[int, int]:
    """Decide each logged read again as the store was before it; return how many showed something, and not."""
    shown = hidden = 0
    core.snapshot = Snapshot()
    core.handles = HandleBook(core.keyring.get(SYSTEM_HANDLES), core.snapshot)
    with ReadUnit(core.store) as unit:
        past = Past(unit)
        logged: dict[int, dict[bytes, int]] = {}
        for sequence, _, pseudonym, mask, _ in unit.log.subjects():
            logged.setdefault(sequence, {})[pseudonym] = mask
        for entry in entries_to_replay(unit):
            past.position = entry.sequence
            core.snapshot.refresh(past)  # type: ignore[arg-type]
            core.snapshot.refresh_events(past)  # type: ignore[arg-type]
            again = decided_again(core, entry, handles[entry.sequence])
            assert _pseudonyms(core, entry.sequence, again.subjects) == logged.get(entry.sequence, {}), entry
            assert tuple(sorted(again.grants)) == entry.grants
            assert again.basis == entry.lawful_basis
            verdict = ("partial" if again.partial else "permit") if again.subjects else "deny"
            assert verdict == entry.decision
            shown, hidden = shown + bool(again.subjects), hidden + (not again.subjects)
    return shown, hidden


def decided_again(core: Core, entry: AuditEntry, handle: Handle) -> Exit:
    """Take one logged read through the exit again, at its moment, writing nothing."""
    asking = actor(entry.actor)
    assert asking.agency_id == entry.agency
    moment = datetime.fromisoformat(entry.time)
    request = ask(asking, Action.VIEW, Purpose(entry.purpose), moment)
    way_out = Exit(core, None, request)  # type: ignore[arg-type]
    for person_id, decision in way_out.visible(person_behind(core, asking.agency_id, handle)):
        if opens(core, asking.agency_id, handle, decision):
            way_out.view(person_id, decision, events_of(core, person_id) if READS[entry.action] else ())
    return way_out


def _pseudonyms(core: Core, sequence: int, subjects: dict[RecordId, int]) -> dict[bytes, int]:
    keys = core.keyring.get_many([record_key(record_id) for record_id in subjects])
    return {
        keys[record_key(record_id)].keyed_hash("subject", str(sequence)): mask
        for record_id, mask in subjects.items()
    }


def check(county: County, seed: str, reads: int) -> None:
    life = Life(county, Random(seed))
    life.live(reads)
    county.reopen()
    shown, hidden = replay(county.core, {one.sequence: one.handle for one in life.asked})
    assert shown + hidden == len(life.asked)
    assert min(shown, hidden) > reads // 8


@pytest.mark.parametrize("chunk", range(4))
def test_logged_decisions_are_made_again(chunk: int, file_county: County) -> None:
    check(file_county, f"replay {chunk}", 250)


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(100, 200))
def test_a_hundred_thousand_logged_decisions_are_made_again(chunk: int, file_county: County) -> None:
    check(file_county, f"replay {chunk}", 1_000)
