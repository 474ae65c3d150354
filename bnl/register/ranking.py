"""Priority as it is shown: an explained order of the people an asker may see, and its equity table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.identifiers import Handle, PersonId
from bnl.domain.vocabulary import Purpose
from bnl.errors import Denied, InvalidValue
from bnl.indicators.figures import round_half_up
from bnl.indicators.institutions import discharge_watch
from bnl.indicators.ledger import ledger
from bnl.indicators.listing import by_name_list
from bnl.indicators.priority import (
    COUNTY_FACTORS,
    YOUTH_FACTORS,
    FactorSet,
    Place,
    equity,
    facts_of,
    prioritise,
)
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.status import birthday
from bnl.indicators.suppression import Printed
from bnl.indicators.track import track
from bnl.register.attributes import said_of, spoken_attribute
from bnl.register.core import Core
from bnl.register.ground import Ground, Reach, grounded

FACTOR_SETS: Mapping[str, FactorSet] = {one.name: one for one in (COUNTY_FACTORS, YOUTH_FACTORS)}
YOUNG = 25
YES = ("yes", "y", "true")


class RankedPlace(NamedTuple):
    """One person's place and what it rests on.

    Args:
        handle: Who.
        rank: 1 for the first.
        score: Points in ``[0, 100]``, one decimal.
        state: State on the by-name list.
        since: Since when.
        parts: By factor: what it was read as, its points, and what it adds to the score.
        unknown: Factors not known; each counts as its first level and could only raise the place.
        changes: What would change the score, by factor and direction.
    """

    handle: Handle
    rank: int
    score: Decimal
    state: str
    since: date | None
    parts: Mapping[str, tuple[str, int, Decimal]]
    unknown: tuple[str, ...]
    changes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"RankedPlace({self.rank}, {self.score})"


@dataclass(frozen=True, slots=True, repr=False)
class Ranking:
    """An order of people, its published weights, and who comes first by community.

    Args:
        as_of: The day.
        factors: The factor set: names, levels, points and weights.
        places: The places, first to last.
        attribute: What the equity table is by.
        first: How many places count as first.
        equity: ``first`` and ``all``: people per community as they may be published.
        rules: Label of the status rules.
        reach: What it was computed from.
        log_position: How many log entries were known.
    """

    as_of: date
    factors: FactorSet
    places: tuple[RankedPlace, ...]
    attribute: str
    first: int
    equity: Mapping[str, Printed]
    rules: str
    reach: Reach
    log_position: int

    def __len__(self) -> int:
        return len(self.places)

    def __repr__(self) -> str:
        return f"Ranking({self.as_of.isoformat()}, {self.factors.label}, {len(self.places)} people)"


def rank_people(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    as_of: date | None = None,
    factors: FactorSet = COUNTY_FACTORS,
    attribute: str = "ethnicity",
    first: int = 10,
    rules: StatusRules = COUNTY,
) -> Ranking:
    """Put the people on the by-name list in order, each place explained.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why; not statistics, for an order names people.
        as_of: The day; today if not given.
        factors: The factor set.
        attribute: What the equity table is by; see `bnl.register.attributes.ATTRIBUTES`.
        first: How many places count as first, 1 or more.
        rules: The status rules.

    Raises:
        Denied: The purpose is statistics or a person's own access.
        InvalidValue: The attribute is none that may be broken down by, or nobody would be first.
    """
    spoken_attribute(attribute)
    if first < 1:
        raise InvalidValue("Nobody would be among the first.", "Let at least one place count as first.")
    if purpose is Purpose.STATISTICS:
        told = "An order names people; official figures name nobody."
        raise Denied(told, "Sign in for a purpose of your own work.", reasons=("purpose",))
    with grounded(core, actor, purpose, "priority") as ground:
        day = as_of or ground.today
        listing = by_name_list(ground.past, day, rules=rules)
        if ground.reach is Reach.COUNTY:
            seen = [one for one in listing["person_id"] if ground.decision(one)]
            listing = listing.filter(pl.col("person_id").is_in(seen))
        places = prioritise(_facts(ground, listing, day, rules), factors)
        status = {row["person_id"]: row for row in listing.iter_rows(named=True)}
        community = {p.person_id: said_of(ground, p.person_id, attribute, day) for p in places}
        shown = [_shown(ground, place, status[place.person_id]) for place in places]
        return Ranking(
            as_of=day,
            factors=factors,
            places=tuple(shown),
            attribute=attribute,
            first=first,
            equity=equity(places, community, first),
            rules=rules.label,
            reach=ground.reach,
            log_position=ground.position,
        )


def _facts(ground: Ground, listing: pl.DataFrame, day: date, rules: StatusRules) -> pl.DataFrame:
    """Return the facts of each person: from the list, and from what the asker may see of their words."""
    books = ledger(ground.past, track(ground.past, rules), rules).table(ground.past)
    facts = facts_of(listing, books, discharge_watch(ground.past, day, rules=rules), day)
    people = facts["person_id"].to_list()
    return facts.with_columns(
        pl.Series("health_conditions", [_conditions(ground, one) for one in people], dtype=pl.Int64),
        pl.Series("unsafe", [_unsafe(ground, one) for one in people], dtype=pl.String),
        pl.Series("young", [_young(ground, one, day) for one in people], dtype=pl.String),
    )


def _conditions(ground: Ground, person_id: str) -> int | None:
    said = [value for _, value in ground.said(person_id, "health_conditions")]
    return len({one.casefold() for value in said for one in value}) if said else None


def _unsafe(ground: Ground, person_id: str) -> str | None:
    return "yes" if ground.said(person_id, "safeguarding") else None


def _young(ground: Ground, person_id: str, day: date) -> str | None:
    """Return whether somebody has been in care or is under 25, by the last date of birth that was said."""
    if any(str(value).casefold() in YES for _, value in ground.said(person_id, "care_leaver")):
        return "yes"
    born = [
        str(value) for _, value in sorted(ground.said(person_id, "date_of_birth"), key=lambda one: one[0])
    ]
    if not born:
        return None
    # Of a birthday known in part the latest possible day counts: what is not known never lowers a place.
    year, month, last = (int(part) for part in (born[-1] + "-12-31"[len(born[-1]) - 4 :]).split("-"))
    return "yes" if birthday(date(year, month, min(last, 28)), YOUNG) > day else "no"


def _shown(ground: Ground, place: Place, row: Mapping[str, object]) -> RankedPlace:
    handle = ground.name(PersonId(place.person_id))
    since = row["since"]
    parts = {
        name: (said, points, round_half_up(part, 1)) for name, (said, points, part) in place.parts.items()
    }
    return RankedPlace(
        handle=handle or Handle(""),
        rank=place.rank,
        score=round_half_up(place.score, 1),
        state=str(row["state"]),
        since=since if isinstance(since, date) else None,
        parts=parts,
        unknown=place.unknown,
        changes=place.changes,
    )
