"""Human decisions about pairs of records, as constraints on rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from bnl.errors import MatchingError
from bnl.matching.arrays import I64, distinct, pack, unpack
from bnl.matching.clustering import Constraints
from bnl.matching.components import components

IdPairs = Iterable[tuple[str, str]]
_PAIR = 2


def constraints_of(rows: Mapping[str, int] | Sequence[str], must: IdPairs, cannot: IdPairs) -> Constraints:
    """Return human decisions as row pairs; where a pair is given as both, cannot-link holds.

    Records that decisions make one person, one through another, are all one person: each of their pairs is
    decided, whatever their fields say. Where a decision says two of them are not, nothing follows.

    Args:
        rows: Row of each record id, or the record id of each row.
        must: Pairs of record ids that are one person.
        cannot: Pairs that are not.

    Raises:
        MatchingError: If a decision names a record that is not there, the same record twice, or no pair.
    """
    must, cannot = list(must), list(cannot)
    if not must and not cannot:
        return Constraints(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    if not isinstance(rows, Mapping):
        rows = {record_id: row for row, record_id in enumerate(rows)}
    forbidden = _packed(rows, cannot)
    wanted = _packed(rows, must)
    wanted = wanted[~np.isin(wanted, forbidden)]
    drawn = [pairs for pairs in _drawn(wanted) if not np.isin(pairs, forbidden).any()]
    return Constraints(must=distinct(np.concatenate([wanted, *drawn])), cannot=forbidden)


def _drawn(must: I64) -> Iterator[I64]:
    """Return all pairs of each set of three rows or more that pairs connect, the connecting ones included."""
    left, right = unpack(must)
    rows = distinct(np.concatenate([left, right]).astype(np.int64))
    places = (np.searchsorted(rows, side).astype(np.int32) for side in (left, right))
    whole = components(rows.size, *places)
    order = np.argsort(whole, kind="stable")
    for members in np.split(rows[order], np.flatnonzero(np.diff(whole[order])) + 1):
        if members.size > _PAIR:
            one, two = np.triu_indices(members.size, 1)
            yield pack(members[one], members[two])


def _packed(rows: Mapping[str, int], pairs: Sequence[tuple[str, str]]) -> I64:
    try:
        named = [(a, b) for a, b in pairs]
    except (TypeError, ValueError):
        raise MatchingError("A decision is not about two records.", "Give pairs of record ids.") from None
    try:
        sides = [(rows[a], rows[b]) for a, b in named]
    except KeyError:
        raise MatchingError("A decision names a record that is not there.", "Check its record ids.") from None
    if any(a == b for a, b in sides):
        raise MatchingError("A decision is about one record and itself.", "Name two different records.")
    if not sides:
        return np.zeros(0, dtype=np.int64)
    table = np.array(sides, dtype=np.int64)
    return distinct(pack(table.min(axis=1), table.max(axis=1)))
