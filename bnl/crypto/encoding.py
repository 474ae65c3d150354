"""The unambiguous encoding of several byte strings into one, for whatever is bound or hashed."""

from __future__ import annotations

import struct
from collections.abc import Iterable

_length = struct.Struct(">I").pack


def length_prefixed(parts: Iterable[bytes | str]) -> bytes:
    """Join byte strings so that no two different sequences give the same bytes.

    Args:
        parts: Byte strings, or texts, which are taken as UTF-8; each shorter than 4 GiB.

    Returns:
        Each part preceded by its length as four big-endian bytes.
    """
    pieces = []
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        pieces.append(_length(len(data)))
        pieces.append(data)
    return b"".join(pieces)
