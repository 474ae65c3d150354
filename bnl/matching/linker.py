"""The linker: fit a model to records, then dedupe one list, link two, or keep an index."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from bnl.errors import MatchingError
from bnl.matching.arrays import F64, I32, I64, distinct, pack
from bnl.matching.assign import looks_one_to_one, rivalry
from bnl.matching.assign import one_to_one as assign
from bnl.matching.blocking import Blocking
from bnl.matching.clustering import ClusterRule, Constraints, cluster
from bnl.matching.components import components
from bnl.matching.explain import Explanation, explain_rows
from bnl.matching.fitted import Fitted
from bnl.matching.fitting import budget, count_patterns, fit_mixture
from bnl.matching.found import Found
from bnl.matching.kernel import NAME_SLOT, Kernel
from bnl.matching.model import Model, person_model
from bnl.matching.records import Records, to_frame
from bnl.matching.results import clusters_frame, pairs_frame
from bnl.matching.scorer import Scorer, rarity_tables
from bnl.matching.table import Table

Progress = Callable[[str, int, int], None]
IdPairs = Iterable[tuple[str, str]]

LINK_BITS = 0.0
REVIEW_BITS = -4.0
_EDGE_BITS = 3.0
_CHUNK = 1_000_000


@dataclass(frozen=True)
class Scored:
    """Candidate pairs above the review threshold, sorted by left then right row."""

    left: I32
    right: I32
    weights: F64
    looked_at: int


class Linker:
    """Finds the records that are one person.

    Args:
        model: What is compared and how pairs are found; the default is `person_model()`.
        fitted: Parameters learned before, to be used as they are.
        threads: Worker threads; the default is one per core. The result does not depend on it.
    """

    def __init__(
        self, model: Model | None = None, *, fitted: Fitted | None = None, threads: int | None = None
    ) -> None:
        self.model = fitted.model if fitted else model or person_model()
        self.fitted = fitted
        self.threads = threads or os.cpu_count() or 1
        self._last: _Prepared | None = None

    def fit(self, records: Records, right: Records | None = None) -> Linker:
        """Learn the parameters from records, without labelled pairs; the same records give the same result.

        Args:
            records: One row per record (see `to_frame`); with ``right``, the first of two lists to link.
            right: The second list, if two are to be linked.

        Returns:
            The linker itself.
        """
        prepared = self._prepare(records, right)
        kernel, rows = prepared.kernel, len(prepared.table)
        patterns = count_patterns(kernel, prepared.blocking)
        mixture = fit_mixture(kernel, patterns, rows, prepared.boundary, self.model.seed)
        self.fitted = Fitted(
            model=self.model,
            columns=tuple(item.column for item in kernel.comparisons),
            mixture=mixture,
            rarity=rarity_tables(kernel),
            lexicons={
                item.column: prepared.table.lexicons["name" if item.kind in NAME_SLOT else item.column]
                for item in kernel.comparisons
            },
            link_threshold=LINK_BITS,
            review_threshold=REVIEW_BITS,
        )
        self._last = prepared
        return self

    def dedupe(
        self,
        records: Records,
        *,
        must_link: IdPairs = (),
        cannot_link: IdPairs = (),
        progress: Progress | None = None,
    ) -> Found:
        """Find the records of one list that are one person.

        Args:
            records: One row per record.
            must_link: Pairs of record ids that a person found to be one.
            cannot_link: Pairs that a person found to be two; never in one cluster, whatever else is known.
            progress: Called with a phase, what is done and what there is to do.

        Raises:
            MatchingError: If the linker was not fitted, or a decision names an unknown record.
        """
        prepared = self._prepare(records, None)
        scorer = self._scorer(prepared)
        scored = self._score(prepared, scorer, progress)
        fitted = self._require_fitted()
        constraints = constraints_of(prepared.table, must_link, cannot_link)
        labels = cluster(
            len(prepared.table),
            scored.left,
            scored.right,
            scored.weights,
            lambda a, b: scorer.weigh(scorer.kernel.levels(a, b), a, b),
            ClusterRule(threshold=fitted.link_threshold, edge=fitted.link_threshold + _EDGE_BITS),
            constraints,
        )
        return self._found(prepared, scorer, scored, labels)

    def link(
        self,
        left: Records,
        right: Records,
        *,
        one_to_one: bool | None = None,
        progress: Progress | None = None,
    ) -> Found:
        """Find the records of two lists that are one person; pairs within a list are not looked for.

        Args:
            left: The first list.
            right: The second list; its record ids differ from those of the first.
            one_to_one: Each record has at most one partner. None: decided by whether strong links ever
                share a record.
            progress: Called with a phase, what is done and what there is to do.
        """
        prepared = self._prepare(left, right)
        scorer = self._scorer(prepared)
        scored = self._score(prepared, scorer, progress)
        fitted = self._require_fitted()
        rows = len(prepared.table)
        if one_to_one is None:
            one_to_one = looks_one_to_one(scored.left, scored.right, scored.weights)
        if one_to_one:
            weights = rivalry(rows, scored.left, scored.right, scored.weights)
            kept = weights >= fitted.review_threshold
            scored = Scored(scored.left[kept], scored.right[kept], weights[kept], scored.looked_at)
            linked = assign(scored.left, scored.right, scored.weights, fitted.link_threshold)
        else:
            linked = scored.weights >= fitted.link_threshold
        labels = components(rows, scored.left[linked], scored.right[linked])
        return self._found(prepared, scorer, scored, labels)

    def _require_fitted(self) -> Fitted:
        if self.fitted is None:
            raise MatchingError("The linker has no parameters yet.", "Call fit(records) first.")
        return self.fitted

    def _prepare(self, records: Records, right: Records | None) -> _Prepared:
        last = self._last
        if last is not None and last.source[0] is records and last.source[1] is right:
            return last
        frame = to_frame(records)
        boundary = None
        if right is not None:
            boundary = frame.height
            frame = standard_concat(frame, to_frame(right))
        table = Table.from_frame(frame)
        only = frozenset(self.fitted.columns) if self.fitted else None
        kernel = Kernel(table, self.model, only)
        blocking = Blocking(
            kernel.keys, self.model.blocking, len(table), budget(self.model, len(table)), boundary
        )
        return _Prepared((records, right), table, kernel, blocking, boundary)

    def _scorer(self, prepared: _Prepared) -> Scorer:
        fitted = self._require_fitted()
        return Scorer(prepared.kernel, fitted.for_kernel(prepared.kernel), fitted.rarity_for(prepared.kernel))

    def _score(self, prepared: _Prepared, scorer: Scorer, progress: Progress | None) -> Scored:
        floor = self._require_fitted().review_threshold
        ranges = prepared.blocking.ranges(_CHUNK)

        def one(cut: tuple[int, int]) -> tuple[I32, I32, F64, int]:
            left, right = prepared.blocking.pairs(*cut)
            weights = scorer.weigh(scorer.kernel.levels(left, right), left, right)
            keep = weights >= floor
            return left[keep], right[keep], weights[keep], left.size

        parts: list[tuple[I32, I32, F64, int]] = []
        with ThreadPoolExecutor(self.threads) as pool:
            for done, part in enumerate(pool.map(one, ranges), 1):
                parts.append(part)
                if progress is not None:
                    progress("score", done, len(ranges))
        if not parts:
            empty = np.zeros(0, dtype=np.int32)
            return Scored(empty, empty, np.zeros(0), 0)
        left, right, weights, counts = zip(*parts, strict=True)
        return Scored(np.concatenate(left), np.concatenate(right), np.concatenate(weights), sum(counts))

    def _found(self, prepared: _Prepared, scorer: Scorer, scored: Scored, labels: I64) -> Found:
        fitted = self._require_fitted()
        table = prepared.table
        pairs = pairs_frame(scorer, scored.left, scored.right, scored.weights, labels)
        return Found(
            pairs=pairs,
            clusters=clusters_frame(table.ids, labels),
            possible_links=pairs.filter(
                (pl.col("weight") < fitted.link_threshold) & ~pl.col("linked")
            ).with_columns(reason=pl.lit("between the thresholds")),
            link_threshold=fitted.link_threshold,
            review_threshold=fitted.review_threshold,
            pairs_scored=scored.looked_at,
            blocking=tuple(prepared.blocking.reports),
            _explain=explainer(table, scorer),
        )


@dataclass(frozen=True)
class _Prepared:
    """Records ready for pairing."""

    source: tuple[Records, Records | None]
    table: Table
    kernel: Kernel
    blocking: Blocking
    boundary: int | None


def standard_concat(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Put two standard frames under each other; their record ids must differ.

    Raises:
        MatchingError: If a record id is in both.
    """
    both = pl.concat([left, right], how="diagonal_relaxed")
    if both.get_column("record_id").n_unique() != both.height:
        raise MatchingError(
            "The two lists share record ids.", "Give the records of each list ids of their own."
        )
    return both


