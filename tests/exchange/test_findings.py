"""Reasons and doubts: each has its advice, and no code stands for both."""

from __future__ import annotations

import pytest

from bnl.exchange.findings import ADVICE, Doubt, Finding, Reason


@pytest.mark.parametrize("code", [*Reason, *Doubt])
def test_every_code_has_advice_in_whole_sentences(code: Reason | Doubt) -> None:
    advice = Finding(code).advice
    assert advice == ADVICE[code]
    assert advice[0].isupper() or advice[0].isdigit()
    assert advice.endswith(".")


def test_codes_are_told_apart_and_all_advice_is_used() -> None:
    assert not {str(code) for code in Reason} & {str(code) for code in Doubt}
    assert set(ADVICE) == {*Reason, *Doubt}


def test_a_reason_is_fatal_and_a_doubt_is_not() -> None:
    assert all(Finding(code).fatal for code in Reason)
    assert not any(Finding(code).fatal for code in Doubt)


@pytest.mark.parametrize("reason", Reason)
def test_the_advice_of_a_reason_says_what_to_do(reason: Reason) -> None:
    verbs = {
        "put",
        "look",
        "correct",
        "take",
        "write",
        "save",
        "delete",
        "shorten",
        "replace",
        "fill",
        "format",
    }
    words = {word.strip(".,:()").lower() for word in ADVICE[reason].split()}
    assert words & verbs
