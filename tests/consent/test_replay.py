"""A logged decision is made again with the knowledge of its moment, whatever has come since."""

from __future__ import annotations

from random import Random
from typing import TypeVar

import pytest

from bnl.consent.decide import decide
from bnl.consent.facts import HouseholdFacts, PersonFacts, Stay
from bnl.consent.policy import compile_policy
from bnl.consent.replay import agreements_known, endings_known, facts_known, grants_known
from bnl.domain.agreement import Agreement
from bnl.domain.consent import CorruptGrant, Ending, Grant
from bnl.domain.identifiers import GrantId
from tests.consent.build import NOW, ONE, agreement, decided, ending, forbid, permit, person, request
from tests.consent.worlds import AGENCIES, make_world


def test_what_was_not_known_does_not_count() -> None:
    facts = person(permit(sequence=3), forbid(sequence=7), ending(grant_id="gra_f", sequence=9))
    assert [decided(facts_known(facts, at)).exists for at in (2, 3, 6, 7, 8, 9)] == [
        False,
        True,
        True,
        False,
        False,
        True,
    ]


def test_a_withdrawal_rewrites_no_logged_decision_but_counts_in_questions_asked_since() -> None:
    facts = person(permit(sequence=1), ending(sequence=5, said_at=NOW.replace(day=10), recorded_at=NOW))
    then = request(moment=NOW.replace(day=12))
    assert decided(facts_known(facts, 4), then).exists
    assert not decided(facts, then).exists


def test_markers_of_corruption_stay() -> None:
    broken = CorruptGrant(grant_id=GrantId("gra_x"), record_id=ONE)
    assert grants_known((permit(sequence=8), broken), 3) == (broken,)
    assert endings_known((ending(sequence=8), ending(sequence=2)), 3) == (ending(sequence=2),)


def test_agreements_known() -> None:
    old, new = agreement(sequence=1), agreement(sequence=9, version=2)
    assert agreements_known((new, old), 8) == (old,)
    assert agreements_known((new, old), 9) == (new, old)


def test_the_household_is_known_as_it_was() -> None:
    hard = forbid(hard=True, sequence=5, categories={"location"})
    lifted = ending(grant_id="gra_f", kind="lifted", sequence=8)
    home = HouseholdFacts(stays=(Stay(NOW.date()),), forbids=(hard,), endings=(lifted,))
    facts = person(permit(sequence=1), household=(home,))
    hidden = [bool(decided(facts_known(facts, at)).hidden_places) for at in (4, 5, 7, 8)]
    assert hidden == [False, True, True, False]


T = TypeVar("T", Grant | CorruptGrant, Ending, Agreement)


def history(seed: str) -> tuple[PersonFacts, tuple[Agreement, ...], Random]:
    """A random world whose grants, endings and agreements became known one after another."""
    rng = Random(seed)
    made = make_world(rng)
    order = iter(rng.sample(range(1, 100), 40))

    def numbered(one: T) -> T:
        return one if isinstance(one, CorruptGrant) else one.model_copy(update={"sequence": next(order)})

    facts = PersonFacts(
        records=made.facts.records,
        grants=tuple(numbered(grant) for grant in made.facts.grants),
        endings=tuple(numbered(end) for end in made.facts.endings),
        parted=made.facts.parted,
    )
    return facts, tuple(numbered(paper) for paper in made.agreements), rng


@pytest.mark.parametrize("chunk", range(4))
def test_decisions_logged_on_the_way_are_made_again(chunk: int) -> None:
    """Replay from the whole equals deciding at the time, when nothing else was known."""
    for i in range(60):
        facts, papers, rng = history(f"replay {chunk} {i}")
        asked = make_world(rng).request
        for at in sorted(rng.sample(range(100), 5)):
            then = PersonFacts(
                records=facts.records,
                grants=tuple(g for g in facts.grants if isinstance(g, CorruptGrant) or g.sequence <= at),
                endings=tuple(e for e in facts.endings if e.sequence <= at),
                parted=facts.parted,
            )
            known = tuple(paper for paper in papers if paper.sequence <= at)
            logged = decide(asked, then, compile_policy(known, AGENCIES))
            again = decide(
                asked, facts_known(facts, at), compile_policy(agreements_known(papers, at), AGENCIES)
            )
            assert (again.allowed, again.findings()) == (logged.allowed, logged.findings())
