"""Random streams: the same for the same labels, apart for others, and weighted as they say."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.simulation.streams import Choice, by_rank, stream


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param((1, "people"), (1, "people"), True, id="same labels"),
        pytest.param((1, "people"), (2, "people"), False, id="another seed"),
        pytest.param((1, "people"), (1, "numbers"), False, id="another purpose"),
        pytest.param((1, "story", "P00001"), (1, "story", "P00002"), False, id="another person"),
        pytest.param((1, "a", "b"), (1, "b", "a"), False, id="labels in another order"),
    ],
)
def test_a_stream_is_known_by_its_labels(one: tuple[int, str], other: tuple[int, str], same: bool) -> None:
    drawn = [stream(*labels).random() for labels in (one, other)]

    assert (drawn[0] == drawn[1]) is same


def test_a_stream_does_not_depend_on_the_process() -> None:
    code = "from bnl.simulation.streams import stream; print(stream(7, 'x', 3).random())"
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
        ).stdout
        for seed in ("0", "1")
    }

    assert drawn == {f"{stream(7, 'x', 3).random()}\n"}


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=6), st.integers(0, 2**32))
def test_a_choice_draws_only_what_it_was_given(weights: list[float], seed: int) -> None:
    choice = Choice([f"o{at}" for at in range(len(weights))], weights)

    assert choice.draw(Random(seed)) in choice.options


def test_an_option_without_weight_is_never_drawn() -> None:
    choice = Choice(("never", "always"), (0, 1))
    rng = Random(3)

    assert {choice.draw(rng) for _ in range(200)} == {"always"}


def test_draws_follow_the_weights() -> None:
    choice = Choice(("rare", "common"), (1, 9))
    rng = Random(3)
    counts = Counter(choice.draw(rng) for _ in range(5000))

    assert 0.08 < counts["rare"] / 5000 < 0.12


def test_by_rank_makes_earlier_options_commoner() -> None:
    choice = by_rank(["first", "second", "third"], head=0.0)
    rng = Random(1)
    counts = Counter(choice.draw(rng) for _ in range(6000))

    assert counts["first"] > counts["second"] > counts["third"]
    assert 0.50 < counts["first"] / 6000 < 0.59


def test_a_flatter_head_evens_the_weights_out() -> None:
    steep, flat = (by_rank(["a", "b"], head) for head in (0.0, 50.0))
    counts = []
    for choice in (steep, flat):
        rng = Random(9)
        counts.append(Counter(choice.draw(rng) for _ in range(3000))["a"])

    assert counts[0] > counts[1] > 1400
