"""Policy: all agreements known, compiled once, asked for what their clauses let a request reach."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from bnl.consent.conditions import Reach, reach
from bnl.consent.masks import FOREVER, category_mask, ticks
from bnl.consent.rules.bases import BASIS_RULES, stands_for
from bnl.consent.rules.rulebook import RULEBOOK, Rulebook
from bnl.consent.shapes import Dimensions, Hits, Profile, Shape
from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement, Clause
from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, LawfulBasis, Purpose, Role

_CACHE_LIMIT: Final = 4096
_PROFILES: Final = 64


class Asked(NamedTuple):
    """What a clause is matched against; the recipient's view has no role."""

    agency: AgencyId
    role: Role | None
    action: Action
    purpose: Purpose


class Covering(NamedTuple):
    """One clause that covers a request, what it reaches, and its full name: agreement, version, clause."""

    agreement: Agreement
    clause: Clause
    reach: Reach
    name: str


class Lens(NamedTuple):
    """What the agreements in force let a request reach, as category bits.

    Args:
        standing: Categories in a clause that is a standing permit.
        exempt: Those of them in a clause that stands against soft forbids.
        consented: Categories in a clause on consent that needs nothing but a permit.
        to_be_brought: Categories in a clause on consent for which the permit brings the condition.
        emergency: Categories break glass may open to the role.
        clauses: The clauses behind it.
        standing_clauses: Those of them that stand, each with what it covers and whether against soft forbids.
    """

    standing: int
    exempt: int
    consented: int
    to_be_brought: int
    emergency: int
    clauses: tuple[Covering, ...]
    standing_clauses: tuple[tuple[Covering, int, bool], ...] = ()

    @property
    def reachable(self) -> int:
        """Categories in any clause that covers the request."""
        return self.standing | self.consented | self.to_be_brought


BLIND: Final = Lens(0, 0, 0, 0, 0, ())


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """Agreements, agencies and rules of one moment of knowledge.

    Args:
        agreements: Every version of every agreement known, in the order of their ids and versions.
        agencies: Every agency known.
        rulebook: Rule data.
        documents: Policy documents cited or citable, by id.
    """

    agreements: tuple[Agreement, ...]
    agencies: Mapping[AgencyId, Agency]
    rulebook: Rulebook
    documents: frozenset[str]
    _lenses: dict[tuple[Asked, int], Lens] = field(default_factory=dict, repr=False, compare=False)
    _changes: tuple[int, ...] = ()
    _shapes: dict[Dimensions, Shape] = field(default_factory=dict, repr=False)
    _hits: dict[Profile, Hits] = field(default_factory=dict, repr=False)

    def in_force(self, moment: datetime) -> tuple[Agreement, ...]:
        """Return the agreements in force: of each the latest version begun, unless that has ended."""
        # They stand in the order of their versions, so that the last one begun is the one that stays.
        latest = {one.agreement_id: one for one in self.agreements if one.valid_from <= moment}
        return tuple(a for a in latest.values() if a.valid_until is None or moment < a.valid_until)

    def with_agreements(self, agreements: Iterable[Agreement]) -> Policy:
        """Return a policy of the same agencies and rules under other agreements."""
        return compile_policy(agreements, self.agencies, self.rulebook)

    def shape(
        self,
        need: int,
        agencies: frozenset[str] | None,
        users: frozenset[str | None] | None,
        areas: frozenset[str | None] | None,
    ) -> Shape:
        """Return the one shape with these dimensions, so that each is matched against a request once."""
        dimensions = (need, agencies, users, areas)
        found = self._shapes.get(dimensions)
        if found is None:
            found = self._shapes[dimensions] = Shape(*dimensions)
        return found

    def hits(self, profile: Profile) -> Hits:
        """Return which shapes match a request, worked out as they are met."""
        found = self._hits.get(profile)
        if found is None:
            if len(self._hits) >= _PROFILES:
                self._hits.clear()
            found = self._hits[profile] = Hits(profile)
        return found

    def lens(self, asked: Asked, moment: datetime) -> Lens:
        """Return what the clauses in force let a request reach."""
        tick = ticks(moment)
        epoch = bisect_right(self._changes, tick)
        found = self._lenses.get((asked, epoch))
        if found is None:
            if len(self._lenses) >= _CACHE_LIMIT:
                self._lenses.clear()
            found = self._lenses[asked, epoch] = self._look(asked, moment)
        return found

    def _look(self, asked: Asked, moment: datetime) -> Lens:
        agency = self.agencies.get(asked.agency)
        if agency is None or self._retired(asked):
            return BLIND
        covering, emergency = [], 0
        for agreement in self.in_force(moment):
            found = self._covering(agreement, asked, agency, moment)
            covering.extend(found)
            if asked.role in agreement.break_glass_roles:
                opened = category_mask(agreement.emergency_categories, self.rulebook.retired.categories)
                for one in found:
                    emergency |= opened & (one.reach.covered | one.reach.to_be_brought)
        return _lens(covering, emergency)

    def _retired(self, asked: Asked) -> bool:
        retired = self.rulebook.retired
        return (
            asked.role in retired.roles
            or asked.action in retired.actions
            or asked.purpose in retired.purposes
        )

    def _covering(
        self, agreement: Agreement, asked: Asked, agency: Agency, moment: datetime
    ) -> list[Covering]:
        documents = frozenset(document.document_id for document in agreement.policy_documents)
        found = []
        for clause in agreement.clauses:
            if not covers(agreement, clause, asked) or stands_for(clause.basis, agency.kind, moment) is None:
                continue
            mask = category_mask(clause.categories, self.rulebook.retired.categories)
            reached = reach(clause, mask, agency.kind, documents, asked.purpose)
            name = f"{agreement.agreement_id}/{agreement.version}/{clause.clause_id}"
            found.append(Covering(agreement, clause, reached, name))
        return found


