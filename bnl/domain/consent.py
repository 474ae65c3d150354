"""Grants: what a named individual permitted or forbade about one source record, and how a grant ends."""

from __future__ import annotations

from pydantic import Field, model_validator

from bnl.domain.base import Noun, PersonalNoun, UtcDateTime
from bnl.domain.identifiers import AgencyId, GrantId, RecordId, UserId
from bnl.domain.scope import Scope
from bnl.domain.vocabulary import (
    Action,
    Capacity,
    Condition,
    Effect,
    EndingKind,
    FieldCategory,
    LawfulBasis,
    Purpose,
    Role,
)

TWO_STEWARDS = 2

# Somebody else's decision for a person is not that person's consent (Mental Capacity Act 2005, section 5).
CANNOT_CONSENT = frozenset({Capacity.BEST_INTERESTS, Capacity.AGENCY, Capacity.STEWARD})


class Giver(PersonalNoun):
    """The named individual who said yes or no, and in what capacity.

    Args:
        reference: Opaque reference of the individual; the same person always has the same one.
        capacity: In what capacity they spoke.
        competence: Reference of the competence assessment of a giver under 16, if there is one.
    """

    reference: str = Field(min_length=1)
    capacity: Capacity
    competence: str | None = None


class Notice(Noun):
    """What the person was told when the grant was given (ISO/IEC TS 27560, Kantara receipt).

    Args:
        reference: Privacy notice and version shown.
        language: Language of the notice, BCP 47.
        jurisdiction: Law the processing is under.
        storage: Where the data is kept.
        retention: How long, in words.
        withdrawal_method: How the person can withdraw.
    """

    reference: str = ""
    language: str = "en-GB"
    jurisdiction: str = "GB-ENG"
    storage: str = ""
    retention: str = ""
    withdrawal_method: str = ""


class ReferralConsent(Noun):
    """The three conditions of a duty-to-refer notification (Housing Act 1996 s.213B(2)-(4)).

    Args:
        to_refer: The person agrees to being referred.
        contact_details: The person agrees to their contact details being passed on.
        authority: The housing authority the person chose.
    """

    to_refer: bool
    contact_details: bool
    authority: AgencyId


