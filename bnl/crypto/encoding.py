"""The unambiguous encoding of several byte strings into one, for whatever is bound or hashed."""

from __future__ import annotations

import struct
from collections.abc import Iterable

_length = struct.Struct(">I").pack
_SHORT = tuple(map(_length, range(256)))
"""Lengths of short parts, encoded once."""


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
        size = len(data)
        pieces.append(_SHORT[size] if size < len(_SHORT) else _length(size))
        pieces.append(data)
    return b"".join(pieces)
