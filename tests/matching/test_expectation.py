"""Probabilities of kinds of pair, and what sharpening takes out of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.expectation import Mixture, Patterns, Tables, logs, posterior, sharpen
from bnl.matching.maximisation import learn
from tests.matching.mixtures import (
    SIZES,
    TOTAL,
    M,
    U,
    every_pattern,
    likelihood,
    marginal,
    patterns,
    start,
    table,
    truth,
)


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
