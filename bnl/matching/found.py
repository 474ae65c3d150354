"""What a linking run found: pairs with weights, clusters, and what a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from bnl.matching.blocking import RuleReport
from bnl.matching.explain import Explanation


@dataclass(frozen=True)
class Found:
    """Pairs, clusters and review list of one run.

    Args:
        pairs: Pairs above the review threshold: left, right (record ids, left the smaller), weight (bits),
            probability, linked (both in one cluster), and one level name per comparison.
        clusters: record_id, cluster_id (the smallest record id of the cluster), one row per record.
        possible_links: Pairs for clerical review, most valuable first; the columns of ``pairs`` and
            ``reason``.
        link_threshold: Weight from which a pair is a link, in bits.
        review_threshold: Weight from which a pair is worth a look, in bits.
        pairs_scored: Candidate pairs whose levels were computed.
        blocking: What each blocking rule produced.
        understood: For each column but names: records with a value that could be read. One far below the
            number of values given was written in a way that is not known, or holds something else.
    """

    pairs: pl.DataFrame
    clusters: pl.DataFrame
    possible_links: pl.DataFrame
    link_threshold: float
    review_threshold: float
    pairs_scored: int
    blocking: tuple[RuleReport, ...]
    _explain: Callable[[str, str], Explanation]
    understood: Mapping[str, int] = field(default_factory=dict)

    def explain(self, left: str, right: str) -> Explanation:
        """Explain the weight of any two records, whether or not they were candidates.

        Raises:
            MatchingError: If a record id is not known.
        """
        return self._explain(left, right)
