"""Divide the pairs of a match run into strata, so that a small labelled sample says much of all."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu

from bnl.errors import MatchingError

LINKED: Final = "linked"
BELOW: Final = "below the threshold"
JOINED: Final = "joined by clustering alone"
INDIRECT: Final = "only through a third record"
UNSEEN: Final = "never compared"
BY_WEIGHT: Final = "weight"
BY_CLUSTER: Final = "clusters"

_BANDS = {LINKED: 2, BELOW: 3}
_SMALLEST_BAND = 50
# A pair the model is sure of still carries this much doubt: models are wrong more often than they say.
_DOUBT = 0.02


class ScoredRun(Protocol):
    """What a match run hands over for its quality to be estimated."""

    @property
    def pairs(self) -> pl.DataFrame:
        """Columns ``left``, ``right``, ``weight`` (bits) and ``probability``, each pair once."""
        ...

    @property
    def clusters(self) -> pl.DataFrame:
        """Columns ``record_id``, every record of the run, and ``cluster_id``."""
        ...

    @property
    def link_threshold(self) -> float:
        """Weight in bits from which a pair is a link."""
        ...


@dataclass(frozen=True, slots=True)
class Strata:
    """The pairs of a run, each in one stratum.

    Attributes:
        pairs: ``left`` < ``right`` as strings, ``weight``, ``probability`` (both null where never compared)
            and ``stratum`` (index into ``table``); every pair but those of the last stratum.
        table: One row per stratum: ``stratum``, ``kind``, ``weight_from``, ``weight_to`` (bits), ``pairs``
            (how many it holds) and ``spread`` (expected standard deviation of a label).
        records: Ids of all records, sorted.
    """

    pairs: pl.DataFrame
    table: pl.DataFrame
    records: list[str]


def _ordered(pairs: pl.DataFrame) -> pl.DataFrame:
    """Bring pairs to strings with ``left`` < ``right``, in one order whatever order they came in."""
    left, right = pl.col("left").cast(pl.String), pl.col("right").cast(pl.String)
    chance = 1 / (1 + (-pl.col("weight") * np.log(2)).exp())
    if "probability" in pairs.columns:
        chance = pl.col("probability")
    named = pairs.select(
        pl.min_horizontal(left, right).alias("left"),
        pl.max_horizontal(left, right).alias("right"),
        pl.col("weight").cast(pl.Float64),
        chance.cast(pl.Float64).alias("probability"),
    )
    return named.sort("weight", "left", "right", descending=[True, False, False])


def _spread(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the expected standard deviation of a label: the model's, and a standing doubt."""
    doubted = _DOUBT + (1 - 2 * _DOUBT) * np.clip(chance, 0, 1)
    return np.sqrt(doubted * (1 - doubted))


