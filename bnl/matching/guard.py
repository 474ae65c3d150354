"""Hold back pairs that look like twins, parent and child, or namesakes: a person must judge them."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from bnl.matching.arrays import F32, F64, U8, Bool
from bnl.matching.levels import LEVELS, NULL
from bnl.matching.model import Comparison

NONE, TWINS, KIN, NAMESAKES, NUMBERS, NAME_ONLY, HOME, EITHER = 0, 1, 2, 3, 4, 5, 6, 7

REASONS: Final = MappingProxyType(
    {
        NONE: "between the thresholds",
        TWINS: "same date of birth and family name, different given names: twins?",
        KIN: "same name, different dates of birth: parent and child, or namesakes?",
        NAMESAKES: "same name, similar dates of birth and nothing else in common: namesakes?",
        NUMBERS: "two different valid National Insurance or NHS numbers",
        NAME_ONLY: "the same name and little else to go by: namesakes?",
        HOME: "same date of birth, family name and home or phone, different given names: twins?",
        EITHER: "a record that fits two people about equally well",
    }
)

# What a doubt is about. What one pair of records of two people leaves open about them another may settle.
WHO, WHEN, WHAT_ELSE, DAY, GIVEN, FAMILY = range(6)
DISPUTES: Final = MappingProxyType(
    {
        WHO: frozenset({TWINS, HOME}),
        WHEN: frozenset({KIN, NAMESAKES}),
        WHAT_ELSE: frozenset({NAME_ONLY}),
    }
)

# How many times the bits of each are taken off where one side is a single record, and where both have
# several. A date may be mistaken once; two dates that both stand in several records are no slip.
ALONE: Final = (1.0, 1.0, 1.0, 0.0, 1.0, 1.0)
SEVERAL: Final = (2.0, 2.0, 2.0, 1.0, 1.0, 1.0)
# How many times more for each record of the smaller side beyond two: a slip is seldom made again.
FURTHER: Final = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0)

# Bits taken off between clusters of several records whose dates differ by a slip, or by 1 January.
_DAY_BITS = 3.0

# Bits that a pair held back for a reason must have to spare before one record joins another on it.
BITS: Final = MappingProxyType({TWINS: 9.0, KIN: 8.0, NAMESAKES: 6.0, NAME_ONLY: 3.5, HOME: 17.0})

# Reasons that hold however rare such people are in these records.
ALWAYS: Final = (TWINS, NUMBERS, HOME)

_PERSONAL = frozenset(
    {"ni_number", "nhs_number", "prison_number", "person_number", "other_references", "emails"}
)
_VALID = frozenset({"ni_number", "nhs_number"})
_NUMBERED = _PERSONAL - {"emails"}
_HOME = frozenset({"phones", "address"})
_COMMON = frozenset(
    {"phones", "address", "address_2", "street_number", "postcode", "suburb", "city", "birth_place"}
)


def _members(kind: str, names: str) -> Bool:
    wanted = frozenset(names.split())
    return np.array([level.name in wanted for level in LEVELS[kind]], dtype=np.bool_)


_GIVEN_SURE = _members("given", "exact spelling variant learned alias swapped")
_GIVEN_CONFLICT = _members("given", "different weak")
_GIVEN_UNLIKE = _members("given", "different weak byname")
_FAMILY_CONFLICT = _members("family", "different weak")
_GIVEN_AGREE = _members("given", "exact spelling variant learned close similar sound initial middle alias")
_FAMILY_AGREE = _members("family", "exact close spelling part part_sound former sound similar")
_DATE_SURE = _members("date", "exact default")
_DATE_SAME = _members("date", "exact default swapped partial placeholder digit month")
_DATE_CONFLICT = _members("date", "different decade near year day")
_DATE_SLIP = _members("date", "digit month swapped decade_off day near new_years")
_TWO_DAYS = np.where(_DATE_SLIP | _members("date", "placeholder"), _DAY_BITS, 0.0)
_DATE_VAGUE = _members("date", "missing partial placeholder")
_DATE_NEAR = _members("date", "digit month swapped decade_off new_years")


class Guard:
    """Recognises doubtful pairs from their levels.

    Args:
        comparisons: The comparisons whose levels are given, in order.
    """

    def __init__(self, comparisons: tuple[Comparison, ...]) -> None:
        self._place = {item.column: place for place, item in enumerate(comparisons)}
        self._exact = {item.column: len(LEVELS[item.kind]) - 1 for item in comparisons}

    def _any_exact(self, levels: U8, columns: frozenset[str]) -> Bool:
        out = np.zeros(levels.shape[1], dtype=np.bool_)
        for column in sorted(columns & self._place.keys()):
            out |= levels[self._place[column]] == self._exact[column]
        return out

    def reasons(self, levels: U8) -> U8:
        """Return why each pair is doubtful (a key of `REASONS`), 0 if it is not.

        Args:
            levels: Shape (comparisons, pairs).
        """
        out = np.zeros(levels.shape[1], dtype=np.uint8)
        places = [self._place.get(column) for column in ("given_names", "family_name", "date_of_birth")]
        if all(place is not None for place in places):
            given, family, date = (levels[place] for place in places if place is not None)
            personal = self._any_exact(levels, _PERSONAL)
            common = self._any_exact(levels, _COMMON)
            names = _GIVEN_AGREE[given] & _FAMILY_AGREE[family]
            out[names & _DATE_VAGUE[date] & ~personal & ~common] = NAME_ONLY
            out[names & _DATE_NEAR[date] & ~personal & ~common] = NAMESAKES
            out[names & _DATE_CONFLICT[date] & ~personal] = KIN
            relatives = _FAMILY_AGREE[family] | (family == NULL)
            twins = _GIVEN_CONFLICT[given] & _DATE_SAME[date] & relatives & ~personal
            out[twins] = TWINS
            out[twins & self._any_exact(levels, _HOME)] = HOME
        for column in sorted(_VALID & self._place.keys()):
            out[levels[self._place[column]] == 1] = NUMBERS
        return out

    def settled(self, levels: U8) -> Bool:
        """Return which doubts about two people each pair of their records settles, a row for each dispute.

        Two people of different given names are no twins, if another record of the one bears the name of the
        other or they share a number; two dates of birth are one person's, if other records agree on the date.
        Names that differ say nothing more, once a record of the one bears the whole name of the other. No
        pair settles a doubt of its own.

        Args:
            levels: Shape (comparisons, pairs).
        """
        out = np.zeros((len(ALONE), levels.shape[1]), dtype=np.bool_)
        out[:GIVEN] = self._any_exact(levels, _NUMBERED)
        places = [self._place.get(column) for column in ("given_names", "family_name", "date_of_birth")]
        if all(place is not None for place in places):
            given, family, date = (levels[place] for place in places if place is not None)
            family_agrees = _FAMILY_AGREE[family]
            named, dated = _GIVEN_SURE[given] & (family_agrees | (family == NULL)), _DATE_SURE[date]
            out[WHO] |= named
            out[WHEN] |= _GIVEN_AGREE[given] & family_agrees & dated
            out[WHAT_ELSE] |= named & (dated | self._any_exact(levels, _COMMON))
            # Many have 1 January for a birthday: agreeing on it does not make another day a slip.
            out[DAY] |= _GIVEN_AGREE[given] & family_agrees & (date == self._exact["date_of_birth"])
            out[GIVEN:] = named & family_agrees
        return out

    def two_days(self, levels: U8) -> F64:
        """Return the bits that dates a slip apart take off between clusters of several records (`DAY`).

        Args:
            levels: Shape (comparisons, pairs).
        """
        place = self._place.get("date_of_birth")
        return np.zeros(levels.shape[1]) if place is None else _TWO_DAYS[levels[place]]

    def unlike(self, levels: U8, gains: Sequence[F32]) -> F64:
        """Return the bits that unlike names take off the weight of each pair (`GIVEN`, then `FAMILY`).

        Args:
            levels: Shape (comparisons, pairs).
            gains: For each comparison what each of its levels adds to a weight, in bits.
        """
        out = np.zeros((2, levels.shape[1]), dtype=np.float64)
        for row, column, conflict in (
            (0, "given_names", _GIVEN_UNLIKE),
            (1, "family_name", _FAMILY_CONFLICT),
        ):
            place = self._place.get(column)
            if place is not None:
                out[row] = np.where(conflict, np.maximum(-gains[place], 0.0), 0.0)[levels[place]]
        return out


def doubted(reasons: U8) -> F64:
    """Return the bits that doubts about pairs take off, by what they are about: a row for each of `DISPUTES`.

    Args:
        reasons: Why each pair is doubtful, see `Guard.reasons`.
    """
    out = np.zeros((len(DISPUTES), reasons.size), dtype=np.float64)
    for about, of in DISPUTES.items():
        for reason in sorted(of):
            out[about, reasons == reason] = BITS[reason]
    return out
