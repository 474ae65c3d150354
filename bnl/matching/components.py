"""Connected components of pairs, labelled by their smallest row."""

from __future__ import annotations

import numpy as np

from bnl.matching.arrays import I32, I64
from bnl.matching.native import loaded


def components(rows: int, left: I32, right: I32) -> I64:
    """Return for each row the smallest row it is connected with, itself included.

    Args:
        rows: Number of rows.
        left: Rows of one side of each edge.
        right: Rows of the other.
    """
    native = loaded()
    return _components(rows, left, right) if native is None else native.components(rows, left, right)


def _components(rows: int, left: I32, right: I32) -> I64:
    """Label rows in Python: labels only ever fall, and every round halves the depth of their forest."""
    label = np.arange(rows, dtype=np.int64)
    a, b = left.astype(np.int64), right.astype(np.int64)
    while a.size:
        one, two = label[a], label[b]
        low, high = np.minimum(one, two), np.maximum(one, two)
        open_edges = low != high
        if not open_edges.any():
            break
        a, b, low, high = a[open_edges], b[open_edges], low[open_edges], high[open_edges]
        np.minimum.at(label, high, low)
        while True:
            jumped = label[label]
            if np.array_equal(jumped, label):
                break
            label = jumped
    return label
