"""Checking agreements: what they name without effect, and what changes for whom between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bnl.consent.conditions import lacks
from bnl.consent.policy import Policy
from bnl.consent.reasons import Void
from bnl.consent.rules.bases import stands_for
from bnl.consent.survey import matrix
from bnl.domain.agreement import Agreement
from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import Anything
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role


@dataclass(frozen=True, slots=True)
class VoidPart:
    """What a clause names without effect.

    Args:
        clause: The clause, as ``agreement/version/clause``.
        agency_id: The agency for which it has none.
        category: The category; None if the whole clause has none.
        why: What it lacks.
    """

    clause: str
    agency_id: AgencyId
    category: FieldCategory | None
    why: Void


def void_parts(policy: Policy, moment: datetime) -> tuple[VoidPart, ...]:
    """Return what the agreements in force name without effect, to be mended before anybody relies on it.

    Args:
        policy: Agreements, agencies and rules.
        moment: For which instant (UTC).

    Returns:
        Every clause whose basis is not open to an agency it names, and every category without the condition
        it needs, agency by agency; a clause for any agency is not looked into, for it is void for some.
    """
    found: list[VoidPart] = []
    for agreement in policy.in_force(moment):
        documents = frozenset(document.document_id for document in agreement.policy_documents)
        for clause in agreement.clauses:
            name = f"{agreement.agreement_id}/{agreement.version}/{clause.clause_id}"
            for agency_id in () if isinstance(clause.agencies, Anything) else sorted(clause.agencies):
                agency = policy.agencies.get(agency_id)
                if agency is None:
                    continue
                if stands_for(clause.basis, agency.kind, moment) is None:
                    found.append(VoidPart(name, agency_id, None, Void.BASIS_NOT_OPEN))
                    continue
                lacking = lacks(clause, agency.kind, documents)
                found.extend(VoidPart(name, agency_id, category, why) for category, why in lacking.items())
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two matrices.

    Args:
        agency_id: The agency.
        role: The role; None for what the agency receives.
        purpose: The purpose.
        action: The action.
        gained: Categories that stand now and did not, or need a permit now and were closed.
        lost: The reverse.
    """

    agency_id: AgencyId
    role: Role | None
    purpose: Purpose
    action: Action
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def compare(
    before: Iterable[Agreement],
    after: Iterable[Agreement],
    agencies: Policy,
    moment: datetime,
) -> tuple[Change, ...]:
    """Return what changes for whom between two states of the agreements.

    Args:
        before: Agreements as they were.
        after: Agreements as they would be.
        agencies: A policy from which the agencies and rules are taken.
        moment: For which instant (UTC).

    Returns:
        One entry for each agency, role, purpose and action that sees more or less, in that order.
    """
    old = _cells(agencies.with_agreements(before), moment)
    new = _cells(agencies.with_agreements(after), moment)
    changes = []
    for key in sorted(old.keys() | new.keys(), key=lambda cell: (cell[0], cell[1] or "", *cell[2:])):
        then, now = old.get(key, frozenset()), new.get(key, frozenset())
        if then != now:
            agency_id, role, purpose, action = key
            gained, lost = tuple(sorted(now - then)), tuple(sorted(then - now))
            changes.append(Change(agency_id, role, purpose, action, gained, lost))
    return tuple(changes)


Cell = tuple[AgencyId, Role | None, Purpose, Action]


def _cells(policy: Policy, moment: datetime) -> Mapping[Cell, frozenset[str]]:
    """Return every cell of a matrix as words such as ``health: with explicit consent``."""
    return {
        (reach.agency_id, reach.role, reach.purpose, reach.action): frozenset(
            [category.value for category in reach.stands]
            + [f"{category.value}: with a permit" for category in reach.with_permit]
            + [f"{category.value}: with explicit consent" for category in reach.with_explicit_consent]
            + [f"{category.value}: in an emergency" for category in reach.emergency]
        )
        for reach in matrix(policy, moment)
    }
