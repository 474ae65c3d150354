"""The events frame: every event of every person as one typed, sorted polars table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from bnl.domain.event import DATA_TYPE, DataType, Event, EventKind, Situation
from bnl.domain.household import Membership
from bnl.domain.identifiers import HouseholdId, PersonId, RecordId
from bnl.errors import InputError

KIND: Final = pl.Enum([kind.value for kind in EventKind])
SITUATION: Final = pl.Enum([situation.value for situation in Situation])
UTC_TIME: Final = pl.Datetime("us", "UTC")

CORE: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "event_id": pl.String,
    "person_id": pl.String,
    "record_id": pl.String,
    "household_id": pl.String,
    "agency_id": pl.String,
    "kind": KIND,
    "occurred_on": pl.Date,
    "recorded_at": UTC_TIME,
    "sequence": pl.Int64,
    "corrects": pl.String,
    "withdrawn": pl.Boolean,
}
"""Columns every frame has, before the data columns."""

_TYPES: Final[Mapping[DataType, type[pl.DataType]]] = {
    DataType.TEXT: pl.String,
    DataType.DATE: pl.Date,
    DataType.FLAG: pl.Boolean,
    DataType.NUMBER: pl.Int64,
}

DATA: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    key: SITUATION if key in ("situation", "entry_situation") else _TYPES[kind]
    for key, kind in DATA_TYPE.items()
}
"""One nullable column per data key; null is unknown."""

DERIVED: Final[Mapping[str, type[pl.DataType]]] = {
    "person": pl.UInt32,
    "agency": pl.UInt32,
    "record": pl.UInt32,
    "on": pl.Date,
    "rank": pl.UInt8,
    "order": pl.Int64,
}
"""Columns the frame adds: integer codes, the day an event counts for, its place in the day, all in one."""

DAY_SHIFT: Final = 8
PERSON_SHIFT: Final = 33
DAY_ZERO: Final = 1 << 24
"""``order`` packs person, day and rank, so that numbers sort as events do."""

_OPTIONAL: Final = {"household_id": None, "corrects": None, "withdrawn": False, "sequence": 0}

_RANK: Final = {
    EventKind.CONTACT_ATTEMPT: 8,
    EventKind.ACCOMMODATION_END: 10,
    EventKind.INSTITUTION_DISCHARGE: 12,
    EventKind.INACTIVE: 14,
    EventKind.LEFT_AREA: 16,
    EventKind.MOVED_IN: 18,
    EventKind.DUTY_OWED: 40,
    EventKind.RISK_OF_HOMELESSNESS: 40,
    EventKind.PREVENTION_OUTCOME: 44,
    EventKind.CLOSURE: 46,
    EventKind.SIGHTING: 50,
    EventKind.ACCOMMODATION_START: 60,
    EventKind.INSTITUTION_ADMISSION: 70,
    EventKind.DEATH: 90,
}
_OTHERWISE: Final = 30

MEMBERSHIPS: Final[Mapping[str, pl.DataType | type[pl.DataType]]] = {
    "person_id": pl.String,
    "household_id": pl.String,
    "beneficiary": pl.Boolean,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
    "recorded_at": UTC_TIME,
}
"""Columns of the memberships frame: who was in which household, from a day until the day after the last."""


def events_frame(
    events: Iterable[Event],
    person_of: Mapping[RecordId, PersonId],
    household_of: Mapping[RecordId, HouseholdId] | None = None,
) -> pl.DataFrame:
    """Build the events frame from domain events.

    Args:
        events: In any order.
        person_of: Person of each source record; a record not named is a person of its own.
        household_of: Household of each source record, where known.

    Returns:
        The frame `frame_from_columns` describes.
    """
    homes = household_of or {}
    core: dict[str, list[object]] = {name: [] for name in CORE}
    data: dict[str, dict[int, object]] = {name: {} for name in DATA}
    for row, event in enumerate(events):
        for name in CORE:
            if name not in ("person_id", "household_id"):
                core[name].append(getattr(event, name))
        core["person_id"].append(person_of.get(event.record_id, event.record_id))
        core["household_id"].append(homes.get(event.record_id))
        for key, value in event.data.items():
            if key in data:
                data[key][row] = value
    size = len(core["event_id"])
    columns = [pl.Series(name, core[name], dtype=CORE[name], strict=False) for name in CORE]
    for key, cells in data.items():
        columns.append(_sparse(key, cells, size))
    return frame_from_columns(pl.DataFrame(columns))


def _sparse(key: str, cells: Mapping[int, object], size: int) -> pl.Series:
    """Return one data column from its few cells; what cannot be read as its type is unknown."""
    if not cells:
        return pl.repeat(None, size, dtype=DATA[key], eager=True).alias(key)
    values: list[object] = [None] * size
    for row, value in cells.items():
        values[row] = value
    wanted = DATA[key]
    if wanted is pl.Date:
        texts = [value if isinstance(value, str) else None for value in values]
        return pl.Series(key, texts, dtype=pl.String).str.to_date("%Y-%m-%d", strict=False)
    if wanted is pl.Boolean:
        return pl.Series(key, [value if isinstance(value, bool) else None for value in values], dtype=wanted)
    return pl.Series(key, values, dtype=wanted, strict=False)


def frame_from_columns(columns: pl.DataFrame) -> pl.DataFrame:
    """Complete, type and sort a table of events.

    Args:
        columns: At least ``event_id, person_id, record_id, agency_id, kind, occurred_on, recorded_at``; any
            other column of `CORE` and `DATA` may be absent and is then unknown. Dates may be ISO text.

    Returns:
        All columns of `CORE`, `DATA` and `DERIVED`, sorted by person, day, place within the day and sequence.

    Raises:
        InputError: If a column that must be there is missing, or a kind of event does not exist.
    """
    needed = [name for name in CORE if name not in _OPTIONAL]
    missing = [name for name in needed if name not in columns.columns]
    if missing:
        raise InputError(f"the events table has no column {', '.join(missing)}.", "Add it, or rename yours.")
    have = set(columns.columns)
    typed = [
        _cast(name, columns.schema.get(name), kind) for name, kind in {**CORE, **DATA}.items() if name in have
    ]
    absent = [
        pl.lit(_OPTIONAL.get(name), dtype=kind).alias(name)
        for name, kind in {**CORE, **DATA}.items()
        if name not in have
    ]
    try:
        frame = columns.select(*typed, *absent)
    except pl.exceptions.InvalidOperationError:
        raise InputError(
            "a column of the events table cannot be read as its type.", "See EventKind."
        ) from None
    return _sorted(frame.select(*CORE, *DATA))


def _cast(name: str, given: pl.DataType | None, wanted: pl.DataType | type[pl.DataType]) -> pl.Expr:
    if wanted == pl.Date and given == pl.String:
        return pl.col(name).str.to_date("%Y-%m-%d", strict=name in CORE)
    return pl.col(name).cast(wanted, strict=name in CORE)


def counted_on() -> pl.Expr:
    """Return the day an event counts for: a night sighting before noon is of the night before."""
    before_noon = pl.col("time").str.slice(0, 2).cast(pl.Int32, strict=False) < 12
    night = (pl.col("kind") == EventKind.SIGHTING.value) & pl.col("night") & before_noon
    return pl.when(night).then(pl.col("occurred_on").dt.offset_by("-1d")).otherwise(pl.col("occurred_on"))


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the derived columns and put the rows in the one order every function relies on."""
    ranks = pl.Series("rank", [_RANK.get(kind, _OTHERWISE) for kind in EventKind], dtype=pl.UInt8)
    kinds = frame["kind"].to_physical()
    frame = frame.with_columns(
        *(
            pl.col(f"{name}_id").rank("dense").cast(pl.UInt32).alias(name)
            for name in ("person", "agency", "record")
        ),
        counted_on().alias("on"),
        ranks.gather(kinds).alias("rank"),
    )
    frame = frame.with_columns(order().alias("order")).sort("order", "sequence", "event_id")
    return frame.with_columns(pl.col("order").set_sorted())


