"""Make records ready for pairing: encoded, with comparers and blocks."""

from __future__ import annotations

from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from bnl.errors import MatchingError
from bnl.matching.arrays import distinct, unordered
from bnl.matching.blocking import Blocking
from bnl.matching.fitted import Fitted
from bnl.matching.fitting import budget
from bnl.matching.kernel import Kernel
from bnl.matching.model import Model
from bnl.matching.native import give_back
from bnl.matching.pairing import Compared, Cut
from bnl.matching.record_ids import repeats
from bnl.matching.records import Records, to_frame
from bnl.matching.scorer import Scorer
from bnl.matching.table import Table

Source = tuple[tuple[Records | None, object], ...]


@dataclass(frozen=True)
class Prepared:
    """Records ready for pairing.

    Args:
        source: What the caller gave and what it held, so that the same records are not prepared twice.
        table: The records, encoded.
        kernel: Compares rows of the table.
        blocking: Candidate pairs of the table.
        boundary: Row at which the second of two lists begins.
        compared: Candidate pairs that were compared already, by range of left rows.
    """

    source: Source
    table: Table
    kernel: Kernel
    blocking: Blocking
    boundary: int | None
    compared: MutableMapping[Cut, Compared] | None = None


def prepare(
    model: Model, fitted: Fitted | None, records: Records, right: Records | None, threads: int = 1
) -> Prepared:
    """Encode records and find their blocks.

    Args:
        model: What is compared and how pairs are found.
        fitted: Parameters that settle which columns are compared and how large blocks may be.
        records: One list, or the first of two.
        right: The second list, if two are to be linked.
        threads: Worker threads; the result does not depend on it.

    Raises:
        MatchingError: If the records cannot be read (see `to_frame`) or two lists share record ids.
    """
    frame = to_frame(records)
    boundary = None
    if right is not None:
        boundary = frame.height
        frame = _under(frame, to_frame(right))
    table = Table.from_frame(frame)
    kernel = Kernel(table, model, frozenset(fitted.columns) if fitted else None)
    rows = len(table)
    caps = fitted.caps if fitted else None
    with ThreadPoolExecutor(1) as beside:
        # Names are asked for in every pair; they are heard while blocks are sorted.
        known = beside.submit(kernel.name_comparer.prepare)
        blocking = Blocking(
            kernel.keys, model.blocking, rows, budget(model, rows), boundary, caps, threads=threads
        )
        known.result()
    give_back()
    return Prepared(held_by(records, right), table, kernel, blocking, boundary)


def held_by(records: Records, right: Records | None) -> Source:
    """Return what tells one call's records from another's, records added to the same list meanwhile included.

    Args:
        records: One list, or the first of two.
        right: The second list.
    """
    return tuple((side, _content(side)) for side in (records, right))


def same_source(one: Source, two: Source) -> bool:
    """Tell whether two calls were given the same, unchanged records."""
    return all(a is b and was == now for (a, was), (b, now) in zip(one, two, strict=True))


def _content(side: Records | None) -> object:
    if isinstance(side, pl.DataFrame):
        return side.height, tuple(side.schema.items())
    # Records themselves do not change, but a list of them may.
    return tuple(map(id, side)) if isinstance(side, list) else None


def scorer_of(fitted: Fitted, kernel: Kernel) -> Scorer:
    """Return a scorer of a kernel's table under fitted parameters, learned names included."""
    names = kernel.table.lexicons["name"]
    sides = [names.codes(side) for side in zip(*fitted.variants, strict=True)]
    if sides:
        kernel.name_comparer.learned = distinct(unordered(*sides))
    return Scorer(kernel, fitted.for_kernel(kernel), fitted.rarity_for(kernel), fitted.parted())


def _under(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    both = pl.concat([left, right], how="diagonal_relaxed")
    if repeats(both.get_column("record_id")):
        raise MatchingError(
            "The two lists share record ids.", "Give the records of each list ids of their own."
        )
    return both
