"""Verdicts: the first condition that holds decides, and every word an indicator uses is known."""

from __future__ import annotations

import numpy as np
import pytest

from bnl.indicators.verdicts import MET, MISSED, UNKNOWN, VERDICTS, decide

YES, NO = np.array([True, True]), np.array([False, True])


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([], [MISSED, MISSED], id="none holds"),
        pytest.param([(NO, MET)], [MISSED, MET], id="one holds for one"),
        pytest.param([(NO, MET), (YES, UNKNOWN)], [UNKNOWN, MET], id="the first that holds"),
        pytest.param([(YES, UNKNOWN), (NO, MET)], [UNKNOWN, UNKNOWN], id="a later one changes nothing"),
    ],
)
def test_the_first_condition_that_holds_decides(
    rules: list[tuple[np.ndarray, str]], expected: list[str]
) -> None:
    assert [VERDICTS[code] for code in decide(2, *rules, otherwise=MISSED)] == expected


def test_no_word_stands_twice() -> None:
    assert len(set(VERDICTS)) == len(VERDICTS)
    assert VERDICTS[:3] == (MET, MISSED, UNKNOWN)


def test_a_word_that_is_no_verdict_is_refused() -> None:
    with pytest.raises(KeyError):
        decide(1, otherwise="perhaps")
