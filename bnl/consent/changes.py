"""Changes: what is refused when a grant, an ending or a repair is made, because it could never have stood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bnl.consent.ages import ADULT_AGE, COMPETENT_AGE, lifetime
from bnl.consent.conditions import brought_by
from bnl.consent.facts import PersonFacts
from bnl.consent.masks import ticks
from bnl.consent.policy import Policy
from bnl.consent.rules.bases import stands_for
from bnl.consent.terms import ending_counts, incapable_terms, speaks_over
from bnl.domain.consent import TWO_STEWARDS, CorruptGrant, Ending, Grant
from bnl.domain.identifiers import GrantId, UserId
from bnl.domain.scope import ANY, Scope
from bnl.domain.vocabulary import Capacity
from bnl.errors import InvalidValue

_DIMENSIONS: Final = ("agencies", "users", "roles", "actions", "purposes", "categories", "areas")


def check_grant(grant: Grant, facts: PersonFacts, policy: Policy) -> None:
    """Refuse a grant that would be void or corrupt from its first instant.

    Args:
        grant: The grant about to be recorded.
        facts: The person it is recorded on, without it.
        policy: Agreements, agencies and rules.

    Raises:
        InvalidValue: If it stands on another person's record, its id is taken, its basis is not open to the
            relying party, its condition lacks something, it supersedes what it cannot, or its giver may not.
    """
    records = {record.record_id for record in facts.records}
    if grant.record_id not in records:
        raise InvalidValue("The grant is recorded on a record that is not this person's.")
    if any(held.grant_id == grant.grant_id for held in facts.grants):
        raise InvalidValue("A grant with this id is recorded already.", "Make a new one.")
    if grant.permits:
        _check_basis(grant, policy)
        _check_giver(grant, facts)
        for named in grant.supersedes:
            _check_superseded(grant, named, facts)


def _check_basis(grant: Grant, policy: Policy) -> None:
    agency = policy.agencies.get(grant.relying_party) if grant.relying_party else None
    if agency is None or grant.basis is None:
        raise InvalidValue("The agency relied on is not known.", "Register the agency first.")
    if stands_for(grant.basis, agency.kind, max(grant.valid_from, grant.recorded_at)) is None:
        raise InvalidValue(
            f"{grant.basis.value} is not open to an agency of kind {agency.kind.value}.",
            "Choose the basis the agency has for this work.",
        )
    if grant.condition is not None and not brought_by(grant, policy.agencies, policy.documents):
        raise InvalidValue(
            f"The condition {grant.condition.value} lacks its policy document, its reason, or its purpose.",
            "Cite a policy document of an agreement in force and say why consent was not asked.",
        )


def _check_giver(grant: Grant, facts: PersonFacts) -> None:
    life, at = lifetime(facts.records), ticks(max(grant.valid_from, grant.recorded_at))
    capacity = grant.given_by.capacity
    if capacity is Capacity.PARENTAL_RESPONSIBILITY:
        if not any(record.record_id == grant.record_id and record.born for record in facts.records):
            raise InvalidValue("Parental responsibility needs the child's date of birth.", "Record it first.")
        if life.reaches(ADULT_AGE)[0] <= at:
            raise InvalidValue("The person is 18 or older and speaks for themselves.")
    if capacity is Capacity.SELF:
        under_16 = life.latest is not None and at < life.reaches(COMPETENT_AGE)[1]
        if under_16 and not grant.given_by.competence:
            raise InvalidValue(
                "The person is under 16.", "Give the reference of the assessment of their competence."
            )
        if any(start <= at < end for start, end in incapable_terms(facts.records)):
            raise InvalidValue("The person lacks capacity now.", "Record who decides for them.")


def _check_superseded(grant: Grant, named: GrantId, facts: PersonFacts) -> None:
    held = next((one for one in facts.grants if one.grant_id == named), None)
    if held is None or isinstance(held, CorruptGrant):
        raise InvalidValue("It supersedes a grant that is not recorded on this person.")
    if frozenset({grant.record_id, held.record_id}) in facts.parted:
        raise InvalidValue(
            "The two records were parted once, and such a permit stays void.",
            "Record the permit on the record that the refusal stands on.",
        )
    if held.permits or held.hard:
        raise InvalidValue("A permit lifts soft forbids only.", "A hard forbid is lifted by two stewards.")
    if not speaks_over(grant.given_by.reference, grant.given_by.capacity, held):
        raise InvalidValue(
            "It lifts what another individual said.",
            "Only the same individual, or the person over somebody who decided for them, may lift it.",
        )


def check_ending(ending: Ending, facts: PersonFacts) -> None:
    """Refuse an ending that would end nothing.

    Args:
        ending: The ending about to be recorded.
        facts: The person whose grant it ends.

    Raises:
        InvalidValue: If there is no such grant, it was said before the grant, or may not end it.
    """
    held = [one for one in facts.grants if one.grant_id == ending.grant_id]
    grants = [one for one in held if isinstance(one, Grant)]
    if len(grants) < len(held) or not grants:
        raise InvalidValue("There is no readable grant under this id.", "A corrupt one is first repaired.")
    grant = max(grants, key=lambda one: one.version)
    if ending.said_at < min(grant.valid_from, grant.recorded_at):
        raise InvalidValue("It was said before the grant was.")
    if not ending_counts(ending, grant):
        raise InvalidValue(
            f"A {'hard' if grant.hard else 'soft'} forbid is not ended so.",
            "A hard forbid is lifted by two stewards with evidence; a soft one is withdrawn by who gave it, "
            "corrected by the steward on the person's word, or answered in writing if it is an objection.",
        )


def check_repair(repair: Grant, last: Grant | None, stewards: Sequence[UserId]) -> None:
    """Refuse a repair of a corrupt grant that widens it without two stewards.

    Args:
        repair: The replacement, under the same id.
        last: Its last intact version; None if there is none, in which case it takes two stewards.
        stewards: Who repairs it.

    Raises:
        InvalidValue: If it has no evidence, is no later version, or is wider without two stewards.
    """
    if not stewards or not repair.evidence:
        raise InvalidValue("A repair needs a steward and the agency's evidence.")
    if last is not None:
        if (repair.grant_id, repair.record_id) != (last.grant_id, last.record_id):
            raise InvalidValue("A repair keeps the id of the grant and its record.")
        if repair.version <= last.version:
            raise InvalidValue("A repair is a later version.")
    if (last is None or not narrower(repair, last)) and len(set(stewards)) < TWO_STEWARDS:
        raise InvalidValue("The repair is wider than what stood.", "It takes two stewards.")


def narrower(new: Grant, old: Grant) -> bool:
    """Tell whether a grant lets nothing through that another would not: equal, or narrower in every way."""
    if new.effect is not old.effect:
        return not new.permits
    if new.permits:
        return _narrower_permit(new, old)
    return _at_least_as_forbidding(new, old)


def _narrower_permit(new: Grant, old: Grant) -> bool:
    same = (new.basis, new.relying_party, new.given_by, new.condition, new.referral)
    if same != (old.basis, old.relying_party, old.given_by, old.condition, old.referral):
        return False
    dimensions = (*_DIMENSIONS, "onward_recipients")
    if not all(_within(getattr(new, name), getattr(old, name)) for name in dimensions):
        return False
    begins = new.valid_from >= old.valid_from
    ends = old.valid_until is None or (new.valid_until is not None and new.valid_until <= old.valid_until)
    return begins and ends and set(new.supersedes) <= set(old.supersedes)


def _at_least_as_forbidding(new: Grant, old: Grant) -> bool:
    """Tell whether a forbid stops at least what another stops: harder, wider, as long, as hard to lift."""
    if old.hard > new.hard or new.given_by != old.given_by or new.objection != old.objection:
        return False
    for name in _DIMENSIONS:
        now, then = getattr(new, name), getattr(old, name)
        if not _within(ANY if then is None else then, ANY if now is None else now):
            return False
    begins = new.valid_from <= old.valid_from
    ends = new.valid_until is None or (old.valid_until is not None and new.valid_until >= old.valid_until)
    return begins and ends


def _within(inner: Scope[str], outer: Scope[str]) -> bool:
    """Tell whether a permitting scope lies within another; silence lies within everything."""
    if inner is None or outer is ANY:
        return True
    return isinstance(inner, frozenset) and isinstance(outer, frozenset) and inner <= outer
