"""Compiled people: the grants on one person as flat rows that a request is matched against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from bnl.consent.ages import COMPETENT_AGE, lifetime, midnight
from bnl.consent.conditions import brought_by
from bnl.consent.facts import HouseholdFacts, PersonFacts, RecordFacts
from bnl.consent.masks import CATEGORY_BIT, FOREVER, NO_ROLE, bits, category_mask, forbidden_mask, ticks
from bnl.consent.places import Hideout, hideout
from bnl.consent.policy import Policy
from bnl.consent.reasons import Void
from bnl.consent.shapes import Shape
from bnl.consent.terms import Background, forbid_term, incapable_terms, permit_terms, speaks_over
from bnl.domain.consent import CorruptGrant, Ending, Grant
from bnl.domain.identifiers import AgencyId, GrantId, RecordId
from bnl.domain.scope import ANY, Anything
from bnl.domain.vocabulary import Action, Capacity, FieldCategory, Purpose, Role


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One stretch of force of one grant.

    ``brings`` are the categories for which a permit brings its own Article 9 or 10 condition.
    """

    shape: Shape
    start: int
    end: int
    categories: int
    hard: bool
    record: int
    brings: int
    grant: Grant

    def __repr__(self) -> str:
        return f"Row({self.grant.grant_id})"


# What matching reads of a row, as a bare tuple for speed: its shape, its first tick, the tick after its last.
Key = tuple[Shape, int, int, Row]


def key(row: Row) -> Key:
    """Return what matching reads of a row."""
    return row.shape, row.start, row.end, row


class Lift(NamedTuple):
    """A soft forbid that yields to one permit, for the requests, categories and record of that permit."""

    permit: GrantId
    forbid: GrantId
    since: int


class Hidden(NamedTuple):
    """Places hidden for another member's sake: by a row that must match, or always if it is None."""

    row: Row | None
    places: Hideout


class CompiledPerson(NamedTuple):
    """One person ready to be decided about, as often as is asked until a fact changes.

    ``corrupt_records`` are positions of records that cannot be read back even by their own agency;
    ``named`` holds the rows, by record position, of forbids that stop an agency's reading of its own record.
    """

    records: tuple[RecordFacts, ...]
    agencies: frozenset[AgencyId]
    permits: tuple[Key, ...]
    forbids: tuple[Key, ...]
    lifts: tuple[Lift, ...]
    named: tuple[Key, ...]
    hidden: tuple[Hidden, ...]
    local: bool
    corrupt: bool
    corrupt_records: frozenset[int]
    void: Mapping[GrantId, Void]

    def __repr__(self) -> str:
        return "CompiledPerson(…)"


_ROLES_AND_NONE: Final = bits(Role) | NO_ROLE
LOCATION: Final = CATEGORY_BIT[FieldCategory.LOCATION]
_NO_VOIDS: Final[Mapping[GrantId, Void]] = {}


def area_key(area: str) -> str:
    """Return an area as it is compared: trimmed, in one case."""
    return " ".join(area.split()).casefold()


def _enum_bits(scope: Iterable[StrEnum] | Anything | None, whole: int, retired: frozenset[StrEnum]) -> int:
    """Return the bits a permit matches in one dimension; silence matches nothing."""
    if scope is None:
        return 0
    return whole if scope is ANY else bits(value for value in scope if value not in retired)


def _permit_row(grant: Grant, record: int, policy: Policy) -> Row | None:
    """Return the row of a permit without its term, or None if some dimension matches nothing."""
    retired = policy.rulebook.retired
    dimensions = (
        _enum_bits(grant.actions, bits(Action), retired.actions),
        _enum_bits(grant.purposes, bits(Purpose), retired.purposes),
        _enum_bits(grant.roles, _ROLES_AND_NONE, retired.roles),
    )
    categories = category_mask(grant.categories, retired.categories)
    if not (all(dimensions) and categories):
        return None
    if grant.agencies is None or grant.users is None or grant.areas is None:
        return None
    return Row(
        shape=policy.shape(
            dimensions[0] | dimensions[1] | dimensions[2],
            _members(grant.agencies),
            _members(grant.users),
            None if grant.areas is ANY else frozenset(area_key(str(area)) for area in grant.areas),
        ),
        start=0,
        end=0,
        categories=categories,
        hard=False,
        record=record,
        brings=brought_by(grant, policy.agencies, policy.documents),
        grant=grant,
    )


def _members(scope: Iterable[str] | Anything) -> frozenset[str] | None:
    return None if scope is ANY else frozenset(str(value) for value in scope)


def _said(scope: Iterable[StrEnum] | Anything | None, whole: int) -> int:
    return whole if scope is None or isinstance(scope, Anything) else bits(scope)


def forbid_row(grant: Grant, record: int, term: tuple[int, int], policy: Policy) -> Row:
    """Return the row of a forbid: what it does not say it matches, and so does what a request lacks."""
    internal = bits(policy.rulebook.internal)
    actions = _said(grant.actions, bits(Action))
    roles = _said(grant.roles, bits(Role))
    unnamed = grant.purposes is None or grant.purposes is ANY
    purposes = bits(Purpose) & ~internal if unnamed else _said(grant.purposes, 0)
    agencies, users, areas = grant.agencies, grant.users, grant.areas
    return Row(
        shape=policy.shape(
            actions | roles | purposes | NO_ROLE,
            None if agencies is None else _members(agencies),
            None if users is None or users is ANY else frozenset((*users, None)),
            None if areas is None or areas is ANY else frozenset((*map(area_key, areas), None)),
        ),
        start=term[0],
        end=term[1],
        categories=forbidden_mask(grant.categories),
        hard=grant.hard,
        record=record,
        brings=0,
        grant=grant,
    )


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
    background = Background(lifetime(facts.records), incapable_terms(facts.records), policy.agencies, grants)
    permits: list[Row] = []
    forbids: list[Row] = []
    voids: dict[GrantId, Void] = {}
    for grant in grants.values():
        ended, record = endings[grant.grant_id], place[grant.record_id]
        if not grant.permits:
            forbids.append(forbid_row(grant, record, forbid_term(grant, ended, background.life), policy))
            continue
        terms, void = permit_terms(grant, ended, background)
        if void is not None:
            voids[grant.grant_id] = void
        row = _permit_row(grant, record, policy) if terms else None
        if row is not None:
            permits.extend(replace(row, start=start, end=end) for start, end in terms)
    corrupt = frozenset(i for i, record in enumerate(facts.records) if record.corrupt) | broken
    return CompiledPerson(
        records=facts.records,
        agencies=frozenset(record.agency_id for record in facts.records),
        permits=tuple(key(row) for row in permits),
        forbids=tuple(key(row) for row in forbids),
        lifts=tuple(_lifts(grants, background)),
        named=tuple(key(row) for row in forbids if _named_before_link(row, facts.records[row.record])),
        hidden=tuple(_hidden(facts.household, policy)),
        local=any(record.local for record in facts.records),
        corrupt=bool(corrupt),
        corrupt_records=frozenset(i for i in corrupt if i >= 0),
        void=voids or _NO_VOIDS,
    )


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
    at_16 = background.life.reaches(COMPETENT_AGE)[1]
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
                yield Lift(permit.grant_id, forbid.grant_id, at_16)


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
    row = forbid_row(grant, -1, forbid_term(grant, endings, lifetime(())), policy)
    return row if row.categories & LOCATION else None
