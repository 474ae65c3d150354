"""Asks and answers: which acceptance, refusal or acknowledgement belongs to which handover or nomination."""

from __future__ import annotations

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.history import History

_COLUMNS = ("person", "person_id", "agency_id", "on", "ref", "event_id")


def asked_and_answered(
    past: History,
    asked: EventKind,
    *answered: EventKind,
    keep: tuple[str, ...] = (),
    bring: tuple[str, ...] = (),
    party: str | None = None,
) -> pl.DataFrame:
    """Pair each ask with its first answer.

    An answer with a ``ref`` belongs to the last ask with that ref about that person, on its day or before;
    one without belongs to the last ask the answering agency could mean.

    Args:
        past: The history.
        asked: Kind of event that asks.
        answered: Kinds of event that answer.
        keep: Further data columns of the ask to keep.
        bring: Data columns of the answer to bring, prefixed ``answer_``.
        party: Column of the ask that names the agency expected to answer; None if it is the one that asked.

    Returns:
        One row per ask, in order: ``person, person_id, agency_id, on, ref, event_id``, the kept columns,
        ``answer, answer_on, answer_agency, answer_event`` (null while open) and the columns brought.
    """
    asks = past.rows(asked, columns=(*_COLUMNS, *(name for name in keep if name not in _COLUMNS)))
    asks = asks.with_row_index("ask").with_columns(pl.col(party or "agency_id").alias("_party"))
    replies = (
        past.rows(*answered, columns=(*_COLUMNS, "kind", *(name for name in bring if name not in _COLUMNS)))
        .select(
            "person",
            "on",
            "ref",
            pl.col("kind").cast(pl.String).alias("answer"),
            pl.col("on").alias("answer_on"),
            pl.col("agency_id").alias("answer_agency"),
            pl.col("event_id").alias("answer_event"),
            *(pl.col(name).alias(f"answer_{name}") for name in bring),
        )
        .with_row_index("_reply")
    )
    found = pl.concat([_by_ref(asks, replies), _by_party(asks, replies)])
    first = found.sort("_reply").unique("ask", keep="first", maintain_order=True)
    wanted = [name for name in first.columns if name == "ask" or name.startswith("answer")]
    return asks.join(first.select(wanted), on="ask", how="left", maintain_order="left").drop("ask", "_party")


def _by_ref(asks: pl.DataFrame, replies: pl.DataFrame) -> pl.DataFrame:
    named = asks.filter(pl.col("ref").is_not_null()).select("person", "ref", "on", "ask")
    answering = replies.filter(pl.col("ref").is_not_null())
    paired = answering.join_asof(named, on="on", by=["person", "ref"], check_sortedness=False)
    return _matched(paired)


def _by_party(asks: pl.DataFrame, replies: pl.DataFrame) -> pl.DataFrame:
    loose = asks.select("person", "_party", "on", "ask")
    answering = replies.filter(pl.col("ref").is_null())
    paired = answering.join_asof(
        loose,
        on="on",
        by_left=["person", "answer_agency"],
        by_right=["person", "_party"],
        check_sortedness=False,
    )
    return _matched(paired)


def _matched(paired: pl.DataFrame) -> pl.DataFrame:
    columns = [name for name in paired.columns if name in ("ask", "_reply") or name.startswith("answer")]
    return paired.filter(pl.col("ask").is_not_null()).select(sorted(columns))
