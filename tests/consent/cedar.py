"""Consent worlds written as Cedar policies, so that another engine can match and combine them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bnl.consent.masks import ticks
from bnl.domain.agreement import Agreement, Clause
from bnl.domain.consent import Grant
from bnl.domain.request import Request
from bnl.domain.scope import ANY
from bnl.domain.vocabulary import FieldCategory, LawfulBasis

Question = dict[str, object]
INTERNAL = '["linkage", "stewardship", "statistics"].contains(context.purpose)'


def listed(values: Iterable[object]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in sorted(map(str, values))) + "]"


def within(scope: object, name: str) -> str:
    """A permitting dimension: a set, or ANY."""
    if scope is ANY:
        return "true"
    assert isinstance(scope, frozenset)
    return f"{listed(scope)}.contains(context.{name})"


def touched(scope: object, name: str) -> str:
    """A forbidding dimension: silence and ANY match everything, and a set also what the request lacks."""
    if scope is None or scope is ANY:
        return "true"
    assert isinstance(scope, frozenset)
    return f'(context.{name} == "" || {listed(scope)}.contains(context.{name}))'


def opened(scope: object) -> str:
    """Permitted categories; any of them includes existence."""
    if scope is ANY:
        return "true"
    assert isinstance(scope, frozenset)
    return f'(context.category == "existence" || {listed(scope)}.contains(context.category))'


def clause_covers(agreement: Agreement, clause: Clause) -> str:
    agencies = agreement.parties if clause.agencies is ANY else clause.agencies
    return " && ".join(
        [
            within(agencies, "agency"),
            within(clause.roles, "role"),
            within(clause.purposes, "purpose"),
            within(clause.actions, "action"),
            opened(clause.categories),
            'context.role == ""' if clause.received_only else "true",
        ]
    )


def in_time(grant: Grant) -> str:
    since = f"context.now >= {ticks(grant.valid_from)}"
    return since if grant.valid_until is None else f"{since} && context.now < {ticks(grant.valid_until)}"


def permit_matches(permit: Grant) -> str | None:
    dimensions = (
        (permit.agencies, "agency"),
        (permit.users, "user"),
        (permit.roles, "role"),
        (permit.actions, "action"),
        (permit.purposes, "purpose"),
        (permit.areas, "area"),
    )
    if permit.categories is None or any(scope is None for scope, _ in dimensions):
        return None
    return " && ".join(
        [in_time(permit), f'context.record == "{permit.record_id}"', opened(permit.categories)]
        + [within(scope, name) for scope, name in dimensions]
    )


def forbid_matches(forbid: Grant) -> str:
    categories = forbid.categories
    if isinstance(categories, frozenset) and FieldCategory.EXISTENCE in categories:
        categories = None
    unnamed = forbid.purposes is None or forbid.purposes is ANY
    purposes = f"!{INTERNAL}" if unnamed else touched(forbid.purposes, "purpose")
    return " && ".join(
        [
            in_time(forbid),
            touched(forbid.agencies, "agency"),
            touched(forbid.users, "user"),
            touched(forbid.roles, "role"),
            touched(forbid.actions, "action"),
            touched(forbid.areas, "area"),
            touched(categories, "category"),
            purposes,
        ]
    )


def emergency(agreement: Agreement, clause: Clause) -> str:
    return " && ".join(
        [
            "context.override",
            '["view", "search"].contains(context.action)',
            within(agreement.break_glass_roles, "role"),
            opened(agreement.emergency_categories),
            clause_covers(agreement, clause),
        ]
    )


def policies(agreements: Sequence[Agreement], grants: Sequence[Grant]) -> str:
    """Return the Cedar policies of some agreements, all in force, and the grants on one person."""
    texts: list[str] = []
    past_soft: list[str] = []
    permits = [text for grant in grants if grant.permits and (text := permit_matches(grant))]
    for agreement in agreements:
        for clause in agreement.clauses:
            covered = clause_covers(agreement, clause)
            if clause.basis is LawfulBasis.CONSENT:
                texts += [
                    f"permit(principal, action, resource) when {{ {covered} && {p} }};" for p in permits
                ]
            else:
                texts.append(f"permit(principal, action, resource) when {{ {covered} }};")
                past_soft += [covered] if clause.stands_against_soft_forbids else []
            if agreement.break_glass_roles and agreement.emergency_categories:
                urgent = emergency(agreement, clause)
                texts.append(f"permit(principal, action, resource) when {{ {urgent} }};")
                past_soft.append(urgent)
    unless = " || ".join(f"({text})" for text in past_soft) or "false"
    for grant in grants:
        if not grant.permits:
            text = f"forbid(principal, action, resource) when {{ {forbid_matches(grant)} }}"
            texts.append(f"{text};" if grant.hard else f"{text} unless {{ {unless} }};")
    return "\n".join(texts)


def question(request: Request, record_id: str, category: FieldCategory) -> Question:
    """Return what Cedar is asked about one category of one record."""
    actor = request.actor
    return {
        "principal": 'User::"one"',
        "action": 'Action::"ask"',
        "resource": 'Record::"one"',
        "context": {
            "agency": actor.agency_id,
            "user": actor.user_id,
            "role": actor.role.value,
            "area": (actor.area or "").casefold(),
            "action": request.action.value,
            "purpose": request.purpose.value,
            "category": category.value,
            "record": record_id,
            "now": ticks(request.moment),
            "override": request.override is not None,
        },
    }
