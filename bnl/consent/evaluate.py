"""Evaluation: which categories of which record one side of a request may have; deny wins over permit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bnl.consent.compiled import CompiledPerson, Key, Row, area_key
from bnl.consent.masks import EVERYTHING, EXISTENCE, NO_ROLE, bit, ticks
from bnl.consent.policy import Asked, Lens, Policy
from bnl.consent.rules.bases import stands_for
from bnl.consent.shapes import Hits, Profile
from bnl.domain.identifiers import AgencyId
from bnl.domain.request import Request
from bnl.domain.scope import ANY, Anything
from bnl.domain.vocabulary import Action, LawfulBasis, Purpose

READING = frozenset({Action.VIEW, Action.SEARCH})
SENDING = frozenset({Action.EXPORT, Action.REFER})


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
        passes_to=recipient if request.action in SENDING else None,
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


def matching(keys: Sequence[Key], side: Side) -> list[Row]:
    """Return the rows in force that match one side of a request in every dimension."""
    hits, tick = side.hits, side.tick
    return [row for shape, start, end, row in keys if hits[shape] and start <= tick < end]


def permitting(person: CompiledPerson, side: Side) -> list[Row]:
    """Return the permits that match one side; of a duty to refer, those that meet its three conditions."""
    if side.duty_to is None:
        return matching(person.permits, side)
    return [
        row
        for _, start, end, row in person.permits
        if start <= side.tick < end
        and row.grant.referral is not None
        and row.grant.referral.authority == side.duty_to
    ]


def evaluate(person: CompiledPerson, side: Side) -> list[int]:
    """Return, record by record, the categories one side may have, own records and overrides included.

    Args:
        person: The person.
        side: Who asks or receives.

    Returns:
        A mask of categories for each of the person's records, in their order.
    """
    records = person.records
    if person.corrupt and not side.internal:
        allowed = [0] * len(records)
    else:
        allowed = _allowed(person, side)
        if person.local:
            for i, record in enumerate(records):
                if record.local and record.agency_id != side.agency:
                    allowed[i] = 0
    if side.reads_back and side.agency in person.agencies:
        for i, record in enumerate(records):
            if record.agency_id == side.agency:
                allowed[i] |= own_words(person, side, i)
    return allowed


def own_words(person: CompiledPerson, side: Side, record: int) -> int:
    """Return what an agency can read back of its own record, without clause or permit."""
    if record in person.corrupt_records:
        return 0
    mask = EVERYTHING
    if person.named:
        for row in matching(person.named, side):
            if row.record == record:
                mask &= ~row.categories
    return mask if mask & EXISTENCE else 0


class Weighing(NamedTuple):
    """What matched one side of a request, before it is put together.

    Args:
        forbids: Forbids that match.
        permits: Permits that match.
        opens: What each of ``permits`` opens.
        hard: Categories hard forbids deny of every record.
        softs: Categories soft forbids deny, record by record.
        stands: What stands without a permit, and what of it against soft forbids, record by record.
    """

    forbids: list[Row]
    permits: list[Row]
    opens: list[int]
    hard: int
    softs: list[int]
    stands: list[tuple[int, int]]


def weigh(person: CompiledPerson, side: Side) -> Weighing:
    """Match one side of a request against a person's grants and the clauses it reaches."""
    hard = soft = 0
    forbids = matching(person.forbids, side)
    for row in forbids:
        if row.hard:
            hard |= row.categories
        else:
            soft |= row.categories
    permits = permitting(person, side)
    count = len(person.records)
    lens = side.lens
    consented, brought = lens.consented, lens.to_be_brought
    standing = (lens.standing, lens.exempt)
    if side.duty_to is not None:
        # The permit of a duty to refer opens what any clause covers: statute asks the person all the same.
        consented, standing = lens.standing | lens.consented, (0, 0)
    opens = [row.categories & (consented | brought & row.brings) for row in permits]
    softs = yielding(person, forbids, permits, side) if soft and person.lifts else [soft] * count
    stands = [standing] * count
    if side.passes_to is not None:
        _keep_back(person, side, permits, opens, stands)
    return Weighing(forbids, permits, opens, hard, softs, stands)


def _allowed(person: CompiledPerson, side: Side) -> list[int]:
    _, permits, opens, hard, softs, stands = weigh(person, side)
    granted = [0] * len(softs)
    for row, mask in zip(permits, opens, strict=True):
        granted[row.record] |= mask
    emergency = side.emergency & ~hard
    allowed = []
    for some, soft, (standing, exempt) in zip(granted, softs, stands, strict=True):
        mask = some | standing
        if mask:
            mask = ((mask | EXISTENCE) & ~soft | exempt) & ~hard
        allowed.append(mask | emergency)
    return allowed


def yielding(person: CompiledPerson, forbids: list[Row], permits: list[Row], side: Side) -> list[int]:
    """Return, record by record, what soft forbids still deny after those that yield have yielded.

    A forbid yields to a permit only in the permit's categories and for the record the permit is on.
    """
    since = {(lift.permit, lift.forbid): lift.since for lift in person.lifts}
    softs = []
    for i in range(len(person.records)):
        denied = 0
        for forbid in forbids:
            if forbid.hard:
                continue
            yielded = 0
            for permit in permits:
                at = since.get((permit.grant.grant_id, forbid.grant.grant_id))
                if permit.record == i and at is not None and at <= side.tick:
                    yielded |= permit.categories
            denied |= forbid.categories & ~yielded
        softs.append(denied)
    return softs


def is_third_party(person: CompiledPerson, side: Side, record: int) -> bool:
    """Tell whether sending a record's values passes on what another agency said to a third."""
    return person.records[record].agency_id not in (side.agency, side.passes_to)


def _keep_back(
    person: CompiledPerson, side: Side, permits: list[Row], opens: list[int], stands: list[tuple[int, int]]
) -> None:
    """Narrow other agencies' records to what may be passed on: with a receipt, to a named recipient."""
    held = [bool(record.receipts & side.receipts) for record in person.records]
    third = [is_third_party(person, side, i) for i in range(len(held))]
    onward = _onward_standing(side)
    for i, is_third in enumerate(third):
        if is_third:
            stands[i] = onward if held[i] else (0, 0)
    for k, row in enumerate(permits):
        passes = held[row.record] and names(row.grant.onward_recipients, side.passes_to)
        if third[row.record] and not passes:
            opens[k] = 0


def _onward_standing(side: Side) -> tuple[int, int]:
    standing = exempt = 0
    if side.duty_to is not None:
        return standing, exempt
    for _, clause, reached in side.lens.clauses:
        if clause.basis is LawfulBasis.CONSENT or not names(clause.onward_recipients, side.passes_to):
            continue
        standing |= reached.covered
        if clause.stands_against_soft_forbids:
            exempt |= reached.covered
    return standing, exempt


def names(scope: frozenset[AgencyId] | Anything | None, agency: AgencyId | None) -> bool:
    """Tell whether a permitting scope names an agency; silence names none."""
    return scope is ANY or (isinstance(scope, frozenset) and agency in scope)
