"""The by-name list and its figures, for one actor computed from the events that actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from bnl.consent.decide import ask
from bnl.domain.actor import Actor
from bnl.domain.base import Unpickled
from bnl.domain.identifiers import PersonId
from bnl.domain.vocabulary import Action, Purpose
from bnl.errors import Denied
from bnl.indicators.listing import by_name_list
from bnl.indicators.lost import lost
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.indicators.uncertainty import headcount_interval
from bnl.register.bounds import Bounds, pairs_told
from bnl.register.clock import civil_day
from bnl.register.core import Core
from bnl.register.release import Exit, PersonView, opened
from bnl.register.seen_events import Seen

Known = datetime | int | None


@dataclass(frozen=True, slots=True, repr=False)
class ListRow(Unpickled):
    """One person on the by-name list as one actor may see them.

    Args:
        person: Who, redacted for the actor.
        status: Columns of `bnl.indicators.listing.by_name_list` but ids, from the events the actor may see.
    """

    person: PersonView
    status: dict[str, object]

    def __repr__(self) -> str:
        return f"ListRow({self.person.handle}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class NameList(Unpickled):
    """A list as one actor may see it.

    Args:
        as_of: The day it tells of.
        rows: The people on it.
        rules: Name and version of the rules it was computed by.
        log_position: How many log entries were known.
        bounds: Between what and what the number of people lies while pairs of records await review; None if
            the asker may not know of such pairs, that is to say may not link records.
    """

    as_of: date
    rows: tuple[ListRow, ...]
    rules: str
    log_position: int
    bounds: Bounds | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"NameList({self.as_of.isoformat()}, {len(self.rows)} people)"


def list_people(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    *,
    as_of: date | None = None,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
) -> NameList:
    """Show the by-name list.

    Args:
        core: The register's state.
        actor: Who asks.
        purpose: Why.
        as_of: The day; today in Europe/London if not given.
        known_as_of: Only what was known then: an instant (UTC) or a log position.
        rules: Which states count as what.

    Returns:
        The list, by state and by how long it has lasted.
    """
    return _shown(core, actor, purpose, "list", as_of, known_as_of, rules)


def list_lost(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    *,
    as_of: date | None = None,
    known_as_of: Known = None,
    rules: StatusRules = COUNTY,
) -> NameList:
    """Show who is being lost, and why: open, and with nobody who has something to do next for them."""
    return _shown(core, actor, purpose, "lost", as_of, known_as_of, rules)


def _shown(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    code: str,
    as_of: date | None,
    known_as_of: Known,
    rules: StatusRules,
) -> NameList:
    if purpose is Purpose.SUBJECT_ACCESS:
        advice = "Ask for the one person, by handle."
        raise Denied(
            "A list is not what a person may ask for about themselves.", advice, reasons=("purpose",)
        )
    request = ask(actor=actor, action=Action.VIEW, purpose=purpose, moment=core.clock())
    day = as_of or civil_day(request.moment)
    with opened(core, request, code, events=True) as way_out:
        seen = seen_by(way_out)
        compute = lost if code == "lost" else by_name_list
        past = seen.past(known_as_of)
        table = compute(past, day, known_as_of, rules)
        rows = [_row(way_out, seen, row) for row in table.iter_rows(named=True)]
        position, pairs, bounds = core.snapshot.position, pairs_told(core, actor), None
        if pairs is not None:

            def count(frame: pl.DataFrame) -> list[str]:
                return compute(frame, day, rules=rules)["person_id"].to_list()

            found = headcount_interval(past.frame, pairs, count, now=table["person_id"])
            bounds = Bounds(found.low, found.high, found.exact)
    return NameList(day, tuple(rows), rules.label, position, bounds)


def seen_by(way_out: Exit) -> Seen:
    """Return the events of everybody who exists for the asker, as far as the asker may see them."""
    core, request = way_out.core, way_out.request
    decisions = dict(way_out.visible(core.snapshot.people()))
    asked = (request.actor, request.action, request.purpose)
    return core.seen_events.of(asked, decisions, core.snapshot, way_out.seen_events)


def _row(way_out: Exit, seen: Seen, row: dict[str, object]) -> ListRow:
    person_id = PersonId(str(row.pop("person_id")))
    for internal in ("records", "event_id", "household_id"):
        row.pop(internal, None)
    decision = seen.decisions[person_id]
    way_out.note_masks(decision, seen.masks[person_id])
    return ListRow(way_out.view(person_id, decision), row)
