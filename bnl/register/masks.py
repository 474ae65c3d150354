"""Field masks: which fields of a record an audit entry concerned, a bit for each."""

from __future__ import annotations

from collections.abc import Iterable

from bnl.domain.event import Event, category_of
from bnl.domain.identifiers import RecordId
from bnl.domain.person import FIELD_CATEGORY
from bnl.domain.vocabulary import FieldCategory

# Bits are never reused: new fields and categories are appended, old ones keep their place.
_FIELD_BIT = {name: 1 << place for place, name in enumerate(FIELD_CATEGORY)}
_FIRST_CATEGORY = 44
_CATEGORY_BIT = {category: 1 << _FIRST_CATEGORY + place for place, category in enumerate(FieldCategory)}


def mask_of(fields: Iterable[str] = (), events: Iterable[FieldCategory] = ()) -> int:
    """Return the mask of some fields, and of events of some categories.

    Args:
        fields: Names of person fields.
        events: Field categories of events, memberships or facts that are no field of a person.

    Returns:
        A number below 2**62.
    """
    mask = 0
    for name in fields:
        mask |= _FIELD_BIT[name]
    for category in events:
        mask |= _CATEGORY_BIT[category]
    return mask


def masks_of(events: Iterable[Event]) -> dict[RecordId, int]:
    """Return by record the mask of the categories of some events."""
    masks: dict[RecordId, int] = {}
    for event in events:
        bit = mask_of(events=[category_of(event.kind, event.data)])
        masks[event.record_id] = masks.get(event.record_id, 0) | bit
    return masks


def names_of(mask: int) -> tuple[str, ...]:
    """Return the names behind a mask: fields by name, events as ``events:category``."""
    fields = [name for name, bit in _FIELD_BIT.items() if mask & bit]
    events = [f"events:{category.value}" for category, bit in _CATEGORY_BIT.items() if mask & bit]
    return (*fields, *events)


def categories_of_mask(mask: int) -> frozenset[FieldCategory]:
    """Return the field categories that a mask touches, of fields and of events."""
    fields = {FIELD_CATEGORY[name] for name, bit in _FIELD_BIT.items() if mask & bit}
    return frozenset(fields | {category for category, bit in _CATEGORY_BIT.items() if mask & bit})
