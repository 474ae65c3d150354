"""Conditions: for which special and offence categories a clause or permit has what the law asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

from bnl.consent.masks import CATEGORY_BIT, EXISTENCE, category_mask
from bnl.consent.reasons import Void
from bnl.consent.rules.conditions import CONDITION_RULES, NEEDS_CONDITION, ConditionRule, condition_covers
from bnl.domain.agency import Agency
from bnl.domain.agreement import Citation, Clause
from bnl.domain.consent import Grant
from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import AgencyKind, Condition, FieldCategory, LawfulBasis, Purpose

CONDITIONAL: Final = reduce(or_, (CATEGORY_BIT[category] for category in NEEDS_CONDITION))
_COVERS: Final = {
    condition: reduce(or_, (CATEGORY_BIT[c] for c in NEEDS_CONDITION if condition_covers(condition, c)), 0)
    for condition in Condition
}


class Reach(NamedTuple):
    """What a clause reaches: what it covers itself, and that for which the permit brings the condition."""

    covered: int
    to_be_brought: int


def covered_by(condition: Condition, mask: int) -> int:
    """Return the conditional categories of a mask that a condition can stand for."""
    return _COVERS[condition] & mask


def fault(citation: Citation, kind: AgencyKind, documents: frozenset[str], purpose: Purpose) -> Void | None:
    """Return what a citation lacks for an agency and purpose, or None if it is whole."""
    rule = CONDITION_RULES[citation.condition]
    if not _open_to(rule, kind) or (rule.purposes is not None and purpose not in rule.purposes):
        return Void.CONDITION_NOT_OPEN
    if rule.document and citation.policy_document not in documents:
        return Void.DOCUMENT_MISSING
    if rule.reason and not (citation.reason_not_asked or "").strip():
        return Void.REASON_MISSING
    return None


def _open_to(rule: ConditionRule, kind: AgencyKind) -> bool:
    return rule.kinds is None or kind in rule.kinds


def reach(clause: Clause, mask: int, kind: AgencyKind, documents: frozenset[str], purpose: Purpose) -> Reach:
    """Return what of a clause's categories has the condition it needs, for one agency and purpose.

    A clause that is void for every category it names says nothing of existence either.

    Args:
        clause: The clause.
        mask: Its categories.
        kind: Kind of the requesting agency.
        documents: Ids of the policy documents of the clause's agreement.
        purpose: Purpose of the request.
    """
    covered, brought = mask & ~CONDITIONAL & ~EXISTENCE, 0
    for citation in clause.citations:
        if fault(citation, kind, documents, purpose) is not None:
            continue
        cited = category_mask(citation.categories) & mask & CONDITIONAL
        cited = covered_by(citation.condition, cited)
        if CONDITION_RULES[citation.condition].consent:
            # Explicit consent is a condition only of a grant on consent: a standing permit cannot cite it.
            brought |= cited if clause.basis is LawfulBasis.CONSENT else 0
        else:
            covered |= cited
    if covered or clause.categories is ANY or FieldCategory.EXISTENCE in clause.categories:
        covered |= EXISTENCE & mask
    return Reach(covered, brought & ~covered)


def lacks(clause: Clause, kind: AgencyKind, documents: frozenset[str]) -> dict[FieldCategory, Void]:
    """Return, of the categories a clause names, those for which it is void for every purpose, and why.

    Args:
        clause: The clause; one for any category is taken at its word only where it cites a condition.
        kind: Kind of an agency it names.
        documents: Ids of the policy documents of its agreement.
    """
    named = frozenset[FieldCategory]() if clause.categories is ANY else frozenset(clause.categories)
    purposes = tuple(Purpose) if clause.purposes is ANY else tuple(clause.purposes)
    found: dict[FieldCategory, Void] = {}
    for category in sorted(named & NEEDS_CONDITION):
        mask = CATEGORY_BIT[category]
        reached = [reach(clause, mask, kind, documents, purpose) for purpose in purposes]
        if any((one.covered | one.to_be_brought) & mask for one in reached):
            continue
        cited = [one for one in clause.citations if category in one.categories]
        faults = [fault(one, kind, documents, purpose) for one in cited for purpose in purposes]
        if not cited:
            found[category] = Void.CONDITION_MISSING
        else:
            found[category] = next((why for why in faults if why is not None), Void.CONDITION_NOT_OPEN)
    return found


def brought_by(grant: Grant, agencies: Mapping[AgencyId, Agency], documents: frozenset[str]) -> int:
    """Return the conditional categories for which a permit brings a condition of its own."""
    condition = grant.condition
    relying = agencies.get(grant.relying_party or AgencyId(""))
    if condition is None or relying is None:
        return 0
    rule = CONDITION_RULES[condition]
    if rule.consent and grant.basis is not LawfulBasis.CONSENT:
        return 0
    if rule.document and grant.policy_document not in documents:
        return 0
    if rule.reason and not (grant.reason_not_asked or "").strip():
        return 0
    if not _open_to(rule, relying.kind):
        return 0
    if rule.purposes is not None and (
        grant.purposes is None or grant.purposes is ANY or not grant.purposes <= rule.purposes
    ):
        return 0
    return covered_by(condition, CONDITIONAL)
