"""Verdicts: what an indicator may make of a case, and how the first condition that holds decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bnl.indicators.case_rows import Mask, Names

MET: Final = "met"
MISSED: Final = "missed"
UNKNOWN: Final = "unknown"

VERDICTS: Final = (
    *(MET, MISSED, UNKNOWN, "advice only", "died", "died before due", "not accepted", "not decided"),
    *("not eligible", "not yet due", "open", "suspended", "unplanned", "withdrawn", "withdrawn before due"),
)
"""What an indicator may make of a case; what is not the first three is a reason to leave it out."""

_CODE: Final = {word: np.uint8(code) for code, word in enumerate(VERDICTS)}
Verdicts = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Judged:
    """What one indicator makes of some cases.

    Args:
        ids: Who or what was judged.
        verdict: The verdict on each, its place in `VERDICTS`.
        marks: Which of them are marked without being left out, by the name of the mark.
        in_order: Whether the ids are known to be sorted, none twice.
    """

    ids: Names
    verdict: Verdicts
    marks: Mapping[str, Mask] = field(default_factory=dict)
    in_order: bool = False


def decide(size: int, *rules: tuple[Mask, str], otherwise: str) -> Verdicts:
    """Return the verdict of the first condition that holds.

    Args:
        size: How many cases are judged.
        rules: Conditions, one truth per case, each with its verdict; the first that holds counts.
        otherwise: The verdict where none holds.

    Returns:
        The place in `VERDICTS` of each verdict.
    """
    verdict = np.full(size, _CODE[otherwise])
    for condition, word in reversed(rules):
        verdict[condition] = _CODE[word]
    return verdict
