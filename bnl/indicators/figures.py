"""Figures: a number that always brings its numerator, denominator, exclusions, rule and log position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bnl.errors import InputError


def round_half_up(value: Fraction, places: int = 0) -> Decimal:
    """Return a fraction rounded half up, away from zero.

    Args:
        value: Any exact fraction.
        places: Decimal places, 0 or more.

    Returns:
        The decimal; 1/8 to two places is 0.13.
    """
    scaled = abs(value) * Fraction(10) ** places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


def percent(part: int, whole: int, places: int = 1) -> Decimal | None:
    """Return ``part`` of ``whole`` in per cent, rounded half up; None if there is nothing to divide by."""
    return round_half_up(Fraction(100 * part, whole), places) if whole else None


@dataclass(frozen=True)
class Figure:
    """One published number and everybody behind it.

    Args:
        name: Name of the indicator.
        rules: Labels of the rule versions used, in order.
        start: First day of the period.
        end: Last day, included.
        unit: What the ids name: ``case``, ``person``, ``household`` or ``referral``.
        numerator: Ids that succeed.
        denominator: Ids whose outcome is known; the numerator is among them.
        unknown: Ids whose outcome is unknown; never among the numerator.
        exclusions: Ids left out, by the name of the reason.
        flags: Ids marked without being left out, by the name of the mark.
        target: Rate to exceed in ``[0, 1]``, or count to exceed; None if there is none.
        log_position: Highest log sequence the figure was computed from.
    """

    name: str
    rules: tuple[str, ...]
    start: date
    end: date
    unit: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    exclusions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    target: Fraction | None = None
    log_position: int = 0

    @property
    def rate(self) -> Fraction | None:
        """Return numerator over denominator, the unknown left out; None if there is nobody."""
        return Fraction(len(self.numerator), len(self.denominator)) if self.denominator else None

    @property
    def rate_with_unknown(self) -> Fraction | None:
        """Return numerator over denominator, the unknown counted as failures; None if there is nobody."""
        whole = len(self.denominator) + len(self.unknown)
        return Fraction(len(self.numerator), whole) if whole else None

    def percent(self, places: int = 1, *, with_unknown: bool = False) -> Decimal | None:
        """Return the rate in per cent, rounded half up.

        Args:
            places: Decimal places.
            with_unknown: Whether the unknown count in the denominator.

        Returns:
            The percentage, or None if there is nobody.
        """
        rate = self.rate_with_unknown if with_unknown else self.rate
        return None if rate is None else round_half_up(100 * rate, places)

    @property
    def met(self) -> bool | None:
        """Return whether the target is exceeded; None without a target or a rate."""
        if self.target is None:
            return None
        if self.target > 1:
            return len(self.numerator) > self.target
        return None if self.rate is None else self.rate > self.target


def pooled(figures: Iterable[Figure]) -> tuple[Figure, Fraction | None]:
    """Pool the figures of consecutive periods, with the mean of their rates beside.

    Args:
        figures: Figures of one indicator, one or more, in order of time.

    Returns:
        One figure over all periods, ids joined, and the unweighted mean of the rates that exist.

    Raises:
        InputError: If there is no figure, or they are of different indicators.
    """
    parts = list(figures)
    if len({(part.name, part.unit) for part in parts}) != 1:
        raise InputError("only figures of one indicator can be pooled.", "Give one or more of the same name.")
    rates = [part.rate for part in parts if part.rate is not None]

    def joined(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(one for group in groups for one in group)

    def merged(tables: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
        result: dict[str, tuple[str, ...]] = {}
        for table in tables:
            for name, ids in table.items():
                result[name] = result.get(name, ()) + ids
        return result

    whole = Figure(
        name=parts[0].name,
        rules=tuple(dict.fromkeys(label for part in parts for label in part.rules)),
        start=parts[0].start,
        end=parts[-1].end,
        unit=parts[0].unit,
        numerator=joined(part.numerator for part in parts),
        denominator=joined(part.denominator for part in parts),
        unknown=joined(part.unknown for part in parts),
        exclusions=merged(part.exclusions for part in parts),
        flags=merged(part.flags for part in parts),
        target=parts[0].target,
        log_position=max(part.log_position for part in parts),
    )
    return whole, (sum(rates, Fraction(0)) / len(rates) if rates else None)


def reliability(actual: int, expected: int) -> Fraction | None:
    """Return Built for Zero's reliability: ``(actual - expected) / actual``.

    Args:
        actual: Number active at the end, as counted.
        expected: Number expected from the flows.

    Returns:
        The share unaccounted for, signed; 0 if both are 0, None (undefined and failing) if only ``actual``
        is 0.

    Source: Built for Zero, data reliability threshold of 15 per cent.
    """
    if actual == 0:
        return Fraction(0) if expected == 0 else None
    return Fraction(actual - expected, actual)


def is_reliable(actual: int, expected: int) -> bool:
    """Return whether the books are reliable: at most 15 per cent unaccounted for; exactly 15 passes."""
    share = reliability(actual, expected)
    return share is not None and abs(share) <= Fraction(15, 100)
