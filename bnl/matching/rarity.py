"""Keep the frequencies of values up with an index whose lexicons grow."""

from __future__ import annotations

import numpy as np

from bnl.matching.fitted import Fitted
from bnl.matching.kernel import NAME_SLOT, Kernel
from bnl.matching.lexicon import Lexicon
from bnl.matching.scorer import Scorer


class Rarity:
    """Tells a scorer how frequent values are that came after it was made.

    Args:
        fitted: What the frequencies were learned with; a value it never saw counts as seen once.
        kernel: Compares the records of the index.
        scorer: Weighs them; it knows the values that are there now.
    """

    def __init__(self, fitted: Fitted, kernel: Kernel, scorer: Scorer) -> None:
        self._fitted = fitted
        self._scorer = scorer
        self._lexicons: dict[str, Lexicon] = {}
        self._known: dict[str, int] = {}
        for item in kernel.comparisons:
            if item.column in fitted.rarity:
                lexicon = kernel.table.lexicons["name" if item.kind in NAME_SLOT else item.column]
                self._lexicons[item.column] = lexicon
                self._known[item.column] = len(lexicon)

    def keep_up(self, *, stay: bool = True) -> None:
        """Tell the scorer of the values that are new.

        Args:
            stay: Whether they stay; those that do not are told of again if they come back.
        """
        for column, lexicon in self._lexicons.items():
            start, end = self._known[column], len(lexicon)
            if end == start:
                continue
            shares, own = self._fitted.rarity[column], self._fitted.lexicons[column]
            least = float(shares.min(initial=0.0))
            places = [own.find(value) for value in lexicon.values[start:end]]
            fresh = [float(shares[place]) if 0 <= place < shares.size else least for place in places]
            self._scorer.learn(column, start, np.array(fresh, dtype=np.float64))
            if stay:
                self._known[column] = end
