"""The compiled evaluation agrees with a slow, obvious reference on random worlds."""

from __future__ import annotations

from random import Random

import pytest

from bnl.consent.decide import decide
from bnl.consent.policy import compile_policy
from tests.consent.reference import permitted
from tests.consent.worlds import AGENCIES, make_world

CHUNK = 500


@pytest.mark.parametrize("chunk", range(12))
def test_evaluation_agrees_with_the_reference(chunk: int) -> None:
    some = 0
    for i in range(CHUNK):
        made = make_world(Random(f"reference {chunk} {i}"))
        policy = compile_policy(made.agreements, AGENCIES)
        decision = decide(made.request, made.facts, policy)
        expected = permitted(made.request, made.facts, made.agreements, AGENCIES)
        found = {record.record_id: decision.categories(record.record_id) for record in made.facts.records}
        assert found == expected, f"chunk {chunk}, world {i}"
        some += decision.exists
    assert some > CHUNK // 20
