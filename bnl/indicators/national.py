"""England's rough-sleeping indicators (P1, P2, R1, B1, NR1) and London's flow, stock and returner model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

import polars as pl

from bnl.domain.event import EventKind
from bnl.indicators.calendar import add_months, month_end, month_start
from bnl.indicators.figures import Figure, percent, round_half_up
from bnl.indicators.history import Events, History, Known, history

NEW_MONTHS: Final = 60
DISCHARGE_DAYS: Final = 85
RETURN_DAYS: Final = 180
LONG_TERM_MONTHS: Final = 3
LONG_TERM_WINDOW: Final = 12
PER_PEOPLE: Final = 100_000

RULES: Final = "England rough sleeping data framework v1"


@dataclass(frozen=True)
class RoughSleeping:
    """The rough-sleeping indicators of one month.

    Args:
        seen: R1, everybody seen in the month; the denominator is the same people.
        one_night: R1 on one night; nobody if no night was asked for.
        new: P1, not seen in the 60 months before.
        discharged: P2, discharged from an institution within 85 days before a sighting of the month.
        long_term: B1, seen in three or more of the twelve months that end with this one.
        returning: NR1, seen again after 180 days or more without a sighting, and not new.
        verified: People with at least one verified sighting in the month.
        population: Residents of the area, if given.
    """

    seen: Figure
    one_night: Figure
    new: Figure
    discharged: Figure
    long_term: Figure
    returning: Figure
    verified: Figure
    population: int | None = None

    def per_100_000(self, figure: Figure, places: int = 1) -> Decimal | None:
        """Return a headcount per 100,000 residents, rounded half up; None if the population is not known."""
        if not self.population:
            return None
        return round_half_up(Fraction(PER_PEOPLE * len(figure.numerator), self.population), places)

    @property
    def verified_share(self) -> Decimal | None:
        """Return the share of people seen with a verified sighting, in per cent."""
        return percent(len(self.verified.numerator), len(self.seen.numerator))


def rough_sleeping(
    frame: Events,
    month: date,
    known_as_of: Known = None,
    *,
    population: int | None = None,
    night: date | None = None,
    area: str | None = None,
) -> RoughSleeping:
    """Return the rough-sleeping indicators of a month. Unverified and self-reported sightings count.

    Args:
        frame: An events frame, or a history of one.
        month: Any day of the month.
        known_as_of: Moment of knowledge.
        population: Residents of the area, for rates per 100,000.
        night: The night of the single-night count.
        area: Only sightings in this area; None for all.

    Returns:
        The indicators, each with the people behind it.

    Source: Ministry of Housing, Communities and Local Government, Ending Rough Sleeping Data Framework.
    """
    past = history(frame, known_as_of)
    start, end = month_start(month), month_end(month)
    seen = _sightings(past, area).filter(pl.col("on") <= end)
    now = seen.filter(pl.col("on") >= start)
    everybody = _ids(now)
    new, returning = _new_and_returning(seen, now)

    def figure(name: str, people: list[str]) -> Figure:
        return Figure(
            name=name,
            rules=(RULES,),
            start=start,
            end=end,
            unit="person",
            numerator=tuple(people),
            denominator=tuple(everybody),
            log_position=past.log_position,
        )

    return RoughSleeping(
        seen=figure("R1", everybody),
        one_night=figure("R1 one night", _ids(now.filter(pl.col("on") == night)) if night else []),
        new=figure("P1", new),
        discharged=figure("P2", _after_discharge(past, now)),
        long_term=figure("B1", _long_term(seen, now, start)),
        returning=figure("NR1", returning),
        verified=figure("verified", _ids(now.filter(pl.col("verified") == "verified"))),
        population=population,
    )


def _sightings(past: History, area: str | None) -> pl.DataFrame:
    rows = past.rows(EventKind.SIGHTING).select("person", "person_id", "on", "verified", "area")
    return rows if area is None else rows.filter(pl.col("area") == area)


def _ids(rows: pl.DataFrame) -> list[str]:
    return sorted(rows["person_id"].unique())


def _new_and_returning(seen: pl.DataFrame, now: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return who is new and who returns; the first sighting of the month decides."""
    first = now.group_by("person").agg(pl.col("person_id").first(), pl.col("on").min().alias("first"))
    before = seen.join(first.select("person", "first"), on="person").filter(pl.col("on") < pl.col("first"))
    last = before.group_by("person").agg(pl.col("on").max().alias("last"))
    both = first.join(last, on="person", how="left")
    horizon = {day: add_months(day, -NEW_MONTHS) for day in both["first"].unique()}
    both = both.with_columns(pl.col("first").replace_strict(horizon, return_dtype=pl.Date).alias("horizon"))
    new = pl.col("last").is_null() | (pl.col("last") < pl.col("horizon"))
    gap = (pl.col("first") - pl.col("last")).dt.total_days() >= RETURN_DAYS
    return _ids(both.filter(new)), _ids(both.filter(~new & gap))


