"""The agenda of a case conference: whom to talk about and why, from what everybody in the room may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from bnl.consent.decide import ask
from bnl.consent.decision import Decision
from bnl.domain.actor import Actor
from bnl.domain.event import Event, EventKind
from bnl.domain.identifiers import AgencyId, Handle, PersonId, RecordId
from bnl.domain.vocabulary import Action, FieldCategory, Purpose, Role
from bnl.errors import Denied, InvalidValue, NotFound
from bnl.indicators.frame import events_frame
from bnl.indicators.history import History, history
from bnl.indicators.institutions import discharge_watch
from bnl.indicators.listing import by_name_list
from bnl.indicators.lost import lost
from bnl.indicators.rules import COUNTY, StatusRules
from bnl.register.clock import civil_day
from bnl.register.core import Core
from bnl.register.masks import mask_of, masks_of
from bnl.register.release import Exit

STUCK_DAYS = 90
"""Days in one active state after which somebody is stuck."""

SINCE_DAYS = 28
"""How far back the agenda looks for what is new, unless it is told."""

Field = tuple[RecordId, str]


class AgendaItem(NamedTuple):
    """One person to talk about.

    Args:
        handles: The handle by which each agency in the room knows the person.
        values: Fields everybody in the room may see: the best value of each.
        reasons: Why: ``new``, ``lost``, ``stuck``, ``discharge due``, ``nomination refused``.
        details: What each reason rests on.
        status: Columns of the by-name list but ids, from the events everybody in the room may see.
    """

    handles: Mapping[AgencyId, Handle]
    values: Mapping[str, str | tuple[str, ...]]
    reasons: tuple[str, ...]
    details: Mapping[str, str]
    status: Mapping[str, object]

    def __repr__(self) -> str:
        return f"AgendaItem({', '.join(self.reasons)})"


@dataclass(frozen=True, slots=True, repr=False)
class Agenda:
    """Whom to talk about.

    Args:
        as_of: The day it tells of.
        since: From which day on something is new.
        agencies: Who is in the room.
        items: The people, those with most reasons first.
        rules: Label of the status rules.
        log_position: How many log entries were known.
    """

    as_of: date
    since: date
    agencies: tuple[AgencyId, ...]
    items: tuple[AgendaItem, ...]
    rules: str
    log_position: int

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"Agenda({self.as_of.isoformat()}, {len(self.items)} people)"


def agenda(
    core: Core,
    actor: Actor,
    purpose: Purpose,
    group: Iterable[Actor],
    as_of: date | None = None,
    since: date | None = None,
    rules: StatusRules = COUNTY,
) -> Agenda:
    """Return whom the people in a room should talk about, and why.

    Somebody is on it only if one record of theirs exists for everybody in the room; reasons, status and
    fields come from what each of them may see, so nobody learns anything here that they may not see at their
    own desk. Everybody's reading has an entry of its own.

    Args:
        core: The register's state.
        actor: Who convenes; is in the room.
        purpose: Why, for everybody in the room; as a rule case conference.
        group: The others in the room, as the embedding tool knows them.
        as_of: The day; today if not given.
        since: From which day on something is new; 28 days before if not given.
        rules: The status rules.

    Raises:
        Denied: Somebody in the room acts as the register itself, or the purpose is no purpose of a room.
        NotFound: An agency in the room is not enrolled.
        InvalidValue: The agenda would begin after its day.
    """
    room = tuple(dict.fromkeys((actor, *group)))
    moment = core.clock()
    day = as_of or civil_day(moment)
    begins = since or day - timedelta(days=SINCE_DAYS)
    if begins > day:
        raise InvalidValue("The agenda begins after its day.", "Give a day before it.")
    with core.change(events=True) as uow:
        _require_room(core, room, purpose)
        exits = [
            Exit(core, uow, ask(actor=a, action=Action.VIEW, purpose=purpose, moment=moment)) for a in room
        ]
        seen = [dict(way_out.visible(core.snapshot.people())) for way_out in exits]
        shared = _Shared(core, exits, seen)
        past = shared.past()
        due = _due(past, day, begins, rules)
        listed = {row["person_id"]: row for row in by_name_list(past, day, rules=rules).iter_rows(named=True)}
        items = [
            shared.item(PersonId(one), reasons, listed[one]) for one, reasons in due.items() if one in listed
        ]
        for way_out in exits:
            convened: dict[str, str | int] = {"convened_by": actor.user_id, "room": len(room)}
            way_out.details.update(convened)
            core.journal.write(uow, way_out.request.actor, way_out.act("agenda"))
        position = core.snapshot.position
    items.sort(key=lambda item: (-len(item.reasons), item.handles[actor.agency_id]))
    agencies = tuple(dict.fromkeys(one.agency_id for one in room))
    return Agenda(day, begins, agencies, tuple(items), rules.label, position)


def _require_room(core: Core, room: Sequence[Actor], purpose: Purpose) -> None:
    if purpose in (Purpose.SUBJECT_ACCESS, Purpose.STATISTICS):
        raise Denied(
            "There is no agenda for this purpose.", "Sign in for a case conference.", reasons=("purpose",)
        )
    for one in room:
        if one.role is Role.SYSTEM:
            raise Denied("The register itself sits in no room.", "Name people at work.", reasons=("role",))
        if one.agency_id not in core.snapshot.agencies:
            advice = "Ask the register's operator to enrol it."
            raise NotFound(f"The agency {one.agency_id} is not enrolled in this register.", advice)


class _Shared:
    """What everybody in a room may see of the people they share."""

    def __init__(
        self, core: Core, exits: Sequence[Exit], seen: Sequence[Mapping[PersonId, Decision]]
    ) -> None:
        self.core, self.exits, self.seen = core, exits, seen
        self.records: dict[PersonId, frozenset[RecordId]] = {}
        self.events: dict[PersonId, list[Event]] = {}
        for person_id in sorted(set(seen[0]).intersection(*seen[1:])):
            records = frozenset.intersection(*(frozenset(one[person_id].records) for one in seen))
            if records:
                self.records[person_id] = records
                self.events[person_id] = self._events(person_id, records)

    def past(self) -> History:
        """Return the history of the events everybody may see."""
        person_of = {record: person for person, records in self.records.items() for record in records}
        return history(events_frame([e for events in self.events.values() for e in events], person_of))

    def item(
        self, person_id: PersonId, reasons: Mapping[str, str], status: Mapping[str, object]
    ) -> AgendaItem:
        """Return a person as everybody may see them, and note for each what they are handed."""
        decisions = [one[person_id] for one in self.seen]
        values = self._values(person_id, decisions)
        told: dict[RecordId, int] = dict.fromkeys(
            self.records[person_id], mask_of(events=[FieldCategory.EXISTENCE])
        )
        for record_id, name in values:
            told[record_id] |= mask_of([name])
        for record_id, mask in masks_of(self.events[person_id]).items():
            told[record_id] |= mask
        handles = {}
        for way_out, decision in zip(self.exits, decisions, strict=True):
            way_out.note_masks(decision, told)
            agency_id = way_out.request.actor.agency_id
            handles[agency_id] = self._handle(agency_id, person_id)
        best: dict[str, str | tuple[str, ...]] = {}
        for (_, name), value in values.items():
            best.setdefault(name, value)
        internal = ("person_id", "records", "event_id", "household_id")
        shown = {name: value for name, value in status.items() if name not in internal}
        return AgendaItem(handles, best, tuple(reasons), dict(reasons), shown)

    def _events(self, person_id: PersonId, records: frozenset[RecordId]) -> list[Event]:
        """Return the events all may see, each with the facts all may see."""
        views = [
            {event.event_id: event for event in way_out.seen_events(person_id, one[person_id])}
            for way_out, one in zip(self.exits, self.seen, strict=True)
        ]
        found = []
        for event_id, event in views[0].items():
            others = [view.get(event_id) for view in views[1:]]
            if event.record_id not in records or any(other is None for other in others):
                continue
            told = [event, *(other for other in others if other is not None)]
            data = {k: v for k, v in event.data.items() if all(k in one.data for one in told)}
            agency = event.agency_id if all(one.agency_id for one in told) else AgencyId("")
            found.append(event.model_copy(update={"data": data, "agency_id": agency}))
        return found

    def _values(
        self, person_id: PersonId, decisions: Sequence[Decision]
    ) -> dict[Field, str | tuple[str, ...]]:
        """Return the values all may see, the golden ones of the first in the room before the others."""
        shared = self.records[person_id]
        views: list[dict[Field, str | tuple[str, ...]]] = []
        for way_out, decision in zip(self.exits, decisions, strict=True):
            told = way_out.values(person_id, decision)
            views.append({(record, one.field): one.value for record, one in told if record in shared})
        return {key: value for key, value in views[0].items() if all(key in view for view in views)}

    def _handle(self, agency_id: AgencyId, person_id: PersonId) -> Handle:
        shared = self.records[person_id]
        records = [r for r in self.core.snapshot.records_of(person_id) if r.record_id in shared]
        own = [record for record in records if record.agency_id == agency_id]
        chosen = (own or records)[0].record_id if records else min(self.records[person_id])
        return self.core.handles.handle(agency_id, chosen)


def _due(past: History, day: date, since: date, rules: StatusRules) -> dict[str, dict[str, str]]:
    """Return by person the reasons to talk about them, each with what it rests on."""
    found: dict[str, dict[str, str]] = {}

    def add(person_id: str, reason: str, detail: str) -> None:
        found.setdefault(person_id, {})[reason] = detail

    for row in by_name_list(past, day, rules=rules).iter_rows(named=True):
        if row["first_seen"] is not None and row["first_seen"] >= since:
            add(row["person_id"], "new", f"first seen {row['first_seen']}")
        if row["active"] and row["since"] is not None and (day - row["since"]).days > STUCK_DAYS:
            add(row["person_id"], "stuck", f"{row['state']} since {row['since']}")
    for row in lost(past, day, rules=rules).iter_rows(named=True):
        add(row["person_id"], "lost", ", ".join(row["reasons"]))
    for row in discharge_watch(past, day, rules=rules).iter_rows(named=True):
        if row["urgency"] in ("due", "overdue"):
            add(row["person_id"], "discharge due", f"{row['urgency']}, expected {row['expected_on']}")
    decided = past.rows(EventKind.NOMINATION_DECIDED, columns=("person_id", "on", "outcome", "reason"))
    refused = decided.filter((pl.col("outcome") == "refused") & pl.col("on").is_between(since, day))
    for person_id, on, _, reason in refused.iter_rows():
        add(person_id, "nomination refused", f"{on}: {reason or 'no reason given'}")
    return found
