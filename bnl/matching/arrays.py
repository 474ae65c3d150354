"""Integer-array building blocks of the engine: sorted sets, ranges, hashes and packed pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

_LOW = np.int64(0xFFFFFFFF)
_LEAST_DENSE = 64


def distinct(keys: I64) -> I64:
    """Return the distinct keys in ascending order.

    Sorting in place of hashing: the sort of 64-bit integers is vectorised and the result has one order.
    """
    if keys.size == 0:
        return keys
    ordered = np.sort(keys)
    keep = np.empty(ordered.size, dtype=np.bool_)
    keep[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered[keep]


def _dense(keys: I64, work: int) -> bool:
    """Tell whether a table of all numbers up to the largest key costs less than so much work on keys."""
    return work >= _LEAST_DENSE and int(keys.min()) >= 0 and int(keys.max()) < work


def count_distinct(keys: I64) -> tuple[I64, I64]:
    """Return the distinct keys in ascending order and how often each occurs."""
    if keys.size == 0:
        return keys, np.zeros(0, dtype=np.int64)
    if _dense(keys, keys.size):
        every = np.bincount(keys)
        found = np.flatnonzero(every)
        return found, every[found]
    ordered = np.sort(keys)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.concatenate((starts, [ordered.size])))
    return ordered[starts], counts.astype(np.int64)


def pack(high: npt.NDArray[np.integer], low: npt.NDArray[np.integer]) -> I64:
    """Pack two non-negative 31-bit integers into one key that sorts by the first, then the second."""
    return (high.astype(np.int64) << np.int64(32)) | low.astype(np.int64)


def unordered(a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]) -> I64:
    """Pack two non-negative integers into one key, the smaller first, so that their order plays no part."""
    return pack(np.minimum(a, b), np.maximum(a, b))


def unpack(keys: I64) -> tuple[I32, I32]:
    """Undo `pack`."""
    return (keys >> np.int64(32)).astype(np.int32), (keys & _LOW).astype(np.int32)


def expand(starts: npt.NDArray[np.integer], counts: npt.NDArray[np.integer]) -> I64:
    """Concatenate the ranges ``start, start + 1, …`` of the given lengths.

    Args:
        starts: First integer of each range.
        counts: Length of each range, zero or more.

    Returns:
        The ranges, one after another.
    """
    total = int(counts.sum())
    ends = np.cumsum(counts)
    offsets = np.repeat(starts - (ends - counts), counts)
    return (offsets + np.arange(total, dtype=np.int64)).astype(np.int64)


def blocks(size: int, block: int = 1 << 15) -> Iterator[slice]:
    """Cut a number of places into blocks whose arrays stay within the processor's reach.

    Args:
        size: Number of places.
        block: Places in a block.
    """
    return (slice(first, min(first + block, size)) for first in range(0, size, block))


def mix(values: npt.NDArray[np.integer], salt: int) -> I64:
    """Scatter integers over 64 bits, differently for each salt.

    Source: the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    """
    # Arrays of integers wrap around without a warning, which is what is wanted here.
    z = values.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).view(np.int64)


def lookup(sorted_keys: I64, wanted: I64) -> tuple[Bool, I64]:
    """Find keys in a sorted set.

    Args:
        sorted_keys: Distinct keys, ascending.
        wanted: Keys to find, in any order.

    Returns:
        Whether each wanted key is there, and its place (0 where it is not).
    """
    if sorted_keys.size == 0:
        return np.zeros(wanted.size, dtype=np.bool_), np.zeros(wanted.size, dtype=np.int64)
    if _dense(sorted_keys, wanted.size):
        # Last come all keys that are larger, or negative.
        most = int(sorted_keys[-1]) + 1
        places = np.full(most + 1, -1, dtype=np.int64)
        places[sorted_keys] = np.arange(sorted_keys.size)
        place = places[np.where((wanted < 0) | (wanted > most), most, wanted)]
        return place >= 0, np.maximum(place, 0)
    place = np.searchsorted(sorted_keys, wanted)
    place[place == sorted_keys.size] = 0
    found = sorted_keys[place] == wanted
    return found, np.where(found, place, 0).astype(np.int64)
