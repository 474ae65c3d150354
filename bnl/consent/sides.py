"""Sides: the one who asks and the one who is to receive, with what the agreements let each reach."""

from __future__ import annotations

from dataclasses import dataclass, field

from bnl.consent.masks import EXISTENCE, NO_ROLE, bit, ticks
from bnl.consent.policy import Asked, Lens, Policy
from bnl.consent.rows import area_key
from bnl.consent.rules.bases import stands_for
from bnl.consent.shapes import Hits, Profile
from bnl.domain.identifiers import AgencyId
from bnl.domain.request import Request
from bnl.domain.vocabulary import Action, Purpose

READING = frozenset({Action.VIEW, Action.SEARCH})


@dataclass(frozen=True, slots=True)
class Side:
    """One party to a request: the one who asks, or the one who is to receive.

    Args:
        hits: Which shapes of grants match it.
        tick: The moment.
        lens: What the agreements let it reach.
        agency: Its agency.
        reads_back: It reads, so it may have its own records in its own words.
        duty_to: Housing authority of a duty-to-refer notification, if it is one.
        passes_to: Recipient of an onward disclosure of other agencies' values, of the sender only.
        receipts: Receipts the sender holds.
        internal: The purpose is one that neither corruption nor an unnamed forbid reaches.
        emergency: Categories opened by an override that was claimed rightly.
        opens: What a permit can open: with the clause's own condition, and with one that it brings.
        stands: What stands without a permit, and what of it stands against soft forbids.
        reachable: What any clause covers, existence with it.
        plain: It passes nothing on and is no duty to refer, so that no record is treated apart.
    """

    hits: Hits
    tick: int
    lens: Lens
    agency: AgencyId
    reads_back: bool = False
    duty_to: AgencyId | None = None
    passes_to: AgencyId | None = None
    receipts: frozenset[str] = frozenset()
    internal: bool = False
    emergency: int = 0
    opens: tuple[int, int] = field(init=False)
    stands: tuple[int, int] = field(init=False)
    reachable: int = field(init=False)
    plain: bool = field(init=False)

    def __post_init__(self) -> None:
        lens = self.lens
        opens, stands = lens.consented, (lens.standing, lens.exempt)
        if self.duty_to is not None:
            # The permit of a duty to refer opens what any clause covers: statute asks the person anyway.
            opens, stands = lens.standing | lens.consented, (0, 0)
        object.__setattr__(self, "opens", (opens, lens.to_be_brought))
        object.__setattr__(self, "stands", stands)
        object.__setattr__(self, "reachable", lens.reachable | EXISTENCE if lens.reachable else 0)
        object.__setattr__(self, "plain", self.passes_to is None and self.duty_to is None)


def sides(request: Request, policy: Policy) -> tuple[Side, ...]:
    """Return the sides of a request: the asker, and for exports and referrals the recipient's view."""
    actor, recipient = request.actor, request.recipient
    duty_to = recipient if recipient is not None and is_duty_to_refer(request, policy) else None
    internal = request.purpose in policy.rulebook.internal
    lens = policy.lens(Asked(actor.agency_id, actor.role, request.action, request.purpose), request.moment)
    asker = Side(
        hits=policy.hits(
            Profile(
                need=bit(request.action) | bit(request.purpose) | bit(actor.role),
                agency=actor.agency_id,
                user=actor.user_id,
                area=None if actor.area is None else area_key(actor.area),
            )
        ),
        tick=ticks(request.moment),
        lens=lens,
        agency=actor.agency_id,
        reads_back=request.action in READING,
        duty_to=duty_to,
        passes_to=recipient,
        receipts=request.receipts,
        internal=internal,
        emergency=_opened(request, lens, policy),
    )
    if recipient is None:
        return (asker,)
    need = bit(Action.VIEW) | bit(request.purpose) | NO_ROLE
    receiver = Side(
        hits=policy.hits(Profile(need, recipient, None, None)),
        tick=asker.tick,
        lens=policy.lens(Asked(recipient, None, Action.VIEW, request.purpose), request.moment),
        agency=recipient,
        reads_back=True,
        duty_to=duty_to,
        internal=internal,
    )
    return asker, receiver


def _opened(request: Request, lens: Lens, policy: Policy) -> int:
    """Return the categories an override opens; it serves search and view only."""
    override, agency = request.override, policy.agencies.get(request.actor.agency_id)
    if override is None or agency is None or request.action not in READING:
        return 0
    if stands_for(override.basis, agency.kind, request.moment) is None:
        return 0
    return lens.emergency | EXISTENCE if lens.emergency else 0


def is_duty_to_refer(request: Request, policy: Policy) -> bool:
    """Tell whether a referral is one a specified body makes to a housing authority.

    Source: Housing Act 1996 s.213B; SI 2018/223; a safeguarding referral asks no consent (Homelessness Code
    of Guidance, chapter 4).
    """
    if request.action is not Action.REFER or request.purpose is Purpose.SAFEGUARDING:
        return False
    sender, recipient = (
        policy.agencies.get(request.actor.agency_id),
        policy.agencies.get(request.recipient or AgencyId("")),
    )
    return bool(sender and recipient and sender.specified_body and recipient.housing_authority)