def constraints_of(table: Table, must: IdPairs, cannot: IdPairs) -> Constraints:
    """Return human decisions as row pairs.

    Raises:
        MatchingError: If a decision names a record that is not there.
    """
    places = {record_id: row for row, record_id in enumerate(table.ids)}

    def packed(pairs: IdPairs) -> I64:
        try:
            rows = [(places[a], places[b]) for a, b in pairs]
        except KeyError:
            raise MatchingError(
                "A decision names a record that is not there.", "Check its record ids."
            ) from None
        if not rows:
            return np.zeros(0, dtype=np.int64)
        sides = np.array(rows, dtype=np.int64)
        return distinct(pack(sides.min(axis=1), sides.max(axis=1)))

    forbidden = packed(cannot)
    wanted = packed(must)
    return Constraints(must=wanted[~np.isin(wanted, forbidden)], cannot=forbidden)


def explainer(table: Table, scorer: Scorer) -> Callable[[str, str], Explanation]:
    """Return a function that explains a pair of record ids."""

    def explain(left: str, right: str) -> Explanation:
        try:
            a, b = table.ids.index(left), table.ids.index(right)
        except ValueError:
            raise MatchingError("There is no record of that id.", "Ask for records of this run.") from None
        return explain_rows(scorer, a, b)

    return explain