def _lens(covering: list[Covering], emergency: int) -> Lens:
    standing = exempt = consented = brought = 0
    for _, clause, reached, _ in covering:
        if clause.basis is LawfulBasis.CONSENT:
            consented |= reached.covered
            brought |= reached.to_be_brought
            continue
        standing |= reached.covered
        if clause.stands_against_soft_forbids:
            exempt |= reached.covered
    stand = tuple(
        (one, one.reach.covered, one.clause.stands_against_soft_forbids)
        for one in covering
        if one.clause.basis is not LawfulBasis.CONSENT
    )
    return Lens(standing, exempt, consented, brought, emergency, tuple(covering), stand)


def covers(agreement: Agreement, clause: Clause, asked: Asked) -> bool:
    """Tell whether a clause covers a request in agency, role, action and purpose, all in the one clause."""
    if asked.agency not in (agreement.parties if clause.agencies is ANY else clause.agencies):
        return False
    if clause.received_only and asked.role is not None:
        return False
    return (
        (clause.roles is ANY or asked.role in clause.roles)
        and (clause.actions is ANY or asked.action in clause.actions)
        and (clause.purposes is ANY or asked.purpose in clause.purposes)
    )


def compile_policy(
    agreements: Iterable[Agreement], agencies: Mapping[AgencyId, Agency], rulebook: Rulebook = RULEBOOK
) -> Policy:
    """Compile everything known of agreements, agencies and rules.

    Args:
        agreements: Every version of every agreement known; order does not matter.
        agencies: Every agency known, by id.
        rulebook: Rule data.

    Returns:
        The policy; it holds no person and can be kept until one of these changes.
    """
    known = tuple(sorted(agreements, key=lambda a: (a.agreement_id, a.version)))
    return Policy(
        agreements=known,
        agencies=dict(agencies),
        rulebook=rulebook,
        documents=frozenset(d.document_id for a in known for d in a.policy_documents),
        _changes=_changes(known),
    )


def _changes(agreements: Iterable[Agreement]) -> tuple[int, ...]:
    instants = {ticks(rule.since) for rule in BASIS_RULES}
    for agreement in agreements:
        instants.add(ticks(agreement.valid_from))
        instants.add(FOREVER if agreement.valid_until is None else ticks(agreement.valid_until))
    return tuple(sorted(instants))
