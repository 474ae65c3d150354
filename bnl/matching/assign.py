"""Link two lists one to one, and judge how sure each link is among its rivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bnl.matching.arrays import F64, I32, I64, Bool

_STRONG = 6.0
_RIVALS = 0.02
_DIGITS = 9


def looks_one_to_one(left: I32, right: I32, weights: F64) -> bool:
    """Tell whether strong links hardly ever share a record, as when neither list has duplicates."""
    strong = weights >= _STRONG
    if not strong.any():
        return True
    repeated = 0
    for side in (left[strong], right[strong]):
        counts = np.bincount(side)
        repeated += int((counts[counts > 0] > 1).sum())
    return bool(repeated <= _RIVALS * strong.sum())


@dataclass(frozen=True)
class Rivals:
    """How much speaks for all candidates of each record together, where at most one of them is right.

    Args:
        odds: Sum of the odds of the candidates of each row.
    """

    odds: F64

    @classmethod
    def of(cls, rows: int, left: I32, right: I32, weights: F64) -> Rivals:
        """Gather the candidates of each row.

        Args:
            rows: Rows of both lists.
            left: Row of the first list of each pair.
            right: Row of the second list.
            weights: In bits.
        """
        odds = _odds(weights)
        both, weighed = np.concatenate([left, right]), np.concatenate([odds, odds])
        return cls(np.bincount(both, weights=weighed, minlength=rows).astype(np.float64))

    def against(self, left: I32, right: I32, weights: F64) -> F64:
        """Return weights in which candidates compete: the odds of each set against those of its rivals.

        Args:
            left: Row of the first list of each pair; the pairs are among those that were gathered.
            right: Row of the second list.
            weights: In bits.
        """
        odds = _odds(weights)
        rivals = np.maximum(self.odds[left] - odds, 0.0) + np.maximum(self.odds[right] - odds, 0.0)
        # Rounded, so that no order of summation shows.
        return np.asarray(np.round(weights - np.log2(1.0 + rivals), _DIGITS), dtype=np.float64)


def _odds(weights: F64) -> F64:
    return np.asarray(np.exp2(np.clip(weights, -60.0, 60.0)), dtype=np.float64)


def one_to_one(left: I32, right: I32, weights: F64, threshold: float, ranks: I64 | None = None) -> Bool:
    """Choose links so that each record has at most one, strongest first; of equals the smaller ids.

    Args:
        left: Row of the first list of each pair.
        right: Row of the second list.
        weights: In bits.
        threshold: Least weight of a link.
        ranks: Place of each row's record id among all; None: rows are in the order of their ids.

    Returns:
        Which pairs are links.
    """
    chosen = np.zeros(left.size, dtype=np.bool_)
    places = (right, left) if ranks is None else (ranks[right], ranks[left])
    order: I64 = np.lexsort((*places, -weights)).astype(np.int64)
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    for place in order[weights[order] >= threshold]:
        a, b = int(left[place]), int(right[place])
        if a not in taken_left and b not in taken_right:
            taken_left.add(a)
            taken_right.add(b)
            chosen[place] = True
    return chosen
