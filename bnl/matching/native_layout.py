"""What the compiled loops read of a scorer: the weights of each comparison, laid out in memory."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bnl.matching.arrays import F64, I32, Bool

_LANES = 8


def address(array: npt.NDArray[Any]) -> int:
    """Return where an array begins; its rows must follow each other without gaps."""
    if not array.flags.c_contiguous:
        raise ValueError("A compiled loop was handed an array with gaps.")
    return int(array.__array_interface__["data"][0])


class PostingLayout(ctypes.Structure):
    """Blocks as the compiled loops read them."""

    _fields_ = [(name, ctypes.c_void_p) for name in ("rows", "ends", "places", "pointer")]


class Blocks(NamedTuple):
    """Blocks of one rule (see `bnl.matching.native`)."""

    rows: I32
    ends: I32
    places: I32
    pointer: I32


class Texts(NamedTuple):
    """The texts of a lexicon.

    Args:
        known: What is known of each text (see `bnl.matching.texts_layout.KNOWN`), with rows to spare.
        characters: Of all texts, one after another.
        longest: Characters of the longest.
    """

    known: npt.NDArray[np.void]
    characters: npt.NDArray[np.uint32]
    longest: int


class ComparisonLayout(ctypes.Structure):
    """A comparison as the compiled loops read it."""

    _fields_ = [
        ("table", ctypes.c_void_p),
        ("rarity", ctypes.c_void_p),
        ("values", ctypes.c_int64),
        ("rarest", ctypes.c_double),
        ("exact", ctypes.c_void_p),
        ("chance", ctypes.c_void_p),
        ("slots", ctypes.c_void_p),
        ("width", ctypes.c_int64),
        ("bound", ctypes.c_void_p),
        ("same", ctypes.c_int64),
    ]


class Weighed(NamedTuple):
    """What the levels of one comparison weigh.

    Args:
        table: Log2 likelihoods, shape (kinds of pair, levels).
        rarity: Log2 share of each value; None if frequency plays no part.
        rarest: Log2 share of a value that was never seen.
        exact: Which levels are of equal values.
        chance: Log2 likelihood of each level among strangers.
        slots: Codes of all rows, shape (rows, slots).
        bound: Kinds of pair in which agreement is by chance.
        same: Whether a level of equality says that the very same value stands on both sides.
    """

    table: F64
    rarity: F64 | None
    rarest: float
    exact: Bool
    chance: F64
    slots: I32
    bound: Sequence[int]
    same: bool


def lanes(values: F64) -> F64:
    """Return values by kind of pair, along the last axis, zeros fill the last lanes."""
    kinds = values.shape[-1]
    out = np.zeros((*values.shape[:-1], kinds + -kinds % _LANES))
    out[..., :kinds] = values
    return out


def weighed(one: Weighed) -> tuple[ComparisonLayout, tuple[F64, F64]]:
    """Lay out a comparison; it points into the arrays given, and those returned: they must outlive it."""
    table, bound = lanes(one.table.T), np.zeros(one.table.shape[0])
    bound[list(one.bound)] = 1.0
    held = table, lanes(bound)
    layout = ComparisonLayout(
        address(table),
        None if one.rarity is None else address(one.rarity),
        0 if one.rarity is None else one.rarity.size,
        one.rarest,
        address(one.exact),
        address(one.chance),
        address(one.slots),
        one.slots.shape[1],
        address(held[1]),
        one.same,
    )
    return layout, held


class MergeRule(ctypes.Structure):
    """When clusters are merged, see `bnl.matching.agglomerate`; the first six in bits.

    ``bonus`` points to the bits for each number of records of the larger of two clusters, ``alone``, ``more``
    and ``further`` to how many times each doubt counts, how many times more between clusters of several
    records, and for each record of the smaller beyond two.
    """

    _fields_ = [
        *((name, ctypes.c_double) for name in ("threshold", "never", "margin", "apart", "tied", "slack")),
        ("ambiguous", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("bonus", "alone", "more", "further")),
    ]
