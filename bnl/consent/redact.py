"""Redaction: from a decision and what is held to the view its asker may have, and nothing beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from bnl.consent.decision import Decision
from bnl.consent.facts import Silent
from bnl.consent.masks import CATEGORY_BIT, EXISTENCE
from bnl.consent.places import Hideout, may_be
from bnl.consent.survivorship import golden_record
from bnl.domain.event import DATA_TYPE, Event, category_of
from bnl.domain.identifiers import AgencyId, EventId, Handle, RecordId
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.record import SourceRecord
from bnl.domain.vocabulary import FieldCategory as C

# Fields that say where somebody is; one hidden place hides them all, and with them whatever is free text.
PLACE_FIELDS: Final = tuple(name for name, category in FIELD_CATEGORY.items() if category is C.LOCATION)
TEXT_FIELDS: Final = frozenset(
    {
        "notes",
        "accommodation",
        "landlord",
        "local_connection",
        "preferred_contact",
        "risk_flags",
        "safeguarding",
    }
)

# What some data keys of events tell beside what happened. A key named neither here nor in DATA_TYPE is free
# text; the others share the event's category.
DATA_CATEGORY: Final[Mapping[str, C]] = MappingProxyType(
    {
        "area": C.LOCATION,
        "place": C.LOCATION,
        "situation": C.HOUSING,
        "entry_situation": C.HOUSING,
        "homeless": C.HOUSING,
        "homeless_on": C.HOUSING,
        "landlord": C.HOUSING,
        "duty": C.HOUSING,
        "from_agency": C.AGENCY_INVOLVEMENT,
        "to_agency": C.AGENCY_INVOLVEMENT,
        "signposted_to": C.AGENCY_INVOLVEMENT,
        "worker": C.AGENCY_INVOLVEMENT,
        "source": C.AGENCY_INVOLVEMENT,
        "action": C.CASE_NOTES,
    }
)
HARMLESS: Final = frozenset(
    {"situation", "entry_situation", "institution", "ref", "case", "outcome", "verified"}
)


@dataclass(frozen=True, slots=True, repr=False)
class ReleasedValue(Silent):
    """One value of one source record, as its agency said it.

    Args:
        field: Field name of `PersonFields`.
        value: What was said.
        handle: The asker's handle of the source record it came from.
        agency_id: Who said it; None if involvement of agencies is not the asker's to see.
        received_at: When it was received (UTC); None in the same case, for the date of a contact tells of it.
    """

    field: str
    value: str | tuple[str, ...]
    handle: Handle
    agency_id: AgencyId | None
    received_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class ReleasedEvent(Silent):
    """One event as the asker may see it; facts withheld are missing from its data and named.

    Args:
        event: The event with the permitted facts only; its agency is empty where the involvement of agencies
            is not the asker's to see. Its record id is the register's own: show the handle instead.
        handle: The asker's handle of the record it is attached to.
        withheld: Categories of facts taken out of it.
    """

    event: Event
    handle: Handle
    withheld: frozenset[C]


@dataclass(frozen=True, slots=True, repr=False)
class Released(Silent):
    """Everything one decision releases about one person.

    Args:
        values: Values in the order of the records and of the fields.
        golden: For each field the surviving value, chosen among ``values`` only.
        events: Events, oldest first.
        withheld: Categories that are not the asker's to see; what is absent and not withheld is not known.
        handles: The asker's handles of the records that exist for it.
    """

    values: tuple[ReleasedValue, ...]
    golden: dict[str, ReleasedValue]
    events: tuple[ReleasedEvent, ...]
    withheld: frozenset[C]
    handles: tuple[Handle, ...]


def redact(
    decision: Decision,
    records: Sequence[SourceRecord],
    events: Sequence[Event],
    handle: Callable[[AgencyId, RecordId], Handle],
) -> Released:
    """Return what a decision releases.

    Args:
        decision: The decision.
        records: The person's source records, current versions.
        events: Events attached to them.
        handle: Makes the receiving agency's handle of a source record.

    Returns:
        The released view; empty if the person does not exist for the asker.
    """
    receiver = decision.request.recipient or decision.request.actor.agency_id
    places = decision.hidden_places
    values: list[tuple[SourceRecord, ReleasedValue]] = []
    for record in records:
        values.extend((record, value) for value in _values(decision, record, places, receiver, handle))
    return Released(
        values=tuple(value for _, value in values),
        golden=golden_record(values),
        events=redact_events(decision, events, handle),
        withheld=decision.withheld,
        handles=tuple(handle(receiver, record_id) for record_id in decision.records),
    )


def redact_events(
    decision: Decision, events: Sequence[Event], handle: Callable[[AgencyId, RecordId], Handle]
) -> tuple[ReleasedEvent, ...]:
    """Return the events a decision releases, oldest first; see `redact`."""
    receiver = decision.request.recipient or decision.request.actor.agency_id
    places = decision.hidden_places
    released = [
        _event(decision, event, places, handle(receiver, event.record_id))
        for event in events
        if decision.mask(event.record_id) & EXISTENCE
        and decision.permits(event.record_id, category_of(event.kind, event.data))
    ]
    return tuple(sorted(released, key=_in_time))


def _values(
    decision: Decision,
    record: SourceRecord,
    places: Sequence[Hideout],
    receiver: AgencyId,
    handle: Callable[[AgencyId, RecordId], Handle],
) -> list[ReleasedValue]:
    mask = decision.mask(record.record_id)
    if not mask:
        return []
    told = bool(mask & CATEGORY_BIT[C.AGENCY_INVOLVEMENT])
    present = record.fields.present()
    hidden = frozenset[str]()
    if places and not decision.reads_back(record.record_id):
        hidden = _hidden_fields(present, places)
    return [
        ReleasedValue(
            field=field,
            value=value,
            handle=handle(receiver, record.record_id),
            agency_id=record.agency_id if told else None,
            received_at=record.received_at if told else None,
        )
        for field, value in present.items()
        if field not in hidden and decision.permits_field(record.record_id, field)
    ]


def _hidden_fields(present: Mapping[str, str | tuple[str, ...]], places: Sequence[Hideout]) -> frozenset[str]:
    """Return the fields of a record that read as not known for another household member's sake."""
    texts = [str(present[name]) for name in PLACE_FIELDS if name in present]
    if any(may_be(place, texts) for place in places):
        return TEXT_FIELDS.union(PLACE_FIELDS)
    return TEXT_FIELDS


