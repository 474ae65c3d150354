"""Cases: one row per referral to a service, with its triage, assessment, decision, outcome and closure."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bnl.domain.event import EventKind
from bnl.indicators.history import CODE, History, day_number

_KINDS: Final = (
    EventKind.REFERRAL,
    EventKind.REFERRAL_DECIDED,
    EventKind.TRIAGE,
    EventKind.ASSESSMENT,
    EventKind.PREVENTION_OUTCOME,
    EventKind.EMPLOYMENT,
    EventKind.CLOSURE,
    EventKind.REOPENING,
)

CRISIS_DAYS: Final = 56

Rows = NDArray[np.int64]


def case_events(past: History) -> pl.DataFrame:
    """Return the events of cases, each with the key of its case.

    A case belongs to the agency that received the referral. An event without a case number belongs to the
    last referral of that person to that agency, on its day or before; without one it belongs to no case.

    Args:
        past: The history.

    Returns:
        ``row, kind, on, case_id, case`` in the order of the history: the row of the history, the key (agency,
        a slash, the agency's case number) and its place among all keys in alphabetical order.
    """
    where = past.where(*_KINDS)
    rows = past.frame.select("kind", "on", "case", "agency_id")[where].with_columns(pl.Series("row", where))
    rows = rows.with_columns(_referred(past, rows, where))
    if rows["number"].null_count():
        rows = _last_referral(past, rows)
    rows = rows.filter(pl.col("number").is_not_null()).select(
        "row", "kind", "on", pl.concat_str("owner", pl.lit("/"), "number").alias("case_id")
    )
    names = pl.Enum(rows["case_id"].unique().sort())
    return rows.with_columns(pl.col("case_id").cast(names).to_physical().alias("case"))


def _referred(past: History, rows: pl.DataFrame, where: Rows) -> list[pl.Series]:
    """Return ``number`` and ``owner``: a referral's own number and receiver, else as the event says."""
    places = np.flatnonzero(past.kind[where] == CODE[EventKind.REFERRAL])
    said = past.frame.select("to_agency", "event_id")[where[places]]
    number, owner = rows["case"].alias("number"), rows["agency_id"].alias("owner")
    if said["to_agency"].null_count() < len(places):
        owner = owner.scatter(
            places, said["to_agency"].zip_with(said["to_agency"].is_not_null(), owner[places])
        )
    unnumbered = number[places].is_null()
    if unnumbered.any():
        loose = places[unnumbered.to_numpy()]
        number = number.scatter(loose, said["event_id"].filter(unnumbered))
    return [number, owner]


def _last_referral(past: History, rows: pl.DataFrame) -> pl.DataFrame:
    """Give events without a case number that of the last referral of the person to their agency."""
    rows = rows.with_columns(pl.Series("person", past.person[rows["row"].to_numpy()]))
    referrals = rows.filter(pl.col("kind") == EventKind.REFERRAL.value).select(
        "person", "owner", "on", pl.col("number").alias("last")
    )
    loose = rows.filter(pl.col("number").is_null()).select("row", "person", "owner", "on")
    found = loose.join_asof(referrals, on="on", by=["person", "owner"], check_sortedness=False)
    rows = rows.join(found.select("row", "last"), on="row", how="left", maintain_order="left")
    return rows.with_columns(pl.coalesce("number", "last").alias("number"))


def cases(past: History, events: pl.DataFrame | None = None, until: date | None = None) -> pl.DataFrame:
    """Return one row per case.

    Args:
        past: The history.
        events: What `case_events` gave for it, up to that day, if at hand.
        until: Last day on which a death counts, None for all.

    Returns:
        ``case_id, person, person_id, household_id, agency_id, referred_on, from_agency, band, mode, outcome,
        decided_on, reason, signposted_to, service_level, triaged_on, assessed_on, prevention, closed_on,
        planned, close_reason, died_on, opened_on``, sorted by case. ``opened_on`` is the day of acceptance,
        or of referral while nothing is decided; ``closed_on`` is null while the case is open or open again;
        ``band`` is the urgency at referral.
    """
    said = _Said(past, case_events(past) if events is None else events)
    shut = said.last(EventKind.CLOSURE, EventKind.REOPENING)
    shut_last = pl.Series("shut", past.kind[shut] == CODE[EventKind.CLOSURE]) & pl.Series(shut >= 0)
    table = pl.concat(
        [
            said.whose(),
            said.tell(
                said.first(EventKind.REFERRAL),
                pl.col("on").alias("referred_on"),
                pl.coalesce("from_agency", "agency_id").alias("from_agency"),
                pl.when(pl.col("on").is_not_null()).then(urgency()).alias("band"),
                pl.col("mode"),
            ),
            said.tell(
                said.last(EventKind.REFERRAL_DECIDED),
                pl.col("outcome"),
                pl.col("on").alias("decided_on"),
                *map(pl.col, ("reason", "signposted_to", "service_level")),
            ),
            said.tell(said.first(EventKind.TRIAGE), pl.col("on").alias("triaged_on")),
            said.tell(said.assessed(), pl.col("on").alias("assessed_on")),
            said.tell(said.last(EventKind.PREVENTION_OUTCOME), pl.col("outcome").alias("prevention")),
            said.tell(
                said.last(EventKind.CLOSURE),
                pl.col("on").alias("closed_on"),
                pl.col("planned"),
                pl.col("reason").alias("close_reason"),
            ),
        ],
        how="horizontal",
    )
    taken = pl.when(pl.col("outcome") == "accepted").then(pl.col("decided_on"))
    return table.with_columns(
        pl.when(shut_last).then(pl.col("closed_on")).alias("closed_on"),
        pl.when(shut_last).then(pl.col("planned")).alias("planned"),
        _died(past, table["person"], until),
        pl.coalesce(taken, "referred_on").alias("opened_on"),
    )


class _Said:
    """The events of cases, and for each case the first or the last of a kind; -1 where it has none."""

    def __init__(self, past: History, events: pl.DataFrame) -> None:
        self._past = past
        self._rows: Rows = events["row"].to_numpy().astype(np.int64)
        self._kinds = past.kind[self._rows]
        self._case, self._count = _numbered(events["case"])
        self._begin = self._of(np.arange(len(self._rows))[::-1])
        self._ids = events["case_id"][np.searchsorted(self._rows, self._begin)]

    def _of(self, places: Rows) -> Rows:
        """Return for each case the row at the last of some places; of a case named twice the last counts."""
        found = np.full(self._count, -1, dtype=np.int64)
        found[self._case[places]] = self._rows[places]
        return found

    def _places(self, *kinds: EventKind) -> Rows:
        wanted = np.zeros(len(CODE), dtype=bool)
        wanted[[CODE[kind] for kind in kinds]] = True
        return np.flatnonzero(wanted[self._kinds])

    def first(self, kind: EventKind) -> Rows:
        """Return the first event of a kind of each case."""
        return self._of(self._places(kind)[::-1])

    def last(self, *kinds: EventKind) -> Rows:
        """Return the last event of some kinds of each case."""
        return self._of(self._places(*kinds))

    def assessed(self) -> Rows:
        """Return the first full assessment of each case; one that does not tell its stage is full."""
        places = self._places(EventKind.ASSESSMENT)
        stage = self._past.frame["stage"].gather(self._rows[places])
        return self._of(places[(stage.fill_null("full") == "full").to_numpy()][::-1])

    def whose(self) -> pl.DataFrame:
        """Return ``case_id, person, person_id, household_id, agency_id``, by the first event that tells."""
        referral = pl.col("kind") == EventKind.REFERRAL.value
        owner = pl.when(referral).then(pl.coalesce("to_agency", "agency_id")).otherwise(pl.col("agency_id"))
        named = self._past.frame["household_id"].gather(self._rows).is_not_null().to_numpy()
        home = self.tell(self._of(np.flatnonzero(named)[::-1]), pl.col("household_id"))
        mine = self.tell(self._begin, pl.col("person"), pl.col("person_id"), owner.alias("agency_id"))
        return mine.select(self._ids, "person", "person_id", home["household_id"], "agency_id")

    def tell(self, rows: Rows, *columns: pl.Expr) -> pl.DataFrame:
        """Return what some events say, one row per case, null where the case has none."""
        names = list(dict.fromkeys(name for column in columns for name in column.meta.root_names()))
        where = pl.Series(rows.astype(np.uint32)).set(pl.Series(rows < 0), None)
        return self._past.frame.select(pl.col(names).gather(where)).select(*columns)


def _numbered(codes: pl.Series) -> tuple[Rows, int]:
    """Return codes renumbered from 0 without gaps, in the same order, and how many there are."""
    held = codes.to_numpy()
    present = np.zeros(int(held.max()) + 1 if len(held) else 0, dtype=bool)
    present[held] = True
    return (np.cumsum(present) - 1)[held], int(present.sum())


def _died(past: History, person: pl.Series, until: date | None) -> pl.Series:
    """Return the first day each person is said to have died, null for the living."""
    rows = past.where(EventKind.DEATH)
    if until is not None:
        rows = rows[past.day[rows] <= day_number(until)]
    if not len(rows):
        return pl.repeat(None, len(person), dtype=pl.Date, eager=True).alias("died_on")
    days = np.full(int(past.person.max()) + 1, np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(days, past.person[rows], past.day[rows])
    died = pl.Series("died_on", days[person.to_numpy()])
    return died.replace(np.iinfo(np.int32).max, None).cast(pl.Date)


def urgency() -> pl.Expr:
    """Return the band of urgency of a referral: the worse of date and flag, on the day of the event.

    Source: Housing Act 1996 s.175(4) (56 days); the bands are those of the county's prevention service.
    """
    ahead = (pl.col("homeless_on") - pl.col("on")).dt.total_days()
    already = pl.col("homeless").fill_null(value=False) | (ahead < 0).fill_null(value=False)
    return (
        pl.when(already)
        .then(pl.lit("already"))
        .when(ahead > CRISIS_DAYS)
        .then(pl.lit(">56"))
        .when(ahead >= 0)
        .then(pl.lit("0–56"))
        .otherwise(pl.lit("unknown"))
    )


def closures(past: History, events: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Return every closure, those later undone by a reopening included.

    Args:
        past: The history.
        events: What `case_events` gave for it.
        table: What `cases` gave for both.

    Returns:
        ``case_id, closed_on, planned, close_reason, person_id, household_id, agency_id, opened_on, died_on,
        mode, days``, in order; a case reopened starts again on the day of reopening.
    """
    kinds = past.kind[events["row"].to_numpy()]
    ends, again = kinds == CODE[EventKind.CLOSURE], kinds == CODE[EventKind.REOPENING]
    words = events.with_columns(pl.Series("place", _numbered(events["case"])[0])).filter(ends | again)
    if again.any():
        reopened = pl.when(pl.col("kind") == EventKind.REOPENING.value).then(pl.col("on"))
        words = words.with_columns(reopened.forward_fill().over("case").alias("again"))
        words = words.filter(pl.col("kind") == EventKind.CLOSURE.value)
    else:
        words = words.with_columns(pl.lit(None, dtype=pl.Date).alias("again"))
    said = past.frame.select("planned", pl.col("reason").alias("close_reason"))[words["row"]]
    known = ("person_id", "household_id", "agency_id", "opened_on", "died_on", "mode")
    shut = words.select("case_id", "again", pl.col("on").alias("closed_on"))
    joined = pl.concat([shut, said, table.select(known)[words["place"]]], how="horizontal")
    joined = joined.with_columns(pl.coalesce("again", "opened_on").alias("opened_on")).drop("again")
    return joined.with_columns((pl.col("closed_on") - pl.col("opened_on")).dt.total_days().alias("days"))
