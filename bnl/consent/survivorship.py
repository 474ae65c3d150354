"""Survivorship: which of several permitted values stands in the golden record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol, TypeVar

from bnl.domain.identifiers import RecordId


class Rule(StrEnum):
    """How one value is chosen; ties go to the most recent, then to the smaller record id."""

    MOST_RECENT = "most_recent"
    MOST_COMPLETE = "most_complete"
    MOST_SAID = "most_said"


RULES: Final = MappingProxyType(
    {
        "given_names": Rule.MOST_SAID,
        "family_name": Rule.MOST_SAID,
        "full_name": Rule.MOST_COMPLETE,
        "date_of_birth": Rule.MOST_COMPLETE,
        "sex": Rule.MOST_SAID,
        "ni_number": Rule.MOST_SAID,
        "nhs_number": Rule.MOST_SAID,
        "prison_number": Rule.MOST_SAID,
    }
)


class Valued(Protocol):
    """A value of a field, as redaction has let it through."""

    @property
    def field(self) -> str:
        """Field name."""
        ...

    @property
    def value(self) -> str | tuple[str, ...]:
        """What was said."""
        ...


class Sourced(Protocol):
    """The source record a value came from."""

    @property
    def record_id(self) -> RecordId:
        """Its id."""
        ...

    @property
    def received_at(self) -> datetime:
        """When it was received (UTC)."""
        ...


V = TypeVar("V", bound=Valued)


def golden_record(values: Sequence[tuple[Sourced, V]]) -> dict[str, V]:
    """Choose one value per field, the same whatever the order.

    Args:
        values: Permitted values with the record each came from.

    Returns:
        For each field the surviving value, which carries its own source.
    """
    by_field: dict[str, list[tuple[Sourced, V]]] = defaultdict(list)
    for record, value in values:
        by_field[value.field].append((record, value))
    return {field: _survivor(field, found) for field, found in by_field.items()}


def _survivor(field: str, found: Sequence[tuple[Sourced, V]]) -> V:
    rule = RULES.get(field, Rule.MOST_RECENT)
    said = Counter(_plain(value.value) for _, value in found)

    def weight(value: V) -> int:
        if rule is Rule.MOST_COMPLETE:
            return len(value.value)
        return said[_plain(value.value)] if rule is Rule.MOST_SAID else 0

    # Two stable sorts: the smaller id first among equals, then weight and recency, greatest first.
    ordered = sorted(found, key=lambda one: one[0].record_id)
    ordered.sort(key=lambda one: (weight(one[1]), one[0].received_at), reverse=True)
    return ordered[0][1]


def _plain(value: str | tuple[str, ...]) -> str:
    return " ".join(value.split()).casefold() if isinstance(value, str) else "\n".join(value).casefold()
