"""Learning against a mixture whose parameters are known; leaps lead where the rounds lead."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bnl.matching.maximisation as own
from bnl.matching.arrays import F64
from bnl.matching.expectation import Mixture, Patterns, posterior
from bnl.matching.maximisation import learn
from bnl.matching.native import loaded
from tests.matching.mixtures import SIZES, TOTAL, M, U, every_pattern, marginal, patterns, start, truth

compiled = pytest.mark.skipif(loaded() is None, reason="bnl was built without a C compiler")
MANY: Final = 3000


def flat(mixture: Mixture) -> F64:
    tables = [*mixture.m, *mixture.u, *(table for item in mixture.backgrounds for table in item.tables)]
    return np.array([*np.concatenate(tables), mixture.match, *(item.share for item in mixture.backgrounds)])


def observed(seed: int) -> Patterns:
    """Return counts as a list of people would give them, each pattern by chance."""
    rng = np.random.default_rng(seed)
    return Patterns(every_pattern(), rng.poisson(patterns(truth()).counts).astype(np.float64))


def test_known_parameters_are_found_again() -> None:
    learned = learn(patterns(truth()), start(), TOTAL, marginal(truth()))
    assert learned.match == pytest.approx(0.001, rel=0.05)
    assert learned.backgrounds[0].share == pytest.approx(0.01, rel=0.3)
    for got, expected in zip(learned.m, M, strict=True):
        assert got == pytest.approx(expected, abs=0.02)


def test_people_of_one_home_are_no_matches_though_they_agree_twice() -> None:
    learned = learn(patterns(truth()), start(), TOTAL, marginal(truth()))
    levels = np.array([[1], [1], [2], [1], [2]], dtype=np.uint8)
    same, _, home = posterior(Patterns(levels, np.ones(1)).bits(learned))[:, 0]
    assert same < 0.01
    assert home > 0.5


def test_m_can_be_kept() -> None:
    kept = learn(patterns(truth()), start(), TOTAL, marginal(truth()), keep_m=True)
    for got, before in zip(kept.m, start().m, strict=True):
        assert got.tolist() == before.tolist()


def test_nothing_to_learn_from_leaves_sound_probabilities() -> None:
    empty = Patterns(np.zeros((5, 0), dtype=np.uint8), np.zeros(0))
    learned = learn(empty, start(), TOTAL, U)
    for one in (*learned.m, *learned.u):
        assert one.sum() == pytest.approx(1.0)
        assert one[0] == 0.0
    assert 0 < learned.match < 1e-6


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_leaps_lead_where_the_rounds_lead_in_fewer_of_them(seed: int) -> None:
    taken = 0

    def counted(self: own._Rounds, now: own._Estimate) -> own._Estimate:
        nonlocal taken
        taken += 1
        return plain(self, now)

    plain = own._Rounds.next
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "_TOLERANCE", 1e-9)
        patch.setattr(own, "_ROUNDS", MANY)
        patch.setattr(own._Rounds, "next", counted)
        leaping = learn(observed(seed), start(), TOTAL, marginal(truth()))
        leaps, taken = taken, 0
        patch.setattr(own._Rounds, "leap", lambda self, before, now, after: after)
        walking = learn(observed(seed), start(), TOTAL, marginal(truth()))
    assert flat(leaping) == pytest.approx(flat(walking), abs=1e-5)
    assert leaps < taken


@compiled
@given(st.integers(0, 10_000), st.booleans(), st.booleans())
def test_the_compiled_round_is_its_twin(seed: int, keep_m: bool, alone: bool) -> None:
    seen = observed(seed)
    begin = replace(start(), backgrounds=()) if alone else start()
    rounds = own._Rounds(seen, begin, TOTAL, marginal(truth()), keep_m=keep_m)
    now = rounds.estimate(begin)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "loaded", lambda: None)
        wanted = rounds.next(now)
    found = rounds.next(now)
    assert found.tables == pytest.approx(wanted.tables, rel=1e-11)
    assert found.shares == pytest.approx(wanted.shares, rel=1e-11)


@given(st.integers(0, 10_000))
def test_whatever_is_seen_what_is_learned_is_a_mixture(seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = every_pattern()[:, rng.random(every_pattern().shape[1]) < rng.random()]
    # No more pairs are seen than there are.
    counts = rng.exponential(size=levels.shape[1:]) ** 3
    seen = Patterns(levels, np.asarray(counts * TOTAL * rng.random() / max(float(counts.sum()), 1.0)))
    learned = learn(seen, start(), TOTAL, marginal(truth()))
    for tables, share in learned.kinds():
        assert 0.0 < share < 1.0
        for one in tables:
            assert one[0] == 0.0
            assert one.sum() == pytest.approx(1.0)
            assert (one >= 0.0).all()
    assert learned.match <= 0.2


def test_a_mixture_survives_becoming_an_estimate() -> None:
    rounds = own._Rounds(patterns(truth()), start(), TOTAL, U, keep_m=False)
    again = rounds.mixture(rounds.estimate(truth()), truth())
    assert flat(again).tolist() == flat(truth()).tolist()
    assert [table.size for table in again.m] == list(SIZES)
    assert [table.tolist() for table in again.m] == [table.tolist() for table in M]


def test_without_comparisons_there_is_nothing_to_learn() -> None:
    nothing = Mixture(m=(), u=(), match=0.001)
    learned = learn(Patterns(np.zeros((0, 1), dtype=np.uint8), np.ones(1)), nothing, TOTAL, ())
    assert learned.m == ()
