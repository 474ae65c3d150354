"""The linker: fit a model to records, then dedupe one list, link two, or keep an index."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from bnl.errors import MatchingError
from bnl.matching.arrays import I64, distinct, pack, unpack
from bnl.matching.assign import looks_one_to_one
from bnl.matching.blocking import RuleReport
from bnl.matching.clustering import ClusterRule, Constraints, cluster
from bnl.matching.decisions import IdPairs, constraints_of
from bnl.matching.explain import Explanation, explainer
from bnl.matching.fitted import Fitted
from bnl.matching.fitting import chance_beside, fit_mixture
from bnl.matching.found import Found
from bnl.matching.index import Index
from bnl.matching.kernel import NAME_SLOT
from bnl.matching.linking import competing_explainer, partners
from bnl.matching.model import Comparison, Model, person_model
from bnl.matching.native import give_back
from bnl.matching.pairing import Progress, Scored, guarded, score
from bnl.matching.preparing import Prepared, held_by, prepare, same_source, scorer_of
from bnl.matching.records import Records
from bnl.matching.results import clusters_frame, pairs_frame, review_frame, undecided
from bnl.matching.scorer import Scorer, rarity_tables

LINK_BITS = 0.0
# More than any pair weighs: by what a home shares its people cannot be told apart, so a person must judge.
NEVER_LINK_BITS = 100.0
_OF_THE_PERSON = frozenset({"given", "family", "date", "identifier", "email"})
REVIEW_BITS = -4.0
COUNTY_RECORDS = 200.0


def _tells_people_apart(comparisons: Sequence[Comparison]) -> bool:
    """Tell whether anything compared is a person's own, and not what people of one place have in common."""
    return any(item.kind in _OF_THE_PERSON and not item.shared for item in comparisons)