def _bands(chance: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Cut pairs sorted by weight into bands that carry equal shares of the total doubt.

    Source: Dalenius and Hodges, Minimum variance stratification, JASA 54 (1959): equal steps of the
    cumulated root.
    """
    wanted = max(1, min(most, len(chance) // _SMALLEST_BAND))
    doubt = np.cumsum(_spread(chance))
    return np.minimum((doubt - doubt[:1] / 2) / doubt[-1:] * wanted, wanted - 1).astype(np.int64)


def _numbered(pairs: pl.DataFrame, records: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of both sides of pairs among the records."""
    places = pl.DataFrame({"record": records, "place": np.arange(len(records), dtype=np.int64)})
    sides = (
        pairs.select(side).join(places, left_on=side, right_on="record", how="left", maintain_order="left")
        for side in ("left", "right")
    )
    left, right = (side.get_column("place").to_numpy() for side in sides)
    return left, right


def _indirect(pairs: pl.DataFrame, records: list[str], threshold: float) -> pl.DataFrame:
    """List the pairs never compared whose records are both linked to a third.

    Where no two records linked to a third were themselves compared, the run linked two lists, and such pairs
    lie within a list: none is listed.
    """
    size = len(records)
    left, right = _numbered(pairs, records)
    strong = pairs.get_column("weight").to_numpy() >= threshold
    ones = np.ones(2 * int(strong.sum()), dtype=np.int32)
    ends = np.concatenate([left[strong], right[strong]]), np.concatenate([right[strong], left[strong]])
    links = csr_array((ones, ends), shape=(size, size))
    joined = triu(links @ links, k=1).tocoo()
    through = joined.row.astype(np.int64) * size + joined.col
    compared = np.minimum(left, right) * size + np.maximum(left, right)
    apart = np.setdiff1d(through, compared, assume_unique=True)
    if len(apart) == len(through):
        apart = apart[:0]
    names = pl.Series(records, dtype=pl.String)
    return pl.DataFrame({"left": names.gather(apart // size), "right": names.gather(apart % size)})


def _joined(pairs: pl.DataFrame, clusters: pl.DataFrame) -> tuple[NDArray[np.bool_], pl.DataFrame]:
    """Say which pairs share a cluster, and list the pairs that share one without having been compared."""
    homes = clusters.select(pl.col("record_id").cast(pl.String), pl.col("cluster_id").cast(pl.String))
    sides = [
        pairs.select(side).join(homes, left_on=side, right_on="record_id", how="left", maintain_order="left")
        for side in ("left", "right")
    ]
    left, right = (side.get_column("cluster_id") for side in sides)
    crowded = homes.filter(pl.len().over("cluster_id") > 1)
    inside = crowded.join(crowded, on="cluster_id").filter(pl.col("record_id") < pl.col("record_id_right"))
    named = inside.select(pl.col("record_id").alias("left"), pl.col("record_id_right").alias("right"))
    apart = named.join(pairs, on=["left", "right"], how="anti").sort("left", "right")
    return (left == right).fill_null(value=False).to_numpy(), apart


def _banded(pairs: pl.DataFrame, kind: str) -> list[tuple[str, pl.DataFrame]]:
    """Cut the pairs of one decision into strata by weight."""
    bands = _bands(pairs.get_column("probability").to_numpy(), _BANDS[kind])
    return [(kind, pairs.filter(pl.Series(bands == band))) for band in np.unique(bands).tolist()]


def divide(found: ScoredRun, links: str = BY_WEIGHT) -> Strata:
    """Divide the pairs of a run into strata; the same run always gives the same strata.

    Linked pairs and other compared pairs make two and three strata, by weight; pairs never compared make one
    if clustering joined them, one if a third record joins them, and all others the last.

    Args:
        found: The run: pairs with weights, clusters and the link threshold in bits.
        links: What a link is: ``weight`` (at or above the threshold) or ``clusters`` (in one cluster).

    Raises:
        MatchingError: When ``links`` is neither.
    """
    if links not in (BY_WEIGHT, BY_CLUSTER):
        raise MatchingError(f"links by {links!r} are unknown.", f"Use {BY_WEIGHT} or {BY_CLUSTER}.")
    pairs = _ordered(found.pairs)
    ids = [found.clusters.get_column("record_id").cast(pl.String), pairs["left"], pairs["right"]]
    records = pl.concat([column.alias("record_id") for column in ids]).unique().sort().to_list()
    linked = pairs.get_column("weight").to_numpy() >= found.link_threshold
    joined = pairs.clear().select("left", "right")
    indirect = _indirect(pairs, records, found.link_threshold)
    if links == BY_CLUSTER:
        linked, joined = _joined(pairs, found.clusters)
        indirect = indirect.join(joined, on=["left", "right"], how="anti", maintain_order="left")
    unweighed = [pl.lit(None, pl.Float64).alias(name) for name in ("weight", "probability")]
    parts = [
        *_banded(pairs.filter(pl.Series(linked)), LINKED),
        *_banded(pairs.filter(pl.Series(~linked)), BELOW),
        *([(JOINED, joined.with_columns(*unweighed))] if links == BY_CLUSTER else []),
        (INDIRECT, indirect.with_columns(*unweighed)),
    ]
    listed = sum(part.height for _, part in parts)
    unseen = max(len(records) * (len(records) - 1) // 2 - listed, 0)
    numbered = [part.with_columns(stratum=pl.lit(place, pl.Int32)) for place, (_, part) in enumerate(parts)]
    return Strata(pl.concat(numbered), _table(parts, unseen), records)


def _table(parts: list[tuple[str, pl.DataFrame]], unseen: int) -> pl.DataFrame:
    """Describe the strata, one row each, the pairs never compared last."""
    rows: list[tuple[object, ...]] = []
    for kind, part in parts:
        weights, chance = part.get_column("weight"), part.get_column("probability").fill_null(0.5)
        spread = float(_spread(chance.to_numpy()).mean()) if part.height else 0.0
        rows.append((len(rows), kind, weights.min(), weights.max(), part.height, spread))
    rows.append((len(rows), UNSEEN, None, None, unseen, 0.0))
    schema = {
        "stratum": pl.Int32,
        "kind": pl.String,
        "weight_from": pl.Float64,
        "weight_to": pl.Float64,
        "pairs": pl.Int64,
        "spread": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
