"""Due: what the rules say a person should be asked, or an objection be answered, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from bnl.consent.ages import ADULT_AGE, birthday, civil_day, lifetime
from bnl.consent.facts import PersonFacts
from bnl.consent.terms import ending_counts
from bnl.domain.consent import Grant
from bnl.domain.identifiers import GrantId
from bnl.domain.vocabulary import Capacity

ASK_MONTHS_BEFORE: Final = 6
_MONTHS: Final = 12
_FOR_AN_ADULT: Final = frozenset({Capacity.ATTORNEY_OR_DEPUTY, Capacity.BEST_INTERESTS})


class DueKind(StrEnum):
    """What is to be done about a grant."""

    ASK_THE_YOUNG_PERSON = "ask_the_young_person"
    ANSWER_THE_OBJECTION = "answer_the_objection"
    DECIDE_FOR_THEM = "decide_for_them"
    ASK_THEM_AGAIN = "ask_them_again"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do about a grant.

    Args:
        kind: What.
        grant_id: The grant.
        on: Day from which it is due (Europe/London).
    """

    kind: DueKind
    grant_id: GrantId
    on: date


def due(facts: PersonFacts, today: date) -> tuple[Due, ...]:
    """Return what is due about a person's grants.

    Args:
        facts: The person.
        today: Civil day in Europe/London.

    Returns:
        What a parent gave, six months before the person is 18, and from then on a hard forbid of a parent's
        which stays; objections that no steward has answered; while the person cannot decide, what they
        permitted themselves and somebody must decide for them; once they can again, what others decided for
        them meanwhile; oldest first.
    """
    asked_from = _asked_from(facts)
    lost, regained = _capacity(facts, today)
    found: list[Due] = []
    for grant in facts.grants:
        if not isinstance(grant, Grant) or _ended(grant, facts):
            continue
        by_parent = grant.given_by.capacity is Capacity.PARENTAL_RESPONSIBILITY
        if by_parent and asked_from is not None and asked_from <= today:
            found.append(Due(DueKind.ASK_THE_YOUNG_PERSON, grant.grant_id, asked_from))
        if lost is not None and grant.permits and grant.given_by.capacity is Capacity.SELF:
            found.append(Due(DueKind.DECIDE_FOR_THEM, grant.grant_id, lost))
        if regained is not None and grant.given_by.capacity in _FOR_AN_ADULT:
            found.append(Due(DueKind.ASK_THEM_AGAIN, grant.grant_id, regained))
        if grant.objection:
            found.append(Due(DueKind.ANSWER_THE_OBJECTION, grant.grant_id, civil_day(grant.recorded_at)))
    return tuple(sorted(found, key=lambda one: (one.on, one.grant_id)))


def _capacity(facts: PersonFacts, today: date) -> tuple[date | None, date | None]:
    """Return since when the person cannot decide, and since when they can again; None where it is not so."""
    stretches = [stretch for record in facts.records for stretch in record.lacks_capacity]
    lasting = [start for start, end in stretches if end is None or today < civil_day(end)]
    since = min((civil_day(start) for start in lasting if civil_day(start) <= today), default=None)
    if since is not None:
        return since, None
    over = [civil_day(end) for _, end in stretches if end is not None and civil_day(end) <= today]
    return None, max(over, default=None)


def _ended(grant: Grant, facts: PersonFacts) -> bool:
    return any(e.grant_id == grant.grant_id and ending_counts(e, grant) for e in facts.endings)


def _asked_from(facts: PersonFacts) -> date | None:
    """Return the day six months before the earliest day on which the person can turn 18."""
    earliest = lifetime(facts.records).earliest
    if earliest is None:
        return None
    adult = birthday(earliest, ADULT_AGE)
    months = adult.year * _MONTHS + adult.month - 1 - ASK_MONTHS_BEFORE
    year, month = divmod(months, _MONTHS)
    return _last_valid(year, month + 1, adult.day)


def _last_valid(year: int, month: int, day: int) -> date:
    """Return the day of a month, or the last there is if the month is too short for it."""
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1
