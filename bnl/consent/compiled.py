"""Compiled people: the grants on one person as flat rows that a request is matched against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from bnl.consent.ages import ADULT_AGE, COMPETENT_AGE, is_readable, lifetime, midnight
from bnl.consent.facts import HouseholdFacts, PersonFacts, RecordFacts, Silent
from bnl.consent.masks import CATEGORY_BIT, FOREVER, ticks
from bnl.consent.places import Hideout, hideout
from bnl.consent.policy import Policy
from bnl.consent.reasons import Void
from bnl.consent.rows import Key, Line, Row, forbid_row, key, line, permit_row
from bnl.consent.terms import (
    Background,
    forbid_term,
    incapable_terms,
    permit_terms,
    speaks_over,
    surely_reached,
)
from bnl.domain.consent import CorruptGrant, Ending, Grant
from bnl.domain.identifiers import AgencyId, GrantId, RecordId
from bnl.domain.vocabulary import Capacity, FieldCategory


class Lift(NamedTuple):
    """A soft forbid that yields to one permit, for the requests, categories and record of that permit."""

    permit: GrantId
    forbid: GrantId
    since: int


class Hidden(NamedTuple):
    """Places hidden for another member's sake: by a row that must match, or always if it is None."""

    row: Row | None
    places: Hideout


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CompiledPerson(Silent):
    """One person ready to be decided about, as often as is asked until a fact changes.

    ``rows_of`` holds the rows of the permits once more, record by record in their order; ``lines`` and
    ``refusals`` are what deciding reads of them and of the forbids. ``corrupt_records`` are positions of
    records that cannot be read back even by their own agency; ``named`` holds the rows, by record position,
    of forbids that stop an agency's reading of its own record.
    """

    records: tuple[RecordFacts, ...]
    agencies: frozenset[AgencyId]
    permits: tuple[Key, ...]
    rows_of: tuple[tuple[Row, ...], ...]
    forbids: tuple[Key, ...]
    lines: tuple[tuple[Line, ...], ...]
    refusals: tuple[Line, ...]
    lifts: tuple[Lift, ...]
    named: tuple[Key, ...]
    hidden: tuple[Hidden, ...]
    local: bool
    corrupt: bool
    corrupt_records: frozenset[int]
    void: Mapping[GrantId, Void]


LOCATION: Final = CATEGORY_BIT[FieldCategory.LOCATION]
_NO_VOIDS: Final[Mapping[GrantId, Void]] = {}


def compile_person(facts: PersonFacts, policy: Policy) -> CompiledPerson:
    """Prepare one person for decisions.

    Args:
        facts: What is known of the person.
        policy: Agencies and rules; the agreements are read at each decision, not here.

    Returns:
        The compiled person; good until a fact, an agency or the rules change.
    """
    place = {record.record_id: i for i, record in enumerate(facts.records)}
    grants, broken = _last_versions(facts, place)
    endings: dict[GrantId, list[Ending]] = defaultdict(list)
    for ending in facts.endings:
        endings[ending.grant_id].append(ending)
    background = Background(
        life=lifetime(facts.records),
        dated=frozenset(record.record_id for record in facts.records if record.born),
        parted=facts.parted,
        incapable=incapable_terms(facts.records),
        agencies=policy.agencies,
        grants=grants,
    )
    permits: list[Row] = []
    forbids: list[Row] = []
    voids: dict[GrantId, Void] = {}
    for grant in grants.values():
        ended, record = endings[grant.grant_id], place[grant.record_id]
        if not grant.permits:
            adult = surely_reached(ADULT_AGE, (grant.record_id,), background)
            forbids.append(forbid_row(grant, record, forbid_term(grant, ended, adult), policy))
            continue
        terms, void = permit_terms(grant, ended, background)
        if void is not None:
            voids[grant.grant_id] = void
        if terms and (row := permit_row(grant, record, policy)) is not None:
            permits.extend(replace(row, start=start, end=end) for start, end in terms)
    corrupt = broken | {
        i for i, record in enumerate(facts.records) if record.corrupt or not is_readable(record.born)
    }
    rows_of = _by_record(permits, len(facts.records))
    return CompiledPerson(
        records=facts.records,
        agencies=_shared(frozenset(record.agency_id for record in facts.records)),
        permits=tuple(key(row) for row in permits),
        rows_of=rows_of,
        forbids=tuple(key(row) for row in forbids),
        lines=tuple(tuple(map(line, rows)) for rows in rows_of),
        refusals=tuple(line(row) for row in forbids),
        lifts=tuple(_lifts(grants, background)),
        named=tuple(key(row) for row in forbids if _named_before_link(row, facts.records[row.record])),
        hidden=tuple(_hidden(facts.household, policy)),
        local=any(record.local for record in facts.records),
        corrupt=bool(corrupt),
        corrupt_records=frozenset(i for i in corrupt if i >= 0),
        void=voids or _NO_VOIDS,
    )


