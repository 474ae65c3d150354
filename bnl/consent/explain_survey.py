"""Explanations of surveys: what an agency may do in general, and who may see a person, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from bnl.consent.explain import Names, words_of
from bnl.consent.rules.words import ACTION_WORDS, PURPOSE_WORDS
from bnl.consent.survey import Reach, Sight
from bnl.domain.identifiers import AgencyId
from bnl.domain.vocabulary import FieldCategory, Purpose


def explain_reach(reaches: Iterable[Reach]) -> tuple[str, ...]:
    """Tell a worker what the agreements let them do, whoever it is about.

    Args:
        reaches: What they may do, action by action.

    Returns:
        One sentence for each action and condition; one that says so if there is nothing.
    """
    told = []
    for reach in reaches:
        opening = f"To {ACTION_WORDS[reach.action]} for {PURPOSE_WORDS[reach.purpose]}"
        parts = (
            ("without asking the person", reach.stands),
            ("if the person permitted it", reach.with_permit),
            ("with the person's explicit consent", reach.with_explicit_consent),
            ("by breaking the glass in an emergency", reach.emergency),
        )
        told += [f"{opening}, {how}: {words_of(what)}." for how, what in parts if what]
    return tuple(told) or ("No clause of an agreement in force covers this role and purpose.",)


def explain_sights(sights: Iterable[Sight], agencies: Names, whose: str) -> tuple[str, ...]:
    """Tell who may see a person, agency by agency.

    Args:
        sights: What each agency and role may see.
        agencies: Agencies by id, for their names.
        whose: Whose data it is, as ``you`` or ``this person``.

    Returns:
        One sentence for each agency and what it may see, with the purposes; one that says so if nobody may.
    """
    groups: dict[tuple[AgencyId, frozenset[FieldCategory]], set[Purpose]] = {}
    for sight in sights:
        groups.setdefault((sight.agency_id, sight.categories), set()).add(sight.purpose)
    told = []
    for (agency_id, categories), purposes in groups.items():
        agency = agencies.get(agency_id)
        who = agency_id if agency is None else agency.name
        why = "; ".join(PURPOSE_WORDS[purpose] for purpose in Purpose if purpose in purposes)
        told.append(f"{who} may see of {whose}: {words_of(categories)}. For: {why}.")
    return tuple(told) or (f"Nobody may see anything of {whose}.",)
