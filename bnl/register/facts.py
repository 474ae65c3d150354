"""Facts for a decision: what the consent room is told about one person, gathered from the snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from bnl.consent.compiled import CompiledPerson, compile_person
from bnl.consent.decide import decide
from bnl.consent.facts import HouseholdFacts, PersonFacts, RecordFacts, Stay
from bnl.consent.policy import Policy
from bnl.domain.consent import Ending, Grant
from bnl.domain.household import Membership
from bnl.domain.identifiers import AgencyId, PersonId, RecordId
from bnl.domain.record import SourceRecord
from bnl.domain.request import Request
from bnl.domain.vocabulary import FieldCategory
from bnl.register.snapshot import Snapshot
from bnl.register.vitals import day_of_death, without_capacity

_UNKNOWN_AGENCY = AgencyId("")


def person_facts(snapshot: Snapshot, person_id: PersonId) -> PersonFacts:
    """Gather what a decision about a person rests on.

    Args:
        snapshot: The state of the register.
        person_id: The person.

    Returns:
        Facts per linked source record, the grants on them and their endings, and what other members of
        their households forbid about a shared address.
    """
    record_ids = sorted(snapshot.members.get(person_id, ()))
    grants = [grant for r in record_ids for grant in snapshot.grants.get(r, {}).values()]
    endings = [ending for r in record_ids for ending in snapshot.endings.get(r, {}).values()]
    return PersonFacts(
        records=tuple(record_facts(snapshot, r) for r in record_ids),
        grants=tuple(grants),
        endings=tuple(endings),
        household=_household(snapshot, person_id, record_ids),
        parted=_parted(snapshot, record_ids),
    )


def _parted(snapshot: Snapshot, record_ids: Iterable[RecordId]) -> frozenset[frozenset[RecordId]]:
    """Return the pairs of these records that were un-linked at some time before."""
    here = frozenset(record_ids)
    return frozenset(
        frozenset({record_id, other})
        for record_id in here
        for other in here & snapshot.parted.get(record_id, set())
    )


def own_record_facts(snapshot: Snapshot, record_id: RecordId) -> PersonFacts:
    """Gather what collecting more on one record rests on: that record and the grants recorded on it."""
    return PersonFacts(
        records=(record_facts(snapshot, record_id),),
        grants=tuple(snapshot.grants.get(record_id, {}).values()),
        endings=tuple(snapshot.endings.get(record_id, {}).values()),
    )


def own_facts(snapshot: Snapshot, agency_id: AgencyId, record_id: RecordId) -> PersonFacts:
    """Gather what an agency itself has said about the person of one of its records.

    What others have said is left out, so that an answer built on it tells nothing of them.
    """
    linked = snapshot.members.get(snapshot.person(record_id), ())
    own = [r for r in linked if r in snapshot.records and snapshot.records[r].agency_id == agency_id]
    return PersonFacts(
        records=tuple(record_facts(snapshot, r) for r in own),
        grants=tuple(grant for r in own for grant in snapshot.grants.get(r, {}).values()),
        endings=tuple(ending for r in own for ending in snapshot.endings.get(r, {}).values()),
        parted=_parted(snapshot, own),
    )


def record_facts(snapshot: Snapshot, record_id: RecordId) -> RecordFacts:
    """Gather what a decision needs to know of one source record."""
    record = snapshot.records.get(record_id)
    if record is None or record_id in snapshot.corrupt:
        agency_id = _UNKNOWN_AGENCY if record is None else record.agency_id
        return RecordFacts(record_id=record_id, agency_id=agency_id, corrupt=True)
    return replace(
        facts_of_record(record),
        died=day_of_death(snapshot.vitals.get(record_id, {}).values()),
        lacks_capacity=without_capacity(snapshot.incapacities.get(record_id, {}).values()),
        first_linked=snapshot.first_linked.get(record_id),
        receipts=frozenset(snapshot.receipts_of.get(record_id, ())),
    )


def facts_of_record(record: SourceRecord) -> RecordFacts:
    """Gather what a decision needs to know of a record that is only being submitted."""
    return RecordFacts(
        record_id=record.record_id,
        agency_id=record.agency_id,
        local=record.local,
        born=record.fields.date_of_birth,
    )


def _household(
    snapshot: Snapshot, person_id: PersonId, record_ids: list[RecordId]
) -> tuple[HouseholdFacts, ...]:
    mine = [m for r in record_ids for m in snapshot.memberships.get(r, {}).values()]
    shared: dict[PersonId, list[Stay]] = {}
    for membership in mine:
        for other_record in sorted(snapshot.households[membership.household_id]):
            other = snapshot.person(other_record)
            if other == person_id:
                continue
            theirs = snapshot.memberships[other_record][membership.household_id]
            stay = _overlap(snapshot, membership, theirs)
            if stay is not None:
                shared.setdefault(other, []).append(stay)
    return tuple(_member(snapshot, other, tuple(stays)) for other, stays in sorted(shared.items()))


def _member(snapshot: Snapshot, other: PersonId, stays: tuple[Stay, ...]) -> HouseholdFacts:
    records = snapshot.members.get(other, [])
    found = [grant for r in records for grant in snapshot.grants.get(r, {}).values()]
    endings: list[Ending] = [ending for r in records for ending in snapshot.endings.get(r, {}).values()]
    readable = tuple(grant for grant in found if isinstance(grant, Grant) and grant.hard)
    corrupt = len([g for g in found if isinstance(g, Grant)]) != len(found)
    return HouseholdFacts(
        forbids=readable,
        endings=tuple(endings),
        corrupt=corrupt or any(r in snapshot.corrupt for r in records),
        stays=stays,
    )


def _overlap(snapshot: Snapshot, one: Membership, other: Membership) -> Stay | None:
    starts = max(one.starts_on, other.starts_on)
    ends = min((d for d in (one.ends_on, other.ends_on) if d is not None), default=None)
    if ends is not None and ends <= starts:
        return None
    both = (snapshot.person(one.record_id), snapshot.person(other.record_id))
    linked = [record_id for person_id in both for record_id in snapshot.members.get(person_id, ())]
    said = [snapshot.records[r] for r in linked if r in snapshot.records]
    said += [before for r in linked for before in snapshot.superseded.get(r, ())]
    places = {
        text
        for record in said
        for text in (record.fields.address, record.fields.postcode, record.fields.sleep_site)
        if text
    }
    return Stay(starts_on=starts, ends_on=ends, places=tuple(sorted(places)))


def may_be_narrowed(snapshot: Snapshot, record_id: RecordId) -> bool:
    """Tell whether something on a record can narrow what may be done with it: a forbid, or damage."""
    grants = snapshot.grants.get(record_id, {}).values()
    return record_id in snapshot.corrupt or any(not isinstance(g, Grant) or not g.permits for g in grants)


def collected_without_grants(request: Request, policy: Policy) -> frozenset[FieldCategory]:
    """Return the field categories whose collecting rests on standing clauses alone, whoever it is about.

    Args:
        request: Of action collect.
        policy: Agreements, agencies and rules.
    """
    return decide(request, _nobody_of(request.actor.agency_id, policy), policy).categories(RecordId(""))


@lru_cache(maxsize=16)
def _nobody_of(agency_id: AgencyId, policy: Policy) -> CompiledPerson:
    """Return somebody of whom nothing is said, as an agency would record them; a policy never changes."""
    nobody = RecordFacts(record_id=RecordId(""), agency_id=agency_id)
    return compile_person(PersonFacts(records=(nobody,), grants=()), policy)
