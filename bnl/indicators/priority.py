"""Priority: an explained, reproducible order from named factors with published weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

import polars as pl
from pydantic import Field, model_validator

from bnl.domain.base import Noun
from bnl.indicators.suppression import Printed, suppress_known


class Factor(Noun):
    """One factor: levels from best to worst, each with its points.

    Args:
        name: Name of the factor.
        fact: Column it is read from.
        says: What it means, as published.
        levels: Values from best to worst; for numbers, thresholds from which a level is reached, ascending.
        points: Points of each level in ``[0, 100]``, never falling.
        numeric: Whether the fact is a number.
    """

    name: str
    fact: str
    says: str
    levels: tuple[str | int, ...]
    points: tuple[int, ...]
    numeric: bool = False

    @model_validator(mode="after")
    def _worse_is_never_less(self) -> Factor:
        if len(self.levels) != len(self.points) or not self.levels:
            raise ValueError(f"{self.name}: give one number of points for each level")
        if list(self.points) != sorted(self.points) or self.points[0] < 0:
            raise ValueError(f"{self.name}: points must not fall from better to worse")
        edges = [level for level in self.levels if isinstance(level, int)]
        if self.numeric and (len(edges) != len(self.levels) or edges != sorted(set(edges))):
            raise ValueError(f"{self.name}: thresholds are numbers and must rise")
        return self

    def level(self, value: object) -> int | None:
        """Return the level of a value, None if unknown; a number below all thresholds is at the first."""
        if value is None:
            return None
        if self.numeric:
            if not isinstance(value, int | float):
                return None
            reached = [at for at, edge in enumerate(self.levels) if value >= int(edge)]
            return max(reached, default=0)
        names = [str(level) for level in self.levels]
        return names.index(str(value)) if str(value) in names else None


class FactorSet(Noun):
    """A named, versioned set of factors with published weights.

    Args:
        name: Its name.
        version: Counts up with every change.
        factors: The factors.
        weights: Weight of each factor, 0 or more, in the same order.
    """

    name: str
    version: int = Field(ge=1)
    factors: tuple[Factor, ...]
    weights: tuple[int, ...]

    @model_validator(mode="after")
    def _one_weight_each(self) -> FactorSet:
        if len(self.factors) != len(self.weights) or min(self.weights, default=0) < 0:
            raise ValueError("give one weight of 0 or more for each factor")
        return self

    @property
    def label(self) -> str:
        """Return name and version as they stand beside every order."""
        return f"{self.name} v{self.version}"


_SITUATION: Final = Factor(
    name="where they live",
    fact="situation",
    says="as the person or anybody else says; nobody needs to be seen sleeping rough",
    levels=(
        "housed",
        "at_risk_over_56",
        "at_risk_unknown",
        "at_risk_within_56",
        "supported",
        "unknown",
        "hidden",
        "temporary",
        "emergency",
        "homeless",
        "rough_sleeping",
    ),
    points=(0, 10, 20, 30, 30, 40, 60, 60, 70, 100, 100),
)
_LENGTH: Final = Factor(
    name="time without a home",
    fact="days_homeless",
    says="days since they last became homeless",
    levels=(0, 28, 90, 180, 365),
    points=(0, 25, 50, 75, 100),
    numeric=True,
)
_RETURNS: Final = Factor(
    name="returns",
    fact="returns",
    says="times they became homeless again",
    levels=(0, 1, 2, 3),
    points=(0, 40, 70, 100),
    numeric=True,
)
_DISCHARGE: Final = Factor(
    name="discharge",
    fact="discharge",
    says="about to leave an institution without a home",
    levels=("none", "no date", "later", "due", "overdue"),
    points=(0, 40, 40, 80, 100),
)
_HEALTH: Final = Factor(
    name="health",
    fact="health_conditions",
    says="long-term conditions the person speaks of",
    levels=(0, 1, 2, 3),
    points=(0, 40, 70, 100),
    numeric=True,
)
_SAFETY: Final = Factor(
    name="safety",
    fact="unsafe",
    says="fleeing abuse or exploitation, on the person's own word",
    levels=("no", "yes"),
    points=(0, 100),
)
_AGE: Final = Factor(
    name="care and youth",
    fact="young",
    says="under 25, or has been in care",
    levels=("no", "yes"),
    points=(0, 100),
)

COUNTY_FACTORS: Final = FactorSet(
    name="county",
    version=1,
    factors=(_SITUATION, _LENGTH, _RETURNS, _DISCHARGE, _HEALTH, _SAFETY),
    weights=(30, 20, 10, 15, 15, 10),
)
"""The county's order: need now, how long, how often, and what makes it dangerous."""

YOUTH_FACTORS: Final = FactorSet(
    name="young people", version=1, factors=(_AGE, _SAFETY, _SITUATION, _DISCHARGE), weights=(40, 25, 25, 10)
)
"""An example of another set: a list that puts young people first."""


