"""Human decisions about pairs of records, as constraints on rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bnl.errors import MatchingError
from bnl.matching.arrays import I64, distinct, pack
from bnl.matching.clustering import Constraints

IdPairs = Iterable[tuple[str, str]]


def constraints_of(rows: Mapping[str, int] | Sequence[str], must: IdPairs, cannot: IdPairs) -> Constraints:
    """Return human decisions as row pairs; where a pair is given as both, cannot-link holds.

    Args:
        rows: Row of each record id, or the record id of each row.
        must: Pairs of record ids that are one person.
        cannot: Pairs that are not.

    Raises:
        MatchingError: If a decision names a record that is not there, or the same record twice.
    """
    must, cannot = list(must), list(cannot)
    if not must and not cannot:
        return Constraints(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    if not isinstance(rows, Mapping):
        rows = {record_id: row for row, record_id in enumerate(rows)}
    forbidden = _packed(rows, cannot)
    wanted = _packed(rows, must)
    return Constraints(must=wanted[~np.isin(wanted, forbidden)], cannot=forbidden)


def _packed(rows: Mapping[str, int], pairs: IdPairs) -> I64:
    try:
        sides = [(rows[a], rows[b]) for a, b in pairs]
    except KeyError:
        raise MatchingError("A decision names a record that is not there.", "Check its record ids.") from None
    if any(a == b for a, b in sides):
        raise MatchingError("A decision is about one record and itself.", "Name two different records.")
    if not sides:
        return np.zeros(0, dtype=np.int64)
    table = np.array(sides, dtype=np.int64)
    return distinct(pack(table.min(axis=1), table.max(axis=1)))
