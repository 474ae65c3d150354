"""Learning against a mixture whose parameters are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.arrays import F64, U8
from bnl.matching.expectation import (
    Background,
    Mixture,
    Patterns,
    Tables,
    logs,
    posterior,
    sharpen,
)
from bnl.matching.maximisation import learn

SIZES = (4, 3, 3, 4, 3)


def table(*shares: float) -> F64:
    return np.array([0.0, *shares]) / sum(shares)


M: Tables = (table(5, 5, 90), table(10, 90), table(10, 90), table(5, 10, 85), table(20, 80))
U: Tables = (table(98, 1, 1), table(99, 1), table(95, 5), table(97, 2, 1), table(90, 10))
HOME: Tables = (U[0], U[1], table(2, 98), U[3], table(2, 98))
FREE = np.array([False, False, True, False, True])
TOTAL = 2_000_000.0


def every_pattern() -> U8:
    grids = np.meshgrid(*[np.arange(size) for size in SIZES], indexing="ij")
    return np.stack([grid.ravel() for grid in grids]).astype(np.uint8)


def likelihood(levels: U8, tables: Tables) -> F64:
    missing = 0.1
    out = np.ones(levels.shape[1])
    for row, one in zip(levels, tables, strict=True):
        out *= np.where(row == 0, missing, (1 - missing) * one[row])
    return out


def truth() -> Mixture:
    return Mixture(m=M, u=U, match=0.001, backgrounds=(Background("home", FREE, HOME, 0.01),))


def patterns(mixture: Mixture) -> Patterns:
    levels = every_pattern()
    counts = sum(share * TOTAL * likelihood(levels, tables) for tables, share in mixture.kinds())
    return Patterns(levels, np.asarray(counts))


def start() -> Mixture:
    rough: Tables = tuple(table(*([1.0] * (size - 2)), 6.0) for size in SIZES)
    tables: Tables = tuple(a if free else b for a, b, free in zip(rough, U, FREE, strict=True))
    home = Background("home", FREE, tables, 0.001)
    return Mixture(m=rough, u=U, match=0.001, backgrounds=(home,))


def marginal(mixture: Mixture) -> Tables:
    return tuple(
        sum((share * tables[place] for tables, share in mixture.kinds()), np.zeros(size))
        for place, size in enumerate(SIZES)
    )


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


def test_without_the_background_they_would_look_likelier() -> None:
    plain = Mixture(m=M, u=U, match=0.001)
    levels = np.array([[1], [1], [2], [1], [2]], dtype=np.uint8)
    one = Patterns(levels, np.ones(1))
    assert posterior(one.bits(plain))[0, 0] > 2 * posterior(one.bits(truth()))[0, 0]


def test_sharpening_removes_what_twins_leak_into_a_level() -> None:
    twins: Tables = (U[0], table(5, 95), M[2], table(3, 12, 85), M[4])
    free = np.array([False, True, True, True, True])
    levels = every_pattern()
    counts = patterns(truth()).counts + 0.0002 * TOTAL * likelihood(levels, twins)
    leaky = Patterns(levels, counts)
    learned = learn(leaky, start(), TOTAL, marginal(truth()))
    sharp = sharpen(leaky, learned, start(), tuple(np.zeros(size, dtype=np.bool_) for size in SIZES))
    assert free.sum() == 4
    for place in (1, 2, 4):
        assert abs(sharp.m[place][1] - M[place][1]) <= abs(learned.m[place][1] - M[place][1]) + 0.02


def test_levels_that_are_kept_are_not_sharpened() -> None:
    learned = learn(patterns(truth()), start(), TOTAL, marginal(truth()))
    kept = tuple(np.array([False] * (size - 1) + [True]) for size in SIZES)
    sharp = sharpen(patterns(truth()), learned, start(), kept)
    for got, before in zip(sharp.m, learned.m, strict=True):
        assert got[-1] == pytest.approx(before[-1])


def test_too_few_sure_pairs_leave_what_was_learned() -> None:
    few = Patterns(every_pattern(), patterns(truth()).counts / 1e6)
    learned = learn(patterns(truth()), start(), TOTAL, marginal(truth()))
    sharp = sharpen(few, learned, start(), tuple(np.zeros(size, dtype=np.bool_) for size in SIZES))
    for got, before in zip(sharp.m, learned.m, strict=True):
        assert got.tolist() == before.tolist()


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


@given(st.integers(0, 10_000))
def test_probabilities_of_kinds_add_up(seed: int) -> None:
    bits = np.random.default_rng(seed).normal(0, 200, (4, 6))
    got = posterior(bits)
    assert got.sum(axis=0) == pytest.approx(np.ones(6))
    assert (got.argmax(axis=0) == bits.argmax(axis=0)).all()


def test_missing_says_nothing() -> None:
    assert all(one[0] == 0.0 for one in logs(M))
    levels = np.zeros((5, 1), dtype=np.uint8)
    bits = Patterns(levels, np.ones(1)).bits(truth())[:, 0]
    assert bits.tolist() == pytest.approx(np.log2([0.001, 0.989, 0.01]).tolist())


def test_rounding_keeps_ten_digits() -> None:
    rounded = truth().rounded()
    assert rounded.match == truth().match
    for got, before in zip((*rounded.m, *rounded.u), (*M, *U), strict=True):
        assert got == pytest.approx(before, rel=1e-9)
    assert rounded.rounded() is not rounded
    assert rounded.backgrounds[0].share == 0.01