def _in_time(one: ReleasedEvent) -> tuple[date, int, EventId]:
    return one.event.occurred_on, one.event.sequence, one.event.event_id


def _event(decision: Decision, event: Event, places: Sequence[Hideout], handle: Handle) -> ReleasedEvent:
    """Return an event with the facts that may be seen, and what is withheld of it.

    What hides a place for somebody else's sake is not counted as withheld: it reads as not known.
    """
    permitted = decision.categories(event.record_id)
    kept = frozenset(data_category(event, key) for key in event.data) - permitted
    hides = bool(places) and not decision.reads_back(event.record_id)
    data = {
        key: value
        for key, value in event.data.items()
        if data_category(event, key) in permitted
        and not (hides and isinstance(value, str) and key not in HARMLESS)
    }
    agency_id = event.agency_id if C.AGENCY_INVOLVEMENT in permitted else AgencyId("")
    return ReleasedEvent(event.model_copy(update={"data": data, "agency_id": agency_id}), handle, kept)


def data_category(event: Event, key: str) -> C:
    """Return the field category of one fact of an event; free text is case notes."""
    if key in DATA_CATEGORY:
        return DATA_CATEGORY[key]
    return category_of(event.kind, event.data) if key in DATA_TYPE else C.CASE_NOTES


def relationship_visible(one: Decision, other: Decision) -> bool:
    """Tell whether the relation of two household members may be shown: both ends must be visible."""
    household = CATEGORY_BIT[C.HOUSEHOLD] | EXISTENCE
    return all(any(mask & household == household for mask in decision.allowed) for decision in (one, other))