def _after_discharge(past: History, now: pl.DataFrame) -> list[str]:
    """Return who was discharged on the day of a sighting of the month or within 85 days before it."""
    gone = past.rows(EventKind.INSTITUTION_DISCHARGE).select("person", pl.col("on").alias("out"))
    pairs = now.join(gone, on="person")
    days = (pl.col("on") - pl.col("out")).dt.total_days()
    return _ids(pairs.filter(days.is_between(0, DISCHARGE_DAYS)))


def _long_term(seen: pl.DataFrame, now: pl.DataFrame, start: date) -> list[str]:
    window = add_months(start, 1 - LONG_TERM_WINDOW)
    recent = seen.filter(pl.col("on") >= window).join(now.select("person").unique(), on="person", how="semi")
    months = recent.group_by("person").agg(
        pl.col("person_id").first(), pl.col("on").dt.truncate("1mo").n_unique().alias("months")
    )
    return _ids(months.filter(pl.col("months") >= LONG_TERM_MONTHS))


@dataclass(frozen=True)
class Chain:
    """Everybody seen rough sleeping in a year, each in exactly one of three groups.

    Args:
        flow: Never seen before this year.
        stock: Seen this year and the year before.
        returner: Seen this year and in some year before the last, but not in the last.
    """

    flow: Figure
    stock: Figure
    returner: Figure


def chain(frame: Events, start: date, known_as_of: Known = None) -> Chain:
    """Return the flow, stock and returner model of a year.

    Args:
        frame: An events frame, or a history of one.
        start: First day of the year; CHAIN's years start on 1 April.
        known_as_of: Moment of knowledge.

    Returns:
        The three groups; together they are everybody seen in the year.

    Source: Greater London Authority, CHAIN annual report, "flow, stock, returner".
    """
    past = history(frame, known_as_of)
    end, before = add_months(start, 12) - timedelta(days=1), add_months(start, -12)
    seen = _sightings(past, None).filter(pl.col("on") <= end)
    each = seen.group_by("person").agg(
        pl.col("person_id").first(),
        (pl.col("on") >= start).any().alias("now"),
        pl.col("on").is_between(before, start, closed="left").any().alias("last_year"),
        (pl.col("on") < start).any().alias("earlier"),
    )
    now = each.filter(pl.col("now"))
    everybody = tuple(_ids(now))

    def figure(name: str, rows: pl.DataFrame) -> Figure:
        return Figure(
            name=name,
            rules=("CHAIN v1",),
            start=start,
            end=end,
            unit="person",
            numerator=tuple(_ids(rows)),
            denominator=everybody,
            log_position=past.log_position,
        )

    return Chain(
        flow=figure("flow", now.filter(~pl.col("earlier"))),
        stock=figure("stock", now.filter(pl.col("last_year"))),
        returner=figure("returner", now.filter(pl.col("earlier") & ~pl.col("last_year"))),
    )
