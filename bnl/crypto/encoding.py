"""The unambiguous encoding of several byte strings into one, for whatever is bound or hashed."""

from __future__ import annotations

from collections.abc import Iterable


def length_prefixed(parts: Iterable[bytes | str]) -> bytes:
    """Join byte strings so that no two different sequences give the same bytes.

    Args:
        parts: Byte strings, or texts, which are taken as UTF-8; each shorter than 4 GiB.

    Returns:
        Each part preceded by its length as four big-endian bytes.
    """
    encoded = []
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        encoded.append(len(data).to_bytes(4, "big"))
        encoded.append(data)
    return b"".join(encoded)
