"""Requests: who asks to do what with which fields, for what purpose, for whom and when."""

from __future__ import annotations

from pydantic import Field, model_validator

from bnl.domain.actor import Actor
from bnl.domain.base import Noun, UtcDateTime
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import Action, LawfulBasis, Purpose

OVERRIDE_BASES = frozenset(
    {LawfulBasis.VITAL_INTERESTS, LawfulBasis.SAFEGUARDING, LawfulBasis.LEGAL_OBLIGATION}
)
NEEDS_RECIPIENT = frozenset({Action.EXPORT, Action.REFER})


class Override(Noun):
    """Break glass: a claim that an emergency opens what is otherwise closed; every use is reviewed.

    Args:
        reason: Why, in the user's words; required.
        basis: Vital interests, safeguarding or legal obligation.

    Raises:
        ValueError: If there is no reason or the basis is another.
    """

    reason: str
    basis: LawfulBasis

    @model_validator(mode="after")
    def _sound(self) -> Override:
        if not self.reason.strip():
            raise ValueError("an override needs a reason")
        if self.basis not in OVERRIDE_BASES:
            raise ValueError("an override rests on vital interests, safeguarding or legal obligation")
        return self


class Request(Noun):
    """One question put to the consent room about any number of people.

    Args:
        actor: Who asks; agency, user, role and area come from the sign-in.
        action: What is to be done.
        purpose: Why.
        moment: For which instant (UTC).
        fields: Field names asked for; None asks for every field. An unknown name denies the whole request.
        recipient: Who is to receive it; required of exports and referrals, refused of all else.
        override: Break glass, if claimed.
        receipts: Receipts under which the actor's agency holds what it wants to pass on.
        receipt_id: Receipt an export is to carry.

    Raises:
        ValueError: If an export or referral names no recipient or only the sender itself.
    """

    actor: Actor
    action: Action
    purpose: Purpose
    moment: UtcDateTime
    fields: frozenset[str] | None = None
    recipient: AgencyId | None = None
    override: Override | None = None
    receipts: frozenset[str] = Field(default=frozenset())
    receipt_id: str | None = None

    @model_validator(mode="after")
    def _sound(self) -> Request:
        if (self.action in NEEDS_RECIPIENT) != (self.recipient is not None):
            raise ValueError("an export or referral names its recipient, and nothing else does")
        if self.recipient is not None and self.recipient == self.actor.agency_id:
            raise ValueError("the recipient is the sender; what an agency holds already is a view")
        if self.fields is not None and not self.fields:
            raise ValueError("no field is asked for; leave fields out to ask for all")
        return self