@dataclass(frozen=True)
class Place:
    """One person's place and what it rests on.

    Args:
        person_id: The person.
        rank: 1 for the first.
        score: Points in ``[0, 100]``: the weighted mean of the factors' points.
        parts: By factor: its value, its points and what it adds to the score.
        unknown: Facts not known; each counts as its first level and could only raise the place.
        changes: What would change the place: by factor, the score it would have at the next worse and the
            next better level.
    """

    person_id: str
    rank: int
    score: Fraction
    parts: Mapping[str, tuple[str, int, Fraction]]
    unknown: tuple[str, ...]
    changes: tuple[str, ...]


def prioritise(facts: pl.DataFrame, factors: FactorSet = COUNTY_FACTORS) -> list[Place]:
    """Put people in order.

    Worse never ranks lower: points never fall with a level, weights are never negative, and people with
    equal scores stand in order of waiting time (``since``, the earliest first; not known last), then of id.

    Args:
        facts: ``person_id``, a column per fact (a missing column is unknown for all) and, if known,
            ``since``.
        factors: The factor set.

    Returns:
        The places, first to last.
    """
    scored = [(_score(row, factors), row) for row in facts.iter_rows(named=True)]
    scored.sort(
        key=lambda one: (
            -one[0][0],
            one[1].get("since") is None,
            str(one[1].get("since")),
            one[1]["person_id"],
        )
    )
    return [
        Place(
            person_id=row["person_id"],
            rank=number,
            score=score,
            parts=parts,
            unknown=tuple(
                factor.name for factor in factors.factors if factor.level(row.get(factor.fact)) is None
            ),
            changes=tuple(_changes(row, factors, score)),
        )
        for number, ((score, parts), row) in enumerate(scored, start=1)
    ]


def _score(
    row: Mapping[str, object], factors: FactorSet
) -> tuple[Fraction, dict[str, tuple[str, int, Fraction]]]:
    whole = sum(factors.weights) or 1
    parts = {}
    for factor, weight in zip(factors.factors, factors.weights, strict=True):
        value = row.get(factor.fact)
        points = factor.points[factor.level(value) or 0]
        said = "not known" if factor.level(value) is None else str(value)
        parts[factor.name] = (said, points, Fraction(weight * points, whole))
    return sum((part for _, _, part in parts.values()), Fraction(0)), parts


def _changes(row: Mapping[str, object], factors: FactorSet, score: Fraction) -> Iterable[str]:
    whole = sum(factors.weights) or 1
    for factor, weight in zip(factors.factors, factors.weights, strict=True):
        level = factor.level(row.get(factor.fact)) or 0
        for step, word in ((1, "worse"), (-1, "better")):
            if 0 <= level + step < len(factor.levels):
                there = score + Fraction(weight * (factor.points[level + step] - factor.points[level]), whole)
                if there != score:
                    yield f"{factor.name} {word} ({factor.levels[level + step]}): {float(there):.1f}"


def facts_of(
    listing: pl.DataFrame, ledger_table: pl.DataFrame, watch: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Return the facts the list itself knows of each person on it.

    Args:
        listing: What `by_name_list` gave for a day.
        ledger_table: Entries and exits: ``person_id, on, change``.
        watch: What `discharge_watch` gave for that day.
        as_of: The day.

    Returns:
        ``person_id, since, situation, days_homeless, returns, discharge``: nothing that needs verifying.
    """
    entries = (
        ledger_table.filter((pl.col("change") > 0) & (pl.col("on") <= as_of))
        .group_by("person_id")
        .agg((pl.len().cast(pl.Int64) - 1).alias("returns"), pl.col("on").max().alias("entered"))
    )
    urgency = watch.select("person_id", pl.col("urgency").alias("discharge"))
    state = pl.col("state").cast(pl.String)
    days = (pl.lit(as_of) - pl.col("entered")).dt.total_days()
    return (
        listing.join(entries, on="person_id", how="left", maintain_order="left")
        .join(urgency, on="person_id", how="left", maintain_order="left")
        .select(
            "person_id",
            "since",
            pl.when(state == "housed_with_support")
            .then(pl.lit("housed"))
            .otherwise(state)
            .alias("situation"),
            pl.when("active").then(days).otherwise(0).alias("days_homeless"),
            pl.col("returns").fill_null(0),
            pl.col("discharge").fill_null("none"),
        )
    )


def equity(places: list[Place], community: Mapping[str, str], first: int) -> dict[str, Printed]:
    """Return who is among the first places, by community, beside who is on the whole list.

    Args:
        places: What `prioritise` gave.
        community: Community of each person; who is not named is ``not known``.
        first: How many places count as first.

    Returns:
        ``first`` and ``all``: people per community as they may be published.
    """
    groups = sorted({community.get(place.person_id, "not known") for place in places})

    def printed(chosen: Iterable[Place]) -> Printed:
        tally = dict.fromkeys(groups, 0)
        for place in chosen:
            tally[community.get(place.person_id, "not known")] += 1
        return suppress_known(tally)

    return {"first": printed(places[:first]), "all": printed(places)}