class Linker:
    """Finds the records that are one person.

    Args:
        model: What is compared and how pairs are found; the default is `person_model()`.
        fitted: Parameters learned before, to be used as they are.
        threads: Worker threads; the default, or 0, is one per core. The result does not depend on it.

    Raises:
        MatchingError: If there are to be fewer than 0 threads.
    """

    def __init__(
        self, model: Model | None = None, *, fitted: Fitted | None = None, threads: int | None = None
    ) -> None:
        if threads is not None and threads < 0:
            raise MatchingError("There cannot be fewer than 0 threads.", "Leave threads out for all cores.")
        self.model = fitted.model if fitted else model or person_model()
        self.fitted = fitted
        self.threads = threads or os.cpu_count() or 1
        self._last: Prepared | None = None

    def fit(self, records: Records, right: Records | None = None) -> Linker:
        """Learn the parameters from records, without labelled pairs; the same records give the same result.

        Args:
            records: One row per record (see `to_frame`); with ``right``, the first of two lists to link.
            right: The second list, if two are to be linked.

        Returns:
            The linker itself.
        """
        prepared = prepare(self.model, None, records, right, self.threads)
        kernel, table = prepared.kernel, prepared.table
        marginal, parts, share = chance_beside(
            kernel, prepared.blocking, prepared.boundary, self.model.seed, self.threads
        )
        mixture, compared = fit_mixture(
            kernel, list(parts.values()), share, marginal, prepared.boundary, self.threads
        )
        names = table.lexicons["name"].values
        left, right = unpack(kernel.name_comparer.learned)
        self.fitted = Fitted(
            model=self.model,
            columns=tuple(item.column for item in kernel.comparisons),
            mixture=mixture,
            rarity=rarity_tables(kernel, COUNTY_RECORDS),
            lexicons={
                item.column: table.lexicons["name" if item.kind in NAME_SLOT else item.column]
                for item in kernel.comparisons
            },
            link_threshold=LINK_BITS if _tells_people_apart(kernel.comparisons) else NEVER_LINK_BITS,
            review_threshold=REVIEW_BITS,
            caps=prepared.blocking.caps(),
            variants=tuple((names[a], names[b]) for a, b in zip(left, right, strict=True)),
        )
        # Pairs compared for learning are not compared again if the same records are linked next.
        self._last = replace(prepared, compared=dict(zip(parts, compared, strict=True)))
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
        fitted = self._require_fitted()
        prepared = self._prepare(records, None)
        scorer, ids = scorer_of(fitted, prepared.kernel), prepared.table.ids
        constraints = constraints_of(ids, must_link, cannot_link)
        scored = self._scored(fitted, prepared, scorer, progress)
        reports = prepared.blocking.reports
        # The blocks are as large as all that follows, and no longer needed.
        del prepared
        give_back()
        rule = ClusterRule.of(fitted.link_threshold)
        weigh, ranks = guarded(scorer, scored), ids.ranks()
        pairs = scored.left, scored.right, scored.weights
        labels = cluster(ranks, *pairs, weigh, rule, constraints, self.threads)
        del weigh
        give_back()
        return self._found(fitted, reports, scorer, scored, labels, constraints)

    def link(
        self,
        left: Records,
        right: Records,
        *,
        one_to_one: bool | None = None,
        must_link: IdPairs = (),
        cannot_link: IdPairs = (),
        progress: Progress | None = None,
    ) -> Found:
        """Find the records of two lists that are one person; pairs within a list are not looked for.

        Doubts (twins, parent and child, namesakes, two different valid numbers) and human decisions hold as
        in `dedupe`. Two records of one list share a cluster only through a record of the other.

        Args:
            left: The first list.
            right: The second list; its record ids differ from those of the first.
            one_to_one: Each record has at most one partner, and its candidates compete: what speaks for the
                others is taken off the weight of each. None: decided by whether strong links ever share a
                record.
            must_link: Pairs of record ids that a person found to be one.
            cannot_link: Pairs that a person found to be two; never in one cluster, whatever else is known.
            progress: Called with a phase, what is done and what there is to do.

        Raises:
            MatchingError: If the linker was not fitted, the lists share record ids, or a decision names an
                unknown record.
        """
        fitted = self._require_fitted()
        prepared = self._prepare(left, right)
        scorer, ids = scorer_of(fitted, prepared.kernel), prepared.table.ids
        constraints = constraints_of(ids, must_link, cannot_link)
        scored = self._scored(fitted, prepared, scorer, progress)
        if one_to_one is None:
            one_to_one = looks_one_to_one(scored.left, scored.right, scored.weights)
        rule, weigh, explain = ClusterRule.of(fitted.link_threshold), guarded(scorer, scored), None
        edges, settled = (scored.left, scored.right, scored.weights), constraints
        if one_to_one:
            boundary = prepared.boundary or 0
            found = partners(scored, ids.ranks(), boundary, weigh, rule, constraints)
            one, two = scored.left[found.linked], scored.right[found.linked]
            edges = one, two, np.full(one.size, rule.edge)
            # Partners are settled; what is left to do is to join them to whom people joined them.
            settled = replace(constraints, must=distinct(np.concatenate([constraints.must, pack(one, two)])))
            scored = found.scored.where(found.scored.weights >= fitted.review_threshold)
            explain = competing_explainer(explainer(ids, scorer), ids.index, found.rivals)
        labels = cluster(ids.ranks(), *edges, weigh, rule, settled, self.threads)
        return self._found(fitted, prepared.blocking.reports, scorer, scored, labels, constraints, explain)

    def index(self, records: Records) -> Index:
        """Return an index of records for search before create; the linker is fitted to them if it was not.

        Args:
            records: One row per record.
        """
        if self.fitted is None:
            self.fit(records)
        return Index(self._require_fitted(), records)

    def _require_fitted(self) -> Fitted:
        if self.fitted is None:
            raise MatchingError("The linker has no parameters yet.", "Call fit(records) first.")
        return self.fitted

    def _prepare(self, records: Records, right: Records | None) -> Prepared:
        last, self._last = self._last, None
        if last is not None and same_source(last.source, held_by(records, right)):
            return last
        return prepare(self.model, self.fitted, records, right, self.threads)

    def _scored(
        self, fitted: Fitted, prepared: Prepared, scorer: Scorer, progress: Progress | None
    ) -> Scored:
        floor = fitted.review_threshold
        return score(prepared.blocking, scorer, floor, self.threads, progress, prepared.compared)

    @staticmethod
    def _found(
        fitted: Fitted,
        reports: Sequence[RuleReport],
        scorer: Scorer,
        scored: Scored,
        labels: I64,
        constraints: Constraints,
        explain: Callable[[str, str], Explanation] | None = None,
    ) -> Found:
        ids = scorer.kernel.table.ids
        pairs = pairs_frame(scorer, scored, labels)
        return Found(
            pairs=pairs.drop("reason"),
            clusters=clusters_frame(ids, np.arange(labels.size), labels),
            possible_links=undecided(review_frame(pairs), ids, constraints.cannot),
            link_threshold=fitted.link_threshold,
            review_threshold=fitted.review_threshold,
            pairs_scored=scored.looked_at,
            blocking=tuple(reports),
            _explain=explain or explainer(ids, scorer),
            understood=scorer.kernel.table.filled(),
        )
