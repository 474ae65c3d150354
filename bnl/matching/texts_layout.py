"""The texts of a lexicon laid out in memory as the compiled loops read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import I32
from bnl.matching.derived import Following, roomy
from bnl.matching.lexicon import Lexicon
from bnl.matching.native_layout import Texts
from bnl.matching.sketches import sketched

KNOWN: Final = np.dtype(
    [
        ("letters", "u8"),
        ("share", "f4"),
        ("sound", "i4"),
        ("start", "u4"),
        ("length", "i4"),
        ("flags", "u4"),
        ("spare", "u4"),
    ]
)
"""What the compiled loops read of one text.

``letters`` and ``share`` are its sketch, ``start`` and ``length`` its place among the characters. Of a name
``sound`` is the code of its sound, and ``flags`` has a bit for variant groups (1), spellings (2), by-names
(4), English given names (8), Chinese family names (16) and Chinese given names (32).
"""


class KnownTexts(Following):
    """What is known of each text, in one place, and the characters of all texts, one after another.

    Args:
        lexicon: The texts.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._rows = np.zeros(1, dtype=KNOWN)
        self._text = np.zeros(1, dtype=np.uint32)
        self._longest = 0

    def texts(self) -> Texts:
        """Return the texts of the lexicon as it is now."""
        self._follow()
        return Texts(self._rows, self._text, self._longest)

    def _work_out(self, known: int, values: Sequence[str]) -> None:
        size = known + len(values)
        lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
        characters = np.frombuffer("".join(values).encode("utf-32-le", "surrogatepass"), dtype="<u4")
        before = self._rows[known - 1] if known else np.zeros(1, dtype=KNOWN)[0]
        begin = int(before["start"]) + int(before["length"])
        table, sketch = roomy(self._rows, size, 0), sketched(values)
        fresh = table[known:size]
        fresh["letters"], fresh["share"], fresh["length"] = sketch.letters, sketch.shares, lengths
        fresh["start"] = begin + np.cumsum(lengths) - lengths
        self._add(fresh, np.arange(known, size, dtype=np.int32))
        text = roomy(self._text, begin + characters.size, 0)
        text[begin : begin + characters.size] = characters
        self._rows, self._text = table, text
        self._longest = max(self._longest, int(lengths.max(initial=0)))

    def _add(self, fresh: npt.NDArray[np.void], codes: I32) -> None:
        """Add what else is known of texts of the kind.

        Args:
            fresh: What is known of them so far; to be added to.
            codes: Their codes.
        """
