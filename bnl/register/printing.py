"""Printing official figures: counts suppressed so that nobody is brought to light, by padding either."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bnl.indicators.history import history
from bnl.indicators.suppression import HIDDEN, HIDDEN_SMALL, is_small
from bnl.register.ground import Ground
from bnl.register.reporting import events_without

Shown = int | str
"""A count, or what is printed in its place: ``<5`` or ``*``."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The ids behind a figure, by the name under which they are counted."""

    numerator: tuple[str, ...]
    missed: tuple[str, ...]
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def strangers(ground: Ground) -> Ground:
    """Return the ground of official figures without the people whom the asker's agency knows.

    No figure is shown of which too little is left there; see `bnl.register.reporting.known_to`.
    """
    past = history(events_without(ground.past, ground.known), ground.known_as_of)
    return replace(ground, past=past, _work=None)


def printed_count(number: int, left: int | None = None) -> Shown:
    """Return a count as it may be published by itself: 1 to 4 as ``<5``.

    Args:
        number: The count.
        left: The count without the people whom the asker knows and can take off by itself. If that is small
            the count prints as ``*``, small or not, for which it is would tell how many are left.
    """
    if left is not None and left != number and is_small(left):
        return HIDDEN
    return HIDDEN_SMALL if is_small(number) else number


def counted(groups: Groups) -> dict[str, Shown]:
    """Count a figure exactly: ``numerator``, ``denominator`` and each other group by its name."""
    met = len(groups.numerator)
    counts: dict[str, Shown] = {"numerator": met, "denominator": met + len(groups.missed)}
    counts.update({name: len(ids) for name, ids in groups.others.items()})
    return counts


def without(groups: Groups, owner: Mapping[str, str], known: Collection[str]) -> Groups:
    """Return the ids of people who are not among some known; of an id without an owner nobody knows."""

    def left(ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(one for one in ids if owner.get(one) not in known)

    others = {name: left(ids) for name, ids in groups.others.items()}
    return Groups(left(groups.numerator), left(groups.missed), others)


def printed(groups: Groups, less: Groups) -> dict[str, Shown]:
    """Print a figure so that no small count can be told from the others: met and missed make the whole.

    Nor can one be told by whoever takes off the people it knows, ``less`` being what is then left.
    """
    counts, left = _met_of_all(groups), _met_of_all(less)
    if (groups.numerator, groups.missed) != (less.numerator, less.missed):
        if left["denominator"] == HIDDEN_SMALL:
            counts = dict.fromkeys(counts, HIDDEN)
        elif left["numerator"] == HIDDEN:
            counts["numerator"] = HIDDEN
    for name, ids in groups.others.items():
        counts[name] = printed_count(len(ids), len(less.others[name]))
    return counts


def _met_of_all(groups: Groups) -> dict[str, Shown]:
    """Print met of all: where either part is small the whole stands alone, and which it is is not told."""
    met, missed = len(groups.numerator), len(groups.missed)
    if is_small(met + missed):
        return {"numerator": HIDDEN_SMALL if met else 0, "denominator": HIDDEN_SMALL}
    return {"numerator": HIDDEN if is_small(met) or is_small(missed) else met, "denominator": met + missed}
