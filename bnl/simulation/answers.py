"""What people answered when agencies asked whether they may share: grants, refusals and withdrawals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from bnl.domain.consent import Ending, Giver, Grant, ReferralConsent
from bnl.domain.identifiers import AgencyId, GrantId, RecordId
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import Action, Capacity, Effect, EndingKind, FieldCategory, LawfulBasis, Purpose
from bnl.simulation.people import Person
from bnl.simulation.statements import Statement

_C = FieldCategory
_WIDE: Final = frozenset(
    {_C.IDENTITY, _C.CONTACT, _C.LOCATION, _C.HOUSING, _C.SUPPORT_NEEDS, _C.AGENCY_INVOLVEMENT, _C.HOUSEHOLD}
)
_NARROW: Final = frozenset({_C.IDENTITY, _C.HOUSING})
_HELPING: Final = frozenset(
    {Purpose.HOMELESSNESS_PREVENTION, Purpose.HOUSING_SUPPORT, Purpose.OUTREACH, Purpose.CASE_CONFERENCE}
)
_READING: Final = frozenset({Action.SEARCH, Action.VIEW, Action.REFER, Action.UPDATE, Action.COLLECT})
_DISCHARGING: Final = ("john-radcliffe", "national-probation-service")
_MISTRUSTED: Final = (
    AgencyId("national-probation-service"),
    AgencyId("oxford-city-council"),
    AgencyId("john-radcliffe"),
)
_STATED_IN_EXPORT: Final = frozenset({"connection-support", "homeless-oxfordshire"})
_SIXTEEN_YEARS = 5844


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, recorded on one record.

    Args:
        key: Its key in the county, unique and stable.
        agency_id: The agency that asked, and relies on a yes.
        reference: The agency's reference of the record.
        effect: Permit or forbid.
        given_on: Day it was given.
        categories: Field categories it is about; None says nothing of them.
        purposes: Purposes it is about; None says nothing of them.
        actions: Actions it is about; None says nothing of them.
        agencies: Agencies a forbid keeps out; None for all.
        hard: Whether a forbid is hard.
        objection: Whether a forbid is an objection.
        years: Years after which a permit ends; 0 for one without an end.
        capacity: In what capacity it was given.
        to_council: Housing authority chosen, if it is a yes to a duty-to-refer notification.
        withdrawn_on: Day it was withdrawn, if it was.
        in_export: The agency's export states it too, in the narrower words of its mapping profile.
    """

    key: str
    agency_id: AgencyId
    reference: str
    effect: Effect
    given_on: date
    categories: frozenset[FieldCategory] | None = None
    purposes: frozenset[Purpose] | None = None
    actions: frozenset[Action] | None = None
    agencies: frozenset[AgencyId] | None = None
    hard: bool = False
    objection: bool = False
    years: int = 0
    capacity: Capacity = Capacity.SELF
    to_council: AgencyId | None = None
    withdrawn_on: date | None = None
    in_export: bool = False

    @property
    def giver(self) -> Giver:
        """Who answered, by an opaque reference that is the same for all answers on one record."""
        return Giver(reference=f"{self.agency_id}/{self.reference}/{self.capacity}", capacity=self.capacity)


def as_grant(answer: Answer, grant_id: GrantId, record_id: RecordId) -> Grant:
    """Turn an answer into the noun a register keeps.

    Args:
        answer: The answer.
        grant_id: Id the register gives it.
        record_id: The register's id of the record it is recorded on.
    """
    given = _noon(answer.given_on)
    evidence = (f"form {answer.key}",)
    if answer.effect is Effect.FORBID:
        return Grant(
            grant_id=grant_id, record_id=record_id, effect=answer.effect, hard=answer.hard,
            objection=answer.objection, agencies=answer.agencies, categories=answer.categories,
            purposes=answer.purposes, actions=answer.actions, valid_from=given, recorded_at=given,
            given_by=answer.giver, evidence=evidence,
        )  # fmt: skip
    council = answer.to_council
    referral = ReferralConsent(to_refer=True, contact_details=True, authority=council) if council else None
    ends = _noon(answer.given_on + timedelta(days=365 * answer.years)) if answer.years else None
    return Grant(
        grant_id=grant_id, record_id=record_id, effect=answer.effect, basis=LawfulBasis.CONSENT,
        relying_party=answer.agency_id, agencies=ANY, users=ANY, roles=ANY, areas=ANY,
        actions=answer.actions, purposes=answer.purposes, categories=answer.categories, valid_from=given,
        valid_until=ends, open_ended=ends is None, recorded_at=given, given_by=answer.giver,
        evidence=evidence, referral=referral,
    )  # fmt: skip


