"""Indicators as they are shown: the contract's, England's, London's and HUD's, with everybody behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

import polars as pl

from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Purpose
from bnl.errors import InvalidValue
from bnl.indicators.casework import Casework
from bnl.indicators.consistency import Claim, Finding, check_consistency
from bnl.indicators.figures import Figure
from bnl.indicators.history import Events, Known, history
from bnl.indicators.kpi import kpi
from bnl.indicators.kpi_rules import Kpi
from bnl.indicators.national import chain, rough_sleeping
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.spells import HUD_DAYS, returns
from bnl.indicators.uncertainty import Count
from bnl.register.core import Core
from bnl.register.flow_figures import require_period
from bnl.register.ground import Ground, grounded
from bnl.register.shown import ShownFigure, show


class IndicatorSet(StrEnum):
    """Sets of indicators; a period belongs to each in its own way."""

    CONTRACT = "contract"
    ROUGH_SLEEPING = "rough-sleeping"
    CHAIN = "chain"
    RETURNS = "returns"


class Wanted(NamedTuple):
    """Which indicators of a set are wanted, over which period, by which rules.

    Args:
        start: First day. Rough sleeping takes its month; CHAIN the twelve months from it.
        end: Last day, included.
        names: Names of the indicators; all if none is named.
        rule: Name of a contract rule; None for each indicator's default.
        agencies: Only cases of these agencies; None for all.
        as_of: Last day looked at for returns; today if not given.
        night: Night of the single-night count.
        area: Only sightings in this area.
        rules: The status rules.
    """

    start: date
    end: date
    names: tuple[str, ...] = ()
    rule: str | None = None
    agencies: tuple[str, ...] | None = None
    as_of: date | None = None
    night: date | None = None
    area: str | None = None
    rules: StatusRules = COUNTY


Made = list[tuple[Figure, Count | None]]
Parts = Callable[[Events], list[Figure]]


def indicators(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    which: IndicatorSet,
    wanted: Wanted,
    known_as_of: Known = None,
) -> list[ShownFigure]:
    """Return indicators with their numerators, denominators and exclusions, everybody by handle.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why; see `bnl.register.ground.grounded`.
        which: The set.
        wanted: What is wanted of it.
        known_as_of: Only what was known then.

    Raises:
        Denied: The agreement does not let the actor.
        InvalidValue: There is no such indicator, or the period is none.
        InputError: There is no such rule.
    """
    require_period(wanted.start, wanted.end)
    known = set(NAMES[which])
    if strange := sorted(set(wanted.names) - known):
        raise InvalidValue(f"There is no indicator {strange[0]}.", f"Name one of {', '.join(sorted(known))}.")
    with grounded(core, actor, purpose, f"kpi.{which.value}", known_as_of) as ground:
        if which is IndicatorSet.CONTRACT:
            made = _contract(ground, wanted)
        else:
            made = _of_people(_OF_PEOPLE[which](ground, wanted), ground, wanted.names)
        return [show(ground, figure, count) for figure, count in made]


def check_shown(figures: list[ShownFigure], printed: Mapping[str, Decimal]) -> list[Finding]:
    """Check published percentages against the numbers they come from.

    Args:
        figures: Figures as shown.
        printed: By name of the figure, the percentage that was published.

    Returns:
        One finding per percentage: whether it agrees, what its parts give, and what is wrong.

    Raises:
        InvalidValue: There is no such figure, or its parts are not to be told.
    """
    by_name = {figure.name: figure for figure in figures}
    claims = []
    for name, percentage in printed.items():
        if name not in by_name:
            raise InvalidValue(f"There is no figure {name}.", f"Name one of {', '.join(sorted(by_name))}.")
        part, whole = (by_name[name].counts[word] for word in ("numerator", "denominator"))
        if not isinstance(part, int) or not isinstance(whole, int) or not whole:
            raise InvalidValue(f"{name} has no two numbers that may be told.", "Check one that has.")
        claims.append(Claim(name, "percent", (part, whole), percentage))
    return check_consistency(claims)


def _contract(ground: Ground, wanted: Wanted) -> Made:
    names = [Kpi(name) for name in wanted.names] or list(Kpi)
    made: Made = []
    for name in names:
        figure = kpi(ground.work, name, wanted.start, wanted.end, wanted.rule, wanted.agencies)
        made.append((figure, _kpi_people(ground, name, wanted) if figure.unit == "person" else None))
    return made


def _kpi_people(ground: Ground, name: Kpi, wanted: Wanted) -> Count:
    def numerator(frame: pl.DataFrame) -> tuple[str, ...]:
        work = Casework(history(frame), ground.memberships)
        return kpi(work, name, wanted.start, wanted.end, wanted.rule, wanted.agencies).numerator

    return numerator


def _rough(_ground: Ground, wanted: Wanted) -> Parts:
    def parts(events: Events) -> list[Figure]:
        made = rough_sleeping(events, wanted.end, night=wanted.night, area=wanted.area)
        first = (made.seen, made.one_night, made.new, made.discharged)
        return [*first, made.long_term, made.returning, made.verified]

    return parts


def _chain(_ground: Ground, wanted: Wanted) -> Parts:
    def parts(events: Events) -> list[Figure]:
        made = chain(events, wanted.start)
        return [made.flow, made.stock, made.returner]

    return parts


def _returns(ground: Ground, wanted: Wanted) -> Parts:
    as_of = wanted.as_of or ground.today

    def parts(events: Events) -> list[Figure]:
        return [
            returns(events, wanted.start, wanted.end, as_of, within, rules=wanted.rules)
            for within in HUD_DAYS
        ]

    return parts


def _of_people(parts: Parts, ground: Ground, names: tuple[str, ...]) -> Made:
    """Return the figures of one set, each with what counts its people in another frame."""

    def counter(name: str) -> Count:
        def people(frame: pl.DataFrame) -> tuple[str, ...]:
            return next(one.numerator for one in parts(history(frame)) if one.name == name)

        return people

    return [(one, counter(one.name)) for one in parts(ground.past) if not names or one.name in names]


_OF_PEOPLE: Final[Mapping[IndicatorSet, Callable[[Ground, Wanted], Parts]]] = MappingProxyType(
    {
        IndicatorSet.ROUGH_SLEEPING: _rough,
        IndicatorSet.CHAIN: _chain,
        IndicatorSet.RETURNS: _returns,
    }
)

NAMES: Final[Mapping[IndicatorSet, tuple[str, ...]]] = MappingProxyType(
    {
        IndicatorSet.CONTRACT: tuple(name.value for name in Kpi),
        IndicatorSet.ROUGH_SLEEPING: ("R1", "R1 one night", "P1", "P2", "B1", "NR1", "verified"),
        IndicatorSet.CHAIN: ("flow", "stock", "returner"),
        IndicatorSet.RETURNS: tuple(f"returns within {days} days" for days in HUD_DAYS),
    }
)
"""Names of the indicators of each set."""
