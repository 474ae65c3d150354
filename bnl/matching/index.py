"""An index of records that come and go: search before create, and the clusters of what is there."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bnl.errors import MatchingError
from bnl.matching.arrays import F64, I32, I64, Bool, distinct, unpack
from bnl.matching.blocking import Blocking
from bnl.matching.clustering import ClusterRule, Constraints, cluster
from bnl.matching.columns import NAME_COLUMNS
from bnl.matching.decisions import IdPairs, constraints_of
from bnl.matching.explain import Explanation, explain_levels
from bnl.matching.fitted import Fitted
from bnl.matching.kernel import Kernel
from bnl.matching.pairing import guarded, score
from bnl.matching.postings import LeftOut, Postings
from bnl.matching.preparing import scorer_of
from bnl.matching.rarity import Rarity
from bnl.matching.records import (
    Fields,
    Records,
    Statement,
    Tabular,
    fields_row,
    no_record,
    row_of,
    to_frame,
)
from bnl.matching.results import clusters_frame
from bnl.matching.sources import READ, RawRecord, strings
from bnl.matching.table import Table

Asked = RawRecord | Fields | Statement

# Records that are encoded together; fewer wait at any time.
_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record that may be the person searched for.

    Args:
        record_id: Which record.
        weight: Match weight, log2 of the odds that it is the person.
        probability: The same as a probability in [0, 1].
        explanation: The waterfall; its left side is the record searched for.
    """

    record_id: str
    weight: float
    probability: float
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, and how widely it looked.

    Args:
        candidates: The records that may be the person, best first.
        compared: Records that were weighed.
        left_out: Blocks the person shares that were too large to be looked at.
    """

    candidates: tuple[Candidate, ...]
    compared: int
    left_out: tuple[LeftOut, ...]


class Index:
    """Records under fitted parameters, ready to be searched; any order of arrival gives the same answers.

    Args:
        fitted: Parameters, frozen.
        records: Records to begin with; may be empty.
    """

    def __init__(self, fitted: Fitted, records: Records) -> None:
        self.fitted = fitted
        frame = to_frame(records)
        # Names come in many columns; records that come later may bring any of them.
        also = [column for column in fitted.columns if column not in NAME_COLUMNS]
        self._table = Table.from_frame(frame, [*also, *NAME_COLUMNS])
        self._table.reserve()
        self._kernel = Kernel(self._table, fitted.model, frozenset(fitted.columns))
        self._kernel.names.complete()
        if self._kernel.places is not None:
            self._kernel.places.complete()
        self._scorer = scorer_of(fitted, self._kernel)
        self._rarity = Rarity(fitted, self._kernel, self._scorer)
        rows = len(self._table)
        self._postings = Postings(self._kernel.keys, fitted.model.blocking, fitted.caps, rows)
        self._live = np.ones(rows, dtype=np.bool_)
        self._rows = {record_id: row for row, record_id in enumerate(self._table.ids)}
        self._waiting: list[RawRecord] = []
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._rows

    def add(self, records: Records | Iterable[RawRecord]) -> None:
        """Add records; one that is there already is replaced.

        Args:
            records: A frame, source records, or mappings with ``record_id`` and standard columns.

        Raises:
            MatchingError: If a record has no id, one id comes twice, or a value is no text; none is added.
        """
        rows = [_mapping(record) for record in _each(records)]
        ids = [str(row.get("record_id") or "") for row in rows]
        if "" in ids or len(set(ids)) != len(ids):
            raise MatchingError("A record has no id, or one id comes twice.", "Give each record its own id.")
        kept = [_kept(row) for row in rows]
        with self._lock:
            for record_id, row in zip(ids, kept, strict=True):
                self._drop(record_id)
                self._rows[record_id] = len(self._table) + len(self._waiting)
                self._waiting.append(row)
            if len(self._waiting) >= _TOGETHER:
                self._take_in()

    def _take_in(self) -> None:
        """Encode the records that wait: a few together cost far less than one by one."""
        if not self._waiting:
            return
        start, rows = len(self._table), self._waiting
        self._waiting = []
        ids = [str(row["record_id"]) for row in rows]
        self._table.extend(ids, rows)
        self._rarity.keep_up()
        self._live = _grown(self._live, len(self._table))
        self._live[start : len(self._table)] = [
            self._rows.get(name) == start + place for place, name in enumerate(ids)
        ]
        self._postings.extend(len(self._table), self._live)

    def remove(self, record_ids: Iterable[str]) -> None:
        """Remove records; an id that is not there is no error.

        Raises:
            MatchingError: If one text is given where several ids are asked for.
        """
        if isinstance(record_ids, str):
            raise MatchingError("One id was given where several are asked for.", "Give a list of ids.")
        with self._lock:
            for record_id in record_ids:
                self._drop(record_id)

    def _drop(self, record_id: str) -> None:
        row = self._rows.pop(record_id, None)
        # One that waits is looked up by its id when it is taken in.
        if row is not None and row < len(self._table):
            self._live[row] = False

    def search(self, record: Asked, limit: int | None = 10, minimum: float | None = None) -> list[Candidate]:
        """Return the records that may be the person described, best first.

        Args:
            record: What is known of the person; it need not be in the index and is not added.
            limit: Candidates at most; None for every one.
            minimum: Least weight in bits; the default is the review threshold.
        """
        return list(self.look(record, limit, minimum).candidates)

    def look(self, record: Asked, limit: int | None = 10, minimum: float | None = None) -> Searched:
        """Search, and say how widely: how many records were weighed and which blocks were too large.

        Args:
            record: What is known of the person; it need not be in the index and is not added.
            limit: Candidates at most; None for every one.
            minimum: Least weight in bits; the default is the review threshold.

        Raises:
            MatchingError: If it is no record, or the limit is below 0.
        """
        if limit is not None and limit < 0:
            raise MatchingError("A limit below 0 asks for nothing.", "Give 0 or more, or None for all.")
        floor = self.fitted.review_threshold if minimum is None else minimum
        asked = _mapping(record)
        with self._lock:
            self._take_in()
            mark = self._table.mark()
            query, name = len(self._table), str(asked.get("record_id") or "")
            own = self._rows.get(name)
            dead = query - len(self._rows)
            self._table.extend([name], [asked])
            try:
                # A record of that id that is there is put aside: the one asked about stands in its place.
                if own is not None:
                    self._live[own] = False
                    dead += 1
                near = self._postings.candidates(query, self._live, dead, counted=False)
                best = self._ranked(query, near.rows, limit, floor)
                return Searched(best, int(near.rows.size), near.left_out)
            finally:
                if own is not None:
                    self._live[own] = True
                self._table.restore(mark)

    def weigh(self, record: Asked, others: Sequence[Asked]) -> list[Candidate]:
        """Weigh a record against a few others, none of which need be in the index.

        Args:
            record: What is known of the person.
            others: Records to weigh it against, each with a ``record_id``.

        Returns:
            One candidate for each of the others, best first, whatever its weight.
        """
        rows = [_mapping(other) for other in others]
        if not all(row.get("record_id") for row in rows):
            raise MatchingError("A record to weigh has no id.", "Give each record its own id.")
        with self._lock:
            self._take_in()
            mark = self._table.mark()
            query = len(self._table)
            self._table.extend(["", *(str(row["record_id"]) for row in rows)], [_mapping(record), *rows])
            try:
                self._rarity.keep_up(stay=False)
                places = np.arange(query + 1, query + 1 + len(rows), dtype=np.int32)
                return list(self._ranked(query, places, None, float("-inf")))
            finally:
                self._table.restore(mark)

    def _ranked(self, query: int, rows: I32, limit: int | None, floor: float) -> tuple[Candidate, ...]:
        asked = np.full(rows.size, query, dtype=np.int32)
        levels = self._kernel.levels(rows, asked)
        weights = self._scorer.weigh(levels, rows, asked)
        ids = self._table.ids
        kept = [int(place) for place in np.flatnonzero(weights >= floor)]
        kept.sort(key=lambda place: (-weights[place], ids[int(rows[place])]))
        best = np.array(kept[:limit], dtype=np.int64)
        explained = explain_levels(
            self._scorer,
            levels[:, best],
            asked[best],
            rows[best],
            np.asarray(weights[best], dtype=np.float64),
        )
        return tuple(Candidate(item.right, item.weight, item.probability, item) for item in explained)

    def cluster_of(self, record_id: str, *, must_link: IdPairs = (), cannot_link: IdPairs = ()) -> list[str]:
        """Return the records that are one person with a record, itself included, by record id.

        Only the component of evidence into which the record falls is looked at; the answer is that of
        `clusters`.

        Raises:
            MatchingError: If a record named is not there.
        """
        with self._lock:
            self._take_in()
            if record_id not in self._rows:
                raise MatchingError("There is no record of that id.", "Add it to the index first.")
            decided = constraints_of(self._rows, must_link, cannot_link)
            rule = ClusterRule.of(self.fitted.link_threshold)
            left, right, weights = self._reach(self._rows[record_id], rule.edge, decided)
            members = distinct(np.concatenate([left, right, [self._rows[record_id]]]).astype(np.int64))
            weigh = guarded(self._scorer)
            labels = cluster(
                _ranks([self._table.ids[row] for row in members]),
                np.searchsorted(members, left).astype(np.int32),
                np.searchsorted(members, right).astype(np.int32),
                weights,
                lambda a, b: weigh(members[a].astype(np.int32), members[b].astype(np.int32)),
                rule,
                decided.among(members),
            )
            own = labels[np.searchsorted(members, self._rows[record_id])]
            return sorted(self._table.ids[row] for row in members[labels == own])

    def clusters(self, *, must_link: IdPairs = (), cannot_link: IdPairs = ()) -> pl.DataFrame:
        """Return record_id and cluster_id of all records, whatever the order in which they came."""
        with self._lock:
            self._take_in()
            rows = len(self._table)
            decided = constraints_of(self._rows, must_link, cannot_link)
            model, live = self.fitted.model, self._live[:rows]
            blocking = Blocking(self._kernel.keys, model.blocking, rows, None, None, self.fitted.caps, live)
            rule = ClusterRule.of(self.fitted.link_threshold)
            found = score(blocking, self._scorer, rule.edge, 1)
            weigh = guarded(self._scorer)
            ids = self._table.ids
            labels = cluster(ids.ranks(), found.left, found.right, found.weights, weigh, rule, decided)
            kept = np.flatnonzero(live)
            return clusters_frame(ids, kept, labels[kept])

    def _reach(self, start: int, edge: float, decided: Constraints) -> tuple[I32, I32, F64]:
        """Follow evidence and must-links from a row outward until no further row is reached."""
        front, seen = [start], {start}
        lefts, rights, bits = _no_pairs()
        must = np.column_stack(unpack(decided.must))
        while front:
            row = front.pop()
            others, weights = self._neighbours(row, edge)
            tied = must[(must == row).any(axis=1)].ravel()
            others = np.concatenate([others, tied[tied != row]])
            weights = np.concatenate([weights, np.full(others.size - weights.size, edge)])
            lower = others > row
            lefts.append(np.full(int(lower.sum()), row, dtype=np.int32))
            rights.append(others[lower])
            bits.append(weights[lower])
            fresh = set(others.tolist()) - seen
            seen |= fresh
            front.extend(fresh)
        return np.concatenate(lefts), np.concatenate(rights), np.concatenate(bits)

    def _neighbours(self, row: int, edge: float) -> tuple[I32, F64]:
        others = self._postings.candidates(row, self._live, len(self._table) - len(self._rows)).rows
        own = np.full(others.size, row, dtype=np.int32)
        low, high = np.minimum(own, others), np.maximum(own, others)
        weights = self._scorer.weigh(self._kernel.levels(low, high), low, high)
        strong = weights >= edge
        return others[strong], np.asarray(weights[strong], dtype=np.float64)


def _no_pairs() -> tuple[list[I32], list[I32], list[F64]]:
    empty = np.zeros(0, dtype=np.int32)
    return [empty], [empty], [np.zeros(0, dtype=np.float64)]


def _grown(live: Bool, rows: int) -> Bool:
    if live.size >= rows:
        return live
    out = np.zeros(max(rows, live.size * 3 // 2), dtype=np.bool_)
    out[: live.size] = live
    return out


def _kept(record: RawRecord) -> RawRecord:
    """Return a record that its giver can no longer change, and that can be read whenever it is taken in."""
    return {
        key: value if value is None or isinstance(value, str) or key not in READ else tuple(strings(value))
        for key, value in record.items()
    }


def _each(records: Records | Iterable[RawRecord]) -> Sequence[Asked]:
    if isinstance(records, pl.DataFrame | pl.LazyFrame | Tabular):
        return to_frame(records).to_dicts()
    if isinstance(records, str | bytes | Mapping) or not isinstance(records, Iterable):
        raise no_record(records)
    return list(records)


def _mapping(record: Asked) -> RawRecord:
    # Told apart in this order, because asking whether an object fits a protocol is slow.
    if isinstance(record, Mapping):
        return record
    if isinstance(record, Statement):
        return row_of(record)
    if not isinstance(record, Fields):
        raise no_record(record)
    return fields_row(record)


def _ranks(ids: Sequence[str]) -> I64:
    """Return the place of each id among a few."""
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return np.argsort(np.array(order, dtype=np.int64))
