"""Attributes: who is counted or comes first by community, with small numbers suppressed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bnl.domain.actor import Actor
from bnl.domain.vocabulary import Purpose
from bnl.errors import InvalidValue
from bnl.indicators.equality import breakdown, value_on
from bnl.indicators.flows import stock
from bnl.indicators.history import Known
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.suppression import suppress_known
from bnl.register.core import Core
from bnl.register.ground import Ground, Reach, grounded

ATTRIBUTES = (
    "care_leaver",
    "disability",
    "ethnicity",
    "nationality",
    "religion",
    "sex",
    "sexual_orientation",
    "veteran",
)
"""What people may be broken down by."""


@dataclass(frozen=True, slots=True)
class AttributeCounts:
    """People active on a day by one attribute.

    Args:
        attribute: What they are broken down by.
        as_of: The day.
        cells: People per value as they may be published; whose value is not known are a group of their own.
        total: The total, or what is printed in its place.
        rules: Label of the status rules.
        reach: What it was computed from.
        log_position: How many log entries were known.
    """

    attribute: str
    as_of: date
    cells: Mapping[str, str]
    total: str
    rules: str
    reach: Reach
    log_position: int


def by_attribute(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    attribute: str,
    as_of: date | None = None,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
) -> AttributeCounts:
    """Count who is active on a day by one attribute, small numbers suppressed for everybody.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why; see `bnl.register.ground.grounded`.
        attribute: One of `ATTRIBUTES`.
        as_of: The day; today if not given.
        known_as_of: Only events known then.
        rules: The status rules.

    Raises:
        Denied: The agreement does not let the actor.
        InvalidValue: People may not be broken down by this.
    """
    spoken_attribute(attribute)
    with grounded(core, actor, purpose, "equality", known_as_of) as ground:
        day = as_of or ground.today
        people = stock(ground.past, day, rules=rules).people
        if ground.reach is Reach.COUNTY:
            people = frozenset(one for one in people if ground.decision(one))
        ground.names(people)
        said = {one: [(at, _text(value)) for at, value in ground.said(one, attribute)] for one in people}
        made = breakdown(people, attribute, said, day)
        printed = suppress_known(made.counts)
        return AttributeCounts(
            attribute, day, printed.cells, printed.total, rules.label, ground.reach, ground.position
        )


def spoken_attribute(attribute: str) -> str:
    """Return an attribute that people may be broken down by.

    Raises:
        InvalidValue: They may not.
    """
    if attribute not in ATTRIBUTES:
        raise InvalidValue("People are not broken down by this.", f"Name one of {', '.join(ATTRIBUTES)}.")
    return attribute


def said_of(ground: Ground, person_id: str, attribute: str, day: date) -> str:
    """Return what was said last of a person by a day, as far as the asker may see it."""
    return value_on([(at, _text(value)) for at, value in ground.said(person_id, attribute)], day)


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)
