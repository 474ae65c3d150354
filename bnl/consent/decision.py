"""Decisions: the answer to one request about one person, field by field, with its reasons."""

from __future__ import annotations

from typing import NamedTuple

from bnl.consent.compiled import CompiledPerson
from bnl.consent.evaluate import matching
from bnl.consent.masks import CATEGORIES, CATEGORY_BIT, EVERYTHING, EXISTENCE, FIELD_BIT, categories_of
from bnl.consent.obligations import Obligation, bases, obligations
from bnl.consent.places import Hideout
from bnl.consent.reasons import Reason, View
from bnl.consent.rows import key
from bnl.consent.sides import Side
from bnl.consent.trail import Finding, findings
from bnl.domain.identifiers import GrantId, RecordId
from bnl.domain.request import Request
from bnl.domain.vocabulary import FieldCategory, LawfulBasis


class Decision(NamedTuple):
    """What one request may have of one person.

    Args:
        request: What was asked.
        person: Whom it was asked about.
        sides: The asker and, for exports and referrals, the recipient.
        allowed: Category bits, one mask for each of the person's records in their order.
        refusal: Why the whole request was refused before it was looked at, if it was.
    """

    request: Request
    person: CompiledPerson
    sides: tuple[Side, ...]
    allowed: tuple[int, ...]
    refusal: Reason | None = None

    def __repr__(self) -> str:
        return f"Decision({'some' if self.exists else 'none'})"

    @property
    def exists(self) -> bool:
        """Whether the person exists for the asker; if not, nothing may be told, not even a refusal."""
        return any(self.allowed)

    @property
    def overridden(self) -> bool:
        """Whether break glass was claimed; every use is a review task, whether or not it opened anything."""
        return self.request.override is not None

    @property
    def records(self) -> tuple[RecordId, ...]:
        """The source records that exist for the asker, in the person's order."""
        return tuple(
            record.record_id for record, mask in zip(self.person.records, self.allowed, strict=True) if mask
        )

    def mask(self, record_id: RecordId) -> int:
        """Return the category bits permitted of a record; none of one that is not the person's."""
        for i, record in enumerate(self.person.records):
            if record.record_id == record_id:
                return self.allowed[i]
        return 0

    def permits(self, record_id: RecordId, category: FieldCategory) -> bool:
        """Tell whether a category of a record is permitted."""
        return bool(self.mask(record_id) & CATEGORY_BIT[category])

    def permits_field(self, record_id: RecordId, field: str) -> bool:
        """Tell whether a field of a record was asked for and is permitted."""
        asked = self.request.fields is None or field in self.request.fields
        return asked and bool(self.mask(record_id) & FIELD_BIT.get(field, 0))

    def categories(self, record_id: RecordId) -> frozenset[FieldCategory]:
        """Return the permitted categories of a record."""
        return categories_of(self.mask(record_id))

    def verdict(self, field: str) -> bool:
        """Tell whether a field is permitted of at least one record."""
        return any(self.permits_field(record.record_id, field) for record in self.person.records)

    @property
    def withheld(self) -> frozenset[FieldCategory]:
        """Categories marked as not the asker's to see, on records that exist for the asker.

        Whether there is a value to withhold makes no difference: the mark must not tell that either.
        """
        denied = 0
        for mask in self.allowed:
            if mask & EXISTENCE:
                denied |= EVERYTHING & ~mask
        if self.request.fields is not None:
            asked = 0
            for field in self.request.fields:
                asked |= FIELD_BIT.get(field, 0)
            denied &= asked
        return categories_of(denied)

    @property
    def hidden_places(self) -> tuple[Hideout, ...]:
        """Places that read as not known, for the sake of another member of the household."""
        if not self.person.hidden:
            return ()
        return tuple(
            hidden.places
            for hidden in self.person.hidden
            if any(
                not side.internal if hidden.row is None else matching((key(hidden.row),), side)
                for side in self.sides
            )
        )

    def reads_back(self, record_id: RecordId) -> bool:
        """Tell whether the asker reads its own record in its own words."""
        return self.sides[0].reads_back and any(
            record.record_id == record_id and record.agency_id == self.request.actor.agency_id
            for record in self.person.records
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return, for the auditor, everything that permitted or denied something, with its ids."""
        if self.refusal is not None:
            return (Finding(None, EVERYTHING, permitted=False, reason=self.refusal, by=""),)
        return findings(self.person, self.sides, self.allowed)

    def reasons(self, view: View = View.REQUESTER) -> tuple[Reason, ...]:
        """Return the reason codes, each once: a requester learns of no restriction, an auditor of all."""
        if view is View.AUDITOR:
            return tuple(dict.fromkeys(finding.reason for finding in self.findings()))
        if self.refusal is not None:
            return (self.refusal,)
        if not self.exists:
            return (Reason.NOT_FOUND,)
        return tuple(dict.fromkeys(self.reason(category) for category in CATEGORIES))

    def reason(self, category: FieldCategory) -> Reason:
        """Return the requester's reason for one category over all records that exist for them.

        What no clause covers is said, for the agreement is no secret; everything else is only not shared.
        """
        if self.refusal is not None or not self.exists:
            return self.refusal or Reason.NOT_FOUND
        one = CATEGORY_BIT[category]
        if any(mask & one for mask in self.allowed):
            return Reason.SHARED
        return Reason.NOT_SHARED if self.sides[0].lens.reachable & one else Reason.NO_CLAUSE

    @property
    def decided_by(self) -> tuple[tuple[Reason, str], ...]:
        """What permitted anything, each once: permits by id, clauses by ``agreement/version/clause``."""
        return tuple(dict.fromkeys((f.reason, f.by) for f in self.findings() if f.permitted))

    @property
    def grant_ids(self) -> tuple[GrantId, ...]:
        """Permits that decided."""
        return tuple(GrantId(by) for reason, by in self.decided_by if reason is Reason.PERMIT)

    @property
    def clause_ids(self) -> tuple[str, ...]:
        """Standing clauses that decided, as ``agreement/version/clause``."""
        return tuple(by for reason, by in self.decided_by if reason is Reason.STANDING_CLAUSE)

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """What the receiver is bound to."""
        return obligations(self.request, self.person, self.sides, self.decided_by) if self.exists else ()

    @property
    def basis(self) -> LawfulBasis | None:
        """The first of the lawful bases relied on; None if there is none, as for an agency's own words."""
        return next(iter(self.bases), None)

    @property
    def bases(self) -> tuple[LawfulBasis, ...]:
        """Lawful bases relied on, in the order of the enum."""
        return bases(self.request, self.person, self.sides, self.decided_by) if self.exists else ()