def order() -> pl.Expr:
    """Return person, day and place within the day packed into one number."""
    person = pl.col("person").cast(pl.Int64) * (1 << PERSON_SHIFT)
    day = (pl.col("on").to_physical().cast(pl.Int64) + DAY_ZERO) * (1 << DAY_SHIFT)
    return person + day + pl.col("rank").cast(pl.Int64)


def relink(frame: pl.DataFrame, person_of: Mapping[RecordId, PersonId]) -> pl.DataFrame:
    """Return the frame with every event under the person its source record belongs to now.

    Args:
        frame: An events frame.
        person_of: Person of each source record; a record not named is a person of its own.

    Returns:
        An events frame; the events themselves are unchanged.
    """
    records = frame["record_id"].unique().to_list()
    known = pl.DataFrame(
        {"record_id": records, "_now": [person_of.get(record, record) for record in records]},
        schema={"record_id": pl.String, "_now": pl.String},
    )
    joined = frame.drop(*DERIVED).join(known, on="record_id", how="left", maintain_order="left")
    return _sorted(joined.with_columns(pl.col("_now").alias("person_id")).select(*CORE, *DATA))


def memberships_frame(
    memberships: Iterable[Membership], person_of: Mapping[RecordId, PersonId]
) -> pl.DataFrame:
    """Build the memberships frame from domain memberships.

    Args:
        memberships: In any order.
        person_of: Person of each source record; a record not named is a person of its own.

    Returns:
        A frame with the columns of `MEMBERSHIPS`.
    """
    rows = [
        (
            person_of.get(one.record_id, one.record_id),
            one.household_id,
            one.beneficiary,
            one.starts_on,
            one.ends_on,
            one.recorded_at,
        )
        for one in memberships
    ]
    return pl.DataFrame(rows, schema=dict(MEMBERSHIPS), orient="row")
