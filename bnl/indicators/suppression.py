"""Small numbers: counts under five are hidden, and no total or balance gives a hidden count away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from bnl.errors import InputError

SMALL: Final = 5
HIDDEN_SMALL: Final = "<5"
HIDDEN: Final = "*"
_FAR: Final = 10**9
_MOST: Final = 3


@dataclass(frozen=True)
class Printed:
    """A row of counts as it may be published.

    Args:
        cells: What is printed for each name: the count, ``<5``, or ``*`` for a count hidden to protect
            another.
        total: What is printed as the total; ``*`` if nothing else could protect a small count.
    """

    cells: Mapping[str, str]
    total: str


def is_small(count: int) -> bool:
    """Return whether a count is hidden for its own sake: 1 to 4."""
    return 0 < count < SMALL


def suppress(counts: Mapping[str, int], sensitive: Sequence[str] = (), *, total: bool = True) -> Printed:
    """Hide small counts of a row, and whatever would give them away.

    Counts of 1 to 4 print as ``<5``, zero prints. Where the total stands beside them, further counts are
    hidden until each hidden count could have at least two values for a reader who knows these rules.

    Args:
        counts: Counts by name, 0 or more.
        sensitive: Names to be hidden whatever their count, printed as ``*`` unless small.
        total: Whether the total of the row is printed, or can be found elsewhere.

    Returns:
        What may be printed.

    Raises:
        InputError: If a count is negative.
    """
    if any(count < 0 for count in counts.values()):
        raise InputError("a count is negative.", "Counts are 0 or more.")
    small = [name for name, count in counts.items() if is_small(count)]
    forced = [name for name in sensitive if not is_small(counts[name])]
    whole = sum(counts.values())
    cells = {name: HIDDEN_SMALL if name in small else str(count) for name, count in counts.items()}
    cells.update(dict.fromkeys(forced, HIDDEN))
    if not total:
        return Printed(cells, HIDDEN)
    if is_small(whole):
        return Printed(cells, HIDDEN_SMALL if len(small) < SMALL - 1 and not forced else HIDDEN)
    signs = dict.fromkeys(counts, 1)
    chosen = protect(counts, signs, [*small, *forced], [name for name in counts if name not in forced])
    if chosen is None:
        return Printed(cells, HIDDEN)
    cells.update(dict.fromkeys(chosen, HIDDEN))
    return Printed(cells, str(whole))


def suppress_known(counts: Mapping[str, int]) -> Printed:
    """Hide small counts of a row whose total the reader knows from elsewhere.

    As `suppress`; where nothing could protect a small count every cell is hidden, alike, so that not even
    which is the small one can be told.

    Args:
        counts: Counts by name, 0 or more, a name for every group there could be.
    """
    printed = suppress(counts)
    if printed.total.isdecimal():
        return printed
    return Printed(dict.fromkeys(counts, HIDDEN), printed.total)


def protect(
    counts: Mapping[str, int],
    signs: Mapping[str, int],
    hidden: Sequence[str],
    spare: Sequence[str],
    unsaid: Collection[str] = (),
) -> tuple[str, ...] | None:
    """Return the fewest and smallest further counts to hide, so that a known signed sum gives nothing away.

    Args:
        counts: Counts by name.
        signs: +1 or -1 by name: how each enters the sum the reader knows.
        hidden: Names hidden already.
        spare: Names that may be hidden further, if they count 5 or more.
        unsaid: Names hidden of which not even is told whether they are small.

    Returns:
        Names to hide, none if nothing needs to be; None if no three of them would do.
    """
    if not hidden or is_safe(counts, signs, hidden, unsaid):
        return ()
    large = sorted((name for name in spare if counts[name] >= SMALL), key=lambda name: (counts[name], name))
    for size in range(1, min(len(large), _MOST) + 1):
        for chosen in combinations(large, size):
            if is_safe(counts, signs, (*hidden, *chosen), unsaid):
                return chosen
    return None


def is_safe(
    counts: Mapping[str, int],
    signs: Mapping[str, int],
    hidden: Sequence[str],
    unsaid: Collection[str] = (),
) -> bool:
    """Return whether each hidden count could have two values or more for a reader who knows the sum.

    Args:
        counts: Counts by name.
        signs: +1 or -1 by name.
        hidden: Names hidden: those under five are known to be 1 to 4, the others to be 0 or from 5 on.
        unsaid: Those of them of which nothing is known.
    """
    known = sum(signs[name] * counts[name] for name in hidden)
    bounds = {name: _bounds(counts[name], signs[name], name in unsaid) for name in hidden}
    for name in hidden:
        low = known - sum(bounds[other][1] for other in hidden if other != name)
        high = known - sum(bounds[other][0] for other in hidden if other != name)
        if min(high, bounds[name][1]) - max(low, bounds[name][0]) < 1:
            return False
    return True


def _bounds(count: int, sign: int, unsaid: bool = False) -> tuple[int, int]:
    low, high = (1, SMALL - 1) if is_small(count) else (SMALL if count else 0, _FAR)
    if unsaid:
        low, high = 0, _FAR
    return (low, high) if sign > 0 else (-high, -low)


def restated(previous: int | None, now: int) -> bool:
    """Return whether a published count may be printed anew: its change must be 0 or at least 5.

    Args:
        previous: The count last published, None if there was none.
        now: The count as known now.

    Returns:
        True if the new count may be printed; False if the old print stands.
    """
    return previous is None or now == previous or abs(now - previous) >= SMALL


def hidden_in_books(stocks: Sequence[int], flows: Sequence[tuple[int, int]]) -> tuple[list[bool], list[bool]]:
    """Return which stocks and which flows to hide where stocks, inflow and outflow stand side by side.

    A small stock is hidden. Both flows of a month are hidden, alike, if one of them or a stock beside them is
    small: the balance gives their difference away, and who sees that both are hidden cannot tell which is
    the small one.

    Args:
        stocks: Stock at the start of the first period and at the end of each, one more than there are flows.
        flows: Inflow and outflow of each period.

    Returns:
        For each stock, and for each period's two flows together, whether to hide them.

    Raises:
        InputError: If there is not one stock more than there are flows.
    """
    if len(stocks) != len(flows) + 1:
        raise InputError("the books do not fit together.", "Give one stock more than flows.")
    away = [is_small(stock) for stock in stocks]
    pairs = zip(flows, away, away[1:], strict=False)
    return away, [before or after or any(map(is_small, both)) for both, before, after in pairs]
