"""Where learning starts: rough level probabilities of each kind for pairs of one person."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from bnl.matching.arrays import F64
from bnl.matching.levels import LEVELS

# Written for messy agency records; expectation–maximisation replaces them wherever there is evidence.
_START: Final = MappingProxyType(
    {
        "given": {
            "different": 0.08, "byname": 0.01, "weak": 0.02, "similar": 0.02, "close": 0.05, "sound": 0.02,
            "variant": 0.04, "spelling": 0.02, "learned": 0.05, "initial": 0.03, "middle": 0.02,
            "alias": 0.03, "cross": 0.005, "swapped": 0.015, "exact": 0.60,
        },
        "family": {
            "different": 0.07, "weak": 0.02, "similar": 0.02, "sound": 0.02, "close": 0.07,
            "spelling": 0.01, "part": 0.015, "part_sound": 0.005, "former": 0.02, "exact": 0.76,
        },
        "middle": {
            "different": 0.1, "initial": 0.2, "similar": 0.05, "exact": 0.65
        },
        "date": {
            "different": 0.02, "decade": 0.01, "near": 0.01, "new_years": 0.003, "year": 0.015,
            "placeholder": 0.02, "day": 0.01, "month": 0.02, "decade_off": 0.01, "digit": 0.05,
            "swapped": 0.015, "partial": 0.02, "default": 0.05, "exact": 0.75,
        },
        "postcode": {
            "different": 0.15, "area": 0.05, "district": 0.03, "sector": 0.02, "typo": 0.05,
            "exact": 0.70,
        },
        "identifier": {
            "different": 0.05, "typo": 0.05, "exact": 0.90
        },
        "email": {
            "different": 0.15, "similar": 0.03, "typo": 0.05, "local": 0.02, "exact": 0.75
        },
        "text": {
            "different": 0.15, "similar": 0.05, "close": 0.1, "exact": 0.70
        },
        "category": {
            "different": 0.1, "exact": 0.9
        },
    }
)  # fmt: skip

# Chance agreement in a county; it matters only where there are too few records to count.
_CHANCE_OF_EQUALITY: Final = MappingProxyType(
    {
        "given": 0.004,
        "family": 0.002,
        "middle": 0.01,
        "date": 0.0001,
        "postcode": 0.002,
        "identifier": 0.00001,
        "email": 0.0001,
        "text": 0.005,
        "category": 0.4,
    }
)
_CHANCE_OF_DATES: Final = MappingProxyType(
    {
        "decade": 0.3,
        "near": 0.02,
        "new_years": 0.001,
        "year": 0.015,
        "placeholder": 0.002,
        "day": 0.002,
        "month": 0.001,
        "decade_off": 0.0001,
        "digit": 0.002,
        "swapped": 0.0001,
        "partial": 0.0005,
        "default": 0.0001,
    }
)


def chance_of_equality(kind: str) -> float:
    """Return how often two unrelated people of a county agree exactly, as a probability."""
    return _CHANCE_OF_EQUALITY[kind]


def start_u(kind: str) -> F64:
    """Return rough u probabilities of the levels of a kind; missing has none."""
    equal = _CHANCE_OF_EQUALITY[kind]
    rough = _CHANCE_OF_DATES if kind == "date" else {}
    table = np.array(
        [0.0, 0.0, *(rough.get(level.name, equal) for level in LEVELS[kind][2:])], dtype=np.float64
    )
    table[1] = 1.0 - table.sum()
    return table


def start_m(kind: str) -> F64:
    """Return rough m probabilities of the levels of a kind; missing has none."""
    table = np.array([_START[kind].get(level.name, 0.0) for level in LEVELS[kind]], dtype=np.float64)
    return table / table.sum()  # type: ignore[no-any-return]
