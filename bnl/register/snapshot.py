"""The snapshot: what the store holds, opened and indexed in memory, brought up to date from the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby

from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement
from bnl.domain.consent import CorruptGrant, Ending, Grant
from bnl.domain.event import Event
from bnl.domain.household import Membership
from bnl.domain.identifiers import AgencyId, GrantId, HouseholdId, JudgementId, PersonId, RecordId
from bnl.domain.judgement import Judgement
from bnl.domain.link import Link, Tombstone
from bnl.domain.record import SourceRecord
from bnl.register.held_records import Held, HeldRecords
from bnl.register.vitals import Incapacity, Vital, read_vital
from bnl.storage.documents import Document
from bnl.storage.kind import Damage, Loaded
from bnl.storage.unit_of_work import ReadUnit

_TIMES_NAMED_ALONE = 3
"""A link of a record to itself names it as key, as record and as person."""


class Snapshot:
    """Everything a register knows at one position of its log, opened.

    A record that no link names is a person of its own. Nothing here is scoped: what is shown to anybody
    passes `bnl.register.release`.
    """

    def __init__(self) -> None:
        self.position = 0
        self.events_position = 0
        self.rules = 0
        self.happened = 0
        self.lost_judgements: set[str] = set()
        self.agencies: dict[AgencyId, Agency] = {}
        self.agreements: dict[tuple[str, int], Agreement] = {}
        self.records = HeldRecords()
        self.superseded: dict[RecordId, list[SourceRecord]] = defaultdict(list)
        self.arrival: dict[RecordId, int] = {}
        self.by_reference: dict[tuple[AgencyId, str], RecordId] = {}
        self.person_of: dict[RecordId, PersonId] = {}
        self.members: dict[PersonId, list[RecordId]] = {}
        self.first_linked: dict[RecordId, datetime] = {}
        self.parted: dict[RecordId, set[RecordId]] = defaultdict(set)
        self.vitals: dict[RecordId, dict[str, Vital]] = defaultdict(dict)
        self.incapacities: dict[RecordId, dict[str, Incapacity]] = defaultdict(dict)
        self.grants: dict[RecordId, dict[GrantId, Grant | CorruptGrant]] = defaultdict(dict)
        self.record_of_grant: dict[GrantId, RecordId] = {}
        self.endings: dict[RecordId, dict[GrantId, Ending]] = defaultdict(dict)
        self.memberships: dict[RecordId, dict[HouseholdId, Membership]] = defaultdict(dict)
        self.households: dict[HouseholdId, set[RecordId]] = defaultdict(set)
        self.judgements: dict[JudgementId, Judgement] = {}
        self.tasks: dict[str, Document] = {}
        self.submissions: dict[str, Document] = {}
        self.receipts: dict[str, Document] = {}
        self.receipts_of: dict[RecordId, set[str]] = defaultdict(set)
        self.tombstones: set[str] = set()
        self.lost_tombstones = False
        self.erased: set[RecordId] = set()
        self.buried: set[RecordId] = set()
        self.corrupt: set[RecordId] = set()
        self.events: dict[RecordId, list[Event]] = defaultdict(list)
        self.touched: set[PersonId] = set()

    def refresh(self, source: ReadUnit) -> None:
        """Take in what the log has gained; the statements sent are the same whatever it gained.

        Args:
            source: A unit on the store.
        """
        since = self.position
        if since == source.position:
            # No row is written without an entry.
            return
        for enrolled in source.agencies.since(since).rows:
            self.agencies[AgencyId(enrolled.key)] = enrolled.noun
            self.rules += 1
        for stored in source.agreements.since(since).rows:
            self.agreements[stored.key, stored.noun.version] = stored.noun
            self.rules += 1
        self._take_records(source.records.documents_since(since))
        self._take_links(source.links.since(since))
        self._take_grants(source.grants.since(since))
        self._take_endings(source.endings.since(since))
        self._take_vitals(source.vitals.since(since))
        self._take_memberships(source.memberships.since(since))
        judgements = source.judgements.since(since)
        self.lost_judgements.update(damage.key for damage in judgements.damaged)
        for judged in judgements.rows:
            self.judgements[judged.noun.judgement_id] = judged.noun
        self.tasks.update((r.key, r.noun) for r in source.tasks.since(since).rows)
        self.submissions.update((r.key, r.noun) for r in source.submissions.since(since).rows)
        for issued in source.receipts.since(since).rows:
            self.take_receipt(issued.noun)
        self._take_tombstones(source.tombstones.since(since))
        self.position = source.position

    def refresh_events(self, source: ReadUnit) -> None:
        """Take in the events the log has gained; done on the first use of a list and then at each one."""
        if self.events_position == source.position:
            return
        for stored in source.events.since(self.events_position).rows:
            self.take_event(stored.noun)
        self.events_position = source.position

    def take_record(self, record: Held, sequence: int) -> None:
        """Put a record, or its correction, in its place."""
        record_id = record.record_id
        known = self.records.version(record_id)
        if known >= record.version:
            return
        if known:
            self.superseded[record_id].append(self.records[record_id])
        self.records.hold(record)
        self.arrival.setdefault(record_id, sequence)
        self.by_reference[record.agency_id, record.reference] = record_id
        if record_id not in self.person_of:
            self._place(record_id, PersonId(record_id))
        self._touch(record_id)

    def take_event(self, event: Event) -> None:
        """Put an event with the others of its record."""
        self.happened += 1
        self.events[event.record_id].append(event)

    def take_grant(self, grant: Grant) -> None:
        """Put a grant with the others of its record."""
        self.grants[grant.record_id][grant.grant_id] = grant
        self.record_of_grant[grant.grant_id] = grant.record_id
        self._touch(grant.record_id)

    def take_receipt(self, receipt: Document) -> None:
        """Put the receipt of something sent with the records it was sent of."""
        self.receipts[receipt.key] = receipt
        lines = receipt.data.get("lines")
        for name in lines if isinstance(lines, dict) else ():
            self.receipts_of[RecordId(name)].add(receipt.key)
            self._touch(RecordId(name))

    def person(self, record_id: RecordId) -> PersonId:
        """Return the person a record belongs to now."""
        return self.person_of.get(record_id, PersonId(record_id))

    def records_of(self, person_id: PersonId) -> list[SourceRecord]:
        """Return the readable records linked to a person now, oldest first."""
        found = [self.records[r] for r in self.members.get(person_id, ()) if r in self.records]
        return sorted(found, key=lambda record: (self.arrival[record.record_id], record.record_id))

    def people(self) -> list[PersonId]:
        """Return every person, in the order of their ids."""
        return sorted(self.members)

    def take_touched(self) -> set[PersonId]:
        """Return the people whose decisions may have changed since the last call."""
        touched, self.touched = self.touched, set()
        return touched

    def take_buried(self) -> set[RecordId]:
        """Return the records erased since the last call, for whoever holds something opened from them."""
        buried, self.buried = self.buried, set()
        return buried

    def keep_submissions(self, keys: Collection[str]) -> None:
        """Drop submissions that were destroyed: all but those that are still there."""
        self.submissions = {key: one for key, one in self.submissions.items() if key in keys}

    def forget_record(self, record_id: RecordId) -> None:
        """Drop everything opened from one record, after its erasure."""
        self.buried.add(record_id)
        record = self.records.pop(record_id, None)
        if record is not None:
            self.by_reference.pop((record.agency_id, record.reference), None)
        self.happened += 1
        self._touch(record_id)
        self._displace(record_id)
        for kept in (
            self.arrival,
            self.superseded,
            self.grants,
            self.endings,
            self.events,
            self.vitals,
            self.incapacities,
            self.receipts_of,
            self.first_linked,
        ):
            kept.pop(record_id, None)
        for other in self.parted.pop(record_id, ()):
            self.parted[other].discard(record_id)
        for household in self.memberships.pop(record_id, {}):
            self.households[household].discard(record_id)
        self.corrupt.discard(record_id)
        self.tasks = {key: task for key, task in self.tasks.items() if record_id not in task.data.values()}
        self.judgements = {
            key: one for key, one in self.judgements.items() if record_id not in (one.left, one.right)
        }

    def _take_records(self, loaded: Loaded[Held]) -> None:
        for stored in loaded.rows:
            self.take_record(stored.noun, stored.sequence)
        for damage in loaded.damaged:
            self._spoil(RecordId(damage.key))

    def _spoil(self, record_id: RecordId) -> None:
        """Take a record for corrupt: what hangs on it cannot be told, so nothing of it is shown."""
        self.corrupt.add(record_id)
        self.arrival.setdefault(record_id, 0)
        if record_id not in self.person_of:
            self._place(record_id, PersonId(record_id))
        self._touch(record_id)

    def _take_tombstones(self, loaded: Loaded[Tombstone]) -> None:
        # The key of a damaged one may be altered too; `bnl.register.tombstones` asks the log for all of them.
        self.tombstones.update(damage.key for damage in loaded.damaged)
        self.lost_tombstones |= bool(loaded.damaged)
        for buried in loaded.rows:
            self.tombstones.add(buried.key)
            self.erased.add(buried.noun.record_id)
            self.forget_record(buried.noun.record_id)

    def _spoil_linked(self, damage: Damage) -> None:
        """Take for corrupt whoever a damaged link may have joined: what one side forbids binds the other."""
        record_id = RecordId(damage.key)
        named = {RecordId(name) for name in damage.named}
        others = (named - {record_id}) & self.arrival.keys()
        if not others and damage.named.count(damage.key) < _TIMES_NAMED_ALONE:
            # It no longer tells whom it joined: that may have been anybody.
            others = set(self.arrival)
        for one in (record_id, *others):
            for linked in list(self.members.get(self.person(one), ())):
                self._spoil(linked)
            self._spoil(one)

    def _take_links(self, loaded: Loaded[Link]) -> None:
        # What one act links and parts takes hold at once: halfway through it people are not yet whole.
        for _, batch in groupby(loaded.rows, key=lambda stored: stored.sequence):
            self._relink([stored.noun for stored in batch])
        for damage in loaded.damaged:
            self._spoil_linked(damage)

    def _relink(self, links: Sequence[Link]) -> None:
        before = {link.record_id: list(self.members.get(self.person(link.record_id), ())) for link in links}
        for link in links:
            record_id = RecordId(link.record_id)
            self._touch(record_id)
            self._displace(record_id)
            self._place(record_id, PersonId(link.person_id))
            if str(link.person_id) != str(record_id):
                self.first_linked.setdefault(record_id, link.at)
                self.first_linked.setdefault(RecordId(link.person_id), link.at)
            self._touch(record_id)
        for record_id, together in before.items():
            for other in together:
                if other != record_id and self.person(other) != self.person(record_id):
                    self.parted[record_id].add(other)
                    self.parted[other].add(record_id)

    def _take_grants(self, loaded: Loaded[Grant]) -> None:
        for stored in loaded.rows:
            self.take_grant(stored.noun)
        for damage in loaded.damaged:
            owner = RecordId(damage.owner)
            self.record_of_grant[GrantId(damage.key)] = owner
            held = self.grants[owner].get(GrantId(damage.key))
            if isinstance(held, Grant) and held.repaired_by and 1 <= damage.version < held.version:
                continue
            spoilt = CorruptGrant(grant_id=GrantId(damage.key), record_id=owner)
            self.grants[owner][spoilt.grant_id] = spoilt
            self._touch(owner)

    def _take_endings(self, loaded: Loaded[Document]) -> None:
        for stored in loaded.rows:
            ending = Ending.model_validate(stored.noun.data | {"sequence": stored.sequence})
            self.endings[RecordId(stored.noun.parent)][ending.grant_id] = ending
            self._touch(RecordId(stored.noun.parent))
        for damage in loaded.damaged:
            owner = RecordId(damage.owner)
            spoilt = CorruptGrant(grant_id=GrantId(damage.key), record_id=owner)
            self.grants[owner][spoilt.grant_id] = spoilt
            self._touch(owner)

    def _take_vitals(self, loaded: Loaded[Document]) -> None:
        for damage in loaded.damaged:
            self._spoil(RecordId(damage.owner))
        for stored in loaded.rows:
            record_id = RecordId(stored.noun.parent)
            vital = read_vital(stored.key, stored.noun)
            if isinstance(vital, Vital):
                self.vitals[record_id][stored.key] = vital
            elif isinstance(vital, Incapacity):
                self.incapacities[record_id][stored.key] = vital
            else:
                self._spoil(record_id)
            self._touch(record_id)

    def _take_memberships(self, loaded: Loaded[Membership]) -> None:
        for damage in loaded.damaged:
            self._spoil(RecordId(damage.owner))
        for stored in loaded.rows:
            member = stored.noun
            self.happened += 1
            self.memberships[member.record_id][member.household_id] = member
            self.households[member.household_id].add(member.record_id)
            for other in self.households[member.household_id]:
                self._touch(other)

    def _place(self, record_id: RecordId, person_id: PersonId) -> None:
        self.happened += 1
        self.person_of[record_id] = person_id
        self.members.setdefault(person_id, []).append(record_id)

    def _displace(self, record_id: RecordId) -> None:
        person_id = self.person_of.pop(record_id, None)
        if person_id is None:
            return
        self.members[person_id].remove(record_id)
        if not self.members[person_id]:
            del self.members[person_id]

    def _touch(self, record_id: RecordId) -> None:
        person_id = self.person_of.get(record_id)
        if person_id is not None:
            self.touched.add(person_id)
            for linked in self.members.get(person_id, ()):
                for household in self.memberships.get(linked, ()):
                    self.touched.update(self.person(other) for other in self.households[household])
