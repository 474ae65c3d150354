"""Consistency: does a published figure agree with the numbers printed beside it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Literal

from bnl.errors import InputError
from bnl.indicators.figures import Figure, round_half_up

Relation = Literal["percent", "product", "sum", "difference", "distinct"]


@dataclass(frozen=True)
class Claim:
    """One printed number and the numbers it is said to come from.

    Args:
        name: What it is.
        relation: ``percent`` (first of second, in per cent), ``product``, ``sum``, ``difference`` (first
            less the rest), or ``distinct`` (people counted over periods: a sum may count somebody twice).
        parts: The numbers it comes from.
        printed: The number as printed, with the decimals it was printed with.
        unit: What one of the printed number stands for, such as 1000000 for millions.
    """

    name: str
    relation: Relation
    parts: tuple[Fraction | int, ...]
    printed: Decimal
    unit: int = 1


@dataclass(frozen=True)
class Finding:
    """What checking one claim gave.

    Args:
        name: The claim.
        agrees: Whether the printed number is what its parts give, rounded half up as it was printed.
        computed: What the parts give, rounded as printed.
        printed: What was printed.
        why: What is wrong, empty if nothing is.
    """

    name: str
    agrees: bool
    computed: Decimal
    printed: Decimal
    why: str = ""


def check_consistency(claims: Iterable[Claim]) -> list[Finding]:
    """Check printed numbers against the numbers they come from.

    Args:
        claims: The claims.

    Returns:
        One finding per claim, in order.

    Raises:
        InputError: If a percentage is claimed of anything but two numbers, or of nothing.
    """
    return [_check(claim) for claim in claims]


def claim_of(figure: Figure, printed: Decimal, *, with_unknown: bool = False) -> Claim:
    """Return the claim that a figure was printed as some percentage."""
    whole = len(figure.denominator) + (len(figure.unknown) if with_unknown else 0)
    return Claim(figure.name, "percent", (len(figure.numerator), whole), printed)


def _check(claim: Claim) -> Finding:
    places = max(0, -int(claim.printed.as_tuple().exponent))
    computed = round_half_up(_computed(claim) / claim.unit, places)
    if claim.relation == "distinct":
        why = "a sum of counts over periods may count a person twice" if computed == claim.printed else ""
        return Finding(claim.name, computed != claim.printed, computed, claim.printed, why)
    agrees = computed == claim.printed
    why = "" if agrees else f"its parts give {computed}, printed is {claim.printed}"
    return Finding(claim.name, agrees, computed, claim.printed, why)


def _computed(claim: Claim) -> Fraction:
    parts = [Fraction(part) for part in claim.parts]
    if claim.relation == "percent":
        if len(parts) != 2 or parts[1] == 0:
            raise InputError(f"{claim.name}: a percentage needs two numbers.", "Give the part and the whole.")
        return 100 * parts[0] / parts[1]
    if claim.relation == "product":
        return prod(parts, start=Fraction(1))
    if claim.relation == "difference":
        return parts[0] - sum(parts[1:], Fraction(0))
    return sum(parts, Fraction(0))
