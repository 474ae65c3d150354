"""Agreements: the data-sharing agreement in force, clause by clause, versioned and dated."""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator

from bnl.domain.base import Noun, UtcDateTime
from bnl.domain.identifiers import AgencyId, AgreementId, ClauseId
from bnl.domain.scope import ANY, Named, Ordered
from bnl.domain.vocabulary import Action, Condition, FieldCategory, LawfulBasis, Purpose, Role

SOFT_OVERRIDING_BASES = frozenset(
    {LawfulBasis.LEGAL_OBLIGATION, LawfulBasis.VITAL_INTERESTS, LawfulBasis.SAFEGUARDING}
)


class PolicyDocument(Noun):
    """An appropriate policy document (DPA 2018 Schedule 1 Part 4).

    Args:
        document_id: Short id that clauses cite.
        title: Its title.
        owner: Agency that keeps it.
        reviewed_on: Day of its last review.
    """

    document_id: str = Field(min_length=1)
    title: str
    owner: AgencyId
    reviewed_on: date


class Citation(Noun):
    """The Article 9 or 10 condition relied on for some categories.

    Args:
        categories: Field categories it is cited for.
        condition: The condition.
        policy_document: Id of the policy document, where the condition needs one.
        reason_not_asked: Why consent is not asked (Schedule 1 paragraph 18).
    """

    categories: Ordered[FieldCategory] = Field(min_length=1)
    condition: Condition
    policy_document: str | None = None
    reason_not_asked: str | None = None


class Clause(Noun):
    """One thing the agreement lets some agencies do; dimensions are never mixed across clauses.

    Args:
        clause_id: Its id within the agreement.
        title: What it is for, in a line.
        agencies: Parties it is for; ANY means every party.
        roles: Roles it is for.
        purposes: Purposes it is for.
        actions: Actions it is for.
        categories: Field categories; any of them includes existence.
        basis: Lawful basis; any but consent makes the clause a standing permit.
        citations: Conditions for the categories that need one; without, it is void for those categories.
        stands_against_soft_forbids: Said only on legal obligation, vital interests or safeguarding.
        onward_recipients: Agencies that values shared under this clause may be passed on to.
        received_only: It is for what is sent to these agencies: it covers the recipient's view of an export
            or referral, and nobody's own call.

    Raises:
        ValueError: If it claims to stand against soft forbids on a basis that cannot, or is for what is
            received and names roles, or actions other than view: a recipient has no role, and views.
    """

    clause_id: ClauseId = Field(min_length=1)
    title: str = ""
    agencies: Named[AgencyId]
    roles: Named[Role]
    purposes: Named[Purpose]
    actions: Named[Action]
    categories: Named[FieldCategory]
    basis: LawfulBasis
    citations: tuple[Citation, ...] = ()
    stands_against_soft_forbids: bool = False
    onward_recipients: Named[AgencyId] | None = None
    received_only: bool = False

    @model_validator(mode="after")
    def _sound(self) -> Clause:
        if self.received_only and not (self.roles is ANY and self.actions == frozenset({Action.VIEW})):
            raise ValueError("what is received is viewed, in no role: say any role, and view alone")
        if self.stands_against_soft_forbids and self.basis not in SOFT_OVERRIDING_BASES:
            raise ValueError(
                "only legal obligation, vital interests or safeguarding stand against a soft forbid"
            )
        return self


class Agreement(Noun):
    """One version of a data-sharing agreement; the next version supersedes it from its own first instant.

    Args:
        agreement_id: Stable over versions.
        version: 1 for the first.
        title: Its name.
        parties: Agencies that signed it.
        valid_from: First instant it is in force (UTC).
        valid_until: First instant it no longer is; it states its end or is ``open_ended``.
        open_ended: It was made without an end.
        recorded_at: When the register learned of it (UTC).
        sequence: Log sequence that made it known; 0 before it is stored.
        clauses: What it lets whom do.
        policy_documents: Documents its clauses cite.
        break_glass_roles: Roles that may override in an emergency.
        emergency_categories: Field categories an override can open.
        retention: How long what is shared under it is kept, in words.

    Raises:
        ValueError: If it contradicts itself: no end said, a party unknown, an id used twice.
    """

    agreement_id: AgreementId = Field(min_length=1)
    version: int = Field(default=1, ge=1)
    title: str = ""
    parties: Ordered[AgencyId] = Field(min_length=1)
    valid_from: UtcDateTime
    valid_until: UtcDateTime | None = None
    open_ended: bool = False
    recorded_at: UtcDateTime
    sequence: int = 0
    clauses: tuple[Clause, ...] = ()
    policy_documents: tuple[PolicyDocument, ...] = ()
    break_glass_roles: Ordered[Role] = frozenset()
    emergency_categories: Ordered[FieldCategory] = frozenset()
    retention: str = ""

    @model_validator(mode="after")
    def _sound(self) -> Agreement:
        if (self.valid_until is None) != self.open_ended:
            raise ValueError("an agreement states its end or says open_ended, one of the two")
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("the agreement ends before it begins")
        ids = [clause.clause_id for clause in self.clauses]
        if len(set(ids)) != len(ids):
            raise ValueError("two clauses have the same id")
        for clause in self.clauses:
            if isinstance(clause.agencies, frozenset) and not clause.agencies <= self.parties:
                raise ValueError(f"clause {clause.clause_id} names an agency that is not a party")
        return self
