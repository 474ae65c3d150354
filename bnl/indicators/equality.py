"""Equality: breakdowns of headcounts and rates by community, with small numbers suppressed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bnl.indicators.figures import Figure, percent
from bnl.indicators.suppression import HIDDEN, Printed, is_small, suppress

NOT_KNOWN = "not known"

Dated = Mapping[str, Iterable[tuple[date, str]]]


def value_on(history: Iterable[tuple[date, str]], day: date) -> str:
    """Return a dated attribute as it was said last by a day, ``not known`` if nothing was said by then.

    Args:
        history: Days and values, in any order; of two values of one day the later in the list counts.
        day: The day.
    """
    said = [(when, number, value) for number, (when, value) in enumerate(history) if when <= day]
    return max(said)[2] if said else NOT_KNOWN


@dataclass(frozen=True)
class Breakdown:
    """People by the value of one attribute.

    Args:
        attribute: What they are broken down by.
        counts: People per value: for those who may see people only.
        printed: What may be published.
    """

    attribute: str
    counts: Mapping[str, int]
    printed: Printed


def breakdown(people: Iterable[str], attribute: str, values: Dated, day: date) -> Breakdown:
    """Count people by a dated attribute.

    Args:
        people: Person ids; each counts once.
        attribute: Name of the attribute.
        values: By person, the days on which something was said and what.
        day: Day on which the attribute is read.

    Returns:
        The breakdown; nobody is left out, the unknown are a group of their own.
    """
    found = Counter(value_on(values.get(person, ()), day) for person in set(people))
    counts = dict(sorted(found.items()))
    return Breakdown(attribute, counts, suppress(counts))


@dataclass(frozen=True)
class RateRow:
    """One community's rate as it may be published.

    Args:
        value: The community.
        numerator: Printed numerator.
        denominator: Printed denominator.
        percent: Rate in per cent, None where it would give a hidden count away.
    """

    value: str
    numerator: str
    denominator: str
    percent: Decimal | None


def rates(figure: Figure, person_of: Mapping[str, str], values: Dated, day: date) -> list[RateRow]:
    """Break a rate down by community.

    Args:
        figure: The figure.
        person_of: Person of each id of the figure, where it is not the id itself.
        values: By person, the days on which something was said and what.
        day: Day on which the attribute is read.

    Returns:
        One row per community, sorted. A numerator is hidden as well where the number of failures is small.
    """

    def count(ids: Iterable[str]) -> Counter[str]:
        return Counter(value_on(values.get(person_of.get(one, one), ()), day) for one in ids)

    whole, part = count(figure.denominator), count(figure.numerator)
    groups = sorted(whole)
    below = suppress({group: whole[group] for group in groups})
    exposed = [group for group in groups if is_small(whole[group] - part[group])]
    exposed += [group for group in groups if not below.cells[group].isdigit() and group not in exposed]
    above = suppress({group: part[group] for group in groups}, exposed)
    rows = []
    for group in groups:
        shown = above.cells[group].isdigit() and below.cells[group].isdigit()
        numerator = above.cells[group] if shown or above.cells[group] != HIDDEN else HIDDEN
        rate = percent(part[group], whole[group]) if shown else None
        rows.append(RateRow(group, numerator, below.cells[group], rate))
    return rows
