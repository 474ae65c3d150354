"""Explanations in words: the weight, the odds it means, and the evidence by strength."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnl.matching.explain_text import chance_words, explain_words


@dataclass(frozen=True)
class Step:
    column: str
    words: str
    bits: float


STEPS = [
    Step("prior", "two records taken at random", -10.0),
    Step("given_names", "the same given name", 8.5),
    Step("date_of_birth", "the same date of birth", 14.0),
    Step("address", "different", -0.5),
]


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        pytest.param(0.0, "as likely as not one person", id="even"),
        pytest.param(0.3, "as likely as not one person", id="nearly-even"),
        pytest.param(5.0, "about 32 to 1 that they are one person", id="for"),
        pytest.param(-3.0, "about 8 to 1 that they are two people", id="against"),
        pytest.param(12.0, "about 4,096 to 1 that they are one person", id="thousands"),
        pytest.param(1e6, "more than a million to 1 that they are one person", id="certain"),
        pytest.param(-1e6, "more than a million to 1 that they are two people", id="certainly-not"),
    ],
)
def test_weights_as_odds(weight: float, words: str) -> None:
    assert chance_words(weight) == words


def test_the_strongest_evidence_stands_first() -> None:
    assert explain_words(STEPS).splitlines() == [
        "Match weight +12.0 bits: about 4,096 to 1 that they are one person.",
        "+ date of birth: the same date of birth (+14.0 bits)",
        "- prior: two records taken at random (-10.0 bits)",
        "+ given names: the same given name (+8.5 bits)",
        "- address: different (-0.5 bits)",
    ]


def test_a_limit_says_how_much_is_left_out() -> None:
    lines = explain_words(STEPS, limit=2).splitlines()
    assert len(lines) == 4
    assert lines[-1] == "  and 2 weaker"


def test_no_evidence_is_as_likely_as_not() -> None:
    assert explain_words([]) == "Match weight +0.0 bits: as likely as not one person."


@given(st.lists(st.floats(-40, 40), min_size=1, max_size=9), st.integers(0, 12))
def test_every_piece_of_evidence_is_named_or_counted(bits: list[float], limit: int) -> None:
    steps = [Step(f"column{place}", "said", step) for place, step in enumerate(bits)]
    text = explain_words(steps, limit=limit)
    named = sum(f"column{place}:" in text for place in range(len(bits)))
    assert named == min(limit, len(bits))
    assert ("weaker" in text) == (named < len(bits))
