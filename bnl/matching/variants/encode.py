"""Encode the variant groups of many distinct names as arrays, so that pairs are decided in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bnl.matching.variants.lookup import variant_groups

# Rows are padded with a number that is not a group, and that the two sides of a comparison never share.
_PAD_LEFT, _PAD_RIGHT = -1, -2


@dataclass(frozen=True, slots=True)
class VariantCodes:
    """The variant groups of a list of distinct names.

    Attributes:
        groups: int32 array of shape (names, widest); group ids from the left, -1 behind them.
        counts: int32 array of shape (names,): how many groups each name belongs to.
    """

    groups: NDArray[np.int32]
    counts: NDArray[np.int32]

    def share(self, left: ArrayLike, right: ArrayLike) -> NDArray[np.bool_]:
        """Say for pairs of names whether they stand in one group.

        Args:
            left: Positions of names, shape (pairs,), integers; negative means missing and shares nothing.
            right: Positions of the other names, of the same shape.

        Returns:
            One truth value per pair; a name shares with itself if it is in a group at all.
        """
        first, second = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
        found = np.zeros(first.shape, dtype=np.bool_)
        if not self.groups.size:
            return found
        known = (first >= 0) & (second >= 0)
        known[known] = (self.counts[first[known]] > 0) & (self.counts[second[known]] > 0)
        mine, other = self.groups[first[known]], self.groups[second[known]]
        other = np.where(other == _PAD_LEFT, _PAD_RIGHT, other)
        hit = np.zeros(len(mine), dtype=np.bool_)
        for column in range(self.groups.shape[1]):
            hit |= (mine[:, column, None] == other).any(axis=1)
        found[known] = hit
        return found


def encode_variants(names: Iterable[str | None], kind: str | None = None) -> VariantCodes:
    """Look up the variant groups of many distinct folded names.

    Args:
        names: Folded names, any length; None belongs to no group.
        kind: Only groups of this kind (``nickname``, ``transliteration``, ``cross_language``); None for all.

    Returns:
        The groups as arrays whose rows are the names in their order.
    """
    found = [() if name is None else variant_groups(name, kind) for name in names]
    counts = np.array([len(numbers) for numbers in found], dtype=np.int32)
    width = int(counts.max(initial=0))
    groups = np.full((len(found), width), _PAD_LEFT, dtype=np.int32)
    for row, numbers in enumerate(found):
        groups[row, : len(numbers)] = numbers
    return VariantCodes(groups, counts)
