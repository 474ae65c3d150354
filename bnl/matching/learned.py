"""Learn from the data which given names stand for each other: forms that sure pairs use across families."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from bnl.matching.arrays import (
    F64,
    I32,
    I64,
    U8,
    Bool,
    count_distinct,
    distinct,
    lookup,
    mix,
    pack,
    unordered,
    unpack,
)
from bnl.matching.expectation import Mixture, Patterns, logs, posterior
from bnl.matching.kernel import Kernel
from bnl.matching.levels import NULL
from bnl.matching.name_levels import OPEN, UNLIKE, learned_levels, levels_named
from bnl.matching.pairing import Compared

_SURE = 0.99
_FAMILIES = 3
_DAYS = 3
_TIMES_CHANCE = 8.0
_OTHERS = 4
_MOSTLY = 0.5


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
    kernel: Kernel,
    parts: Sequence[Compared],
    keys: I64,
    patterns: Patterns,
    mixture: Mixture,
    threads: int = 1,
) -> I64:
    """Return pairs of given names, as packed codes, that are used for one person more than chance allows.

    A pair counts once for each family name under which sure pairs show it: one person with two names
    proves nothing, several families do, unless names so common would meet anyway. As one family name is spelt
    in several ways, they must be born on several days as well; twins are not. A name paired with itself is a
    by-name: one that is used beside many others, so that not meeting it again says little.

    Args:
        kernel: Comparisons of the records.
        parts: Compared pairs.
        keys: Distinct packed patterns, ascending.
        patterns: The same, laid out.
        mixture: What was learned.
        threads: Worker threads; the result does not depend on it.
    """
    place = next((place for place, item in enumerate(kernel.comparisons) if item.kind == "given"), None)
    if place is None:
        return np.zeros(0, dtype=np.int64)
    sure = sure_patterns(keys, patterns, mixture, place)
    sure = sure[kernel.level_of(sure, place) > NULL]
    given, family = kernel.table.column("given"), kernel.table.column("family")
    day = kernel.table.column("date_of_birth") if kernel.table.has("date_of_birth") else family

    def shown(part: Compared) -> Seen:
        rows = np.flatnonzero(lookup(sure, part.patterns)[0])
        left, right = part.left[rows], part.right[rows]
        one, two, under = given[left], given[right], family[left]
        present = (one >= 0) & (two >= 0) & (under >= 0)
        under = np.minimum(under, family[right])
        apart, alike = np.flatnonzero(present & (one != two)), np.flatnonzero(present & (one == two))
        pair = unordered(one[apart], two[apart])
        levels = kernel.level_of(part.patterns[rows[apart]], place)
        # A day that one side alone knows is the day of both.
        born = np.maximum(day[left[apart]], day[right[apart]])
        # A missing family name, -1, packs as 0.
        same = pack(one[alike], under[alike] + 1)
        return Seen(pair, mix(under[apart], 1), mix(born, 2), levels, same).once()

    with ThreadPoolExecutor(threads) as pool:
        every = Seen.joined([Seen.none(), *pool.map(shown, parts)]).once()
    return distinct(np.concatenate([_beyond_chance(every.among(OPEN), given), _bynames(every)]))


@dataclass(frozen=True)
class Seen:
    """Given names that sure pairs show for one person.

    Args:
        names: Pairs of different names, packed.
        family: A hash of the family name beside them.
        born: A hash of the date of birth.
        levels: How the names compare.
        same: A name that both records bear, and the family name beside it, packed.
    """

    names: I64
    family: I64
    born: I64
    levels: U8
    same: I64

    @classmethod
    def none(cls) -> Seen:
        """Return nothing seen."""
        none = np.zeros(0, dtype=np.int64)
        return cls(none, none, none, np.zeros(0, dtype=np.uint8), none)

    @classmethod
    def joined(cls, parts: Sequence[Seen]) -> Seen:
        """Return all that was seen."""
        return cls(
            np.concatenate([part.names for part in parts]),
            np.concatenate([part.family for part in parts]),
            np.concatenate([part.born for part in parts]),
            np.concatenate([part.levels for part in parts]),
            np.concatenate([part.same for part in parts]),
        )

    def where(self, kept: Bool | I64) -> Seen:
        """Return some of the pairs of different names."""
        return Seen(self.names[kept], self.family[kept], self.born[kept], self.levels[kept], self.same)

    def once(self) -> Seen:
        """Return each pair of names once for each family name and date of birth."""
        key = self.names ^ self.family ^ self.born
        return replace(self.where(np.unique(key, return_index=True)[1]), same=distinct(self.same))

    def once_a_family(self) -> Seen:
        """Return each pair of names once for each family name."""
        return self.where(np.unique(self.names ^ self.family, return_index=True)[1])

    def among(self, names: frozenset[str]) -> Seen:
        """Return what was seen at some levels."""
        return self.where(levels_named(names)[self.levels])


def _bynames(seen: Seen) -> I64:
    """Return names that mostly stand beside unlike ones: several other names, in several families."""
    once = seen.once_a_family()
    whole = np.concatenate([*unpack(once.names), unpack(seen.same)[0]]).astype(np.int64)
    names, total = count_distinct(whole)
    if not names.size:
        return names

    def unlike(of: Seen) -> tuple[Seen, I64, I64]:
        """Return what of it is unlike, and for each side the place of its name and the other name."""
        chosen = of.among(UNLIKE)
        one, two = (side.astype(np.int64) for side in unpack(chosen.names))
        place = np.searchsorted(names, np.concatenate([one, two]))
        return chosen, place.astype(np.int64), np.concatenate([two, one])

    shown, place, other = unlike(once)
    differing = np.bincount(place, minlength=names.size)
    every, born_place, _ = unlike(seen)
    chosen = _kinds(place, other, names.size) >= _OTHERS
    chosen &= _kinds(place, np.tile(shown.family, 2), names.size) >= _FAMILIES
    chosen &= _kinds(born_place, np.tile(every.born, 2), names.size) >= _DAYS
    bynames = names[chosen & (differing >= _MOSTLY * total)]
    return pack(bynames, bynames)


def _kinds(place: I64, of: I64, size: int) -> I64:
    """Count the distinct values at each of a number of places."""
    each = np.unique(np.column_stack([place, of]), axis=0)[:, 0]
    return np.bincount(each, minlength=size).astype(np.int64)


def _beyond_chance(seen: Seen, given: I32) -> I64:
    pairs, families = count_distinct(seen.once_a_family().names)
    if not pairs.size:
        return pairs
    days = _kinds(np.searchsorted(pairs, seen.names).astype(np.int64), seen.born, pairs.size)
    a, b = unpack(pairs)
    shares: F64 = np.bincount(given[given >= 0]) / max(1, int((given >= 0).sum()))
    chance = 2.0 * shares[a] * shares[b] * float(families.sum())
    several = (families >= _FAMILIES) & (days >= _DAYS)
    return distinct(pairs[several & (families >= _TIMES_CHANCE * chance)])


def relabel(kernel: Kernel, parts: Sequence[Compared], learned: I64, threads: int = 1) -> list[Compared]:
    """Return compared pairs with the level of the given name set where a learned pair of names is met.

    Args:
        kernel: Comparisons of the records.
        parts: Compared pairs, from before anything was learned.
        learned: Pairs of given names, packed, ascending.
        threads: Worker threads; the result does not depend on it.
    """
    place = next(place for place, item in enumerate(kernel.comparisons) if item.kind == "given")
    given = kernel.table.column("given")

    def one(part: Compared) -> Compared:
        before = kernel.level_of(part.patterns, place)
        rows = np.flatnonzero(levels_named(OPEN)[before])
        before = before[rows]
        after = learned_levels(learned, given[part.left[rows]], given[part.right[rows]], before)
        changed = after.astype(np.int64) - before.astype(np.int64)
        patterns = part.patterns.copy()
        patterns[rows] += changed << kernel.shifts[place]
        return Compared(part.left, part.right, patterns)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, parts))
