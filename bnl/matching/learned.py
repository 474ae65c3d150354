"""Learn from the data which given names stand for each other: forms that sure pairs use across families."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bnl.matching.arrays import F64, I32, I64, Bool, count_distinct, distinct, lookup, mix, unordered, unpack
from bnl.matching.expectation import Mixture, Patterns, logs, posterior
from bnl.matching.kernel import Kernel
from bnl.matching.levels import LEVELS
from bnl.matching.pairing import Compared

_SURE = 0.99
_FAMILIES = 3
_TIMES_CHANCE = 8.0
_OPEN = frozenset({"different", "weak", "similar"})


def sure_patterns(keys: I64, patterns: Patterns, mixture: Mixture, place: int) -> I64:
    """Return the packed patterns that are one person even without one comparison.

    Args:
        keys: Packed patterns, ascending, in the order of the patterns.
        patterns: The same, laid out.
        mixture: What was learned.
        place: The comparison left out.
    """
    row = patterns.levels[place]
    own = np.vstack([logs(tables)[place][row] for tables, _ in mixture.kinds()])
    return np.asarray(keys[posterior(patterns.bits(mixture) - own)[0] >= _SURE], dtype=np.int64)


def learn_variants(
    kernel: Kernel, parts: Sequence[Compared], keys: I64, patterns: Patterns, mixture: Mixture
) -> I64:
    """Return pairs of given names, as packed codes, that are used for one person more than chance allows.

    A pair counts once for each family name under which sure pairs show it: one person with two names
    proves nothing, two families do, unless names so common would meet anyway.

    Args:
        kernel: Comparisons of the records.
        parts: Compared pairs.
        keys: Distinct packed patterns, ascending.
        patterns: The same, laid out.
        mixture: What was learned.
    """
    place = next((place for place, item in enumerate(kernel.comparisons) if item.kind == "given"), None)
    if place is None:
        return np.zeros(0, dtype=np.int64)
    sure = sure_patterns(keys, patterns, mixture, place)
    open_levels: Bool = np.array([level.name in _OPEN for level in LEVELS["given"]])
    given, family = kernel.table.column("given"), kernel.table.column("family")
    seen: list[I64] = [np.zeros(0, dtype=np.int64)]
    names: list[I64] = [np.zeros(0, dtype=np.int64)]
    for part in parts:
        wanted = open_levels[kernel.level_of(part.patterns, place)] & lookup(sure, part.patterns)[0]
        wanted &= family[part.left] >= 0
        left, right = part.left[wanted], part.right[wanted]
        pair = unordered(given[left], given[right])
        seen.append(pair ^ mix(np.minimum(family[left], family[right]), 1))
        names.append(pair)
    return _beyond_chance(np.concatenate(names), np.concatenate(seen), given)


def _beyond_chance(names: I64, seen: I64, given: I32) -> I64:
    order = np.argsort(seen, kind="stable")
    first = np.ones(order.size, dtype=np.bool_)
    first[1:] = seen[order][1:] != seen[order][:-1]
    pairs, families = count_distinct(names[order][first])
    if not pairs.size:
        return pairs
    a, b = unpack(pairs)
    shares: F64 = np.bincount(given[given >= 0]) / max(1, int((given >= 0).sum()))
    chance = 2.0 * shares[a] * shares[b] * float(families.sum())
    return distinct(pairs[(families >= _FAMILIES) & (families >= _TIMES_CHANCE * chance)])


def relabel(kernel: Kernel, parts: Sequence[Compared], learned: I64) -> list[Compared]:
    """Return compared pairs with the level of the given name set where a learned pair of names is met.

    Args:
        kernel: Comparisons of the records.
        parts: Compared pairs, from before anything was learned.
        learned: Pairs of given names, packed, ascending.
    """
    place = next(place for place, item in enumerate(kernel.comparisons) if item.kind == "given")
    given = kernel.table.column("given")
    level = next(code for code, item in enumerate(LEVELS["given"]) if item.name == "learned")
    open_levels: Bool = np.array([item.name in _OPEN for item in LEVELS["given"]])
    out: list[Compared] = []
    for part in parts:
        now = kernel.level_of(part.patterns, place)
        rows = np.flatnonzero(open_levels[now])
        hit = rows[lookup(learned, unordered(given[part.left[rows]], given[part.right[rows]]))[0]]
        patterns = part.patterns.copy()
        patterns[hit] += (np.int64(level) - now[hit].astype(np.int64)) << kernel.shifts[place]
        out.append(Compared(part.left, part.right, patterns))
    return out
