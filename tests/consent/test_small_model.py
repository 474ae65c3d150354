"""Every case of the small model keeps what the rules promise: default deny, narrowing, order, widening."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import pytest

from bnl.consent.facts import PersonFacts
from bnl.consent.masks import EVERYTHING
from bnl.domain.consent import CorruptGrant
from bnl.domain.identifiers import RecordId
from bnl.domain.vocabulary import LawfulBasis
from tests.consent.build import DAY, NOW, ONE, TWO, ending
from tests.consent.small_model import (
    PAPERS,
    POOL,
    RECORDS,
    REQUESTS,
    Grants,
    Masks,
    compiled,
    facts,
    few_grants,
    masks,
    policies,
    questions,
    within,
)

CHUNKS = 24
ALL_QUESTIONS = tuple(questions())


def answers(person: PersonFacts) -> list[Masks]:
    ready = compiled(person)
    return [masks(ready, request, policy) for request, policy in ALL_QUESTIONS]


def all_within(inner: Iterable[Masks], outer: Iterable[Masks]) -> bool:
    return all(within(one, other) for one, other in zip(inner, outer, strict=True))


def share(grants: Iterable[Grants], chunk: int, every: int) -> list[Grants]:
    return [some for i, some in enumerate(grants) if i % every == chunk]


def holds_for(grants: Grants) -> int:
    """Add every grant there is to a set: a forbid only narrows, a permit never does; return cases tried."""
    before = answers(facts(grants))
    tried = len(before)
    for more in POOL:
        if more in grants or more.supersedes:
            continue
        after = answers(facts((*grants, more)))
        narrower, wider = (before, after) if more.permits else (after, before)
        named = any(more.grant_id in grant.supersedes for grant in grants)
        assert named or all_within(narrower, wider), (grants, more)
        tried += len(after)
    return tried


def permits_end_narrowly(grants: Grants) -> int:
    before = answers(facts(grants))
    tried = 0
    for grant in grants:
        if not grant.permits:
            continue
        rest = tuple(other for other in grants if other is not grant)
        gone = ending(grant_id=grant.grant_id, said_at=NOW - DAY, recorded_at=NOW)
        broken = CorruptGrant(grant_id=grant.grant_id, record_id=grant.record_id)
        shorter = grant.model_copy(update={"valid_until": NOW + DAY, "open_ended": False})
        for after in (
            facts(rest),
            facts(grants, endings=(gone,)),
            facts((*rest, broken)),
            *([facts((*rest, shorter))] if grant.valid_from < NOW else []),
        ):
            ended = answers(after)
            assert all_within(ended, before), (grants, grant)
            tried += len(ended)
    return tried


def order_never_matters(grants: Grants) -> int:
    before = answers(facts(grants))
    for order in permutations(grants):
        assert answers(facts(order)) == before, grants
    return len(before)


def merging_never_widens(grants: Grants) -> int:
    """Two persons apart, then linked: the parted pair is known, for a naming across them has been parted."""
    apart: dict[RecordId, list[int]] = {}
    for one in RECORDS:
        own = tuple(grant for grant in grants if grant.record_id == one.record_id)
        apart[one.record_id] = [mask for (mask,) in answers(facts(own, (one,)))]
    parted = frozenset({frozenset({ONE, TWO})})
    merged = answers(facts(grants, parted=parted))
    assert all_within(merged, zip(apart[ONE], apart[TWO], strict=True)), grants
    return len(merged)


def test_default_deny() -> None:
    for request, policy in questions():
        allowed = masks(facts(()), request, policy)
        agreed = [
            a for a in policy.agreements for clause in a.clauses if clause.basis is not LawfulBasis.CONSENT
        ]
        assert agreed or allowed == (0, 0)
    for grants in few_grants(2):
        assert all(masks(facts(grants), request, policies()[0]) == (0, 0) for request in REQUESTS)


def test_the_model_is_not_trivial() -> None:
    seen = {mask for grants in few_grants(1) for allowed in answers(facts(grants)) for mask in allowed}
    assert len(seen) >= 8
    assert EVERYTHING not in seen
    assert len(POOL) == 25
    assert len(PAPERS) == 16


@pytest.mark.parametrize("chunk", range(6))
def test_one_grant_more_and_the_end_of_a_permit(chunk: int) -> None:
    tried = sum(holds_for(grants) for grants in share(few_grants(1), chunk, 6))
    tried += sum(permits_end_narrowly(grants) for grants in share(few_grants(2), chunk, 60))
    assert tried > 10_000


@pytest.mark.parametrize("chunk", range(2))
def test_order_and_merging(chunk: int) -> None:
    tried = sum(order_never_matters(grants) for grants in share(few_grants(3), chunk, 300))
    tried += sum(merging_never_widens(grants) for grants in share(few_grants(2), chunk, 8))
    assert tried > 10_000


def test_a_part_un_linked_and_linked_again_keeps_its_naming_void() -> None:
    naming, forbidding = POOL[10], POOL[14]
    assert naming.supersedes == (forbidding.grant_id,)
    together = facts((naming, forbidding))
    again = replace(together, parted=frozenset({frozenset({ONE, TWO})}))
    assert compiled(together).void == {}
    assert compiled(again).void == {naming.grant_id: "named_grant_elsewhere"}


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_case(chunk: int) -> None:
    tried = 0
    for grants in share(few_grants(2), chunk, CHUNKS):
        tried += holds_for(grants) + permits_end_narrowly(grants) + merging_never_widens(grants)
    for grants in share(few_grants(3), chunk, CHUNKS):
        tried += order_never_matters(grants)
    assert tried * CHUNKS > 2_000_000