class Grant(PersonalNoun):
    """One permit or forbid, recorded on exactly one source record; immutable, a repair is a new version.

    A dimension left out (None) matches everything in a forbid and nothing in a permit; ANY matches all.

    Args:
        grant_id: Its identifier, stable over repairs.
        version: 1 when made, one more for each repair.
        record_id: The source record it is recorded on and never leaves.
        effect: Permit or forbid.
        hard: Only of a forbid: nothing but its lifting by two stewards lets anything past it.
        basis: Lawful basis relied on; required of a permit.
        relying_party: The agency that will process; its kind must be open to the basis; a permit has one.
        agencies: Who may (or may not) see; likewise users, roles.
        users: Users meant.
        roles: Roles meant.
        actions: Actions meant.
        purposes: Purposes meant.
        categories: Field categories meant; any of them includes existence in a permit.
        areas: Areas meant.
        valid_from: First instant it holds (UTC).
        valid_until: First instant it no longer holds; a permit states it or is ``open_ended``.
        open_ended: The permit was given without an end.
        recorded_at: When the register learned of it (UTC).
        sequence: Log sequence that made it known; 0 before it is stored.
        given_by: The named individual and the capacity.
        evidence: References of what proves it: form, recording, letter.
        supersedes: Soft forbids this permit lifts, by id, for requests it matches itself.
        onward_recipients: Agencies the data may be passed on to.
        objection: A soft forbid that is an objection (UK GDPR Article 21); stands until answered in writing.
        condition: Article 9 or 10 condition the permit brings itself.
        policy_document: Appropriate policy document for that condition, where one is needed.
        reason_not_asked: Why consent was not asked (Schedule 1 paragraph 18).
        referral: Duty-to-refer conditions, if this is such a permit.
        notice: What the person was told.
        repaired_by: Stewards who repaired it, for a version above 1.

    Raises:
        ValueError: If it would be void or contradict itself from its first instant.
    """

    grant_id: GrantId
    version: int = Field(default=1, ge=1)
    record_id: RecordId
    effect: Effect
    hard: bool = False
    basis: LawfulBasis | None = None
    relying_party: AgencyId | None = None
    agencies: Scope[AgencyId] = None
    users: Scope[UserId] = None
    roles: Scope[Role] = None
    actions: Scope[Action] = None
    purposes: Scope[Purpose] = None
    categories: Scope[FieldCategory] = None
    areas: Scope[str] = None
    valid_from: UtcDateTime
    valid_until: UtcDateTime | None = None
    open_ended: bool = False
    recorded_at: UtcDateTime
    sequence: int = 0
    given_by: Giver
    evidence: tuple[str, ...] = ()
    supersedes: tuple[GrantId, ...] = ()
    onward_recipients: Scope[AgencyId] = None
    objection: bool = False
    condition: Condition | None = None
    policy_document: str | None = None
    reason_not_asked: str | None = None
    referral: ReferralConsent | None = None
    notice: Notice | None = None
    repaired_by: tuple[UserId, ...] = ()

    @property
    def permits(self) -> bool:
        """Whether this is a permit."""
        return self.effect is Effect.PERMIT

    @model_validator(mode="after")
    def _sound(self) -> Grant:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("the grant ends before it begins; valid_until must be later than valid_from")
        if self.grant_id in self.supersedes:
            raise ValueError("a grant cannot supersede itself")
        if self.permits:
            self._sound_permit()
        else:
            self._sound_forbid()
        return self

    def _sound_permit(self) -> None:
        if self.basis is None or self.relying_party is None:
            raise ValueError("a permit names its lawful basis and the agency relying on it")
        if (self.valid_until is None) != self.open_ended:
            raise ValueError("a permit states its end or says open_ended, one of the two")
        if self.valid_until is not None and self.valid_until <= self.recorded_at:
            raise ValueError("the permit has already expired when it is recorded")
        if self.hard or self.objection:
            raise ValueError("only a forbid is hard or an objection")
        if self.basis is LawfulBasis.CONSENT and self.given_by.capacity in CANNOT_CONSENT:
            raise ValueError("nobody consents in this capacity; rest the permit on the basis relied on")
        if self.condition is Condition.EXPLICIT_CONSENT and self.basis is not LawfulBasis.CONSENT:
            raise ValueError("explicit consent is a condition only of a grant on consent")
        if self.condition is Condition.SCH1_18_SAFEGUARDING and not self.reason_not_asked:
            raise ValueError("Schedule 1 paragraph 18 needs the reason for not asking consent")
        if self.referral is not None:
            self._sound_referral(self.referral)

    def _sound_referral(self, referral: ReferralConsent) -> None:
        if self.basis is not LawfulBasis.CONSENT:
            raise ValueError("a duty to refer rests on consent")
        if not (referral.to_refer and referral.contact_details):
            raise ValueError("a duty to refer needs consent to refer and to pass on contact details")

    def _sound_forbid(self) -> None:
        if self.supersedes or self.referral or self.onward_recipients is not None or self.condition:
            raise ValueError("only a permit supersedes, refers, names onward recipients or cites a condition")
        if self.open_ended and self.valid_until is not None:
            raise ValueError("a forbid with an end is not open_ended")
        if self.objection and self.hard:
            raise ValueError("an objection is a soft forbid")


class CorruptGrant(Noun):
    """The place of a grant that cannot be read or fails its integrity check; denies the whole person.

    Args:
        grant_id: Its id as far as it can be told.
        record_id: The source record it stood on.
    """

    grant_id: GrantId
    record_id: RecordId


class Ending(PersonalNoun):
    """The end of a grant before its time; a fact of its own, so that the grant stays as it was given.

    Args:
        grant_id: The grant that ends.
        kind: Withdrawn (permit, soft forbid), lifted (hard forbid), corrected (a person's own soft forbid,
            by the steward, to correct a record) or answered (an objection, by the steward, in writing).
        said_at: The instant it was said (UTC); never after ``recorded_at``.
        recorded_at: When the register learned of it (UTC).
        sequence: Log sequence that made it known; 0 before it is stored.
        given_by: Who said it, of a withdrawal.
        stewards: Who did it, of the other kinds; two different ones to lift.
        evidence: References of what proves it; required of all kinds but a withdrawal.

    Raises:
        ValueError: If it lacks what its kind asks for.
    """

    grant_id: GrantId
    kind: EndingKind
    said_at: UtcDateTime
    recorded_at: UtcDateTime
    sequence: int = 0
    given_by: Giver | None = None
    stewards: tuple[UserId, ...] = ()
    evidence: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Ending:
        if self.said_at > self.recorded_at:
            raise ValueError("what is recorded now cannot have been said in the future")
        if self.kind is EndingKind.WITHDRAWN:
            if self.given_by is None:
                raise ValueError("a withdrawal names who withdrew")
            return self
        needed = TWO_STEWARDS if self.kind is EndingKind.LIFTED else 1
        if len(set(self.stewards)) < needed or not all(self.evidence or ("",)):
            raise ValueError(f"this needs {needed} steward(s) and evidence")
        return self
