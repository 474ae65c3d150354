"""Divide the pairs of a match run into strata, so that a small labelled sample says much of all."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu

LINKED: Final = "linked"
BELOW: Final = "below the threshold"
INDIRECT: Final = "only through a third record"
UNSEEN: Final = "never compared"

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
        """Column ``record_id``: every record of the run."""
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


def divide(found: ScoredRun) -> Strata:
    """Divide the pairs of a run into strata; the same run always gives the same strata.

    Pairs at or above the link threshold and pairs below it make two and three strata, by weight; pairs never
    compared but joined through a third record make one, all other pairs of records the last.

    Args:
        found: The run: pairs with weights, clusters (for the records) and the link threshold in bits.
    """
    pairs = _ordered(found.pairs)
    ids = [found.clusters.get_column("record_id").cast(pl.String), pairs["left"], pairs["right"]]
    records = pl.concat([column.alias("record_id") for column in ids]).unique().sort().to_list()
    rows: list[tuple[object, ...]] = []
    parts: list[pl.DataFrame] = []
    sides = {LINKED: pl.col("weight") >= found.link_threshold, BELOW: pl.col("weight") < found.link_threshold}
    for kind, side in sides.items():
        part = pairs.filter(side)
        chance = part.get_column("probability").to_numpy()
        bands = _bands(chance, _BANDS[kind])
        for band in np.unique(bands).tolist():
            inside = part.filter(pl.Series(bands == band))
            parts.append(inside.with_columns(pl.lit(len(rows)).alias("stratum")))
            weights, spread = inside.get_column("weight"), float(_spread(chance[bands == band]).mean())
            rows.append((len(rows), kind, weights.min(), weights.max(), inside.height, spread))
    indirect = _indirect(pairs, records, found.link_threshold)
    doubt = float(_spread(np.array([0.5]))[0])
    nulls = [pl.lit(None, pl.Float64).alias(name) for name in ("weight", "probability")]
    parts.append(indirect.with_columns(*nulls, pl.lit(len(rows)).alias("stratum")))
    rows.append((len(rows), INDIRECT, None, None, indirect.height, doubt))
    unseen = len(records) * (len(records) - 1) // 2 - pairs.height - indirect.height
    rows.append((len(rows), UNSEEN, None, None, max(unseen, 0), 0.0))
    schema = {
        "stratum": pl.Int32,
        "kind": pl.String,
        "weight_from": pl.Float64,
        "weight_to": pl.Float64,
        "pairs": pl.Int64,
        "spread": pl.Float64,
    }
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return Strata(pl.concat([part.cast({"stratum": pl.Int32}) for part in parts]), table, records)