@lru_cache(maxsize=4096)
def _shared(agencies: frozenset[AgencyId]) -> frozenset[AgencyId]:
    """Return one set for all people known to the same agencies: it stays within the processor's reach."""
    return agencies


def _by_record(rows: Sequence[Row], count: int) -> tuple[tuple[Row, ...], ...]:
    found: list[list[Row]] = [[] for _ in range(count)]
    for row in rows:
        found[row.record].append(row)
    return tuple(map(tuple, found))


def _last_versions(
    facts: PersonFacts, place: Mapping[RecordId, int]
) -> tuple[dict[GrantId, Grant], frozenset[int]]:
    """Return the last version of each grant, and the positions of records on which something is corrupt.

    Corrupt, beside what is marked so: a grant on a record that is not among the person's (position -1), and
    two different statements under one id and version.
    """
    grants: dict[GrantId, Grant] = {}
    broken: set[int] = set()
    for grant in facts.grants:
        where = place.get(grant.record_id, -1)
        if isinstance(grant, CorruptGrant) or where < 0:
            broken.add(where)
            continue
        known = grants.get(grant.grant_id)
        if known is not None and known.version == grant.version and known != grant:
            broken.update((where, place[known.record_id]))
        if known is None or known.version < grant.version:
            grants[grant.grant_id] = grant
    return grants, frozenset(broken)


def _lifts(grants: Mapping[GrantId, Grant], background: Background) -> Iterable[Lift]:
    """Yield which soft forbids yield to which permits.

    A permit names them, later and from somebody who may; or it is the young person's own over a parent's.
    """
    soft = [grant for grant in grants.values() if not grant.permits and not grant.hard]
    for permit in grants.values():
        if not permit.permits:
            continue
        giver = permit.given_by
        for forbid in soft:
            named = forbid.grant_id in permit.supersedes and forbid.recorded_at <= permit.recorded_at
            if named and speaks_over(giver.reference, giver.capacity, forbid):
                yield Lift(permit.grant_id, forbid.grant_id, -FOREVER)
            elif giver.capacity is Capacity.SELF and (
                forbid.given_by.capacity is Capacity.PARENTAL_RESPONSIBILITY
            ):
                both = (permit.record_id, forbid.record_id)
                since = surely_reached(COMPETENT_AGE, both, background)
                yield Lift(permit.grant_id, forbid.grant_id, since)


def _named_before_link(row: Row, record: RecordFacts) -> bool:
    """Tell whether a forbid stops an agency's reading of its own record.

    It named the agency or user, on that very record, before the record was linked to any other: else the
    record's vanishing on a link would give the person away.
    """
    grant = row.grant
    named = isinstance(grant.agencies, frozenset) or isinstance(grant.users, frozenset)
    return named and (record.first_linked is None or grant.recorded_at < record.first_linked)


def _hidden(household: Iterable[HouseholdFacts], policy: Policy) -> Iterable[Hidden]:
    """Yield the places hidden for other members' sake: every shared stay that overlapped a hard forbid.

    Of a member about whom something is corrupt every shared place is hidden, as if by a hard forbid.
    """
    for member in household:
        if member.corrupt:
            for stay in member.stays:
                yield Hidden(None, hideout(stay.places))
        for grant in member.forbids:
            row = _location_row(grant, member, policy)
            if row is None:
                continue
            for stay in member.stays:
                first = ticks(midnight(stay.starts_on))
                after = FOREVER if stay.ends_on is None else ticks(midnight(stay.ends_on))
                if row.start < after and first < row.end:
                    yield Hidden(row, hideout(stay.places))


def _location_row(grant: Grant, member: HouseholdFacts, policy: Policy) -> Row | None:
    if grant.permits or not grant.hard:
        return None
    endings = [ending for ending in member.endings if ending.grant_id == grant.grant_id]
    row = forbid_row(grant, -1, forbid_term(grant, endings, FOREVER), policy)
    return row if row.categories & LOCATION else None
