"""The law half of the reference evaluator: lawful bases and conditions, straight from the statutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bnl.domain.agency import Agency
from bnl.domain.agreement import Agreement, Clause
from bnl.domain.consent import Grant
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import (
    AgencyKind,
    Capacity,
    Condition,
    FieldCategory,
    LawfulBasis,
    Purpose,
)

C = FieldCategory
SPECIAL = {C.HEALTH, C.SUPPORT_NEEDS, C.EQUALITY, C.SAFEGUARDING, C.CASE_NOTES}
OFFENCE = {C.CRIMINAL_JUSTICE, C.RISK, C.CASE_NOTES}
INTERNAL = {Purpose.LINKAGE, Purpose.STEWARDSHIP, Purpose.STATISTICS}
PUBLIC = {
    AgencyKind.LOCAL_AUTHORITY,
    AgencyKind.HEALTH,
    AgencyKind.CRIMINAL_JUSTICE,
    AgencyKind.POLICE,
    AgencyKind.EDUCATION,
}
PRIVATE = {AgencyKind.CHARITY, AgencyKind.HOUSING_PROVIDER}
NEEDS_DOCUMENT = {
    Condition.SCH1_1_SOCIAL_PROTECTION,
    Condition.SCH1_6_STATUTORY_PURPOSES,
    Condition.SCH1_8_EQUALITY,
    Condition.SCH1_16_SUPPORT,
    Condition.SCH1_18_SAFEGUARDING,
}
DECIDED_FOR = {Capacity.PARENTAL_RESPONSIBILITY, Capacity.ATTORNEY_OR_DEPUTY, Capacity.BEST_INTERESTS}
DAWN = datetime(1900, 1, 1, tzinfo=UTC)
NEVER = datetime(9000, 1, 1, tzinfo=UTC)


class Law:
    """Which basis is open to whom, and which condition is met."""

    agencies: Mapping[AgencyId, Agency]
    documents: set[str]

    def basis_open(self, basis: LawfulBasis, agency_id: AgencyId, moment: datetime) -> bool:
        agency = self.agencies.get(agency_id)
        if agency is None or agency.kind is AgencyKind.NON_AGENCY:
            return False
        if basis is LawfulBasis.PUBLIC_TASK:
            return agency.kind in PUBLIC
        if basis is LawfulBasis.LEGITIMATE_INTERESTS:
            return agency.kind in PRIVATE
        if basis is LawfulBasis.RECOGNISED_LEGITIMATE_INTERESTS:
            return agency.kind in PRIVATE and moment >= datetime(2026, 2, 5, tzinfo=UTC)
        if basis is LawfulBasis.SAFEGUARDING:
            return agency.kind in PUBLIC | PRIVATE
        return True

    def condition_suits(
        self,
        condition: Condition,
        category: FieldCategory,
        kind: AgencyKind,
        document: str | None,
        reason: str | None,
        documents: set[str],
    ) -> bool:
        if condition is Condition.SCH1_8_EQUALITY and category not in {C.EQUALITY, C.HEALTH}:
            return False
        support = category in {C.HEALTH, C.SUPPORT_NEEDS} and kind is AgencyKind.CHARITY
        if condition is Condition.SCH1_16_SUPPORT and not support:
            return False
        if condition in NEEDS_DOCUMENT and document not in documents:
            return False
        return condition is not Condition.SCH1_18_SAFEGUARDING or bool((reason or "").strip())

    def clause_condition(
        self,
        agreement: Agreement,
        clause: Clause,
        category: FieldCategory,
        agency: AgencyId,
        purpose: Purpose,
    ) -> str:
        """'met' by the clause, 'brought' by the permit beneath it, or 'missing'."""
        if category not in SPECIAL | OFFENCE:
            return "met"
        documents = {d.document_id for d in agreement.policy_documents}
        brought = False
        for citation in clause.citations:
            if category not in citation.categories:
                continue
            if citation.condition is Condition.EXPLICIT_CONSENT:
                brought = brought or clause.basis is LawfulBasis.CONSENT
                continue
            if citation.condition is Condition.SCH1_4_STATISTICS and purpose is not Purpose.STATISTICS:
                continue
            if self.condition_suits(
                citation.condition,
                category,
                self.agencies[agency].kind,
                citation.policy_document,
                citation.reason_not_asked,
                documents,
            ):
                return "met"
        return "brought" if brought else "missing"

    def permit_brings(self, permit: Grant, category: FieldCategory) -> bool:
        relying = self.agencies.get(permit.relying_party or AgencyId(""))
        if permit.condition is None or relying is None:
            return False
        if permit.condition is Condition.EXPLICIT_CONSENT:
            return permit.basis is LawfulBasis.CONSENT
        if permit.condition is Condition.SCH1_4_STATISTICS:
            return permit.purposes == frozenset({Purpose.STATISTICS})
        return self.condition_suits(
            permit.condition,
            category,
            relying.kind,
            permit.policy_document,
            permit.reason_not_asked,
            self.documents,
        )
