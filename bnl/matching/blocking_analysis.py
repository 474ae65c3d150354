"""What the blocking rules cost and what they can find, before anything is scored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from bnl.errors import MatchingError
from bnl.matching.arrays import I32, I64, distinct, expand, lookup, pack, unpack
from bnl.matching.blocking import Blocking, RuleReport, sort_by_key
from bnl.matching.fitting import budget
from bnl.matching.intervals import Interval, wilson
from bnl.matching.keys import rule_entries
from bnl.matching.model import Model, person_model
from bnl.matching.preparing import Prepared, prepare
from bnl.matching.records import Records
from bnl.matching.truth import read_truth

IDENTIFIERS = ("nhs_number", "ni_number")
SHOWN = 20
_CHUNK = 500_000
# A number that more records than this share is not one person's.
_SHARED_BY = 50
_SCHEMA = {
    "place": pl.Int64,
    "rule": pl.String,
    "pairs": pl.Int64,
    "new_pairs": pl.Int64,
    "cumulative": pl.Int64,
    "largest": pl.Int64,
    "cap": pl.Int64,
    "capped_blocks": pl.Int64,
    "capped_pairs": pl.Int64,
    "known": pl.Int64,
    "new_known": pl.Int64,
}
_HOT = {"rule": pl.String, "records": pl.Int64, "pairs": pl.Int64, "capped": pl.Boolean, "example": pl.String}


@dataclass(frozen=True, slots=True)
class BlockingAnalysis:
    """What blocking produces for some records.

    Attributes:
        rules: One row per rule in the order in which they are applied: ``place``, ``rule``, ``pairs`` (that
            it produces), ``new_pairs`` (of those, not produced by an earlier rule), ``cumulative`` (distinct
            pairs so far), ``largest`` (records in its largest block kept), ``cap`` (largest block allowed,
            null without limit), ``capped_blocks`` and ``capped_pairs`` (left out), ``known`` and
            ``new_known`` (pairs known to be one person that it finds; null where none is known). The
            columns are those `charts.blocking_chart` draws.
        hot: The largest blocks of all rules, largest first: ``rule``, ``records``, ``pairs``, ``capped``
            and ``example`` (the id of one record in the block; its value is not shown).
        pairs: Distinct candidate pairs.
        known_pairs: Pairs known to be one person, from truth or from identifiers.
        known_by: ``truth``, ``identifiers`` or ``nothing``.
        recall_ceiling: Share of the known pairs that blocking lets through, with its 95% interval; None
            without known pairs. By identifiers: among pairs that share a valid NHS or National Insurance
            number, the share that the rules without those numbers find, which is what they do for people
            whose numbers are not known.
    """

    rules: pl.DataFrame
    hot: pl.DataFrame
    pairs: int
    known_pairs: int
    known_by: str
    recall_ceiling: Interval | None


@dataclass(frozen=True, slots=True)
class _Known:
    """Pairs known to be one person, packed and sorted, and which rules may be credited with them."""

    pairs: I64
    by: str

    def credits(self, rule: tuple[str, ...]) -> bool:
        return self.by == "truth" or not set(rule) & set(IDENTIFIERS)


def analyse_blocking(
    records: Records,
    right: Records | None = None,
    *,
    model: Model | None = None,
    truth: pl.DataFrame | None = None,
) -> BlockingAnalysis:
    """Say what each blocking rule costs, what it adds, which blocks are hot, and what can be found at all.

    Args:
        records: One row per record (see `to_frame`); with ``right``, the first of two lists to link.
        right: The second list.
        model: Whose rules; the default is `person_model()`.
        truth: ``record_id`` and ``entity_id`` of labelled records, if there are some. Without it, people
            with a valid identifier on two records serve.

    Raises:
        MatchingError: If the records cannot be read, or the truth names none of them.
    """
    model = model or person_model()
    prepared = prepare(model, None, records, right)
    known = _of_truth(prepared, truth) if truth is not None else _of_identifiers(prepared)
    counts, found = _count(prepared, budget(model, len(prepared.table)), known)
    reports = prepared.blocking.reports
    total = int(known.pairs.size)
    return BlockingAnalysis(
        rules=_rules(reports, counts, known),
        hot=_hot(prepared, reports),
        pairs=sum(new for new, _, _ in counts),
        known_pairs=total,
        known_by=known.by if total else "nothing",
        recall_ceiling=wilson(found, total) if total else None,
    )


def _count(prepared: Prepared, limit: float | None, known: _Known) -> tuple[list[tuple[int, int, int]], int]:
    """Return new pairs, known pairs and new known pairs of each rule, and how many known ones are found.

    Pairs are held a range of left rows at a time, whatever number there is in all.
    """
    rows, boundary = len(prepared.table), prepared.boundary
    whole = prepared.blocking
    parts = [
        Blocking(prepared.kernel.keys, (report.rule,), rows, limit, boundary) for report in whole.reports
    ]
    counts = [(0, 0, 0)] * len(parts)
    for first, last in whole.ranges(_CHUNK):
        seen = credited = np.zeros(0, dtype=np.int64)
        for place, part in enumerate(parts):
            pairs = pack(*part.pairs(first, last))
            fresh = pairs[~lookup(seen, pairs)[0]]
            seen = distinct(np.concatenate([seen, fresh]))
            new, hits, new_hits = counts[place]
            if known.credits(whole.reports[place].rule):
                right = pairs[lookup(known.pairs, pairs)[0]]
                more = right[~lookup(credited, right)[0]]
                credited = distinct(np.concatenate([credited, more]))
                hits, new_hits = hits + right.size, new_hits + more.size
            counts[place] = (new + fresh.size, hits, new_hits)
    return counts, sum(new_hits for _, _, new_hits in counts)


def _rules(reports: Iterable[RuleReport], counts: list[tuple[int, int, int]], known: _Known) -> pl.DataFrame:
    table = []
    total = 0
    for place, (report, (new, hits, new_hits)) in enumerate(zip(reports, counts, strict=True)):
        total += new
        cap = report.cap if report.capped_blocks else None
        said = (hits, new_hits) if known.pairs.size and known.credits(report.rule) else (None, None)
        left_out = (report.capped_blocks, report.capped_pairs)
        rule = " + ".join(report.rule)
        table.append((place, rule, report.pairs, new, total, report.largest, cap, *left_out, *said))
    return pl.DataFrame(table, schema=_SCHEMA, orient="row")


def _hot(prepared: Prepared, reports: Iterable[RuleReport]) -> pl.DataFrame:
    """Return the largest blocks, whether they are looked at or not."""
    table: list[tuple[str, int, int, bool, str]] = []
    rows = len(prepared.table)
    for report in reports:
        hashes, owners = sort_by_key(*rule_entries(prepared.kernel.keys, report.rule, slice(0, rows)), rows)
        starts = np.flatnonzero(np.diff(hashes, prepend=hashes[:1] - 1)) if hashes.size else hashes
        sizes = np.diff(starts, append=hashes.size)
        for place in np.argsort(-sizes, kind="stable")[:SHOWN].tolist():
            size = int(sizes[place])
            example = prepared.table.ids[int(owners[starts[place]])]
            rule = " + ".join(report.rule)
            table.append((rule, size, size * (size - 1) // 2, size > report.cap, example))
    frame = pl.DataFrame(table, schema=_HOT, orient="row").filter(pl.col("records") > 1)
    return frame.sort("records", "rule", "example", descending=[True, False, False]).head(SHOWN)


def _of_truth(prepared: Prepared, truth: pl.DataFrame) -> _Known:
    """Return the pairs that a labelled frame says are one person."""
    read = read_truth(truth)
    table = pl.DataFrame({"record_id": prepared.table.ids.column()}).with_row_index("own")
    placed = table.join(read.records, on="record_id", how="inner").sort("own")
    if placed.is_empty():
        raise MatchingError("truth: none of the records is in it.", "Give the same record ids in both.")
    entity = read.entity[placed.get_column("row").to_numpy()]
    rows = placed.get_column("own").to_numpy().astype(np.int32)
    return _Known(_across(_pairs_of(entity, rows, len(entity)), prepared.boundary), "truth")


def _of_identifiers(prepared: Prepared) -> _Known:
    """Return the pairs that share a valid identifier."""
    found = [np.zeros(0, dtype=np.int64)]
    for column in IDENTIFIERS:
        if prepared.table.exists(column):
            codes = prepared.table.column(column)
            rows = np.flatnonzero(codes >= 0).astype(np.int32)
            found.append(_pairs_of(codes[rows].astype(np.int64), rows, _SHARED_BY))
    return _Known(_across(distinct(np.concatenate(found)), prepared.boundary), "identifiers")


def _pairs_of(codes: I64, rows: I32, largest: int) -> I64:
    """Return the packed pairs of rows that share a code, but for codes that more than so many share."""
    order = np.argsort(codes, kind="stable")
    codes, rows = codes[order], rows[order]
    _, starts, sizes = np.unique(codes, return_index=True, return_counts=True)
    ends = np.repeat(np.where(sizes <= largest, starts + sizes, 0), sizes)
    places = np.arange(rows.size)
    counts = np.maximum(ends - places - 1, 0)
    one, two = np.repeat(rows, counts), rows[expand(places + 1, counts)]
    return distinct(pack(np.minimum(one, two), np.maximum(one, two)))


def _across(pairs: I64, boundary: int | None) -> I64:
    if boundary is None:
        return pairs
    left, right = unpack(pairs)
    return pairs[(left < boundary) & (right >= boundary)]
