"""Whole names in Chinese and Korean script, in which no space parts the family name from the given one."""

from __future__ import annotations

import re
from typing import Final

_WHOLE: Final = re.compile("(?:[\u3400-\u4dbf\u4e00-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4})\\Z")
# The commoner family names of two signs.
_TWO_SIGNS: Final = re.compile(
    "(?:欧阳|歐陽|司马|司馬|诸葛|諸葛|上官|司徒|东方|東方|慕容|皇甫|尉迟|尉遲|公孙|公孫|令狐|宇文|长孙|長孫|夏侯"
    "|남궁|황보|제갈|선우|독고|사공|서문)."
)


def family_and_given(name: str) -> tuple[str, str] | None:
    """Part a whole name of two to four Han or Hangul signs, the family name first.

    Args:
        name: A name without spaces.

    Returns:
        Family name and given name; None for any other name.

    Source: the compound names of the Hundred Family Surnames (Song dynasty) and of the Korean census of 2015.
    """
    if not _WHOLE.match(name):
        return None
    first = 2 if _TWO_SIGNS.match(name) else 1
    return name[:first], name[first:]
