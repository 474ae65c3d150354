"""Explanations: a decision or a grant in plain words, for a worker, an auditor and the person concerned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bnl.consent.decision import Decision
from bnl.consent.masks import CATEGORIES, CATEGORY_BIT, categories_of
from bnl.consent.obligations import Obligation
from bnl.consent.reasons import ObligationKind, Reason
from bnl.consent.rules.words import (
    ACTION_WORDS,
    AUDITOR_WORDS,
    BASIS_WORDS,
    CAPACITY_WORDS,
    CATEGORY_WORDS,
    OBLIGATION_WORDS,
    PURPOSE_WORDS,
    REQUESTER_WORDS,
)
from bnl.domain.agency import Agency
from bnl.domain.consent import Grant
from bnl.domain.identifiers import AgencyId
from bnl.domain.scope import Anything
from bnl.domain.vocabulary import Action, FieldCategory, Purpose

Names = Mapping[AgencyId, Agency]


def explain(decision: Decision) -> tuple[str, ...]:
    """Tell the worker who asked what they see and what not, without giving a hidden restriction away.

    Args:
        decision: The decision.

    Returns:
        Sentences: one for what is shared, one for each reason of what is not, one for each obligation.
    """
    if decision.refusal is not None or not decision.exists:
        return (_sentence(REQUESTER_WORDS[decision.refusal or Reason.NOT_FOUND]),)
    # Existence is the first category and shared with whatever is shared, so what is shared comes first.
    by_reason: dict[Reason, list[FieldCategory]] = {}
    for category in CATEGORIES:
        by_reason.setdefault(decision.reason(category), []).append(category)
    told = [
        _sentence(f"{words_of(categories)}: {REQUESTER_WORDS[reason]}")
        for reason, categories in by_reason.items()
    ]
    return (*told, *(_sentence(_duty(obligation)) for obligation in decision.obligations))


def explain_to_auditor(decision: Decision) -> tuple[str, ...]:
    """Tell an auditor everything that decided, with the ids of grants and clauses."""
    return tuple(
        _sentence(
            f"{finding.record_id or 'every record'}: {words_of(categories_of(finding.mask))}: "
            f"{'permitted' if finding.permitted else 'denied'}, {AUDITOR_WORDS[finding.reason]}"
            f"{f' ({finding.by})' if finding.by else ''}"
        )
        for finding in decision.findings()
    )


def explain_to_person(decision: Decision, agencies: Names) -> tuple[str, ...]:
    """Tell the person concerned who asked for what about them, what was shared, and on what basis.

    Args:
        decision: The decision.
        agencies: Agencies by id, for their names.
    """
    request = decision.request
    who = _agency(request.actor.agency_id, agencies)
    asked = (
        f"{who} asked to {ACTION_WORDS[request.action]} what is held about you, "
        f"for {PURPOSE_WORDS[request.purpose]}"
    )
    if request.recipient is not None:
        asked = f"{asked}, to send it to {_agency(request.recipient, agencies)}"
    seen = 0
    for mask in decision.allowed:
        seen |= mask
    if not seen:
        return (_sentence(asked), "Nothing was shared.")
    sentences = [asked, f"this was shared: {words_of(categories_of(seen))}"]
    if decision.bases:
        sentences.append("because " + ", and because ".join(BASIS_WORDS[basis] for basis in decision.bases))
    if decision.overridden:
        sentences.append("an emergency was claimed, which somebody else reviews")
    return tuple(_sentence(text) for text in sentences)


def explain_grant(grant: Grant, agencies: Names) -> str:
    """Tell in one sentence what a grant says, for the person who gave it.

    Args:
        grant: The grant.
        agencies: Agencies by id, for their names.
    """
    verb = "may" if grant.permits else "must not"
    who = _scope(grant.agencies, lambda one: _agency(AgencyId(one), agencies), "nobody", grant, "any agency")
    what = _scope(
        grant.categories, lambda c: CATEGORY_WORDS[FieldCategory(c)], "nothing", grant, "everything"
    )
    why = _scope(grant.purposes, lambda p: PURPOSE_WORDS[Purpose(p)], "no purpose", grant, "any purpose")
    how = _scope(grant.actions, lambda a: ACTION_WORDS[Action(a)], "do nothing with", grant, "use")
    until = "with no end" if grant.valid_until is None else f"until {grant.valid_until:%d %B %Y}"
    given = CAPACITY_WORDS[grant.given_by.capacity]
    when = f"from {grant.valid_from:%d %B %Y} {until}"
    text = f"{who} {verb} {how} this: {what}; for {why}; {when}; said by {given}"
    return _sentence(text + ("; nothing overrides this" if grant.hard else ""))


def _scope(
    scope: Iterable[str] | Anything | None, word: object, silent: str, grant: Grant, everything: str
) -> str:
    if scope is None:
        return silent if grant.permits else everything
    if isinstance(scope, Anything):
        return everything
    assert callable(word)
    return ", ".join(word(value) for value in sorted(scope))


def words_of(categories: Iterable[FieldCategory]) -> str:
    """Return the words for some categories, in the order of the enum."""
    return "; ".join(CATEGORY_WORDS[c] for c in sorted(categories, key=lambda c: CATEGORY_BIT[c]))


def _agency(agency_id: AgencyId, agencies: Names) -> str:
    agency = agencies.get(agency_id)
    return agency_id if agency is None else agency.name


def _duty(obligation: Obligation) -> str:
    value = obligation.value
    if obligation.kind is ObligationKind.PURPOSE:
        value = PURPOSE_WORDS[Purpose(value)]
    return OBLIGATION_WORDS[obligation.kind].format(value)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