def as_ending(answer: Answer, grant_id: GrantId) -> Ending | None:
    """Return the withdrawal of an answer, or None if it stands."""
    if answer.withdrawn_on is None:
        return None
    said = _noon(answer.withdrawn_on)
    return Ending(
        grant_id=grant_id, kind=EndingKind.WITHDRAWN, said_at=said, recorded_at=said, given_by=answer.giver
    )


def answers(
    people: Iterable[Person], statements: Iterable[Statement], last_day: date, rng: Random
) -> tuple[Answer, ...]:
    """Draw what people answered.

    Args:
        people: The true people.
        statements: The records, with the yes or no that stands in some exports.
        last_day: Last day of the period; nothing is withdrawn later.
        rng: The stream to draw from.

    Returns:
        The answers in the order of the records.
    """
    known = {person.person_id: person for person in people}
    given: list[Answer] = []
    for one in statements:
        person = known[one.person_id]
        for answer in (*_asked(one, last_day, rng), *_unasked(one, person, rng)):
            key, capacity = f"G{len(given) + 1:06d}", _capacity(person, one.on)
            given.append(replace(answer, key=key, capacity=capacity))
    return tuple(given)


def _asked(one: Statement, last_day: date, rng: Random) -> list[Answer]:
    """Return the answer to the agency's own question."""
    if one.consent == "yes":
        withdrawn = one.on + timedelta(days=rng.randrange(30, 400)) if rng.random() < 0.04 else None
        yes = replace(
            _said(one, Effect.PERMIT),
            categories=_WIDE if rng.random() < 0.85 else _NARROW,
            purposes=_HELPING,
            actions=_READING,
            years=rng.choice((0, 0, 1, 3, 5)),
            withdrawn_on=withdrawn if withdrawn and withdrawn <= last_day else None,
        )
        return [_stated(yes)]
    if one.consent == "no":
        about = frozenset(
            {rng.choice((_C.HEALTH, _C.LOCATION, _C.CONTACT, _C.AGENCY_INVOLVEMENT, _C.EXISTENCE))}
        )
        return [_stated(replace(_said(one, Effect.FORBID), categories=about))]
    return []


def _unasked(one: Statement, person: Person, rng: Random) -> list[Answer]:
    """Return what was said without being the answer to a question on a form."""
    said = []
    no = _said(one, Effect.FORBID)
    if person.path == "domestic_abuse" and one.agency_id != "odas" and rng.random() < 0.5:
        said.append(replace(no, categories=frozenset({_C.LOCATION, _C.CONTACT}), hard=True))
    elif rng.random() < 0.008:
        said.append(replace(no, agencies=frozenset({rng.choice(_MISTRUSTED)})))
    elif rng.random() < 0.004:
        said.append(replace(no, objection=True))
    if one.agency_id in _DISCHARGING and rng.random() < 0.7:
        yes = replace(
            _said(one, Effect.PERMIT),
            categories=frozenset({_C.IDENTITY, _C.CONTACT, _C.HOUSING}),
            purposes=frozenset({Purpose.DUTY_TO_REFER}),
            actions=frozenset({Action.REFER, Action.VIEW}),
            to_council=AgencyId("oxford-city-council"),
        )
        said.append(yes)
    return said


def _said(one: Statement, effect: Effect) -> Answer:
    return Answer("", one.agency_id, one.reference, effect, one.on)


def _stated(answer: Answer) -> Answer:
    return replace(answer, in_export=answer.agency_id in _STATED_IN_EXPORT)


def _capacity(person: Person, on: date) -> Capacity:
    young = (on - person.born).days < _SIXTEEN_YEARS
    return Capacity.PARENTAL_RESPONSIBILITY if young else Capacity.SELF


def _noon(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)
