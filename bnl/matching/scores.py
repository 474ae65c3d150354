"""Precision, recall, F1 and B-cubed: the arithmetic of measured quality."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnl.matching.truth import Codes, RankedPairs, Truth, count_pairs, crossed, relabel


@dataclass(frozen=True, slots=True)
class Counts:
    """Pairs rightly linked, wrongly linked and missed, and the rates that follow.

    Attributes:
        true_positives: Linked pairs that are one person.
        false_positives: Linked pairs that are two people.
        false_negatives: Pairs of one person that are not linked.
    """

    true_positives: int
    false_positives: int
    false_negatives: int

    @property
    def precision(self) -> float:
        """Share of linked pairs that are one person, in [0, 1]; 1 when nothing is linked."""
        linked = self.true_positives + self.false_positives
        return self.true_positives / linked if linked else 1.0

    @property
    def recall(self) -> float:
        """Share of pairs of one person that are linked, in [0, 1]; 1 when there is none to link."""
        wanted = self.true_positives + self.false_negatives
        return self.true_positives / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, in [0, 1]."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class PairScores:
    """How good found pairs are.

    Attributes:
        counts: At the threshold.
        threshold: In bits; pairs of this weight and above count as links.
        recall_ceiling: Share of true pairs among the found pairs at any weight: what blocking lets through.
        average_precision: Mean precision over all true pairs by falling weight, in [0, 1]; a pair never
            found counts 0, pairs of one weight count together.
        best: At the threshold that is best in hindsight; it flatters.
        best_threshold: That threshold in bits; infinite when no pair was found.
    """

    counts: Counts
    threshold: float
    recall_ceiling: float
    average_precision: float
    best: Counts
    best_threshold: float


@dataclass(frozen=True, slots=True)
class ClusterScores:
    """How good clusters are.

    Attributes:
        counts: Over all pairs of records that share a cluster.
        b3_precision: Mean over records of the share of its cluster that is the same person, in [0, 1].
        b3_recall: Mean over records of the share of its person that is in its cluster, in [0, 1].
        clusters: Clusters found, single records included.
        true_clusters: People.
        exactly_right: Clusters that hold one person whole and nobody else.
        largest: Records in the largest cluster.
    """

    counts: Counts
    b3_precision: float
    b3_recall: float
    clusters: int
    true_clusters: int
    exactly_right: int
    largest: int

    @property
    def b3_f1(self) -> float:
        """Harmonic mean of B-cubed precision and recall, in [0, 1]."""
        total = self.b3_precision + self.b3_recall
        return 2 * self.b3_precision * self.b3_recall / total if total else 0.0


def count_at(ranked: RankedPairs, threshold: float, true_pairs: int) -> Counts:
    """Count right, wrong and missed links when every pair at or above a threshold is linked.

    Args:
        ranked: Found pairs.
        threshold: In bits.
        true_pairs: Pairs of one person, found or not.
    """
    linked = ranked.weight >= threshold
    right = int((ranked.hit & linked).sum())
    return Counts(right, int(linked.sum()) - right, true_pairs - right)


def score_pairs(truth: Truth, ranked: RankedPairs, threshold: float) -> PairScores:
    """Score found pairs against the truth at a threshold in bits."""
    counts = count_at(ranked, threshold, truth.true_pairs)
    found = int(ranked.hit.sum())
    ceiling = found / truth.true_pairs if truth.true_pairs else 1.0
    if not len(ranked.weight):
        return PairScores(counts, threshold, ceiling, ceiling, counts, float("inf"))
    right = np.cumsum(ranked.hit)
    place = np.arange(1, len(right) + 1)
    # Only the last of equal weights is a threshold: pairs of one weight stand or fall together.
    last = np.append(ranked.weight[1:] != ranked.weight[:-1], True)
    gained = np.diff(right[last], prepend=0)
    average = float((gained * (right / place)[last]).sum() / truth.true_pairs) if truth.true_pairs else 1.0
    f1 = np.where(last, 2 * right / (place + truth.true_pairs), -1.0)
    best = float(ranked.weight[int(np.argmax(f1))])
    return PairScores(counts, threshold, ceiling, average, count_at(ranked, best, truth.true_pairs), best)


def _b3(cluster: Codes, entity: Codes) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return per record the shares of its cluster and of its entity in their common cell, and the cell."""
    _, cell, sizes = np.unique(crossed(cluster, entity), return_inverse=True, return_counts=True)
    shared = sizes[cell]
    return shared / np.bincount(cluster)[cluster], shared / np.bincount(entity)[entity], cell


def score_clusters(truth: Truth, clusters: Codes) -> ClusterScores:
    """Score a clustering against the truth.

    Args:
        truth: Who is who.
        clusters: Cluster of each record of the truth, in its order.

    Returns:
        The scores. B-cubed and the counts of clusters regard all records whatever the link type; the counts
        of pairs regard only pairs between sources when it is ``link``.

    Source: Bagga and Baldwin, Entity-Based Cross-Document Coreferencing Using the Vector Space Model
    (COLING-ACL 1998), for B-cubed.
    """
    if not len(clusters):
        return ClusterScores(Counts(0, 0, 0), 1.0, 1.0, 0, 0, 0, 0)
    cluster, entity = relabel(clusters), relabel(truth.entity)
    both = crossed(cluster, entity)
    linked, right = count_pairs(cluster), count_pairs(both)
    if truth.link_type == "link":
        source = relabel(truth.source)
        linked -= count_pairs(crossed(cluster, source))
        right -= count_pairs(crossed(relabel(both), source))
    precision, recall, cell = _b3(cluster, entity)
    whole = (precision == 1) & (recall == 1)
    return ClusterScores(
        Counts(right, linked - right, truth.true_pairs - right),
        float(precision.mean()),
        float(recall.mean()),
        int(cluster.max()) + 1,
        int(entity.max()) + 1,
        len(np.unique(cell[whole])),
        int(np.bincount(cluster).max()),
    )
